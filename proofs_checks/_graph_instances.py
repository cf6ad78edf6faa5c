"""Networks and graphs drawn for the claims on graph networks: in fractions, or in floats."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from qdml.graphs.operators import operator
from qdml.graphs.sign import Sign

Array = npt.NDArray[Any]


@dataclass(frozen=True, eq=False)
class Instance:
    """A quadratic network on V nodes: operator (V, V), features (V, F), pool (V,)."""

    model: Sign
    operator: Any
    features: Array
    pool: Array

    @property
    def sizes(self) -> dict[str, int]:
        """What a point of a sweep says of it."""
        nodes, features = self.features.shape
        return {"V": nodes, "F": features, "R": self.model.hops, "J": len(self.model.bias)}


def in_fractions(
    rng: np.random.Generator, nodes: int, hops: int, features: int, hidden: int, classes: int = 2
) -> Instance:
    """No entry is zero, so that no part of the form can be left out unnoticed.

    The operator is the mean of a permutation and its inverse: symmetric, of norm 1.
    """

    def array(*shape: int) -> Array:
        above, below = rng.integers(1, 4, shape), rng.integers(1, 4, shape)
        signs = rng.choice((-1, 1), size=shape)
        flat = [Fraction(int(a), int(b)) for a, b in zip(above.flat, below.flat, strict=True)]
        drawn: Array = np.array(flat, dtype=object).reshape(shape) * signs
        return drawn

    moved = np.eye(nodes, dtype=int)[rng.permutation(nodes)]
    half = np.array([[Fraction(int(v), 2) for v in row] for row in moved + moved.T], dtype=object)
    model = Sign(
        operator="sum",
        weights=array(hops + 1, features, hidden),
        bias=array(hidden),
        readout=array(hidden, classes),
        offset=array(classes),
        q=(*array(3),),
    )
    return Instance(model, half, array(nodes, features), abs(array(nodes)))


def in_floats(
    rng: np.random.Generator, nodes: int, hops: int, features: int, hidden: int
) -> Instance:
    """A random graph with the symmetric operator, mean pooling, two classes."""
    upper = np.triu(rng.random((nodes, nodes)) < 4 / nodes, 1).astype(float)
    model = Sign(
        operator="symmetric",
        weights=rng.normal(size=(hops + 1, features, hidden)),
        bias=rng.normal(size=hidden),
        readout=rng.normal(size=(hidden, 2)),
        offset=rng.normal(size=2),
        q=(*rng.normal(size=3),),
    )
    op = operator(csr_array(upper + upper.T), "symmetric")
    return Instance(model, op, rng.normal(size=(nodes, features)), np.full(nodes, 1 / nodes))
