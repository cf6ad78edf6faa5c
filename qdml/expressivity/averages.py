"""Means over random unitaries of the one-qubit model: exact over Clifford layers; Haar draws.

The Clifford group is a 2-design (Dankert, Cleve, Emerson and Livine, Phys. Rev. A 80 (2009)
012304), so that its exact mean of |c_m|^2, of degree 2 in every layer and its conjugate, is Haar's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import product

import numpy as np

from qdml.expressivity.series import Layer, coefficients
from qdml.quantum.numbers import Direction, Radians

#: Turns by 0, 1, 2 and 3 quarters.
QUARTERS = (Direction(1, 0), Direction(1, 1), Direction(0, 1), Direction(1, -1))


def cliffords() -> Iterator[Layer]:
    """The 24 Clifford unitaries of one qubit, up to phases, as turns about Z, Y and Z."""
    for first, middle, last in product(range(4), range(3), range(4)):
        # Without a quarter turn between them the two turns about Z are one.
        if middle == 1 or last == 0:
            angles = (QUARTERS[turns] for turns in (first, middle, last))
            yield tuple(zip("ZYZ", angles, strict=True))


def mean_squares(weights: Sequence[int]) -> dict[int, Fraction]:
    """Frequency -> the mean of |c_m|^2 over independent uniform Clifford layers, exactly.

    The first layer counts through the state that it makes of |0>, the last one through what it
    makes of Z, and each of the six comes from four of the 24: 36 * 24^(L-1) models are summed.
    """
    poles: list[Layer] = [(("Y", QUARTERS[turns]),) for turns in (0, 2)]
    states = [*poles, *((("Y", QUARTERS[1]), ("Z", quarter)) for quarter in QUARTERS)]
    observables = [*poles, *((("Z", quarter), ("Y", QUARTERS[1])) for quarter in QUARTERS)]
    inner = [list(cliffords())] * (len(weights) - 1)
    total: dict[int, Fraction] = {}
    models = 0
    for layers in product(states, *inner, observables):
        models += 1
        found = coefficients(weights, layers)
        for m in found.support:
            total[m] = total.get(m, Fraction(0)) + found.square(m)
    return {m: square / models for m, square in sorted(total.items())}


def haar_layer(rng: np.random.Generator) -> Layer:
    """A Haar-random unitary up to a phase: uniform turns about Z, a uniform cosine between them."""
    first, last = rng.uniform(-np.pi, np.pi, size=2)
    middle = np.arccos(rng.uniform(-1, 1))
    angles = (Radians(float(angle)) for angle in (first, middle, last))
    return tuple(zip("ZYZ", angles, strict=True))
