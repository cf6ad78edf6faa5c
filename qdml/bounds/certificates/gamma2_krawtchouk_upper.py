"""Check an upper bound on gamma_2^alpha of a partial sign matrix f(|x xor y|).

Whole numbers u_k and a scale s name the matrix B(x,y) = b(|x xor y|) with
b(d) = (1/s) sum_k u_k K_k(d)/C(n,k). It is sum_S c_S chi_S(x) chi_S(y) with sum_S |c_S| =
(1/s) sum_k |u_k|, a combination of products of signs, so gamma_2(B) is at most that. If b(d) lies
in the box that alpha and the promise set for every d, B is an alpha-approximation.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import comb
from typing import Any

from qdml.bounds.certificates.gamma2_krawtchouk import (
    LIMIT,
    factor,
    family,
    largest,
    least,
    pairs,
)
from qdml.bounds.certificates.reading import Checked, Rejected, field, integer, rational


def check(record: Mapping[str, Any]) -> Checked:
    """The proven upper bound on gamma_2^alpha. Raises `Rejected` with the reason.

    Fields as for the lower bound, with `multipliers`, pairs [k, u_k] in rising k, for `weights`.
    """
    n, gap = family(record, "multipliers")
    alpha = factor(record)
    scale = integer(record, "scale", 1, LIMIT)
    multipliers = pairs(record, "multipliers", n)
    values = [Fraction(0)] * (n + 1)
    for k, u in multipliers:
        # K_k(d)/C(n,k) = K_d(k)/C(n,d): the recurrence runs over distances.
        before, here = 0, 1
        for d in range(n + 1):
            values[d] += Fraction(u * here, comb(n, d))
            before, here = here, ((n - 2 * k) * here - (n - d + 1) * before) // (d + 1)
    for d, value in enumerate(values):
        score = n - 2 * d
        if not least(score, gap, alpha) * scale <= value <= largest(score, gap, alpha) * scale:
            raise Rejected(f"multipliers: no approximation: b({d}) is outside its box")
    bound = Fraction(sum(abs(u) for _, u in multipliers), scale)
    if rational(field(record, "bound"), "bound") < bound:
        raise Rejected(f"bound: less is claimed than the proved {float(bound):.9g}")
    return Checked(True, bound, f"gamma_2^{alpha} of {record['family']} on {n} bits, from above")
