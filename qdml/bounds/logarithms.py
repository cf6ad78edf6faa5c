"""Logarithms of exact numbers, enclosed in exact numbers."""

from __future__ import annotations

from fractions import Fraction

import flint

from qdml.claims.intervals import PRECISION


def log2_enclosure(value: Fraction) -> tuple[Fraction, Fraction]:
    """Dyadic low <= log2(value) <= high, some 2^-100 apart; value > 0."""
    with flint.ctx.workprec(PRECISION):
        ball = flint.arb(flint.fmpq(value.numerator, value.denominator)).log() / flint.arb(2).log()
        return _exact(ball.lower()), _exact(ball.upper())


def _exact(point: flint.arb) -> Fraction:
    mantissa, exponent = point.man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)
