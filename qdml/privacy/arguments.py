"""The ranges of dimension and copies that every function of this room accepts."""

from __future__ import annotations

from qdml.errors import InputError

#: Beyond these, formulas would still hold but nobody sends such messages.
LARGEST_DIMENSION, MOST_COPIES = 2**60, 10**6


def check(dimension: int, copies: int, most_copies: int = MOST_COPIES) -> None:
    """Raise `InputError` unless 2 <= dimension <= 2^60 and 1 <= copies <= `most_copies`."""
    if not 2 <= dimension <= LARGEST_DIMENSION:
        raise InputError(
            f"dimension {dimension}: expected a whole number from 2 to 2^60; "
            "a state of n qubits has dimension 2^n"
        )
    if not 1 <= copies <= most_copies:
        raise InputError(f"copies {copies}: expected a whole number from 1 to {most_copies}")
