"""Sets of nodes that a network decides: what they are made of, and their exact scores."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from qdml.data.graphs import load_nodes
from qdml.errors import DataError
from qdml.graphs.majorities import majorities, narrowed
from qdml.graphs.node_training import random_splits
from qdml.graphs.operators import operator
from qdml.graphs.sign import Sign, hop_features, hop_rows, scores


@pytest.fixture(scope="module")
def club():
    return load_nodes("karate")


@pytest.fixture(scope="module")
def model():
    rng = np.random.default_rng(0)
    shapes = ((3, 34, 4), (4,), (4, 2), (2,))
    return Sign("symmetric", *map(rng.normal, [0.0] * 4, [1.0] * 4, shapes), q=(0.3, -0.7, 0.5))


def test_some_rows_are_those_of_all(club) -> None:
    op, ids = operator(club.adjacency, "symmetric"), np.array([5, 0, 33])
    every = hop_features(op, club.features, 2).toarray()
    np.testing.assert_allclose(hop_rows(op, club.features, ids, 2), every[ids], rtol=1e-14)


def test_a_case_is_made_of_test_nodes_two_to_one(club, model) -> None:
    rng = np.random.default_rng(1)
    splits = random_splits(club.labels, 2, rng)
    cases = majorities(club, [model, model], splits, 4, rng)
    assert [case.majority for case in cases] == [1, -1] * 4
    for place, case in enumerate(cases):
        # A member's only feature is its own number.
        ids, times = np.nonzero(case.rows[:, :34])[1], np.nonzero(case.rows[:, :34])[0]
        assert (times == np.arange(len(ids))).all()
        assert len(set(ids)) == len(ids)
        assert set(ids) <= set(splits[place // 4].test)
        first = (club.labels[ids] == case.classes[0]).sum()
        assert (3 * first == (2 if case.majority > 0 else 1) * len(ids)).all()


def test_its_score_is_the_networks(club, model) -> None:
    rng = np.random.default_rng(2)
    splits = random_splits(club.labels, 1, rng)
    for case in majorities(club, [model], splits, 4, rng):
        given = scores(model, case.rows[:, :-1])
        first, second = case.classes
        expected = (given[:, first] - given[:, second]).mean()
        assert case.score == pytest.approx(expected, rel=1e-10, abs=1e-10 * abs(given).max())
        assert case.sign == np.sign(expected)
        assert 0 < case.margin <= 1
        assert case.pooled(0.0) != pytest.approx(expected)


def test_wide_features_keep_what_varies_most(club) -> None:
    assert narrowed(club, 34) is club
    digits = load_nodes("digits-neighbours")
    few, values = narrowed(digits, 10), np.linalg.svd(digits.features.toarray(), compute_uv=False)
    assert few.features.shape == (len(digits.labels), 10)
    kept = (few.features.toarray() ** 2).sum()
    assert kept == pytest.approx((values[:10] ** 2).sum(), rel=1e-10)


def test_a_class_that_is_not_tested_is_refused(club, model) -> None:
    split = random_splits(club.labels, 1, np.random.default_rng(3))[0]
    few = replace(split, test=split.test[:1])
    with pytest.raises(DataError, match="fewer than 2 test nodes"):
        majorities(club, [model], [few], 1, np.random.default_rng(4))
