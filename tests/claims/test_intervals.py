"""Intervals against exact binomial sums, the radius against the sample size behind it."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, comb, exp

import flint
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qdml.claims.intervals import (
    clopper_pearson,
    hoeffding_radius,
    rational,
    rounded_up,
    sampling_copies,
    student_interval,
)
from qdml.errors import InputError

EPS = float(np.finfo(float).eps)
TRIALS = [1, 2, 3, 7, 20, 41]
FAILURES = [0.5, 0.05, 1e-3]


def law(trials: int, p: Fraction) -> list[Fraction]:
    """The binomial law, exactly."""
    return [comb(trials, s) * p**s * (1 - p) ** (trials - s) for s in range(trials + 1)]


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("trials", TRIALS)
def test_the_interval_covers_every_proportion(trials: int, failure: float) -> None:
    intervals = [
        tuple(Fraction(end) for end in clopper_pearson(s, trials, failure))
        for s in range(trials + 1)
    ]
    # Coverage is least right beyond an end, where one more count misses the proportion.
    hair = Fraction(1, 10**9)
    beside = [end + hair * side for ends in intervals for end in ends for side in (-1, 1)]
    grid = [Fraction(i, 40) for i in range(41)] + [p for p in beside if 0 <= p <= 1]
    for p in grid:
        chances = zip(law(trials, p), intervals, strict=True)
        covered = sum(chance for chance, (low, high) in chances if low <= p <= high)
        assert covered >= 1 - Fraction(failure)


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("trials", TRIALS)
def test_each_end_leaves_half_of_the_failure_outside(trials: int, failure: float) -> None:
    # An end in doubles: the tail is at most `trials` times as sensitive as the end or its
    # complement is relatively, and scipy finds a root of its own rounded distribution function.
    relative = 1000 * trials * EPS + EPS / failure
    for successes in range(trials + 1):
        low, high = clopper_pearson(successes, trials, failure)
        assert 0 <= low <= successes / trials <= high <= 1
        if successes:
            tail = sum(law(trials, Fraction(low))[successes:])
            assert float(tail) == pytest.approx(failure / 2, rel=relative)
        if successes < trials:
            tail = sum(law(trials, Fraction(high))[: successes + 1])
            slack = relative / (1 - high)
            assert float(tail) == pytest.approx(failure / 2, rel=slack)


@given(st.integers(1, 10**6), st.floats(1e-9, 0.999))
def test_no_success_and_no_failure_have_a_closed_form(trials: int, failure: float) -> None:
    low, high = clopper_pearson(0, trials, failure)
    assert low == 0
    assert high == pytest.approx(1 - (failure / 2) ** (1 / trials), rel=1e-6)
    low, high = clopper_pearson(trials, trials, failure)
    assert high == 1
    assert low == pytest.approx((failure / 2) ** (1 / trials), rel=1e-6)


def test_the_radius_of_hoeffding_in_figures() -> None:
    assert hoeffding_radius(1000, 0.05) == pytest.approx(0.0858938816693475, rel=8 * EPS)
    assert hoeffding_radius(100, 2 * exp(-2)) == pytest.approx(0.2, rel=8 * EPS)
    assert hoeffding_radius(100, 2 * exp(-2), width=1) == pytest.approx(0.1, rel=8 * EPS)


@given(st.floats(1e-4, 1.9), st.floats(1e-12, 0.999))
def test_the_radius_at_the_promised_copies_is_the_accuracy(eps: float, delta: float) -> None:
    copies = sampling_copies(eps, delta)
    # Four roundings; one copy changes the radius by 1/(2k) of it, which is more by far.
    assert hoeffding_radius(copies, delta) <= eps * (1 + 8 * EPS)
    assert copies == 1 or hoeffding_radius(copies - 1, delta) > eps * (1 - 8 * EPS)


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("trials", TRIALS)
def test_a_mean_leaves_the_radius_rarely_enough(trials: int, failure: float) -> None:
    radius = Fraction(hoeffding_radius(trials, failure))
    for p in (Fraction(i, 20) for i in range(21)):
        missed = sum(
            chance
            for s, chance in enumerate(law(trials, p))
            if abs(Fraction(2 * s, trials) - 2 * p) > radius
        )
        assert missed <= failure


def test_the_students_interval_covers_as_often_as_it_says() -> None:
    values = np.random.default_rng(0).normal(3, 2, (4000, 5))
    missed = sum(not low < 3 < high for low, high in (student_interval(v, 0.1) for v in values))
    low, high = clopper_pearson(missed, len(values), 1e-6)
    assert low < 0.1 < high
    from scipy.stats import ttest_1samp

    expected = ttest_1samp(values[0], 0).confidence_interval(0.99)
    np.testing.assert_allclose(student_interval(values[0], 0.01), expected, rtol=1e-12)


def test_one_value_has_no_interval() -> None:
    with pytest.raises(InputError, match="an interval from 1 value: expected at least 2"):
        student_interval([1.0], 0.1)


@given(st.fractions(min_value=0, max_value=1000))
def test_counts_are_rounded_up_where_balls_tell(value: Fraction) -> None:
    # A square root makes even a whole number a ball; only there may one more be needed.
    least = max(1, ceil(value))
    assert rounded_up(lambda: flint.arb(rational(value))) == least
    found = rounded_up(lambda: flint.arb(rational(value**2)).sqrt())
    assert found in ((least, least + 1) if value.denominator == 1 else (least,))


def test_a_ball_around_a_whole_number_ends_in_the_next() -> None:
    # It was sharpened for ever: (1/3) 3 is a ball around 1 at every precision.
    assert rounded_up(lambda: flint.arb(flint.fmpq(1, 3)) * 3) == 2


def test_a_count_without_bounds_is_refused() -> None:
    with pytest.raises(InputError, match="expected a finite number"):
        rounded_up(lambda: 1 / flint.arb(0, 1))
