"""Profiles of small functions against their Fourier transform by definition."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qdml.bounds import level_inequality as room


@given(st.integers(1, 4), st.integers(0, 2**32))
def test_profiles_are_fourier_weights(variables: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = rng.integers(-1, 2, size=2**variables)
    points = range(2**variables)
    levels = [0] * (variables + 1)
    for s in points:
        total = sum(int(values[x]) * (-1) ** (s & x).bit_count() for x in points)
        levels[s.bit_count()] += total**2
    (found,) = room.profiles(values[None, :])
    assert found.levels == tuple(levels)
    assert found.support == np.count_nonzero(values)
    # Parseval: at d = 1 both sides are the measure of the support.
    assert found.left(Fraction(1)) == Fraction(found.support, 2**variables)


def test_every_function_is_there() -> None:
    assert len({row.tobytes() for row in room.every_set(3)}) == 255
    assert len({row.tobytes() for row in room.every_function(2)}) == 80


@given(st.integers(1, 6), st.integers(0, 2**32))
def test_random_functions_are_never_zero(variables: int, seed: int) -> None:
    found = room.random_functions(variables, 8, np.random.default_rng(seed))
    assert found.shape == (8, 2**variables)
    assert set(np.unique(found)) <= {-1, 0, 1}
    assert np.abs(found).sum(axis=1).min() >= 1


@pytest.mark.parametrize("exponent", [Fraction(8, 5), Fraction(16, 9)])
def test_powers_are_enclosed(exponent: Fraction) -> None:
    low, high = room.Profile(2, 3, (9, 0, 0)).right(exponent)
    assert low < high < low + Fraction(1, 2**100)
    power = exponent.denominator
    assert low**power < Fraction(3, 4) ** exponent.numerator < high**power
