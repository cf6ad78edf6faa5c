"""Inference by sampling: billed as dealt, and never told the loss except through its outcomes."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import pairwise
from typing import NoReturn, get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, binomtest

from qdml.bounds.costs import sampling_copies
from qdml.errors import InputError
from qdml.model.circuit import Block, DistributedCircuit
from qdml.protocols import drawn, inference
from qdml.quantum import reference
from qdml.tensor.chain import TOLERANCE
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
circuits = sizes.flatmap(
    lambda n: (
        st.tuples(line_circuits(n) | pauli_circuits(n), states(n))
        | st.tuples(exact_circuits(n), exact_states(n))
    )
)


@given(circuits, st.integers(1, 1000), st.integers(0, 1000))
def test_the_estimate_is_a_function_of_the_count_alone(
    pair: tuple[DistributedCircuit, np.ndarray], copies: int, count: int
) -> None:
    count = min(count, copies)
    asked = []

    def fixed(mean: float, k: int, rng: np.random.Generator) -> int:
        asked.append((mean, k))
        return count

    circuit, state = pair
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reference, "sample_sign", fixed)
        found = inference.run(circuit, state, copies, seed=1)
    assert found.value == 2 * count / copies - 1
    assert found.count == count
    [(mean, k)] = asked
    assert k == copies
    assert mean == pytest.approx(float(circuit.loss(state)), abs=rounding(len(circuit.gates)))


@given(circuits, st.integers(1, 50))
def test_a_run_never_asks_for_the_exact_loss(
    pair: tuple[DistributedCircuit, np.ndarray], copies: int
) -> None:
    def forbidden(*args: object, **kwargs: object) -> NoReturn:
        raise AssertionError("a protocol looked at the exact loss")

    circuit, state = pair
    free = inference.run(circuit, state, copies, seed=4)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DistributedCircuit, "loss", forbidden)
        patch.setattr(DistributedCircuit, "forward", forbidden)
        patch.setattr(reference, "expectation", forbidden)
        found = inference.run(circuit, state, copies, seed=4)
        with pytest.raises(AssertionError, match="looked at the exact loss"):
            inference.estimate(circuit, state, 0.5, 0.5, seed=4)  # it states the loss beside
    assert found.count == free.count
    assert 0 <= found.count <= copies


@given(
    circuits,
    st.lists(st.sampled_from(["alice", "bob", "carol"]), min_size=8, max_size=8),
    st.integers(1, 40),
)
def test_blocks_may_be_dealt_in_any_order(
    pair: tuple[DistributedCircuit, np.ndarray], names: list[str], copies: int
) -> None:
    circuit, state = pair
    owners = tuple(names[: len(circuit.blocks)])
    found = inference.run(replace(circuit, owners=owners), state, copies, seed=2)
    crossings = [(a, b) for a, b in pairwise(owners) if a != b]
    lines = [(line.sender, line.receiver, line.qubits) for line in found.transcript.lines]
    told = [(owners[-1], owners[0], 0)] if owners[0] != owners[-1] else []
    assert lines == [(a, b, copies * circuit.qubits) for a, b in crossings] + told
    assert found.transcript.bits == (copies.bit_length() if told else 0)


@settings(max_examples=8)
@given(circuits, st.integers(0, 2**32))
def test_counts_of_runs_are_binomial(
    pair: tuple[DistributedCircuit, np.ndarray], seed: int
) -> None:
    circuit, state = pair
    copies, runs = 4, 120
    counts = Counter(inference.run(circuit, state, copies, seed + i).count for i in range(runs))
    plus = min(1.0, max(0.0, (1 + float(circuit.loss(state))) / 2))
    for value in range(copies + 1):
        probability = min(1.0, float(binom.pmf(value, copies, plus)))
        assert binomtest(counts[value], runs, probability).pvalue > ALARM / 8 / (copies + 1)


@settings(max_examples=20)
@given(circuits, st.floats(0.1, 1.9), st.floats(0.01, 0.9), st.integers(0, 99))
def test_an_estimate_comes_with_its_interval_and_bill(
    pair: tuple[DistributedCircuit, np.ndarray], accuracy: float, failure: float, seed: int
) -> None:
    circuit, state = pair
    found = inference.estimate(circuit, state, accuracy, failure, seed)
    low, high = found.interval
    assert -1 <= low <= found.value <= high <= 1
    assert found.exact == pytest.approx(float(circuit.loss(state)))
    assert found.transcript.copies == sampling_copies(accuracy, failure)
    again = inference.estimate(circuit, state, accuracy, failure, seed)
    assert again == found


def test_the_interval_is_wider_where_bonds_were_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qdml.tensor.chain.Chain.compressed.__defaults__", (TOLERANCE, 3))
    circuit, state = drawn.model(8, 2, 1, "structured")
    exact = float(circuit.loss(drawn.model(8, 2, 1, "structured", "state-vector")[1]))
    found = inference.estimate(circuit, state, 0.05, 0.01, 2)
    assert found.interval[1] - found.interval[0] > 0.11
    assert found.interval[0] <= exact <= found.interval[1]


@pytest.mark.parametrize(
    ("count", "interval"),
    [
        (0, (-1.0, -0.5)),
        (3, (-1.0, -0.25)),
        (9, (-0.75, 0.25)),
        (12, (-0.5, 0.5)),
        (15, (-0.25, 0.75)),
        (21, (0.25, 1.0)),
        (24, (0.5, 1.0)),
    ],
)
def test_the_interval_is_the_accuracy_on_either_side(
    count: int, interval: tuple[float, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reference, "sample_sign", lambda mean, copies, rng: count)
    circuit = DistributedCircuit.alternating([[], []], 1)
    found = inference.estimate(circuit, np.array([1.0, 0]), 0.5, 0.1, seed=0)
    assert found.transcript.copies == 24
    assert found.interval == interval


@pytest.mark.parametrize(
    ("qubits", "layers", "message"),
    [
        (0, 1, "qubits = 0: a vector is held for 1 to 20"),
        (21, 1, "qubits = 21: .*; structured and product inputs go to 1000"),
        (2, 0, "layers = 0: expected 1 to 1000"),
        (20, 17, "17 layers of 20 qubits: expected L 2\\^n up to"),
    ],
)
def test_a_random_circuit_has_a_size(qubits: int, layers: int, message: str) -> None:
    with pytest.raises(InputError, match=message):
        inference.estimate_random(qubits, layers, 0.1, 0.1, 0)


@pytest.mark.parametrize(
    ("qubits", "layers", "kind", "engine", "message"),
    [
        (1001, 1, "structured", "auto", "qubits = 1001: a matrix-product state is held for 2 to"),
        (60, 5, "structured", "auto", "bonds of a matrix-product state may grow to 16384"),
        (24, 1000, "structured", "auto", "1000 layers of 24 qubits: too many steps on bonds of"),
        (21, 1, "structured", "state-vector", "qubits = 21: a vector"),
        (3, 1, "smooth", "auto", "input 'smooth': allowed are random, structured, product$"),
        (3, 1, "random", "statevector", r"engine 'statevector': .*\(nearest: 'state-vector'\)"),
    ],
)
def test_inputs_and_engines_have_names_and_sizes(
    qubits: int, layers: int, kind: str, engine: str, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        inference.estimate_random(qubits, layers, 0.1, 0.1, 0, kind, engine)


@pytest.mark.parametrize("kind", ["random", "structured", "product"])
def test_every_engine_gives_the_same_answer(kind: str) -> None:
    found = {
        engine: inference.estimate_random(5, 2, 0.5, 0.1, 3, kind, engine)
        for engine in get_args(drawn.Engine)
    }
    plain = found["reference"]
    # Five qubits, 76 gates, and at most two compressions for each of the four blocks.
    error = rounding(8 * 76, 2**5) + 8 * 5 * 8 * TOLERANCE
    for engine, result in found.items():
        assert result.value == plain.value
        assert abs(result.exact - plain.exact) <= error
        assert result.transcript.to_records() == plain.transcript.to_records()
        if engine != "auto":
            assert result.engine.startswith(engine.replace("-", " ").replace("x p", "x-p"))
    assert found["auto"].engine.startswith("reference" if kind == "random" else "matrix-product")
    # Only where nothing but the circuit correlates qubits is the loss that of its causal cone.
    plan = "; exact loss by a tensor network: "
    told = {engine for engine, result in found.items() if plan in result.engine}
    assert told == ({"auto", "matrix-product"} if kind == "product" else set())


def test_a_metered_inference_at_2_to_the_60() -> None:
    found = inference.estimate_random(60, 2, 0.1, 0.05, 1, "structured")
    copies = sampling_copies(0.1, 0.05)
    assert found.transcript.totals() == {
        "messages": 4,
        "qubits": copies * 60 * 3,
        "bits": copies.bit_length(),
        "rounds": 4,
        "copies": copies,
        "entangled_pairs": 0,
    }
    assert found.interval[0] <= found.exact <= found.interval[1]
    assert found.engine.startswith("matrix-product state, 60 qubits")


def test_copies_beyond_what_can_be_drawn_are_refused() -> None:
    with pytest.raises(InputError, match=r"accuracy 1e-10: more than .* expected 2\.6e-08 or more"):
        inference.estimate_random(2, 1, 1e-10, 0.1, 0)
    circuit, state = drawn.model(2, 1, 0)
    with pytest.raises(InputError, match=r"copies = \d+: outcomes of at most 2\^53 copies"):
        inference.run(circuit, state, 2**54, 0)


def test_the_accuracy_that_is_said_to_be_reachable_is_reached() -> None:
    found = inference.estimate_random(2, 1, 2.6e-8, 0.1, 0)
    assert found.transcript.copies > 10**15
    assert abs(found.value - found.exact) <= 2.6e-8


def test_a_million_copies_of_twenty_qubits() -> None:
    accuracy = 0.002716
    found = inference.estimate_random(20, 1, accuracy, 0.05, 3)
    assert 10**6 <= found.transcript.copies < 1.001 * 10**6
    assert found.transcript.qubits == 20 * found.transcript.copies
    # Missed with probability below 1e-9: 3.5 times the promised radius.
    assert abs(found.value - found.exact) <= 3.5 * accuracy


def test_an_observable_at_a_party_without_a_register_is_refused() -> None:
    circuit = DistributedCircuit.alternating([[], []], 1)
    with pytest.raises(InputError, match="observable is at 'carol', who holds no register at the"):
        replace(circuit, observer="carol")
    with pytest.raises(InputError, match="expected 'bob', or a last block for 'alice'"):
        replace(circuit, observer="alice")
    assert replace(circuit, observer="bob").owners == circuit.owners
    moved = replace(circuit, blocks=(*circuit.blocks, Block(())), owners=("alice", "bob", "carol"))
    found = inference.run(replace(moved, observer="carol"), np.array([1.0, 0]), 3, 0)
    assert found.transcript.messages == 3


@pytest.mark.parametrize("copies", [0, -1])
def test_at_least_one_copy_is_needed(copies: int) -> None:
    circuit = DistributedCircuit.alternating([[], []], 1)
    with pytest.raises(InputError, match=f"copies = {copies}: at least one copy"):
        inference.run(circuit, np.array([1.0, 0]), copies, 0)


def test_an_input_of_the_wrong_size_or_norm_is_refused() -> None:
    circuit = DistributedCircuit.alternating([[], []], 2)
    with pytest.raises(InputError, match=r"state of shape \(8,\): a circuit on 2 qubits takes 4"):
        circuit.loss(np.ones(8) / np.sqrt(8))
    with pytest.raises(InputError, match="'ZI' does not fit a register of 3 qubits"):
        inference.run(circuit, np.ones(8) / np.sqrt(8), 1, 0)
    with pytest.raises(InputError, match=r"norm 2\.0: expected 1"):
        inference.run(circuit, np.ones(4), 1, 0)
