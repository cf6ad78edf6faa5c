"""Quadratic networks as quadratic forms, which one message of amplitudes can be asked for.

With h = (x, Ax, ..., A^R x, alpha) at every node and e = (0, ..., 0, 1/alpha), the hidden unit is
z_j = <w_j, h> where the last entry of w_j is bias_j/alpha, and 1 = <e, h>. So a score is h^T M_c h,
M_c = sum_j Omega_jc (q2 w_j w_j^T + (q1/2)(w_j e^T + e w_j^T) + q0 e e^T) + offset_c e e^T.
A network of squares alone needs no constant: with alpha = 0 none is appended.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import issparse

from qdml.errors import InputError
from qdml.graphs.sign import Array, Sign

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class QuadraticForm:
    """C symmetric matrices M_c = L K_c L^T of size D = (R+1)F + 1, or (R+1)F if alpha is 0.

    factor: L (D, r); cores: K (C, r, r); alpha: the constant that is appended to every row.
    Raises `InputError` for shapes that do not fit, or cores that are not symmetric.
    """

    factor: Array
    cores: Array
    alpha: Any = 1.0

    def __post_init__(self) -> None:
        rank = self.factor.shape[-1]
        if self.factor.ndim != 2 or self.cores.ndim != 3 or self.cores.shape[1:] != (rank, rank):
            raise InputError(
                f"factor and cores of shapes {self.factor.shape} and {self.cores.shape}: "
                "expected (D, r) and (C, r, r)"
            )
        if (self.cores != self.cores.transpose(0, 2, 1)).any():
            raise InputError("cores of a quadratic form: expected symmetric matrices")

    @property
    def dimension(self) -> int:
        """D: entries of a row h, the constant among them."""
        return int(self.factor.shape[0])

    def matrix(self, index: int) -> Array:
        """M_c, shape (D, D)."""
        found: Array = self.factor @ self.cores[index] @ self.factor.T
        return found

    def difference(self, first: int, second: int) -> QuadraticForm:
        """The one form M_first - M_second, whose sign prefers one class to another."""
        return QuadraticForm(self.factor, self.cores[[first]] - self.cores[[second]], self.alpha)

    def rows(self, hop: Any) -> Array:
        """Every h: hop features (V, (R+1)F) -> (V, D), dense."""
        expected = self.dimension - (self.alpha != 0)
        if hop.shape[1] != expected:
            raise InputError(f"{hop.shape[1]} hop features a node: the form expects {expected}")
        dense = hop.toarray() if issparse(hop) else np.asarray(hop)
        if self.alpha == 0:
            return dense
        last = np.full((len(dense), 1), self.alpha, dtype=dense.dtype)
        return np.hstack([dense, last])

    def values(self, rows: Array) -> Array:
        """h^T M_c h for every row: (V, D) -> (V, C)."""
        seen = rows @ self.factor
        return np.stack([((seen @ core) * seen).sum(axis=1) for core in self.cores], axis=1)

    def spectrum(self, index: int) -> tuple[Floats, Floats]:
        """Nonzero part of M_c: eigenvalues (s,) and orthonormal eigenvectors (D, s), s <= r."""
        basis, corner = np.linalg.qr(self.factor)
        values, turned = np.linalg.eigh(corner @ self.cores[index] @ corner.T)
        return values, basis @ turned


def quadratic_form(model: Sign, alpha: Any = 1.0) -> QuadraticForm:
    """The form of a quadratic network; the activation "linear" is q = (0, 1, 0).

    Raises `InputError` for PReLU, which is no quadratic form, and for alpha = 0 with a network
    that has more than squares: a bias, an offset, q0 or q1.
    """
    if model.activation == "prelu":
        raise InputError("activation 'prelu' is no quadratic form: expected 'quadratic', 'linear'")
    q0, q1, q2 = model.q if model.activation == "quadratic" else (0, 1, 0)
    flat = model.weights.reshape(-1, model.weights.shape[2])
    if alpha == 0:
        if q0 or q1 or model.bias.any() or model.offset.any():
            raise InputError(
                "alpha 0: a bias, an offset, q0 or q1 needs a constant; take another alpha, say 1"
            )
        return QuadraticForm(flat, np.stack([np.diag(q2 * omega) for omega in model.readout.T]), 0)
    units = np.vstack([flat, model.bias[None, :] / alpha])
    constant = 0 * units[:, :1]
    constant[-1, 0] = 1 / alpha
    cores = []
    for omega, offset in zip(model.readout.T, model.offset, strict=True):
        cross = omega[:, None] * q1 / 2
        corner = np.array([[q0 * omega.sum() + offset]])
        cores.append(np.block([[np.diag(q2 * omega), cross], [cross.T, corner]]))
    return QuadraticForm(np.hstack([units, constant]), np.stack(cores), alpha)


def form_of(matrices: Array, alpha: Any = 1.0) -> QuadraticForm:
    """The form of matrices M (C, D, D) that are given as they are, for instance by a regression."""
    size = matrices.shape[-1]
    return QuadraticForm(np.eye(size, dtype=int).astype(matrices.dtype), matrices, alpha)


def pooled(values: Array, graph: NDArray[np.int64], kind: str = "mean") -> Array:
    """Scores of graphs from scores of nodes (V, C): the mean, or the sum, over each graph.

    graph: (V,) the graph of every node, 0 ... G-1. A graph without nodes has score zero.
    Raises `InputError` for another kind.
    """
    if kind not in ("mean", "sum"):
        raise InputError(f"pooling {kind!r}: allowed are mean, sum")
    count = np.bincount(graph)
    total = np.zeros((len(count), values.shape[1]), dtype=values.dtype)
    np.add.at(total, graph, values)
    if kind == "sum":
        return total
    found: Array = total / np.maximum(count, 1)[:, None]
    return found
