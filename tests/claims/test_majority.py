"""Majorities: the recurrence against scipy's sums and exact fractions, and the least that do."""

from __future__ import annotations

from fractions import Fraction
from math import comb

import flint
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qdml.claims.intervals import amplitude_evaluations, rational
from qdml.claims.majority import enclosure, least_votes, majority_error, median_runs
from qdml.errors import InputError

chances = st.fractions(Fraction(1, 50), Fraction(12, 25), max_denominator=100)


def ball(value: Fraction):
    return lambda: flint.arb(rational(value))


def summed(wrong: Fraction, votes: int) -> Fraction:
    """At least half wrong, by the definition."""
    terms = (
        comb(votes, k) * wrong**k * (1 - wrong) ** (votes - k)
        for k in range(-(-votes // 2), votes + 1)
    )
    return sum(terms, start=Fraction(0))


@given(chances, st.integers(1, 60))
def test_the_error_is_the_binomial_sum(wrong: Fraction, votes: int) -> None:
    low, high = majority_error(ball(wrong), votes)
    exactly = summed(wrong, votes)
    assert low <= exactly <= high
    assert high - low < Fraction(1, 2**200)


@given(chances, st.fractions(Fraction(1, 1000), Fraction(4, 5), max_denominator=1000))
def test_the_least_number_of_votes_is_the_least(wrong: Fraction, failure: Fraction) -> None:
    votes = least_votes(ball(wrong), failure, 10**5)
    assert votes % 2 == 1
    assert majority_error(ball(wrong), votes)[1] <= failure
    if votes > 1:
        assert majority_error(ball(wrong), votes - 2)[1] > failure


def test_a_promise_far_below_double_precision_is_kept() -> None:
    votes = least_votes(ball(Fraction(1, 10)), Fraction(1, 10**60))
    assert (
        summed(Fraction(1, 10), votes) <= Fraction(1, 10**60) < summed(Fraction(1, 10), votes - 2)
    )


@pytest.mark.parametrize(
    ("failure", "runs"), [("0.5", 1), ("0.19", 1), ("0.18", 3), ("0.05", 7), ("0.01", 11)]
)
def test_medians(failure: str, runs: int) -> None:
    assert median_runs(Fraction(failure)) == runs
    wrong = 1 - 8 / float(flint.arb.pi()) ** 2
    assert float(summed(Fraction(wrong), runs)) <= float(failure)


@given(st.fractions(Fraction(1, 10**6), Fraction(199, 100)))
def test_evaluations_are_the_least_that_the_theorem_allows(accuracy: Fraction) -> None:
    m = amplitude_evaluations(accuracy)
    with flint.ctx.workprec(200):
        pi = flint.arb.pi()
        assert pi / m + (pi / m) ** 2 <= rational(accuracy / 2)
        if m > 1:
            assert pi / (m - 1) + (pi / (m - 1)) ** 2 > rational(accuracy / 2)


@given(st.fractions())
def test_an_enclosure_is_exact_for_dyadic_numbers(value: Fraction) -> None:
    dyadic = Fraction(value.numerator, 1 << value.denominator.bit_length())
    assert enclosure(flint.arb(rational(dyadic))) == (dyadic, dyadic) or value.numerator >> 53


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: majority_error(ball(Fraction(1, 3)), 0), "0 votes: expected 1 to"),
        (lambda: majority_error(ball(Fraction(1, 3)), 10**9), "1000000000 votes: expected 1 to"),
        (lambda: least_votes(ball(Fraction(1, 2)), Fraction(1, 3)), "expected below 1/2"),
        (lambda: least_votes(ball(Fraction(1, 3)), Fraction(1)), r"expected a number in \(0, 1\)"),
        (
            lambda: least_votes(ball(Fraction(49, 100)), Fraction(1, 100), 99),
            "more than 99 votes are needed",
        ),
    ],
)
def test_bad_numbers_are_told(call, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)
