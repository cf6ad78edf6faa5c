"""Graphs of other libraries as our sets: of networkx, and what has `edge_index` and `x`.

Objects of PyTorch Geometric are of the second kind; they are read by their attributes alone, so
that neither library is needed. Directions and repeats are dropped and loops kept, as in
`qdml.data.graphs`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qdml.data.graphs import GraphSet, NodeSet, adjacency
from qdml.data.sets import Ints
from qdml.errors import DataError

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class _Graph:
    """Edges (E,) and (E,), features (V, F) and labels (V,) of one graph."""

    source: Ints
    target: Ints
    features: Floats
    labels: Ints | None


def nodes_from(graph: Any, name: str = "nodes") -> NodeSet:
    """One graph whose nodes are to be classified.

    Of networkx: nodes in their order, features from the attribute `x` of every node (a number or a
    vector), labels from `y`, a whole number. Otherwise `edge_index` (2, E), `x` (V, F) and, if it
    is there, `y` (V,) whole numbers; nothing else is read. Where there is no label it is -1.

    Raises `DataError` for what has neither form, for ends that are no nodes, and for features or
    labels that are not finite numbers of one size for every node.
    """
    from scipy.sparse import csr_array

    read = _read(graph)
    nodes = len(read.features)
    labels = np.full(nodes, -1, np.int64) if read.labels is None else read.labels
    if len(labels) != nodes:
        raise DataError(f"{name}: {len(labels)} labels for {nodes} nodes; expected one a node")
    return NodeSet(
        name, adjacency(read.source, read.target, nodes), csr_array(read.features), labels, None
    )


def graphs_from(graphs: Sequence[Any], labels: ArrayLike, name: str = "graphs") -> GraphSet:
    """Graphs that are to be classified, from a sequence of graphs and a label (G,) for each.

    Each graph is read as by `nodes_from`; its features become attributes, and labels of nodes are
    left out. Labels are ranked: 0 is the least. Raises `DataError` also for a graph without nodes,
    features of different sizes, and a number of labels that is not that of the graphs.
    """
    read = [_read(graph) for graph in graphs]
    given = _whole(labels, "labels")
    if not read or len(given) != len(read):
        raise DataError(f"{name}: {len(given)} labels for {len(read)} graphs; expected one a graph")
    sizes = np.array([len(one.features) for one in read])
    widths = {one.features.shape[1] for one in read}
    if not sizes.all() or len(widths) > 1:
        raise DataError(
            f"{name}: graphs of {sizes.min()} nodes and more, with {sorted(widths)} features; "
            "expected a node in each graph, and as many features everywhere"
        )
    start = np.cumsum(sizes) - sizes
    source = np.concatenate([one.source + first for one, first in zip(read, start, strict=True)])
    target = np.concatenate([one.target + first for one, first in zip(read, start, strict=True)])
    return GraphSet(
        name,
        adjacency(source, target, int(sizes.sum())),
        np.repeat(np.arange(len(read)), sizes),
        np.unique(given, return_inverse=True)[1].astype(np.int64),
        None,
        np.concatenate([one.features for one in read]),
    )


def to_networkx(nodes: NodeSet) -> Any:
    """The same graph for networkx, without directions; `nodes_from` reads it back."""
    import networkx

    graph = networkx.from_scipy_sparse_array(nodes.adjacency)
    features = nodes.features.toarray()
    for node, (row, label) in enumerate(zip(features, nodes.labels, strict=True)):
        graph.nodes[node].update(x=row.tolist(), y=int(label))
    for _, _, held in graph.edges(data=True):
        held.clear()
    return graph


def _read(graph: Any) -> _Graph:
    if hasattr(graph, "edge_index") and hasattr(graph, "x"):
        found = _read_arrays(graph)
    elif hasattr(graph, "nodes") and hasattr(graph, "edges"):
        found = _read_networkx(graph)
    else:
        raise DataError(
            f"{type(graph).__name__}: expected a graph of networkx, or an object with `edge_index` "
            "(2, E) and `x` (V, F)"
        )
    nodes = len(found.features)
    for ends in (found.source, found.target):
        if len(ends) and not (ends.min() >= 0 and ends.max() < nodes):
            raise DataError(f"edges name nodes {ends.min()} to {ends.max()}: there are {nodes}")
    return found


def _read_arrays(graph: Any) -> _Graph:
    ends = _whole(graph.edge_index, "edge_index", 2)
    if ends.shape[0] != 2:
        raise DataError(f"edge_index of shape {ends.shape}: expected (2, E)")
    labels = getattr(graph, "y", None)
    features = _features(graph.x)
    return _Graph(ends[0], ends[1], features, None if labels is None else _whole(labels, "y"))


def _read_networkx(graph: Any) -> _Graph:
    place = {node: at for at, node in enumerate(graph.nodes)}
    held = [data for _, data in graph.nodes(data=True)]
    for key in ("x", "y"):
        without = sum(key not in data for data in held)
        if 0 < without < len(held) or (key == "x" and without):
            raise DataError(f"{without} of {len(held)} nodes have no {key!r}: expected one in each")
    ends = np.array([(place[u], place[v]) for u, v, *_ in graph.edges], np.int64).reshape(-1, 2)
    labels = _whole([data["y"] for data in held], "y") if held and "y" in held[0] else None
    return _Graph(ends[:, 0], ends[:, 1], _features([data["x"] for data in held]), labels)


def _features(values: Any) -> Floats:
    """(V, F), a column where there is one number a node."""
    try:
        found = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise DataError(f"x: not as many numbers in every node ({error})") from None
    found = found[:, None] if found.ndim == 1 else found
    if found.ndim != 2 or not np.isfinite(found).all():
        raise DataError(f"x of shape {found.shape}: expected finite numbers (V, F)")
    return found


def _whole(values: Any, what: str, dimensions: int = 1) -> Ints:
    try:
        found = np.asarray(values)
        whole = found.astype(np.int64) if found.size else np.zeros(found.shape, np.int64)
    except (TypeError, ValueError, OverflowError) as error:
        raise DataError(f"{what}: not whole numbers ({error})") from None
    if found.ndim != dimensions or (found.dtype.kind not in "iub" and (whole != found).any()):
        raise DataError(f"{what} of shape {found.shape}: expected whole numbers")
    return whole
