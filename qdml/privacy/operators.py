"""Density matrices of exact states under noise: real matrices of rationals, eigenvalues twice.

A complex matrix A + iB is kept as [[A, -B], [B, A]]; sums, products and signs carry over.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import flint

from qdml.privacy.balls import rational
from qdml.privacy.gram import Gaussian, overlap


def projector(vector: Gaussian) -> flint.fmpq_mat:
    """|x><x|/<x|x> of a vector (d,) of Gaussian integers, as a real matrix (2d, 2d)."""
    size = len(vector)
    length = overlap(vector, vector)[0]
    matrix = flint.fmpq_mat(2 * size, 2 * size)
    for i, (a, b) in enumerate(vector):
        for j, (c, e) in enumerate(vector):
            real = flint.fmpq(a * c + b * e, length)
            imaginary = flint.fmpq(b * c - a * e, length)
            matrix[i, j] = matrix[i + size, j + size] = real
            matrix[i, j + size], matrix[i + size, j] = -imaginary, imaginary
    return matrix


def identity(dimension: int) -> flint.fmpq_mat:
    """The unit matrix (2d, 2d)."""
    matrix = flint.fmpq_mat(2 * dimension, 2 * dimension)
    for i in range(2 * dimension):
        matrix[i, i] = flint.fmpq(1)
    return matrix


def mixture(states: Sequence[flint.fmpq_mat], weights: Sequence[Fraction]) -> flint.fmpq_mat:
    """Sum of weights times states."""
    total = rational(weights[0]) * states[0]
    for state, weight in zip(states[1:], weights[1:], strict=True):
        total += rational(weight) * state
    return total


def depolarised(state: flint.fmpq_mat, strength: Fraction) -> flint.fmpq_mat:
    """(1-p) rho + p 1/d."""
    dimension = state.nrows() // 2
    noise = rational(strength / dimension) * identity(dimension)
    return rational(1 - strength) * state + noise


def expectation(vector: Gaussian, matrix: flint.fmpq_mat) -> Fraction:
    """<x|M|x>/<x|x>."""
    found = (projector(vector) * matrix).table()
    trace = sum((row[i] for i, row in enumerate(found)), flint.fmpq(0)) / 2
    return Fraction(int(trace.p), int(trace.q))


def kronecker(one: flint.fmpq_mat, other: flint.fmpq_mat) -> flint.fmpq_mat:
    """Tensor product of real matrices."""
    a, b = one.nrows(), other.nrows()
    entries = [
        one[i // b, j // b] * other[i % b, j % b] for i in range(a * b) for j in range(a * b)
    ]
    return flint.fmpq_mat(a * b, a * b, entries)
