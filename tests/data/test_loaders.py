"""Loading gives checked arrays, or one line that says which array is wrong and how."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from qdml.data import Entry, Graphs, Images, Nodes, entries, entry, inspect, load
from qdml.data.loaders import read
from qdml.errors import DataAbsent, DataError

Build = Callable[..., tuple[Entry, bytes]]


class Trap:
    """Runs when it is unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (os.abort, ())


def test_digits_are_embedded() -> None:
    images = load("digits")
    assert isinstance(images, Images)
    assert images.pixels.shape == (1797, 64)
    assert set(np.unique(images.pixels)) == set(range(images.levels))


def test_other_digits_are_refused() -> None:
    other = entry("digits").model_copy(update={"embedded": "0" * 64})
    with pytest.raises(DataError, match="the copy that is installed is not the registered one"):
        read(other)


def test_graphs_are_read_as_they_were_written(build: Build) -> None:
    graphs = read(build("graphs-npz")[0])
    assert isinstance(graphs, Graphs)
    assert graphs.edge_v.tolist() == [1, 2, 1, 1]
    assert graphs.edge_v.dtype == np.int64
    assert read(build("graphs-npz", node_label=None)[0].model_copy(update={"counts": {}}))


def test_nodes_are_read_as_they_were_written(build: Build) -> None:
    nodes = read(build("node-npz")[0])
    assert isinstance(nodes, Nodes)
    assert nodes.features.toarray().tolist() == [[1, 0, 2, 0], [0, 0, 0, 0], [0, 1, 0, 0]]
    assert (nodes.train.tolist(), nodes.val.tolist(), nodes.test.tolist()) == ([0], [], [1])


@pytest.mark.parametrize(
    ("layout", "change", "message"),
    [
        ("graphs-npz", {"edge_u": None}, "no array 'edge_u'"),
        ("graphs-npz", {"edge_u": np.zeros(4)}, "'edge_u' has the unexpected type float64"),
        ("graphs-npz", {"edge_u": np.zeros((4, 1), int)}, "'edge_u' has 2 axes"),
        ("graphs-npz", {"edge_u": np.zeros(3, int)}, "not one entry an edge"),
        ("graphs-npz", {"edge_v": np.array([1, 3, 1, 1])}, "node id out of range"),
        ("graphs-npz", {"edge_u": np.array([-1, 0, 0, 0])}, "node id out of range"),
        ("graphs-npz", {"edge_v": np.array([2**64 - 1, 2, 1, 1], np.uint64)}, "out of range"),
        ("graphs-npz", {"num_nodes": np.array([3, 0])}, "a graph without nodes"),
        ("graphs-npz", {"num_edges": np.array([5, -1])}, "negative number of edges"),
        ("graphs-npz", {"graph_label": np.array([1])}, "not one entry a graph"),
        ("graphs-npz", {"node_label": np.array([1])}, "not one label a node"),
        ("graphs-npz", {"node_label": np.full(5, -1)}, "negative node label"),
        ("graphs-npz", {"node_attr": np.ones(5)}, "'node_attr' has 1 axes, 2 is wanted"),
        ("graphs-npz", {"node_attr": np.ones((4, 1))}, "not one row of attributes a node"),
        ("graphs-npz", {"node_attr": np.full((5, 1), np.nan)}, "attribute that is not a finite"),
        ("graphs-npz", {"graph_label": np.array([Trap(), 1])}, "not an archive of plain arrays"),
        ("node-npz", {"x_data": np.array([1.0, np.nan, 1.0])}, "not a finite number"),
        ("node-npz", {"x_data": np.array([1.0, np.inf, 1.0])}, "not a finite number"),
        ("node-npz", {"x_data": np.ones(2)}, "differ in length"),
        ("node-npz", {"x_indices": np.array([0, 4, 1])}, "feature index out of range"),
        ("node-npz", {"x_indptr": np.array([0, 2, 1, 3])}, "x_indptr does not describe"),
        ("node-npz", {"x_shape": np.array([3])}, "x_shape"),
        ("node-npz", {"y": np.array([0, 1])}, "not one class a node"),
        ("node-npz", {"edge_dst": np.array([1, 0, 3, 0])}, "node id out of range"),
        ("node-npz", {"edge_dst": np.array([1])}, "edge_src and edge_dst differ"),
        ("node-npz", {"test_idx": np.array([0])}, "a node in two parts of the split"),
        ("node-npz", {"test_idx": np.array([3])}, "node id out of range"),
    ],
)
def test_what_is_wrong_is_named(
    build: Build, layout: str, change: dict[str, Any], message: str
) -> None:
    registered, _ = build(layout, **change)
    with pytest.raises(DataError, match=message) as caught:
        read(registered)
    assert str(caught.value).startswith("data set 'toy': toy/toy.npz: ")
    assert "\n" not in str(caught.value)


def test_numbers_of_edges_whose_sum_overflows(build: Build) -> None:
    # The sum of these is 4, the number of edges, modulo 2^64.
    many, ones = np.array([2**62] * 3 + [2**62 + 4]), np.ones(4, int)
    registered, _ = build("graphs-npz", num_nodes=2 * ones, num_edges=many, graph_label=ones)
    with pytest.raises(DataError, match="not one entry an edge in every array"):
        read(registered)


def test_another_edition_is_refused(build: Build) -> None:
    registered, _ = build("graphs-npz")
    for update in ({"counts": {"graphs": 3}}, {"published": {"avg_nodes": 2.51}}):
        with pytest.raises(DataError, match="another edition of the set"):
            read(registered.model_copy(update=update))
    with pytest.raises(DataError, match="'gaphs' is registered but cannot be counted"):
        read(registered.model_copy(update={"counts": {"gaphs": 2}}))


@pytest.mark.usefixtures("mirror")
@pytest.mark.parametrize("one", entries(), ids=lambda one: one.name)
def test_every_set_has_its_published_counts(one: Entry) -> None:
    where, intact = inspect(one)
    if where in ("download", "absent"):
        assert one.name in ("reddit", "ogbn-products")
        return
    assert intact
    # `load` itself compares every registered and published count.
    kind = {"image": Images, "node": Nodes, "graph": Graphs}[one.task.partition("-")[0]]
    assert isinstance(load(one.name), kind)


@pytest.mark.parametrize("name", ["MUTAG", "ogbn-products"])
def test_what_has_no_address_is_absent_without_a_mirror(name: str) -> None:
    with pytest.raises(DataAbsent, match="no address that serves it is registered"):
        load(name)


def test_what_cannot_be_fetched_is_absent() -> None:
    with pytest.raises(DataAbsent, match=r"'cora': https://.* cannot be fetched"):
        load("cora")
