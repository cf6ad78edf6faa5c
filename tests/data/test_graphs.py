"""Adjacencies are symmetric, of zeros and ones, and agree with what the source lists."""

from __future__ import annotations

import numpy as np
import pytest

from qdml.data import Graphs, Nodes, load
from qdml.data.embedded import NEIGHBOURS
from qdml.data.graphs import adjacency, graph_sets, load_graphs, load_nodes, node_sets
from qdml.errors import DataAbsent, InputError


def test_repeats_directions_and_loops() -> None:
    found = adjacency(np.array([0, 1, 0, 2, 2]), np.array([1, 0, 1, 2, 1]), 4)
    assert found.toarray().tolist() == [[0, 1, 0, 0], [1, 0, 1, 0], [0, 1, 1, 0], [0, 0, 0, 0]]
    assert found.dtype == np.float64


@pytest.mark.parametrize("name", ["karate", "digits-neighbours"])
def test_embedded_nodes(name: str) -> None:
    nodes, raw = load_nodes(name), load(name)
    assert isinstance(raw, Nodes)
    dense = nodes.adjacency.toarray()
    np.testing.assert_array_equal(dense, dense.T)
    assert set(np.unique(dense)) == {0, 1}
    pairs = {frozenset(pair) for pair in zip(raw.edge_src, raw.edge_dst, strict=True)}
    assert dense.sum() == 2 * len(pairs)
    assert all(dense[u, v] for u, v in map(tuple, pairs))
    assert nodes.split is None
    assert nodes.features.shape[0] == len(nodes.labels) == len(dense)


def test_neighbours_are_the_nearest() -> None:
    nodes = load_nodes("digits-neighbours")
    pixels = nodes.features.toarray()
    for node in (0, 1000, 1796):
        distance = ((pixels - pixels[node]) ** 2).sum(axis=1)
        farthest = np.sort(distance)[NEIGHBOURS]
        joined = nodes.adjacency[[node]].indices
        closer = np.flatnonzero(distance < farthest)
        assert set(closer) - {node} <= set(joined)
    assert nodes.adjacency.sum(axis=1).min() >= NEIGHBOURS


def test_a_grid_joins_pixels_side_by_side() -> None:
    grids = load_graphs("digits-grids")
    first = grids.adjacency[:64, :64].toarray()
    row, column = np.divmod(np.arange(64), 8)
    apart = abs(row[:, None] - row) + abs(column[:, None] - column)
    np.testing.assert_array_equal(first, apart == 1)
    assert grids.adjacency.nnz == 1797 * 2 * 112
    assert grids.attributes is not None
    assert (grids.attributes.min(), grids.attributes.max()) == (0, 1)


def test_the_atlas_is_bipartite_where_powers_of_its_adjacency_say_so() -> None:
    atlas = load_graphs("atlas")
    assert len(atlas.labels) == 1252
    dense = np.zeros((1252, 7, 7))
    start = np.searchsorted(atlas.graph, np.arange(1252))
    rows, columns = atlas.adjacency.nonzero()
    owner = atlas.graph[rows]
    assert (owner == atlas.graph[columns]).all()
    dense[owner, rows - start[owner], columns - start[owner]] = 1
    # A graph of at most seven nodes is bipartite if it has no closed walk of length 7.
    closed = np.trace(np.linalg.matrix_power(dense, 7), axis1=1, axis2=2)
    np.testing.assert_array_equal(atlas.labels == 1, closed == 0)


def test_a_set_of_another_kind_is_refused() -> None:
    with pytest.raises(InputError, match=r"'cor': not a set of nodes \(nearest: 'cora'\)"):
        load_nodes("cor")
    with pytest.raises(InputError, match="'cora': not a set of graphs"):
        load_graphs("cora")
    assert not set(node_sets()) & set(graph_sets())


def test_absent_sets_are_absent() -> None:
    with pytest.raises(DataAbsent, match="'cora'"):
        load_nodes("cora")
    with pytest.raises(DataAbsent, match="'COLLAB'"):
        load_graphs("COLLAB")


@pytest.mark.usefixtures("mirror")
def test_collab_keeps_its_loops_and_the_two_ptc_differ() -> None:
    collab = load_graphs("COLLAB")
    assert collab.adjacency.diagonal().sum() == 2837
    mr, gin = load_graphs("PTC_MR"), load_graphs("PTC_GIN")
    assert (len(mr.graph), len(gin.graph)) == (4915, 8792)
    assert mr.node_labels is not None
    assert gin.node_labels is not None
    assert set(gin.node_labels) == set(range(19))


@pytest.mark.usefixtures("mirror")
def test_graphs_keep_their_labels_in_order() -> None:
    mutag, raw = load_graphs("MUTAG"), load("MUTAG")
    assert isinstance(raw, Graphs)
    np.testing.assert_array_equal(mutag.labels, (raw.label + 1) // 2)
    np.testing.assert_array_equal(np.bincount(mutag.graph), raw.num_nodes)
    split = load_nodes("citeseer").split
    assert split is not None
    assert [len(part) for part in split] == [120, 500, 1000]
