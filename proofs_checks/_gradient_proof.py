"""Two inequalities at the copies that gradient-costs states, as identities."""

from __future__ import annotations

from fractions import Fraction

import sympy

from qdml.claims import Evidence
from qdml.claims.symbolic import identities


def hoeffding(shift_factor: Fraction, direct_factor: Fraction) -> Evidence:
    """Two tails of Hoeffding's inequality at the stated copies against delta/M."""
    k, eps, m, delta = sympy.symbols("k epsilon M delta", positive=True)
    lines = []
    for name, outcomes, width, factor in (
        ("parameter shift", 2 * k, 1 / k, shift_factor),
        ("one entry on |g_b>", k, 2 / k, direct_factor),
    ):
        exponent = 2 * eps**2 / (outcomes * width**2)
        copies = sympy.Rational(factor.numerator, factor.denominator) * sympy.log(2 * m / delta)
        tails = sympy.simplify(2 * sympy.exp(-exponent.subs(k, copies / eps**2)))
        lines.append((name, tails, delta / m))
    return identities("2 exp(-2 eps^2/sum of squared ranges) = delta/M", lines)


def bernstein(diagonal_offset: int) -> Evidence:
    """Bernstein's inequality at outcomes +-R of rate 1/R, and how often a string is read."""
    rate, eps, m, delta, n = sympy.symbols("R epsilon M delta n", positive=True)
    copies = 2 * rate * (1 + eps / 3) * sympy.log(2 * m / delta) / eps**2
    exponent = copies * eps**2 / (2 * (rate**2 / rate + rate * eps / 3))
    dimension = 2 ** (n + 1)
    return identities(
        "2 exp(-k eps^2/(2 (variance + R eps/3))) = delta/M",
        [
            ("shadows", 2 * sympy.exp(-sympy.expand_log(sympy.simplify(exponent))), delta / m),
            (
                "a uniform string is diagonal",
                (dimension - 1) / (dimension**2 - 1) * (dimension + diagonal_offset),
                sympy.Integer(1),
            ),
        ],
    )
