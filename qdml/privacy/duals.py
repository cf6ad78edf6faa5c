"""Estimation of real states as a pair of optimisation problems, each solved in exact arithmetic.

A covariant measurement with seed E >= 0 must have tr(E P_l) = d_l; its fidelity is tr(E R). The
dual asks for kappa_l with sum of kappa_l P_l >= R and has value sum of kappa_l d_l. Sectors of
order m decouple, and in each R is tridiagonal. `proofs_checks/privacy_estimation_real.md`.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations_with_replacement
from math import comb, factorial, prod

import flint

from qdml.privacy.balls import PRECISION, ball, ends, rational
from qdml.privacy.gram import nonnegative
from qdml.privacy.zonal import harmonics, jacobi, weights


def row_sums(dimension: int, copies: int, order: int = 0) -> dict[int, flint.arb]:
    """kappa_l d_l: sums over l' of sqrt(p_l p_l') (J^2)_{ll'} in the sector of `order`."""
    p = weights(dimension, copies)
    with flint.ctx.workprec(PRECISION):
        sums = {l_: ball(p[l_] * _diagonal(dimension, l_, order)) for l_ in p}
        for level in p:
            if level + 2 in p:
                beside = ball(_beside(dimension, p, level, order)).sqrt()
                sums[level] += beside
                sums[level + 2] += beside
    return sums


def primal(dimension: int, copies: int) -> flint.arb:
    """Fidelity of the measurement with seed sum of sqrt(d_l) |l, m=0>: all row sums together."""
    with flint.ctx.workprec(PRECISION):
        return sum(row_sums(dimension, copies).values(), flint.arb(0))


def dual(dimension: int, copies: int, order: int = 0) -> dict[int, Fraction]:
    """Rational kappa_l d_l a little above the row sums: their sum bounds every fidelity."""
    spare = Fraction(1, 2 ** (PRECISION // 2))
    return {
        level: ends(value)[1] + spare for level, value in row_sums(dimension, copies, order).items()
    }


def least_pivot(
    dimension: int, copies: int, order: int, bound: dict[int, Fraction]
) -> Fraction | None:
    """The least pivot of the dual slack in one sector, exactly; None if that one is not positive.

    A tridiagonal matrix enters through squares of its off-diagonal entries, which are rational.
    """
    p = weights(dimension, copies)
    pivots: list[Fraction] = []
    for level in (level for level in p if level >= order):
        pivot = bound[level] - p[level] * _diagonal(dimension, level, order)
        if pivots:
            pivot -= _beside(dimension, p, level - 2, order) / pivots[-1]
        if pivot <= 0:
            return None
        pivots.append(pivot)
    return min(pivots)


def dominates(dimension: int, copies: int, bound: dict[int, Fraction]) -> bool:
    """Whether sum of kappa_l P_l >= R, from the definition of R by moments of the unit sphere.

    Knows nothing of sectors, polynomials or their recurrences: R is the average of
    (x_1)^2 (x x^T)^(x)k in the basis of monomials, P_l are the spectral projectors of the average
    of (x x^T)^(x)k. False also if that does not have the eigenvalues p_l/d_l.
    """
    monomials = _monomials(dimension, copies)
    size = len(monomials)
    counts = [factorial(copies) // prod(map(factorial, a)) for a in monomials]
    first = (2,) + (0,) * (dimension - 1)
    moments, target = flint.fmpq_mat(size, size), flint.fmpq_mat(size, size)
    for i, a in enumerate(monomials):
        for j, b in enumerate(monomials):
            both = tuple(map(sum, zip(a, b, strict=True)))
            moments[i, j] = rational(moment(both) * counts[j])
            target[i, j] = rational(moment(tuple(map(sum, zip(both, first, strict=True)))))
    unit, inverse = flint.fmpq_mat(size, size), flint.fmpq_mat(size, size)
    for i, count in enumerate(counts):
        unit[i, i], inverse[i, i] = flint.fmpq(1), flint.fmpq(1, count)
    p = weights(dimension, copies)
    spectrum = {level: rational(w / harmonics(dimension, level)) for level, w in p.items()}
    true_spectrum, slack, rebuilt = True, -target, flint.fmpq_mat(size, size)
    for level, value in spectrum.items():
        projector = unit
        for other in spectrum.values():
            if other != value:
                projector = projector * (moments - other * unit) * (1 / (value - other))
        rebuilt += value * projector
        kappa = rational(bound[level] / harmonics(dimension, level))
        slack += kappa * projector * inverse
        true_spectrum = true_spectrum and projector * projector == projector
    return bool(true_spectrum and rebuilt == moments) and nonnegative(slack)


def moment(exponents: tuple[int, ...]) -> Fraction:
    """Average of x_1^{a_1} ... x_N^{a_N} over the unit sphere of R^N, by Gaussian integrals."""
    if any(a % 2 for a in exponents):
        return Fraction(0)
    above = prod(prod(range(1, a, 2)) for a in exponents)
    return Fraction(above, prod(len(exponents) + 2 * i for i in range(sum(exponents) // 2)))


def monomial_count(dimension: int, degree: int) -> int:
    """Size of the matrices that `dominates` builds."""
    return comb(dimension + degree - 1, degree)


def _monomials(dimension: int, degree: int) -> list[tuple[int, ...]]:
    chosen = combinations_with_replacement(range(dimension), degree)
    return [tuple(word.count(i) for i in range(dimension)) for word in chosen]


def _diagonal(dimension: int, level: int, order: int) -> Fraction:
    return jacobi(dimension, level, order) + jacobi(dimension, level + 1, order)


def _beside(dimension: int, p: dict[int, Fraction], level: int, order: int) -> Fraction:
    """Square of sqrt(p_l p_{l+2}) (J^2)_{l,l+2}."""
    product = jacobi(dimension, level + 1, order) * jacobi(dimension, level + 2, order)
    return p[level] * p[level + 2] * product
