"""Check a lower bound on gamma_2^alpha of a matrix that depends on |x|, |y| and |x and y| alone.

The matrix is symmetric, so let W(x,y) = w(i,j,t)/N(i,j,t) with i = |x|, j = |y|, t = |x and y|, N
the number of such pairs, and p(x) = p_i/C(n,i). If D_p + W and D_p - W are positive semidefinite,
[[D_p, -W], [-W, D_p]] is, and as for any dual triple (Linial and Shraibman 2009)

    gamma_2^alpha >= (sum agreeing |w| - alpha sum others |w|)/sum_i p_i,

sums over ordered (i,j). Permutations of the bits leave both matrices alone. By Schur's lemma such
a matrix is positive semidefinite when it is on the vectors

    v_i = (|10> - |01>)^k (x) sum of all |z> of n - 2k bits with |z| = i - k,

k <= i <= n - k, for every k <= n/2: these are the highest-weight vectors, C(n,k) - C(n,k-1)
copies of each space (Schrijver 2005 has the same blocks). In each of the k pairs of places x and
y agree, sign +, or differ, sign -; so

    <v_i| W |v_j> = 2^k sum_t w(i,j,t)/N(i,j,t) sum_s (-1)^(k-s) C(k,s) N_{n-2k}(i-k, j-k, t-s).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import cache
from math import comb, isqrt, lcm
from typing import Any

from qdml.bounds.certificates.psd import is_psd
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

#: Bits n are at most this, and numbers shorter than this: a bound on what a file can ask for.
MOST_BITS = 40
_LIMIT = 2**256

#: Places after the point of the scale of a row; any scale is exact, a fitting one is quick.
_PLACES = 20

_KEYS = {"kind", "family", "n", "alpha", "weights", "p", "bound"}

#: The entry of a family for |x|, |y| and |x and y|, from its integer parameters; 0 is free.
SIGNS: Mapping[str, Callable[[int, int, int, Mapping[str, int]], int]] = {
    "disjointness": lambda i, j, t, _: 1 if t else -1,
    "inner-product": lambda i, j, t, _: -1 if t % 2 else 1,
    "gap-hamming": lambda i, j, t, p: _beyond(p["n"] - 2 * (i + j - 2 * t), p["gap"]),
    "majority": lambda i, j, t, p: _beyond(p["n"] - 2 * (i + j - 2 * t), 1),
}

Triple = tuple[int, int, int]


def check(record: Mapping[str, Any]) -> Checked:
    """The proven lower bound on gamma_2^alpha. Raises `Rejected` with the reason.

    Fields: `family` with `n` (and `gap`); `alpha` > 1; `weights`, [i, j, t, w] for i <= j in rising
    order, w whole; `p`, whole numbers p_0 ... p_n; `bound`, what the file claims.
    """
    family = choice(record, "family", SIGNS)
    only(record, _KEYS | {"gap"} if family == "gap-hamming" else _KEYS)
    n = integer(record, "n", 1, MOST_BITS)
    parameters = {"n": n}
    if family == "gap-hamming":
        parameters["gap"] = integer(record, "gap", 1, n)
    if family == "majority" and n % 2 == 0:
        raise Rejected(f"n: {n}: a majority needs an odd number of bits")
    alpha = rational(field(record, "alpha"), "alpha")
    if not (alpha > 1 and alpha.numerator < SHORT):
        raise Rejected("alpha: allowed are rationals p/q above 1, p of at most 50 digits")
    p = _diagonal(record, n)
    weights = _weights(record, n, p)
    gain = Fraction(0)
    for (i, j, t), w in weights.items():
        agrees = SIGNS[family](i, j, t, parameters) * w > 0
        gain += (1 if i == j else 2) * (abs(w) if agrees else -alpha * abs(w))
    bound = gain / sum(p)
    if bound <= 0:
        raise Rejected("weights: nothing above zero follows from them")
    for k in range(n // 2 + 1):
        for sign, name in ((1, "+"), (-1, "-")):
            if not is_psd(block(n, k, p, weights, sign)):
                raise Rejected(f"block {k} of D_p {name} W is not proved positive semidefinite")
    if rational(field(record, "bound"), "bound") > bound:
        raise Rejected(f"bound: more is claimed than the proved {float(bound):.9g}")
    return Checked(True, bound, f"gamma_2^{alpha} of {family} on {n} bits, from below")


def block(
    n: int, k: int, p: list[int], weights: Mapping[Triple, int], sign: int
) -> list[list[int]]:
    """Block k of D_p + sign W times a positive number, rows scaled, as integers.

    Rows are the i from k to n - k with p_i > 0.
    """
    levels = [i for i in range(k, n - k + 1) if p[i]]
    place = {i: a for a, i in enumerate(levels)}
    # Rows v_i/sqrt(2^k) times about sqrt(C(n,i)/C(n-2k,i-k)): diagonals then are about p_i.
    scale = [isqrt((comb(n, i) << 2 * _PLACES) // comb(n - 2 * k, i - k)) for i in levels]
    rows = [[Fraction(0)] * len(levels) for _ in levels]
    for i, a in place.items():
        rows[a][a] = Fraction(p[i] * comb(n - 2 * k, i - k), comb(n, i))
    for (i, j, t), w in weights.items():
        if i in place and j in place:
            share = sign * Fraction(w * overlap(n, k, i, j, t), pairs(n, i, j, t))
            rows[place[i]][place[j]] += share
            if i != j:
                rows[place[j]][place[i]] += share
    common = lcm(*(entry.denominator for row in rows for entry in row))
    return [
        [
            entry.numerator * (common // entry.denominator) * s * r
            for entry, r in zip(row, scale, strict=True)
        ]
        for row, s in zip(rows, scale, strict=True)
    ]


@cache
def pairs(n: int, i: int, j: int, t: int) -> int:
    """How many pairs x, y of n bits have |x| = i, |y| = j and |x and y| = t."""
    if not max(0, i + j - n) <= t <= min(i, j):
        return 0
    return comb(n, i) * comb(i, t) * comb(n - i, j - t)


@cache
def overlap(n: int, k: int, i: int, j: int, t: int) -> int:
    """2^-k sum of v_i(x) v_j(y) over the pairs x, y with |x and y| = t."""
    return sum(
        (-1) ** (k - s) * comb(k, s) * pairs(n - 2 * k, i - k, j - k, t - s) for s in range(k + 1)
    )


def _diagonal(record: Mapping[str, Any], n: int) -> list[int]:
    p = field(record, "p")
    if not isinstance(p, list) or len(p) != n + 1:
        raise Rejected(f"p: a list of {n + 1} whole numbers is needed")
    for place, entry in enumerate(p):
        if type(entry) is not int or not 0 <= entry < _LIMIT:
            raise Rejected(f"p[{place}]: allowed are whole numbers from 0, of at most 256 bits")
    if not any(p):
        raise Rejected("p: all entries are zero; nothing follows")
    return p


def _weights(record: Mapping[str, Any], n: int, p: list[int]) -> dict[Triple, int]:
    listed = field(record, "weights")
    if not isinstance(listed, list):
        raise Rejected("weights: a list of [i, j, t, w] is needed")
    found: dict[Triple, int] = {}
    last: Triple = (-1, -1, -1)
    for number, entry in enumerate(listed):
        where = f"weights[{number}]"
        if not isinstance(entry, list) or len(entry) != 4 or {type(x) for x in entry} != {int}:
            raise Rejected(f"{where}: four whole numbers i, j, t, w are needed")
        i, j, t, w = entry
        if not (last < (i, j, t) and 0 <= i <= j <= n and max(0, i + j - n) <= t <= i):
            raise Rejected(f"{where}: i, j, t are out of order, or no pair of {n} bits has them")
        if abs(w) >= _LIMIT or not (p[i] and p[j]):
            raise Rejected(f"{where}: more than 256 bits, or p is zero in its row or column")
        last = (i, j, t)
        found[last] = w
    return found


def _beyond(score: int, gap: int) -> int:
    return 0 if abs(score) < gap else (1 if score > 0 else -1)
