"""Splits of a labelled set that keep the proportions of its classes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from qdml.errors import DataError

Ints = NDArray[np.int64]


def stratified_split(labels: Ints, part: float, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Indices (kept, set aside) with `part` of every class set aside, at least one and never all.

    Raises `DataError` when there are not two classes, or a class has fewer than two members.
    """
    chosen = []
    for members in _classes(labels, 2):
        size = min(max(1, round(part * len(members))), len(members) - 1)
        chosen.append(rng.permutation(members)[:size])
    aside = np.sort(np.concatenate(chosen))
    return np.setdiff1d(np.arange(len(labels)), aside), aside


def stratified_folds(labels: Ints, folds: int, rng: np.random.Generator) -> Ints:
    """A fold 0..folds-1 for every member, (m,) int: each class is dealt out as evenly as can be.

    Raises `DataError` when there are not two classes, or a class has fewer members than folds.
    """
    dealt = np.zeros(len(labels), np.int64)
    for members in _classes(labels, folds):
        dealt[rng.permutation(members)] = np.arange(len(members)) % folds
    return dealt


def _classes(labels: Ints, least: int) -> list[Ints]:
    classes, counts = np.unique(labels, return_counts=True)
    if len(classes) < 2:
        raise DataError(f"labels of {len(classes)} class: at least two are needed to learn from")
    if counts.min() < least:
        raise DataError(
            f"class {classes[counts.argmin()]} has {counts.min()} members: "
            f"at least {least} are needed to split it"
        )
    return [np.flatnonzero(labels == each) for each in classes]
