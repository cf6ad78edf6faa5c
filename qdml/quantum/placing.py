"""Where a gate acts in a larger register: on leading or trailing qubits, or under a condition."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from qdml.errors import InputError
from qdml.quantum.gates import Gate
from qdml.quantum.numbers import State, inner, is_exact, real


@dataclass(frozen=True)
class Leading:
    """A gate on the first `qubits` qubits; the others are left alone."""

    gate: Gate
    qubits: int

    def apply(self, state: State) -> State:
        """(N, ...) -> (N, ...)."""
        front = state.reshape(2**self.qubits, -1)
        return self.gate.apply(front).reshape(state.shape)

    def inverse(self) -> Leading:
        """The inverse in the same place."""
        return Leading(self.gate.inverse(), self.qubits)


@dataclass(frozen=True)
class Trailing:
    """A gate on all qubits but the first `skipped`."""

    gate: Gate
    skipped: int

    def apply(self, state: State) -> State:
        """(N, ...) -> (N, ...)."""
        branches = np.moveaxis(state.reshape(2**self.skipped, -1, *state.shape[1:]), 0, 1)
        return np.moveaxis(self.gate.apply(branches), 1, 0).reshape(state.shape)

    def inverse(self) -> Trailing:
        """The inverse in the same place."""
        return Trailing(self.gate.inverse(), self.skipped)


@dataclass(frozen=True)
class Controlled:
    """A gate on the other qubits where the first qubit is 1.

    Exact gates that are unitary up to a factor only, such as a Hadamard times sqrt 2, would shift
    weight between the branches: they raise `InputError`.
    """

    gate: Gate

    def apply(self, state: State) -> State:
        """|0>a + |1>b -> |0>a + |1>G b; (N, ...) -> (N, ...)."""
        half = state.shape[0] // 2
        idle, driven = state[:half], self.gate.apply(state[half:])
        if is_exact(state) and _weight(driven) != _weight(state[half:]):
            raise InputError("a controlled gate changed the norm: expected a unitary gate")
        return np.concatenate([idle, driven])

    def inverse(self) -> Controlled:
        """Controlled on the same qubit, inverted."""
        return Controlled(self.gate.inverse())


@dataclass(frozen=True)
class From:
    """A gate on the other qubits where the first `qubits` hold the number `first` or more.

    The gate has to be unitary, also where it is exact.
    """

    gate: Gate
    qubits: int
    first: int

    def apply(self, state: State) -> State:
        """(N, ...) -> (N, ...)."""
        branches = state.reshape(2**self.qubits, -1, *state.shape[1:])
        driven = self.gate.apply(np.moveaxis(branches[self.first :], 0, 1))
        return np.concatenate([branches[: self.first], np.moveaxis(driven, 1, 0)]).reshape(
            state.shape
        )

    def inverse(self) -> From:
        """Under the same condition, inverted."""
        return From(self.gate.inverse(), self.qubits, self.first)


def _weight(state: State) -> Fraction:
    flat = state.ravel()
    weight: Fraction = real(inner(flat, flat))
    return weight
