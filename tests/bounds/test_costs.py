"""Cost formulas: against high precision, against runs, and against what they promise."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mp

from qdml.bounds import costs
from qdml.bounds.costs import sampling_copies
from qdml.errors import InputError
from qdml.model.ansatz import random_line
from qdml.model.circuit import DistributedCircuit
from qdml.protocols import inference
from qdml.testing import line_circuits, rounding, states

accuracies = st.floats(1e-12, 1.999) | st.sampled_from([0.5, 0.1, 0.05, 1.0])
failures = st.floats(1e-300, 0.999) | st.sampled_from([0.5, 0.05, 0.01, 1 - 2**-53])


@given(accuracies, failures, st.fractions(Fraction(1, 4), 4))
def test_copies_are_the_formula_in_high_precision(
    accuracy: float, failure: float, factor: Fraction
) -> None:
    found = sampling_copies(accuracy, failure, factor)
    with mp.workdps(120):
        # A number stands for the decimal that was written.
        eps, delta = mp.mpf(repr(accuracy)), mp.mpf(repr(failure))
        exactly = mp.mpf(factor.numerator) / factor.denominator * mp.log(2 / delta) / eps**2
        assert found == max(1, int(mp.ceil(exactly)))


@given(st.fractions(Fraction(1, 10**6), Fraction(3, 2)), st.fractions("1e-9", "0.99"))
def test_copies_of_fractions_are_the_formula_too(accuracy: Fraction, failure: Fraction) -> None:
    with mp.workdps(120):
        eps = mp.mpf(accuracy.numerator) / accuracy.denominator
        delta = mp.mpf(failure.numerator) / failure.denominator
        assert sampling_copies(accuracy, failure) == int(mp.ceil(2 * mp.log(2 / delta) / eps**2))


def test_copies_at_the_ends_of_the_ranges() -> None:
    assert sampling_copies(0.1, 0.05) == 738
    assert sampling_copies(1.9999999, 1 - 2**-53) == 1
    assert len(str(sampling_copies(1e-300, 1e-300))) == 604


@settings(max_examples=30)
@given(
    st.integers(1, 4),
    st.integers(1, 4),
    st.floats(0.05, 1.9),
    st.floats(1e-6, 0.9),
    st.integers(0, 99),
)
def test_a_run_costs_what_the_formula_says(
    qubits: int, layers: int, accuracy: float, failure: float, seed: int
) -> None:
    circuit = random_line(qubits, layers, np.random.default_rng(seed))
    state = np.ones(2**qubits) / np.sqrt(2**qubits)
    bill = inference.estimate(circuit, state, accuracy, failure, seed).transcript
    said = costs.inference(qubits, layers, accuracy, failure)["sampling"]
    assert (bill.messages, bill.qubits, bill.bits, bill.copies) == (
        said.messages,
        said.qubits,
        said.bits,
        said.copies,
    )


@given(st.integers(1, 10**9))
def test_a_count_fits_in_the_announced_bits_and_not_in_fewer(copies: int) -> None:
    bits = costs.announcement_bits(copies)
    assert 2 ** (bits - 1) < copies + 1 <= 2**bits


def quantised_loss(circuit: DistributedCircuit, state: np.ndarray, bits: int) -> float:
    """The classical pair of the formula, run: numbers of `bits` bits, one a real coordinate."""
    step = 2.0 ** (2 - bits)

    def told(numbers: np.ndarray) -> np.ndarray:
        whole = np.rint(np.clip(numbers, -1, 1) / step)
        assert np.abs(whole).max() <= 1 / step  # so 2/h + 1 values, which `bits` bits can tell
        assert 2 / step + 1 <= 2**bits
        return whole * step

    vector = state
    for b, block in enumerate(circuit.blocks, start=1):
        for gate in block.gates:
            vector = gate.apply(vector)
        if b < len(circuit.blocks):
            vector = told(vector.real) + 1j * told(vector.imag)
    loss = np.vdot(vector, circuit.observable.apply(vector)).real
    return float(told(np.array([loss]))[0])


@settings(max_examples=60)
@given(
    st.integers(1, 3).flatmap(lambda n: st.tuples(line_circuits(n, 3), states(n))),
    st.floats(1e-6, 1.9),
)
def test_quantised_vectors_keep_the_promised_accuracy(
    pair: tuple[DistributedCircuit, np.ndarray], accuracy: float
) -> None:
    circuit, state = pair
    n, layers = circuit.qubits, circuit.layers
    cost = costs.inference_by_vectors(n, layers, accuracy)
    numbers = (2 * layers - 1) * 2 ** (n + 1) + 1
    assert cost.bits % numbers == 0
    assert (cost.messages, cost.qubits, cost.copies) == (2 * layers, 0, 0)
    error = abs(quantised_loss(circuit, state, cost.bits // numbers) - circuit.loss(state))
    assert error <= accuracy + rounding(len(circuit.gates), 2**n)


@given(st.integers(1, 12), st.integers(1, 12), st.floats(1e-9, 1.9))
def test_more_accuracy_never_costs_fewer_bits(qubits: int, layers: int, accuracy: float) -> None:
    coarse = costs.inference_by_vectors(qubits, layers, accuracy)
    fine = costs.inference_by_vectors(qubits, layers, accuracy / 2)
    assert fine.bits > coarse.bits / 2
    assert fine.bits >= coarse.bits


@given(st.integers(1, 20), st.integers(1, 20))
def test_all_gradient_states_cost_the_sum_over_blocks(qubits: int, layers: int) -> None:
    blocks = range(1, 2 * layers + 1)
    total = costs.all_gradient_states(qubits, layers)
    assert total.messages == sum(costs.gradient_state_messages(layers, b) for b in blocks)
    assert total.qubits == sum(costs.gradient_state_qubits(qubits, layers, b) for b in blocks)


@pytest.mark.parametrize("accuracy", [0, 2, -0.1, 2.5, float("nan"), float("inf"), Fraction(2)])
def test_an_accuracy_outside_its_range_is_named(accuracy: float) -> None:
    for ask in (
        lambda: sampling_copies(accuracy, 0.1),
        lambda: costs.inference(2, 1, accuracy, 0.1),
        lambda: costs.inference_by_vectors(2, 1, accuracy),
        lambda: inference.estimate_random(2, 1, accuracy, 0.1, 0),
    ):
        with pytest.raises(InputError, match=r"accuracy .*: expected a number in \(0, 2\)"):
            ask()


@pytest.mark.parametrize("failure", [0, 1, -0.1, 1.5, float("nan"), Fraction(1)])
def test_a_failure_probability_outside_its_range_is_named(failure: float) -> None:
    for ask in (
        lambda: sampling_copies(0.1, failure),
        lambda: costs.inference(2, 1, 0.1, failure),
        lambda: inference.estimate_random(2, 1, 0.1, failure, 0),
    ):
        with pytest.raises(InputError, match=r"failure probability .*: expected .* in \(0, 1\)"):
            ask()


@pytest.mark.parametrize(("qubits", "layers"), [(0, 1), (1, 0), (-1, 2)])
def test_a_circuit_has_qubits_and_layers(qubits: int, layers: int) -> None:
    with pytest.raises(InputError, match="expected at least one of each"):
        costs.inference(qubits, layers, 0.1, 0.1)


@given(st.integers(1, 20), st.integers(1, 10), st.floats(1e-9, 1.9))
def test_vectors_are_rounded_as_coarsely_as_the_triangle_inequality_allows(
    qubits: int, layers: int, accuracy: float
) -> None:
    crossings, numbers = 2 * layers - 1, 2 ** (qubits + 1)

    def worst(bits: int) -> mp.mpf:
        """Largest loss error with numbers of `bits` bits, that is with steps of 2^(2-bits)."""
        step = mp.mpf(2) ** (2 - bits)
        moved = crossings * mp.sqrt(numbers) * step / 2
        return (1 + moved) ** 2 - 1 + step / 2

    with mp.workdps(60):
        cost = costs.inference_by_vectors(qubits, layers, accuracy)
        bits = cost.bits // (crossings * numbers + 1)
        assert worst(bits) <= mp.mpf(repr(accuracy))
        assert bits == 2 or worst(bits - 1) > mp.mpf(repr(accuracy))
