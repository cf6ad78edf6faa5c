"""The cut of a protocol against its run, and against a plain simulation of the teleportations."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from qdml.bounds import teleportation as room
from qdml.protocols import program
from qdml.quantum.gates import Gate
from qdml.quantum.numbers import exact, inner, real


def sides(drawn: program.Program, x: int, y: int) -> list[room.Half]:
    return [
        room.half(
            drawn.memory[party],
            drawn.pairs,
            [sender == party for sender in drawn.senders],
            drawn.turns[party][chosen],
            drawn.output == party,
        )
        for party, chosen in ((0, x), (1, y))
    ]


@settings(max_examples=12)
@given(st.integers(1, 3), st.integers(0, 1), st.integers(0, 2**32))
def test_the_cut_is_the_run(messages: int, pairs: int, seed: int) -> None:
    drawn = program.random_program(messages, pairs, 1, np.random.default_rng(seed))
    run = program.run(drawn, 0, 0)
    alice, bob = sides(drawn, 0, 0)
    assert (room.final_state(alice, bob) == run.state).all()
    assert room.overlap(alice, bob, messages) == run.mean
    assert alice.own + bob.own == messages
    # gamma_2(P) <= |u| |v| = 2^C.
    squares = alice.vector_weight(messages) * bob.vector_weight(messages)
    assert squares == 4**messages
    assert alice.forward_weight() == Fraction(1, 4**alice.own)


def test_projections_have_their_adjoints() -> None:
    rng = np.random.default_rng(3)

    def draw(*shape: int):
        return exact(rng.integers(-3, 4, size=shape))

    def product(left, right) -> Fraction:
        return real(inner(left.reshape(-1), right.reshape(-1)))

    big, small = draw(4, 4, 3), draw(2, 2, 3)
    assert product(small, room._project(big)) == product(room._unproject(small), big)
    grown = draw(8, 2, 3)
    assert product(grown, room._receive(big)) == product(room._give_back(grown), big)


def test_without_gates_a_qubit_arrives() -> None:
    # Alice sends |0> of two qubits to Bob, who has one: everything stays |0...0>.
    nothing: list[list[Gate]] = [[], []]
    alice = room.half(2, 0, [True], nothing, False)
    bob = room.half(1, 0, [False], nothing, True)
    assert alice.chances == (Fraction(1, 4),)
    assert bob.chances == ()
    state = room.final_state(alice, bob)
    assert [int(real(z)) for z in state] == [1] + [0] * 7
    assert room.overlap(alice, bob, 1) == 1
