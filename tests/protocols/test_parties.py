"""More than two parties: blocks dealt in any order change who pays whom, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qdml.bounds import costs, gradient_costs
from qdml.bounds.fine_tuning import fine_tuning as fine_tuning_costs
from qdml.bounds.fine_tuning import lines as stored_lines
from qdml.errors import InputError, LocalityError
from qdml.model.ansatz import random_commuting, random_line
from qdml.model.circuit import PARTIES, DistributedCircuit, dealt, route
from qdml.model.gradient_task import Task
from qdml.model.vector_plans import nearest
from qdml.network import Network
from qdml.protocols import (
    amplitude_estimation,
    drawn,
    fine_tuning,
    gradient,
    gradient_methods,
    inference,
    iterative_estimation,
)
from qdml.quantum.gates import Pauli
from qdml.quantum.reference import amplitude_encoding
from qdml.testing import rounding


@st.composite
def problems(draw: st.DrawFn) -> tuple[DistributedCircuit, np.ndarray]:
    """K = 2 ... 6 parties, any order and number of blocks, on one to three qubits."""
    parties = draw(st.integers(2, len(PARTIES)))
    owners = draw(st.lists(st.sampled_from(PARTIES[:parties]), min_size=1, max_size=9))
    n, rng = draw(st.integers(1, 3)), np.random.default_rng(draw(st.integers(0, 2**32)))
    circuit = random_commuting(n, len(owners), 2, rng)
    circuit = replace(circuit, blocks=circuit.blocks[: len(owners)], owners=tuple(owners))
    return circuit, amplitude_encoding(rng.normal(size=2**n) + 1j * rng.normal(size=2**n))


@given(problems(), st.integers(1, 50))
def test_the_bill_of_a_loss_is_that_of_the_route(pair, copies: int) -> None:
    circuit, state = pair
    visited = route(circuit.owners)
    at = len(visited) - 1, visited
    found = inference.run(circuit, state, copies, 1)
    assert found.transcript.lines == costs.inference_lines(circuit.qubits, copies, *at)
    found = amplitude_estimation.run(circuit, state, 4, 3, 1)
    lines = costs.amplitude_estimation_lines(circuit.qubits, 3, at[0], 4, visited)
    assert found.transcript.lines == lines


@settings(max_examples=15)
@given(problems(), st.integers(0, 99))
def test_the_bill_of_the_iterative_variant_too(pair, seed: int) -> None:
    circuit, state = pair
    found = iterative_estimation.run(circuit, state, 0.4, 0.2, seed)
    visited, looks = route(circuit.owners), [look.iterates for look in found.looks]
    batch = iterative_estimation.BATCH
    crossings = len(visited) - 1
    said = costs.iterative_lines(circuit.qubits, crossings, batch, looks, visited)
    # Where the last owner is the first, looks do not wait for an announcement: rounds go on.
    assert found.transcript.lines == said


@given(problems(), st.integers(0, 10**6))
def test_gradient_states_are_made_at_their_owner_for_the_price(pair, pick: int) -> None:
    circuit, state = pair
    block = 1 + pick % len(circuit.blocks)
    prepared = gradient.prepare(circuit, state, block)
    assert prepared.holder.name == circuit.owners[block - 1]
    said = costs.gradient_state_lines(circuit.qubits, circuit.owners, block)
    assert prepared.transcript.lines == said
    made = prepared.register.world.state
    expected = gradient.gradient_state(circuit, state, block) / np.sqrt(2)
    np.testing.assert_allclose(made, expected, atol=rounding(4 * len(circuit.gates)))


@pytest.mark.parametrize("method", ["parameter-shift", "direct", "commuting-block"])
@settings(max_examples=12)
@given(problems(), st.integers(0, 99))
def test_whole_gradients_pay_the_formula(method: str, pair, seed: int) -> None:
    circuit, state = pair
    found = gradient_methods.run(method, circuit, state, 0.4, 1e-9, seed)
    assert np.abs(found.gradient - circuit.gradient(state)).max() <= 0.4
    task = Task(circuit.qubits, circuit.layers, 2, 0.4, 1e-9, circuit.owners)
    assert found.qubits == gradient_costs.qubits(method, task)
    told = sum(owner != circuit.owners[-1] for owner in circuit.owners)
    each = 2 * 2 * costs.announcement_bits(found.copies) if method == "parameter-shift" else 0
    assert found.bits == told * each


@given(st.integers(2, 6), st.integers(1, 4), st.integers(1, 9))
def test_a_pipeline_has_a_closed_form(parties: int, layers: int, n: int) -> None:
    blocks = parties * layers
    owners = dealt(blocks, parties)
    total = costs.all_gradient_states(n, layers, parties)
    assert gradient_costs.states(Task(n, layers, 1, 0.1, 0.1, owners)) == total.qubits
    numbers = range(1, blocks + 1)
    one = [costs.gradient_state_lines(n, owners, b) for b in numbers]
    assert [len(lines) for lines in one] == [
        costs.gradient_state_messages(layers, b, parties) for b in numbers
    ]
    qubits = [sum(line.qubits for line in lines) for lines in one]
    assert qubits == [costs.gradient_state_qubits(n, layers, b, parties) for b in numbers]
    assert (sum(map(len, one)), sum(qubits)) == (total.messages, total.qubits)


@given(st.integers(2, 6), st.integers(1, 3), st.integers(1, 3), st.integers(0, 9))
def test_a_drawn_pipeline_pays_the_price(parties: int, layers: int, n: int, seed: int) -> None:
    circuit, state = drawn.model(n, layers, seed, parties=parties)
    assert circuit.layers == layers
    assert circuit.owners == dealt(parties * layers, parties)
    bill = inference.estimate(circuit, state, 0.5, 0.1, seed).transcript
    said = costs.inference(n, layers, Fraction(1, 2), Fraction(1, 10), parties)["sampling"]
    assert (bill.messages, bill.qubits) == (said.messages, said.qubits)
    assert (bill.bits, bill.copies) == (said.bits, said.copies)


@settings(max_examples=20)
@given(problems(), st.integers(1, 20))
def test_copies_that_are_stored_are_sent_once(pair, copies: int) -> None:
    circuit, state = pair
    _, bill = fine_tuning.store(circuit, state, copies, 1)
    visited = route(circuit.owners)
    assert bill.lines == stored_lines(circuit.qubits, copies, len(visited) - 1, visited)


@given(st.integers(2, 6), st.integers(1, 3), st.integers(1, 9))
def test_fine_tuning_of_a_pipeline_has_a_closed_form(parties: int, layers: int, n: int) -> None:
    promise = Fraction(1, 10), Fraction(1, 20)
    priced = fine_tuning_costs(n, layers, 30, Fraction(9), *promise, parties)
    crossings = parties * layers - 1
    for way in ("shadows", "direct"):
        assert priced[way].qubits == priced[way].copies * crossings * n
    # What is sent for the loss, without the answer, serves every derivative at every step.
    plan = nearest(n, crossings, promise[0])
    whole = costs.inference_by_vectors(plan, crossings)
    assert priced["classical-vectors"].bits == whole.bits - plan.answer.bits


@pytest.mark.parametrize("parties", [3, 6])
def test_sixty_qubits_between_many_parties(parties: int) -> None:
    found = inference.estimate_random(60, 1, 0.1, 0.05, 2, "structured", parties=parties)
    said = costs.inference(60, 1, 0.1, 0.05, parties)["sampling"]
    assert found.transcript.qubits == said.qubits == 738 * 60 * (parties - 1)
    assert found.transcript.messages == said.messages
    assert found.interval[0] <= found.exact <= found.interval[1]


def test_a_reader_who_is_not_told_is_never_billed() -> None:
    circuit = random_line(2, 1, np.random.default_rng(1), parties=4)
    state = np.ones(4) / 2
    for reader in circuit.owners:
        lines = inference.run(circuit, state, 9, 0, reader).transcript.lines
        told = [line.receiver for line in lines if line.bits]
        assert told == ([] if reader == circuit.owners[-1] else [reader])


@pytest.mark.parametrize("parties", [-1, 0, 1, 7])
def test_a_number_of_parties_out_of_range_is_named(parties: int) -> None:
    for ask in (
        lambda: dealt(4, parties),
        lambda: drawn.model(2, 1, 0, parties=parties),
        lambda: costs.inference(2, 1, 0.1, 0.1, parties),
    ):
        with pytest.raises(InputError, match=f"{parties} parties: expected 2 to 6"):
            ask()


def test_nobody_measures_what_another_party_owns() -> None:
    network = Network(0)
    alice, bob = network.party("alice"), network.party("bob")
    with alice:
        register = alice.prepare(np.array([1.0, 0]), "features")
        with pytest.raises(LocalityError, match="alice is acting, but bob is asked to act on"):
            bob.measure(register, Pauli("Z"))
    with (
        bob,
        pytest.raises(LocalityError, match=r"bob acts on .*'features', which alice holds; let"),
    ):
        bob.measure(register, Pauli("Z"))


def test_who_reads_has_a_part_in_the_run() -> None:
    circuit = random_line(2, 1, np.random.default_rng(1))
    with pytest.raises(InputError, match=r"reader 'carol': expected one of alice, bob"):
        inference.run(circuit, np.ones(4) / 2, 9, 0, "carol")
