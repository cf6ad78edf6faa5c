"""Symmetries of a sign matrix: rows that repeat others, and classes of entries that look alike.

The classes are those of the coherent configuration of the matrix (Weisfeiler and Leman 1968): the
averages over them are the conditional expectation onto a matrix algebra, which is completely
positive, so that a semidefinite program that is built from the matrix may be solved within it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Signs = NDArray[np.int8]
Labels = NDArray[np.int64]
Floats = NDArray[np.float64]

#: Numbers that stand for classes; a product of two of them is exact in a float.
_TOKENS = 2**20


@dataclass(frozen=True)
class Merged:
    """A matrix without the rows and columns that others stand for.

    Row i of the whole matrix is row `rows[i]` of `matrix` times `row_signs[i]`, as far as it is
    defined; `kept_rows` are the places of the rows of `matrix` in the whole. Columns alike.
    """

    matrix: Signs
    kept_rows: Labels
    kept_columns: Labels
    rows: Labels
    columns: Labels
    row_signs: Signs
    column_signs: Signs


def merged(matrix: Signs) -> Merged:
    """Drop every row and column that is another one, or minus another one, where it is defined.

    This changes no gamma_2^alpha: what is dropped may copy what stands for it. Entries: +1, -1, and
    0 where undefined.
    """
    rows, row_signs = np.arange(matrix.shape[0]), np.ones(matrix.shape[0], dtype=np.int8)
    columns, column_signs = np.arange(matrix.shape[1]), np.ones(matrix.shape[1], dtype=np.int8)
    size = -1
    while size != (size := len(set(rows)) + len(set(columns))):
        _merge(matrix, rows, row_signs, np.unique(columns))
        _merge(matrix.T, columns, column_signs, np.unique(rows))
    kept_rows, rows = np.unique(rows, return_inverse=True)
    kept_columns, columns = np.unique(columns, return_inverse=True)
    inner = np.ascontiguousarray(matrix[np.ix_(kept_rows, kept_columns)])
    return Merged(inner, kept_rows, kept_columns, rows, columns, row_signs, column_signs)


def _merge(matrix: Signs, stands: Labels, signs: Signs, columns: Labels) -> None:
    """Let rows stand for others, seen in some columns only; `stands` and `signs` are changed."""
    alive = np.unique(stands)
    seen = matrix[np.ix_(alive, columns)].astype(np.int64)
    common, defined = seen @ seen.T, np.abs(seen).sum(axis=1)
    present = np.ones(len(alive), dtype=bool)
    for i in range(len(alive) - 1, -1, -1):
        fits = present & (np.abs(common[i]) == defined[i])
        fits[i] = False
        if fits.any():
            j = int(np.argmax(fits))
            present[i] = False
            followers = stands == alive[i]
            signs[followers] *= -1 if common[i, j] < 0 else 1
            stands[followers] = alive[j]


def classes(matrix: Signs) -> Labels | None:
    """The class of every pair of rows and columns: (m+n, m+n) int, symmetric; None if not worth it.

    Pairs fall into a class if no matrix made from the given one by sums, products and entrywise
    products tells them apart. It is found with random numbers, so that two classes might be taken
    for one: a program built on that is weaker, what is proved from it remains true.
    """
    m, n = matrix.shape
    rng = np.random.default_rng(0)
    labels = np.empty((m + n, m + n), dtype=np.int64)
    labels[:m, :m], labels[m:, m:] = 2 + np.eye(m), 4 + np.eye(n)
    labels[:m, m:], labels[m:, :m] = 7 + matrix, 10 + matrix.T
    count, known = 0, -1
    while count != known:
        known = count
        left, right = (rng.integers(_TOKENS, size=labels.max() + 1)[labels] for _ in range(2))
        product = (left.astype(float) @ right.astype(float)).astype(np.int64)
        _, joint = np.unique(product, return_inverse=True)
        pairs = labels * (joint.max() + 1) + joint.reshape(labels.shape)
        found, compact = np.unique(pairs, return_inverse=True)
        labels, count = compact.reshape(labels.shape), len(found)
        if 4 * count > labels.size:
            return None
    found, compact = np.unique(np.minimum(labels, labels.T), return_inverse=True)
    return compact.reshape(labels.shape)


def blocks(labels: Labels) -> list[Floats]:
    """Orthonormal columns Q, (m+n, b), one a block: a symmetric matrix that is constant on the
    classes is positive semidefinite if and only if Q^T M Q is for each of them.

    A generic element of the algebra has one eigenspace for each row of each block; the algebra
    carries one vector of it through the whole block (Murota, Kanno, Kojima and Kojima 2010).
    """
    rng = np.random.default_rng(0)
    count = labels.max() + 1
    values, vectors = np.linalg.eigh(rng.standard_normal(count)[labels])
    breaks = np.flatnonzero(np.diff(values) > 1e-8 * np.abs(values).max()) + 1
    found: list[Floats] = []
    for space in np.split(vectors, breaks, axis=1):
        if any(np.abs(space.T @ block).max() > 1e-6 for block in found):
            continue
        start = space @ rng.standard_normal(space.shape[1])
        found.append(_reached(labels, start / np.linalg.norm(start), rng))
    return found


def _reached(labels: Labels, start: Floats, rng: np.random.Generator) -> Floats:
    """An orthonormal basis of the algebra's images of a vector."""
    count = labels.max() + 1
    basis = start[:, None]
    while True:
        image = rng.standard_normal(count)[labels] @ basis @ rng.standard_normal(basis.shape[1])
        image /= np.linalg.norm(image)
        image -= basis @ (basis.T @ image)
        length = float(np.linalg.norm(image))
        if length < 1e-7:
            return basis
        image -= basis @ (basis.T @ image)
        basis = np.column_stack([basis, image / np.linalg.norm(image)])
