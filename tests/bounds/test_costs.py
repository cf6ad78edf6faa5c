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
from qdml.protocols import inference

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


@settings(max_examples=15)
@given(st.integers(1, 12), st.integers(1, 12), st.floats(1e-9, 1.9))
def test_more_accuracy_never_costs_fewer_bits(qubits: int, layers: int, accuracy: float) -> None:
    coarse = costs.classical(qubits, 2 * layers - 1, accuracy, 0.1)
    fine = costs.classical(qubits, 2 * layers - 1, accuracy / 2, 0.1)
    for method, bill in fine.items():
        assert bill.bits >= coarse[method].bits
    # One bit more for each number, and at most one for a longer exponent.
    numbers = (2 * layers - 1) * 2 ** (qubits + 1)
    assert fine["classical-vectors"].bits <= coarse["classical-vectors"].bits + 2 * numbers + 1


@settings(max_examples=6)
@given(st.integers(1, 60), st.integers(1, 6), st.floats(0.01, 1.0))
def test_the_advantage_begins_where_the_sign_changes(
    layers: int, parties_less_one: int, accuracy: float
) -> None:
    parties = min(6, parties_less_one + 1)
    for method in ("sampling", "amplitude-estimation"):
        least = costs.advantage_from(method, layers, accuracy, 0.1, parties)
        assert least is not None
        for n in {least, max(1, least - 1)}:
            bills = costs.inference(n, layers, accuracy, 0.1, parties)
            bits = min(bill.bits for bill in bills.values() if not bill.qubits)
            assert (bills[method].qubits < bits) == (n == least)


@settings(max_examples=15)
@given(st.floats(1e-12, 0.9))
def test_amplitude_estimation_wins_below_the_crossover_and_loses_above(failure: float) -> None:
    star = costs.estimation_crossover(failure)
    for factor, cheaper in ((0.8, True), (1.25, False)):
        bills = costs.inference(3, 2, min(1.99, star * factor), failure, 3)
        assert (bills["amplitude-estimation"].qubits < bills["sampling"].qubits) == cheaper


@pytest.mark.parametrize("least", [1, 2, 3, 7, 8, 100])
def test_bisection_finds_the_least(least: int) -> None:
    assert costs.least(lambda n: n >= least, 100) == least
    assert costs.least(lambda n: n >= 101, 100) is None


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
        lambda: costs.classical(2, 1, accuracy, 0.1),
        lambda: inference.estimate_random(2, 1, accuracy, 0.1, 0),
    ):
        with pytest.raises(InputError, match=r"accuracy .*: expected a number in \(0, 2\)"):
            ask()


@pytest.mark.parametrize("failure", [0, 1, -0.1, 1.5, float("nan"), Fraction(1)])
def test_a_failure_probability_outside_its_range_is_named(failure: float) -> None:
    for ask in (
        lambda: sampling_copies(0.1, failure),
        lambda: costs.inference(2, 1, 0.1, failure),
        lambda: costs.classical(2, 1, 0.1, failure),
        lambda: inference.estimate_random(2, 1, 0.1, failure, 0),
    ):
        with pytest.raises(InputError, match=r"failure probability .*: expected .* in \(0, 1\)"):
            ask()


@pytest.mark.parametrize(("qubits", "layers"), [(0, 1), (1, 0), (-1, 2)])
def test_a_circuit_has_qubits_and_layers(qubits: int, layers: int) -> None:
    with pytest.raises(InputError, match="expected at least one of each"):
        costs.inference(qubits, layers, 0.1, 0.1)
