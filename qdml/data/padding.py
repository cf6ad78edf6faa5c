"""Padding with zeros to the next power of two, which amplitude encoding needs and never notices."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from qdml.errors import InputError


def pad_to_power_of_two(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Append zeros along the last axis until its length is a power of two, at least 2.

    vectors: (..., N0) float -> (..., N) float, with the inner products of the originals.
    Raises `InputError` for an empty axis and for entries that are not finite.
    """
    given = np.asarray(vectors)
    if given.dtype.kind not in "biuf":
        raise InputError(f"vectors of type {given.dtype}: expected real numbers to pad")
    vectors = given.astype(np.float64)
    length = vectors.shape[-1] if vectors.ndim else 0
    if length == 0:
        raise InputError(f"shape {vectors.shape}: expected vectors with at least one entry to pad")
    if not np.isfinite(vectors).all():
        raise InputError("a vector with an entry that is not a finite number: replace it first")
    size = max(2, 1 << (length - 1).bit_length())
    padding = [(0, 0)] * (vectors.ndim - 1) + [(0, size - length)]
    return np.pad(vectors, padding)
