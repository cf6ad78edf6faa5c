"""Which of two classes most nodes of a set are of, decided by networks that were trained on others.

The sign of the pooled difference of two class scores decides; with the rows of the set at Alice and
the weights at Bob it is a form of `qdml.graphs.quadratic_form`, read by `graph_form`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.linalg import svds

from qdml.data.graphs import NodeSet
from qdml.errors import DataError
from qdml.graphs.node_training import Split
from qdml.graphs.operators import operator
from qdml.graphs.quadratic_form import QuadraticForm, quadratic_form
from qdml.graphs.sign import Sign, hop_rows
from qdml.protocols.graph_form import Form

Floats = NDArray[np.float64]

#: A set has twice as many nodes of one class as of the other, of which it has at most so many.
MINORITY = 7

#: The constant of a row, over the root mean square norm of a training node's row.
CONSTANT = 0.5


@dataclass(frozen=True, eq=False)
class Case:
    """A set of test nodes: rows (V, D) of Alice, Bob's form, and +1 or -1 for the majority.

    classes: the two, the first of which a positive score prefers.
    """

    model: Sign
    classes: tuple[int, int]
    rows: Floats
    form: Form
    majority: int

    def pooled(self, q1: float) -> float:
        """The pooled difference of scores by the quadratic form, were the linear term q1."""
        q0, _, q2 = self.model.q
        model = replace(self.model, q=(q0, q1, q2))
        form = _difference(model, self.classes, float(self.rows[0, -1]))
        return float(self.form.pool @ form.values(self.rows)[:, 0])

    @cached_property
    def score(self) -> float:
        """The pooled difference of scores, exact."""
        return self.pooled(self.model.q[1])

    @property
    def sign(self) -> int:
        """What the exact network decides: +1, also for a score of zero, or -1."""
        return 1 if self.score >= 0 else -1

    @cached_property
    def square(self) -> float:
        """||H||_F^2."""
        return float((self.rows**2).sum())

    @property
    def margin(self) -> float:
        """|score| over the range ||H||_F^2 spread of one outcome."""
        return abs(self.score) / (self.square * self.form.spread)


def narrowed(nodes: NodeSet, most: int) -> NodeSet:
    """The same set with features (V, most): products with as many principal directions, if wider.

    They are the leading right singular vectors of all features, which need no label.
    """
    if nodes.features.shape[1] <= most:
        return nodes
    start = np.ones(min(nodes.features.shape))
    directions = svds(nodes.features, k=most, v0=start)[2].T
    return replace(nodes, features=csr_array(nodes.features @ directions))


def majorities(
    nodes: NodeSet,
    models: Sequence[Sign],
    splits: Sequence[Split],
    count: int,
    rng: np.random.Generator,
) -> tuple[Case, ...]:
    """`count` sets of test nodes for each quadratic network, of the two largest classes in turn.

    Raises `DataError` for a class of
    which fewer than two nodes are tested.
    """
    labels, cases = nodes.labels, []
    for model, split in zip(models, splits, strict=True):
        op = operator(nodes.adjacency, model.operator)
        classes, form = largest_difference(nodes, model, split)
        values, vectors = form.spectrum(0)
        members = [split.test[labels[split.test] == one] for one in classes]
        unit = min(MINORITY, min(map(len, members)) // 2)
        if not unit:
            raise DataError(f"{nodes.name}: a class with fewer than 2 test nodes; 2 are needed")
        for number in range(count):
            most, least = members[number % 2], members[1 - number % 2]
            chosen = [rng.choice(most, 2 * unit, False), rng.choice(least, unit, False)]
            hop = hop_rows(op, nodes.features, np.concatenate(chosen), model.hops)
            own = Form(values, vectors, np.full(3 * unit, 1 / (3 * unit)))
            cases.append(Case(model, classes, form.rows(hop), own, 1 - 2 * (number % 2)))
    return tuple(cases)


def largest_difference(
    nodes: NodeSet, model: Sign, split: Split
) -> tuple[tuple[int, int], QuadraticForm]:
    """The two largest classes, and the difference of a quadratic network's scores of them.

    The constant alpha is set by the nodes that the network was trained on.
    """
    labels = nodes.labels
    first, second = np.argsort(-np.bincount(labels[labels >= 0]), kind="stable")[:2]
    classes = int(first), int(second)
    op = operator(nodes.adjacency, model.operator)
    known = hop_rows(op, nodes.features, split.train, model.hops)
    alpha = CONSTANT * float((known**2).sum() / len(known)) ** 0.5
    return classes, _difference(model, classes, alpha)


def _difference(model: Sign, classes: tuple[int, int], alpha: float) -> QuadraticForm:
    return quadratic_form(model, alpha).difference(*classes)
