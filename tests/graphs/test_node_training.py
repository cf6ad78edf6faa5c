"""Networks on nodes: splits, the span of training rows, and training that reads no test node."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from qdml.data.graphs import NodeSet, load_nodes
from qdml.errors import DataError
from qdml.graphs.node_training import (
    HOPS,
    KIND,
    Trained,
    random_splits,
    span,
    train,
)
from qdml.graphs.operators import operator
from qdml.graphs.quadratic_form import quadratic_form
from qdml.graphs.sign import ACTIVATIONS, Activation, hop_features, scores

STEPS = 30


@cache
def trained(activation: Activation, seed: int = 0, permuted: bool = False) -> Trained:
    """Three networks on the karate club."""
    nodes = load_nodes("karate")
    labels = nodes.labels
    splits = random_splits(labels, 3, np.random.default_rng(1))
    if permuted:
        labels = labels.copy()
        for split in splits[:1]:
            labels[split.test] = labels[split.test][::-1].copy()
    return train(
        [span(nodes, one.train) for one in splits], splits, labels, activation, seed, STEPS
    )


@given(st.lists(st.integers(4, 90), min_size=2, max_size=4), st.integers(0, 99))
def test_splits_part_every_labelled_node(sizes: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.repeat(np.arange(len(sizes)), sizes))
    labels = np.concatenate([labels, [-1, -1]])
    first, second = random_splits(labels, 2, rng)
    for split in (first, second):
        parts = [split.train, split.validation, split.test]
        assert sorted(np.concatenate(parts)) == list(range(sum(sizes)))
        for each, size in enumerate(sizes):
            counts = [int((labels[part] == each).sum()) for part in parts]
            assert counts[0] == min(20, int(0.3 * size))
            assert counts[1] == min(30, int(0.3 * size))


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([1] * 9, "labels of 1 class: at least two"),
        ([-1] * 9, "labels of 0 class: at least two"),
        ([0] * 9 + [1] * 3, "a class of 3 nodes: at least 4"),
    ],
)
def test_labels_that_cannot_be_split(labels: list[int], message: str) -> None:
    with pytest.raises(DataError, match=message):
        random_splits(np.array(labels), 1, np.random.default_rng(0))


def test_coordinates_have_the_products_of_the_hop_features() -> None:
    nodes = load_nodes("digits-neighbours")
    ids = np.arange(0, 1797, 30)
    found = span(nodes, ids)
    hop = hop_features(operator(nodes.adjacency, KIND), nodes.features, HOPS).toarray()
    blocks = np.split(hop, HOPS + 1, axis=1)
    scaled = np.hstack([b / np.sqrt((b[ids] ** 2).sum() / len(ids)) for b in blocks])
    products = scaled @ scaled[ids].T
    np.testing.assert_allclose(found.coordinates @ found.coordinates[ids].T, products, atol=1e-9)


def test_rows_that_depend_on_each_other_have_finite_coordinates() -> None:
    empty = csr_array(np.array([[1.0, 0], [1, 0], [0, 0], [0, 2]]))
    apart = NodeSet("toy", csr_array((4, 4)), empty, np.array([0, 1, 0, 1]), None)
    found = span(apart, np.array([0, 1, 2]))
    assert np.isfinite(found.coordinates).all()
    assert not found.coordinates[2:].any()


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_model_on_features_is_the_network_on_coordinates(activation: Activation) -> None:
    nodes, network = load_nodes("karate"), trained(activation)
    hop = hop_features(operator(nodes.adjacency, KIND), nodes.features, HOPS)
    for index in range(3):
        model = network.model(index)
        given_by_model = scores(model, hop)
        np.testing.assert_array_equal(given_by_model.argmax(axis=1), network.predicted(index))
        if activation != "prelu":
            form = quadratic_form(model)
            values = form.values(form.rows(hop))
            np.testing.assert_allclose(
                values, given_by_model, rtol=0, atol=1e-10 * abs(values).max()
            )


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_they_learn_and_never_read_a_test_label(activation: Activation) -> None:
    network = trained(activation)
    # The step that validates best may be one of the first.
    assert network.accuracies("train").mean() > 0.75
    assert network.accuracies().mean() > 0.75
    # The labels of the nodes tested in the first split change; nodes of other splits may be among
    # them, so only the first network has to be the same.
    other = trained(activation, permuted=True)
    for key, value in network.parameters[0].items():
        np.testing.assert_array_equal(value, other.parameters[0][key])


def test_the_seed_decides() -> None:
    one, other = trained("quadratic"), trained("quadratic", 1)
    again = train(one.spans, one.splits, one.labels, "quadratic", 0, STEPS)
    for key, value in one.parameters[0].items():
        np.testing.assert_array_equal(value, again.parameters[0][key])
    assert not np.array_equal(one.parameters[0]["weights"], other.parameters[0]["weights"])
    assert one.parameters[0]["q"].shape == (3,)
