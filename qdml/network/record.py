"""Classical outcomes, readable by those who measured or were told them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

import numpy as np

from qdml.errors import InputError, LocalityError

if TYPE_CHECKING:
    from qdml.network.party import Party

T = TypeVar("T")


class Record(Generic[T]):
    """A classical outcome. Only parties that measured or received it can read it.

    `alphabet` is the number of values it can take: what it costs to send it follows from that.
    Made by the acting party, for itself. Raises `InputError` for a whole number outside
    0 ... alphabet - 1.
    """

    def __init__(self, value: T, alphabet: int, reader: Party) -> None:
        reader.check_acting()
        if isinstance(value, int) and not 0 <= value < alphabet:
            raise InputError(
                f"{reader.name} records {value}: expected 0 to {alphabet - 1}, since {alphabet} "
                "values are billed"
            )
        self._value = value
        if isinstance(value, np.ndarray):
            # What was announced cannot be changed afterwards, unbilled.
            self._value = value.copy()
            self._value.setflags(write=False)
        self._readers = {reader}
        self._alphabet = alphabet

    @property
    def alphabet(self) -> int:
        """The number of values that the record can take."""
        return self._alphabet

    @property
    def bits(self) -> int:
        """ceil(log2 alphabet)."""
        return (self.alphabet - 1).bit_length()

    def read(self, party: Party) -> T:
        """The value, for an acting party that knows it."""
        party.check_acting()
        if party not in self._readers:
            raise LocalityError(
                f"{party.name} reads an outcome that it was never told; announce it to "
                f"{party.name} over a channel first"
            )
        return self._value

    def tell(self, party: Party) -> None:
        """Let `party` know the value; for channels only."""
        self._readers.add(party)

    def known_to(self, party: Party) -> bool:
        """Whether `party` may read the value."""
        return party in self._readers
