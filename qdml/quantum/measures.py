"""Compiled reading of state vectors: Pauli images and expectation values, outcomes, in one pass."""

from __future__ import annotations

from typing import Any

import numpy as np

from qdml.quantum.lanes import compiled

#: Entries that are summed together in the search for outcomes.
EIGHT = 8

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
def outcomes(v: Any, marks: Any, out: Any) -> float:
    """out[j] is the first k with sum of |v_i|^2, i <= k, over marks[j] times the sum of all.

    Returns the sum of all. marks: ascending, in [0, 1). An entry of probability zero is never an
    outcome. Entries are taken eight at a time, and looked at one by one only where a mark falls.
    """
    if len(v) < EIGHT:
        wide = np.zeros(EIGHT, v.dtype)
        wide[: len(v)] = v
        v = wide
    sums, total = np.empty(len(v) // EIGHT), 0.0
    for b in range(len(sums)):
        summed = 0.0
        for k in range(EIGHT):
            summed += _square(v[EIGHT * b + k])
        sums[b] = summed
        total += summed
    partial = np.empty(EIGHT)
    reached, j, mark = 0.0, 0, np.inf
    if len(marks) > 0:
        mark = marks[0] * total
    last = len(v) - 1
    while last > 0 and _square(v[last]) == 0:
        last -= 1
    for b in range(len(sums)):
        after = reached + sums[b]
        if mark < after:
            summed = 0.0
            for k in range(EIGHT):
                summed += _square(v[EIGHT * b + k])
                partial[k] = summed
            while mark < after:
                place = 0
                for k in range(EIGHT):
                    place += partial[k] <= mark - reached
                # Rounding may leave a mark at the end of its eight.
                place = min(place, EIGHT - 1)
                while _square(v[EIGHT * b + place]) == 0:
                    place -= 1
                out[j] = EIGHT * b + place
                j += 1
                mark = marks[j] * total if j < len(marks) else np.inf
        reached = after
    # Rounding may leave the last marks at the sum.
    out[j:] = last
    return total


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
