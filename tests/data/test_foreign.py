"""Graphs of other libraries: the same edges, features and labels, whatever they came from."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import networkx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qdml.data.foreign import graphs_from, nodes_from, to_networkx
from qdml.data.graphs import load_nodes
from qdml.errors import DataError


@st.composite
def plain(draw: st.DrawFn, width: int | None = None) -> SimpleNamespace:
    """Something with edge_index, x and y: loops, repeats and both directions may be among them."""
    nodes = draw(st.integers(1, 6))
    ends = st.lists(st.integers(0, nodes - 1), min_size=2, max_size=2)
    edges = draw(st.lists(ends, max_size=12))
    size = draw(st.integers(1, 3)) if width is None else width
    rows = st.lists(st.floats(-1e300, 1e300), min_size=size, max_size=size)
    x = draw(st.lists(rows, min_size=nodes, max_size=nodes))
    y = draw(st.lists(st.integers(-1, 4), min_size=nodes, max_size=nodes))
    edge_index = np.array(edges, np.int64).reshape(-1, 2).T
    return SimpleNamespace(edge_index=edge_index, x=np.array(x), y=np.array(y))


@settings(max_examples=40)
@given(plain())
def test_edges_features_and_labels_by_both_ways(graph: SimpleNamespace) -> None:
    found = nodes_from(graph)
    dense = np.zeros((len(graph.x), len(graph.x)))
    for u, v in graph.edge_index.T:
        dense[u, v] = dense[v, u] = 1
    np.testing.assert_array_equal(found.adjacency.toarray(), dense)
    np.testing.assert_array_equal(found.features.toarray(), graph.x)
    np.testing.assert_array_equal(found.labels, graph.y)
    again = nodes_from(to_networkx(found))
    for one in ("adjacency", "features"):
        ours, other = getattr(again, one).toarray(), getattr(found, one).toarray()
        np.testing.assert_array_equal(ours, other)
    np.testing.assert_array_equal(again.labels, found.labels)


@settings(max_examples=20)
@given(st.lists(plain(width=2), min_size=1, max_size=4))
def test_graphs_side_by_side(graphs: list[SimpleNamespace]) -> None:
    labels = [10 * (i % 2) for i in range(len(graphs))]
    found = graphs_from(graphs, labels)
    assert found.labels.tolist() == [i % 2 for i in range(len(graphs))]
    assert found.attributes is not None
    for at, graph in enumerate(graphs):
        own = found.graph == at
        alone = nodes_from(graph)
        block = found.adjacency[own][:, own].toarray()
        np.testing.assert_array_equal(block, alone.adjacency.toarray())
        np.testing.assert_array_equal(found.attributes[own], graph.x)
        assert found.adjacency[own][:, ~own].nnz == 0


def test_a_set_that_is_known_goes_out_and_comes_back() -> None:
    nodes = load_nodes("karate")
    again = nodes_from(to_networkx(nodes))
    assert (again.adjacency != nodes.adjacency).nnz == (again.features != nodes.features).nnz == 0
    np.testing.assert_array_equal(again.labels, nodes.labels)


def test_a_number_a_node_is_a_column_and_labels_may_be_absent() -> None:
    graph = networkx.DiGraph([("a", "b"), ("b", "a"), ("b", "b")])
    networkx.set_node_attributes(graph, {"a": 1.5, "b": 2}, "x")
    found = nodes_from(graph)
    assert found.features.toarray().tolist() == [[1.5], [2]]
    assert found.adjacency.toarray().tolist() == [[0, 1], [1, 1]]
    assert found.labels.tolist() == [-1, -1]


def _with(**changes: Any) -> SimpleNamespace:
    own = {"edge_index": [[0], [1]], "x": [[1.0], [2.0]]}
    return SimpleNamespace(**own | changes)


@pytest.mark.parametrize(
    ("graph", "says"),
    [
        (object(), "object: expected a graph of networkx, or an object with `edge_index`"),
        (_with(edge_index=[[0], [2]]), "edges name nodes 2 to 2: there are 2"),
        (_with(edge_index=[[-1], [0]]), "edges name nodes -1 to -1"),
        (_with(edge_index=[[0, 1]]), r"edge_index of shape \(1, 2\): expected \(2, E\)"),
        (_with(edge_index=[[0.5], [1]]), "edge_index of shape .*: expected whole numbers"),
        (_with(edge_index=[0, 1]), "edge_index of shape .*: expected whole numbers"),
        (_with(x=[[1.0], [np.nan]]), r"x of shape \(2, 1\): expected finite numbers \(V, F\)"),
        (_with(x=[[1.0], [2.0, 3.0]]), "x: not as many numbers in every node"),
        (_with(x="ab"), "x: not as many numbers in every node"),
        (_with(y=[0]), "1 labels for 2 nodes; expected one a node"),
        (_with(y=["a", "b"]), "y: not whole numbers"),
        (networkx.path_graph(2), "2 of 2 nodes have no 'x': expected one in each"),
    ],
)
def test_what_is_no_graph_is_one_clear_line(graph: Any, says: str) -> None:
    with pytest.raises(DataError, match=says) as caught:
        nodes_from(graph)
    assert "\n" not in str(caught.value)


def test_graphs_that_do_not_fit_each_other() -> None:
    with pytest.raises(DataError, match="1 labels for 2 graphs; expected one a graph"):
        graphs_from([_with(), _with()], [0])
    with pytest.raises(DataError, match=r"with \[1, 2\] features"):
        graphs_from([_with(), _with(x=[[1.0, 1.0], [2.0, 2.0]])], [0, 1])
    with pytest.raises(DataError, match="0 labels for 0 graphs"):
        graphs_from([], [])
