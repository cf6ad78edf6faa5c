"""Sets of graphs from the bytes of their files: arrays, TU text archives, and the GIN text format.

The TU format is that of Morris et al. 2020 (arXiv:2007.08663); the text format is the one that the
code of DGCNN (Zhang et al. 2018) and GIN (Xu et al. 2019, arXiv:1810.00826) reads.
"""

from __future__ import annotations

from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qdml.data.archive import Arrays, Malformed, arrays, members, require
from qdml.data.checks import column, finite, integers, table
from qdml.data.sets import Graphs, Ints


def graphs_npz(content: bytes) -> Graphs:
    """Graphs from integer arrays: num_nodes, num_edges, edge_u, edge_v, graph_label, node_label."""
    found = arrays(content)
    label = integers(found, "node_label") if "node_label" in found else None
    return _checked(
        integers(found, "num_nodes"),
        integers(found, "num_edges"),
        integers(found, "edge_u"),
        integers(found, "edge_v"),
        integers(found, "graph_label"),
        label,
        _attributes(found),
    )


def tu_zip(content: bytes) -> Graphs:
    """Graphs from NAME_A.txt, NAME_graph_indicator.txt and the other texts of a TU archive."""
    texts = {name.rpartition("/")[2]: text for name, text in members(content).items()}
    name = next((key.removesuffix("_A.txt") for key in texts if key.endswith("_A.txt")), None)
    if name is None:
        raise Malformed("not a TU archive: no member is called NAME_A.txt")

    def member(kind: str, dtype: type, columns: int | None) -> NDArray[Any] | None:
        text = texts.get(f"{name}_{kind}.txt")
        return None if text is None else table(text, f"{name}_{kind}.txt", dtype, columns)

    def needed(kind: str, columns: int) -> Ints:
        rows = member(kind, np.int64, columns)
        if rows is None:
            raise Malformed(f"not a TU archive: no member is called {name}_{kind}.txt")
        return rows

    owner, label = needed("graph_indicator", 1)[:, 0] - 1, needed("graph_labels", 1)[:, 0]
    require(len(owner) > 0 and owner[0] == 0, "the first node is not of graph 1")
    require(bool(np.isin(np.diff(owner), (0, 1)).all()), "nodes are not listed graph by graph")
    require(owner[-1] == len(label) - 1, "not one label a graph")
    ends = needed("A", 2) - 1
    require(bool(((ends >= 0) & (ends < len(owner))).all()), "a node id out of range")
    require(bool((owner[ends[:, 0]] == owner[ends[:, 1]]).all()), "an edge between two graphs")
    node_label = member("node_labels", np.int64, 1)
    attributes = member("node_attributes", np.float64, None)
    return _from_ends(
        np.bincount(owner),
        ends,
        label,
        None if node_label is None else node_label[:, 0],
        attributes,
    )


def gin_text(content: bytes) -> Graphs:
    """Graphs from one text, or from a zip archive of one.

    It holds the number of graphs; for each graph a line "nodes label"; for each node a line "tag
    degree neighbours...". Tags that are all the same are no labels.
    """
    if content.startswith(b"PK"):
        texts = list(members(content).values())
        require(len(texts) == 1, f"an archive of {len(texts)} members, not of one text")
        content = texts[0]
    try:
        text = content.decode("ascii").splitlines()
        lines = iter([[int(word) for word in line.split()] for line in text])
    except ValueError as error:
        raise Malformed(f"not a text of integers ({error})") from None
    head = next(lines, [])
    require(len(head) == 1, "the first line is not the number of graphs")
    sizes: list[int] = []
    labels: list[int] = []
    tags: list[int] = []
    ends: list[tuple[int, int]] = []
    for graph in range(head[0]):
        start = next(lines, [])
        require(len(start) == 2 and start[0] > 0, f"graph {graph} begins without nodes and label")
        first = len(tags)
        for node in islice(lines, min(start[0], len(text))):
            whole = len(node) >= 2 and len(node) == 2 + node[1]
            require(whole, f"graph {graph}: not a tag, a degree and as many neighbours")
            inside = all(0 <= other < start[0] for other in node[2:])
            require(inside, f"graph {graph}: a node id out of range")
            ends += [(len(tags), first + other) for other in node[2:]]
            tags.append(node[0])
        require(len(tags) == first + start[0], f"graph {graph} ends before its last node")
        sizes.append(start[0])
        labels.append(start[1])
    require(next(lines, None) is None, f"more lines than {head[0]} graphs have")
    pairs = np.array(ends, np.int64).reshape(-1, 2)
    try:
        label, tag = np.array(labels, np.int64), np.array(tags, np.int64)
    except OverflowError:
        raise Malformed("a label or a tag of more than 64 bits") from None
    node_label = tag if len(set(tags)) > 1 else None
    return _from_ends(np.array(sizes, np.int64), pairs, label, node_label, None)


def _from_ends(
    num_nodes: Ints,
    ends: Ints,
    label: Ints,
    node_label: Ints | None,
    node_attr: NDArray[np.float64] | None,
) -> Graphs:
    """Graphs from (entries, 2) node ids counted through all graphs: each pair once, in order."""
    size = int(num_nodes.sum())
    pairs = np.unique(ends.min(axis=1, initial=size) * size + ends.max(axis=1, initial=0))
    low, high = pairs // max(size, 1), pairs % max(size, 1)
    owner = np.repeat(np.arange(len(num_nodes)), num_nodes)[low]
    start = (np.cumsum(num_nodes) - num_nodes)[owner]
    num_edges = np.bincount(owner, minlength=len(num_nodes))
    return _checked(num_nodes, num_edges, low - start, high - start, label, node_label, node_attr)


def _checked(
    num_nodes: Ints,
    num_edges: Ints,
    edge_u: Ints,
    edge_v: Ints,
    label: Ints,
    node_label: Ints | None,
    node_attr: NDArray[np.float64] | None,
) -> Graphs:
    require(len(num_nodes) > 0 and bool((num_nodes > 0).all()), "a graph without nodes")
    require(bool((num_edges >= 0).all()), "a negative number of edges")
    require(len(num_edges) == len(label) == len(num_nodes), "not one entry a graph in every array")
    # One by one first: a sum of numbers near 2^63 can come out as any other.
    few = bool((num_edges <= len(edge_u)).all())
    matched = few and len(edge_u) == len(edge_v) == num_edges.sum()
    require(matched, "not one entry an edge in every array")
    size = np.repeat(num_nodes, num_edges)
    inside = (edge_u >= 0) & (edge_u <= edge_v) & (edge_v < size)
    require(bool(inside.all()), "a node id out of range")
    if node_label is not None:
        require(len(node_label) == num_nodes.sum(), "not one label a node")
        require(bool((node_label >= 0).all()), "a negative node label")
    if node_attr is not None:
        require(len(node_attr) == num_nodes.sum(), "not one row of attributes a node")
        finite(node_attr, "an attribute")
    return Graphs(num_nodes, num_edges, edge_u, edge_v, label, node_label, node_attr)


def _attributes(found: Arrays) -> NDArray[np.float64] | None:
    if "node_attr" not in found:
        return None
    return column(found, "node_attr", "fiu", axes=2).astype(np.float64)
