"""Inputs of a decision told as they are: a graph, or the features of nodes, in real bits.

What may occur in a set is known to both parties, and so are the sizes of its graphs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import block_diag, csr_array, hstack

from qdml.bounds import code_lengths
from qdml.data.graphs import GraphSet
from qdml.graphs.moments import Recipe, graph_rows
from qdml.protocols import sparse_code
from qdml.protocols.sparse_code import Bits

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Plain:
    """Alice's input as it is: how many bits tell it, those bits, and the rows that Bob reads."""

    bits: int
    write: Callable[[], Bits]
    read: Callable[[Bits], Any]


def names(graphs: GraphSet) -> tuple[Ints, int]:
    """What each node is called, (V,), and how many names there are.

    A node is told by its label, or else by its row of attributes among those that occur.
    """
    if graphs.node_labels is not None:
        return graphs.node_labels, int(graphs.node_labels.max()) + 1
    if graphs.attributes is None:
        return np.zeros(len(graphs.graph), dtype=np.int64), 1
    rows, called = np.unique(graphs.attributes, axis=0, return_inverse=True)
    return called.ravel(), len(rows)


def plain_graph(graphs: GraphSet, number: int, recipe: Recipe, called: Ints, kinds: int) -> Plain:
    """One graph by its edges and its nodes' names; Bob, who has the others, makes its rows (n, d).

    called, kinds: as `names` gives them.
    """
    start, end = map(int, np.searchsorted(graphs.graph, [number, number + 1]))
    here = csr_array(graphs.adjacency[start:end, start:end])
    edges = int(here.nnz + here.trace()) // 2

    def read(bits: Bits) -> Floats:
        told, own = sparse_code.read_graph(bits, end - start, kinds)
        before, after = graphs.adjacency[:start, :start], graphs.adjacency[end:, end:]
        filled = replace(graphs, adjacency=block_diag([before, told, after], format="csr"))
        if graphs.node_labels is not None:
            filled = replace(filled, node_labels=_filled(graphs.node_labels, start, own))
        elif graphs.attributes is not None:
            rows = np.unique(graphs.attributes, axis=0)[own]
            filled = replace(filled, attributes=_filled(graphs.attributes, start, rows))
        return graph_rows(filled, recipe, number)

    return Plain(
        code_lengths.graph_bits(end - start, edges, kinds),
        partial(sparse_code.graph, here, called[start:end], kinds),
        read,
    )


def known_values(features: csr_array) -> Floats:
    """What a feature may be, in increasing order, other than 0."""
    return np.unique(features.data[features.data != 0])


def plain_features(features: csr_array, constant: float) -> Plain:
    """All features (V, F) of a graph that is Bob's; he puts the constant at the end of each row."""
    known, (count, width) = known_values(features), features.shape

    def read(bits: Bits) -> csr_array:
        told = sparse_code.read_features(bits, (count, width), known)
        return csr_array(hstack([told, np.full((count, 1), constant)]))

    return Plain(
        code_lengths.features_bits(count, width, int(features.count_nonzero()), len(known)),
        partial(sparse_code.features, features, known),
        read,
    )


def _filled(whole: NDArray[Any], start: int, part: NDArray[Any]) -> NDArray[Any]:
    found = whole.copy()
    found[start : start + len(part)] = part
    return found
