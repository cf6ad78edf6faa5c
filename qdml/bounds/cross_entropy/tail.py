"""The tail of <psi|B|psi> for a Haar state psi: the bound, and exact values to hold it against."""

from __future__ import annotations

from fractions import Fraction
from math import comb

import flint


def tail_bound(
    size: int, peak: Fraction, spread: Fraction, tilt: Fraction, level: Fraction
) -> Fraction:
    """A rational just below (1 - u s/M)^N exp((F/M^2)(-ln(1-u) - u)), which P(<B> >= s) obeys.

    `size` N, `peak` M >= the eigenvalues of B, `spread` F >= tr B^2, `tilt` 0 < u < 1, `level` s
    with 0 <= s <= M. Chernoff's bound on sum of (lambda_i - s) |g_i|^2 >= 0.
    """
    with flint.ctx.workprec(192):
        u, ratio = _ball(tilt), _ball(tilt * level / peak)
        # Without the term of F the tilt may be 1.
        cost = _ball(spread / peak**2) * (-(1 - u).log() - u) if spread else flint.arb(0)
        return below((1 - ratio) ** size * cost.exp())


def two_level_tail(size: int, rank: int, peak: Fraction, level: Fraction) -> Fraction:
    """P(<B> >= s), exactly, for eigenvalue M `rank` times and -rM/(N-r) otherwise.

    The weight of the upper space is Beta(r, N-r), whose tail at x is that of Binomial(N-1, x).
    """
    lower = -peak * rank / (size - rank)
    x = (level - lower) / (peak - lower)
    last = size - 1
    terms = (comb(last, j) * x**j * (1 - x) ** (last - j) for j in range(rank))
    return sum(terms, Fraction(0))


def below(ball: flint.arb) -> Fraction:
    """A rational that no number of the ball is smaller than: its lower end."""
    mantissa, exponent = ball.lower().man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def _ball(value: Fraction) -> flint.arb:
    return flint.arb(flint.fmpq(value.numerator, value.denominator))
