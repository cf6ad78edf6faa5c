"""Ridge regression: what is left out exactly, against fitting again from scratch."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qdml.errors import InputError
from qdml.graphs.ridge import Ridge, factorise


def drawn(seed: int, graphs: int, moments: int, classes: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    labels = np.arange(graphs) % classes
    return rng.normal(size=(graphs, moments)) + labels[:, None] * rng.normal(size=moments), labels


def solved(
    ridge: Ridge, moments: np.ndarray, labels: np.ndarray, strength: float, members: np.ndarray
) -> np.ndarray:
    """Scores of `members` by normal equations on all others, with an intercept that is free."""
    scaled = (moments[:, ridge.kept] - ridge.centre) / ridge.scale
    design = np.hstack([scaled, np.ones((len(scaled), 1))])
    penalty = np.diag([strength * len(labels)] * scaled.shape[1] + [0.0])
    rest = np.setdiff1d(np.arange(len(labels)), members)
    target = np.eye(int(labels.max()) + 1)[labels[rest]]
    weights = np.linalg.solve(design[rest].T @ design[rest] + penalty, design[rest].T @ target)
    return design[members] @ weights


problems = st.tuples(
    st.integers(0, 2**32), st.integers(8, 20), st.sampled_from([3, 9, 40]), st.integers(2, 3)
)


@given(problems, st.sampled_from([1e-3, 0.1, 10.0]))
def test_leaving_out_is_fitting_again(problem, strength) -> None:
    moments, labels = drawn(*problem)
    ridge = factorise(moments, labels, int(labels.max()) + 1)
    # The normal equations have condition at most (1 + strength) / strength, up to their size.
    tolerance = 1e-12 * len(labels) * (1 + 1 / strength)
    alone = [solved(ridge, moments, labels, strength, np.array([i])) for i in range(len(labels))]
    assert np.abs(ridge.leave_one_out(strength) - np.vstack(alone)).max() < tolerance


@given(problems, st.sampled_from([1e-3, 0.1, 10.0]))
def test_coefficients_give_the_scores_of_graphs_never_seen(problem, strength) -> None:
    moments, labels = drawn(*problem)
    ridge = factorise(moments[:-3], labels[:-3], int(labels.max()) + 1)
    coefficients, offset = ridge.coefficients(strength)
    scores = ridge.scores(ridge.place(moments), strength)
    assert np.abs(moments @ coefficients + offset - scores).max() < 1e-10 * (1 + 1 / strength)


def test_both_gram_matrices_give_one_regression() -> None:
    moments, labels = drawn(3, 12, 9, 2)
    wide = np.hstack([moments, moments])
    tall, flat = factorise(moments, labels, 2), factorise(wide, labels, 2)
    assert len(wide) < wide.shape[1]
    assert np.allclose(tall.leave_one_out(0.1), flat.leave_one_out(0.1), atol=1e-12)


def test_moments_that_are_rare_or_constant_are_not_used() -> None:
    moments, labels = drawn(0, 40, 3, 2)
    moments[:, 1] = 7.0
    moments[4:, 2] = 0.0
    assert list(factorise(moments, labels, 2).kept) == [0]


@pytest.mark.parametrize(
    ("moments", "labels", "says"),
    [
        (np.ones((4, 2)), [0, 1, 0], "4 graphs and 3 labels: expected as many"),
        (np.ones((1, 2)), [0], "1 graphs and 1 labels: expected as many, at least two"),
        (np.eye(4), [0, 1, 0, 2], "labels from 0 to 2: expected 0 to 1"),
        (np.ones((4, 2)), [0, 1, 0, 1], "moments: the same in every graph"),
        (np.full((2, 2), np.nan), [0, 1], "moments: a value that is not a finite number"),
    ],
)
def test_bad_problems_are_one_clear_line(moments, labels, says) -> None:
    with pytest.raises(InputError, match=says):
        factorise(moments, np.array(labels), 2)
