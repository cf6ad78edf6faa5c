"""Hidden matching over the network: laws, bills, and what breaks the promise."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qdml.errors import InputError
from qdml.protocols import hidden_matching as room
from qdml.quantum.reference import row_probabilities


def draw(vertices: int, edges: int, seed: int) -> room.Instance:
    return room.random_instance(vertices, edges, np.random.default_rng(seed))


@given(st.integers(1, 5), st.integers(1, 16), st.integers(0, 2**32))
def test_one_copy_follows_the_law(n: int, edges: int, seed: int) -> None:
    edges = min(edges, 2 ** (n - 1))
    item = draw(2**n, edges, seed)
    _, _, register = room.delivered(item, 1, 0)
    chances = row_probabilities(register.world.state)
    says = np.array([room.verdict(place, item.weights) for place in range(2**n)])
    # Never wrong on an edge, silent elsewhere.
    assert chances[says == -item.answer].sum() == pytest.approx(0, abs=1e-15 * 2**n)
    assert chances[says == item.answer].sum() == pytest.approx(2 * edges / 2**n, abs=1e-15 * 2**n)


@given(st.integers(1, 6), st.integers(1, 5), st.integers(0, 2**32))
def test_a_perfect_matching_is_decided_by_one_copy(n: int, copies: int, seed: int) -> None:
    item = draw(2**n, 2 ** (n - 1), seed)
    run = room.quantum(item, copies, seed)
    assert run.value == item.answer
    totals = run.transcript.totals()
    assert (totals["messages"], totals["qubits"], totals["bits"]) == (1, copies * n, 0)


@given(st.integers(2, 40), st.integers(1, 20), st.integers(0, 2**32), st.data())
def test_the_birthday_bill_and_its_certain_end(
    vertices: int, edges: int, seed: int, data: st.DataObject
) -> None:
    item = draw(vertices, min(edges, vertices // 2), seed)
    bits = data.draw(st.integers(1, vertices))
    assert room.birthday(item, bits, seed).transcript.bits == bits
    assert room.birthday(item, vertices, seed).value == item.answer


@given(st.integers(2, 200), st.integers(0, 2**32))
def test_one_edge_in_two_ways(vertices: int, seed: int) -> None:
    item = draw(vertices, max(1, vertices // 4), seed)
    run = room.edge_by_edge(item, seed)
    assert run.value == item.answer
    assert run.transcript.bits == (vertices**2 - 1).bit_length() + 1
    assert run.transcript.rounds == 2


@given(st.integers(0, 8), st.integers(0, 2**32))
def test_one_parity_decides_an_odd_perfect_matching(half: int, seed: int) -> None:
    edges = 2 * half + 1
    item = draw(2 * edges, edges, seed)
    run = room.parity(item, seed)
    assert run.value == item.answer
    assert run.transcript.bits == 1


@given(st.integers(0, 2**32))
def test_exact_numbers_give_the_same_law(seed: int) -> None:
    item = draw(8, 3, seed)
    states = [room.delivered(item, 1, 0, exact)[2].world.state for exact in (False, True)]
    chances = [row_probabilities(state) for state in states]
    assert chances[0] == pytest.approx(chances[1], abs=1e-14)
    assert Fraction(float(chances[1][0])) * 16 % 1 == 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: draw(4, 3, 0), "3 edges on 4 vertices: expected 1 to N/2"),
        (lambda: room.quantum(draw(6, 1, 0), 1, 0), "6 vertices: n qubits hold a power of two"),
        (lambda: room.birthday(draw(6, 1, 0), 7, 0), "7 bits: expected 1 to 6"),
        (lambda: room.parity(draw(8, 4, 0), 0), "one parity decides perfect matchings of an odd"),
        (lambda: room.parity(draw(8, 3, 0), 0), "3 edges on 8 vertices"),
        (
            lambda: room.Instance(np.array([1, 1]), np.array([[0, 0]]), np.array([1])),
            "all disjoint",
        ),
        (
            lambda: room.Instance(
                np.array([1, 1, 1, 1]), np.array([[0, 1], [2, 3]]), np.array([1, -1])
            ),
            "break the promise",
        ),
    ],
)
def test_bad_input_is_one_line(call, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)
