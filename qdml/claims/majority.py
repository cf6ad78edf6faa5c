"""Majorities of independent votes: how often they err, and how many votes a promise asks for."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import flint

from qdml.claims.intervals import PRECISION, rational
from qdml.errors import InputError

#: More votes than this are not counted one by one.
MOST_VOTES = 2 * 10**6

#: A probability as a function without arguments, so that it is met at the precision that is asked.
Ball = Callable[[], flint.arb]


def enclosure(ball: flint.arb) -> tuple[Fraction, Fraction]:
    """The ends of a ball, exactly: (low, high)."""
    low, high = (end.man_exp() for end in (ball.lower(), ball.upper()))
    two = Fraction(2)
    return int(low[0]) * two ** int(low[1]), int(high[0]) * two ** int(high[1])


def majority_error(wrong: Ball, votes: int) -> tuple[Fraction, Fraction]:
    """Enclosure of the probability that at least half of `votes` votes are wrong.

    `wrong` is the chance of each; a tie counts as wrong. With q = wrong, p = 1 - q and m pairs
    behind, two more votes change the error by (q - p) C(2m-1, m) (pq)^m. Raises `InputError` for
    fewer votes than one, or more than are counted.
    """
    if not 1 <= votes <= MOST_VOTES:
        raise InputError(f"{votes} votes: expected 1 to {MOST_VOTES}")
    with flint.ctx.workprec(2 * PRECISION):
        q = wrong()
        error, tied = q, q * (1 - q)
        for m in range(1, (votes + 1) // 2):
            error, tied = _two_more(error, tied, q, m)
        return enclosure(error if votes % 2 else error + tied)


def least_votes(wrong: Ball, failure: Fraction, most: int = MOST_VOTES) -> int:
    """The least odd number of votes whose majority errs with probability at most `failure`.

    Rounded up where 256 bits do not decide. Raises `InputError` for a vote that is not surely
    better than a coin, a failure probability outside (0, 1), or more votes than `most`.
    """
    if not 0 < failure < 1:
        raise InputError(f"failure probability {float(failure)}: expected a number in (0, 1)")
    # The error is a difference of numbers near one half: small promises need more digits.
    digits = failure.denominator.bit_length() - failure.numerator.bit_length()
    with flint.ctx.workprec(2 * PRECISION + max(0, digits)):
        q, bound = wrong(), flint.arb(rational(failure))
        if not 2 * q < 1:
            raise InputError(
                f"a vote that is wrong with probability {q.str(6)}: expected below 1/2"
            )
        error, tied, m = q, q * (1 - q), 1
        while not error <= bound:
            error, tied = _two_more(error, tied, q, m)
            m += 1
            if 2 * m - 1 > most:
                raise InputError(
                    f"failure probability {float(failure)}: more than {most} votes are needed; "
                    "ask for less, or for better votes"
                )
    return 2 * m - 1


def median_runs(failure: Fraction) -> int:
    """The least odd r for which a median of r runs, each right with 8/pi^2, keeps the promise."""
    return least_votes(lambda: 1 - 8 / flint.arb.pi() ** 2, failure)


def _two_more(
    error: flint.arb, tied: flint.arb, q: flint.arb, m: int
) -> tuple[flint.arb, flint.arb]:
    """Error of 2m+1 votes from that of 2m-1, and C(2m+1, m+1) (pq)^(m+1) from the one before."""
    p = 1 - q
    return error - (p - q) * tied, tied * p * q * flint.fmpq(2 * (2 * m + 1), m + 1)
