"""Splits keep proportions, lose nobody, and refuse what cannot be split."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qdml.data.splits import stratified_folds, stratified_split
from qdml.errors import DataError

SIZES = st.lists(st.integers(4, 30), min_size=2, max_size=4)


def labels_of(sizes: list[int], seed: int) -> np.ndarray:
    labels = np.repeat(np.arange(len(sizes)), sizes)
    return np.random.default_rng(seed).permutation(labels)


@given(SIZES, st.floats(0.01, 0.99), st.integers(0, 2**32))
def test_a_split_keeps_everybody_and_every_class(sizes: list[int], part: float, seed: int) -> None:
    labels = labels_of(sizes, seed)
    kept, aside = stratified_split(labels, part, np.random.default_rng(seed))
    assert sorted([*kept, *aside]) == list(range(len(labels)))
    for each, size in enumerate(sizes):
        out = int((labels[aside] == each).sum())
        assert 1 <= out <= size - 1
        assert abs(out - part * size) <= 1


@given(SIZES, st.integers(2, 4), st.integers(0, 2**32))
def test_folds_are_even_in_every_class(sizes: list[int], folds: int, seed: int) -> None:
    labels = labels_of(sizes, seed)
    fold = stratified_folds(labels, folds, np.random.default_rng(seed))
    for each in range(len(sizes)):
        counts = np.bincount(fold[labels == each], minlength=folds)
        assert counts.max() - counts.min() <= 1


def test_what_cannot_be_split_is_refused() -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(DataError, match="labels of 1 class: at least two"):
        stratified_split(np.ones(5, int), 0.5, rng)
    with pytest.raises(DataError, match="class 1 has 3 members: at least 4"):
        stratified_folds(np.array([0, 0, 0, 0, 1, 1, 1]), 4, rng)
