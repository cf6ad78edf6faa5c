"""Training pooled SIGN networks to classify graphs by Adam, so that PReLU may be tried as well.

A network sees the hop features of one recipe of `qdml.graphs.moments`, with the logarithm of the
graph's size as one feature more, and the scores of a graph are the mean of its nodes'. A quadratic
network is trained likewise, for a fair comparison; the convex way is `qdml.graphs.training`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qdml.claims.seeds import generator
from qdml.data.graphs import GraphSet
from qdml.data.splits import stratified_folds, stratified_split
from qdml.graphs import selection
from qdml.graphs.descent import COMPILER, Parameters, activate, descend, first
from qdml.graphs.moments import Recipe, node_features, recipes
from qdml.graphs.operators import operator
from qdml.graphs.sign import Activation, Sign, check_activation, hop_features

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Part of a training fold that is held out to choose epoch and candidate (Errica et al. 2020).
HELD_OUT = 0.1

#: Steps of Adam on all graphs at once, and the weight decays and first slopes to choose among.
STEPS = 200
CANDIDATES = tuple((decay, slope) for decay in (1e-4, 1e-3) for slope in (0.25, 0.9))


@dataclass(frozen=True, eq=False)
class Trained:
    """What a protocol found, and the networks that it found best on each outer fold.

    outcome: its choices are indices of candidate and epoch; fold: (G,) the outer fold of every
    graph; held: (folds, G) which graphs chose the networks, and value: (folds,) their accuracy
    there, less a hundredth of the cross entropy; networks: one a fold under `nested`, none under
    `gin`, which knows its epoch only when all folds have been trained.
    """

    recipe: Recipe
    outcome: selection.Outcome
    fold: Ints
    held: NDArray[np.bool_]
    value: Floats
    networks: tuple[Sign, ...]

    def hyperparameters(self) -> list[dict[str, Any]]:
        """What was chosen on each fold; the first epoch is 1."""
        return [
            {
                "recipe": str(self.recipe),
                "decay": CANDIDATES[which][0],
                "first_slope": CANDIDATES[which][1],
                "epoch": epoch + 1,
            }
            for which, epoch in self.outcome.chosen
        ]


def recipe_of(graphs: GraphSet) -> Recipe:
    """The recipe of a set that takes means over neighbours and over the graph."""
    wanted = ("mean", "mean")
    return next(one for one in recipes(graphs) if (one.operator, one.pooling) == wanted)


def hops_of(graphs: GraphSet) -> Floats:
    """Hop features of every node, (V, (R+1)F), one of them the logarithm of its graph's size."""
    recipe = recipe_of(graphs)
    size = np.log(np.bincount(graphs.graph))
    # Centred, as large sizes would drown the other features of the block.
    last = (size - size.mean())[graphs.graph]
    features = np.column_stack([node_features(graphs, recipe), last])
    hop = hop_features(operator(graphs.adjacency, recipe.operator), features, recipe.hops)
    return np.asarray(hop)


def train(
    graphs: GraphSet, activation: str, protocol: str, seed: int, steps: int = STEPS
) -> Trained:
    """Train every candidate of one activation on ten outer folds, and choose by the protocol.

    nested: a tenth of each training part is held out, and chooses candidate and epoch. gin: all of
    it is trained on, and the test folds choose one candidate and epoch. The same seed gives every
    activation the same folds and first weights.
    Raises `InputError` for unknown names, `DataError` for classes that cannot be dealt to folds.
    """
    known = check_activation(activation)
    selection.check_protocol(protocol)
    labels, recipe = graphs.labels, recipe_of(graphs)
    dealt = stratified_folds(labels, selection.FOLDS, generator(seed, "outer folds"))
    test = dealt == np.arange(selection.FOLDS)[:, None]
    trained, held = ~test, test.copy()
    if protocol == "nested":
        for fold in range(selection.FOLDS):
            ids = np.flatnonzero(~test[fold])
            rng = generator(seed, "held out", fold)
            aside = ids[stratified_split(labels[ids], HELD_OUT, rng)[1]]
            held[fold] = False
            held[fold, aside], trained[fold, aside] = True, False
    rows, graph, share = _distinct(hops_of(graphs), graphs.graph)
    blocks = recipe.hops + 1
    norms = [(part**2).sum(axis=1) for part in np.split(rows, blocks, axis=1)]
    square = np.stack([np.bincount(graph, share * norm) for norm in norms])
    # Each block is divided by its root mean square over the graphs that are trained on.
    size = np.sqrt(trained @ square.T / trained.sum(axis=1, keepdims=True))
    scale = np.repeat(np.where(size > 0, size, 1.0), rows.shape[1] // blocks, axis=1)
    kept, values, right = _trainer(known, int(labels.max()) + 1, len(labels), blocks, steps)(
        seed, scale, trained, held, (np.float32(rows), np.float32(share), graph), labels
    )
    correct = np.zeros((*values.shape[1:], len(labels)), bool)
    for fold, own in enumerate(test):
        correct[..., own] = right[fold][..., own]
    outcome = selection.select(protocol, selection.Trials(dealt, values, correct))
    networks = []
    for fold, (which, _) in enumerate(outcome.chosen if protocol == "nested" else ()):
        best = {key: value[fold, which] for key, value in kept.items()}
        networks.append(_network(best, scale[fold], recipe, known))
    return Trained(recipe, outcome, dealt, held, values.max(axis=(1, 2)), tuple(networks))


@cache
def _trainer(activation: Activation, classes: int, graphs: int, blocks: int, steps: int) -> Any:
    """A function, compiled once, that trains every candidate on every fold.

    It gives the best parameters (folds, K, ...), and of every step the value on what is held out
    (folds, K, steps) and whether each graph is named rightly (folds, K, steps, G).
    """
    import jax
    import jax.numpy as jnp
    import optax

    def scores(found: Parameters, size: Any, rows: Any, share: Any, graph: Any) -> Any:
        z = rows @ (found["weights"] / size[:, None]) + found["bias"]
        units = share[:, None] * activate(found, z, activation, jnp)
        pooled = jax.ops.segment_sum(units, graph, graphs, indices_are_sorted=True)
        return pooled @ found["readout"] + found["offset"]

    def fit(candidate: Any, fold: Any, nodes: Any, labels: Any) -> tuple[Any, ...]:
        key, size, trained, held = fold
        decay, slope = candidate

        def entropy(found: Parameters, of: Any) -> tuple[Any, ...]:
            given = scores(found, size, *nodes)
            lost = optax.softmax_cross_entropy_with_integer_labels(given, labels)
            right = given.argmax(axis=1) == labels
            return (lost * of).sum() / of.sum(), (right * of).sum() / of.sum(), right

        start = first(key, slope, len(size), blocks, classes)
        return descend(
            start, lambda p: entropy(p, trained)[0], decay, lambda p: entropy(p, held), steps
        )

    @partial(jax.jit, compiler_options=COMPILER)
    def run(keys: Any, scale: Any, trained: Any, held: Any, nodes: Any, labels: Any) -> Any:
        each = jax.vmap(fit, (0, None, None, None))
        candidates = jnp.array(CANDIDATES)
        # One fold after another: all of them at once would hold ten times the memory.
        return jax.lax.map(
            lambda fold: each(candidates, fold, nodes, labels), (keys, scale, trained, held)
        )

    def train_all(
        seed: int, scale: Floats, trained: Any, held: Any, nodes: tuple[Any, ...], labels: Ints
    ) -> tuple[Parameters, Floats, Any]:
        keys = jax.random.split(jax.random.key(seed), len(scale))
        kept, _, (values, right) = run(keys, np.float32(scale), trained, held, nodes, labels)
        found = {key: np.asarray(value, dtype=np.float64) for key, value in kept.items()}
        return found, np.asarray(values, dtype=np.float64), np.asarray(right)

    return train_all


def _network(found: Parameters, scale: Floats, recipe: Recipe, activation: Activation) -> Sign:
    """The network on hop features as they are."""
    q0, q1, q2 = map(float, found["q"])
    weights = (found["weights"] / scale[:, None]).reshape(recipe.hops + 1, -1, len(found["bias"]))
    return Sign(
        recipe.operator,
        weights,
        found["bias"],
        found["readout"],
        found["offset"],
        activation,
        (q0, q1, q2),
        float(found["slope"]),
    )


def _distinct(hop: Floats, graph: Ints) -> tuple[Floats, Ints, Floats]:
    """Nodes that look the same in one graph are one: rows, their graph, and their part of it."""
    both, count = np.unique(np.column_stack([graph, hop]), axis=0, return_counts=True)
    own = both[:, 0].astype(np.int64)
    return both[:, 1:], own, count / np.bincount(graph)[own]
