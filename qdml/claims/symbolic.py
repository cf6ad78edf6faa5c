"""Identities decided by computer algebra: proved, refuted at an exact point, or left undecided."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import sympy

from qdml.claims.evidence import Evidence, Finding, Method

#: Differences below this are not told from zero, though 50 digits are computed.
_CERTAIN = sympy.Rational(1, 10**20)


def identities(says: str, equations: Sequence[tuple[str, sympy.Expr, sympy.Expr]]) -> Evidence:
    """Decide that left = right for every (name, left, right), for all values of the free symbols.

    Proved when simplification reduces the difference to zero. Refuted only at an exact rational
    point where the difference, to 50 digits, is far from zero. Anything else is undecided. Symbols
    are drawn from positive rationals on both sides of one.
    """
    for name, left, right in equations:
        difference = sympy.simplify(sympy.expand(left - right))
        if difference == 0:
            continue
        point = _witness(difference)
        if point is None:
            return Evidence(
                finding=Finding.UNDECIDED,
                method=Method.SYMBOLIC,
                summary=f"{says}: {name}: neither proved nor refuted: {difference}",
                compared=len(equations),
            )
        off = abs(sympy.N(difference.subs(point)))
        return Evidence(
            finding=Finding.REFUTES,
            method=Method.SYMBOLIC,
            summary=f"{says}: {name}: the sides differ by {difference}",
            point={str(symbol): str(value) for symbol, value in point.items()},
            margin=float(off),
            compared=len(equations),
        )
    return Evidence(
        finding=Finding.SUPPORTS if equations else Finding.UNDECIDED,
        method=Method.SYMBOLIC,
        summary=f"{says}: {len(equations)} identities proved for all values",
        compared=len(equations),
    )


def _witness(difference: sympy.Expr) -> dict[sympy.Symbol, sympy.Rational] | None:
    symbols = sorted(difference.free_symbols, key=str)
    values = [sympy.Rational(*pair) for pair in ((1, 3), (5, 7), (3, 2), (11, 13))]
    for count, choice in enumerate(product(values, repeat=len(symbols))):
        if count == 64:
            return None
        point = dict(zip(symbols, choice, strict=True))
        value = difference.subs(point)
        # sympy evaluates to 50 digits with its own bound on the error; zero would come out as zero.
        if value.is_number and value.is_finite and abs(sympy.N(value, 50)) > _CERTAIN:
            return point
    return None
