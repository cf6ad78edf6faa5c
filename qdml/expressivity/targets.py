"""Functions to approximate: exact random ones, one of every smoothness, and an entire one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from scipy.special import iv, zeta

from qdml.expressivity.approximation import TRUE_RECIPE, Recipe, circuit, encode, state
from qdml.quantum.numbers import Direction, Radians, State, gaussian, real


@dataclass(frozen=True)
class Target:
    """A real function with exact coefficients root_m^2 phase_m / total, and the root that is left.

    `phases` are Gaussian rationals on the unit circle.
    """

    harmonics: int
    roots: dict[int, int]
    phases: dict[int, Any]
    rest: int

    @property
    def total(self) -> int:
        """The common denominator: the sum of all squared roots."""
        return sum(root**2 for root in self.roots.values()) + self.rest**2

    def encoded(self, recipe: Recipe = TRUE_RECIPE) -> State:
        """Bob's exact state."""
        roots = {m: gaussian(root) for m, root in self.roots.items()}
        rest = gaussian(self.rest)
        return encode(roots, self.phases, rest, self.harmonics, recipe)

    def value(self, half: Direction) -> Fraction:
        """f at the input x, given as the angle x/2."""
        quarter = gaussian(half.cosine, half.sine)
        turn = quarter**4 / gaussian(half.cosine**2 + half.sine**2) ** 2
        total = gaussian(0)
        for m, root in self.roots.items():
            total += gaussian(root**2) * self.phases[m] * turn**m
        value: Fraction = real(total) / self.total
        return value


def draw(harmonics: int, rng: np.random.Generator) -> Target:
    """A random target with every coefficient up to K different from zero."""
    roots, phases = {0: int(rng.integers(1, 4))}, {0: gaussian(int(rng.choice((-1, 1))))}
    for m in range(1, harmonics + 1):
        roots[m] = roots[-m] = int(rng.integers(1, 4))
        c, s = (int(v) for v in rng.integers(1, 4, size=2))
        phases[m] = gaussian(c, s) ** 2 / gaussian(c * c + s * s)
        phases[-m] = gaussian(1) / phases[m]
    return Target(harmonics, roots, phases, int(rng.integers(1, 4)))


def tail(power: int, harmonics: int, terms: int = 32) -> tuple[Fraction, Fraction]:
    """Enclosure of sum over m > K of m^-q, q >= 2: some terms, and integrals around the rest."""
    last = harmonics + terms
    summed = sum((Fraction(1, m**power) for m in range(harmonics + 1, last + 1)), Fraction(0))
    low = Fraction(1, (power - 1) * (last + 1) ** (power - 1))
    return summed + low, summed + Fraction(1, (power - 1) * last ** (power - 1))


def cosines(power: int, harmonics: int) -> dict[int, float]:
    """Coefficients |m|^-q/(2 zeta(q)), m != 0, of sum cos(mx)/m^q / zeta(q), up to |m| = K.

    Its derivative number q-1, q even, has variation 2 pi/zeta(q): V = 1/zeta(q). Its largest error
    is at x = 0, where its value is 1.
    """
    total = 2 * float(zeta(power))
    return {m: float(abs(m)) ** -power / total for m in range(-harmonics, harmonics + 1) if m}


def bell(harmonics: int) -> dict[int, float]:
    """Coefficients I_m(1)/e of exp(cos x - 1), which has every derivative; its value at 0 is 1."""
    return {m: float(iv(m, 1) / np.e) for m in range(-harmonics, harmonics + 1)}


def error(
    coefficients: Mapping[int, float], harmonics: int, recipe: Recipe = TRUE_RECIPE
) -> tuple[float, float]:
    """1 - loss of the circuit that is run at x = 0, and a bound on its rounding.

    Where no coefficient is negative and f(0) = 1, that is the largest error of all inputs.
    """
    made = state(dict(coefficients), harmonics, recipe)
    model = circuit(harmonics, Radians(0.0), recipe)
    rounding = 16 * float(np.finfo(float).eps) * (len(model.gates) + len(made))
    return 1 - float(model.loss(made)), rounding
