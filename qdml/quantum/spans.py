"""Pauli rotations in groups whose flips span few dimensions, as the compiled kernels want them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

#: As in the compiled kernels, which are too slow to import for these numbers alone.
INNER, SPAN = 4, 6

Integers: TypeAlias = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Strings:
    """Consecutive Pauli rotations, in groups whose flips span few dimensions.

    x, z, turns: (R,) flips, sign masks and numbers of Y; angle: (R,); first: (G + 1,) where groups
    start; pivots, basis: (G, SPAN) of the span in reduced form, -1 where there are fewer.
    """

    arrays: tuple[npt.NDArray[np.generic], ...]
    numbers: Integers
    slots: Integers


@lru_cache(maxsize=4096)
def masks(letters: str) -> tuple[int, int, int]:
    """Flips, sign mask and number of Y of a Pauli string; the last letter is bit 0."""
    x = int("".join("1" if letter in "XY" else "0" for letter in letters), 2)
    z = int("".join("1" if letter in "YZ" else "0" for letter in letters), 2)
    return x, z, letters.count("Y")


def group(rotations: Sequence[tuple[int, int, int, float, int]], n: int) -> Strings:
    """Group rotations (flips, sign mask, number of Y, angle, number or -1) on n qubits, in order.

    A group takes the next rotation as long as the span of its flips has at most SPAN dimensions.
    """
    flips = [rotation[0] >> INNER << INNER for rotation in rotations]
    first, bases = [0], []
    basis: dict[int, int] = {}
    for place, flip in enumerate(flips):
        wider = _extended(basis, flip)
        if len(wider) > min(SPAN, n - INNER):
            first.append(place)
            bases.append(basis)
            wider = _extended({}, flip)
        basis = wider
    first.append(len(flips))
    bases.append(basis)
    pivots = np.full((len(bases), SPAN), -1, dtype=np.int64)
    vectors = np.zeros((len(bases), SPAN), dtype=np.int64)
    for g, known in enumerate(bases):
        full = known
        for bit in range(INNER, n):
            # A tile of full size costs no more, so what is missing is filled up with low bits.
            if len(full) < min(SPAN, n - INNER):
                full = _extended(full, 1 << bit)
        for k, pivot in enumerate(sorted(full)):
            pivots[g, k], vectors[g, k] = pivot, full[pivot]
    integers = [np.array([r[k] for r in rotations], np.int64) for k in (0, 1, 2, 4)]
    angle = np.array([rotation[3] for rotation in rotations], dtype=float)
    numbers = integers.pop()
    kept = np.flatnonzero(numbers >= 0)
    arrays = (*integers, angle, np.array(first, np.int64), pivots, vectors)
    return Strings(arrays, numbers[kept], kept.astype(np.int64))


def _extended(basis: dict[int, int], vector: int) -> dict[int, int]:
    """The reduced basis (by pivot bit) of the span with one more vector."""
    for pivot, known in basis.items():
        if vector >> pivot & 1:
            vector ^= known
    if not vector:
        return basis
    top = vector.bit_length() - 1
    return {
        **{p: known ^ vector if known >> top & 1 else known for p, known in basis.items()},
        top: vector,
    }
