"""Zonal expansions of t^k: the exact weights and matrix elements behind estimation of real states.

C_l is the Gegenbauer polynomial of parameter (N-2)/2 with C_l(1) = 1; t is the cosine between two
unit vectors of R^N. t C_l = a_l C_{l+1} + (1 - a_l) C_{l-1} with a_l = (l+N-2)/(2l+N-2)
(DLMF 18.9.1), so that t^k = sum of p_l C_l is a walk on l, and p is its distribution.
"""

from __future__ import annotations

from fractions import Fraction
from math import comb


def up(dimension: int, level: int) -> Fraction:
    """a_l, the probability that the walk goes from l to l+1."""
    if level == 0:
        return Fraction(1)
    return Fraction(level + dimension - 2, 2 * level + dimension - 2)


def weights(dimension: int, copies: int) -> dict[int, Fraction]:
    """p_l for l = k, k-2, ... in ascending order, by k steps of the walk from l = 0."""
    found = {0: Fraction(1)}
    for _ in range(copies):
        after: dict[int, Fraction] = {}
        for level, weight in found.items():
            rise = up(dimension, level)
            after[level + 1] = after.get(level + 1, Fraction(0)) + rise * weight
            if level:
                after[level - 1] = after.get(level - 1, Fraction(0)) + (1 - rise) * weight
        found = after
    return dict(sorted(found.items()))


def harmonics(dimension: int, level: int) -> int:
    """d_l, the dimension of the spherical harmonics of degree l in R^N."""
    lower = comb(dimension + level - 3, level - 2) if level > 1 else 0
    return comb(dimension + level - 1, level) - lower


def jacobi(dimension: int, level: int, order: int = 0) -> Fraction:
    """b^2_{l,m}: the square of the matrix element of t between degrees l-1 and l at order m.

    (l(l+N-3) - m(m+N-3))/((2l+N-2)(2l+N-4)); at m = 0 the Jacobi coefficient of the zonal
    functions. Zero for l <= m; N = 2 has b^2_{1,0} = 1/2.
    """
    if level <= order:
        return Fraction(0)
    if dimension == 2:
        return Fraction(1, 2) if level == 1 else Fraction(1, 4)
    above = level * (level + dimension - 3) - order * (order + dimension - 3)
    return Fraction(above, (2 * level + dimension - 2) * (2 * level + dimension - 4))


def orders(dimension: int, copies: int) -> range:
    """All orders m that occur in degrees up to k: on a circle there are only even and odd."""
    return range(copies + 1) if dimension > 2 else range(min(copies, 1) + 1)
