"""The distributed circuit of the theory: blocks A_1, B_1, ..., A_L, B_L and loss <phi|Z_0|phi>.

Blocks are numbered b = 1, 2, ... in the order of application; odd blocks are Alice's, even ones
Bob's, unless they are dealt otherwise: KL blocks to K parties in turn, or in any order. The loss is
an expectation value of a Pauli observable in the final state |phi> (Gilboa, Michaeli, Soudry,
McClean, arXiv:2310.07136).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from qdml.errors import InputError
from qdml.quantum.choice import Engine, choose
from qdml.quantum.gates import Gate, Pauli, Rotation, checked, undo
from qdml.quantum.numbers import State

#: Names of the parties of a pipeline, in its order.
PARTIES = ("alice", "bob", "carol", "dave", "erin", "frank")


def dealt(blocks: int, parties: int = 2) -> tuple[str, ...]:
    """The owners of `blocks` blocks that are dealt to K parties in turn.

    Raises `InputError` for fewer than two parties, or more than there are names.
    """
    if not 2 <= parties <= len(PARTIES):
        raise InputError(f"{parties} parties: expected 2 to {len(PARTIES)}")
    return tuple(PARTIES[b % parties] for b in range(blocks))


def route(owners: Sequence[str]) -> tuple[str, ...]:
    """Who holds the state in turn: neighbouring blocks of one owner need no message."""
    return tuple(owner for owner, _ in groupby(owners))


@dataclass(frozen=True)
class Block:
    """The gates that one party applies between two messages, in order."""

    gates: tuple[Gate, ...]

    def __post_init__(self) -> None:
        for gate in self.gates:
            checked(gate)

    @property
    def rotations(self) -> tuple[int, ...]:
        """Positions of the parameterised gates."""
        return tuple(i for i, gate in enumerate(self.gates) if isinstance(gate, Rotation))


@dataclass(frozen=True)
class DistributedCircuit:
    """Blocks on `qubits` qubits, the owner of each, and the observable that is measured last.

    Who measures it is the owner of the last block; an `observer` that is named has to be that one.
    """

    qubits: int
    blocks: tuple[Block, ...]
    observable: Pauli
    owners: tuple[str, ...] = field(default=())
    observer: str = ""

    def __post_init__(self) -> None:
        if not self.blocks:
            raise InputError("a distributed circuit needs at least one block")
        if not self.owners:
            object.__setattr__(self, "owners", dealt(len(self.blocks)))
        if len(self.owners) != len(self.blocks):
            raise InputError(f"{len(self.blocks)} blocks, but {len(self.owners)} owners were given")
        if self.observer not in ("", self.owners[-1]):
            raise InputError(
                f"the observable is at {self.observer!r}, who holds no register at the end; "
                f"expected {self.owners[-1]!r}, or a last block for {self.observer!r}, which may "
                "be empty"
            )
        if self.observable.qubits != self.qubits:
            raise InputError(
                f"observable {self.observable.letters!r} does not fit {self.qubits} qubits"
            )

    @classmethod
    def alternating(
        cls,
        blocks: Sequence[Sequence[Gate]],
        qubits: int,
        observable: Pauli | None = None,
        parties: int = 2,
    ) -> DistributedCircuit:
        """A_1, B_1, ..., A_L, B_L from lists of gates; the observable is Z_0 unless given.

        With more parties a layer has one block for each, in turn.
        """
        observable = observable or Pauli.single("Z", 0, qubits)
        owners = dealt(len(blocks), parties)
        return cls(qubits, tuple(Block(tuple(gates)) for gates in blocks), observable, owners)

    @property
    def layers(self) -> int:
        """L, each party having one block a layer; the last layer may lack some."""
        return -(-len(self.blocks) // max(2, len(set(self.owners))))

    @property
    def gates(self) -> tuple[Gate, ...]:
        """All gates in order."""
        return tuple(gate for block in self.blocks for gate in block.gates)

    def engine(self, state: State) -> Engine:
        """The engine that runs this circuit on a state (N, ...); its text is one line.

        Raises `InputError` for a state of another number of qubits.
        """
        if state.shape[:1] != (2**self.qubits,):
            raise InputError(
                f"state of shape {state.shape}: a circuit on {self.qubits} qubits takes "
                f"{2**self.qubits} amplitudes"
            )
        return choose(self.gates, state)

    def forward(self, state: State, upto: int | None = None) -> State:
        """State after block `upto` (all blocks by default); (N, ...) -> (N, ...)."""
        gates = [gate for block in self.blocks[:upto] for gate in block.gates]
        return self.engine(state).forward(gates, state)

    def backward(self, state: State, downto: int) -> State:
        """Undo the blocks after block `downto`; (N, ...) -> (N, ...)."""
        for block in reversed(self.blocks[downto:]):
            state = undo(block.gates, state)
        return state

    def loss(self, state: State) -> Any:
        """<phi|O|phi>/<phi|phi> for the input `state` (N, ...): float, array, or exact fraction."""
        return self.engine(state).expectation(self.observable, self.forward(state))

    def gradient(self, state: State) -> list[Any]:
        """Derivative of the loss in every angle, in gate order, by the adjoint method."""
        return self.engine(state).gradient(self.gates, state, self.observable)
