"""The law of phase estimation: against the plain double sum, and misses against enumeration."""

from __future__ import annotations

from fractions import Fraction
from math import comb

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from qdml.bounds import phases
from qdml.claims.intervals import amplitude_evaluations
from qdml.errors import InputError

losses = st.fractions(-1, 1, max_denominator=60)
sizes = st.integers(1, 40)


def summed(loss: Fraction, evaluations: int) -> np.ndarray:
    """P(y) of every reading by the double sum over powers, in long double precision."""
    angle = np.arccos(np.longdouble(float(loss)))
    j = np.arange(evaluations)
    overlaps = np.cos((j[:, None] - j) * angle)
    found = np.zeros(evaluations // 2 + 1)
    for y in range(evaluations):
        turns = np.cos(2 * np.pi * y * (j[:, None] - j) / evaluations)
        found[min(y, evaluations - y)] += (overlaps * turns).sum() / evaluations**2
    return found


@given(losses, sizes, st.data())
def test_readings_follow_the_double_sum(loss: Fraction, evaluations: int, data) -> None:
    last = evaluations // 2
    first = data.draw(st.integers(0, last))
    until = data.draw(st.integers(first, last))
    low, high = phases.reading_probability(loss, evaluations, first, until)
    assert low <= high < low + Fraction(1, 10**25)
    assert float(low) == pytest.approx(summed(loss, evaluations)[first : until + 1].sum(), abs=1e-7)


@given(losses, sizes)
def test_readings_sum_to_one(loss: Fraction, evaluations: int) -> None:
    parts = [
        phases.reading_probability(loss, evaluations, y, y) for y in range(evaluations // 2 + 1)
    ]
    assert sum(low for low, _ in parts) <= 1 <= sum(high for _, high in parts)
    assert phases.reading_probability(loss, evaluations, 0, evaluations) == (1, 1)
    assert phases.reading_probability(loss, evaluations, 3, 2) == (0, 0)


@settings(max_examples=40)
@given(losses, sizes, st.fractions(Fraction(1, 20), Fraction(3, 2), max_denominator=40))
@example(Fraction(1, 4), 12, Fraction(1, 4))
@example(Fraction(-1, 4), 12, Fraction(1, 4))
@example(Fraction(1, 2), 24, Fraction(1, 2))
def test_misses_are_the_readings_that_are_off(loss, evaluations: int, accuracy) -> None:
    found = phases.misses(loss, evaluations, accuracy)
    chances = summed(loss, evaluations)
    values = np.cos(2 * np.pi * np.arange(len(chances)) / evaluations)
    # A cosine that is rational differs from a sum of such fractions by far more than 1e-9.
    above = values - float(loss) > float(accuracy) + 1e-9
    below = float(loss) - values > float(accuracy) + 1e-9
    for (low, high), wrong in zip(found, (above, below), strict=True):
        assert low <= high
        assert float(low) == pytest.approx(chances[wrong].sum(), abs=1e-7)


@settings(max_examples=30)
@given(losses, st.integers(2, 20), st.sampled_from([1, 3, 5, 9]))
def test_the_median_misses_as_the_multinomial_says(loss, evaluations: int, runs: int) -> None:
    accuracy = Fraction(1, 3)
    ends = [float(low) for low, _ in phases.misses(loss, evaluations, accuracy)]
    exactly = sum(
        comb(runs, k) * p**k * (1 - p) ** (runs - k)
        for p in (min(1.0, max(0.0, q)) for q in ends)
        for k in range(runs // 2 + 1, runs + 1)
    )
    low, high = phases.median_misses(loss, evaluations, accuracy, runs)
    assert low <= high
    assert float(high) == pytest.approx(exactly, abs=1e-9)


@settings(max_examples=30)
@given(losses, st.fractions(Fraction(1, 50), Fraction(19, 10), max_denominator=50))
def test_one_run_keeps_the_imported_promise(loss: Fraction, accuracy: Fraction) -> None:
    high = phases.median_misses(loss, amplitude_evaluations(accuracy), accuracy, 1)[1]
    assert float(high) <= 1 - 8 / np.pi**2


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: phases.reading_probability(Fraction(2), 3, 0, 1), r"loss 2\.0, 3 evaluations"),
        (lambda: phases.reading_probability(Fraction(0), 0, 0, 1), "0 evaluations: expected"),
        (lambda: phases.median_misses(Fraction(0), 3, Fraction(1), 2), "2 runs: expected an odd"),
    ],
)
def test_bad_numbers_are_told(call, message: str) -> None:
    with pytest.raises(InputError, match=message):
        call()
