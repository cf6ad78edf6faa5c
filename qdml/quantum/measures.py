"""Compiled reading of state vectors: Pauli images and expectation values, outcomes, in one pass."""

from __future__ import annotations

from typing import Any

from qdml.quantum.lanes import compiled

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
def outcomes(v: Any, marks: Any, out: Any) -> None:
    """out[j] is the first k at which the sum of |v_i|^2 for i <= k exceeds marks[j], ascending."""
    reached, j = 0.0, 0
    last = 0
    for k in range(len(v)):
        square = float(v[k].real) ** 2 + float(v[k].imag) ** 2
        reached += square
        if square > 0:
            last = k
        while j < len(marks) and marks[j] < reached:
            out[j] = k
            j += 1
    # Rounding may leave the last marks beyond the sum.
    out[j:] = last


@compiled
def _odd(k: int) -> bool:
    k ^= k >> 32
    k ^= k >> 16
    k ^= k >> 8
    k ^= k >> 4
    k ^= k >> 2
    return (k ^ (k >> 1)) & 1 == 1
