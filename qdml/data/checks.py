"""What every reader of arrays checks before it believes them, and tables of numbers in text."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qdml.data.archive import Arrays, Malformed, require
from qdml.data.sets import Ints


def integers(found: Arrays, key: str) -> Ints:
    """The array called `key`, (any,) int64. Raises `Malformed` when it is not one."""
    return column(found, key, "iu").astype(np.int64)


def column(found: Arrays, key: str, kinds: str, axes: int = 1) -> NDArray[Any]:
    """The array called `key`, of one of the kinds of number and as many axes, else `Malformed`."""
    require(key in found, f"no array {key!r}")
    array = found[key]
    require(array.ndim == axes, f"array {key!r} has {array.ndim} axes, {axes} is wanted")
    require(array.dtype.kind in kinds, f"array {key!r} has the unexpected type {array.dtype}")
    return array


def within(ids: Ints, size: int) -> bool:
    """Whether all numbers are from 0 to size - 1."""
    return bool(((ids >= 0) & (ids < size)).all())


def finite(values: NDArray[Any], what: str) -> None:
    """Raise `Malformed` when one of the values is not a finite number."""
    require(bool(np.isfinite(values).all()), f"{what} that is not a finite number")


def table(text: bytes, name: str, dtype: type, columns: int | None = None) -> NDArray[Any]:
    """The numbers of a text, comma by comma and line by line: (rows, columns).

    Raises `Malformed` for other text, an empty one, or another number of columns than given.
    """
    if not text.strip():
        raise Malformed(f"{name} is empty")
    try:
        rows: NDArray[Any] = np.loadtxt(
            io.BytesIO(text), dtype, delimiter=",", comments=None, ndmin=2
        )
    except (ValueError, OverflowError) as error:
        reason = " ".join(str(error).split())
        raise Malformed(f"{name} is not a table of numbers ({reason})") from None
    require(columns in (None, rows.shape[1]), f"{name} has {rows.shape[1]} columns, not {columns}")
    return rows
