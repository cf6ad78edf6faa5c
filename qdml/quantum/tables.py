"""Layers and strings as tables for an accelerator, and its sums as derivatives: small, on the host.

All tables are made in double precision and rounded once. A diagonal is A[high bits] B[low bits],
times F_k[low bits] where the k-th shared high bit is set (`qdml.quantum.normal_form`).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from qdml.quantum.normal_form import BLOCK, Layers
from qdml.quantum.spans import Strings

#: Qubits of a group: products of 128 x 128 keep an accelerator busy while they pass the state once.
GROUP = 7

Floats = npt.NDArray[Any]


class LayerTables(NamedTuple):
    """What all L layers need, stacked.

    turns: for every group of k qubits its real matrix, (L, 2^k, 2^k), the highest qubits first;
    high: (L, 2, H), low: (L, 2, W), shared: (L, K, 2, W), parts of A, B and F; signs: (L, 1 + K, H)
    ones, then the sign of each shared bit in an index of high bits, or zeros.
    """

    turns: tuple[Floats, ...]
    high: Floats
    low: Floats
    shared: Floats
    signs: Floats


class StringTables(NamedTuple):
    """Of R rotations: flips, sign masks, parts of -i i^turns (R, 2), cosines and sines (R,)."""

    x: npt.NDArray[np.uint32]
    z: npt.NDArray[np.uint32]
    phase: Floats
    cosine: Floats
    sine: Floats


def tables(segment: Layers, kind: npt.DTypeLike) -> LayerTables:
    """Tables in one real precision."""
    arrays: tuple[Floats, ...] = segment.arrays
    ry, one, pairs, pair, first, shared, phase, _ = arrays
    count, n = ry.shape
    width = low_bits(n)
    high, low, factors, signs = [], [], [], []
    for layer in range(count):
        a = _sums(one[layer, width:], float(phase[layer]))
        b = _sums(one[layer, :width], 0.0)
        f = np.zeros((shared.shape[1], len(b)))
        for j in range(first[layer], first[layer + 1]):
            upper, lower = (int(bit) for bit in pairs[j])
            if upper < width:
                b += pair[j] * _bit(len(b), upper) * _bit(len(b), lower)
            elif lower >= width:
                a += pair[j] * _bit(len(a), upper - width) * _bit(len(a), lower - width)
            else:
                f[list(shared[layer]).index(upper)] += pair[j] * _bit(len(b), lower)
        known = [1 - 2 * _bit(len(a), s - width) if s >= 0 else 0 * a for s in shared[layer]]
        signs.append([np.ones(len(a)), *known])
        high.append(_parts(a))
        low.append(_parts(b))
        factors.append([_parts(row) for row in f])
    return LayerTables(
        tuple(_group(ry[:, bits], kind) for bits in _groups(n)),
        *(np.array(part, dtype=kind) for part in (high, low, factors, signs)),
    )


def string_tables(segment: Strings, kind: npt.DTypeLike) -> StringTables:
    """Tables in one real precision."""
    arrays: tuple[Floats, ...] = segment.arrays
    x, z, turns, angle = arrays[:4]
    phase = np.array([-1j * 1j ** int(k) for k in turns]).reshape(-1)
    return StringTables(
        x.astype(np.uint32),
        z.astype(np.uint32),
        np.stack([phase.real, phase.imag], axis=1).astype(kind),
        np.cos(angle / 2).astype(kind),
        np.sin(angle / 2).astype(kind),
    )


def derivatives(
    segment: Layers, turned: Floats, by_high: Floats, by_low: Floats
) -> npt.NDArray[np.float64]:
    """Derivatives in all of ry, then one, then pair, laid end to end.

    turned: (L, n), those in ry, the highest bit first; by_high: (L, H) and by_low: (L, 1 + K, W),
    sums of Im(conj(w) v) over low bits, and over high bits with the signs of `LayerTables`.
    """
    arrays: tuple[Floats, ...] = segment.arrays
    ry, _, pairs, pair, first, shared, _, _ = arrays
    count, n = ry.shape
    width = low_bits(n)
    by_one, by_pair = np.empty((count, n)), np.empty(len(pair))
    high_signs = [1 - 2 * _bit(by_high.shape[1], p) for p in range(n - width)]
    low_signs = [1 - 2 * _bit(by_low.shape[2], p) for p in range(width)]
    for layer in range(count):
        high, low = by_high[layer], by_low[layer]
        for p in range(n):
            by_one[layer, p] = low[0] @ low_signs[p] if p < width else high @ high_signs[p - width]
        for j in range(first[layer], first[layer + 1]):
            upper, lower = (int(bit) for bit in pairs[j])
            if upper < width:
                by_pair[j] = low[0] @ (low_signs[upper] * low_signs[lower])
            elif lower >= width:
                by_pair[j] = high @ (high_signs[upper - width] * high_signs[lower - width])
            else:
                by_pair[j] = low[1 + list(shared[layer]).index(upper)] @ low_signs[lower]
    return np.concatenate([turned[:, ::-1].ravel(), by_one.ravel(), by_pair])


def low_bits(n: int) -> int:
    """How many bits count as low, as in the layers of `normal_form`."""
    return min(BLOCK, max(3, (n + 1) // 2))


def _groups(n: int) -> list[list[int]]:
    """Bits of every group, the highest first, in groups as equal as can be."""
    count = -(-n // GROUP)
    return [list(part) for part in np.array_split(np.arange(n)[::-1], count)]


def _group(angles: Floats, kind: npt.DTypeLike) -> Floats:
    """RY of angles (L, k) on k qubits as matrices (L, 2^k, 2^k)."""
    cosine, sine = np.cos(angles / 2), np.sin(angles / 2)
    out = np.ones((len(angles), 1, 1))
    for k in range(angles.shape[1]):
        c, s = cosine[:, k], sine[:, k]
        turn = np.stack([np.stack([c, -s], axis=1), np.stack([s, c], axis=1)], axis=1)
        size = 2 * out.shape[1]
        out = np.einsum("lab,lcd->lacbd", out, turn).reshape(-1, size, size)
    return out.astype(kind)


def _sums(angles: Floats, start: float) -> npt.NDArray[np.float64]:
    """start plus the sum of angles[p] over the bits p that are set, for every index."""
    out = np.array([start])
    for angle in angles:
        out = np.concatenate([out, out + angle])
    return out


def _bit(size: int, bit: int) -> npt.NDArray[np.int64]:
    return np.arange(size) >> bit & 1


def _parts(angles: npt.NDArray[np.float64]) -> list[npt.NDArray[np.float64]]:
    return [np.cos(angles), np.sin(angles)]
