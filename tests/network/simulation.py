"""A plain simulation: one vector over all live qubits, full matrices, no worlds and no owners."""

from __future__ import annotations

from functools import reduce

import numpy as np

from qdml.testing import rounding

ONE = {
    "I": np.eye(2),
    "X": np.array([[0, 1], [1, 0]]),
    "Y": np.array([[0, -1j], [1j, 0]]),
    "Z": np.diag([1, -1]),
}


def kron(letters: str) -> np.ndarray:
    return reduce(np.kron, [ONE[letter] for letter in letters], np.eye(1))


def distance(one: np.ndarray, other: np.ndarray) -> float:
    """Between two state vectors, whatever their phase: a measured qubit takes its phase along."""
    overlap = np.vdot(other, one)
    return float(np.linalg.norm(one - other * (overlap / abs(overlap or 1))))


class Plain:
    """The vector, the qubit (named by its slot) that each axis is, and a bound on rounding."""

    def __init__(self) -> None:
        self.vector = np.ones(1, dtype=complex)
        self.order: list[object] = []
        self.error = rounding(1)

    def grow(self, state: np.ndarray, slots: list[object]) -> None:
        self.vector = np.kron(self.vector, state)
        self.order += slots
        self.error += rounding(1)

    def front(self, slots: list[object]) -> None:
        """Bring the named qubits to the first axes, in their order."""
        order = list(slots) + [slot for slot in self.order if slot not in slots]
        axes = [self.order.index(slot) for slot in order]
        self.vector = self.vector.reshape([2] * len(order)).transpose(axes).ravel()
        self.order = order

    def act(self, matrix: np.ndarray, slots: list[object]) -> None:
        self.front(slots)
        self.vector = np.kron(matrix, np.eye(len(self.vector) // len(matrix))) @ self.vector
        self.error += rounding(1, len(matrix))

    def collapse(
        self,
        candidates: list[np.ndarray],
        gone: list[object],
        found: np.ndarray,
        order: list[object],
    ) -> None:
        """Which unread outcome came up is the library's secret: see it in what it has left.

        `found` is the library's joint state, `order` the slots of its axes.
        """
        self.order = [slot for slot in self.order if slot not in gone]
        axes = [order.index(slot) for slot in self.order]
        found = found.reshape([2] * len(order)).transpose(axes).ravel()
        norms = [float(np.linalg.norm(vector)) for vector in candidates]
        distances = [
            distance(vector / norm, found) if norm > self.error else np.inf
            for vector, norm in zip(candidates, norms, strict=True)
        ]
        # Of the outcomes that explain what is left, the likeliest magnifies rounding the least.
        plausible = [
            i
            for i, norm in enumerate(norms)
            if norm > self.error and distances[i] <= 2 * self.error / norm + rounding(1)
        ]
        best = max(plausible or [int(np.argmin(distances))], key=norms.__getitem__)
        self.error = 2 * self.error / norms[best] + rounding(1)
        self.vector = candidates[best] / norms[best]
