"""Operators: against their definitions, entry by entry, and the norms that are promised."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from qdml.errors import InputError
from qdml.graphs.operators import KINDS, operator


@st.composite
def adjacencies(draw: st.DrawFn) -> np.ndarray:
    size = draw(st.integers(1, 7))
    bits = draw(st.lists(st.booleans(), min_size=size**2, max_size=size**2))
    upper = np.triu(np.array(bits, dtype=float).reshape(size, size))
    return np.maximum(upper, upper.T)


@given(adjacencies())
def test_entries(adjacency: np.ndarray) -> None:
    size = len(adjacency)
    looped = adjacency + np.eye(size)
    degree, more = adjacency.sum(axis=1), looped.sum(axis=1)
    found = {kind: operator(csr_array(adjacency), kind).toarray() for kind in KINDS}
    for i in range(size):
        for j in range(size):
            assert found["sum"][i, j] == adjacency[i, j]
            assert found["mean"][i, j] * max(degree[i], 1) == pytest.approx(adjacency[i, j])
            stated = looped[i, j] / np.sqrt(more[i] * more[j])
            assert found["symmetric"][i, j] == pytest.approx(stated)


@given(adjacencies())
def test_norms(adjacency: np.ndarray) -> None:
    sparse = csr_array(adjacency)
    assert np.linalg.norm(operator(sparse, "symmetric").toarray(), 2) == pytest.approx(1)
    assert operator(sparse, "mean").sum(axis=1).max() <= 1 + 1e-12


def test_the_mean_is_no_contraction_in_the_euclidean_norm() -> None:
    leaves = 8
    star = np.zeros((leaves + 1, leaves + 1))
    star[0, 1:] = star[1:, 0] = 1
    norm = np.linalg.norm(operator(csr_array(star), "mean").toarray(), 2)
    assert norm == pytest.approx(np.sqrt(leaves))


@pytest.mark.parametrize(
    ("adjacency", "kind", "message"),
    [
        (np.eye(2), "means", r"operator 'means': allowed are sum, mean, symmetric \(nearest"),
        (np.ones((2, 3)), "sum", r"shape \(2, 3\): expected a square matrix"),
        (np.full((2, 2), np.nan), "sum", "finite and not negative"),
        (-np.ones((2, 2)), "mean", "finite and not negative"),
        (np.array([[0.0, 1.0], [0.0, 0.0]]), "symmetric", "not symmetric"),
    ],
)
def test_bad_input(adjacency: np.ndarray, kind: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        operator(csr_array(adjacency), kind)
