"""The transcript: every message that crossed the network, in order, and its sums."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from pandas import DataFrame


@dataclass(frozen=True)
class Message:
    """One message. `qubits` counts all copies; `round` is its causal depth, from 1.

    `wires` numbers the qubits of one copy, the same ones wherever they go. `whole` says that they
    were all of a joint state of which nothing had been measured: nobody else keeps a part of it.
    """

    sender: str
    receiver: str
    qubits: int
    bits: int
    copies: int
    round: int
    wires: tuple[int, ...] = field(default=(), compare=False, repr=False)
    whole: bool = field(default=True, compare=False, repr=False)


class Totals(TypedDict):
    """The sums of a transcript: messages, qubits, classical bits, rounds, copies, prior pairs."""

    messages: int
    qubits: int
    bits: int
    rounds: int
    copies: int
    entangled_pairs: int


@dataclass
class Transcript:
    """The ordered messages of a run; only a `Channel` writes to it.

    The round of a message is one more than the largest round among the messages that its sender
    had received before: messages that do not wait for each other share a round.
    """

    lines: list[Message] = field(default_factory=list)
    entangled_pairs: int = 0
    _heard: dict[str, int] = field(default_factory=dict, repr=False)
    _wires: dict[object, int] = field(default_factory=dict, repr=False, compare=False)

    def add(
        self,
        sender: str,
        receiver: str,
        *,
        qubits: int,
        bits: int,
        copies: int,
        slots: Iterable[object] = (),
        whole: bool = True,
    ) -> None:
        """Append a message; compute its round, and number the `slots` that it moves."""
        depth = 1 + self._heard.get(sender, 0)
        self._heard[receiver] = max(depth, self._heard.get(receiver, 0))
        wires = tuple(self._wires.setdefault(slot, len(self._wires)) for slot in slots)
        line = Message(sender, receiver, qubits, bits, copies, depth, wires, whole)
        self.lines.append(line)

    @property
    def messages(self) -> int:
        """Number of messages."""
        return len(self.lines)

    @property
    def qubits(self) -> int:
        """Qubits sent in all, every copy counted."""
        return sum(line.qubits for line in self.lines)

    @property
    def bits(self) -> int:
        """Classical bits sent in all."""
        return sum(line.bits for line in self.lines)

    @property
    def rounds(self) -> int:
        """Causal depth of the whole exchange."""
        return max((line.round for line in self.lines), default=0)

    @property
    def copies(self) -> int:
        """Largest number of copies that one message carried."""
        return max((line.copies for line in self.lines), default=0)

    def totals(self) -> Totals:
        """All sums."""
        return {
            "messages": self.messages,
            "qubits": self.qubits,
            "bits": self.bits,
            "rounds": self.rounds,
            "copies": self.copies,
            "entangled_pairs": self.entangled_pairs,
        }

    def to_records(self) -> list[dict[str, int | str]]:
        """One plain mapping a message, for tables."""
        kept = [one.name for one in fields(Message) if one.compare]
        return [{name: getattr(line, name) for name in kept} for line in self.lines]

    def to_pandas(self) -> DataFrame:
        """The same as a table: a row a message, the columns also where there is none."""
        import pandas

        kept = [one.name for one in fields(Message) if one.compare]
        return pandas.DataFrame(self.to_records(), columns=kept)
