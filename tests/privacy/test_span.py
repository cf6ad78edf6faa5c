"""Dimensions of spans: formulas against ranks, and words counted one by one."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qdml.errors import InputError
from qdml.privacy import span


@given(st.integers(2, 4), st.integers(1, 4))
def test_levels_count_words(n: int, k: int) -> None:
    counts = [0] * (min(n, k) + 1)
    for word in product(range(n), repeat=k):
        counts[sum(word.count(letter) % 2 for letter in range(n))] += 1
    assert span.sign_levels(n, k) == counts


@given(st.integers(2, 40), st.integers(1, 30))
def test_levels_reach_the_dimension(n: int, k: int) -> None:
    counts = span.sign_levels(n, k)
    assert sum(counts) == n**k
    assert sum(comb(n, w) for w, c in enumerate(counts) if c) == span.sign_dimension(n, k)


@given(st.integers(2, 60), st.integers(1, 60))
def test_dimensions_obey_pascal(n: int, k: int) -> None:
    if n > 2 and k > 1:
        assert span.dimension(n, k) == span.dimension(n - 1, k) + span.dimension(n, k - 1)
    assert span.sign_dimension(n, k) <= span.dimension(n, k)
    assert span.real_operator_dimension(n, k) == span.dimension(n, 2 * k)


@pytest.mark.parametrize(("n", "k"), [(2, 3), (3, 2), (4, 3)])
def test_the_average_state_has_these_eigenvalues(n: int, k: int) -> None:
    states = []
    for word in product((1.0, -1.0), repeat=n):
        x = state = np.array(word) / np.sqrt(n)
        for _ in range(k - 1):
            state = np.kron(state, x)
        states.append(state)
    found = np.linalg.eigvalsh(np.array(states).T @ np.array(states) / 2**n)
    expected = [
        float(Fraction(count, n**k * comb(n, w)))
        for w, count in enumerate(span.sign_levels(n, k))
        for _ in range(comb(n, w))
    ]
    expected = sorted(expected + [0.0] * (n**k - len(expected)))[-(n**k) :]
    assert np.allclose(sorted(found)[-len(expected) :], sorted(expected), atol=1e-13)


@pytest.mark.parametrize(
    ("n", "k", "message"),
    [
        (1, 1, r"dimension 1: expected a whole number from 2 to 2\^60"),
        (2**60 + 1, 1, "expected a whole number from 2"),
        (2, 0, "copies 0: expected a whole number from 1 to 1000000"),
        (2, 10**6 + 1, "copies 1000001"),
    ],
)
def test_bad_sizes_get_one_line(n: int, k: int, message: str) -> None:
    functions = (span.dimension, span.sign_dimension, span.real_operator_dimension)
    for function in (*functions, span.sign_levels):
        with pytest.raises(InputError, match=message if function in functions else "expected"):
            function(n, k)
