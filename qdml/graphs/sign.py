"""SIGN networks: features of 0 ... R hops, one hidden layer, and a linear read-out.

Frasca, Rossi, Eynard, Chamberlain, Bronstein and Monti, SIGN (arXiv:2004.11198), with one weight
matrix a hop. The hidden layer is z = sum_r (A^r x) W_r + b at every node, the score
activation(z) Omega + offset; graphs pool the scores of their nodes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, eye_array, hstack, issparse

from qdml.errors import InputError, nearest
from qdml.graphs.operators import KINDS

Activation = Literal["quadratic", "prelu", "linear"]
ACTIVATIONS: tuple[Activation, ...] = get_args(Activation)

#: An array of floats, or of fractions where the arithmetic is to be exact.
Array = NDArray[Any]


def check_activation(name: str) -> Activation:
    """The activation of that name. Raises `InputError` for an unknown one."""
    for known in ACTIVATIONS:
        if known == name:
            return known
    raise InputError(
        f"activation {name!r}: allowed are {', '.join(ACTIVATIONS)}"
        f"{nearest(str(name), ACTIVATIONS)}"
    )


@dataclass(frozen=True, eq=False)
class Sign:
    """A trained network.

    operator: kind of `qdml.graphs.operators.operator`; weights: (R+1, F, J), one matrix a hop;
    bias: (J,); readout: (J, C); offset: (C,). The activation is q2 z^2 + q1 z + q0 with
    q = (q0, q1, q2) if quadratic, max(z, 0) + slope min(z, 0) if prelu, z if linear.
    Raises `InputError` for shapes that do not fit and unknown names.
    """

    operator: str
    weights: Array
    bias: Array
    readout: Array
    offset: Array
    activation: Activation = "quadratic"
    q: tuple[Any, Any, Any] = (0, 0, 1)
    slope: float = 0.25

    def __post_init__(self) -> None:
        check_activation(self.activation)
        if self.operator not in KINDS:
            raise InputError(
                f"operator {self.operator!r}: allowed are {', '.join(KINDS)}"
                f"{nearest(str(self.operator), KINDS)}"
            )
        shapes = [np.shape(x) for x in (self.weights, self.bias, self.readout, self.offset)]
        hidden = np.shape(self.bias)[-1:]
        classes = np.shape(self.offset)[-1:]
        wanted = [np.shape(self.weights)[:2] + hidden, hidden, hidden + classes, classes]
        if shapes != wanted or [len(shape) for shape in shapes] != [3, 1, 2, 1]:
            raise InputError(
                f"weights, bias, readout and offset of shapes {shapes}: "
                "expected (R+1, F, J), (J,), (J, C) and (C,)"
            )

    @property
    def hops(self) -> int:
        """R: how often the operator acts."""
        return int(self.weights.shape[0]) - 1

    @property
    def features(self) -> int:
        """F: numbers a node has at the beginning."""
        return int(self.weights.shape[1])


def hop_features(op: Any, features: Any, hops: int) -> Any:
    """H = (X, AX, ..., A^R X) side by side: op (V, V), features (V, F) -> (V, (R+1)F).

    Sparse where `features` are. Raises `InputError` for shapes that do not fit and hops below 0.
    """
    if hops < 0:
        raise InputError(f"{hops} hops: expected 0 or more")
    if op.shape != (features.shape[0],) * 2:
        raise InputError(
            f"operator of shape {op.shape} on {features.shape[0]} nodes: expected one row a node"
        )
    blocks = [features]
    for _ in range(hops):
        blocks.append(op @ blocks[-1])
    return csr_array(hstack(blocks)) if issparse(features) else np.hstack(blocks)


def hop_rows(op: Any, features: Any, ids: Any, hops: int) -> NDArray[np.float64]:
    """The rows `ids` of `hop_features` alone, dense (len(ids), (R+1)F), for sparse (V, F) features.

    Made from those rows of the powers of the operator; no other row is.
    """
    seen = eye_array(features.shape[0], format="csr")[ids]
    blocks = []
    for _ in range(hops + 1):
        blocks.append((seen @ features).toarray())
        seen = seen @ op
    return np.hstack(blocks)


def scores(model: Sign, hop: Any) -> Array:
    """The scores of every node: hop features (V, (R+1)F) -> (V, C)."""
    flat = model.weights.reshape(-1, model.weights.shape[2])
    if hop.shape[1] != len(flat):
        raise InputError(
            f"{hop.shape[1]} hop features a node: the model expects {len(flat)}, "
            f"{model.features} for each of 0 to {model.hops} hops"
        )
    z = np.asarray(hop @ flat) + model.bias
    if model.activation == "quadratic":
        q0, q1, q2 = model.q
        z = q2 * z * z + q1 * z + q0
    elif model.activation == "prelu":
        z = np.where(z > 0, z, model.slope * z)
    answer: Array = z @ model.readout + model.offset
    return answer
