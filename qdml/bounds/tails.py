"""Exact binomial tails in whole numbers: a probability said to be below delta is below it."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, comb, floor

import flint

from qdml.errors import InputError

#: Enclosures are intervals of this width with dyadic ends.
WIDTH = Fraction(1, 2**128)

#: Longest whole number that a sum is made of: half a MiB, seconds for one tail.
MOST_BITS = 2**22


def estimate_misses(copies: int, loss: Fraction, accuracy: Fraction) -> tuple[Fraction, Fraction]:
    """Enclosure of P(|2S/k - 1 - loss| > accuracy), S binomial(k, (1+loss)/2).

    `loss` in [-1, 1], `accuracy` > 0. The sum is exact; only the last division is rounded, down
    and up. Returns (low, high). Raises `InputError` for values outside these ranges.
    """
    if copies < 1 or not -1 <= loss <= 1 or accuracy <= 0:
        raise InputError(
            f"{copies} copies, loss {loss}, accuracy {accuracy}: expected at least one copy, a "
            "loss in [-1, 1] and an accuracy above 0"
        )
    plus = (1 + loss) / 2
    if copies * plus.denominator.bit_length() > MOST_BITS:
        raise InputError(
            f"{copies} copies: an exact tail of so many would take more memory than is sensible; "
            "ask for a larger accuracy"
        )
    a, b = plus.numerator, plus.denominator - plus.numerator
    first = max(0, ceil((1 + loss - accuracy) * copies / 2))
    last = min(copies, floor((1 + loss + accuracy) * copies / 2))
    total = (a + b) ** copies
    scaled = (total - _inside(copies, a, b, first, last)) * WIDTH.denominator
    low = Fraction(scaled // total, WIDTH.denominator)
    return low, low if scaled % total == 0 else low + WIDTH


def ternary_misses(
    copies: int, weights: tuple[int, int, int], scale: int, accuracy: Fraction
) -> Fraction:
    """P(|scale S/k - mean| > accuracy) for S the sum of k outcomes -1, 0, 1, exactly.

    weights: what the three outcomes weigh, whole numbers, not all zero; the mean is that of the
    estimate. The law of S is read off the k-th power of a polynomial. Raises `InputError` for
    values outside these ranges.
    """
    total = sum(weights)
    if copies < 1 or min(weights) < 0 or not total or scale < 1 or accuracy <= 0:
        raise InputError(
            f"{copies} copies, weights {weights}, scale {scale}, accuracy {accuracy}: expected "
            "positive numbers"
        )
    if 2 * copies**2 * total.bit_length() > 64 * MOST_BITS:
        raise InputError(f"{copies} copies: the exact law would take more memory than is sensible")
    law = flint.fmpz_poly(list(weights)) ** copies
    mean = Fraction(scale * (weights[2] - weights[0]), total)
    first = ceil((mean - accuracy) * copies / scale) + copies
    last = floor((mean + accuracy) * copies / scale) + copies
    inside = sum((int(law[i]) for i in range(max(0, first), min(2 * copies, last) + 1)), 0)
    return 1 - Fraction(inside, total**copies)


def _inside(copies: int, a: int, b: int, first: int, last: int) -> int:
    """Sum over i = first ... last of C(k, i) a^i b^(k-i)."""
    if first > last:
        return 0
    if a == 0 or b == 0:
        sure = copies if b == 0 else 0
        certain: int = (a + b) ** copies
        return certain if first <= sure <= last else 0
    term: int = comb(copies, first) * a**first * b ** (copies - first)
    total = term
    for i in range(first, last):
        # Each term is a whole number, so the division leaves no remainder.
        term = term * ((copies - i) * a) // ((i + 1) * b)
        total += term
    return total
