"""Polynomials above max(0, y - x) whose mean over a Clifford basis is small: a linear program.

For any of them E max_z y_z <= x + N E[q(y)], y_z = N |<z|U phi>|^2, since sum_z y_z's excess over
x is at least that of the largest. Floats suggest; the checker tests the polynomial by Sturm.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

#: Denominator of thresholds and coefficients.
GRAIN = 2**120

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Envelope:
    """A threshold x, coefficients of q from the constant on, and x + N E[q] in floats."""

    threshold: Fraction
    coefficients: tuple[Fraction, ...]
    value: float


def best_envelope(size: int, means: Sequence[float], free: int, about: float) -> Envelope | None:
    """The envelope of degree len(means) - 1 with the least x + N sum_k q_k means[k].

    `means` are the moments of y from the 0th on; coefficients beyond number `free` are kept from
    being negative, since only upper ends of those moments are known. `about` is a guess of x.
    """
    from scipy.optimize import minimize_scalar

    points = np.concatenate(
        [np.linspace(0, 8, 161), np.geomspace(8, max(9.0, 4 * size / about), 90)]
    )

    def solved(x: float) -> tuple[float, Floats | None, Floats]:
        return _solve(size, np.asarray(means, dtype=float), free, x, points)

    found = minimize_scalar(
        lambda x: solved(x)[0],
        bounds=(0.3 * about, 1.2 * about),
        options={"xatol": about / 60, "maxiter": 9},
    )
    threshold, extra = float(found.x), points
    q: Floats | None = None
    for _ in range(6):
        _, q, extra = _solve(size, np.asarray(means, dtype=float), free, threshold, extra)
    return None if q is None else _rounded(size, means, threshold, q)


def _solve(
    size: int, means: Floats, free: int, x: float, points: Floats
) -> tuple[float, Floats | None, Floats]:
    """One linear program in w = y/x, the points of contact added to `points`."""
    from scipy.optimize import linprog

    degree = len(means) - 1
    powers = np.vander(points, degree + 1, increasing=True)
    rows = 1 / np.maximum(1, points) ** degree
    weight = size * means / x ** np.arange(degree + 1)
    # Columns are scaled by their price: all variables are then of the same order.
    answer = linprog(
        np.ones(degree + 1),
        A_ub=-(powers / weight) * rows[:, None],
        b_ub=-np.maximum(0, points - 1) * rows,
        bounds=[(None, None) if k <= free else (0, None) for k in range(degree + 1)],
        method="highs",
    )
    if answer.status != 0:
        return 1e300, None, points
    q = answer.x / weight
    above = q.copy()
    above[:2] += (1, -1)
    turning = [np.roots(np.polynomial.polynomial.polyder(p)[::-1]) for p in (q, above)]
    touched = np.concatenate(turning)
    touched = touched[(abs(touched.imag) < 1e-9) & (touched.real > 0)].real
    more = np.concatenate([touched * scale for scale in (1 - 1e-4, 1, 1 + 1e-4)])
    value = x * (1 + float(answer.fun))
    return value, x * q / x ** np.arange(degree + 1), np.concatenate([points, more])


def _rounded(size: int, means: Sequence[float], threshold: float, q: Floats) -> Envelope | None:
    """Rationals near q, lifted until the checker's test passes."""
    from qdml.bounds.certificates.sturm import is_envelope

    for step in range(24):
        lift = 1e-13 * 4**step
        numbers = [Fraction(round(float(v) * GRAIN), GRAIN) for v in q]
        numbers[0] += Fraction(round(lift * GRAIN), GRAIN)
        start = Fraction(round(threshold * 2**30), 2**30)
        if is_envelope(numbers, start, size):
            mean = sum(float(v) * m for v, m in zip(numbers, means, strict=True))
            return Envelope(start, tuple(numbers), threshold + size * mean)
    return None
