"""Gradients over the network: every method finds the gradient, pays its formula, and scales."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qdml.bounds import gradient_costs
from qdml.bounds.gradient_costs import crossover
from qdml.errors import InputError
from qdml.model.ansatz import pauli_block, random_commuting, random_line, random_pauli
from qdml.model.circuit import DistributedCircuit
from qdml.model.gradient_task import METHODS, Task
from qdml.protocols import drawn_gradient, gradient_methods
from qdml.quantum.gates import Pauli, Rotation
from qdml.quantum.numbers import Radians
from qdml.quantum.reference import amplitude_encoding

CHEAP = [method for method in METHODS if "shadow" not in method]


def problem(n: int, layers: int, p: int, seed: int) -> tuple[DistributedCircuit, np.ndarray]:
    rng = np.random.default_rng(seed)
    state = amplitude_encoding(rng.normal(size=2**n) + 1j * rng.normal(size=2**n))
    return random_commuting(n, layers, p, rng), state


@pytest.mark.parametrize("method", CHEAP)
@given(n=st.integers(1, 3), layers=st.integers(1, 2), p=st.integers(1, 3), seed=st.integers(0, 99))
@settings(max_examples=15)
def test_cheap_methods_find_it_and_pay_the_formula(
    method: str, n: int, layers: int, p: int, seed: int
) -> None:
    circuit, state = problem(n, layers, p, seed)
    # Missed with probability below 1e-9 in any example.
    found = gradient_methods.run(method, circuit, state, 0.3, 1e-9, seed)
    assert np.abs(found.gradient - circuit.gradient(state)).max() <= 0.3
    task = Task(n, layers, p, 0.3, 1e-9)
    assert found.qubits == gradient_costs.qubits(method, task)
    assert found.copies == gradient_costs.copies(method, task)


@pytest.mark.parametrize(
    ("method", "n", "accuracy"), [("pauli-shadows", 2, 0.4), ("clifford-shadows", 1, 1.0)]
)
def test_shadows_find_it_and_pay_the_formula(method: str, n: int, accuracy: float) -> None:
    for seed in range(3):
        circuit, state = problem(n, 1, 2, seed)
        found = gradient_methods.run(method, circuit, state, accuracy, 1e-6, seed)
        assert np.abs(found.gradient - circuit.gradient(state)).max() <= accuracy
        strings = gradient_methods.block_strings(circuit)
        weight = 1 + max(string.weight for block in strings for string in block)
        task = Task(n, 1, 2, accuracy, 1e-6)
        assert found.qubits == gradient_costs.qubits(method, task, weight)


def test_general_blocks_go_by_shift_and_directly() -> None:
    rng = np.random.default_rng(3)
    circuit, state = random_pauli(2, 1, 3, rng), amplitude_encoding(rng.normal(size=4))
    for method in ("parameter-shift", "direct"):
        found = gradient_methods.run(method, circuit, state, 0.3, 1e-9, 1)
        assert np.abs(found.gradient - circuit.gradient(state)).max() <= 0.3


def test_one_measurement_reads_a_bell_basis() -> None:
    # The three strings of a block share no letter on either qubit, and multiply to a sign.
    rng = np.random.default_rng(1)
    sets = [
        [Pauli(letters) for letters in each] for each in (("XX", "YY", "ZZ"), ("XZ", "ZX", "YY"))
    ]
    blocks = [pauli_block(own, [Radians(a) for a in rng.normal(size=3)]) for own in sets]
    circuit = DistributedCircuit.alternating(blocks, 2)
    state = amplitude_encoding(rng.normal(size=4) + 1j * rng.normal(size=4))
    for method in ("commuting-block", "pauli-shadows"):
        found = gradient_methods.run(method, circuit, state, 0.3, 1e-9, 2)
        exact = np.array(circuit.gradient(state))
        assert np.abs(exact).max() > 0.3
        assert np.abs(found.gradient - exact).max() <= 0.3


def test_the_error_falls_with_the_root_of_the_copies() -> None:
    circuit, state = problem(2, 1, 3, 5)
    exact = np.array(circuit.gradient(state))
    spread = []
    for accuracy in (0.4, 0.1):
        errors = [
            gradient_methods.run("commuting-block", circuit, state, accuracy, 0.5, seed).gradient
            - exact
            for seed in range(100)
        ]
        spread.append(float(np.sqrt(np.mean(np.square(errors)))))
    # 16 times the copies; 600 errors tell their spread to a few per cent.
    assert spread[0] / spread[1] == pytest.approx(4, rel=0.25)


def test_costs_scale_as_they_say() -> None:
    small, large = Task(5, 2, 10, 0.1, 0.1), Task(5, 2, 1000, 0.1, 0.1)
    ratio = {m: gradient_costs.qubits(m, large) / gradient_costs.qubits(m, small) for m in METHODS}
    assert ratio["parameter-shift"] > 100
    assert ratio["direct"] > 100
    assert ratio["commuting-block"] < 3
    assert ratio["tomography"] == 1
    assert ratio["shadow-tomography"] < 3
    doubled = Task(5, 2, 10, 0.05, 0.1)
    for method in METHODS:
        grown = gradient_costs.qubits(method, doubled) / gradient_costs.qubits(method, small)
        assert grown == pytest.approx(20 if method == "shadow-tomography" else 4, rel=0.15)


def test_a_crossover_is_where_the_sign_changes() -> None:
    task = Task(6, 2, 1, 0.1, 0.1)

    def first(at: Task) -> int:
        return gradient_costs.qubits("parameter-shift", at)

    def second(at: Task) -> int:
        return gradient_costs.shadow_tomography(at, 1.0)

    least = crossover(first, second, task)
    assert least is not None
    at, before = Task(6, 2, least, 0.1, 0.1), Task(6, 2, least - 1, 0.1, 0.1)
    assert second(at) < first(at)
    assert second(before) >= first(before)
    assert crossover(first, lambda at: first(at) + 1, task, most=2**20) is None


def test_ten_thousand_rotations_in_a_block() -> None:
    """Where the formula for P = 10^4 and a run of it meet: one state serves all entries."""
    found, exact = drawn_gradient.run_random("commuting-block", 3, 1, 10**4, 0.2, 1e-9, 1)
    assert len(exact) == 2 * 10**4
    assert np.abs(found.gradient - exact).max() <= 0.2
    task = Task(3, 1, 10**4, 0.2, 1e-9)
    assert found.qubits == gradient_costs.qubits("commuting-block", task)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda c, s: gradient_methods.run("pauli", c, s, 0.1, 0.1, 0), "nearest: 'pauli-shadow"),
        (lambda c, s: gradient_methods.run("direct", c, s, 0.0, 0.1, 0), "accuracy 0"),
        (lambda c, s: gradient_methods.run("direct", c, s, 0.1, 0.0, 0), "failure probability 0"),
        (
            lambda c, s: gradient_costs.copies("x", Task(1, 1, 1, 0.1, 0.1)),
            "allowed are parameter-",
        ),
        (lambda c, s: Task(1, 1, 0, 0.1, 0.1), "0 parameters a block: expected at least one"),
        (lambda c, s: gradient_costs.price(2, 1, 1, 0.1, 0.1, 4), "weight 4: expected 1 to n"),
        (
            lambda c, s: drawn_gradient.run_random("direct", 13, 1, 1, 0.1, 0.1, 0),
            "13 qubits, 2 derivatives: expected at most 12",
        ),
        (
            lambda c, s: drawn_gradient.run_random("direct", 2, 1, 5000, 0.1, 0.1, 0),
            "direct of 10000 derivatives: up to 200000000 gates to simulate",
        ),
        (
            lambda c, s: drawn_gradient.run_random("clifford-shadows", 9, 1, 1, 0.1, 0.1, 0),
            "take fewer qubits, or another accuracy",
        ),
    ],
)
def test_what_cannot_be_run_is_said(call: object, message: str) -> None:
    assert callable(call)
    with pytest.raises(InputError, match=message):
        call(*problem(1, 1, 1, 0))


def test_blocks_that_do_not_commute_are_refused_where_it_matters() -> None:
    angle = Radians(0.3)
    blocks = [[Rotation(Pauli("XI"), angle), Rotation(Pauli("ZI"), angle)]] * 2
    circuit, state = DistributedCircuit.alternating(blocks, 2), np.array([1.0, 0, 0, 0])
    with pytest.raises(InputError, match="strings XI and ZI of one block do not commute; take"):
        gradient_methods.run("commuting-block", circuit, state, 0.5, 0.1, 0)
    line = random_line(2, 1, np.random.default_rng(0))
    with pytest.raises(InputError, match="block 1: expected Pauli rotations alone"):
        gradient_methods.run("direct", line, state, 0.5, 0.1, 0)
