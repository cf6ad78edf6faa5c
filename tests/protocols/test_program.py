"""Random programs over the network: their bill, their norm, and bad ones."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qdml.errors import InputError
from qdml.protocols import program as room
from qdml.quantum.gates import Dense, swap
from qdml.quantum.numbers import exact, inner, real
from qdml.quantum.placing import Leading


@settings(max_examples=15)
@given(st.integers(1, 4), st.integers(0, 1), st.integers(0, 2**32))
def test_the_bill_and_the_norm(messages: int, pairs: int, seed: int) -> None:
    drawn = room.random_program(messages, pairs, 2, np.random.default_rng(seed))
    run = room.run(drawn, 1, 0)
    totals = run.transcript.totals()
    assert (totals["qubits"], totals["messages"], totals["bits"]) == (messages, messages, 0)
    assert totals["entangled_pairs"] == pairs
    # Rational unitaries keep the norm; each pair is |00> + |11>.
    assert real(inner(run.state, run.state)) == 2**pairs
    assert -1 <= run.mean <= 1
    names = [line.sender for line in run.transcript.lines]
    assert names == [("alice", "bob")[sender] for sender in drawn.senders]


def test_a_known_program() -> None:
    # Alice sends |x>, Bob reads it: E = (-1)^x, whatever his input.
    flip = Dense(exact([[0, 1], [1, 0]]))
    alice = tuple(((Leading(gate, 1),) if gate else (), ()) for gate in (None, flip))
    drawn = room.Program((2, 1), 0, (0,), 1, (alice, (((), ()),)))
    assert [room.run(drawn, x, 0).mean for x in (0, 1)] == [1, -1]
    # Bob's memory is |0>, his half of a pair a fair coin.
    for gates, mean in (((), 1), ((swap(0, 1, 2),), 0)):
        shared = room.Program((1, 1), 1, (1,), 0, ((((), ()),), ((gates, ()),)))
        assert room.run(shared, 0, 0).mean == mean


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: room.Program((1, 1), 0, (0,), 0, ((), ())), "party 0 runs out of qubits"),
        (lambda: room.Program((1, 1), 0, (), 0, ((), ())), "a program without messages"),
        (lambda: room.Program((2, 1), 0, (0,), 0, (((),), ())), "party 0: expected 2 turns"),
    ],
)
def test_bad_programs_are_refused(make, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        make()
    assert "\n" not in str(caught.value)
