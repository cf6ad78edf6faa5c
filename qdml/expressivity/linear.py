"""The best that a linear model can do, exactly: least squares, and affine threshold classifiers.

An affine classifier decides by the sign of w.x + b. Its fewest errors on parity follow from two
arguments: if a polynomial q of degree e vanishes on all errors, then the sum over the hypercube of
parity * (w.x + b) * q^2 is positive, yet zero when 2e + 1 < N (Aspnes, Beigel, Furst and Rudich,
Combinatorica 14 (1994) 135); and an odd number of bits is two faces of one bit less.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import comb

import flint

from qdml.errors import InputError


def least_squares(points: Sequence[Sequence[int]], labels: Sequence[int]) -> Fraction:
    """R^2 of the best affine least-squares fit to whole-number points and labels, exactly.

    1 - (residual sum of squares)/(sum of squares about the mean), by the normal equations. Raises
    `InputError` for labels that are all equal or points that lie in a hyperplane.
    """
    rows = [[*point, 1] for point in points]
    width, count = len(rows[0]), len(rows)
    design = flint.fmpz_mat(count, width, [entry for row in rows for entry in row])
    target = flint.fmpz_mat(count, 1, list(labels))
    gram, moments = design.transpose() * design, design.transpose() * target
    if gram.det() == 0 or len(set(labels)) < 2:
        raise InputError(
            f"{count} points: expected two different labels and points that span all directions"
        )
    explained = (moments.transpose() * (flint.fmpq_mat(gram).inv() * flint.fmpq_mat(moments)))[0, 0]
    # The constant alone explains (sum of labels)^2/count.
    constant = flint.fmpq(sum(labels) ** 2, count)
    whole = flint.fmpq(sum(label**2 for label in labels))
    share = (explained - constant) / (whole - constant)
    return Fraction(int(share.p), int(share.q))


def parity_errors(bits: int) -> int:
    """The fewest errors of an affine classifier on the parity of N bits, N >= 2.

    sum of C(N, i), i < N/2, for even N; twice those of N-1 bits for odd N.
    """
    if bits < 2:
        raise InputError(f"{bits} bits: expected at least 2; one bit is linear")
    if bits % 2:
        return 2 * parity_errors(bits - 1)
    return sum(comb(bits, i) for i in range(bits // 2))


def counting_errors(bits: int) -> int:
    """The fewest errors on parity of classifiers that compare the number of ones with a threshold.

    By trying all of them; this attains `parity_errors`.
    """
    best = 1 << bits
    for threshold in range(bits + 2):
        for above in (1, -1):
            wrong = sum(
                comb(bits, ones)
                for ones in range(bits + 1)
                if (above if ones >= threshold else -above) != (-1) ** ones
            )
            best = min(best, wrong)
    return best


def threshold_errors(labels: Sequence[int]) -> int:
    """The fewest errors of an affine classifier of one variable, labels in its order.

    Every dichotomy of points on a line is one threshold and one sign: all are tried.
    """
    plus = sum(label == 1 for label in labels)
    errors = plus
    best = min(errors, len(labels) - errors)
    for label in labels:
        errors += -1 if label == 1 else 1
        best = min(best, errors, len(labels) - errors)
    return best


def alternating(periods: int, steps: int) -> list[int]:
    """sign(sin x) at `steps` midpoints of every half period, over `periods` periods from 0."""
    return [(-1) ** half for half in range(2 * periods) for _ in range(steps)]
