"""Compiled rotations exp(-i angle P/2) for any Pauli strings P, several in one pass over the state.

P takes index k to k xor x, with a sign, the parity of k & z, and a power of i. Rotations whose
flips x span few dimensions keep every coset of that span to itself: it is copied into the
first-level cache as rows of 2^INNER amplitudes, turned by all of them there, and copied back.
There the upper part of a flip acts on the numbers of vectors, the lower part exchanges lanes.
Going back, the derivative is the real part of <lambda|-iP psi>, gathered while psi is turned.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from qdml.quantum.lanes import (
    BYTES,
    compiled,
    exchange,
    load,
    multiply,
    multiply_add,
    splat,
    store,
    total,
)

#: Bits of an index inside a row, and most dimensions that the flips of a group span above them.
INNER, SPAN = 4, 6


@compiled
def rotate(
    v: Any, n: int, x: Any, z: Any, turns: Any, angle: Any, first: Any, pivots: Any, basis: Any
) -> None:
    """Rotate v (2N,) in place; the arrays are those of `normal_form.Strings`."""
    tile, parities = np.empty(2 << (INNER + SPAN), v.dtype), _parities()
    for group in range(len(pivots)):
        start, stop = first[group], first[group + 1]
        depth, rows = _rows(pivots[group], basis[group])
        plans, patterns = _plans(v, start, stop, x, z, turns, pivots[group], basis[group])
        cosine, sine = _waves(1.0, angle[start:stop])
        for coset in range(1 << (n - INNER - depth)):
            base = _representative(coset, pivots[group, :depth])
            _gather(v, base, rows, tile)
            for i in range(stop - start):
                sign = parities[_fold(base & z[start + i])]
                _rotate(tile, len(rows), plans[i], patterns[i], cosine[i], sign * sine[i], parities)
            _scatter(v, base, rows, tile)


@compiled
def adjoint(
    v: Any,
    w: Any,
    n: int,
    slopes: Any,
    x: Any,
    z: Any,
    turns: Any,
    angle: Any,
    first: Any,
    pivots: Any,
    basis: Any,
) -> None:
    """Undo the rotations on the state v and the observable's image w, both (2N,), in place.

    slopes: float64 (rotations,); the derivatives in the angles are written to it.
    """
    tiles, parities = np.empty((2, 2 << (INNER + SPAN)), v.dtype), _parities()
    slopes[:] = 0
    for group in range(len(pivots) - 1, -1, -1):
        start, stop = first[group], first[group + 1]
        depth, rows = _rows(pivots[group], basis[group])
        plans, patterns = _plans(v, start, stop, x, z, turns, pivots[group], basis[group])
        cosine, sine = _waves(-1.0, angle[start:stop])
        for coset in range(1 << (n - INNER - depth)):
            base = _representative(coset, pivots[group, :depth])
            _gather(v, base, rows, tiles[0])
            _gather(w, base, rows, tiles[1])
            for i in range(stop - start - 1, -1, -1):
                sign = parities[_fold(base & z[start + i])]
                slope = _undo(
                    tiles, len(rows), plans[i], patterns[i], cosine[i], sign * sine[i], parities
                )
                slopes[start + i] += sign * slope
            _scatter(v, base, rows, tiles[0])
            _scatter(w, base, rows, tiles[1])


@compiled
def _fold(k: int) -> int:
    """An index below 256 with the parity of k."""
    k ^= k >> 32
    k ^= k >> 16
    return (k ^ (k >> 8)) & 255


@compiled
def _parities() -> Any:
    signs = np.empty(256)
    signs[0] = 1.0
    for k in range(1, 256):
        signs[k] = -signs[k & (k - 1)]
    return signs


@compiled
def _rows(pivots: Any, basis: Any) -> Any:
    """Number of dimensions, and the offset of every row of a coset: sums of basis vectors."""
    depth = 0
    for p in pivots:
        depth += p >= 0
    rows = np.zeros(1 << depth, np.int64)
    for k in range(depth):
        for r in range(1 << k):
            rows[r | (1 << k)] = rows[r] ^ basis[k]
    return depth, rows


@compiled
def _representative(coset: int, pivots: Any) -> int:
    """The member of a coset whose pivot bits are zero."""
    base = coset << INNER
    for p in pivots:
        base = ((base >> p) << (p + 1)) | (base & ((1 << p) - 1))
    return base


@compiled
def _plans(
    v: Any, start: int, stop: int, x: Any, z: Any, turns: Any, pivots: Any, basis: Any
) -> Any:
    """Flip of the vector number, flip of lanes, sign mask of the vector number, whether -iP is
    imaginary; and what -iP multiplies the lanes by before they are exchanged.
    """
    lanes = BYTES // v.itemsize
    inside = 2 if lanes == 8 else 3
    plans = np.zeros((stop - start, 4), np.int64)
    patterns = np.empty((stop - start, lanes), v.dtype)
    for i in range(stop - start):
        flip, mask = x[start + i], z[start + i]
        plans[i, 0] = (flip & ((1 << INNER) - 1)) >> inside
        plans[i, 1] = flip & ((1 << inside) - 1)
        plans[i, 2] = (mask & ((1 << INNER) - 1)) >> inside
        plans[i, 3] = 1 - turns[start + i] % 2
        for k in range(len(pivots)):
            if pivots[k] >= 0:
                bit = 1 << (INNER - inside + k)
                plans[i, 0] += bit * ((flip >> pivots[k]) & 1)
                word = _fold(basis[k] & mask)
                word ^= word >> 4
                word ^= word >> 2
                plans[i, 2] += bit * ((word ^ (word >> 1)) & 1)
        # -i i^turns is 1 or -1 for one or three Y, and -i or i for none or two.
        sign = 1.0 if 1 <= turns[start + i] % 4 <= 2 else -1.0
        for k in range(lanes):
            word = (k >> 1) & mask
            odd = (word ^ (word >> 1) ^ (word >> 2)) & 1
            patterns[i, k] = -sign if odd else sign
            if plans[i, 3] and k % 2:
                patterns[i, k] *= -1
    return plans, patterns


@compiled
def _waves(sign: float, angle: Any) -> Any:
    """Cosines of half the angles, and sines with a sign."""
    cosine, sine = np.empty(len(angle)), np.empty(len(angle))
    for i in range(len(angle)):
        cosine[i], sine[i] = np.cos(angle[i] / 2), sign * np.sin(angle[i] / 2)
    return cosine, sine


@compiled
def _image(y: Any, pattern: Any, lanes: int, imaginary: int) -> Any:
    y = multiply(y, pattern)
    if imaginary:
        y = exchange(y, 1)
    if lanes & 1:
        y = exchange(y, 2)
    if lanes & 2:
        y = exchange(y, 4)
    if lanes & 4:
        y = exchange(y, 8)
    return y


@compiled
def _rotate(
    v: Any, rows: int, plan: Any, pattern: Any, cosine: float, sine: float, parities: Any
) -> None:
    step = BYTES // v.itemsize
    count = (rows * (2 << INNER)) // step
    flip, lanes, mask, imaginary = plan[0], plan[1], plan[2], plan[3]
    c, s = splat(v, cosine), load(pattern, 0)
    s = multiply(s, splat(v, sine))
    if flip == 0:
        for e in range(count):
            a = load(v, e * step)
            image = _image(a, s, lanes, imaginary)
            image = multiply(image, splat(v, parities[e & mask]))
            store(v, e * step, multiply_add(c, a, image))
        return
    top = _top(flip)
    for block in range(0, count, 2 * top):
        for e in range(block, block + top):
            f = e ^ flip
            a, b = load(v, e * step), load(v, f * step)
            from_b = multiply(_image(b, s, lanes, imaginary), splat(v, parities[f & mask]))
            from_a = multiply(_image(a, s, lanes, imaginary), splat(v, parities[e & mask]))
            store(v, e * step, multiply_add(c, a, from_b))
            store(v, f * step, multiply_add(c, b, from_a))


@compiled
def _undo(
    tiles: Any, rows: int, plan: Any, pattern: Any, cosine: float, sine: float, parities: Any
) -> float:
    """Turn both tiles; return the sum of w times -iP v, without the sign of the coset."""
    v, w = tiles[0], tiles[1]
    step = BYTES // v.itemsize
    count = (rows * (2 << INNER)) // step
    flip, lanes, mask, imaginary = plan[0], plan[1], plan[2], plan[3]
    c, s, unit = splat(v, cosine), splat(v, sine), load(pattern, 0)
    slope = splat(v, 0.0)
    top = _top(flip) if flip else count
    for block in range(0, count, 2 * top):
        for e in range(block, block + top):
            f = e ^ flip
            sign = splat(v, parities[f & mask])
            a, g = load(v, e * step), load(w, e * step)
            if flip == 0:
                image = multiply(_image(a, unit, lanes, imaginary), sign)
                slope = multiply_add(g, image, slope)
                store(v, e * step, multiply_add(s, image, multiply(c, a)))
                image = multiply(_image(g, unit, lanes, imaginary), sign)
                store(w, e * step, multiply_add(s, image, multiply(c, g)))
                continue
            back = splat(v, parities[e & mask])
            b, h = load(v, f * step), load(w, f * step)
            image = multiply(_image(b, unit, lanes, imaginary), sign)
            slope = multiply_add(g, image, slope)
            store(v, e * step, multiply_add(s, image, multiply(c, a)))
            image = multiply(_image(a, unit, lanes, imaginary), back)
            slope = multiply_add(h, image, slope)
            store(v, f * step, multiply_add(s, image, multiply(c, b)))
            image = multiply(_image(h, unit, lanes, imaginary), sign)
            store(w, e * step, multiply_add(s, image, multiply(c, g)))
            image = multiply(_image(g, unit, lanes, imaginary), back)
            store(w, f * step, multiply_add(s, image, multiply(c, h)))
    return float(total(slope))


@compiled
def _top(flip: int) -> int:
    """The highest bit that is set."""
    top = 1
    while 2 * top <= flip:
        top *= 2
    return top


@compiled
def _gather(v: Any, base: int, rows: Any, tile: Any) -> None:
    step, width = BYTES // v.itemsize, 2 << INNER
    for r in range(len(rows)):
        for j in range(0, width, step):
            store(tile, r * width + j, load(v, 2 * (base ^ rows[r]) + j))


@compiled
def _scatter(v: Any, base: int, rows: Any, tile: Any) -> None:
    step, width = BYTES // v.itemsize, 2 << INNER
    for r in range(len(rows)):
        for j in range(0, width, step):
            store(v, 2 * (base ^ rows[r]) + j, load(tile, r * width + j))
