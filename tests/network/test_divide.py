"""Copies can be divided among registers, and never multiplied."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qdml.errors import InputError, LocalityError, NoCloningError
from qdml.network import Network
from qdml.quantum.gates import Pauli, Permutation
from qdml.quantum.numbers import exact
from qdml.quantum.reference import basis_state
from qdml.tensor.chain import Chain
from qdml.testing import states

counts = st.lists(st.integers(1, 9), min_size=1, max_size=5)


@given(counts, states(2))
def test_copies_add_up_and_every_part_has_the_state(parts: list[int], state: np.ndarray) -> None:
    network = Network(0)
    alice, bob = network.party("alice"), network.party("bob")
    with alice:
        register = alice.prepare(state, "hers", sum(parts))
        divided = alice.divide(register, parts)
        assert [part.copies for part in divided] == parts
        for part in divided:
            assert (part.world.state == state).all()
        sent = [network.channel.send(part, to=bob) for part in divided]
    assert network.transcript.qubits == 2 * sum(parts)
    with bob:
        for part, count in zip(sent, parts, strict=True):
            assert 0 <= bob.measure(part, Pauli("ZI")).read(bob) <= count


def test_a_part_is_changed_alone_and_in_the_order_of_its_qubits() -> None:
    alice = Network(0).party("alice")
    with alice:
        high, low = alice.split(alice.prepare(basis_state(1, 2, exact=True), copies=3), 1)
        one, two = alice.divide(alice.join(low, high), [1, 2])
        assert one.world.state.tolist() == exact([0, 0, 1, 0]).tolist()
        alice.apply([Permutation((2, 3, 0, 1))], one)
        assert one.world.state.tolist() == exact([1, 0, 0, 0]).tolist()
        assert two.world.state.tolist() == exact([0, 0, 1, 0]).tolist()


@pytest.mark.parametrize("parts", [[], [0, 5], [2, 2], [3, 3], [-1, 6]])
def test_nothing_is_made_or_lost(parts: list[int]) -> None:
    alice = Network(0).party("alice")
    with alice:
        register = alice.prepare(basis_state(0, 1), "hers", 5)
        with pytest.raises(NoCloningError, match=r"alice divides 5 copies of 'hers' into \d regis"):
            alice.divide(register, parts)


def test_only_whole_states_of_ones_own_and_only_once() -> None:
    network = Network(0)
    alice, bob = network.party("alice"), network.party("bob")
    with alice:
        register = alice.prepare(basis_state(0, 2), "hers", 4)
        first, _ = alice.split(register, 1)
        with pytest.raises(NoCloningError, match="a part of a joint state"):
            alice.divide(first, [2, 2])
        whole = alice.prepare(basis_state(0, 2), "hers", 4)
        alice.divide(whole, [2, 2])
        with pytest.raises(NoCloningError, match="was divided"):
            alice.divide(whole, [2, 2])
        another = alice.prepare(basis_state(0, 2), "hers", 4)
    with bob, pytest.raises(LocalityError, match="which alice holds"):
        bob.divide(another, [2, 2])


def test_a_chain_is_divided_in_its_order() -> None:
    alice = Network(0).party("alice")
    with alice:
        register = alice.prepare(Chain.product([[1, 1]] * 40), copies=5)
        one, two = alice.divide(register, [2, 3])
        assert (one.copies, two.copies, two.qubits) == (2, 3, 40)
        high, low = alice.split(two, 20)
        with pytest.raises(InputError, match="neither split nor joined in another order"):
            alice.divide(alice.join(low, high), [1, 2])
