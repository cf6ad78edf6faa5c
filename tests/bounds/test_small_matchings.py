"""Exact classical optima on few vertices: two routes, and the bound above them."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import factorial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qdml.bounds import hidden_matching
from qdml.bounds import small_matchings as room
from qdml.errors import InputError


@pytest.mark.parametrize(("vertices", "edges"), [(2, 1), (4, 2), (5, 2), (6, 3), (7, 2), (8, 4)])
def test_matchings_are_all_there(vertices: int, edges: int) -> None:
    found = room.matchings(vertices, edges)
    count = factorial(vertices) // (2**edges * factorial(edges) * factorial(vertices - 2 * edges))
    assert len({frozenset(pairs) for pairs in found}) == len(found) == count
    for pairs in found:
        assert len({v for pair in pairs for v in pair}) == 2 * edges


def success(vertices: int, edges: int, says) -> Fraction:
    """Average success of the protocol with the messages says(x), Bob at his best, by definition."""
    chosen = room.matchings(vertices, edges)
    wins = 0
    for pairs in chosen:
        table: dict[tuple[object, tuple[int, ...]], dict[int, int]] = {}
        for x in product((1, -1), repeat=vertices):
            for b in (1, -1):
                key = (says(x), tuple(b * x[i] * x[j] for i, j in pairs))
                seen = table.setdefault(key, {1: 0, -1: 0})
                seen[b] += 1
        wins += sum(max(seen.values()) for seen in table.values())
    return Fraction(wins, len(chosen) * 2 * 2**vertices)


@pytest.mark.parametrize(("vertices", "edges"), [(4, 1), (4, 2), (5, 1), (5, 2)])
def test_no_protocol_drawn_at_random_beats_the_best(vertices: int, edges: int) -> None:
    best = room.best_success(vertices, edges, 1)
    rng = np.random.default_rng(5)
    for _ in range(10):
        table = rng.integers(2, size=(2,) * vertices)
        assert (
            success(vertices, edges, lambda x, t=table: t[tuple((v + 1) // 2 for v in x)]) <= best
        )
    constant = success(vertices, edges, lambda x: 0)
    assert constant == Fraction(1, 2) < best
    low, _ = hidden_matching.enclosure(hidden_matching.success_bound(vertices, edges, 1))
    assert best < low


def test_the_best_is_reached() -> None:
    # x_0 x_1 and x_0 x_2 tell everything about a perfect matching of four vertices but b's sign.
    assert room.best_success(4, 2, 2) == success(4, 2, lambda x: (x[0] * x[1], x[0] * x[2])) == 1
    # A single edge: majority against the rest, by trying all 2^16 maps that do not merge x and -x.
    points = list(product((1, -1), repeat=3))
    best = max(
        success(3, 1, lambda x, t=table: t[points.index(x)]) for table in product((0, 1), repeat=8)
    )
    assert best == room.best_success(3, 1, 1)


@given(st.integers(2, 7), st.integers(1, 3), st.integers(0, 8))
def test_the_threshold_bit_by_definition(vertices: int, edges: int, least: int) -> None:
    edges = min(edges, vertices // 2)
    found = room.threshold_success(vertices, edges, least)
    pairs = [(2 * e, 2 * e + 1) for e in range(edges)]
    table: dict[tuple[bool, tuple[int, ...]], dict[int, int]] = {}
    for x in product((1, -1), repeat=vertices):
        for b in (1, -1):
            key = (abs(sum(x)) >= least, tuple(b * x[i] * x[j] for i, j in pairs))
            seen = table.setdefault(key, {1: 0, -1: 0})
            seen[b] += 1
    wins = sum(max(seen.values()) for seen in table.values())
    assert found == Fraction(wins, 2 * 2**vertices)


def test_too_many_protocols_are_refused() -> None:
    with pytest.raises(InputError, match=r"2 bits on 6 vertices: .* at most 4194304 are tried"):
        room.best_success(6, 1, 2)
