"""Compiled reading of state vectors: Pauli images and expectation values, outcomes, in one pass."""

from __future__ import annotations

from typing import Any

import numpy as np

from qdml.quantum.lanes import compiled, prefetch

#: Entries that are summed together in the search for outcomes.
EIGHT = 8

#: Entries that are asked for before they are summed, and draws that are looked up before the first
#: of them is placed: by then what is needed has come from memory.
AHEAD, DRAWS = 512, 32

#: (-i)^k has these real and imaginary parts; entry k of an image carries i^turns.
_REAL, _IMAGINARY = (1.0, 0.0, -1.0, 0.0), (0.0, 1.0, 0.0, -1.0)


@compiled
def image(v: Any, out: Any, x: int, z: int, turns: int) -> None:
    """out = P v for complex vectors (N,): out[k] = i^turns (-1)^|(k xor x) & z| v[k xor x]."""
    phase = complex(_REAL[turns % 4], _IMAGINARY[turns % 4])
    for k in range(len(v)):
        source = k ^ x
        out[k] = -(phase * v[source]) if _odd(source & z) else phase * v[source]


@compiled
def expectation(v: Any, x: int, z: int, turns: int) -> float:
    """<v|P|v> for a complex vector (N,); real because P is Hermitian."""
    real, imaginary = 0.0, 0.0
    for k in range(len(v)):
        a, b = v[k], v[k ^ x]
        sign = -1.0 if _odd((k ^ x) & z) else 1.0
        real += sign * (a.real * b.real + a.imag * b.imag)
        imaginary += sign * (a.real * b.imag - a.imag * b.real)
    return _REAL[turns % 4] * real - _IMAGINARY[turns % 4] * imaginary


@compiled
def weight(v: Any) -> float:
    """Sum of |v_k|^2."""
    summed = 0.0
    for a in v:
        summed += a.real * a.real + a.imag * a.imag
    return summed


@compiled
def outcomes(v: Any, draws: Any, out: Any) -> float:
    """out[j] is the first k with sum of |v_i|^2, i <= k, over draws[j] times the sum of all.

    Returns the sum of all; where that is zero or no number, nothing is written. draws: in [0, 1).
    An entry of probability zero is never an outcome. A draw finds its eight entries from a table
    of where to begin, which has as many cells of equal probability: two steps on average, whatever
    the state is (Chen and Asau 1974).
    """
    if len(v) < EIGHT:
        wide = np.zeros(EIGHT, v.dtype)
        wide[: len(v)] = v
        v = wide
    count, total = len(v) // EIGHT, 0.0
    sums, begin = np.zeros(count + 1), np.zeros(count, np.int32)
    for b in range(count):
        _ask(v, EIGHT * b + AHEAD)
        summed = 0.0
        for k in range(EIGHT):
            summed += _square(v[EIGHT * b + k])
        total += summed
        sums[b + 1] = total
    if not 0 < total < np.inf:
        return total
    for b in range(count):
        # The first cell that begins after these eight do, so that no draw has to step back.
        cell = int(sums[b] / total * count) + 1
        if cell < count:
            begin[cell] = b
    for cell in range(1, count):
        begin[cell] = max(begin[cell], begin[cell - 1])
    # Where the sum is denormal, a product could be rounded up to it.
    below = np.nextafter(total, 0.0)
    for start in range(0, len(draws), DRAWS):
        stop = min(start + DRAWS, len(draws))
        for j in range(start, stop):
            mark, b = min(draws[j] * total, below), begin[int(draws[j] * count)]
            # Two steps without a branch, which could not be foretold.
            b += sums[b + 1] <= mark
            b += sums[b + 1] <= mark
            while sums[b + 1] <= mark:
                b += 1
            _ask(v, EIGHT * b)
            out[j] = b
        for j in range(start, stop):
            mark, b = min(draws[j] * total, below), out[j]
            out[j] = _place(v, EIGHT * b, mark - sums[b])
    return total


@compiled
def _ask(v: Any, first: int) -> None:
    """Have eight entries brought, of 64 bytes a half; past the end nothing happens."""
    prefetch(v, first)
    prefetch(v, first + EIGHT // 2)


@compiled
def _place(v: Any, first: int, mark: float) -> int:
    """The first of eight entries with a partial sum over the mark."""
    summed, place = 0.0, first
    for k in range(EIGHT - 1):
        summed += _square(v[first + k])
        place += int(summed <= mark)
    # Rounding may leave a mark at the end.
    while _square(v[place]) == 0:
        place -= 1
    return place


@compiled
def _square(a: Any) -> float:
    return float(a.real) * float(a.real) + float(a.imag) * float(a.imag)


@compiled
def _odd(k: int) -> bool:
    k ^= k >> 32
    k ^= k >> 16
    k ^= k >> 8
    k ^= k >> 4
    k ^= k >> 2
    return (k ^ (k >> 1)) & 1 == 1
