"""Positive semidefiniteness proved in integers, for checkers that may not round the wrong way."""

from __future__ import annotations

from collections.abc import Sequence
from math import isqrt
from operator import mul

from flint import fmpz_mat

#: Bits that are kept of the factor; they decide what can be proved, never what is true.
_PRECISION = 64


def is_psd(matrix: Sequence[Sequence[int]]) -> bool:
    """True only if the symmetric integer matrix is proved to be positive semidefinite.

    4^s M = L L^T + E with L integer and E weakly diagonally dominant with diagonal >= 0: both
    terms are positive semidefinite (Gershgorin 1931). L is a rounded Cholesky factor; whatever it
    is, L L^T + E is recomputed exactly. False means not proved: a matrix whose least eigenvalue is
    closer to zero than about n 2^-64 of its largest entry need not be.
    """
    size = len(matrix)
    if any(len(row) != size for row in matrix):
        return False
    if any(matrix[i][j] != matrix[j][i] for i in range(size) for j in range(i)):
        return False
    top = max((matrix[i][i] for i in range(size)), default=0)
    scale = 2 * max(0, _PRECISION - top.bit_length() // 2)
    scaled = [[entry << scale for entry in row] for row in matrix]
    factor = _factor(scaled, size * (isqrt(max(top, 0) << scale) + 1))
    if size == 0:
        return True
    lower = fmpz_mat(factor)
    rest = (fmpz_mat(scaled) - lower * lower.transpose()).tolist()
    return all(2 * row[i] >= sum(map(abs, row)) for i, row in enumerate(rest))


def _factor(matrix: list[list[int]], shift: int) -> list[list[int]]:
    """Roughly the Cholesky factor of M - shift; what rounding moves, the shift makes up for."""
    size = len(matrix)
    factor = [[0] * size for _ in range(size)]
    for j, pivot_row in enumerate(factor):
        head = pivot_row[:j]
        pivot = matrix[j][j] - shift - sum(map(mul, head, head))
        if pivot <= 0:
            continue
        root = isqrt(pivot)
        pivot_row[j] = root
        for i in range(j + 1, size):
            row = factor[i]
            row[j] = (2 * (matrix[i][j] - sum(map(mul, head, row))) + root) // (2 * root)
    return factor
