"""Decisions of small quadratic networks trained on real sets, for two parties to come to.

A score that is quadratic in hop features is linear in their second moments, so one way to train is
a ridge regression, and its solution a quadratic form; the other is Adam on a polynomial network. A
decision is the sign of a pooled score: of a graph of one of two classes, or of a set of nodes that
are all of one of two classes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, hstack
from scipy.sparse.linalg import svds

from qdml.claims.seeds import generator
from qdml.data.graphs import GraphSet, NodeSet
from qdml.data.splits import stratified_split
from qdml.errors import DataError
from qdml.graphs.majorities import largest_difference
from qdml.graphs.moments import Recipe, form, recipes, rows_of, second_moments
from qdml.graphs.node_training import random_splits, span, train
from qdml.graphs.operators import operator
from qdml.graphs.plain import Plain, known_values, names, plain_features, plain_graph
from qdml.graphs.ridge import factorise
from qdml.graphs.sign import hop_features, hop_rows
from qdml.graphs.sign import scores as network_scores
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

#: Nodes in a set that is decided, and those whose rows of all hops are held at a time.
SET, TOGETHER = 20, 1000


@dataclass(frozen=True, eq=False)
class Decision:
    """What Alice holds, Bob's form, the exact score, and a plain way to tell the input.

    rows: (V, D), or sparse features (V, F) and a constant, (V, F+1), where the graph is Bob's.
    known: in increasing order, what a feature may be where they can be told as they are.
    """

    rows: Any
    form: Form
    score: float
    plain: Plain | None = None
    known: Floats | None = None


@dataclass(frozen=True, eq=False)
class Problem:
    """A trained network's decisions on what it was not trained on, and how often it is right.

    kind: `graphs`, or `nodes`, decided by a regression, or `nodes, by a network`.
    """

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
    called = names(graphs)
    made = []
    for i in rng.permutation(tested)[:DECIDED]:
        nodes = slice(*map(int, ends[members[i] : members[i] + 2]))
        size = nodes.stop - nodes.start
        pool = np.full(size, 1 / size if recipe.pooling == "mean" else 1.0)
        plain = plain_graph(graphs, int(members[i]), recipe, *called)
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
    groups = [members[tested[side[tested] == one]] for one in (0, 1)]
    scores = np.zeros(len(nodes.labels))
    scores[members] = trained.scores
    made = _sets_of_nodes(nodes, op, HOPS, (values, vectors, 1.0), groups, scores, rng)
    accuracy = _accuracy(trained.scores[tested], side[tested])
    return Problem(nodes.name, "nodes", accuracy, made)


def of_network(nodes: NodeSet, seed: int, steps: int) -> Problem:
    """The same by a polynomial network that `steps` steps of Adam trained on all classes.

    It is that of `qdml.graphs.node_training`, on a random split; test nodes are decided.
    """
    _two_classes(nodes.labels)
    rng = generator(seed, "network", nodes.name)
    split = random_splits(nodes.labels, 1, rng)[0]
    spans, weights = [span(nodes, split.train)], int(rng.integers(2**31))
    model = train(spans, [split], nodes.labels, "quadratic", weights, steps).model(0)
    classes, reading = largest_difference(nodes, model, split)
    op = operator(nodes.adjacency, model.operator)
    groups = [split.test[nodes.labels[split.test] == one] for one in classes]
    scores = np.zeros(len(nodes.labels))
    for group in groups:
        # Some at a time, since rows of all hops are dense.
        for some in np.array_split(group, max(1, len(group) // TOGETHER)):
            given = network_scores(model, hop_rows(op, nodes.features, some, model.hops))
            scores[some] = given[:, classes[0]] - given[:, classes[1]]
    form = *reading.spectrum(0), float(reading.alpha)
    made = _sets_of_nodes(nodes, op, model.hops, form, groups, scores, rng)
    right = np.concatenate([scores[groups[0]] > 0, scores[groups[1]] <= 0])
    return Problem(nodes.name, "nodes, by a network", float(right.mean()), made)


def _sets_of_nodes(
    nodes: NodeSet,
    op: csr_array,
    hops: int,
    read: tuple[Floats, Floats, float],
    groups: Sequence[Ints],
    scores: Floats,
    rng: np.random.Generator,
) -> tuple[Decision, ...]:
    """Sets of one class or the other in turn, of nodes that were not trained on.

    read: eigenvalues, eigenvectors and the constant of the form; scores: (V,) of single nodes.
    """
    values, vectors, alpha = read
    count, width = nodes.features.shape
    constant = np.full((count, 1), alpha)
    raw, graph = csr_array(hstack([nodes.features, constant])), Hops(op, hops, width)
    features = csr_array(nodes.features)
    plain, known = plain_features(features, alpha), known_values(features)
    made = []
    for i in range(DECIDED):
        same = groups[i % 2]
        chosen = rng.choice(same, size=min(SET, len(same)), replace=False)
        pool = np.zeros(count)
        pool[chosen] = 1 / len(chosen)
        own = Form(values, vectors, pool, graph)
        made.append(Decision(raw, own, float(scores[chosen].mean()), plain, known))
    return tuple(made)


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
