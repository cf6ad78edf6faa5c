"""Training SIGN networks to classify nodes, one activation beside another on the same splits.

Everything that a network sees of its training nodes is their rows of H = (X, AX, ..., A^R X), each
block divided by its root mean square; with a penalty on the weights, each minimiser lies in the
span of these rows. So it is trained on coordinates in that span (the representer theorem, Kimeldorf
and Wahba 1971), as many as training nodes, and no hop matrix of a large graph is ever made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import eye_array

from qdml.data.graphs import NodeSet
from qdml.errors import DataError
from qdml.graphs.descent import CANDIDATES, COMPILER, STEPS, activate, descend, first
from qdml.graphs.operators import operator
from qdml.graphs.sign import ACTIVATIONS, Activation, Sign

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Hops R of the operator.
KIND, HOPS = "symmetric", 3

#: Nodes of each class to train and to validate on, and the share of a class that they are at most.
TRAIN, VALIDATION, SHARE = 20, 30, 0.3

#: Directions of the training rows below this share of the largest variance are rounding.
NULL = 1e-10


@dataclass(frozen=True, eq=False)
class Split:
    """Node ids to train, to validate and to test on."""

    train: Ints
    validation: Ints
    test: Ints


@dataclass(frozen=True, eq=False)
class Span:
    """Coordinates (V, n) of every node in the span of n training rows, and the way back.

    `rows` (R+1, n, F) are the training rows of each hop as they enter, `basis` (n, n) makes them
    orthonormal; weights on coordinates w (n, J) are weights rows[r].T @ basis @ w on features,
    with `scale[r]` to undo the division.
    """

    coordinates: Floats
    rows: tuple[Any, ...]
    basis: Floats

    def weights(self, inner: Floats) -> Floats:
        """Weights (R+1, F, J) on the hops from weights (n, J) on coordinates."""
        return np.stack([np.asarray(block.T @ (self.basis @ inner)) for block in self.rows])


@dataclass(frozen=True, eq=False)
class Trained:
    """Networks of one activation, one a split: their parameters and the candidates chosen."""

    activation: Activation
    spans: tuple[Span, ...]
    parameters: tuple[dict[str, Floats], ...]
    chosen: tuple[tuple[float, float], ...]
    labels: Ints
    splits: tuple[Split, ...]

    def predicted(self, index: int) -> Ints:
        """The class that network `index` gives to every node, (V,)."""
        found = self.parameters[index]
        z = self.spans[index].coordinates @ found["weights"] + found["bias"]
        scores = activate(found, z, self.activation, np) @ found["readout"] + found["offset"]
        classes: Ints = scores.argmax(axis=1)
        return classes

    def accuracies(self, part: str = "test") -> Floats:
        """Accuracy in [0, 1] of every network on the nodes of its own split called `part`."""
        parts = [getattr(split, part) for split in self.splits]
        right = [(self.predicted(i)[ids] == self.labels[ids]).mean() for i, ids in enumerate(parts)]
        return np.array(right)

    def model(self, index: int) -> Sign:
        """Network `index` on the features themselves."""
        found = self.parameters[index]
        q0, q1, q2 = map(float, found["q"])
        return Sign(
            KIND,
            self.spans[index].weights(found["weights"]),
            found["bias"],
            found["readout"],
            found["offset"],
            self.activation,
            (q0, q1, q2),
            float(found["slope"]),
        )


def random_splits(labels: Ints, count: int, rng: np.random.Generator) -> tuple[Split, ...]:
    """Independent splits: 20 nodes of each class to train, 30 to validate, all others to test.

    As in Shchur et al. 2018 (arXiv:1811.05868), but of a small class never more than 3 in 10 each.
    Nodes without a class (-1) are in no part. Raises `DataError` for one class only, or a class of
    fewer than four nodes.
    """
    classes = [np.flatnonzero(labels == each) for each in np.unique(labels[labels >= 0])]
    if len(classes) < 2:
        raise DataError(f"labels of {len(classes)} class: at least two are needed to learn from")
    least = min(map(len, classes))
    if least < 4:
        raise DataError(f"a class of {least} nodes: at least 4 are needed to split it in three")
    made = []
    for _ in range(count):
        parts: tuple[list[Ints], ...] = ([], [], [])
        for members in map(rng.permutation, classes):
            most = int(SHARE * len(members))
            first = min(TRAIN, most)
            cut = (first, first + min(VALIDATION, most))
            for part, ids in zip(parts, np.split(members, cut), strict=True):
                part.append(ids)
        made.append(Split(*map(np.concatenate, parts)))
    return tuple(made)


def span(nodes: NodeSet, train: Ints) -> Span:
    """Coordinates of all nodes in the span of the hop features of the nodes `train`."""
    op = operator(nodes.adjacency, KIND)
    rows, gram = [], np.zeros((len(nodes.labels), len(train)))
    seen = eye_array(len(nodes.labels), format="csr")[train]
    for hop in range(HOPS + 1):
        block = (seen @ nodes.features).tocsr()
        # E|z_v|^2 of a hop is taken over the training rows: no other row has to be made.
        size = float(np.sqrt(block.multiply(block).sum() / len(train)))
        block = block / (size or 1.0)
        inner = np.asarray(nodes.features @ block.T.toarray()) / (size or 1.0)
        for _ in range(hop):
            inner = op @ inner
        gram += inner
        rows.append(block / (size or 1.0))
        seen = seen @ op
    values, vectors = np.linalg.eigh((gram[train] + gram[train].T) / 2)
    kept = values > NULL * values[-1]
    # The symmetric root keeps one coordinate for one training node: Adam, which treats each alike,
    # would blow up the faint directions of an eigenbasis.
    basis = np.where(kept, vectors / np.sqrt(np.where(kept, values, 1.0)), 0.0) @ vectors.T
    return Span(gram @ basis, tuple(rows), basis)


def train(
    spans: Sequence[Span],
    splits: Sequence[Split],
    labels: Ints,
    activation: Activation,
    seed: int,
    steps: int = STEPS,
) -> Trained:
    """Train one network a split by Adam, all at once; validation nodes choose step and candidate.

    The loss is the cross entropy plus decay/2 times the squared weights. Nothing here reads a test
    node. The same seed gives every activation the same first weights.
    """
    import jax
    import jax.numpy as jnp

    classes = int(labels.max()) + 1
    rows = [[one.coordinates[ids] for one, ids in zip(spans, part, strict=True)] for part in (
        [split.train for split in splits], [split.validation for split in splits])]  # fmt: skip
    known = [[labels[split.train] for split in splits], [labels[s.validation] for s in splits]]
    inputs = [jnp.asarray(np.stack(one), dtype=np.float32) for one in rows]
    wanted = [jnp.asarray(np.stack(one)) for one in known]
    keys = jax.random.split(jax.random.key(seed), len(splits))
    found, best = _trainer(classes, steps)(
        ACTIVATIONS.index(activation),
        keys,
        np.array(CANDIDATES, np.float32),
        inputs[0],
        wanted[0],
        inputs[1],
        wanted[1],
    )
    chosen = np.asarray(best).argmax(axis=1)
    parameters = [
        {key: np.asarray(value[i, j], dtype=float) for key, value in found.items()}
        for i, j in enumerate(chosen)
    ]
    return Trained(
        activation,
        tuple(spans),
        tuple(parameters),
        tuple(CANDIDATES[j] for j in chosen),
        labels,
        tuple(splits),
    )


@cache
def _trainer(classes: int, steps: int) -> Any:
    """`_fit` for every candidate and split at once; one function, so as to be compiled once."""
    import jax

    fit = partial(_fit, classes=classes, steps=steps)
    candidates = jax.vmap(fit, (None, None, 0, None, None, None, None))
    return jax.jit(jax.vmap(candidates, (None, 0, None, 0, 0, 0, 0)), compiler_options=COMPILER)


def _fit(
    activation: Any,
    key: Any,
    candidate: Any,
    rows: Any,
    labels: Any,
    other_rows: Any,
    other_labels: Any,
    *,
    classes: int,
    steps: int,
) -> tuple[dict[str, Any], Any]:
    """The parameters of the step that did best on the validation nodes, and how well."""
    import jax.numpy as jnp
    import optax

    decay, slope = candidate

    def scores(found: dict[str, Any], inputs: Any) -> Any:
        z = inputs @ found["weights"] + found["bias"]
        # All three at once: to compile them apart would take longer than to train.
        shapes = jnp.stack([activate(found, z, one, jnp) for one in ACTIVATIONS])
        return shapes[activation] @ found["readout"] + found["offset"]

    def entropy(found: dict[str, Any], inputs: Any, wanted: Any) -> tuple[Any, Any]:
        given = scores(found, inputs)
        missed = optax.softmax_cross_entropy_with_integer_labels(given, wanted).mean()
        return missed, (given.argmax(axis=1) == wanted).mean()

    def judge(found: dict[str, Any]) -> tuple[Any, ...]:
        return *entropy(found, other_rows, other_labels), None

    start = first(key, slope, rows.shape[1], HOPS + 1, classes)
    kept, best, _ = descend(start, lambda p: entropy(p, rows, labels)[0], decay, judge, steps)
    return kept, best
