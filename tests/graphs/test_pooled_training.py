"""Pooled networks trained by Adam: what they can tell apart, and what they may not read."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from scipy.sparse import block_diag, csr_array
from scipy.special import logsumexp

from qdml.data.graphs import GraphSet
from qdml.errors import DataError, InputError
from qdml.graphs import pooled_training
from qdml.graphs.pooled_training import Trained, hops_of, train
from qdml.graphs.quadratic_form import pooled, quadratic_form
from qdml.graphs.selection import majority
from qdml.graphs.sign import scores

STEPS = 60
EDGE = csr_array(np.array([[0.0, 1], [1, 0]]))


def pairs(count: int = 60) -> GraphSet:
    """Pairs of nodes of two labels: like beside like in class 0, unlike beside unlike in class 1.

    Both classes have the same means of every hop, so that no linear network tells them apart.
    """
    labels = np.arange(count) % 2
    halves = 2 + np.arange(count) // 2 % 3
    nodes = [
        np.tile([0, 1] * 2 if of else [0, 0, 1, 1], half)
        for of, half in zip(labels, halves, strict=True)
    ]
    graph = np.repeat(np.arange(count), 4 * halves)
    adjacency = csr_array(block_diag([EDGE] * (len(graph) // 2), format="csr"))
    return GraphSet("pairs", adjacency, graph, labels, np.concatenate(nodes), None)


@cache
def trained(activation: str, protocol: str = "nested", seed: int = 0) -> Trained:
    return train(pairs(), activation, protocol, seed, STEPS)


@pytest.mark.parametrize("activation", ["prelu", "quadratic"])
def test_networks_tell_apart_what_no_linear_one_can(activation: str) -> None:
    assert trained(activation).outcome.accuracy > 0.95


def test_a_linear_network_would_see_nothing_but_the_size() -> None:
    graphs = pairs()
    seen = pooled(hops_of(graphs), graphs.graph)
    # Neighbours of the list are of one size and of both classes.
    np.testing.assert_allclose(seen[::2], seen[1::2], rtol=0, atol=1e-14)


@pytest.mark.parametrize("activation", ["prelu", "quadratic"])
def test_the_network_on_features_says_what_training_said(activation: str) -> None:
    graphs, found = pairs(), trained(activation)
    for fold, model in enumerate(found.networks):
        said = pooled(scores(model, hops_of(graphs)), graphs.graph)
        right = said.argmax(axis=1) == graphs.labels
        test, held = found.fold == fold, found.held[fold]
        np.testing.assert_array_equal(right[test], found.outcome.correct[test])
        lost = logsumexp(said, axis=1) - said[np.arange(len(said)), graphs.labels]
        # Sums of at most 100 products of size 10, rounded to 24 bits, and divided by 100.
        value = right[held].mean() - lost[held].mean() / 100
        assert found.value[fold] == pytest.approx(value, abs=1e3 * 2**-24 / 100)
    assert trained(activation, "gin").networks == ()


def test_a_quadratic_network_is_its_form() -> None:
    hop, model = hops_of(pairs()), trained("quadratic").networks[0]
    form = quadratic_form(model)
    said = scores(model, hop)
    np.testing.assert_allclose(
        form.values(form.rows(hop)), said, rtol=0, atol=1e-10 * abs(said).max()
    )


def test_no_label_of_a_test_fold_reaches_what_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    graphs, found = pairs(), trained("prelu")
    test = found.fold == 0
    labels = np.where(test, 1 - graphs.labels, graphs.labels)
    monkeypatch.setattr(pooled_training, "stratified_folds", lambda *_: found.fold)
    other = train(replace(graphs, labels=labels), "prelu", "nested", 0, STEPS)
    assert other.outcome.chosen[0] == found.outcome.chosen[0]
    for name in ("weights", "bias", "readout", "offset", "slope"):
        first, second = (getattr(each.networks[0], name) for each in (found, other))
        np.testing.assert_array_equal(first, second)
    assert (other.outcome.correct[test] != found.outcome.correct[test]).all()


def test_labels_without_meaning_fall_to_the_majority() -> None:
    graphs = pairs()
    shuffled = np.random.default_rng(0).permutation(graphs.labels)
    found = train(replace(graphs, labels=shuffled), "prelu", "nested", 0, STEPS).outcome
    # 60 graphs: the chance of more is below exp(-2 60 0.25^2) < 1e-3 (Hoeffding).
    assert found.accuracy < majority(shuffled) + 0.25


def test_the_test_folds_choose_one_epoch_under_gin() -> None:
    found = trained("prelu", "gin")
    assert len(set(found.outcome.chosen)) == 1
    assert found.outcome.accuracy > 0.95
    told = found.hyperparameters()[0]
    assert 1 <= told["epoch"] <= STEPS
    assert set(told) == {"recipe", "decay", "first_slope", "epoch"}


@pytest.mark.parametrize(
    ("labels", "arguments", "error", "says"),
    [
        (None, ("relu", "nested"), InputError, r"activation 'relu': allowed are .*'prelu'"),
        (None, ("prelu", "nest"), InputError, "protocol 'nest': allowed are nested, gin"),
        (np.zeros(60, int), ("prelu", "gin"), DataError, "labels of 1 class: at least two"),
        (np.arange(60) // 55, ("prelu", "gin"), DataError, "class 1 has 5 members: at least 10"),
    ],
)
def test_what_cannot_be_trained_is_one_clear_line(labels, arguments, error, says) -> None:
    graphs = pairs() if labels is None else replace(pairs(), labels=labels)
    with pytest.raises(error, match=says):
        train(graphs, *arguments, seed=0)
