"""Tasks hold what their sets hold, split without overlap, and count their bits honestly."""

from __future__ import annotations

from math import log2

import numpy as np
import pytest

from qdml.data import Graphs, Nodes, load, task
from qdml.data.tasks import hop_counts, names, smoothed_features
from qdml.errors import DataAbsent, InputError


def test_an_unknown_task_suggests_the_nearest() -> None:
    with pytest.raises(InputError, match=r"'digits-3-9': unknown \(nearest: 'digits-3-8'\)"):
        task("digits-3-9", 0)
    assert names() == ("digits-3-8", "digits-parity", "mutag", "cora", "synthetic")


@pytest.mark.parametrize(("name", "size"), [("digits-3-8", 357), ("digits-parity", 1797)])
def test_digits_are_split_in_proportion(name: str, size: int) -> None:
    made = task(name, 3)
    train, test = made.train_inputs, made.test_inputs
    assert len(train) + len(test) == size
    assert abs(len(test) - size / 3) <= 5
    assert abs(made.train_labels.mean() - made.test_labels.mean()) < 0.02
    assert not {row.tobytes() for row in train} & {row.tobytes() for row in test}
    assert made.raw_bits - 1 < 64 * log2(17) <= made.raw_bits
    again, other = task(name, 3), task(name, 4)
    np.testing.assert_array_equal(again.test_inputs, test)
    assert not np.array_equal(other.test_inputs, test)


@pytest.mark.parametrize("name", ["mutag", "cora"])
def test_what_is_not_here_is_absent(name: str) -> None:
    with pytest.raises(DataAbsent, match=f"(?i)'{name}'"):
        task(name, 0)


@pytest.mark.usefixtures("mirror")
def test_mutag_inputs_are_walk_counts() -> None:
    graphs = load("MUTAG")
    assert isinstance(graphs, Graphs)
    counts = hop_counts(graphs, 3)
    # The first graph again, with a dense adjacency.
    nodes, edges = int(graphs.num_nodes[0]), int(graphs.num_edges[0])
    adjacency = np.zeros((nodes, nodes))
    adjacency[graphs.edge_u[:edges], graphs.edge_v[:edges]] = 1
    adjacency += adjacency.T
    onehot = np.eye(7)[graphs.node_label[:nodes]]  # type: ignore[index]
    dense = [(np.linalg.matrix_power(adjacency, r) @ onehot).sum(axis=0) for r in range(4)]
    np.testing.assert_array_equal(counts[0], np.concatenate(dense))
    made = task("mutag", 0)
    assert made.train_inputs.shape[1] == 29
    assert len(made.train_inputs) + len(made.test_inputs) == 188
    assert made.raw_bits - 1 < np.log2(counts.max(axis=0) + 1).sum() <= made.raw_bits


@pytest.mark.usefixtures("mirror")
def test_cora_inputs_are_smoothed_over_the_public_split() -> None:
    nodes = load("cora")
    assert isinstance(nodes, Nodes)
    made = task("cora", 0)
    assert made.train_inputs.shape == (140, 1433)
    assert made.test_inputs.shape == (1000, 1433)
    assert made.raw_bits == 1433 * 32
    # One node again: the words of its neighbours, each weighed by the two degrees.
    pairs = {*zip(nodes.edge_src.tolist(), nodes.edge_dst.tolist(), strict=True)}
    pairs |= {(v, u) for u, v in pairs} | {(u, u) for u in range(len(nodes.label))}
    degree = np.bincount([u for u, _ in pairs])
    words = nodes.features.toarray()
    words /= np.maximum(words.sum(axis=1, keepdims=True), 1)
    expected = sum(words[v] / np.sqrt(degree[u] * degree[v]) for u, v in pairs if u == 7)
    np.testing.assert_allclose(smoothed_features(nodes, 1)[7], expected, atol=1e-12)


@pytest.mark.usefixtures("mirror")
def test_cora_has_the_largest_class_as_its_positive_one() -> None:
    nodes, made = load("cora"), task("cora", 0)
    assert isinstance(nodes, Nodes)
    share = (nodes.label == np.bincount(nodes.label).argmax())[nodes.test].mean()
    assert (made.test_labels > 0).mean() == share
