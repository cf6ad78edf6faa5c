"""Where a gate acts in a larger register: on leading qubits, on trailing ones, or controlled."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qdml.quantum.gates import Gate
from qdml.quantum.numbers import State


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
    """A gate on the other qubits where the first qubit is 1. The gate must not change the norm."""

    gate: Gate

    def apply(self, state: State) -> State:
        """|0>a + |1>b -> |0>a + |1>G b; (N, ...) -> (N, ...)."""
        half = state.shape[0] // 2
        return np.concatenate([state[:half], self.gate.apply(state[half:])])

    def inverse(self) -> Controlled:
        """Controlled on the same qubit, inverted."""
        return Controlled(self.gate.inverse())
