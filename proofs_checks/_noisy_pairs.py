"""Pairs of states for the checks of local differential privacy, and exact readings of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import exp, log, log1p, sinh
from typing import Any

import flint
import numpy as np
import numpy.typing as npt

from qdml.claims import Context, Sweep
from qdml.privacy import differential as formulas
from qdml.privacy import operators
from qdml.privacy.balls import ends, rational
from qdml.privacy.gram import Gaussian, eigenvalues, nonnegative, overlap

#: Strengths of the noise.
STRENGTHS = (Fraction(1, 10), Fraction(1, 2), Fraction(9, 10))

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


def search(sweep: Sweep, level: Callable[..., Fraction], pair: Pair) -> None:
    """One pair of the random search, with its own trace distance and, if pure, its exact eps."""
    d, (one, other) = pair.dimension, pair.states
    for p in STRENGTHS:
        b, point = p / (d * (1 - p)), pair.point | {"p": p}
        noisy = [operators.depolarised(state, p) for state in (one, other)]
        if pair.vectors is None:
            spread = sum((m * abs(q) for m, q in eigenvalues(one - other)), flint.arb(0)) / 4
            bound = level(d, p, ends(spread)[1])
            slack = rational(bound) * noisy[1] - noisy[0]
            sweep.holds(point, "a mixed pair stays below", nonnegative(slack))
        elif p == STRENGTHS[1]:
            re, im = overlap(*pair.vectors)
            lengths = overlap(pair.vectors[0], pair.vectors[0])[0]
            lengths *= overlap(pair.vectors[1], pair.vectors[1])[0]
            square = 1 - Fraction(re * re + im * im, lengths)
            middle = rational(2 + square / (b * (1 + b)))
            pencil = (noisy[1].inv() * noisy[0]).charpoly()
            expected = flint.fmpq_poly([1, -middle, 1]) * flint.fmpq_poly([-1, 1]) ** (d - 2)
            sweep.holds(point, "spectrum of a pure pair", pencil == expected**2)


def rounding(dimension: int) -> list[tuple[str, Fraction]]:
    """Relative errors of the formulas in floating point, against rationals at one dimension."""
    d, found = dimension, list[tuple[str, Fraction]]()

    def compare(name: str, value: float, exact: Fraction) -> None:
        found.append((name, abs(Fraction(value) / exact - 1)))

    for p in STRENGTHS:
        strength, b = float(p), p / (d * (1 - p))
        compare("e^eps", exp(formulas.depolarising_epsilon(d, strength)), 1 + 1 / b)
        for up, _, below in TRIPLES:
            tau = Fraction(up, below)
            mixed = formulas.mixed_epsilon(d, strength, float(tau))
            compare("e^eps of mixed pairs", exp(mixed), 1 + tau / b)
            half = sinh(formulas.pure_epsilon(d, strength, float(tau)) / 2)
            compare("sinh^2(eps/2) of pure pairs", half**2, tau**2 / (4 * b * (1 + b)))
        # At this level half of the divergence is left.
        level = 1 + d * (1 - p) / (2 * p)
        compare("divergence", formulas.hockey_stick(d, strength, float(level)), (1 - p) / 2)
    for n, k in ((d, 1), (d, 2)):
        exact = 1 - Fraction(n - 2, n) ** (2 * k)
        compare("delta of a flip, squared", formulas.flip_delta(n, k) ** 2, exact)
    for g in (1, 8):
        compare("price", formulas.shots_factor(d, log1p(g)), (1 + Fraction(d, g)) ** 2)
        compare("noise", formulas.noise_for(d, log1p(g)), Fraction(d, d + g))
    compare("gentleness", formulas.gentleness(4 * log(3)), Fraction(8, 10))
    return found


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
