"""Compiled butterflies (a, b) -> (a - t b, b + t a) on the bits of an index, blocked for caches.

Two bits are turned in one go. The bits that lie inside a vector are turned by exchanging lanes,
the others in place, in blocks, chunks and columns that stay in a cache. The `undo` functions turn a
state v and an observable's image w at once, and add the derivatives, sum of w_b v_a - w_a v_b, to
`found`; `norm` is what makes up for the cosines that are still missing in v and w. A pair takes two
fused operations: a rotation by three shears would take three, and by two shears the same two.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from qdml.quantum.lanes import (
    BYTES,
    compiled,
    exchange,
    load,
    multiply_add,
    oppose,
    splat,
    store,
    total,
)

#: Bits of a block in the first-level cache, of a chunk in the second.
BLOCK, CHUNK = 10, 16

#: Floats of a column: the bits above a chunk are turned column by column, in the second level.
COLUMN = 256

#: A tangent above this is brought down by turning twice by half the angle.
STEEPEST = 256.0


@compiled
def tangents(v: Any, sign: float, ry: Any, t: Any) -> Any:
    """Fill t (2, n) for two rounds; return if the second is needed, and all cosines multiplied."""
    steepest, budget = STEEPEST, 2.0**300 if v.itemsize == 8 else 2.0**40
    scale, again = 1.0, False
    for _ in range(2):
        scale, again = 1.0, False
        for p in range(len(ry)):
            turn = np.floor(ry[p] / (2 * np.pi) + 0.5)
            half = sign * (ry[p] / 2 - turn * np.pi)
            t[0, p], t[1, p] = np.tan(half), 0.0
            if abs(t[0, p]) > steepest:
                t[0, p] = t[1, p] = np.tan(half / 2)
                again = True
                scale *= np.cos(half / 2)
                half /= 2
            scale *= np.cos(half) * (1 - 2 * (turn % 2))
        if abs(scale) * budget > 1:
            break
        # Low precision would underflow: halve all angles beyond a right angle.
        steepest = 1.0
    return again, scale


@compiled
def turn(v: Any, n: int, t: Any) -> None:
    """Turn every bit p of v (2^(n+1),) by the tangent t[p]."""
    turn_high(v, n, t)
    chunk, block = min(v.size, 2 << CHUNK), min(v.size, 2 << BLOCK)
    for start in range(0, v.size, chunk):
        turn_middle(v, start, start + chunk, n, t)
        for inner in range(start, start + chunk, block):
            turn_block(v, inner, inner + block, n, t)


@compiled
def turn_high(v: Any, n: int, t: Any) -> None:
    """Turn the bits from CHUNK on."""
    if n > CHUNK:
        # A number that is no constant, or `_turn_bits` would be compiled once more.
        length = min(COLUMN, v.size)
        for column in range(0, 2 << CHUNK, COLUMN):
            _turn_bits(v, column, v.size, 2 << CHUNK, length, t[CHUNK:])


@compiled
def turn_middle(v: Any, start: int, stop: int, n: int, t: Any) -> None:
    """Turn the bits from BLOCK to CHUNK - 1 of v[start:stop], a whole chunk."""
    if n > BLOCK:
        _turn_bits(v, start, stop, 2 << BLOCK, 2 << BLOCK, t[BLOCK : min(n, CHUNK)])


@compiled
def turn_block(v: Any, start: int, stop: int, n: int, t: Any) -> None:
    """Turn the bits below BLOCK of v[start:stop], whole blocks."""
    step, inner = BYTES // v.itemsize, 2
    for i in range(start, stop, step):
        x = load(v, i)
        x = multiply_add(oppose(splat(v, t[0]), 2), exchange(x, 2), x)
        x = multiply_add(oppose(splat(v, t[1]), 4), exchange(x, 4), x)
        if step == 16:
            x = multiply_add(oppose(splat(v, t[2]), 8), exchange(x, 8), x)
        store(v, i, x)
    if step == 16:
        inner = 3
    _turn_bits(v, start, stop, step, step, t[inner : min(n, BLOCK)])


@compiled
def undo_block(
    v: Any, w: Any, start: int, stop: int, n: int, t: Any, found: Any, norm: float
) -> float:
    """`turn_block` for two, with derivatives; returns the new norm."""
    step, inner = BYTES // v.itemsize, 2
    s0, s1, s2 = splat(v, 0.0), splat(v, 0.0), splat(v, 0.0)
    t0, t1, t2 = oppose(splat(v, t[0]), 2), oppose(splat(v, t[1]), 4), oppose(splat(v, t[2]), 8)
    for i in range(start, stop, step):
        x, y = load(v, i), load(w, i)
        s0 = multiply_add(y, exchange(x, 2), s0)
        s1 = multiply_add(y, exchange(x, 4), s1)
        if step == 16:
            s2 = multiply_add(y, exchange(x, 8), s2)
        x, y = multiply_add(t0, exchange(x, 2), x), multiply_add(t0, exchange(y, 2), y)
        x, y = multiply_add(t1, exchange(x, 4), x), multiply_add(t1, exchange(y, 4), y)
        if step == 16:
            x, y = multiply_add(t2, exchange(x, 8), x), multiply_add(t2, exchange(y, 8), y)
        store(v, i, x)
        store(w, i, y)
    found[0] += norm * total(oppose(s0, 2))
    found[1] += norm * total(oppose(s1, 4))
    norm /= (1 + t[0] ** 2) * (1 + t[1] ** 2)
    if step == 16:
        found[2] += norm * (1 + t[0] ** 2) * (1 + t[1] ** 2) * total(oppose(s2, 8))
        norm /= 1 + t[2] ** 2
        inner = 3
    end = min(n, BLOCK)
    return _undo_bits(v, w, start, stop, step, step, t[inner:end], found[inner:end], norm)


@compiled
def undo_high(v: Any, w: Any, n: int, t: Any, found: Any, norm: float) -> None:
    """`turn_high` for two, with derivatives."""
    if n > CHUNK:
        length = min(COLUMN, v.size)
        for column in range(0, 2 << CHUNK, COLUMN):
            _undo_bits(v, w, column, v.size, 2 << CHUNK, length, t[CHUNK:], found[CHUNK:], norm)


@compiled
def undo_middle(
    v: Any, w: Any, start: int, stop: int, n: int, t: Any, found: Any, norm: float
) -> float:
    """`turn_middle` for two, with derivatives; returns the new norm."""
    if n <= BLOCK:
        return norm
    end = min(n, CHUNK)
    width = 2 << BLOCK
    return _undo_bits(v, w, start, stop, width, width, t[BLOCK:end], found[BLOCK:end], norm)


@compiled
def _turn_bits(v: Any, start: int, stop: int, apart: int, length: int, t: Any) -> None:
    """Turn bits, the first with its pairs `apart` floats apart; of `apart` floats take `length`."""
    step, k, width = BYTES // v.itemsize, 0, apart
    if len(t) % 2:
        if t[0] != 0:
            p0, m0 = splat(v, t[0]), splat(v, -t[0])
            for base in range(start, stop, 2 * width):
                for run in range(base, base + width, apart):
                    for i in range(run, run + length, step):
                        a, b = load(v, i), load(v, i + width)
                        store(v, i, multiply_add(m0, b, a))
                        store(v, i + width, multiply_add(p0, a, b))
        width, k = 2 * width, 1
    while k < len(t):
        if t[k] != 0 or t[k + 1] != 0:
            p0, m0, p1, m1 = (
                splat(v, t[k]),
                splat(v, -t[k]),
                splat(v, t[k + 1]),
                splat(v, -t[k + 1]),
            )
            for base in range(start, stop, 4 * width):
                for run in range(base, base + width, apart):
                    for i in range(run, run + length, step):
                        a, b = load(v, i), load(v, i + width)
                        c, d = load(v, i + 2 * width), load(v, i + 3 * width)
                        a, b = multiply_add(m0, b, a), multiply_add(p0, a, b)
                        c, d = multiply_add(m0, d, c), multiply_add(p0, c, d)
                        store(v, i, multiply_add(m1, c, a))
                        store(v, i + width, multiply_add(m1, d, b))
                        store(v, i + 2 * width, multiply_add(p1, a, c))
                        store(v, i + 3 * width, multiply_add(p1, b, d))
        width, k = 4 * width, k + 2


@compiled
def _undo_bits(
    v: Any,
    w: Any,
    start: int,
    stop: int,
    apart: int,
    length: int,
    t: Any,
    found: Any,
    norm: float,
) -> float:
    step, k, width = BYTES // v.itemsize, 0, apart
    if len(t) % 2:
        plus, minus = splat(v, 0.0), splat(v, 0.0)
        p0, m0 = splat(v, t[0]), splat(v, -t[0])
        for base in range(start, stop, 2 * width):
            for run in range(base, base + width, apart):
                for i in range(run, run + length, step):
                    j = i + width
                    a, b, c, d = load(v, i), load(v, j), load(w, i), load(w, j)
                    plus, minus = multiply_add(d, a, plus), multiply_add(c, b, minus)
                    store(v, i, multiply_add(m0, b, a))
                    store(v, j, multiply_add(p0, a, b))
                    store(w, i, multiply_add(m0, d, c))
                    store(w, j, multiply_add(p0, c, d))
        found[0] += norm * (total(plus) - total(minus))
        norm /= 1 + t[0] ** 2
        width, k = 2 * width, 1
    while k < len(t):
        plus, minus = splat(v, 0.0), splat(v, 0.0)
        plus1, minus1 = splat(v, 0.0), splat(v, 0.0)
        p0, m0, p1, m1 = splat(v, t[k]), splat(v, -t[k]), splat(v, t[k + 1]), splat(v, -t[k + 1])
        for base in range(start, stop, 4 * width):
            for run in range(base, base + width, apart):
                for i in range(run, run + length, step):
                    a, b = load(v, i), load(v, i + width)
                    c, d = load(v, i + 2 * width), load(v, i + 3 * width)
                    e, f = load(w, i), load(w, i + width)
                    g, h = load(w, i + 2 * width), load(w, i + 3 * width)
                    plus, minus = multiply_add(f, a, plus), multiply_add(e, b, minus)
                    plus1, minus1 = multiply_add(g, a, plus1), multiply_add(e, c, minus1)
                    plus, minus = multiply_add(h, c, plus), multiply_add(g, d, minus)
                    plus1, minus1 = multiply_add(h, b, plus1), multiply_add(f, d, minus1)
                    a, b = multiply_add(m0, b, a), multiply_add(p0, a, b)
                    c, d = multiply_add(m0, d, c), multiply_add(p0, c, d)
                    store(v, i, multiply_add(m1, c, a))
                    store(v, i + width, multiply_add(m1, d, b))
                    store(v, i + 2 * width, multiply_add(p1, a, c))
                    store(v, i + 3 * width, multiply_add(p1, b, d))
                    e, f = multiply_add(m0, f, e), multiply_add(p0, e, f)
                    g, h = multiply_add(m0, h, g), multiply_add(p0, g, h)
                    store(w, i, multiply_add(m1, g, e))
                    store(w, i + width, multiply_add(m1, h, f))
                    store(w, i + 2 * width, multiply_add(p1, e, g))
                    store(w, i + 3 * width, multiply_add(p1, f, h))
        found[k] += norm * (total(plus) - total(minus))
        found[k + 1] += norm * (total(plus1) - total(minus1))
        norm /= (1 + t[k] ** 2) * (1 + t[k + 1] ** 2)
        width, k = 4 * width, k + 2
    return norm
