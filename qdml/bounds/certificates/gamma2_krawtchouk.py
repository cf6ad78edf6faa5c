"""Check a lower bound on gamma_2^alpha of a partial sign matrix f(|x xor y|), by Krawtchouk sums.

Let B be any matrix that alpha-approximates f and b(d) the mean of its entries at distance d. By
convexity and symmetry gamma_2(B) >= gamma_2 of the averaged matrix = sum_k |u_k|, where
b(d) = sum_k u_k K_k(d)/C(n,k) (its Fourier transform: Linial and Shraibman 2009). So whole numbers
w_d and a scale s with |sum_d w_d K_k(d)| <= s C(n,k) for every k prove that
gamma_2^alpha >= (1/s) sum_d (least w_d b(d) that the approximation allows at d).
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import comb
from typing import Any

from qdml.bounds.certificates.reading import (
    SHORT,
    Checked,
    Rejected,
    choice,
    field,
    integer,
    only,
    rational,
)

#: Distances are at most this: a bound on the work that a hostile file can ask for.
MOST_BITS = 512

LIMIT = 10**2000
_KEYS = {"kind", "family", "n", "alpha", "scale", "bound"}


def check(record: Mapping[str, Any]) -> Checked:
    """The proven lower bound on gamma_2^alpha. Raises `Rejected` with the reason.

    Fields: `family` "gap-hamming" with `n` and `gap`, or "majority" with `n`; `alpha` > 1; `scale`
    s; `weights`, pairs [d, w_d] in rising d; `bound`, what the file claims.
    """
    n, gap = family(record, "weights")
    alpha = factor(record)
    scale = integer(record, "scale", 1, LIMIT)
    weights = pairs(record, "weights", n)
    _feasible(n, scale, weights)
    total = sum(
        (
            least(n - 2 * d, gap, alpha) * w if w > 0 else largest(n - 2 * d, gap, alpha) * w
            for d, w in weights
        ),
        Fraction(0),
    )
    bound = total / scale
    if bound <= 0:
        raise Rejected("weights: nothing above zero follows from them")
    if rational(field(record, "bound"), "bound") > bound:
        raise Rejected(f"bound: more is claimed than the proved {float(bound):.9g}")
    return Checked(True, bound, f"gamma_2^{alpha} of {record['family']} on {n} bits, from below")


def family(record: Mapping[str, Any], own: str) -> tuple[int, int]:
    """Bits n and gap: +1 where n - 2d >= gap, -1 where n - 2d <= -gap, free between.

    `own` is the one field that a kind of certificate has beside the common ones.
    """
    name = choice(record, "family", ("gap-hamming", "majority"))
    n = integer(record, "n", 1, MOST_BITS)
    if name == "gap-hamming":
        only(record, _KEYS | {own, "gap"})
        return n, integer(record, "gap", 1, n)
    only(record, _KEYS | {own})
    if n % 2 == 0:
        raise Rejected(f"n: {n}: a majority needs an odd number of bits")
    return n, 1


def factor(record: Mapping[str, Any]) -> Fraction:
    """alpha, a rational above 1."""
    alpha = rational(field(record, "alpha"), "alpha")
    if not (alpha > 1 and alpha.numerator < SHORT):
        raise Rejected("alpha: allowed are rationals p/q above 1, p of at most 50 digits")
    return alpha


def pairs(record: Mapping[str, Any], name: str, n: int) -> list[tuple[int, int]]:
    """Pairs of a place 0 ... n and a whole number, in rising order of places."""
    listed = field(record, name)
    if not isinstance(listed, list):
        raise Rejected(f"{name}: a list of pairs is needed")
    found: list[tuple[int, int]] = []
    for pair in listed:
        if not isinstance(pair, list) or len(pair) != 2 or {type(x) for x in pair} != {int}:
            raise Rejected(f"{name}: each is a pair of whole numbers")
        place, number = pair
        if not (found[-1][0] if found else -1) < place <= n or abs(number) >= LIMIT:
            raise Rejected(f"{name}: place {place} is out of order, above {n}, or its number huge")
        found.append((place, number))
    return found


def _feasible(n: int, scale: int, weights: list[tuple[int, int]]) -> None:
    """|sum_d w_d K_k(d)| <= scale C(n,k) for k = 0 ... n, K_k(d) by its recurrence in k."""
    sums = [0] * (n + 1)
    for d, w in weights:
        before, here = 0, 1
        for k in range(n + 1):
            sums[k] += w * here
            before, here = here, ((n - 2 * d) * here - (n - k + 1) * before) // (k + 1)
    for k, value in enumerate(sums):
        if abs(value) > scale * comb(n, k):
            raise Rejected(
                f"weights: not dual feasible: the Krawtchouk sum at k = {k} is too large"
            )


def least(score: int, gap: int, alpha: Fraction) -> Fraction:
    """The least b(d) that the approximation allows at score n - 2d."""
    return Fraction(1) if score >= gap else -alpha


def largest(score: int, gap: int, alpha: Fraction) -> Fraction:
    """The largest b(d) that the approximation allows at score n - 2d."""
    return Fraction(-1) if score <= -gap else alpha
