"""Classical parties: as accurate as promised, billed as dealt, for the same model."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import NoReturn

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from qdml.bounds import costs, gradient_costs
from qdml.errors import InputError
from qdml.model import vector_plans
from qdml.model.circuit import PARTIES, DistributedCircuit, route
from qdml.model.floats import Floats
from qdml.model.gradient_task import Task
from qdml.model.vectors import Rounded, Sketched
from qdml.network import Message
from qdml.protocols import classical_vectors, drawn, drawn_gradient
from qdml.testing import line_circuits, pauli_circuits, rounding, states

#: Each statistical test below raises a false alarm with at most this probability.
ALARM = 1e-9


@st.composite
def problems(draw: st.DrawFn) -> tuple[DistributedCircuit, np.ndarray]:
    """Circuits on one to four qubits, blocks dealt to up to six parties in any order."""
    n = draw(st.integers(1, 4))
    circuit = draw(line_circuits(n, 3) | pauli_circuits(n, 3))
    count, parties = len(circuit.blocks), draw(st.integers(2, len(PARTIES)))
    names = st.lists(st.sampled_from(PARTIES[:parties]), min_size=count, max_size=count)
    return replace(circuit, owners=tuple(draw(names))), draw(states(n))


def crossings(circuit: DistributedCircuit) -> int:
    return len(route(circuit.owners)) - 1


@settings(max_examples=40)
@given(problems(), st.floats(1e-6, 1.9), st.integers(0, 99))
def test_rounded_vectors_keep_the_promise(pair, accuracy: float, seed: int) -> None:
    circuit, state = pair
    found = classical_vectors.estimate(circuit, state, accuracy, 0.1, seed)
    slack = rounding(len(circuit.gates), 2**circuit.qubits)
    assert abs(found.value - circuit.loss(state)) <= accuracy + slack
    low, high = found.interval
    assert low - slack <= found.exact <= high + slack


@settings(max_examples=40)
@given(problems(), st.floats(0.05, 1.9), st.sampled_from(vector_plans.METHODS[:2]))
def test_the_bill_is_the_formula_line_by_line(pair, accuracy: float, method: str) -> None:
    circuit, state = pair
    plan = vector_plans.plans(circuit.qubits, crossings(circuit), accuracy, 0.1)[method]
    _, bill = classical_vectors.run(circuit, state, plan, 3)
    visited = route(circuit.owners)
    bits = plan.numbers * plan.floats.bits
    lines = [Message(a, b, 0, bits, 0, i) for i, (a, b) in enumerate(pairwise(visited), start=1)]
    if visited[0] != visited[-1]:
        last = Message(visited[-1], visited[0], 0, plan.answer.bits, 0, len(visited))
        said = costs.inference_by_vectors(plan, crossings(circuit))
        assert (bill.messages, bill.bits, bill.qubits) == (said.messages, said.bits, 0)
        lines.append(last)
    assert bill.lines == lines


@settings(max_examples=40)
@given(problems(), st.floats(1e-6, 1.9))
def test_every_derivative_keeps_the_promise_and_pays_the_formula(pair, accuracy: float) -> None:
    circuit, state = pair
    plan = vector_plans.nearest(circuit.qubits, crossings(circuit), accuracy)
    found, bill = classical_vectors.gradient(circuit, state, plan, 1)
    slack = rounding(4 * len(circuit.gates), 2**circuit.qubits)
    assert np.abs(found - circuit.gradient(state)).max(initial=0) <= accuracy + slack
    said = costs.gradient_by_vectors(plan, crossings(circuit))
    assert (bill.messages, bill.bits, bill.qubits) == (said.messages, said.bits, 0)


@pytest.mark.parametrize(("layers", "parties"), [(1, 2), (3, 2), (2, 5)])
def test_the_error_halves_with_every_bit_of_the_mantissa(layers: int, parties: int) -> None:
    circuit, state = drawn.model(6, layers, 1, parties=parties)
    exact, errors = np.array(circuit.gradient(state)), []
    for mantissa in (5, 15):
        plan = Rounded(6, Floats(mantissa, 31), Floats(30, 0))
        found, _ = classical_vectors.gradient(circuit, state, plan, 1)
        errors.append(float(np.abs(found - exact).max()))
    # Ten bits, and errors that look random: within a factor of four.
    assert 2**8 < errors[0] / errors[1] < 2**12


def test_random_rounding_is_right_often_enough_and_differs_by_seed() -> None:
    circuit, state = drawn.model(5, 2, 2)
    exact, runs, failure = float(circuit.loss(state)), 60, 0.2
    values = [
        classical_vectors.estimate(
            circuit, state, 0.05, failure, seed, "classical-stochastic"
        ).value
        for seed in range(runs)
    ]
    missed = sum(abs(value - exact) > 0.05 for value in values)
    assert binom.sf(missed - 1, runs, failure) > ALARM
    assert len(set(values)) > 3
    assert values[0] == (
        classical_vectors.estimate(circuit, state, 0.05, failure, 0, "classical-stochastic").value
    )


@pytest.mark.parametrize(("qubits", "parties"), [(11, 2), (12, 2)])
def test_sketches_are_right_often_enough_for_less_than_the_vector(
    qubits: int, parties: int
) -> None:
    circuit, state = drawn.model(qubits, 1, 4, parties=parties)
    exact, runs, failure, accuracy = float(circuit.loss(state)), 12, 0.3, 0.8
    bills = costs.classical(qubits, 1, accuracy, failure)
    missed = 0
    for seed in range(runs):
        found = classical_vectors.estimate(
            circuit, state, accuracy, failure, seed, "classical-sketches"
        )
        missed += abs(found.value - exact) > accuracy
        assert found.transcript.bits == bills["classical-sketches"].bits
    assert binom.sf(missed - 1, runs, failure) > ALARM
    assert bills["classical-sketches"].bits < bills["classical-vectors"].bits


def test_a_run_never_asks_for_the_exact_loss(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*args: object, **kwargs: object) -> NoReturn:
        raise AssertionError("a protocol looked at the exact loss")

    circuit, state = drawn.model(3, 2, 0)
    plan = vector_plans.nearest(3, 3, 0.1)
    free = (
        classical_vectors.run(circuit, state, plan, 1),
        classical_vectors.gradient(circuit, state, plan, 1),
    )
    for name in ("loss", "forward", "gradient", "backward"):
        monkeypatch.setattr(DistributedCircuit, name, forbidden)
    again = (
        classical_vectors.run(circuit, state, plan, 1),
        classical_vectors.gradient(circuit, state, plan, 1),
    )
    assert again[0] == free[0]
    assert (again[1][0] == free[1][0]).all()


@pytest.mark.parametrize("method", vector_plans.METHODS[:2])
@settings(max_examples=8)
@given(st.integers(1, 5), st.integers(1, 2), st.integers(1, 3), st.integers(2, 4))
def test_the_classical_methods_pay_their_price(
    method: str, n: int, layers: int, p: int, parties: int
) -> None:
    asked = n, layers, p, 0.1, 1e-9
    found, exact = drawn_gradient.run_random(method, *asked, 0, parties)
    assert np.abs(found.gradient - exact).max() <= 0.1
    priced = gradient_costs.price(*asked, 1, parties)["classical"][method]
    assert (found.messages, found.bits, found.qubits) == (priced["messages"], priced["bits"], 0)


def test_the_advantage_over_backpropagation_begins_where_the_sign_changes() -> None:
    task = Task(3, 2, 100, 0.1, 0.05)
    for method in ("parameter-shift", "commuting-block"):
        least = gradient_costs.advantage_from(method, task)
        assert least is not None
        for n in (least - 1, least):
            at = replace(task, qubits=n)
            fewer = gradient_costs.qubits(method, at) < gradient_costs.by_vectors(at).bits
            assert fewer == (n == least)
    assert gradient_costs.advantage_from("clifford-shadows", task) is None


CIRCUIT, STATE = drawn.model(3, 1, 0)


@pytest.mark.parametrize(
    ("accuracy", "failure", "method", "message"),
    [
        (0, 0.1, "classical-vectors", r"accuracy 0: expected a number in \(0, 2\)"),
        (0.1, 0, "classical-stochastic", r"failure probability 0: expected a number in \(0, 1\)"),
        (1e-18, 0.1, "classical-vectors", r"accuracy 1e-18: below .* expected \d.*e-1[45] or more"),
        (
            0.1,
            0.1,
            "classical-sketches",
            "sketches would be as long as the vector; take classical-v",
        ),
    ],
)
def test_bad_input_is_told(accuracy: float, failure: float, method: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        classical_vectors.estimate(CIRCUIT, STATE, accuracy, failure, 0, method)
    assert "\n" not in str(caught.value)


def test_what_is_reachable_is_reached() -> None:
    with pytest.raises(InputError, match="expected") as caught:
        classical_vectors.estimate(CIRCUIT, STATE, 1e-18, 0.1, 0)
    reached = float(str(caught.value).split("expected ")[1].split()[0])
    found = classical_vectors.estimate(CIRCUIT, STATE, 1.01 * reached, 0.1, 0)
    slack = rounding(len(CIRCUIT.gates), 8)
    assert abs(found.value - found.exact) <= 1.01 * reached + slack


def test_what_is_reachable_is_found_from_afar_in_few_tries(monkeypatch) -> None:
    tried = []

    def counted(qubits: int, crossings: int, accuracy: float) -> Rounded:
        tried.append(accuracy)
        return vector_plans.nearest(qubits, crossings, accuracy)

    monkeypatch.setattr(classical_vectors, "nearest", counted)
    with pytest.raises(InputError, match="accuracy 5e-324: below what double precision holds"):
        classical_vectors.within_reach(CIRCUIT, 5e-324)
    assert len(tried) <= 12


def test_sketches_through_many_hands_come_back_unbiased() -> None:
    """Sketches of more numbers than the vector has, so that the loss is told well."""
    circuit, state = drawn.model(3, 2, 5, parties=3)
    plan = Sketched(3, 2**14, 5, Floats(12, 63, 30), Floats(30, 0))
    value, bill = classical_vectors.run(circuit, state, plan, 1)
    # A median of five misses eight deviations with probability below 10 (1/64)^3 = 4e-5.
    deviation = np.sqrt(vector_plans.spread(3, 5, plan.floats, plan.size))
    assert abs(value - circuit.loss(state)) <= 8 * deviation
    assert 8 * deviation < 0.5
    said = costs.inference_by_vectors(plan, 5)
    assert (bill.messages, bill.bits) == (said.messages, said.bits)


@settings(max_examples=15)
@given(problems(), st.floats(1e-4, 1.5), st.integers(0, 99))
def test_derivatives_from_random_rounding_keep_the_promise(
    pair, accuracy: float, seed: int
) -> None:
    circuit, state = pair
    exact = np.array(circuit.gradient(state))
    # Missed with probability below 1e-9 in any example.
    plans = vector_plans.gradient_plans(
        circuit.qubits, crossings(circuit), len(exact), accuracy, 1e-9
    )
    plan = plans["classical-stochastic"]
    found, bill = classical_vectors.gradient(circuit, state, plan, seed)
    slack = rounding(4 * len(circuit.gates), 2**circuit.qubits)
    assert np.abs(found - exact).max(initial=0) <= accuracy + slack
    assert bill.bits == costs.gradient_by_vectors(plan, crossings(circuit)).bits


def test_more_amplitudes_than_seconds_allow_are_refused() -> None:
    circuit, _ = drawn.model(20, 16, 0)
    wide = replace(circuit, blocks=circuit.blocks * 2, owners=circuit.owners * 2)
    with pytest.raises(
        InputError, match=r"1 vectors of 20 qubits in 64 blocks: expected a product"
    ):
        classical_vectors.estimate(wide, np.ones(2**20) / 2**10, 0.1, 0.1, 0)
