"""Intervals that hold for every sample size, and the sample sizes that a promise asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from math import exp, log, sqrt

import flint

from qdml.errors import InputError

#: Bits of working precision in ball arithmetic, and the most that are tried.
PRECISION, FINEST = 128, 2**14


def clopper_pearson(successes: int, trials: int, failure: float) -> tuple[float, float]:
    """Exact interval of a binomial proportion, wrong with probability at most `failure`.

    Clopper and Pearson, Biometrika 26 (1934) 404. Returns (low, high).
    """
    # scipy.stats has the same quantiles, and takes a second to load.
    from scipy.special import betainccinv, betaincinv

    low = betaincinv(successes, trials - successes + 1, failure / 2) if successes else 0.0
    high = (
        betainccinv(successes + 1, trials - successes, failure / 2) if successes < trials else 1.0
    )
    return float(low), float(high)


def hoeffding_radius(samples: int, failure: float, width: float = 2.0) -> float:
    """Half width of the interval of a mean of `samples` values in a range of length `width`.

    Two-sided: width sqrt(ln(2/failure)/(2 samples)). Hoeffding, JASA 58 (1963) 13.
    """
    return width * sqrt(log(2 / failure) / (2 * samples))


def student_interval(values: Iterable[float], failure: float) -> tuple[float, float]:
    """Two-sided interval of the mean of normal values, wrong with probability `failure`.

    Student 1908. It is exact for independent normal values, and no bound for any others.
    Raises `InputError` for fewer than two values.
    """
    from scipy.special import stdtrit

    values = list(values)
    count = len(values)
    if count < 2:
        raise InputError(f"an interval from {count} value: expected at least 2")
    mean = sum(values) / count
    deviation = sqrt(sum((value - mean) ** 2 for value in values) / (count - 1))
    radius = float(stdtrit(count - 1, 1 - failure / 2)) * deviation / sqrt(count)
    return float(mean - radius), float(mean + radius)


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


def check_reach(accuracy: float | Fraction, copies: int, most: int) -> None:
    """Raise `InputError`, saying what is reachable, where `copies` are more than can be drawn."""
    if copies > most:
        # Copies go with 1/eps^2; neither they nor their ratio need be floating-point numbers.
        reached = exp(log(accuracy) + (log(copies) - log(most)) / 2)
        raise InputError(
            f"accuracy {_plain(accuracy)}: more than the {most} copies of which outcomes are drawn "
            f"faithfully; expected {1.01 * reached:.2g} or more here (`qdml cost` prices any)"
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
    return rounded_up(lambda: flint.arb(rational(inside / delta)).log() * rational(factor / eps**2))


def amplitude_evaluations(accuracy: float | Fraction, factor: Fraction = Fraction(2)) -> int:
    """M = ceil(factor pi/(sqrt(1 + 2 eps) - 1)), rounded up rigorously.

    Phase estimation over M powers of the Grover iterate finds a = (1 - loss)/2 to
    2 pi sqrt(a(1-a))/M + pi^2/M^2 with probability 8/pi^2 or more (Brassard, Hoyer, Mosca, Tapp
    2002, theorem 12). That is at most eps/2 for every a when pi/M <= (sqrt(1 + 2 eps) - 1)/2.
    """
    check_promise(accuracy, Fraction(1, 2))
    eps = exact_fraction(accuracy)
    return rounded_up(
        lambda: flint.arb.pi() * rational(factor) / (flint.arb(rational(1 + 2 * eps)).sqrt() - 1)
    )


def rounded_up(count: Callable[[], flint.arb]) -> int:
    """The least whole number from 1 on that is not below `count()`.

    No ball around a whole number tells on which side of it the count lies: where the finest one
    does not, the next number is returned, which is not below either. Raises `InputError` for a
    count that stays without bounds.
    """
    precision = PRECISION
    while precision <= FINEST:
        with flint.ctx.workprec(precision):
            ball = count()
            rounded = ball.ceil().unique_fmpz()
            if rounded is None and precision == FINEST and ball.is_finite():
                rounded = ball.upper().ceil().unique_fmpz()
        if rounded is not None:
            return max(1, int(rounded))
        precision *= 2
    raise InputError(f"a count of {ball}: expected a finite number")


def rational(value: Fraction) -> flint.fmpq:
    """The same number for ball arithmetic."""
    return flint.fmpq(value.numerator, value.denominator)


def _plain(value: float | Fraction) -> str:
    return str(float(value)) if isinstance(value, Fraction) else str(value)
