"""Smooth functions on 2^n grid points as matrix-product states (quantics tensor trains).

With x = 0.s_1 s_2 ... in binary, a polynomial in x is passed on from bit to bit through its values
at d + 1 Chebyshev nodes, so a function that is a polynomial of degree d on each of 2^k pieces has
bonds of at most max(2^k, d + 1) (Lindsey, arXiv:2311.12554).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from qdml.errors import InputError
from qdml.tensor.chain import Array, Chain

Function = Callable[[npt.NDArray[np.float64]], npt.NDArray[np.complex128]]

#: Pieces are halved until the interpolant is this close, relative to the largest value.
ACCURACY = 1e-12

#: At most 2^10 pieces are tried.
MOST_HALVINGS = 10


def smooth(function: Function, qubits: int, degree: int = 15) -> Chain:
    """The state with amplitudes f(j/N)/norm, N = 2^qubits, for a function on arrays in [0, 1].

    The interpolation error is measured at 3 (degree + 1) points a piece and must be below
    `ACCURACY` of the largest value there; a feature that falls between these points is not seen,
    and no part of `Chain.error`. Raises `InputError` when 2^10 pieces are not enough, for values
    that are not finite and for the zero function.
    """
    if qubits < 2:
        raise InputError(f"qubits = {qubits}: a smooth state has at least 2")
    nodes = (1 - np.cos(np.pi * np.arange(degree + 1) / degree)) / 2
    tests = (np.arange(3 * degree + 3) + 0.5) / (3 * degree + 3)
    at_tests = _lagrange(nodes, tests)
    for halvings in range(1, min(MOST_HALVINGS, qubits - 1) + 1):
        left = np.arange(2**halvings)[:, None]
        values = _values(function, (left + nodes) / 2**halvings)
        largest = float(np.abs(values).max())
        if not largest:
            raise InputError("a function that is zero everywhere has no direction, so no state")
        missed = values @ at_tests - _values(function, (left + tests) / 2**halvings)
        if np.abs(missed).max() <= ACCURACY * largest:
            return _chain(values / largest, nodes, qubits)
    if qubits - 1 <= MOST_HALVINGS:
        return Chain.of(_values(function, np.arange(2**qubits) / 2**qubits))
    raise InputError(
        f"no polynomials of degree {degree} on 2^{MOST_HALVINGS} pieces follow the function to "
        f"{ACCURACY}: expected one that is smooth on the scale of 1/{2**MOST_HALVINGS}"
    )


def _values(function: Function, points: npt.NDArray[np.float64]) -> Array:
    values = np.asarray(function(points), dtype=complex)
    if values.shape != points.shape or not np.isfinite(values).all():
        raise InputError("a smooth state needs finite values, one for every point")
    return values


def _lagrange(
    nodes: npt.NDArray[np.float64], points: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """The Lagrange polynomials of the nodes at the points, shape (nodes, points)."""
    signs = np.where(np.arange(len(nodes)) % 2, -1.0, 1.0)
    weights = signs * np.where((nodes == nodes[0]) | (nodes == nodes[-1]), 0.5, 1.0)
    gaps = points - nodes[:, None]
    hits = gaps == 0
    # The barycentric formula; a point that is a node takes that node's value.
    terms = weights[:, None] / np.where(hits, 1.0, gaps)
    terms = np.where(hits.any(axis=0), hits.astype(float), terms)
    table: npt.NDArray[np.float64] = terms / terms.sum(axis=0)
    return table


def _chain(values: Array, nodes: npt.NDArray[np.float64], qubits: int) -> Chain:
    """The first bits one core each, from the values (pieces, nodes); then one repeated core."""
    pieces, width = values.shape
    cores: list[Array] = []
    for bit in range(pieces.bit_length() - 1):
        left = 2**bit
        wires: Array = np.eye(2 * left, dtype=complex).reshape(left, 2, 2 * left)
        cores.append(wires)
    cores[-1] = np.tensordot(cores[-1], values, 1)
    halves = np.stack([_lagrange(nodes, (bit + nodes) / 2) for bit in (0, 1)], axis=1)
    cores += [halves.astype(complex)] * (qubits - len(cores) - 1)
    ends = np.stack([_lagrange(nodes, np.array([bit / 2])) for bit in (0, 1)], axis=1)
    cores.append(ends.reshape(width, 2, 1).astype(complex))
    return Chain(tuple(cores)).compressed()[0]
