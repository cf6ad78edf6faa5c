"""From a solver's suggestion to certificates: dyadic numbers, a little room, an exact check.

The bound of what is rounded is close to the suggestion's or far from it; true it is in any case.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qdml.bounds.certificates import check
from qdml.bounds.gamma2.program import Suggestion
from qdml.bounds.gamma2.symmetry import Merged, Signs
from qdml.errors import SolveError

Floats = NDArray[np.float64]

#: Numbers are rounded to this many bits behind the point.
_BITS = 40

#: What rounding to integers adds to p and q, as a part of them, until the exact proof goes through.
_ROOM = (0.0, 1e-11, 1e-9, 1e-7, 1e-5)

#: Parts of the mean that are added to small p and q, which a solver leaves too uncertain.
_FLOORS = (0.0, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3)

#: Fractions of at most this denominator are tried in place of dyadic numbers.
_SIMPLE = 64

Triple = tuple[list[list[Any]], list[Any], list[Any]]


def lower(
    name: Any, whole: Merged, alpha: Fraction | None, suggestion: Suggestion
) -> dict[str, Any]:
    """The certificate "gamma2-dense" with the best bound that is proved from a suggestion.

    `name` is what the certificate says of the matrix: its family or its rows. Raises `SolveError`
    if nothing is proved.
    """
    best: tuple[Fraction, dict[str, Any]] | None = None
    for make in (_simple, _dyadic):
        for triple in make(whole.matrix, alpha, suggestion):
            weights, p, q = _spread(whole, *triple)
            record = {
                "kind": "gamma2-dense",
                "matrix": name,
                "alpha": "infinity" if alpha is None else str(alpha),
                "weights": weights,
                "p": p,
                "q": q,
                "bound": 0,
            }
            bound = check(record).bound
            if bound is not None:
                if best is None or bound > best[0]:
                    best = bound, record | {"bound": str(bound)}
                break
    if best is None:
        raise SolveError(
            f"{suggestion.solution.solver}: {suggestion.solution.status}: no certificate can be "
            "made of its answer; take the other solver"
        )
    return best[1]


def _dyadic(matrix: Signs, alpha: Fraction | None, found: Suggestion) -> Iterator[Triple]:
    """The suggestion in units of 2^-40 of its largest weight, with more and more room."""
    signed = found.weights * matrix
    weights = np.where(signed > 0, found.weights, 0.0) if alpha is None else found.weights
    top = np.abs(weights).max()
    if not top > 0:
        return
    p, q = _fitted(matrix, alpha, weights, found.p, found.q)
    unit = 2.0**_BITS / top
    whole = np.rint(weights * unit)
    # The spectral norm of what rounding moves is below half the root of the number of entries.
    moved = int(np.sqrt(whole.size)) + 1
    for room in _ROOM:
        yield (
            [[int(entry) for entry in row] for row in whole],
            [int(entry) + moved for entry in np.ceil(p * unit * (1 + room))],
            [int(entry) + moved for entry in np.ceil(q * unit * (1 + room))],
        )


def _fitted(
    matrix: Signs, alpha: Fraction | None, weights: Floats, p: Floats, q: Floats
) -> tuple[Floats, Floats]:
    """p and q times the least factor that makes the triple feasible, lifted where that helps."""
    best, kept = -np.inf, (p, q)
    signed = weights * matrix
    agreeing = signed[signed > 0].sum()
    gain = agreeing - float(alpha or 0) * (np.abs(weights).sum() - agreeing)
    mean = (np.abs(p).sum() + np.abs(q).sum()) / (len(p) + len(q))
    for floor in _FLOORS:
        lifted = [np.maximum(side, 1e-12 * mean) + floor * mean for side in (p, q)]
        roots = [np.sqrt(side) for side in lifted]
        norm = np.linalg.norm(weights / roots[0][:, None] / roots[1], 2)
        bound = gain / (norm * (lifted[0].sum() + lifted[1].sum()))
        if bound > best:
            best, kept = bound, (lifted[0] * norm, lifted[1] * norm)
    return kept


def _simple(matrix: Signs, alpha: Fraction | None, found: Suggestion) -> Iterator[Triple]:
    """The suggestion in small fractions of its largest weight, if it is close to such numbers."""
    top = np.abs(found.weights).max()
    if not top > 0:
        return
    triple = [found.weights / top, found.p[None] / top, found.q[None] / top]
    values = np.unique(np.concatenate([part.ravel() for part in triple]).round(6))
    if len(values) > _SIMPLE:
        return
    near = {value: Fraction(value).limit_denominator(_SIMPLE) for value in values.tolist()}
    if any(abs(value - simple) > 1e-4 for value, simple in near.items()):
        return
    weights, p, q = (
        [[str(near[value]) for value in row] for row in part.round(6).tolist()] for part in triple
    )
    yield weights, p[0], q[0]


def _spread(whole: Merged, weights: list[list[Any]], p: list[Any], q: list[Any]) -> Triple:
    """A triple for the whole matrix: zeros for the rows and columns that others stand for."""
    rows, columns = len(whole.rows), len(whole.columns)
    spread: list[list[Any]] = [[0] * columns for _ in range(rows)]
    spread_p, spread_q = [0] * rows, [0] * columns
    for i, row in zip(whole.kept_rows, weights, strict=True):
        for j, entry in zip(whole.kept_columns, row, strict=True):
            spread[i][j] = entry
    for i, entry in zip(whole.kept_rows, p, strict=True):
        spread_p[i] = entry
    for j, entry in zip(whole.kept_columns, q, strict=True):
        spread_q[j] = entry
    return spread, spread_p, spread_q


def upper(
    name: Any, whole: Merged, alpha: Fraction | None, suggestion: Suggestion
) -> dict[str, Any]:
    """The certificate "gamma2-factorisation" that is made of a suggestion's Gram matrix.

    Raises `SolveError` if none can be.
    """
    values, vectors = np.linalg.eigh(suggestion.gram)
    kept = values > 1e-13 * values[-1]
    factor = vectors[:, kept] * np.sqrt(values[kept])
    split = len(whole.matrix)
    left, right = _inside(whole.matrix, alpha, factor[:split], factor[split:])
    unit = 2.0**_BITS
    x = np.rint(left * unit)[whole.rows] * whole.row_signs[:, None]
    y = np.rint(right * unit)[whole.columns] * whole.column_signs[:, None]
    record = {
        "kind": "gamma2-factorisation",
        "matrix": name,
        "alpha": "infinity" if alpha is None else str(alpha),
        "scale": int(unit),
        "x": [[int(entry) for entry in row] for row in x],
        "y": [[int(entry) for entry in row] for row in y],
        "bound": 10**40,
    }
    checked = check(record)
    if checked.bound is None:
        raise SolveError(f"{suggestion.solution.solver}: no factorisation: {checked.reason}")
    return record | {"bound": str(checked.bound)}


def _inside(matrix: Signs, alpha: Fraction | None, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Factors of (1-t) s X Y^T + t c A that stay in the window after rounding, t least for an s."""
    product = (x @ y.T) * np.where(matrix == 0, 1, matrix)
    low, high = float(product[matrix != 0].min()), float(np.abs(product).max())
    top = np.inf if alpha is None else float(alpha)
    middle = 2.0 if alpha is None else (1 + top) / 2
    slack = min(1e-9, (top - 1) / 8)
    root = float(np.sqrt(min(matrix.shape)))
    norm = float(np.sqrt((x**2).sum(axis=1).max() * (y**2).sum(axis=1).max()))
    best = (middle * root, 0.0, 1.0)
    scales = [1 / low] if low > 0 else []
    if alpha is not None:
        scales += [top / high, (1 + top) / (high + max(low, 0))]
    for scale in scales:
        mix = 0.0
        if scale * low < 1 + slack:
            mix = (1 + slack - scale * low) / (middle - scale * low)
        if scale * high > top - slack:
            mix = max(mix, (scale * high - top + slack) / (scale * high - middle))
        best = min(best, ((1 - mix) * scale * norm + mix * middle * root, scale, mix))
    _, scale, mix = best
    tall = matrix.shape[0] >= matrix.shape[1]
    own, identity = (matrix if tall else matrix.T), np.eye(min(matrix.shape))
    half = np.sqrt(mix * middle)
    added = [half / np.sqrt(root) * own, half * np.sqrt(root) * identity]
    if not tall:
        added.reverse()
    balance = ((y**2).sum(axis=1).max() / (x**2).sum(axis=1).max()) ** 0.25
    part = np.sqrt((1 - mix) * scale)
    return (
        np.hstack([part * balance * x, added[0]]),
        np.hstack([part / balance * y, added[1]]),
    )
