"""The best linear fits: against numpy, small integer weights, and every threshold."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import prod

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from qdml.errors import InputError
from qdml.expressivity import linear
from qdml.expressivity.copies import hypercube

signs = st.lists(st.sampled_from([1, -1]), min_size=1, max_size=12)


@pytest.mark.parametrize("bits", [2, 3])
def test_no_integer_weights_do_better_on_parity(bits: int) -> None:
    points = hypercube(bits)
    fewest = min(
        sum(prod(x) * (2 * np.dot(w, x) + b) <= 0 for x in points)
        for w in product(range(-2, 3), repeat=bits)
        for b in range(-9, 10, 2)
    )
    assert fewest == linear.parity_errors(bits) == linear.counting_errors(bits)


@given(st.integers(2, 60))
def test_counting_ones_is_optimal(bits: int) -> None:
    assert linear.counting_errors(bits) == linear.parity_errors(bits)


@given(signs)
def test_thresholds_are_all_tried(labels: list[int]) -> None:
    fewest = min(
        sum(label != (sign if j < cut else -sign) for j, label in enumerate(labels))
        for cut in range(len(labels) + 1)
        for sign in (1, -1)
    )
    assert linear.threshold_errors(labels) == fewest


@given(
    st.lists(
        st.tuples(st.integers(-9, 9), st.integers(-9, 9), st.integers(-9, 9)),
        min_size=4,
        max_size=12,
    )
)
def test_least_squares_is_numpys(rows: list[tuple[int, int, int]]) -> None:
    points, labels = [row[:2] for row in rows], [row[2] for row in rows]
    design = np.array([[*point, 1.0] for point in points])
    assume(len(set(labels)) > 1)
    assume(np.linalg.matrix_rank(design) == 3)
    assume(np.linalg.cond(design) < 1e3)
    fitted = design @ np.linalg.lstsq(design, np.array(labels, dtype=float), rcond=None)[0]
    residual = ((np.array(labels) - fitted) ** 2).sum()
    spread = np.var(labels) * len(labels)
    assert float(linear.least_squares(points, labels)) == pytest.approx(
        1 - residual / spread, abs=1e-9
    )


@given(st.integers(1, 6), st.integers(1, 6))
def test_a_threshold_follows_one_half_period_more(periods: int, steps: int) -> None:
    labels = linear.alternating(periods, steps)
    right = 1 - Fraction(linear.threshold_errors(labels), len(labels))
    assert right == Fraction(periods + 1, 2 * periods)


def test_bad_input_is_refused() -> None:
    with pytest.raises(InputError, match="1 bits: expected at least 2"):
        linear.parity_errors(1)
    with pytest.raises(InputError, match="3 points: expected two different labels"):
        linear.least_squares([[1], [2], [3]], [1, 1, 1])
    with pytest.raises(InputError, match="2 points: expected two different labels and points"):
        linear.least_squares([[1], [1]], [1, 0])
