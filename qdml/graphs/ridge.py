"""Ridge regression with every strength, and every graph left out, from one eigendecomposition.

A quadratic network's score is linear in pooled second moments, so its training is convex. With
Z the centred and scaled moments in the eigenbasis of the smaller Gram matrix (that of the moments
or that of the graphs) and s the eigenvalues, all ridge strengths share the factorisation, and the
hat matrix H = Z (s + strength)^-1 Z^T + 1/m gives the exact prediction for a graph that is left
out: y_i - prediction_i = (y - H y)_i / (1 - H_ii) (Allen 1974; Cook and Weisberg 1982).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from qdml.errors import InputError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: A moment that differs from zero in fewer graphs than this, and than this part of them, says
#: nothing about others.
LEAST, LEAST_PART = 5, 1 / 100

#: Directions with less than this part of the largest eigenvalue are rounding: their eigenvalues
#: are known to about (number of graphs) x 1e-16 of the largest one.
ROUNDING = 1e-11


@dataclass(frozen=True, eq=False)
class Ridge:
    """A factorised regression on m graphs with D moments, r directions and C classes.

    kept: (d,) indices of the moments in use; centre, scale: (d,); basis: (d, r) from scaled moments
    to coordinates; coordinates: (m, r); eigenvalues: (r,); targets: (m, C) one-hot; a strength is
    in units of m, the trace of all eigenvalues.
    """

    size: int
    kept: Ints
    centre: Floats
    scale: Floats
    basis: Floats
    coordinates: Floats
    eigenvalues: Floats
    targets: Floats

    def place(self, moments: Floats) -> Floats:
        """Coordinates of other graphs: moments (G, D) -> (G, r)."""
        scaled = (moments[:, self.kept] - self.centre) / self.scale
        found: Floats = scaled @ self.basis
        return found

    def scores(self, coordinates: Floats, strength: float) -> Floats:
        """Scores of graphs at these coordinates: (G, r) -> (G, C)."""
        found: Floats = coordinates @ self._weights(strength) + self.mean
        return found

    def coefficients(self, strength: float) -> tuple[Floats, Floats]:
        """The same scores are moments (G, D) @ first (D, C) + second (C,)."""
        inner = (self.basis @ self._weights(strength)) / self.scale[:, None]
        full = np.zeros((self.size, inner.shape[1]))
        full[self.kept] = inner
        return full, self.mean - self.centre @ inner

    def leave_one_out(self, strength: float) -> Floats:
        """Scores (m, C) of every graph by the regression on the m - 1 others, at this scale."""
        leverage = self._squares @ self._shrunk(strength) + 1 / len(self.targets)
        rest = self._residuals(strength) / (1 - leverage)[:, None]
        found: Floats = self.targets - rest
        return found

    def _shrunk(self, strength: float) -> Floats:
        found: Floats = 1 / (self.eigenvalues + strength * len(self.targets))
        return found

    def _weights(self, strength: float) -> Floats:
        found: Floats = self._shrunk(strength)[:, None] * self.seen
        return found

    @cached_property
    def _squares(self) -> Floats:
        found: Floats = self.coordinates**2
        return found

    @cached_property
    def mean(self) -> Floats:
        """The part of each class: (C,)."""
        found: Floats = self.targets.mean(axis=0)
        return found

    @cached_property
    def seen(self) -> Floats:
        """Targets, seen from every direction: (r, C)."""
        found: Floats = self.coordinates.T @ (self.targets - self.mean)
        return found

    def _residuals(self, strength: float) -> Floats:
        fitted = self.coordinates @ self._weights(strength) + self.mean
        found: Floats = self.targets - fitted
        return found


def factorise(moments: Floats, labels: Ints, classes: int) -> Ridge:
    """Prepare the regression of one-hot labels 0..classes-1 (m,) on moments (m, D).

    Centre and scale are those of these m graphs. Raises `InputError` for lengths that differ,
    labels out of range, moments that are not finite, fewer than two graphs, and moments that are
    the same in all.
    """
    if len(moments) != len(labels) or len(labels) < 2:
        raise InputError(
            f"{len(moments)} graphs and {len(labels)} labels: expected as many, at least two"
        )
    if labels.min() < 0 or labels.max() >= classes:
        raise InputError(
            f"labels from {labels.min()} to {labels.max()}: expected 0 to {classes - 1}"
        )
    if not np.isfinite(moments).all():
        raise InputError("moments: a value that is not a finite number; scale the features down")
    deviation = moments.std(axis=0)
    varies = deviation > 1e-9 * np.abs(moments).max(axis=0)
    common = np.count_nonzero(moments, axis=0) >= least(len(moments))
    kept = np.flatnonzero(varies & common)
    if not len(kept):
        raise InputError("moments: the same in every graph; take other features or more hops")
    centre = moments[:, kept].mean(axis=0)
    # The division makes the eigenvalues sum to the number of graphs, however many the moments.
    scale = deviation[kept] * np.sqrt(len(kept))
    scaled = (moments[:, kept] - centre) / scale
    if scaled.shape[1] <= len(scaled):
        values, vectors = np.linalg.eigh(scaled.T @ scaled)
        used = values > ROUNDING * values[-1]
        values, basis = values[used], vectors[:, used]
    else:
        values, vectors = np.linalg.eigh(scaled @ scaled.T)
        used = values > ROUNDING * values[-1]
        values = values[used]
        basis = scaled.T @ (vectors[:, used] / np.sqrt(values))
    return Ridge(
        size=moments.shape[1],
        kept=kept,
        centre=centre,
        scale=scale,
        basis=basis,
        coordinates=scaled @ basis,
        eigenvalues=values,
        targets=np.eye(classes)[labels],
    )


def least(graphs: int) -> float:
    """In how many of `graphs` graphs a moment must differ from zero to be used."""
    return min(max(LEAST, LEAST_PART * graphs), graphs / 2)
