"""Moments in a uniform Clifford basis, exactly: what the checker and the search both need."""

from __future__ import annotations

from fractions import Fraction
from math import factorial, prod


def most_fourth_power(spread: Fraction, square: Fraction) -> Fraction:
    """The largest tr B^4 for tr B^2 = `spread` and no eigenvalue whose square exceeds `square`.

    The largest square takes L = min(square, spread); no other one exceeds L or what is left.
    """
    top = min(square, spread)
    return top**2 + (spread - top) * min(top, spread - top)


def scaled_moment(qubits: int, order: int) -> Fraction:
    """The largest E y^t, y = N |<z|U phi>|^2: product over k <= t-2 of N (2^k+1)/(N+2^k)."""
    size, steps = 2**qubits, range(order - 1)
    return Fraction(
        size ** max(0, order - 1) * prod(2**k + 1 for k in steps),
        prod(size + 2**k for k in steps),
    )


def mean_moment(qubits: int, order: int, fourth: Fraction) -> Fraction:
    """E y^t: exact for t <= 5 in terms of q = sum_P <P>^4/N, largest over all states beyond.

    t! permutations give 1 and, of t = 4 and 5, the other codes q each.
    """
    most, all_codes = scaled_moment(qubits, order), prod((1 << k) + 1 for k in range(order - 1))
    if order not in (4, 5):
        return most
    plain = factorial(order)
    return most * (Fraction(plain) + (all_codes - plain) * fourth) / Fraction(all_codes)
