"""The law of phase estimation on a Grover iterate, in balls: what is read, and what is missed.

The outcome y of M powers has P(y) = (1/M^2) sum_{|d|<M} (M-|d|) T_d(loss) cos(2 pi y d/M), because
the states (R O)^j |psi> have inner products T_{|j-k|}(loss). A reading is y folded to
min(y, M - y), and stands for the loss cos(2 pi y/M).
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import flint

from qdml.claims.intervals import PRECISION, rational
from qdml.claims.majority import enclosure, majority_error
from qdml.errors import InputError

#: Cosines of y/M of a turn that are rational: all others are irrational (Niven).
_RATIONAL = {
    Fraction(0): Fraction(1),
    Fraction(1, 6): Fraction(1, 2),
    Fraction(1, 4): Fraction(0),
    Fraction(1, 3): Fraction(-1, 2),
    Fraction(1, 2): Fraction(-1),
}

#: Two numbers that differ are told apart by this precision, or something is wrong.
MOST_PRECISION = 2**14


def reading_probability(
    loss: Fraction, evaluations: int, first: int, last: int
) -> tuple[Fraction, Fraction]:
    """Enclosure of the chance that the reading is in first ... last.

    Over |y| <= K the cosines sum to D_d(K) = sin(pi d (2K+1)/M)/sin(pi d/M) for 0 < d < M, and
    over all y to 0. Raises `InputError` unless the loss is in [-1, 1] and there is an evaluation.
    """
    if not -1 <= loss <= 1 or evaluations < 1:
        raise InputError(
            f"loss {float(loss)}, {evaluations} evaluations: expected a loss in [-1, 1] and one or "
            "more"
        )
    first, last = max(0, first), min(last, evaluations // 2)
    if first > last:
        return Fraction(0), Fraction(0)
    with flint.ctx.workprec(PRECISION):
        return enclosure(_up_to(loss, evaluations, last) - _up_to(loss, evaluations, first - 1))


def misses(
    loss: Fraction, evaluations: int, accuracy: Fraction
) -> tuple[tuple[Fraction, Fraction], tuple[Fraction, Fraction]]:
    """Enclosures of the chances that a reading's loss exceeds loss + eps, and is below loss - eps.

    Larger readings stand for smaller losses.
    """
    near = _first(evaluations, lambda y: _compare(y, evaluations, loss + accuracy) <= 0)
    far = _first(evaluations, lambda y: _compare(y, evaluations, loss - accuracy) < 0)
    return (
        reading_probability(loss, evaluations, 0, near - 1),
        reading_probability(loss, evaluations, far, evaluations // 2),
    )


def median_misses(
    loss: Fraction, evaluations: int, accuracy: Fraction, runs: int
) -> tuple[Fraction, Fraction]:
    """Enclosure of the chance that the median of an odd number of runs is more than eps off.

    The median is too large exactly when most readings are, and too small exactly when most are.
    """
    if runs < 1 or runs % 2 == 0:
        raise InputError(f"{runs} runs: expected an odd number, which has a median")
    low = high = Fraction(0)
    for chance in misses(loss, evaluations, accuracy):
        ends = [_majority(end, runs) for end in chance]
        low, high = low + ends[0][0], high + ends[1][1]
    return low, high


def _majority(chance: Fraction, runs: int) -> tuple[Fraction, Fraction]:
    # Balls may reach below zero by rounding; chances do not.
    within = rational(max(Fraction(0), chance))
    low, high = majority_error(lambda: flint.arb(within), runs)
    return max(Fraction(0), low), high


def _first(evaluations: int, reached: Callable[[int], bool]) -> int:
    """The first reading 0 ... M/2 for which a monotone statement holds, or floor(M/2) + 1."""
    low, high = 0, evaluations // 2 + 1
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if reached(middle) else (middle + 1, high)
    return low


def _compare(reading: int, evaluations: int, bound: Fraction) -> int:
    """The sign of cos(2 pi y/M) - bound, decided exactly."""
    turn = Fraction(reading, evaluations)
    if turn in _RATIONAL:
        exactly = _RATIONAL[turn]
        return (exactly > bound) - (exactly < bound)
    precision = PRECISION
    while precision <= MOST_PRECISION:
        with flint.ctx.workprec(precision):
            difference = flint.arb.cos_pi_fmpq(rational(2 * turn)) - rational(bound)
            if not difference.contains(0):
                return 1 if difference > 0 else -1
        precision *= 2
    raise ArithmeticError(f"cos(2 pi {turn}) and {bound} are not told apart")


def _up_to(loss: Fraction, evaluations: int, last: int) -> flint.arb:
    """The chance of a reading of at most `last`."""
    if last < 0:
        return flint.arb(0)
    if 2 * last + 1 >= evaluations:
        return flint.arb(1)
    m, width = evaluations, 2 * last + 1
    angle, total = flint.arb(rational(loss)).acos(), flint.arb(m * width)
    for d in range(1, m):
        kernel = flint.arb.sin_pi_fmpq(flint.fmpq(d * width, m))
        kernel /= flint.arb.sin_pi_fmpq(flint.fmpq(d, m))
        total += 2 * (m - d) * (d * angle).cos() * kernel
    return total / m**2
