"""Fine-tuning: observables against the engine's gradient, one exchange for every step."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, exp, log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from qdml.bounds import fine_tuning as costs
from qdml.errors import InputError
from qdml.model.ansatz import direction, line_block
from qdml.protocols import fine_tuning
from qdml.quantum.gates import Pauli
from qdml.quantum.numbers import Radians, exact
from qdml.quantum.reference import amplitude_encoding, expectation
from qdml.testing import exact_circuits, exact_states, pauli_circuits, states

seeds = st.integers(0, 2**32)


@settings(max_examples=40)
@given(st.integers(1, 3).flatmap(lambda n: st.tuples(exact_circuits(n), exact_states(n))))
def test_observables_give_the_exact_gradient(pair) -> None:
    circuit, state = pair
    gates = circuit.blocks[-1].gates
    inner = circuit.forward(state, len(circuit.blocks) - 1)
    found = fine_tuning.derivatives(gates, circuit.observable)
    means = [sum(c * expectation(p, inner) for p, c in terms.items()) for terms in found]
    slopes = circuit.gradient(state)
    assert means == slopes[len(slopes) - len(means) :]


@settings(max_examples=20)
@given(st.integers(1, 2), st.integers(1, 3), st.integers(1, 300), seeds)
def test_the_bill_does_not_know_the_steps(n: int, layers: int, copies: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    path = fine_tuning.random_path(n, layers, 2, 3, 2, rng)
    state = amplitude_encoding(rng.normal(size=2**n))
    bills = [fine_tuning.store(circuit, state, copies, 1)[1].lines for circuit in path]
    assert bills == [costs.lines(n, copies, 2 * layers - 1)] * 3
    assert sum(line.qubits for line in bills[0]) == copies * (2 * layers - 1) * n


def test_outcomes_do_not_depend_on_the_block_that_is_trained() -> None:
    path = fine_tuning.random_path(2, 2, 2, 2, 2, np.random.default_rng(5))
    state = amplitude_encoding([1.0, 2, 3, 4])
    one, other = (fine_tuning.store(circuit, state, 50, 7)[0] for circuit in path)
    assert (one.outcomes == other.outcomes).all()
    assert (one.bases == other.bases).all()


def test_the_error_falls_like_the_root_of_the_copies() -> None:
    rng = np.random.default_rng(2)
    [circuit] = fine_tuning.random_path(2, 1, 3, 1, 2, rng)
    state = amplitude_encoding(rng.normal(size=4))
    spread = []
    for copies in (500, 8000):
        errors = [
            fine_tuning.error(fine_tuning.store(circuit, state, copies, seed)[0], circuit, state, 1)
            for seed in range(40)
        ]
        spread.append(float(np.sqrt(np.mean(np.square(errors)))))
    assert log(spread[0] / spread[1]) / log(16) == pytest.approx(0.5, abs=0.15)


def test_direct_measurement_pays_for_every_derivative() -> None:
    path = fine_tuning.random_path(2, 2, 3, 4, 2, np.random.default_rng(0))
    state = amplitude_encoding([1.0, 2, 3, 4])
    estimates, bills = fine_tuning.direct(path, state, 4000, 1)
    assert estimates.shape == (4, 3)
    assert [bill.qubits for bill in bills] == [4000 * 3 * 2] * 12
    exactly = [circuit.gradient(state)[-3:] for circuit in path]
    # Hoeffding at 1e-9 for twelve estimates.
    assert np.abs(estimates - np.array(exactly)).max() <= np.sqrt(2 * log(2 * 12 / 1e-9) / 4000)


def test_training_from_stored_copies_lowers_the_loss() -> None:
    rng = np.random.default_rng(4)
    [circuit] = fine_tuning.random_path(2, 2, 3, 1, 2, rng)
    state = amplitude_encoding(rng.normal(size=4))
    stored, _ = fine_tuning.store(circuit, state, 30000, 1)
    path = fine_tuning.train(stored, circuit, 9, 12, 0.4)
    assert len(path) == 13
    assert path[-1].loss(state) < path[0].loss(state) - 0.05
    assert max(fine_tuning.error(stored, step, state, 9) for step in path) < 0.3


@given(
    st.integers(1, 10**6),
    st.integers(1, 100),
    st.floats(0.01, 1.9),
    st.floats(1e-9, 0.99),
)
def test_copies_keep_the_promise(number: int, norm: int, eps: float, delta: float) -> None:
    groups, size = costs.shadow_groups(number, Fraction(norm), eps, delta)
    assert norm / (size * eps**2) <= 0.25 * (1 + 1e-12)
    assert number * exp(-groups / 8) <= delta * (1 + 1e-9)
    assert groups == max(1, ceil(8 * log(number / delta) - 1e-9))
    each = costs.direct_copies(number, eps, delta)
    assert 2 * number * exp(-each * eps**2 / 2) <= delta * (1 + 1e-6)
    bills = costs.fine_tuning(3, 2, number, Fraction(norm), eps, delta)
    assert bills["shadows"].qubits == groups * size * 3 * 3
    assert bills["direct"].qubits == number * each * 3 * 3


@given(st.integers(1, 200))
def test_misses_of_medians_are_binomial_tails(groups: int) -> None:
    found = float(costs.median_misses(groups))
    assert found == pytest.approx(float(binom.sf((groups - 1) // 2, groups, 0.25)), rel=1e-9)
    assert found <= exp(-groups / 8)


@settings(max_examples=20)
@given(pauli_circuits(2), states(2))
def test_bounds_hold_for_floating_angles(circuit, state) -> None:
    if not circuit.blocks[-1].rotations:
        return
    bound = fine_tuning.second_moment_bound(circuit)
    slopes = circuit.gradient(state)[-len(circuit.blocks[-1].rotations) :]
    assert max(slope**2 for slope in slopes) <= float(bound) + 1e-12


def test_bad_input_is_refused() -> None:
    with pytest.raises(InputError, match="a block that is fine-tuned has Pauli rotations only"):
        fine_tuning.derivatives(line_block(2, [Radians(0.1)] * 4), Pauli("ZI"))
    with pytest.raises(InputError, match="0 derivatives: expected at least one step and one angle"):
        costs.direct_copies(0, 0.1, 0.1)
    with pytest.raises(InputError, match="0 derivatives"):
        costs.shadow_groups(0, Fraction(3), 0.1, 0.1)
    with pytest.raises(InputError, match=r"accuracy 0\.0: expected a number in \(0, 2\)"):
        costs.shadow_groups(1, Fraction(3), 0.0, 0.1)
    with pytest.raises(InputError, match="failure probability 1"):
        costs.shadow_groups(1, Fraction(3), 0.1, 1.0)
    [circuit] = fine_tuning.random_path(1, 1, 1, 1, 1, np.random.default_rng(0), direction)
    stored, _ = fine_tuning.store(circuit, exact([1, 2]), 20, 1)
    with pytest.raises(InputError, match="descent needs angles in radians"):
        fine_tuning.train(stored, circuit, 1, 1, 0.1)
