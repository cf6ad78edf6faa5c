"""A batch is B systems that are treated alike: the same states and sums as B runs side by side."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qdml.errors import InputError, NoCloningError
from qdml.model.ansatz import random_line
from qdml.network import Network, Register
from qdml.network.meter import leakage
from qdml.protocols.gradient import prepare, walk_back
from qdml.protocols.inference import deal, walk
from qdml.quantum.gates import Pauli

EPS = float(np.finfo(float).eps)


def unit_columns(n: int, batch: int, rng: np.random.Generator) -> np.ndarray:
    values = rng.normal(size=(2**n, batch)) + 1j * rng.normal(size=(2**n, batch))
    return values / np.linalg.norm(values, axis=0)


@given(n=st.integers(1, 3), layers=st.integers(1, 2), batch=st.integers(1, 4), data=st.data())
def test_a_batch_is_many_runs(n: int, layers: int, batch: int, data: st.DataObject) -> None:
    rng = np.random.default_rng(data.draw(st.integers(0, 999)))
    block = data.draw(st.integers(1, 2 * layers))
    copies = data.draw(st.integers(1, 5))
    circuit, states = random_line(n, layers, rng), unit_columns(n, batch, rng)
    network = Network(1)
    parties = deal(network, circuit, states)
    register = walk(network, parties, circuit.owners, copies)
    plus = np.ones((2, batch)) / np.sqrt(2)
    made = walk_back(network, parties, circuit.owners, register, block, plus, circuit.observable)
    apart = [prepare(circuit, column, block, copies) for column in states.T]
    # Two roundings a gate and amplitude at most.
    rounding = 8 * EPS * (len(circuit.gates) + 4)
    for column, one in zip(made.register.world.state.T, apart, strict=True):
        assert np.abs(column - one.register.world.state).max() <= rounding
    bill, bills = made.transcript, [one.transcript for one in apart]
    assert bill.qubits == sum(one.qubits for one in bills)
    assert bill.messages == bills[0].messages
    assert bill.rounds == bills[0].rounds
    honest = [leakage(one)[made.holder.name].honest for one in bills]
    assert leakage(bill)[made.holder.name].honest == pytest.approx(sum(filter(None, honest)))


def test_outcomes_have_the_law_of_each_system() -> None:
    rng = np.random.default_rng(5)
    states, copies = unit_columns(2, 3, rng), 20000
    network = Network(2)
    alice = network.party("alice")
    # Hoeffding's inequality for each of the frequencies, wrong with probability 1e-9 in all.
    radius = np.sqrt(np.log(2 * 24 / 1e-9) / (2 * copies))
    with alice:
        outcomes = alice.measure_basis(alice.prepare(states, copies=copies)).read(alice)
        assert outcomes.shape == (copies, 3)
        found = np.array([np.bincount(column, minlength=4) for column in outcomes.T]).T / copies
        assert np.abs(found - np.abs(states) ** 2).max() <= radius
        plus = alice.measure(alice.prepare(states, copies=copies), Pauli("ZI")).read(alice)
        assert np.abs(plus / copies - (np.abs(states[:2]) ** 2).sum(axis=0)).max() <= radius
        for state, part in zip(
            states.T, alice.separate(alice.prepare(states, copies=copies)), strict=True
        ):
            assert (part.batch, part.copies) == (None, copies)
            alone = np.bincount(alice.measure_basis(part).read(alice), minlength=4) / copies
            assert np.abs(alone - np.abs(state) ** 2).max() <= radius


def test_parts_of_a_batch_are_divided_and_not_measured() -> None:
    states = unit_columns(2, 3, np.random.default_rng(1))
    alice = Network(3).party("alice")
    with alice:
        register = alice.prepare(states, copies=4)
        assert "2 qubits x 4 x 3" in repr(register)
        kept, rest = alice.divide(register, [1, 3])
        assert (kept.copies, rest.copies, kept.batch) == (1, 3, 3)
        first, _ = alice.split(kept, 1)
        for wrong in (
            lambda: alice.measure(first, Pauli("Z")),
            lambda: alice.separate(first),
            lambda: alice.separate(alice.prepare(states[:, 0])),
        ):
            with pytest.raises(NoCloningError, match=r"a part of a state|expected a batch"):
                wrong()


@pytest.mark.parametrize("other", [np.eye(2, 1)[:, 0], np.eye(2)])
def test_only_batches_of_one_size_are_joined(other: np.ndarray) -> None:
    alice = Network(3).party("alice")

    def prepared(state: np.ndarray) -> Register:
        return alice.prepare(state, copies=2)

    with alice:
        batch = prepared(unit_columns(1, 3, np.random.default_rng(1)))
        with pytest.raises(InputError, match=r"batches of .* cannot be joined: sizes must be equ"):
            alice.join(batch, prepared(other))
