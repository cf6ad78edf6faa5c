"""Compiled layers: real RY rotations on every qubit, then a diagonal of one- and two-qubit phases.

A state is a float array (2N,): real and imaginary parts in turn, the last qubit varying fastest, so
"bit" p of an index is qubit n - 1 - p. RY is real and turns both parts alike: up to its cosine it
is (a, b) -> (a - t b, b + t a) with t the tangent, and the cosines go into the diagonal. The
diagonal is a product A[high bits] B[low bits, shared bits] of two tables. Bits are turned in blocks
that stay in a cache. Going back, a derivative in an RY angle is gathered inside the butterfly that
undoes it, all those of a diagonal from one pass over Im(conj(lambda) psi).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from qdml.quantum.butterflies import (
    BLOCK,
    CHUNK,
    tangents,
    turn,
    turn_block,
    turn_high,
    turn_middle,
    undo_block,
    undo_high,
    undo_middle,
)
from qdml.quantum.lanes import (
    BYTES,
    compiled,
    exchange,
    load,
    multiply,
    multiply_add,
    oppose,
    splat,
    store,
    total,
)


@compiled
def forward(
    v: Any,
    n: int,
    ry: Any,
    one: Any,
    pairs: Any,
    pair: Any,
    first: Any,
    shared: Any,
    phase: Any,
    turned: Any,
) -> None:
    """Apply layers in place to v (2N,); the arrays are those of `normal_form.Layers`."""
    low, rounds, a, b, re, im = _room(v, n, shared)
    chunk, block = min(v.size, 2 << CHUNK), min(v.size, 2 << BLOCK)
    for layer in range(len(ry)):
        turns = turned[layer]
        again, scale = tangents(v, 1.0, ry[layer], rounds)
        _tables(layer, 1.0, scale, low, one, pairs, pair, first, shared, phase, a, b, re, im)
        t = rounds[0]
        if again:
            turn(v, n, rounds[1])
        if turns:
            turn_high(v, n, t)
        for start in range(0, v.size, chunk):
            if turns:
                turn_middle(v, start, start + chunk, n, t)
            for inner in range(start, start + chunk, block):
                if turns:
                    turn_block(v, inner, inner + block, n, t)
                _phases(v, inner, inner + block, low, shared[layer], a, re, im)


@compiled
def adjoint(
    v: Any,
    w: Any,
    n: int,
    slopes: Any,
    ry: Any,
    one: Any,
    pairs: Any,
    pair: Any,
    first: Any,
    shared: Any,
    phase: Any,
    turned: Any,
) -> None:
    """Undo layers in place on the state v and the observable's image w, both (2N,).

    slopes: float64; the derivatives in all of ry, then of one, then of pair are written to it.
    """
    low, rounds, a, b, re, im = _room(v, n, shared)
    high, rows = np.empty(2 * len(a), v.dtype), np.empty(2 * len(b), v.dtype)
    chunk, block = min(v.size, 2 << CHUNK), min(v.size, 2 << BLOCK)
    layers = len(ry)
    by_pair = slopes[2 * layers * n :]
    slopes[:] = 0
    for layer in range(layers - 1, -1, -1):
        turns = turned[layer]
        again, scale = tangents(v, -1.0, ry[layer], rounds)
        _tables(layer, -1.0, scale, low, one, pairs, pair, first, shared, phase, a, b, re, im)
        high[:] = 0
        rows[:] = 0
        found, t, norm = slopes[layer * n : (layer + 1) * n], rounds[0], 1 / scale**2
        for start in range(0, v.size, chunk):
            for inner in range(start, start + chunk, block):
                _weigh(v, w, inner, inner + block, low, shared[layer], high, rows)
                _phases(v, inner, inner + block, low, shared[layer], a, re, im)
                _phases(w, inner, inner + block, low, shared[layer], a, re, im)
                if turns:
                    norm = undo_block(v, w, inner, inner + block, n, t, found, 1 / scale**2)
            if turns:
                norm = undo_middle(v, w, start, start + chunk, n, t, found, norm)
        if turns:
            undo_high(v, w, n, t, found, norm)
        if again:
            turn(v, n, rounds[1])
            turn(w, n, rounds[1])
        by_one = slopes[(layers + layer) * n : (layers + layer + 1) * n]
        _slopes(layer, n, low, pairs, first, shared, high, rows, by_one, by_pair)


@compiled
def _room(v: Any, n: int, shared: Any) -> Any:
    low = min(BLOCK, max(3, (n + 1) // 2))
    most = 0
    for s in shared:
        for k in range(len(s)):
            most = max(most, k + 1 if s[k] >= 0 else 0)
    a = np.empty(1 << (n - low), np.complex128)
    b = np.empty(1 << (low + most), np.complex128)
    re, im = np.empty(2 * len(b), v.dtype), np.empty(2 * len(b), v.dtype)
    return low, np.empty((2, n)), a, b, re, im


@compiled
def _tables(
    layer: int,
    sign: float,
    scale: float,
    low: int,
    one: Any,
    pairs: Any,
    pair: Any,
    first: Any,
    shared: Any,
    phase: Any,
    a: Any,
    b: Any,
    re: Any,
    im: Any,
) -> None:
    a[0], b[0] = scale * _phase(sign * phase[layer]), 1.0
    for p in range(one.shape[1]):
        turn = _phase(sign * one[layer, p])
        table, size = (b, 1 << p) if p < low else (a, 1 << (p - low))
        for i in range(size):
            table[size + i] = table[i] * turn
    width = 1 << low
    for s in shared[layer]:
        if s >= 0:
            for i in range(width):
                b[width + i] = b[i]
            width *= 2
    for j in range(first[layer], first[layer + 1]):
        turn = _phase(sign * pair[j])
        upper, lower = _places(pairs[j], low, shared[layer])
        table, size = (b, width) if pairs[j, 1] < low else (a, len(a))
        for i in range(1 << upper, size, 2 << upper):
            for k in range(i, i + (1 << upper)):
                if (k >> lower) & 1:
                    table[k] *= turn
    for i in range(width):
        re[2 * i] = re[2 * i + 1] = b[i].real
        im[2 * i], im[2 * i + 1] = -b[i].imag, b[i].imag


@compiled
def _phase(angle: float) -> complex:
    return complex(np.cos(angle), np.sin(angle))


@compiled
def _places(bits: Any, low: int, shared: Any) -> Any:
    """Where two bits, the higher first, stand in the index of the table that holds both."""
    if bits[1] >= low:
        return bits[0] - low, bits[1] - low
    if bits[0] < low:
        return bits[0], bits[1]
    for k in range(len(shared)):
        if shared[k] == bits[0]:
            return low + k, bits[1]
    raise IndexError


@compiled
def _row(start: int, low: int, shared: Any) -> Any:
    """Index in A, and offset in B, of the row of amplitudes that starts at float `start`."""
    high = start >> (low + 1)
    pattern = 0
    for k in range(len(shared)):
        if shared[k] >= 0:
            pattern |= ((high >> (shared[k] - low)) & 1) << k
    return high, pattern << (low + 1)


@compiled
def _phases(v: Any, start: int, stop: int, low: int, shared: Any, a: Any, re: Any, im: Any) -> None:
    step = BYTES // v.itemsize
    for row in range(start, stop, 2 << low):
        high, offset = _row(row, low, shared)
        real = splat(v, a[high].real)
        imag = oppose(splat(v, a[high].imag), 1)
        for j in range(0, 2 << low, step):
            x = load(v, row + j)
            y = multiply(exchange(x, 1), load(im, offset + j))
            x = multiply_add(x, load(re, offset + j), y)
            store(v, row + j, multiply_add(x, real, multiply(exchange(x, 1), imag)))


@compiled
def _weigh(
    v: Any, w: Any, start: int, stop: int, low: int, shared: Any, high: Any, rows: Any
) -> None:
    """Add Im(conj(w) v), in even places less odd ones, to the sums over indices of A and of B."""
    step = BYTES // v.itemsize
    for row in range(start, stop, 2 << low):
        place, offset = _row(row, low, shared)
        summed = splat(v, 0.0)
        for j in range(0, 2 << low, step):
            y = multiply(load(w, row + j), exchange(load(v, row + j), 1))
            summed = multiply_add(splat(v, 1.0), y, summed)
            store(rows, offset + j, multiply_add(splat(v, 1.0), y, load(rows, offset + j)))
        high[2 * place] -= total(oppose(summed, 1))


@compiled
def _slopes(
    layer: int,
    n: int,
    low: int,
    pairs: Any,
    first: Any,
    shared: Any,
    high: Any,
    rows: Any,
    by_one: Any,
    by_pair: Any,
) -> None:
    """Derivatives in the angles of RZ and RZZ: sums of the weights with the signs of Z and ZZ."""
    width = 1 << low
    for k in range(shared.shape[1]):
        width <<= shared[layer, k] >= 0
    for p in range(n):
        by_one[p] = (
            _signed(rows, width, 1 << p) if p < low else _signed(high, 1 << (n - low), 1 << p - low)
        )
    for j in range(first[layer], first[layer + 1]):
        upper, lower = _places(pairs[j], low, shared[layer])
        table, size = (rows, width) if pairs[j, 1] < low else (high, 1 << (n - low))
        by_pair[j] = _signed(table, size, (1 << upper) | (1 << lower))


@compiled
def _signed(table: Any, size: int, mask: int) -> float:
    summed = 0.0
    for i in range(size):
        both = i & mask
        odd = both != 0 and (both != mask or (mask & (mask - 1)) == 0)
        weight = table[2 * i] - table[2 * i + 1]
        summed += -weight if odd else weight
    return summed
