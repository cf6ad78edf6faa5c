"""Pooled second moments of hop features: what the score of a quadratic network is linear in.

At every node h = (x, B_1 x, ..., B_R x, log n, n^-1/2, 1) for n nodes in the node's graph, and a
graph is told by the sum, or the mean, of h h^T over its nodes. So any linear function of the
moments, with its offset, is a pooled quadratic form h^T M h: the network of `qdml.graphs.sign`
with all its quadratic units written as one matrix, and SIGN's freedom of operators
(arXiv:2004.11198) in the choice of B.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, eye_array

from qdml.data.graphs import GraphSet
from qdml.errors import InputError
from qdml.graphs.operators import operator
from qdml.graphs.quadratic_form import QuadraticForm, form_of, pooled
from qdml.io import cache_folder, write_atomic

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Pieces = Iterator[tuple[slice, Floats]]

#: Labels of nodes that are told apart, the most common ones; and degrees, those above count as it.
LABELS, DEGREES = 5, 5

#: Octaves of degrees that are told apart, 1, 2-3, 4-7, ...
OCTAVES = 10

#: Nodes whose hop features are held in memory at a time, unless one graph has more.
PIECE = 100_000

#: To be raised when the same recipe would give other moments: it parts the cache.
EDITION = 2


@dataclass(frozen=True)
class Recipe:
    """How a node is described and pooled; every recipe stays inside the quadratic form.

    features: `labels` (one-hot, the degree told by another one-hot), `labels x degrees` (one-hot of
    the pair), `octaves` or `half octaves` (one-hot of where the degree falls, and its logarithm),
    or `octaves, tenths` (also of the tenth of the graph's size that it is). Attributes are
    appended where there are no labels. operator: B_r is the r-th power of `mean`, `sum` or
    `symmetric`, or the adjacency of nodes at `distance` exactly r.
    """

    features: Literal["labels", "labels x degrees", "octaves", "half octaves", "octaves, tenths"]
    operator: Literal["mean", "sum", "symmetric", "distance"]
    hops: int
    pooling: Literal["mean", "sum"]

    def __str__(self) -> str:
        """A name for tables."""
        return f"{self.features}; {self.operator} to {self.hops} hops; {self.pooling} pooling"


def recipes(graphs: GraphSet) -> tuple[Recipe, ...]:
    """What training folds choose among: one list for sets with node labels, one for others."""
    if graphs.node_labels is not None:
        return (
            Recipe("labels x degrees", "mean", 2, "mean"),
            Recipe("labels x degrees", "distance", 4, "sum"),
        )
    return (
        Recipe("octaves", "sum", 1, "sum"),
        Recipe("octaves", "mean", 3, "sum"),
        Recipe("octaves", "mean", 3, "mean"),
        Recipe("octaves, tenths", "mean", 2, "mean"),
    )


def second_moments(graphs: GraphSet, recipe: Recipe) -> Floats:
    """The upper triangle of each graph's pooled h h^T, row by row: (G, d(d+1)/2).

    Kept in the user's cache under a digest of the graphs and the recipe.
    Raises `InputError` for features that the set cannot give.
    """
    place = cache_folder() / "moments" / f"{_digest(graphs, recipe)}.npy"
    found = _cached(place)
    if found is None:
        found = _moments(graphs, recipe)
        content = io.BytesIO()
        np.save(content, found)
        # A cache that cannot be written costs time, nothing else.
        with suppress(OSError):
            write_atomic(place, _sealed(content.getvalue()))
    return found


def rows_of(graphs: GraphSet, recipe: Recipe) -> Pieces:
    """Slices of nodes, whole graphs each, with their h: (nodes, d)."""
    sizes = np.bincount(graphs.graph)
    features = node_features(graphs, recipe)
    ends = np.cumsum(sizes)
    first = 0
    while first < ends[-1]:
        # At least one graph, else as many as there is room for.
        reach = int(np.searchsorted(ends, first + PIECE, side="right"))
        last = int(ends[max(reach - 1, int(np.searchsorted(ends, first, side="right")))])
        nodes = slice(first, last)
        yield nodes, _rows(graphs, features, nodes, recipe)
        first = last


def graph_rows(graphs: GraphSet, recipe: Recipe, number: int) -> Floats:
    """The rows h of one graph of the set, (nodes, d)."""
    start, end = np.searchsorted(graphs.graph, [number, number + 1])
    return _rows(graphs, node_features(graphs, recipe), slice(int(start), int(end)), recipe)


def first_moments(moments: Floats) -> Ints:
    """Which second moments are those with the constant 1, so that a network is linear in x."""
    size = _side(moments.shape[1])
    columns = np.triu_indices(size)[1]
    return np.flatnonzero(columns == size - 1)


def form(coefficients: Floats, offset: Floats, recipe: Recipe) -> QuadraticForm:
    """The quadratic form whose pooled values are moments @ coefficients + offset.

    coefficients: (d(d+1)/2, C); offset: (C,) -> C matrices of side d.
    """
    size = _side(len(coefficients))
    upper = np.zeros((coefficients.shape[1], size, size))
    upper[:, *np.triu_indices(size)] = coefficients.T
    # The squared constant that pools to one: 1 under the mean, n^-1/2 under the sum.
    last = size - 1 if recipe.pooling == "mean" else size - 2
    upper[:, last, last] += offset
    return form_of((upper + upper.transpose(0, 2, 1)) / 2)


def network_scores(graphs: GraphSet, recipe: Recipe, network: QuadraticForm) -> Floats:
    """Scores (G, C) of the quadratic form, node by node and pooled: no moment is formed."""
    values = np.concatenate([network.values(own) for _, own in rows_of(graphs, recipe)])
    return pooled(values, graphs.graph, recipe.pooling)


def _moments(graphs: GraphSet, recipe: Recipe) -> Floats:
    found = []
    for nodes, every in rows_of(graphs, recipe):
        upper = np.triu_indices(every.shape[1])
        sizes = np.bincount(graphs.graph[nodes] - graphs.graph[nodes.start])
        for own in np.split(every, np.cumsum(sizes)[:-1]):
            whole = own.T @ own
            found.append(whole[upper] / (len(own) if recipe.pooling == "mean" else 1))
    return np.array(found)


def _rows(graphs: GraphSet, features: Floats, nodes: slice, recipe: Recipe) -> Floats:
    adjacency = csr_array(graphs.adjacency[nodes, nodes])
    n = np.bincount(graphs.graph)[graphs.graph[nodes]].astype(np.float64)
    constants = np.stack([np.log(n), n**-0.5, np.ones(len(n))], axis=1)
    return np.hstack([*_hops(adjacency, features[nodes], recipe), constants])


def _hops(adjacency: csr_array, features: Floats, recipe: Recipe) -> list[Floats]:
    if recipe.operator == "distance":
        shells = distances(adjacency, recipe.hops)
        return [features, *(shell @ features for shell in shells)]
    step = operator(adjacency, recipe.operator)
    blocks = [features]
    for _ in range(recipe.hops):
        blocks.append(step @ blocks[-1])
    return blocks


def distances(adjacency: csr_array, reach: int) -> list[csr_array]:
    """0/1 matrices of the pairs of nodes at distance exactly 1, 2, ..., reach: (V, V) each."""
    near = eye_array(adjacency.shape[0], format="csr", dtype=bool)
    edges = adjacency.astype(bool)
    shells = []
    for _ in range(reach):
        wider = csr_array((near @ edges + near) > 0)
        shells.append(csr_array((wider.astype(np.int8) - near.astype(np.int8)) > 0))
        near = wider
    return [shell.astype(np.float64) for shell in shells]


def node_features(graphs: GraphSet, recipe: Recipe) -> Floats:
    """The features (V, F) of every node before any hop.

    Raises `InputError` where the set has no node labels and the recipe wants them.
    """
    degree = np.asarray(graphs.adjacency.sum(axis=1)).ravel().astype(np.int64)
    if recipe.features.startswith("labels"):
        if graphs.node_labels is None:
            raise InputError(f"data set {graphs.name!r} has no node labels: take 'octaves'")
        common = np.argsort(-np.bincount(graphs.node_labels), kind="stable")[:LABELS]
        names = np.full(int(graphs.node_labels.max()) + 1, LABELS)
        names[common] = np.arange(len(common))
        label, short = names[graphs.node_labels], np.minimum(degree, DEGREES)
        if recipe.features == "labels":
            return np.hstack([_one_hot(label), _one_hot(short)])
        return _one_hot(label * (DEGREES + 1) + short)
    parts = 2 if recipe.features == "half octaves" else 1
    octave = np.floor(np.log2(np.maximum(degree, 1)) * parts).astype(np.int64)
    octave = np.minimum(octave, parts * OCTAVES - 1)
    columns = [_one_hot(octave), np.log1p(degree)[:, None]]
    if recipe.features == "octaves, tenths":
        n = np.bincount(graphs.graph)[graphs.graph]
        columns.append(_one_hot(np.minimum(10 * degree // np.maximum(n - 1, 1), 9)))
    if graphs.attributes is not None:
        columns.append(graphs.attributes)
    return np.hstack(columns)


def _one_hot(colour: Ints) -> Floats:
    names, place = np.unique(colour, return_inverse=True)
    found: Floats = np.eye(len(names))[place]
    return found


def _side(entries: int) -> int:
    return int((np.sqrt(8 * entries + 1) - 1) / 2)


def _digest(graphs: GraphSet, recipe: Recipe) -> str:
    digest = hashlib.sha256(repr((EDITION, LABELS, DEGREES, OCTAVES, recipe)).encode())
    arrays: tuple[Any, ...] = (
        graphs.adjacency.indptr,
        graphs.adjacency.indices,
        graphs.graph,
        graphs.node_labels,
        graphs.attributes,
    )
    for array in arrays:
        digest.update(b"none" if array is None else repr((array.shape, array.dtype)).encode())
        digest.update(b"" if array is None else np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()[:32]


def _sealed(content: bytes) -> bytes:
    return hashlib.sha256(content).digest() + content


def _cached(place: Any) -> Floats | None:
    """What was kept there; None where nothing is, or where it was damaged."""
    try:
        kept = place.read_bytes()
    except OSError:
        return None
    if _sealed(kept[32:]) != kept:
        return None
    found: Floats = np.load(io.BytesIO(kept[32:]), allow_pickle=False)
    return found
