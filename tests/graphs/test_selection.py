"""The two protocols: what each may look at, and what must follow when labels mean nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from qdml.errors import DataError, InputError
from qdml.graphs import selection
from qdml.graphs.selection import gin, majority, nested, select, trials


def drawn(seed: int, graphs: int = 90, signal: float = 1.0) -> tuple[list[np.ndarray], np.ndarray]:
    rng = np.random.default_rng(seed)
    labels = np.arange(graphs) % 3 // 2
    noise = rng.normal(size=(graphs, 6))
    return [noise, noise + signal * labels[:, None]], labels


def test_nested_selection_never_reads_a_test_fold() -> None:
    table = trials(*drawn(0), seed=1)
    other = replace(table, correct=~table.correct)
    assert nested(table).chosen == nested(other).chosen
    assert nested(table).accuracy == pytest.approx(1 - nested(other).accuracy)


def test_nothing_of_a_test_fold_reaches_its_training() -> None:
    features, labels = drawn(1)
    table = trials(features, labels, seed=2)
    first = table.fold == 0
    # Whatever the first fold's graphs look like, what was learnt without them stays as it was.
    changed = [np.where(first[:, None], 100 * moments, moments) for moments in features]
    other = trials(changed, labels, seed=2)
    assert (other.left_out[0] == table.left_out[0]).all()


def test_gin_protocol_takes_the_best_mean_of_the_test_folds() -> None:
    table = trials(*drawn(2), seed=3)
    found = gin(table)
    assert len(set(found.chosen)) == 1
    means = [
        table.correct[which, at, table.fold == fold].mean()
        for which in range(2)
        for at in range(len(selection.STRENGTHS))
        for fold in range(10)
    ]
    assert found.accuracy == pytest.approx(np.reshape(means, (-1, 10)).mean(axis=1).max())
    assert found.accuracy >= nested(table).accuracy


def test_informative_features_are_found_by_every_fold() -> None:
    features, labels = drawn(3, signal=2.0)
    found = nested(trials(features, labels, seed=4))
    assert {which for which, _ in found.chosen} == {1}
    assert found.accuracy > 0.9 > majority(labels)
    assert found.correct.mean() == pytest.approx(found.accuracy, abs=0.01)


def test_labels_without_meaning_fall_to_the_majority_unless_the_choice_reads_them() -> None:
    features = [np.random.default_rng(recipe).normal(size=(90, 40)) for recipe in range(2)]
    labels, excess = np.arange(90) % 2, []
    for seed in range(60):
        shuffled = np.random.default_rng(seed).permutation(labels)
        table = trials(features, shuffled, seed, run=1)
        rate = majority(shuffled[table.fold == 0])
        excess.append([nested(table).accuracy - rate, gin(table).accuracy - rate])
    fair, optimistic = np.mean(excess, axis=0)
    # 540 test graphs: the chance of as much is below exp(-2 540 0.08^2) = 1e-3 (Hoeffding).
    assert fair < 0.08 < optimistic


def test_every_choice_is_scored_on_every_graph_once() -> None:
    features, labels = drawn(5)
    table = trials(features, labels, seed=0)
    assert table.correct.shape == (2, len(selection.STRENGTHS), 90)
    assert [int((table.fold == fold).sum()) for fold in range(10)] == [9] * 10


def test_a_tie_goes_to_the_stronger_ridge_then_to_the_earlier_recipe() -> None:
    table = trials(*drawn(6), seed=0, run=2)
    left = np.full((2, 2, len(selection.STRENGTHS)), 0.5)
    left[1, 1, 3] = 0.6
    last = len(selection.STRENGTHS) - 1
    assert nested(replace(table, left_out=left)).chosen == ((0, last), (1, 3))


@pytest.mark.parametrize(
    ("labels", "says"),
    [
        (np.zeros(90, int), "labels of 1 class: at least two are needed"),
        (np.arange(90) // 85, "class 1 has 5 members: at least 10 are needed to split it"),
    ],
)
def test_what_cannot_be_split_is_one_clear_line(labels, says) -> None:
    with pytest.raises(DataError, match=says):
        trials(drawn(6)[0], labels, seed=0)


def test_an_unknown_protocol_names_the_nearest() -> None:
    with pytest.raises(InputError, match=r"protocol 'nest': allowed are nested, gin \(nearest:"):
        select("nest", trials(*drawn(7), seed=0))
