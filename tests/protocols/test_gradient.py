"""Gradient states: over the network and without it the same state, mean and bill."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from qdml.bounds.costs import gradient_state_messages, gradient_state_qubits
from qdml.errors import InputError, NoCloningError
from qdml.model import structured
from qdml.model.ansatz import random_line
from qdml.model.circuit import DistributedCircuit
from qdml.protocols import drawn, gradient
from qdml.quantum.gates import Pauli
from qdml.quantum.numbers import imaginary, real
from qdml.testing import (
    exact_circuits,
    exact_states,
    line_circuits,
    pauli_circuits,
    rounding,
    states,
)

#: Each statistical test below raises a false alarm with at most this probability.
ALARM = 1e-9
sizes = st.integers(1, 3)
floating = sizes.flatmap(lambda n: st.tuples(line_circuits(n) | pauli_circuits(n), states(n)))
exactly = sizes.flatmap(lambda n: st.tuples(exact_circuits(n), exact_states(n)))


def rotations(circuit: DistributedCircuit) -> list[tuple[int, int]]:
    return [(b, j) for b, block in enumerate(circuit.blocks, 1) for j in block.rotations]


@given(floating)
def test_means_are_the_adjoint_gradient(pair: tuple[DistributedCircuit, np.ndarray]) -> None:
    circuit, state = pair
    found = [gradient.entry(circuit, state, b, j) for b, j in rotations(circuit)]
    tolerance = rounding(4 * len(circuit.gates))
    np.testing.assert_allclose(found, circuit.gradient(state), atol=tolerance)


@settings(max_examples=40)
@given(exactly)
def test_exact_means_are_the_exact_gradient(pair: tuple[DistributedCircuit, np.ndarray]) -> None:
    circuit, state = pair
    found = [gradient.entry(circuit, state, b, j) for b, j in rotations(circuit)]
    assert found == circuit.gradient(state)


@given(floating | exactly, st.integers(0, 100))
def test_the_network_makes_the_state_at_its_owner_for_its_price(
    pair: tuple[DistributedCircuit, np.ndarray], pick: int
) -> None:
    circuit, state = pair
    block = 1 + pick % len(circuit.blocks)
    prepared = gradient.prepare(circuit, state, block)
    assert prepared.holder.name == ("bob", "alice")[block % 2]
    assert prepared.register.owner is prepared.holder
    bill, n, layers = prepared.transcript, circuit.qubits, circuit.layers
    assert bill.messages == gradient_state_messages(layers, block) == bill.rounds
    assert bill.qubits == gradient_state_qubits(n, layers, block)
    assert bill.bits == 0

    def plain(vector: np.ndarray) -> np.ndarray:
        numbers = np.array([complex(real(z), imaginary(z)) for z in vector])
        return numbers / np.linalg.norm(numbers)

    made, expected = prepared.register.world.state, gradient.gradient_state(circuit, state, block)
    tolerance = rounding(4 * len(circuit.gates))
    np.testing.assert_allclose(plain(made), plain(expected), atol=tolerance)


@settings(max_examples=15)
@given(floating, st.integers(0, 10**6))
def test_measured_entries_have_the_right_law(
    pair: tuple[DistributedCircuit, np.ndarray], pick: int
) -> None:
    circuit, state = pair
    block, gate = rotations(circuit)[pick % len(rotations(circuit))]
    copies = 3000
    prepared = gradient.prepare(circuit, state, block, copies, seed=pick)
    value = gradient.measure(prepared, gate)
    mean = gradient.entry(circuit, state, block, gate)
    plus = min(1.0, max(0.0, (1 + mean) / 2))
    assert binomtest(round((1 + value) * copies / 2), copies, plus).pvalue > ALARM / 15
    with pytest.raises(NoCloningError, match="gradient state"):
        gradient.measure(prepared, gate)


def test_three_parties_can_share_a_circuit() -> None:
    circuit = random_line(2, 2, np.random.default_rng(0))
    circuit = replace(circuit, owners=("alice", "bob", "bob", "carol"))
    state = np.ones(4) / 2
    for block, holder in enumerate(circuit.owners, start=1):
        prepared = gradient.prepare(circuit, state, block)
        assert prepared.holder.name == holder
        expected = gradient.gradient_state(circuit, state, block) / np.sqrt(2)
        np.testing.assert_allclose(
            prepared.register.world.state, expected, atol=rounding(2 * len(circuit.gates))
        )


def test_bad_places_are_named() -> None:
    circuit = random_line(2, 1, np.random.default_rng(0))
    state = np.ones(4) / 2
    for block in (0, 3):
        with pytest.raises(InputError, match=f"block {block}: expected 1 to 2"):
            gradient.prepare(circuit, state, block)
    controlled_z = len(circuit.blocks[0].gates) - 1
    for gate in (controlled_z, controlled_z + 1, -1):
        message = rf"gate {gate} of block 1 is no rotation: expected one of \[0, 1, 2, 3\]"
        prepared = gradient.prepare(circuit, state, 1)
        with pytest.raises(InputError, match=message):
            gradient.entry(circuit, state, 1, gate)
        with pytest.raises(InputError, match=message):
            gradient.measure(prepared, gate)
        # A wrong question does not cost the copies.
        with prepared.holder as holder:
            holder.measure(prepared.register, Pauli("ZZZ"))


def test_gradient_states_of_structured_inputs_at_2_to_the_40() -> None:
    """The means are those of an adjoint sweep, which no network and no ancilla takes part in."""
    circuit, chain = drawn.model(40, 1, 2, "structured")
    slopes = iter(structured.gradient(circuit, chain))
    for block, each in enumerate(circuit.blocks, start=1):
        expected = dict(zip(each.rotations, slopes, strict=False))
        for gate in list(expected)[:2]:
            prepared = gradient.prepare(circuit, chain, block, copies=3)
            with prepared.holder:
                string = gradient.aim(prepared, gate)
            mean = prepared.register.world.held.mean(string, range(41))
            assert -mean == pytest.approx(expected[gate], abs=1e-9)
            assert prepared.transcript.qubits == 3 * (40 + 41 * (2 - block))
