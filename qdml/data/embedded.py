"""Sets that come with the packages qdml depends on, and what their registered digest is taken over.

Digits from scikit-learn, as images, as grids of pixels and as the graph of nearest neighbours;
Zachary's karate club and the atlas of small graphs from networkx.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import distribution

import numpy as np
from numpy.typing import NDArray

from qdml.data.sets import Dataset, Graphs, Images, Nodes

#: Neighbours of each digit in the graph of digits.
NEIGHBOURS = 5

#: Columns and rows of the image of a digit.
SIDE = 8


def embedded(name: str) -> tuple[Dataset, bytes]:
    """The embedded set `name` and the bytes over which its registered sha256 is taken.

    What is derived from the digits has their digest: pixels, then label, one byte each.
    """
    return _SETS[name]()


def _load_digits() -> tuple[Images, bytes]:
    # To import the package would take a hundred times as long as to read its file.
    file = distribution("scikit-learn").locate_file("sklearn/datasets/data/digits.csv.gz")
    table = np.loadtxt(str(file), delimiter=",")
    pixels, label = table[:, :-1], table[:, -1].astype(np.int64)
    return Images(pixels, label, int(pixels.max()) + 1), table.astype(np.uint8).tobytes()


def _grids() -> tuple[Graphs, bytes]:
    images, content = _load_digits()
    pixel = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)
    u = np.concatenate([pixel[:, :-1].ravel(), pixel[:-1].ravel()])
    v = np.concatenate([pixel[:, 1:].ravel(), pixel[1:].ravel()])
    count = len(images.label)
    return Graphs(
        num_nodes=np.full(count, SIDE * SIDE),
        num_edges=np.full(count, len(u)),
        edge_u=np.tile(u, count),
        edge_v=np.tile(v, count),
        label=images.label,
        node_label=None,
        node_attr=images.pixels.reshape(-1, 1) / (images.levels - 1),
    ), content


def _neighbours() -> tuple[Nodes, bytes]:
    from scipy.sparse import csr_array

    images, content = _load_digits()
    # Squared distances are small integers, hence exact, and a stable sort takes the earlier digit
    # where two are equally far: the graph is the same everywhere.
    squares = (images.pixels**2).sum(axis=1)
    distance = squares[:, None] + squares - 2 * (images.pixels @ images.pixels.T)
    np.fill_diagonal(distance, np.inf)
    nearest = np.argsort(distance, axis=1, kind="stable")[:, :NEIGHBOURS]
    count = len(images.label)
    none = np.zeros(0, np.int64)
    return Nodes(
        features=csr_array(images.pixels / (images.levels - 1)),
        label=images.label,
        edge_src=np.repeat(np.arange(count), NEIGHBOURS),
        edge_dst=nearest.ravel(),
        train=none,
        val=none,
        test=none,
    ), content


def _karate() -> tuple[Nodes, bytes]:
    import networkx as nx
    from scipy.sparse import eye_array

    club = nx.karate_club_graph()
    label = np.array([club.nodes[node]["club"] == "Officer" for node in club], np.int64)
    ends = np.array(club.edges, np.int64)
    none = np.zeros(0, np.int64)
    identity = eye_array(len(label), format="csr")
    nodes = Nodes(identity, label, ends[:, 0], ends[:, 1], none, none, none)
    return nodes, _bytes(ends, label)


def _atlas() -> tuple[Graphs, bytes]:
    import networkx as nx

    # The first graph of the atlas has no nodes.
    graphs = nx.graph_atlas_g()[1:]
    ends = np.array([sorted(edge) for graph in graphs for edge in graph.edges], np.int64)
    num_nodes = np.array([graph.number_of_nodes() for graph in graphs])
    num_edges = np.array([graph.number_of_edges() for graph in graphs])
    label = np.array([nx.is_bipartite(graph) for graph in graphs], np.int64)
    atlas = Graphs(num_nodes, num_edges, ends[:, 0], ends[:, 1], label, None)
    return atlas, _bytes(num_nodes, num_edges, ends, label)


def _bytes(*arrays: NDArray[np.int64]) -> bytes:
    return b"".join(array.astype("<i8").tobytes() for array in arrays)


_SETS: dict[str, Callable[[], tuple[Dataset, bytes]]] = {
    "digits": _load_digits,
    "digits-grids": _grids,
    "digits-neighbours": _neighbours,
    "karate": _karate,
    "atlas": _atlas,
}
