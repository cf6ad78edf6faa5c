"""Orthogonal matrices from reflections, in floating point and exactly on the rationals."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from qdml.quantum.numbers import State

#: Exact real vectors and matrices are object arrays of fractions.
Rational = npt.NDArray[np.object_]


def reflection(normal: npt.NDArray[Any]) -> Rational:
    """1 - 2 v v^T/|v|^2 for a nonzero vector v (N,) of integers or fractions; (N, N) exact."""
    vector = np.array([Fraction(entry) for entry in normal.astype(object)], dtype=object)
    outer: Rational = np.multiply.outer(vector, vector) * (Fraction(-2) / (vector @ vector))
    for i in range(len(vector)):
        outer[i, i] += 1
    return outer


def random_orthogonal(dimension: int, rng: np.random.Generator, factors: int = 2) -> Rational:
    """A product of `factors` reflections along random integer vectors; (N, N) exact."""
    product = reflection(_normal(dimension, rng))
    for _ in range(factors - 1):
        product = product @ reflection(_normal(dimension, rng))
    return product


def preparation(vector: State) -> State:
    """An orthogonal matrix whose first column is the real unit vector (N,): one reflection.

    Works for floats and for exact fractions. The reflection is along e_0 - x.
    """
    normal = -vector
    normal[0] = normal[0] + 1
    if vector.dtype != object and vector[0] > 0:
        # 1 - x_0 would cancel for x close to e_0, and a short normal would underflow.
        tail = normal[1:] / (np.abs(normal[1:]).max() or 1)
        normal[0] = (normal[1:] @ tail) / (1 + vector[0])
        normal[1:] = tail
    size = normal @ normal
    identity: State = np.eye(len(vector), dtype=vector.dtype)
    if vector.dtype == object:
        identity = np.array([[Fraction(int(i)) for i in row] for row in np.eye(len(vector))])
    if float(size) == 0:
        return identity
    difference: State = identity - np.multiply.outer(normal, normal) * (2 / size)
    return difference


def _normal(dimension: int, rng: np.random.Generator) -> Rational:
    while True:
        entries = rng.integers(-3, 4, dimension)
        if entries.any():
            return np.array([int(entry) for entry in entries], dtype=object)
