"""Decisions of small quadratic networks trained on real sets, for two parties to come to.

A score that is quadratic in hop features is linear in their second moments, so training is a ridge
regression and its solution a quadratic form. A decision is the sign of a pooled score: of a graph
of one of two classes, or of a set of nodes that are all of one of two classes.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, lgamma, log, log2
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, hstack
from scipy.sparse.linalg import svds

from qdml.claims.seeds import generator
from qdml.data.graphs import GraphSet, NodeSet
from qdml.data.splits import stratified_split
from qdml.errors import DataError
from qdml.graphs.moments import Recipe, form, recipes, rows_of, second_moments
from qdml.graphs.operators import operator
from qdml.graphs.ridge import factorise
from qdml.graphs.sign import hop_features
from qdml.protocols.graph_form import Form, Hops

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Hops of the networks on nodes.
HOPS = 2

#: Ridge strengths, in units of the trace of the scaled moments.
STRENGTHS = (1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1)

#: A strength is as good as the best if it loses no more of the left-out accuracy than this.
AS_GOOD = 0.01

#: The part that is tested; so many of those tested are decided at most.
TESTED, DECIDED = 0.5, 40

#: Principal directions of hop features whose squares a network on nodes sees.
DIRECTIONS = 8

#: Nodes in a set that is decided.
SET = 20


@dataclass(frozen=True, eq=False)
class Decision:
    """What Alice holds, Bob's form, the exact score, and plain ways to tell the input.

    rows: (V, D), or sparse features (V, F+1) where the graph is Bob's. plain: bits that tell
    Alice's input as it is. asked: in two ways, the nodes (a,) that Bob has to know, and the bits
    that tell their features; None where the graph is Alice's.
    """

    rows: Any
    form: Form
    score: float
    plain: int
    asked: tuple[Ints, int] | None = None


@dataclass(frozen=True, eq=False)
class Problem:
    """A trained network's decisions on what it was not trained on, and how often it is right."""

    name: str
    kind: str
    accuracy: float
    decisions: tuple[Decision, ...]


def of_graphs(graphs: GraphSet, seed: int) -> Problem:
    """One of the two largest classes of graphs; Alice holds a graph, Bob the model.

    Recipe and strength are chosen by leave-one-out on the training half.
    """
    members, side = _two_classes(graphs.labels)
    rng = generator(seed, "decisions", graphs.name)
    kept, tested = stratified_split(side, TESTED, rng)
    found = {
        recipe: _train(second_moments(graphs, recipe)[members], side, kept)
        for recipe in recipes(graphs)
    }
    recipe = max(found, key=lambda one: found[one].left_out)
    trained = found[recipe]
    network = form(trained.coefficients, trained.offset, recipe).difference(0, 1)
    values, vectors = network.spectrum(0)
    rows = np.concatenate([piece for _, piece in rows_of(graphs, recipe)])
    ends = np.searchsorted(graphs.graph, np.arange(len(graphs.labels) + 1))
    kinds, made = _kinds(graphs), []
    for i in rng.permutation(tested)[:DECIDED]:
        nodes = slice(ends[members[i]], ends[members[i] + 1])
        size = nodes.stop - nodes.start
        pool = np.full(size, 1 / size if recipe.pooling == "mean" else 1.0)
        plain = _graph_bits(graphs, nodes, kinds)
        own = Form(values, vectors, pool)
        made.append(Decision(rows[nodes], own, float(trained.scores[i]), plain))
    accuracy = _accuracy(trained.scores[tested], side[tested])
    return Problem(graphs.name, "graphs", accuracy, tuple(made))


def of_nodes(nodes: NodeSet, seed: int) -> Problem:
    """Sets of nodes of one of the two largest classes; Alice holds all features, Bob the graph.

    The network sees products of `DIRECTIONS` principal directions of the hop features and a
    constant; the ridge strength is chosen by leave-one-out on the training half.
    """
    members, side = _two_classes(nodes.labels)
    rng = generator(seed, "decisions", nodes.name)
    kept, tested = stratified_split(side, TESTED, rng)
    op = operator(nodes.adjacency, "symmetric")
    shown = csr_array(hop_features(op, nodes.features, HOPS)[members])
    start = np.ones(min(shown.shape))
    directions = svds(shown, k=min(DIRECTIONS, min(shown.shape) - 1), v0=start)[2].T
    seen = np.hstack([shown @ directions, np.ones((len(members), 1))])
    upper = np.triu_indices(seen.shape[1])
    trained = _train((seen[:, :, None] * seen[:, None, :])[:, *upper], side, kept)
    last = Recipe("labels", "symmetric", HOPS, "mean")
    values, turned = form(trained.coefficients, trained.offset, last).difference(0, 1).spectrum(0)
    vectors = np.vstack([directions @ turned[:-1], turned[-1:]])
    count, width = nodes.features.shape
    raw = csr_array(hstack([nodes.features, np.ones((count, 1))]))
    graph, made = Hops(op, HOPS, width), []
    values_told = len(np.unique(nodes.features.data))
    plain = _feature_bits(nodes.features, values_told)
    for i in range(DECIDED):
        same = tested[side[tested] == i % 2]
        chosen = rng.choice(same, size=min(SET, len(same)), replace=False)
        pool = np.zeros(count)
        pool[members[chosen]] = 1 / len(chosen)
        near = pool
        for _ in range(HOPS):
            near = near + op @ near
        needed = np.flatnonzero(near)
        asked = needed, _feature_bits(nodes.features[needed], values_told)
        own = Form(values, vectors, pool, graph)
        score = float(trained.scores[chosen].mean())
        made.append(Decision(raw, own, score, plain, asked))
    accuracy = _accuracy(trained.scores[tested], side[tested])
    return Problem(nodes.name, "nodes", accuracy, tuple(made))


@dataclass(frozen=True, eq=False)
class _Trained:
    """A regression, its differences of scores of all members, and its leave-one-out accuracy."""

    coefficients: Floats
    offset: Floats
    scores: Floats
    left_out: float


def _train(moments: Floats, side: Ints, kept: Ints) -> _Trained:
    """The largest strength that is as good as the best: it leaves the widest margins."""
    ridge = factorise(moments[kept], side[kept], 2)
    right = {
        strength: _accuracy(_difference(ridge.leave_one_out(strength)), side[kept])
        for strength in STRENGTHS
    }
    chosen = max(s for s, r in right.items() if r >= max(right.values()) - AS_GOOD)
    coefficients, offset = ridge.coefficients(chosen)
    scores = _difference(moments @ coefficients + offset)
    return _Trained(coefficients, offset, scores, right[chosen])


def _difference(scores: Floats) -> Floats:
    found: Floats = scores[:, 0] - scores[:, 1]
    return found


def _accuracy(scores: Floats, side: Ints) -> float:
    return float(((scores > 0) == (side == 0)).mean())


def _two_classes(labels: Ints) -> tuple[Ints, Ints]:
    """Members of the two largest classes, and 0 or 1 for each. Raises `DataError` for fewer."""
    counts = np.bincount(labels[labels >= 0])
    if (found := int(np.count_nonzero(counts))) < 2:
        raise DataError(f"labels of {found} class: at least two are needed to decide between")
    first, second = np.argsort(-counts, kind="stable")[:2]
    members = np.flatnonzero((labels == first) | (labels == second))
    return members, (labels[members] == second).astype(np.int64)


def _kinds(graphs: GraphSet) -> int:
    """How many labels, or rows of attributes, occur in the set; its nodes are told apart by one."""
    if graphs.node_labels is not None:
        return int(graphs.node_labels.max()) + 1
    return 1 if graphs.attributes is None else len(np.unique(graphs.attributes, axis=0))


def _graph_bits(graphs: GraphSet, nodes: slice, kinds: int) -> int:
    """A graph as it is: how many edges, which, and each node's label or row of attributes.

    What can occur in the set is known to both, and so is the number of nodes, as in Bob's pool.
    """
    size = int(nodes.stop) - int(nodes.start)
    edges = int(graphs.adjacency[nodes, nodes].nnz + graphs.adjacency[nodes, nodes].trace()) // 2
    return ceil(size * log2(kinds) + chosen_bits(size * (size + 1) // 2, edges)) + 1


def _feature_bits(features: Any, values: int) -> int:
    """Sparse features as they are: where they are not zero, and one of `values` known numbers."""
    size, entries = int(np.prod(features.shape)), int(features.nnz)
    return ceil(chosen_bits(size, entries) + entries * log2(max(values, 1))) + 1


def chosen_bits(size: int, chosen: int) -> float:
    """log2 of the ways to say how many of `size` things are chosen, and then which."""
    return log2(size + 1) + choices(size, chosen)


def choices(size: int, chosen: int) -> float:
    """log2 of a binomial coefficient: what it takes to name so many of `size` things."""
    return (lgamma(size + 1) - lgamma(chosen + 1) - lgamma(size - chosen + 1)) / log(2)
