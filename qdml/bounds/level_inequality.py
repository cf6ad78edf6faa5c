"""The inequality of Kahn, Kalai and Linial, put to the test on small functions.

For f on {0,1}^n with values in {-1, 0, 1} that differs from 0 on a share mu of all points,
sum over S of d^|S| f^(S)^2 <= mu^(2/(1+d)) for 0 <= d <= 1 (Kahn, Kalai, Linial, FOCS 1988).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import product

import flint
import numpy as np
import numpy.typing as npt

from qdml.bounds.certificates.hidden_matching import ball
from qdml.bounds.hidden_matching import enclosure

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Profile:
    """All that the inequality sees of a function: n, its support, and 4^n f^^2 by level."""

    variables: int
    support: int
    levels: tuple[int, ...]

    def left(self, d: Fraction) -> Fraction:
        """sum over S of d^|S| f^(S)^2, exact."""
        total = Fraction(0)
        for level, weight in enumerate(self.levels):
            total += weight * d**level
        return total / (1 << 2 * self.variables)

    def right(self, exponent: Fraction) -> tuple[Fraction, Fraction]:
        """An enclosure of mu^exponent."""
        if self.support == 2**self.variables:
            return Fraction(1), Fraction(1)
        with flint.ctx.workprec(128):
            power = ball(Fraction(self.support, 2**self.variables)) ** ball(exponent)
            return enclosure(power)


def every_set(variables: int) -> Integers:
    """The indicators of all sets of points but the empty one, (2^(2^n) - 1, 2^n)."""
    points = 2**variables
    numbers = np.arange(1, 2**points, dtype=np.int64)
    found: Integers = (numbers[:, None] >> np.arange(points)) & 1
    return found


def every_function(variables: int) -> Integers:
    """All functions with values in {-1, 0, 1} but zero, (3^(2^n) - 1, 2^n)."""
    values = product((0, 1, -1), repeat=2**variables)
    next(values)
    return np.array(list(values), dtype=np.int64)


def random_functions(variables: int, count: int, rng: np.random.Generator) -> Integers:
    """Random supports of every size, subcubes and Hamming balls too; random signs on half."""
    points = np.arange(2**variables)
    rows = []
    for number in range(count):
        if number % 4 == 0:
            fixed = int(rng.integers(2**variables))
            row = (points & fixed) == (fixed & int(rng.integers(2**variables)))
        elif number % 4 == 1:
            radius = int(rng.integers(variables + 1))
            row = np.bitwise_count(points ^ int(rng.integers(2**variables))) <= radius
        else:
            row = rng.random(len(points)) < 2.0 ** -rng.uniform(0, variables)
        chosen = row.astype(np.int64)
        if not chosen.any():
            chosen[int(rng.integers(len(points)))] = 1
        rows.append(chosen * (1 - 2 * rng.integers(2, size=len(points))) if number % 2 else chosen)
    return np.stack(rows)


def profiles(functions: Integers) -> list[Profile]:
    """The different profiles among functions (count, 2^n)."""
    variables = functions.shape[1].bit_length() - 1
    spectrum = functions.astype(np.int64)
    for axis in range(variables):
        pairs = spectrum.reshape(len(functions), 2**axis, 2, -1)
        spectrum = np.stack([pairs[:, :, 0] + pairs[:, :, 1], pairs[:, :, 0] - pairs[:, :, 1]], 2)
    squares = spectrum.reshape(len(functions), -1) ** 2
    level = np.bitwise_count(np.arange(2**variables))
    weights = np.stack([squares[:, level == k].sum(axis=1) for k in range(variables + 1)], axis=1)
    table = np.hstack([np.abs(functions).sum(axis=1, keepdims=True), weights])
    different = sorted(set(map(tuple, table.tolist())))
    return [Profile(variables, row[0], row[1:]) for row in different]
