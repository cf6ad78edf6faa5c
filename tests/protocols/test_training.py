"""Training over one network: right estimates, the bill of the formula, nobody knows too much."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qdml.bounds import training_costs
from qdml.errors import InputError, LocalityError
from qdml.model.ansatz import random_commuting, random_line, random_pauli
from qdml.model.circuit import DistributedCircuit
from qdml.network import Party, Register
from qdml.protocols.optimisers import OPTIMISERS, Optimiser
from qdml.protocols.training import Examples, Plan, Trained, run, schedule
from qdml.protocols.training_gradients import METHODS, sections
from qdml.quantum.gates import Rotation

FAMILIES = {"commuting": random_commuting, "general": random_pauli}


def problem(
    n: int, layers: int, family: str, seed: int, count: int = 4
) -> tuple[DistributedCircuit, Examples]:
    rng = np.random.default_rng(seed)
    if family == "line":
        circuit = random_line(n, layers, rng)
    else:
        circuit = FAMILIES[family](n, layers, 3, rng)
    states = rng.normal(size=(2**n, count)) + 1j * rng.normal(size=(2**n, count))
    labels = rng.choice((-1, 1), size=count)
    return circuit, Examples(states / np.linalg.norm(states, axis=0), labels)


def exact_gradient(circuit: DistributedCircuit, examples: Examples) -> np.ndarray:
    """Of (1 - mean of y f)/2, example by example."""
    slopes = np.array([circuit.gradient(state) for state in examples.states.T])
    return -(examples.labels[:, None] * slopes).mean(axis=0) / 2


def shape(circuit: DistributedCircuit) -> training_costs.Shape:
    cut = [sections(block.gates) for block in circuit.blocks]
    return training_costs.Shape(
        circuit.qubits,
        tuple(map(len, cut)),
        tuple(sum(len(one.strings) for one in found) for found in cut),
    )


@pytest.mark.parametrize("method", METHODS)
@given(
    n=st.integers(1, 3),
    layers=st.integers(1, 2),
    family=st.sampled_from(("commuting", "general", "line")),
    seed=st.integers(0, 99),
)
@settings(max_examples=12)
def test_estimates_are_right_and_the_bill_is_the_formula(
    method: str, n: int, layers: int, family: str, seed: int
) -> None:
    circuit, examples = problem(n, layers, family, seed)
    copies = 300 if "shadows" in method else 4000
    plan = Plan(method, (copies, 2), 4, "sgd", 0.1, seed)
    found = run(circuit, examples, plan)
    exact = exact_gradient(circuit, examples)
    # Every entry is a mean of outcomes in [-R/2, R/2], R = 3^(n+1) for shadows and else 1; a union
    # bound over at most 24 entries and 36 examples of Hoeffding's inequality at 1e-9.
    width = 3.0 ** (n + 1) if "shadows" in method else 1.0
    radius = width * np.sqrt(np.log(2 * 24 * 36 / 1e-9) / (2 * 4 * copies))
    assert np.abs(found.estimates[0] - exact).max() <= radius
    cost = training_costs.training(method, shape(circuit), plan.copies, plan.batch)
    bill = found.transcript
    assert (bill.messages, bill.qubits, bill.bits) == (cost.messages, cost.qubits, cost.bits)
    assert (found.qubits[-1], found.bits[-1]) == (cost.qubits, cost.bits)
    assert found.qubits[0] == 0
    # Plain descent moves each angle by the rate times the estimate.
    before, after = (
        np.array([g.angle.half[1] for g in c.gates if isinstance(g, Rotation)])
        for c in found.circuits[:2]
    )
    turned = np.sin(np.arcsin(before) - 0.1 * found.estimates[0] / 2)
    inside = np.abs(before) < 0.9
    assert np.abs(after - turned)[inside].max(initial=0) <= 1e-12


def test_the_spread_of_an_estimate_falls_with_the_root_of_the_copies() -> None:
    circuit, examples = problem(2, 1, "commuting", 3)
    exact, spread = exact_gradient(circuit, examples), []
    for copies in (2, 32):
        plans = [Plan("commuting-block", (copies,), 4, "sgd", 0.1, seed) for seed in range(100)]
        errors = [run(circuit, examples, plan).estimates[0] - exact for plan in plans]
        spread.append(float(np.sqrt(np.mean(np.square(errors)))))
    assert spread[0] / spread[1] == pytest.approx(4, rel=0.25)


def test_a_line_has_two_sections_a_block_and_commuting_blocks_have_one() -> None:
    rng = np.random.default_rng(1)
    assert shape(random_line(3, 2, rng)).sections == (2,) * 4
    assert shape(random_commuting(3, 2, 5, rng)).sections == (1,) * 4


def listened(circuit: DistributedCircuit, examples: Examples, plan: Plan) -> tuple[list, Trained]:
    heard: list[tuple[str, str, int, int]] = []

    def tap(party: Party, register: Register) -> Register:
        step, batch = party.private("step"), party.private("batch")
        assert register.batch == len(batch)
        heard.append((party.name, register.name, register.qubits, step))
        return register

    return heard, run(circuit, examples, plan, tap)


def test_a_tap_meets_every_message_and_changes_nothing() -> None:
    circuit, examples = problem(2, 1, "commuting", 7)
    plan = Plan("commuting-block", (3, 3), 2, seed=5)
    heard, found = listened(circuit, examples, plan)
    step = [("bob", "features", 2), ("alice", "gradient state 1", 3), ("bob", "features", 2)]
    assert heard == [(*message, at) for at in (0, 1) for message in step]
    assert len(heard) == found.transcript.messages
    assert np.array_equal(found.estimates, run(circuit, examples, plan).estimates)


def test_a_tap_may_measure_and_send_something_else_on() -> None:
    circuit, examples = problem(2, 1, "commuting", 7)
    plan, seen = Plan("commuting-block", (50,), 4, seed=5), []

    def tap(party: Party, register: Register) -> Register:
        if party.name != "bob":
            return register
        copies, batch = register.copies, register.batch
        seen.append(party.measure_basis(register).read(party))
        return party.prepare(np.eye(4, 1) * np.ones((1, batch)), "garbage", copies)

    found = run(circuit, examples, plan, tap)
    assert [outcomes.shape for outcomes in seen] == [(50, 4)] * 2
    assert found.transcript.qubits == run(circuit, examples, plan).transcript.qubits


def test_a_party_learns_nothing_but_its_own() -> None:
    circuit, examples = problem(2, 1, "commuting", 7)

    def tap(party: Party, register: Register) -> Register:
        other = {"alice": "labels", "bob": "examples"}[party.name]
        with pytest.raises(InputError, match="has no private input"):
            party.private(other)
        with pytest.raises(LocalityError):
            party.__enter__()
        return register

    run(circuit, examples, Plan("parameter-shift", (1,), 2), tap)


def test_a_schedule_grows_geometrically() -> None:
    copies = schedule(5, 1, 16)
    assert copies == (1, 2, 4, 8, 16)
    assert schedule(3, 4, 4) == (4, 4, 4)
    assert all(a <= b for a, b in pairwise(schedule(50, 1, 10)))


@pytest.mark.parametrize("name", OPTIMISERS)
def test_optimisers_go_down_a_bowl(name: str) -> None:
    optimiser, point = Optimiser(name, 0.1), np.array([1.0, -2.0, 0.5])
    for _ in range(200):
        point = point + optimiser.moves(2 * point)
    assert np.abs(point).max() < 0.2
    assert point.dtype == float


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda c, e: Plan("shift", (1,), 1), "'shift': allowed are .*nearest: 'parameter-shift'"),
        (lambda c, e: Plan("commuting-block", (), 1), "0 steps with batches of 1"),
        (lambda c, e: Plan("commuting-block", (0,), 1), "expected one step, example and copy"),
        (lambda c, e: schedule(3, 0, 1), "3 steps from 0 to 1 copies"),
        (lambda c, e: run(c, e, Plan("commuting-block", (1,), 5)), "batches of 5 among 4 ex"),
        (lambda c, e: run(c, e, Plan("commuting-block", (1,), 1, "adm")), "nearest: 'adam'"),
        (lambda c, e: run(c, e, Plan("commuting-block", (1,), 1, "sgd", 0.0)), "rate 0.0: exp"),
    ],
)
def test_what_cannot_be_trained_is_said(call: object, message: str) -> None:
    assert callable(call)
    with pytest.raises(InputError, match=message):
        call(*problem(1, 1, "commuting", 0))
