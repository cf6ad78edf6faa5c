"""Formulas of linear classification: each by a second route, and their growth."""

from __future__ import annotations

from fractions import Fraction
from math import asin, ceil, log, pi, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from qdml.bounds import linear
from qdml.claims.intervals import amplitude_evaluations
from qdml.errors import InputError
from qdml.protocols.amplitude_estimation import law

THIRD = Fraction(1, 3)
margins = st.fractions(Fraction(1, 200), Fraction(1), max_denominator=1000)
failures = st.fractions(Fraction(1, 1000), Fraction(9, 10), max_denominator=1000)


@given(margins, failures)
def test_hyperplane_bits_are_the_formula(margin: Fraction, failure: Fraction) -> None:
    exactly = pi**2 * log(1 / failure) / (2 * asin(margin) ** 2)
    assert abs(linear.simhash_bits(margin, failure) - ceil(exactly)) <= exactly * 1e-12 + (
        abs(exactly - round(exactly)) < 1e-9 * exactly
    )
    weighed = pi * log(1 / failure) / margin**2
    assert abs(linear.weighted_bits(margin, failure) - weighed) <= 1


@settings(max_examples=20)
@given(margins)
def test_one_hyperplane_is_right_as_often_as_integration_says(margin: Fraction) -> None:
    wrong = float(linear.hyperplane_error(margin)())
    steps = (np.arange(20000) + 0.5) / 2000
    slope = float(margin) / sqrt(max(1e-300, 1 - float(margin) ** 2))
    agree = 2 * float(np.sum(norm.pdf(steps) * norm.cdf(slope * steps))) / 2000
    assert 1 - wrong == pytest.approx(agree, abs=1e-4)


def test_the_majority_grows_like_the_inverse_square() -> None:
    low, high = linear.majority_constant(THIRD)
    assert low <= high < low + Fraction(1, 10**20)
    assert float(low) == pytest.approx((pi * norm.ppf(2 / 3) / 2) ** 2, rel=1e-14)
    found = [linear.majority_bits(Fraction(1, m), THIRD) for m in (50, 100, 200, 400)]
    exponents = np.diff(np.log(found)) / np.log(2)
    assert exponents == pytest.approx([2, 2, 2], abs=0.01)
    assert found[-1] / 400**2 == pytest.approx(float(low), rel=1e-4)


@given(margins, st.integers(1, 10**6))
def test_the_length_of_index_is_the_largest_that_fits(margin: Fraction, dimension: int) -> None:
    d = linear.index_length(margin)
    assert Fraction(1, d) >= margin**2 > Fraction(1, d + 1)
    assert linear.index_length(margin, dimension) == min(d, dimension)


@given(st.fractions(0, Fraction(1, 2), max_denominator=500), st.integers(1, 1000))
def test_the_index_bound_is_the_entropy(failure: Fraction, length: int) -> None:
    low, high = linear.index_bound(length, failure)
    q = float(failure)
    entropy = sum(-p * np.log2(p) for p in (q, 1 - q) if p)
    assert low <= high
    assert float(low) == pytest.approx((1 - entropy) * length, abs=1e-11 * length)


@given(
    st.fractions(-1, 1, max_denominator=100),
    st.integers(1, 60),
)
def test_plus_probability_sums_the_law(loss: Fraction, evaluations: int) -> None:
    low, high = linear.plus_probability(loss, evaluations)
    y = np.arange(evaluations)
    folded = np.minimum(y, evaluations - y)
    summed = law(float(loss), evaluations)[4 * folded <= evaluations].sum()
    assert low <= high
    assert float(low) == pytest.approx(summed, abs=1e-11)


@given(margins, st.integers(4, 10**6))
def test_reduced_sets_fit_and_none_more_would(margin: Fraction, dimension: int) -> None:
    n = linear.reduction_elements(margin, dimension)
    if n:
        assert linear.reduction_dimension(n, 1) <= dimension
        assert Fraction(1, 2 * n + 1) >= margin
    more = n + 1
    assert linear.reduction_dimension(more, 1) > dimension or Fraction(1, 2 * more + 1) < margin
    growth = linear.two_way_growth(margin, dimension)
    assert growth <= min(dimension, 1 / margin)
    assert margin > THIRD or 5 * n >= growth


def test_the_price_of_a_sign_by_amplitude_estimation() -> None:
    cost = linear.sign_by_amplitude_estimation(Fraction(1, 10), 1000)
    m = amplitude_evaluations(Fraction(1, 10))
    assert m == 66
    assert (cost.messages, cost.qubits, cost.bits, cost.copies) == (2 * m, (2 * m - 1) * 11, 6, 1)
    near = [linear.sign_by_amplitude_estimation(Fraction(1, k), 2).qubits / k for k in (500, 1000)]
    assert near == pytest.approx([8 * pi, 8 * pi], rel=0.01)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: linear.simhash_bits(Fraction(0), THIRD), r"margin 0\.0: expected .* \(0, 1\]"),
        (lambda: linear.simhash_bits(Fraction(2), THIRD), r"margin 2\.0"),
        (lambda: linear.weighted_bits(Fraction(1, 2), Fraction(0)), r"failure probability 0\.0"),
        (lambda: linear.index_bound(3, Fraction(2, 3)), r"expected a number in \[0, 1/2\]"),
        (lambda: linear.plus_probability(Fraction(2), 3), r"loss 2\.0, 3 evaluations"),
    ],
)
def test_bad_numbers_are_told(call, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)
