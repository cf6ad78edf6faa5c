"""Pairs of states for the checks of local differential privacy, and exact readings of them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import flint
import numpy as np
import numpy.typing as npt

from qdml.claims import Context
from qdml.privacy import operators
from qdml.privacy.gram import Gaussian

#: (a, b, c) with a^2 + b^2 = c^2: pure pairs whose trace distance a/c is rational.
TRIPLES = ((3, 4, 5), (4, 3, 5), (5, 12, 13), (1, 0, 1))

#: Matrices of larger dimension take long and show nothing new.
LARGEST = 5


@dataclass(frozen=True)
class Pair:
    """Two density matrices (2d, 2d) that a random search proposes; vectors where they are pure."""

    dimension: int
    name: str
    states: tuple[flint.fmpq_mat, flint.fmpq_mat]
    vectors: tuple[Gaussian, Gaussian] | None = None

    @property
    def point(self) -> dict[str, object]:
        """Where it is."""
        return {"d": self.dimension, "pair": self.name}


def gather(context: Context) -> tuple[Pair, ...]:
    """Random complex pure pairs, random mixed pairs, and one orthogonal pair a dimension."""
    grid, found = context.grid, []
    for d in sorted({2, 3, *(d for d in grid.dimensions if d <= LARGEST)}):
        found.append(pure("orthogonal", basis(d, 0), basis(d, 1)))
        for i in range(2 * grid.instances):
            rng = context.rng("pair", d, i)
            found.append(pure(f"pure {i}", _random(rng, d), _random(rng, d)))
            pair = _mixed(rng, d), _mixed(rng, d)
            found.append(Pair(d, f"mixed {i}", pair))
    return tuple(found)


def pure(name: str, one: Gaussian, other: Gaussian) -> Pair:
    states = operators.projector(one), operators.projector(other)
    return Pair(len(one), name, states, (one, other))


def basis(d: int, place: int) -> Gaussian:
    return [(int(i == place), 0) for i in range(d)]


def _random(rng: np.random.Generator, d: int) -> Gaussian:
    return [(1, 0), *((int(a), int(b)) for a, b in rng.integers(-4, 5, (d - 1, 2)))]


def _mixed(rng: np.random.Generator, d: int) -> flint.fmpq_mat:
    weights = [int(w) for w in rng.integers(1, 6, 2)]
    states = [operators.projector(_random(rng, d)) for _ in weights]
    return operators.mixture(states, [Fraction(w, sum(weights)) for w in weights])


def real_qubits() -> list[Pair]:
    found = [pure("orthogonal", basis(2, 0), basis(2, 1))]
    return found + [pure(f"{s}/{h}", basis(2, 0), [(c, 0), (s, 0)]) for s, c, h in TRIPLES]


def block(matrix: flint.fmpq_mat) -> flint.fmpq_mat:
    """The real half of a real matrix that is kept twice."""
    size = matrix.nrows() // 2
    return flint.fmpq_mat([[matrix[i, j] for j in range(size)] for i in range(size)])


def tensor_power(matrix: flint.fmpq_mat, copies: int) -> flint.fmpq_mat:
    found = matrix
    for _ in range(copies - 1):
        found = operators.kronecker(found, matrix)
    return found


def pauli(observable: npt.NDArray[Any], x: int, z: int) -> Fraction:
    """Coefficient, up to a phase, of X^x Z^z in an observable (N, N) of fractions."""
    size = len(observable)
    total = sum((-1) ** (j & z).bit_count() * observable[j, j ^ x] for j in range(size))
    return Fraction(total) / size


def disturbance(roots: list[Fraction], weights: list[Fraction]) -> Fraction:
    """1 - <A>^2/<A^2> for A = sqrt(E) with these eigenvalues, in a state with these weights."""
    norm = sum(weights, Fraction(0))
    mean = sum((a * w for a, w in zip(roots, weights, strict=True)), Fraction(0)) / norm
    square = sum((a * a * w for a, w in zip(roots, weights, strict=True)), Fraction(0)) / norm
    return 1 - mean**2 / square
