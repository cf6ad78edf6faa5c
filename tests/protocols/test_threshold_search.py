"""Threshold search: chances, hypothesis and promise, by routes of their own; what is refused."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm
from scipy.stats import binom

from qdml.bounds import gradient_costs
from qdml.errors import InputError
from qdml.model.ansatz import pauli_block, random_pauli
from qdml.model.circuit import DistributedCircuit
from qdml.model.gradient_task import Task
from qdml.model.shadow_task import Plan, plan, tomography_copies
from qdml.protocols import gradient, gradient_methods
from qdml.protocols.threshold_search import Hypothesis, chances, learn, tomography
from qdml.quantum.gates import Pauli
from qdml.quantum.numbers import Radians
from qdml.quantum.reference import amplitude_encoding


def problem(n: int, p: int, seed: int) -> tuple[DistributedCircuit, np.ndarray]:
    rng = np.random.default_rng(seed)
    return random_pauli(n, 1, p, rng), amplitude_encoding(rng.normal(size=2**n))


@given(st.floats(-0.9, 0.9), st.integers(2, 9), st.floats(0.1, 1.0))
def test_chances_change_by_the_ratio_at_most(mean: float, scale: int, accuracy: float) -> None:
    numbers = Plan(round(accuracy, 3), scale, scale**2, 1, 1, 1)
    found = chances(mean, numbers)
    ratio = found[1:] / found[:-1]
    room = 4 * np.finfo(float).eps
    assert found.max() <= 1
    assert ratio.max() <= (scale + 1) / scale * (1 + room)
    assert ratio.min() >= scale / (scale + 1) * (1 - room)
    counts = np.arange(scale**2 + 1)
    away = np.abs(2 * counts / scale**2 - 1 - mean) >= round(accuracy, 3)
    assert (found[away] == 1).all()


def test_a_sharp_threshold_is_yes_or_no() -> None:
    assert set(chances(0.1, Plan(0.5, 0, 20, 1, 1, 1))) == {0.0, 1.0}


@given(st.integers(0, 50))
@settings(max_examples=10)
def test_the_hypothesis_is_a_gibbs_state_of_the_true_observables(seed: int) -> None:
    circuit, state = problem(2, 3, seed)
    prepared = gradient.prepare(circuit, state, 2)
    empty = Hypothesis.empty(prepared)
    assert np.abs(empty.means).max() < 1e-12
    moved = empty.moved(1, 0.6).moved(2, -0.3)
    y = np.array([[0, -1j], [1j, 0]])
    thermal = expm(np.kron(y, moved.exponent))
    thermal /= np.trace(thermal).real
    vector = gradient.gradient_state(circuit, state, 2) / np.sqrt(2)
    for j, observable in enumerate(moved.observables):
        whole = np.kron(y, observable)
        assert moved.means[j] == pytest.approx(np.trace(whole @ thermal).real, abs=1e-12)
        mean = -float(np.vdot(vector, whole @ vector).real)
        assert mean == pytest.approx(gradient.entry(circuit, state, 2, j), abs=1e-12)
    # Alone, a step sets the mean that it is told.
    assert empty.moved(1, 0.6).means[1] == pytest.approx(0.6)


def test_a_search_keeps_its_promise_and_pays_for_every_copy() -> None:
    # The loss is the cosine of the sum of two angles: both derivatives are -1.
    blocks = [pauli_block([Pauli("Y")], [Radians(a)]) for a in (0.4, np.pi / 2 - 0.4)]
    circuit, state = DistributedCircuit.alternating(blocks, 1), np.array([1.0, 0])
    found = gradient_methods.run("shadow-tomography", circuit, state, 0.95, 1e-6, 3)
    task = Task(1, 1, 1, 0.95, 1e-6)
    assert np.abs(found.gradient + 1).max() <= 0.95
    assert found.copies == plan(1, 2, 1, 0.95, 1e-6).copies
    assert found.qubits == gradient_costs.qubits("shadow-tomography", task)
    assert found.messages == 3


@pytest.mark.parametrize("n", [1, 3])
def test_tomography_keeps_its_promise_and_pays_for_every_copy(n: int) -> None:
    for seed in range(5):
        circuit, state = problem(n, 4, seed)
        found = gradient_methods.run("tomography", circuit, state, 0.2, 1e-6, seed)
        assert np.abs(found.gradient - circuit.gradient(state)).max() <= 0.2
        assert found.qubits == gradient_costs.qubits("tomography", Task(n, 1, 4, 0.2, 1e-6))


@given(st.integers(1, 5), st.floats(0.05, 1.5), st.floats(1e-6, 0.5))
def test_tomography_misses_as_rarely_as_it_says(n: int, accuracy: float, failure: float) -> None:
    k, size = tomography_copies(n, 2, accuracy, failure), 2 ** (n + 1)
    # 2 sqrt(1-F) k/(k+2N) + 2N/(k+2N) = eps at this infidelity 1-F, which has a Beta law.
    worst = ((accuracy * (k + size) - size) / (2 * k)) ** 2
    assert binom.cdf(size - 2, k + size - 1, min(1.0, worst)) <= failure / 2


def test_the_error_of_tomography_falls_with_the_root_of_the_copies() -> None:
    circuit, state = problem(2, 6, 4)
    exact = np.array(circuit.gradient(state))[:6]
    spread = []
    for copies in (200, 3200):
        errors = [
            tomography(gradient.prepare(circuit, state, 1, copies, seed)) for seed in range(60)
        ]
        spread.append(float(np.sqrt(np.mean(np.square(np.array(errors) - exact)))))
    assert spread[0] / spread[1] == pytest.approx(4, rel=0.35)


def test_a_search_that_may_not_learn_stays_where_it_began() -> None:
    circuit, state = problem(1, 3, 1)
    numbers = Plan(0.5, 6, 36, 36, 4, 4, learn=False)
    learned = learn(gradient.prepare(circuit, state, 1, numbers.copies, 0), numbers)
    assert np.abs(learned.entries).max() == 0
    assert (learned.rounds, learned.updates) == (4, 0)


def test_more_rounds_bring_the_entries_closer() -> None:
    circuit, state = problem(1, 4, 1)
    exact = np.array(circuit.gradient(state))[:4]
    errors = []
    for rounds in (1, 24):
        numbers = Plan(0.4, 7, 49, 200, rounds, rounds)
        prepared = gradient.prepare(circuit, state, 1, numbers.copies, 5)
        errors.append(float(np.abs(learn(prepared, numbers).entries - exact).max()))
    assert errors[1] < 0.4 < errors[0]


def test_the_plan_grows_as_it_says() -> None:
    promise = Fraction(1, 10), Fraction(1, 20)
    small, large = plan(5, 4, 10, *promise), plan(5, 4, 10**6, *promise)
    assert large.scale / small.scale == pytest.approx(
        (np.log(32e6) + 5 / 8) / (np.log(320) + 5 / 8), rel=1e-2
    )
    finer = plan(5, 4, 10, promise[0] / 2, promise[1])
    assert finer.batch / small.batch == pytest.approx(4, rel=0.02)
    assert 15 < finer.copies / small.copies < 24


@pytest.mark.parametrize(
    ("n", "p", "accuracy", "message"),
    [
        (2, 1, 0.9, "361 copies of .g_b. together, .* amplitudes for N = 4: expected at most"),
        (1, 100, 0.9, "asks 200 entries 63 times, each of 1521 copies"),
    ],
)
def test_what_cannot_be_simulated_is_said_before_anything_is_sent(
    n: int, p: int, accuracy: float, message: str
) -> None:
    circuit, state = problem(n, p, 0)
    with pytest.raises(InputError, match=message):
        gradient_methods.run("shadow-tomography", circuit, state, accuracy, 0.05, 0)


def test_blocks_of_other_gates_are_refused() -> None:
    circuit, state = problem(1, 1, 0)
    odd = DistributedCircuit.alternating([(), circuit.blocks[1].gates], 1)
    with pytest.raises(InputError, match="block 1: expected Pauli rotations alone, one or more"):
        learn(gradient.prepare(odd, state, 1, 4, 0), Plan(0.5, 1, 1, 1, 1, 2))
