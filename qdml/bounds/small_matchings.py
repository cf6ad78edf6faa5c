"""Exact best success of classical one-way protocols for hidden matching where all can be tried."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from math import comb

import numpy as np
import numpy.typing as npt

from qdml.errors import InputError

#: Assignments of messages to inputs that are tried one after the other.
MOST_PROTOCOLS = 2**22

Edges = tuple[tuple[int, int], ...]


def matchings(vertices: int, edges: int) -> list[Edges]:
    """All sets of `edges` disjoint pairs of 0 ... vertices - 1."""
    return list(_matchings(tuple(range(vertices)), edges))


def _matchings(free: tuple[int, ...], edges: int) -> Iterator[Edges]:
    if edges == 0:
        yield ()
        return
    if len(free) < 2 * edges:
        return
    first, rest = free[0], free[1:]
    for place, partner in enumerate(rest):
        for others in _matchings(rest[:place] + rest[place + 1 :], edges - 1):
            yield ((first, partner), *others)
    yield from _matchings(rest, edges)


def best_success(vertices: int, edges: int, bits: int) -> Fraction:
    """The largest average success of `bits` bits one way, over every map of x to messages.

    x and -x have equal products, and success is convex in how they are shared among messages, so
    they go together. Given the message Bob does best by the likelier sign, which wins with
    1/2 + (1/4) sum_w |p(w) - p(-w)|. Coins are mixtures and gain nothing. Raises `InputError`
    where there are more maps than `MOST_PROTOCOLS`.
    """
    inputs, messages = 2 ** (vertices - 1), 2**bits
    count = messages ** (inputs - 1)
    if count > MOST_PROTOCOLS:
        raise InputError(
            f"{bits} bits on {vertices} vertices: {count} protocols; at most {MOST_PROTOCOLS} are "
            "tried"
        )
    effects = differences(vertices, edges)
    best = 0
    for start in range(0, count, 2**16):
        number = np.arange(start, min(count, start + 2**16))
        # The first input may always be called by the first message.
        digits = [np.zeros_like(number)]
        for _ in range(inputs - 1):
            digits.append(number % messages)
            number = number // messages
        said = np.stack(digits, axis=1)
        scores = sum(np.abs((said == a) @ effects).sum(axis=1) for a in range(messages))
        best = max(best, int(np.max(scores)))
    chosen = len(matchings(vertices, edges))
    # Effects hold one of each pair w, -w and one of each pair x, -x.
    return Fraction(1, 2) + Fraction(2 * 2 * best, 4 * 2**vertices * chosen)


def differences(vertices: int, edges: int) -> npt.NDArray[np.int64]:
    """[z = w] - [z = -w], a row for x with x_0 = 1, a column for a matching and w with w_0 = 1."""
    tails = np.array(list(product((1, -1), repeat=vertices - 1)), dtype=np.int64)
    signs = np.hstack([np.ones((len(tails), 1), dtype=np.int64), tails])
    columns = []
    for pairs in matchings(vertices, edges):
        found = np.stack([signs[:, i] * signs[:, j] for i, j in pairs], axis=1)
        for rest in product((1, -1), repeat=edges - 1):
            weights = np.array([1, *rest])
            equal = (found == weights).all(axis=1).astype(np.int64)
            columns.append(equal - (found == -weights).all(axis=1))
    return np.stack(columns, axis=1)


def threshold_success(vertices: int, edges: int, least: int) -> Fraction:
    """Success of the one bit that says whether |sum of x| >= `least`; Bob plays the likelier sign.

    A large sum makes products +1 likelier. Exact: for given signs of the edges, of which j are +1,
    the sum takes 2(2i - j) from them, i of j, and 2u - (N - 2m) from the others, u of N - 2m.
    """
    free = vertices - 2 * edges
    counts = np.zeros((edges + 1, 2), dtype=object)
    for j in range(edges + 1):
        for i in range(j + 1):
            for u in range(free + 1):
                large = abs(2 * (2 * i - j) + 2 * u - free) >= least
                counts[j, int(large)] += 2 ** (edges - j) * comb(j, i) * comb(free, u)
    gaps = (comb(edges, j) * abs(counts[j] - counts[edges - j]) for j in range(edges + 1))
    return Fraction(1, 2) + Fraction(int(sum(gap.sum() for gap in gaps)), 4 * 2**vertices)
