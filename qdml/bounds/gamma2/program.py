"""The semidefinite program of gamma_2^alpha, solved within the symmetries of the matrix.

Maximise 2 (sum agreeing |W| - alpha sum others |W|) / (sum p + sum q) over dual triples (Linial and
Shraibman 2009). All numbers here are suggestions in floating point; `rounding` makes proofs of
them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cvxpy as cp
import numpy as np
from cvxpy.atoms.affine.hstack import hstack
from cvxpy.atoms.affine.reshape import reshape
from numpy.typing import NDArray
from scipy import sparse

from qdml.bounds.gamma2.symmetry import Labels, Signs, blocks, classes
from qdml.errors import SolveError
from qdml.solve import Solution, Solver, solve

Floats = NDArray[np.float64]

#: An interior-point step on a block of this many rows takes a second; splitting goes on from there.
LARGEST_SHARP = 24

#: Which solver goes first, by whether the largest block is small.
_ORDER: Mapping[bool, tuple[Solver, ...]] = {True: ("clarabel", "scs"), False: ("scs", "clarabel")}


@dataclass(frozen=True)
class Suggestion:
    """W (m, n), p (m,), q (n,), the Gram matrix (m+n, m+n) of a B, up to a factor, and how."""

    weights: Floats
    p: Floats
    q: Floats
    gram: Floats
    solution: Solution


def suggest(
    matrix: Signs,
    alpha: float | None,
    solver: Solver | None = None,
    check_with: Solver | None = None,
) -> Suggestion:
    """Solve for a matrix of +1, -1 and 0 (undefined); alpha None stands for infinity.

    Raises `SolveError` where the solver has no answer, or another one than `check_with`.
    """
    m, n = matrix.shape
    found_classes = classes(matrix)
    bases = [np.eye(m + n)] if found_classes is None else blocks(found_classes)
    labels = _all_apart(m, n) if found_classes is None else found_classes
    diagonal, diagonal_sizes = np.unique(np.diag(labels), return_counts=True)
    cross, first, sizes = np.unique(labels[:m, m:], return_index=True, return_counts=True)
    place = np.full(labels.max() + 1, -1)
    place[diagonal] = np.arange(len(diagonal))
    place[cross] = len(diagonal) + np.arange(len(cross))

    spread, gains = _columns(matrix.ravel()[first], sizes, alpha)
    amounts, diagonals = cp.Variable(len(gains), nonneg=True), cp.Variable(len(diagonal))
    entries = hstack([diagonals / np.sqrt(diagonal_sizes), -(spread @ amounts)])
    semidefinite = [
        reshape(_compressed(labels, place, basis) @ entries, (width, width), order="C") >> 0
        for basis in bases
        for width in (basis.shape[1],)
    ]
    mass = np.sqrt(diagonal_sizes) @ diagonals
    gain = gains @ amounts * (2 / (m + n))
    problem = cp.Problem(cp.Maximize(gain), [mass == m + n, *semidefinite])
    sharp = max(basis.shape[1] for basis in bases) <= LARGEST_SHARP
    found = _solved(problem, [solver] if solver else _ORDER[sharp], check_with)

    full = np.append(entries.value, 0.0)[place[labels]]
    gram = np.zeros_like(full)
    for basis, constraint in zip(bases, semidefinite, strict=True):
        gram += basis @ constraint.dual_value @ basis.T
    return Suggestion(
        weights=-full[:m, m:],
        p=np.diag(full)[:m],
        q=np.diag(full)[m:],
        gram=gram if found_classes is None else _averaged(gram, labels),
        solution=found,
    )


def _columns(signs: Signs, sizes: Labels, alpha: float | None) -> tuple[sparse.csr_array, Floats]:
    """The map from what is solved for, all >= 0, to W by class, and what each counts in the sum.

    A class has one column for weights along A, which count 1, and one for those against it; off the
    promise it has one for either sign; the last three count -alpha. Unknowns are a class's norm,
    not its entry, so that classes of one pair and of thousands are alike.
    """
    kinds = [(1.0, signs != 0)]
    if alpha is not None:
        kinds += [(-1.0, signs != 0), (1.0, signs == 0), (-1.0, signs == 0)]
    roots = np.sqrt(sizes)
    chosen = np.concatenate([np.flatnonzero(where) for _, where in kinds])
    factors = [(sign * np.where(signs == 0, 1, signs) / roots)[where] for sign, where in kinds]
    gains = [
        roots[where] * (1.0 if kind == 0 else -float(alpha or 0))
        for kind, (_, where) in enumerate(kinds)
    ]
    shape = (len(signs), len(chosen))
    triple = (np.concatenate(factors), (chosen, np.arange(len(chosen))))
    return sparse.csr_array(triple, shape=shape), np.concatenate(gains)


def _solved(problem: cp.Problem, solvers: Sequence[Solver], check_with: Solver | None) -> Solution:
    """The answer of the first solver that is sure of one, or else the first answer."""
    first: Solution | None = None
    for solver in solvers:
        # Splitting is cheap on these programs; interior points are sharp without being asked.
        tolerance = 1e-6 if solver == "scs" else None
        try:
            found = solve(problem, solver, tolerance=tolerance, check_with=check_with)
        except SolveError:
            if first is None and solver == solvers[-1]:
                raise
            continue
        if found.status == "optimal" or solver == solvers[-1]:
            return found
        first = found
    assert first is not None, "no solver was named"
    # The variables hold what the last solver left.
    return solve(problem, first.solver, check_with=check_with)


def _all_apart(m: int, n: int) -> Labels:
    """Every diagonal entry and every entry of the matrix is a class of its own; the rest is one."""
    labels = np.full((m + n, m + n), m + n + m * n, dtype=np.int64)
    np.fill_diagonal(labels, np.arange(m + n))
    labels[:m, m:] = m + n + np.arange(m * n).reshape(m, n)
    labels[m:, :m] = labels[:m, m:].T
    return labels


def _compressed(labels: Labels, place: Labels, basis: Floats) -> sparse.csr_array:
    """The linear map from the entries by class to Q^T M Q, as (b^2, classes)."""
    width, count = basis.shape[1], int(place.max()) + 1
    where = place[labels]
    if width == len(labels):
        rows = np.flatnonzero(where.ravel() >= 0)
        shape = (width**2, count)
        return sparse.csr_array((np.ones(len(rows)), (rows, where.ravel()[rows])), shape=shape)
    columns = []
    for label in range(count):
        i, j = np.nonzero(where == label)
        part = sparse.csr_array((np.ones(len(i)), (i, j)), shape=labels.shape)
        image = basis.T @ (part @ basis)
        columns.append(((image + image.T) / 2).ravel())
    return sparse.csr_array(np.column_stack(columns))


def _averaged(gram: Floats, labels: Labels) -> Floats:
    flat = labels.ravel()
    sums = np.bincount(flat, weights=gram.ravel())
    means: Floats = (sums / np.bincount(flat))[labels]
    return means
