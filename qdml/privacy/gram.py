"""Ensembles of pure states through their Gram matrix, in exact arithmetic.

A vector is made of Gaussian integers and need not be normalised. The Gram matrix A + iB of k
copies is kept as the real matrix [[A, -B], [B, A]], which has every eigenvalue twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import flint

from qdml.privacy.balls import PRECISION, rational
from qdml.privacy.balls import entropy as shannon

#: Pairs of real and imaginary part.
Gaussian = Sequence[tuple[int, int]]

#: The six corners of an octahedron, as states of a qubit: a design for up to three copies.
OCTAHEDRON: tuple[Gaussian, ...] = (
    *[[(1, 0), second] for second in ((1, 0), (-1, 0), (0, 1), (0, -1))],
    [(1, 0), (0, 0)],
    [(0, 0), (1, 0)],
)


def overlap(left: Gaussian, right: Gaussian) -> tuple[int, int]:
    """<left|right> as real and imaginary part."""
    pairs = list(zip(left, right, strict=True))
    real = sum(a * c + b * d for (a, b), (c, d) in pairs)
    imaginary = sum(a * d - b * c for (a, b), (c, d) in pairs)
    return real, imaginary


def norms(vectors: Sequence[Gaussian], copies: int) -> list[int]:
    """<x|x>^k of every vector."""
    return [overlap(x, x)[0] ** copies for x in vectors]


def gram(vectors: Sequence[Gaussian], copies: int) -> flint.fmpq_mat:
    """<x|y>^k of M vectors as a real matrix (2M, 2M)."""
    real, imaginary = _powers(vectors, copies)
    rows = [a + [-v for v in b] for a, b in zip(real, imaginary, strict=True)]
    rows += [b + a for a, b in zip(real, imaginary, strict=True)]
    return flint.fmpq_mat(rows)


def state_rank(vectors: Sequence[Gaussian], copies: int) -> int:
    """Dimension of the complex span of |x>^(x)k."""
    rank: int = gram(vectors, copies).rank()
    return rank // 2


def operator_rank(vectors: Sequence[Gaussian], copies: int) -> int:
    """Dimension of the real span of (|x><x|)^(x)k."""
    real, imaginary = _powers(vectors, copies)
    rows = [
        [a * a + b * b for a, b in zip(*both, strict=True)]
        for both in zip(real, imaginary, strict=True)
    ]
    rank: int = flint.fmpz_mat(rows).rank()
    return rank


def diagonal(weights: Sequence[Fraction]) -> flint.fmpq_mat:
    """A diagonal matrix (2M, 2M) with each of the M weights twice, in the order of `gram`."""
    size = 2 * len(weights)
    matrix = flint.fmpq_mat(size, size)
    for i, weight in enumerate([*weights, *weights]):
        matrix[i, i] = rational(weight)
    return matrix


def complete(matrix: flint.fmpq_mat, weights: Sequence[Fraction]) -> bool:
    """Whether sum of c_x |x><x| is the projector onto the span: G diag(c) G = G."""
    return bool(matrix * diagonal(weights) * matrix == matrix)


def nonnegative(matrix: flint.fmpq_mat) -> bool:
    """Whether a real symmetric matrix has no negative eigenvalue.

    All roots of the characteristic polynomial are real; none is negative if and only if the
    coefficients alternate in sign (Descartes).
    """
    coefficients = matrix.charpoly().coeffs()[::-1]
    return all((c if i % 2 == 0 else -c) >= 0 for i, c in enumerate(coefficients))


def entropy(matrix: flint.fmpq_mat, weights: Sequence[Fraction]) -> flint.arb:
    """Von Neumann entropy in bits of sum of w_x |x><x|, enclosed, from the spectrum of diag(w) G.

    The weights are a prior divided by the norms of the vectors.
    """
    with flint.ctx.workprec(PRECISION):
        return shannon(eigenvalues(diagonal(weights) * matrix)) / 2


def trace_norm(matrix: flint.fmpq_mat, weights: Sequence[Fraction]) -> flint.arb:
    """Sum of |eigenvalues| of sum of w_x |x><x|, enclosed; weights may be negative."""
    with flint.ctx.workprec(PRECISION):
        return sum((m * abs(q) for m, q in eigenvalues(diagonal(weights) * matrix)), _ZERO) / 2


def eigenvalues(matrix: flint.fmpq_mat) -> list[tuple[int, flint.arb]]:
    """(multiplicity, enclosure) of every eigenvalue of a matrix that has real ones only.

    An exact zero is returned as such.
    """
    with flint.ctx.workprec(PRECISION):
        # python-flint says nothing of the pairs that this returns.
        roots: list[Any] = matrix.charpoly().numer().complex_roots()
        return [(multiplicity, root.real) for root, multiplicity in roots]


_ZERO = flint.arb(0)


def _powers(vectors: Sequence[Gaussian], copies: int) -> tuple[list[list[int]], list[list[int]]]:
    """Real and imaginary parts of <x|y>^k."""
    real, imaginary = [], []
    for left in vectors:
        row = [_power(overlap(left, right), copies) for right in vectors]
        real.append([a for a, _ in row])
        imaginary.append([b for _, b in row])
    return real, imaginary


def _power(base: tuple[int, int], exponent: int) -> tuple[int, int]:
    a, b = 1, 0
    for _ in range(exponent):
        a, b = a * base[0] - b * base[1], a * base[1] + b * base[0]
    return a, b
