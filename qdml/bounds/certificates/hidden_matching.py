"""Checks that c classical bits, sent one way, leave hidden matching below a given success.

Alice holds x in {+1, -1}^N, Bob m disjoint edges and signs w_e = b x_i x_j. Over uniform x, b and
edges every one-way protocol of c bits, public coins included, answers b with probability at most
1/2 + sqrt(s)/2, where

    s = sum over odd k <= m of C(m,k)/C(N,2k) d_k^(-2k) 2^(2 c d_k/(1+d_k)),  0 < d_k <= 1,

by the inequality of Kahn, Kalai and Linial (FOCS 1988; Gavinsky, Kempe, Kerenidis, Raz and
de Wolf, SIAM J. Comput. 38 (2008) 1695). Every choice of the d_k gives a bound, so a certificate
names them: `blocks` lists [first k, d], one d for all odd k up to the next block, the last one up
to m. A block of several k is summed as a geometric series that majorises it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any

import flint

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

KIND = "hidden-matching"

#: Larger instances, and certificates of more blocks, are refused: both cost time and memory.
MOST_VERTICES = 2**512
MOST_BLOCKS = 4096

Block = tuple[int, Fraction]


def check(record: Mapping[str, Any]) -> Checked:
    """The least number of bits that is left open, `bits` + 1, if `bits` are shown to be too few."""
    only(record, ("kind", "vertices", "edges", "success", "bits", "blocks"))
    choice(record, "kind", [KIND])
    vertices = integer(record, "vertices", 2, MOST_VERTICES)
    edges = integer(record, "edges", 1, vertices // 2)
    bits = integer(record, "bits", 0, vertices)
    success = rational(field(record, "success"), "success")
    if success.denominator >= SHORT:
        raise Rejected("success: a rational p/q with q of at most 50 digits is needed")
    if not Fraction(1, 2) < success <= 1:
        raise Rejected(f"success: {success}: allowed are rationals above 1/2, up to 1")
    blocks = _blocks(field(record, "blocks"), edges)
    with flint.ctx.workprec(precision(vertices)):
        total = odd_weight(vertices, edges, bits, blocks)
        if not total < ball((2 * success - 1) ** 2):
            raise Rejected(
                f"{bits} bits are not excluded: the odd weight is bounded by {total.str(6)} only, "
                f"which is not below {(2 * success - 1) ** 2}"
            )
    return Checked(True, Fraction(bits + 1), f"bits one way at success {success}, from below")


def odd_weight(vertices: int, edges: int, bits: int, blocks: Sequence[Block]) -> flint.arb:
    """A ball that encloses a bound on s; `Rejected` where a block's series would not converge.

    To be called at `precision(vertices)` bits of working precision.
    """
    total = flint.arb(0)
    ends = [first - 2 for first, _ in blocks[1:]] + [edges - (edges % 2 == 0)]
    for (first, d), last in zip(blocks, ends, strict=True):
        weight = term(vertices, edges, bits, first, d)
        if last > first:
            growth = step(vertices, edges, first, last) / d**2
            if growth >= 1:
                raise Rejected(f"the block from {first} to {last} has no converging series")
            # k grows in steps of two, each of which is two steps of the ratio.
            weight /= ball(1 - growth**2)
        total += weight
    return total


def term(vertices: int, edges: int, bits: int, k: int, d: Fraction) -> flint.arb:
    """C(m,k)/C(N,2k) d^(-2k) 2^(2cd/(1+d)), one term of s."""
    exponent = log_chance(vertices, edges, k) - 2 * k * ball(d).log()
    exponent += ball(2 * bits * d / (1 + d)) * flint.arb.const_log2()
    return exponent.exp()


def step(vertices: int, edges: int, first: int, last: int) -> Fraction:
    """A bound on q_(k+1)/q_k for first <= k < last, where q_k = C(m,k)/C(N,2k).

    The ratio is (m-k)/(N-2k) times 2(2k+1)/(N-2k-1): the first factor falls, the second rises.
    """
    return Fraction(edges - first, vertices - 2 * first) * Fraction(
        2 * (2 * last - 1), vertices - 2 * last + 1
    )


@lru_cache(maxsize=2**14)
def log_chance(vertices: int, edges: int, k: int) -> flint.arb:
    """ln of the probability that a uniform 2k-set is a union of k edges, C(m,k)/C(N,2k)."""
    return _log_binomial(edges, k) - _log_binomial(vertices, 2 * k)


def precision(vertices: int) -> int:
    """Bits that leave 128 or more behind the point of every logarithm."""
    return 2 * vertices.bit_length() + 128


def ball(value: Fraction) -> flint.arb:
    """A ball around a fraction."""
    return flint.arb(flint.fmpq(value.numerator, value.denominator))


def _log_binomial(n: int, k: int) -> flint.arb:
    above, chosen, rest = (flint.arb(v + 1).lgamma() for v in (n, k, n - k))
    return above - chosen - rest


def _blocks(value: object, edges: int) -> list[Block]:
    if not isinstance(value, list) or not 1 <= len(value) <= MOST_BLOCKS:
        raise Rejected(f"blocks: a list of 1 to {MOST_BLOCKS} pairs [first k, d] is needed")
    blocks: list[Block] = []
    expected = 1
    for place, pair in enumerate(value):
        if not isinstance(pair, list) or len(pair) != 2:
            raise Rejected(f"blocks[{place}]: a pair [first k, d] is needed")
        first = pair[0]
        if type(first) is not int or first % 2 == 0 or not expected <= first <= edges:
            raise Rejected(f"blocks[{place}]: an odd first k from {expected} to {edges} is needed")
        d = rational(pair[1], f"blocks[{place}]")
        if not 0 < d <= 1:
            raise Rejected(f"blocks[{place}]: d = {d}: allowed are rationals above 0, up to 1")
        blocks.append((first, d))
        expected = first + 2
    if blocks[0][0] != 1:
        raise Rejected(f"blocks[0]: starts at {blocks[0][0]}, which leaves out k = 1")
    return blocks
