"""Graphs as networks read them: symmetric 0/1 adjacency, features, labels, whatever the source.

Repeated entries are one edge, directions are dropped, and self loops are kept where the source has
them (COLLAB has 2837): a loop is one diagonal 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qdml.data.loaders import load
from qdml.data.registry import entries
from qdml.data.sets import Graphs, Ints, Nodes
from qdml.errors import InputError, nearest

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class NodeSet:
    """One graph whose nodes are to be classified.

    adjacency: (V, V) csr_array float64, symmetric, entries 0 or 1; features: (V, F) csr_array
    float64, as in the source; labels: (V,) int64, -1 where there is none; split: node ids (train,
    val, test) of the public split, or None.
    """

    name: str
    adjacency: Any
    features: Any
    labels: Ints
    split: tuple[Ints, Ints, Ints] | None


@dataclass(frozen=True)
class GraphSet:
    """Graphs that are to be classified, side by side.

    adjacency: (V, V) csr_array float64, block diagonal, symmetric, entries 0 or 1; graph: (V,)
    int64, the sorted graph index of each node; labels: (G,) int64 in 0..C-1, in the order of the
    source's labels; node_labels: (V,) int64 in 0..L-1 or None; attributes: (V, k) float64 or None.
    """

    name: str
    adjacency: Any
    graph: Ints
    labels: Ints
    node_labels: Ints | None
    attributes: Floats | None


def node_sets() -> tuple[str, ...]:
    """Names of all registered sets for the classification of nodes."""
    return tuple(one.name for one in entries() if one.task == "node-classification")


def graph_sets() -> tuple[str, ...]:
    """Names of all registered sets for the classification of graphs."""
    return tuple(one.name for one in entries() if one.task == "graph-classification")


def load_nodes(name: str) -> NodeSet:
    """The registered set `name` for the classification of nodes.

    Raises `InputError` for a name that is not in `node_sets()`; else as `qdml.data.load`.
    """
    _expect(name, node_sets(), "nodes")
    nodes = load(name)
    assert isinstance(nodes, Nodes), "the layouts of sets of nodes give nodes"
    parts = nodes.train, nodes.val, nodes.test
    split = parts if all(map(len, parts)) else None
    joined = adjacency(nodes.edge_src, nodes.edge_dst, len(nodes.label))
    return NodeSet(name, joined, nodes.features, nodes.label, split)


def load_graphs(name: str) -> GraphSet:
    """The registered set `name` for the classification of graphs.

    Raises `InputError` for a name that is not in `graph_sets()`; else as `qdml.data.load`.
    """
    _expect(name, graph_sets(), "graphs")
    graphs = load(name)
    assert isinstance(graphs, Graphs), "the layouts of sets of graphs give graphs"
    first = np.cumsum(graphs.num_nodes) - graphs.num_nodes
    start = np.repeat(first, graphs.num_edges)
    return GraphSet(
        name,
        adjacency(graphs.edge_u + start, graphs.edge_v + start, int(graphs.num_nodes.sum())),
        np.repeat(np.arange(len(graphs.label)), graphs.num_nodes),
        _ranks(graphs.label),
        None if graphs.node_label is None else _ranks(graphs.node_label),
        graphs.node_attr,
    )


def adjacency(source: Ints, target: Ints, size: int) -> Any:
    """The (V, V) csr_array of 0 and 1 that joins source (E,) and target (E,), both ways."""
    from scipy.sparse import coo_array

    # Four bytes an index are enough, and halve what the largest sets need.
    ends = np.stack([source, target]).astype(np.int32)
    both = np.concatenate([ends, ends[::-1]], axis=1)
    # Summing repeats as booleans leaves every entry at 1.
    ones = np.ones(both.shape[1], bool)
    return coo_array((ones, (both[0], both[1])), shape=(size, size)).tocsr().astype(np.float64)


def _ranks(values: Ints) -> Ints:
    return np.unique(values, return_inverse=True)[1].astype(np.int64)


def _expect(name: str, names: tuple[str, ...], what: str) -> None:
    if name not in names:
        raise InputError(
            f"data set {name!r}: not a set of {what}{nearest(name, names)}; "
            f"allowed are {', '.join(names)}"
        )
