"""Moments of a state in a uniform Clifford basis: products, sums over supports, and small cases.

y = N |<z|U phi>|^2 for a uniform Clifford U; a stabiliser state phi maximises every moment, since
each of the self-dual codes of Gross, Nezami and Walter (2021) gives at most 1 by Cauchy-Schwarz.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from math import factorial, prod

from qdml.bounds.certificates.clifford import scaled_moment

__all__ = [
    "codes",
    "gaussian_binomial",
    "haar_moment",
    "information_set",
    "scaled_moment",
    "support_sum",
]


def haar_moment(qubits: int, order: int) -> Fraction:
    """E p^t for a Haar basis: t!/(N (N+1) ... (N+t-1))."""
    return Fraction(factorial(order), prod(2**qubits + k for k in range(order)))


def support_sum(qubits: int, order: int) -> Fraction:
    """E p^t for a stabiliser state: p = 2^-k on a fraction 2^(k-n) of z, k its support's dimension.

    The supports of dimension k are [n,k]_2 2^(n-k) affine spaces with 2^(k(k+3)/2) phases each.
    """
    states, total = 0, Fraction(0)
    for k in range(qubits + 1):
        count = gaussian_binomial(qubits, k) * 2 ** (qubits - k) * 2 ** (k * (k + 3) // 2)
        states += count
        total += Fraction(count, 2 ** (qubits - k) * 2 ** (order * k))
    return total / states


def gaussian_binomial(n: int, k: int) -> int:
    """The number of k-dimensional subspaces of Z_2^n."""
    above: int = prod(2 ** (n - i) - 1 for i in range(k))
    below: int = prod(2 ** (i + 1) - 1 for i in range(k))
    return above // below


def codes(order: int) -> list[frozenset[int]]:
    """Every code of Z_2^{2t} that carries the t-th moment, each as its 2^t words.

    A word is x + 2^t y. They are the t-dimensional spaces that hold the word of ones and on which
    |x| - |y| is 0 mod 4: Gross, Nezami and Walter, arXiv:1712.08628, Definition 4.1. There are
    prod over k <= t-2 of (2^k + 1).
    """
    low = 2**order - 1
    ones = 4**order - 1
    isotropic = [
        v for v in range(1, ones) if ((v & low).bit_count() - (v >> order).bit_count()) % 4 == 0
    ]
    found = {frozenset((0, ones))}
    for _ in range(order - 1):
        found = {
            space | {v ^ w for w in space}
            for space in found
            for v in isotropic
            if v not in space and not any((v & w).bit_count() % 2 for w in space)
        }
    return sorted(found, key=sorted)


def information_set(code: frozenset[int], places: tuple[int, ...]) -> bool:
    """Whether the words of `code` are told apart, all of them, by their bits at `places`."""
    mask = sum(1 << place for place in places)
    told = len({word & mask for word in code})
    return told == len(code) and told == 1 << len(places)


def halves(code: frozenset[int], order: int, paired: bool = False) -> tuple[int, ...] | None:
    """Places S such that S and its complement are information sets, if there are any.

    With `paired` the places i and i + t go together, so that a product over pairs is split.
    """
    everything = set(range(2 * order))
    choices = combinations(range(order), order // 2) if paired else None
    sets = (
        ((*s, *(i + order for i in s)) for s in choices)
        if choices is not None
        else combinations(range(2 * order), order)
    )
    for places in sets:
        rest = tuple(sorted(everything - set(places)))
        if information_set(code, tuple(places)) and information_set(code, rest):
            return tuple(places)
    return None
