"""Intervals that hold for every sample size, and the sample sizes that a promise asks for."""

from __future__ import annotations

from fractions import Fraction
from math import log, sqrt

import flint

from qdml.errors import InputError

#: Bits of working precision in ball arithmetic.
PRECISION = 128


def clopper_pearson(successes: int, trials: int, failure: float) -> tuple[float, float]:
    """Exact interval of a binomial proportion, wrong with probability at most `failure`.

    Clopper and Pearson, Biometrika 26 (1934) 404. Returns (low, high).
    """
    from scipy.stats import beta

    low = beta.ppf(failure / 2, successes, trials - successes + 1) if successes else 0.0
    high = beta.isf(failure / 2, successes + 1, trials - successes) if successes < trials else 1.0
    return float(low), float(high)


def hoeffding_radius(samples: int, failure: float, width: float = 2.0) -> float:
    """Half width of the interval of a mean of `samples` values in a range of length `width`.

    Two-sided: width sqrt(ln(2/failure)/(2 samples)). Hoeffding, JASA 58 (1963) 13.
    """
    return width * sqrt(log(2 / failure) / (2 * samples))


def check_promise(accuracy: float | Fraction, failure_probability: float | Fraction) -> None:
    """Raise `InputError` unless accuracy is in (0, 2) and failure probability in (0, 1)."""
    if not 0 < accuracy < 2:
        raise InputError(
            f"accuracy {_plain(accuracy)}: expected a number in (0, 2), since a loss is in [-1, 1]"
        )
    if not 0 < failure_probability < 1:
        raise InputError(
            f"failure probability {_plain(failure_probability)}: expected a number in (0, 1), "
            "for instance 0.05"
        )


def exact_fraction(value: float | str | Fraction) -> Fraction:
    """The decimal number that was written: 0.1 is one tenth."""
    return value if isinstance(value, Fraction) else Fraction(str(value))


def sampling_copies(
    accuracy: float | Fraction,
    failure_probability: float | Fraction,
    factor: Fraction = Fraction(2),
    inside: Fraction = Fraction(2),
) -> int:
    """k = ceil(factor ln(inside/delta)/eps^2), rounded up rigorously in ball arithmetic.

    Copies of the state that estimate a mean in [-1, 1] to `accuracy` except with
    `failure_probability`; Hoeffding's inequality gives both twos.
    """
    check_promise(accuracy, failure_probability)
    eps, delta = exact_fraction(accuracy), exact_fraction(failure_probability)
    precision = PRECISION
    while True:
        with flint.ctx.workprec(precision):
            ball = flint.arb(_fmpq(inside / delta)).log() * _fmpq(factor / eps**2)
            rounded = ball.ceil().unique_fmpz()
        if rounded is not None:
            return max(1, int(rounded))
        precision *= 2


def _fmpq(value: Fraction) -> flint.fmpq:
    return flint.fmpq(value.numerator, value.denominator)


def _plain(value: float | Fraction) -> str:
    return str(float(value)) if isinstance(value, Fraction) else str(value)
