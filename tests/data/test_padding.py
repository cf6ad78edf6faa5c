"""Padding appends zeros, keeps inner products, and refuses what is not a vector of numbers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qdml.data import pad_to_power_of_two
from qdml.errors import InputError


@given(st.integers(1, 70), st.integers(1, 3))
def test_the_length_is_the_next_power_of_two(length: int, rows: int) -> None:
    vectors = np.random.default_rng(length).normal(size=(rows, length))
    padded = pad_to_power_of_two(vectors)
    size = padded.shape[1]
    assert size & (size - 1) == 0
    assert max(2, length) <= size < max(4, 2 * length)
    np.testing.assert_array_equal(padded[:, :length], vectors)
    assert not padded[:, length:].any()


def test_a_single_vector_is_padded_too() -> None:
    assert pad_to_power_of_two(np.ones(3)).tolist() == [1, 1, 1, 0]


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_entries_must_be_finite(bad: float) -> None:
    with pytest.raises(InputError, match="not a finite number"):
        pad_to_power_of_two(np.array([1.0, bad]))


@pytest.mark.parametrize("bad", [np.zeros(0), np.zeros((3, 0)), np.float64(1)])
def test_there_must_be_entries(bad: np.ndarray) -> None:
    with pytest.raises(InputError, match="at least one entry to pad"):
        pad_to_power_of_two(bad)
