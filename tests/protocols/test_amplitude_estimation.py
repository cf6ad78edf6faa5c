"""Amplitude estimation over the network: the law of its readings, its bill, and what it refuses."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from math import cos, pi
from typing import NoReturn

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from qdml.bounds.costs import inference, iterative_lines
from qdml.claims.intervals import clopper_pearson
from qdml.errors import InputError
from qdml.model.circuit import DistributedCircuit
from qdml.protocols import amplitude_estimation, iterative_estimation
from qdml.protocols.drawn import random_instance
from qdml.quantum.gates import Dense
from qdml.quantum.numbers import inner, real
from qdml.quantum.placing import Leading
from qdml.testing import exact_circuits, exact_states, line_circuits, pauli_circuits, states

#: Each statistical test below raises a false alarm with at most this probability.
ALARM = 1e-9
floats = st.integers(1, 2).flatmap(
    lambda n: st.tuples(line_circuits(n) | pauli_circuits(n), states(n))
)
exacts = st.integers(1, 2).flatmap(lambda n: st.tuples(exact_circuits(n, 1), exact_states(n)))


def outcomes(circuit: DistributedCircuit, state: np.ndarray, evaluations: int) -> np.ndarray:
    """Probabilities of y = 0 ... M-1 after the transform, from what the last party holds."""
    found = amplitude_estimation.phases(circuit, state, evaluations, 1, 0)
    _, parties, phase, register = found
    last = parties[circuit.owners[-1]]
    with last:
        joined = last.join(phase, register)
        back = Dense(amplitude_estimation._fourier(evaluations, phase.qubits))
        last.apply([Leading(back, phase.qubits)], joined)
    front = joined.world.held.arranged(joined.world._axes(joined.slots)).reshape(
        2**phase.qubits, -1
    )
    return (np.abs(front) ** 2).sum(axis=1)


@settings(max_examples=40)
@given(floats, st.integers(2, 9))
def test_outcomes_follow_the_closed_form(pair, evaluations: int) -> None:
    circuit, state = pair
    found = outcomes(circuit, state, evaluations)
    law = amplitude_estimation.law(float(circuit.loss(state)), evaluations)
    # Near loss +-1 the angle, and so the law, is known to the root of the rounding only.
    assert found[:evaluations] == pytest.approx(law, abs=1e-6)
    assert found[evaluations:] == pytest.approx(0, abs=1e-12)


@settings(max_examples=15)
@given(exacts, st.integers(2, 5))
def test_powers_overlap_as_chebyshev_polynomials(pair, evaluations: int) -> None:
    circuit, state = pair
    loss = circuit.loss(state)
    chebyshev = [1, loss]
    while len(chebyshev) < evaluations:
        chebyshev.append(2 * loss * chebyshev[-1] - chebyshev[-2])
    _, parties, phase, register = amplitude_estimation.phases(circuit, state, evaluations, 1, 0)
    with parties[circuit.owners[-1]] as last:
        joined = last.join(phase, register)
    rows = joined.world.held.arranged(joined.world._axes(joined.slots)).reshape(
        2**phase.qubits, -1
    )[:evaluations]
    norm = real(inner(rows[0], rows[0]))
    assert [real(inner(rows[0], row)) / norm for row in rows] == chebyshev[:evaluations]


@settings(max_examples=10)
@given(floats, st.integers(0, 2**32))
def test_readings_are_drawn_from_the_law(pair, seed: int) -> None:
    circuit, state = pair
    m, runs = 6, 301
    found = amplitude_estimation.run(circuit, state, m, runs, seed)
    law = amplitude_estimation.law(float(circuit.loss(state)), m)
    counts = Counter(found.readings)
    for y in range(m // 2 + 1):
        chance = law[y] + (law[m - y] if 0 < y < m - y else 0)
        chance = min(1.0, max(0.0, chance))
        slack = 1e-6 if chance < 1e-6 or chance > 1 - 1e-6 else 0
        if slack:
            assert abs(counts[y] / runs - chance) < 0.05
        else:
            assert binomtest(counts[y], runs, chance).pvalue > ALARM


@settings(max_examples=25)
@given(floats, st.integers(2, 6), st.sampled_from([1, 3]), st.integers(0, 99))
def test_the_bill_of_a_run(pair, evaluations: int, runs: int, seed: int) -> None:
    circuit, state = pair
    found = amplitude_estimation.run(circuit, state, evaluations, runs, seed)
    crossings = (2 * evaluations - 1) * (2 * circuit.layers - 1)
    bill = found.transcript
    assert bill.messages == bill.rounds == crossings + 1
    assert bill.qubits == crossings * runs * circuit.qubits
    assert (bill.bits, bill.copies) == ((evaluations // 2).bit_length(), runs)
    middle = sorted(found.readings)[runs // 2]
    assert found.value == cos(2 * pi * middle / evaluations)


@pytest.mark.parametrize("owners", [("alice",) * 4, ("alice", "alice", "bob", "carol")])
def test_blocks_may_be_dealt_in_any_order(owners: tuple[str, ...]) -> None:
    circuit, state = random_instance(2, 2, 5)
    dealt = replace(circuit, owners=owners)
    same = outcomes(circuit, state, 5)
    assert outcomes(dealt, state, 5) == pytest.approx(same, abs=1e-12)
    steps = len({*owners}) - 1
    bill = amplitude_estimation.run(dealt, state, 5, 1, 0).transcript
    assert bill.messages == 9 * steps + (1 if steps else 0)


@pytest.mark.parametrize("module", [amplitude_estimation, iterative_estimation])
def test_an_estimate_never_asks_for_the_exact_loss(module, monkeypatch) -> None:
    def forbidden(*args: object, **kwargs: object) -> NoReturn:
        raise AssertionError("a protocol looked at the exact loss")

    circuit, state = random_instance(2, 1, 1)
    given_ = (0.5, 0.1, 3)
    free = module.estimate(circuit, state, *given_)
    monkeypatch.setattr(DistributedCircuit, "loss", lambda self, state: 0.0)
    monkeypatch.setattr(DistributedCircuit, "forward", forbidden)
    assert module.estimate(circuit, state, *given_).value == free.value


@pytest.mark.parametrize("module", [amplitude_estimation, iterative_estimation])
def test_estimates_keep_their_promise(module) -> None:
    wrong = 0
    for seed in range(40):
        circuit, state = random_instance(1, 1, seed)
        found = module.estimate(circuit, state, 0.3, 0.2, seed)
        wrong += not found.interval[0] <= found.exact <= found.interval[1]
        assert found.interval[0] <= found.value <= found.interval[1]
        assert found.interval[1] - found.interval[0] <= 0.6 + 1e-12
    assert binomtest(wrong, 40, 0.2, alternative="greater").pvalue > ALARM


@settings(max_examples=20)
@given(st.integers(1, 3), st.integers(1, 3), st.sampled_from([1.5, 0.5, 0.3]), st.floats(0.01, 0.9))
def test_the_price_is_the_bill(qubits: int, layers: int, accuracy: float, failure: float) -> None:
    circuit, state = random_instance(qubits, layers, 0)
    bill = amplitude_estimation.estimate(circuit, state, accuracy, failure, 1).transcript
    price = inference(qubits, layers, accuracy, failure)["amplitude-estimation"]
    for name in ("messages", "qubits", "bits", "copies"):
        assert getattr(bill, name) == getattr(price, name)


@settings(max_examples=20)
@given(st.integers(1, 3), st.integers(1, 2), st.sampled_from([0.5, 0.1]), st.integers(0, 50))
def test_looks_are_billed_as_they_were(
    qubits: int, layers: int, accuracy: float, seed: int
) -> None:
    circuit, state = random_instance(qubits, layers, seed)
    found = iterative_estimation.run(circuit, state, accuracy, 0.1, seed)
    iterates = [look.iterates for look in found.looks]
    assert iterates == sorted(iterates)
    assert max(2 * j + 1 for j in iterates) <= pi / (2 * accuracy) + 1
    batch = iterative_estimation.BATCH
    assert found.transcript.lines == iterative_lines(qubits, 2 * layers - 1, batch, iterates)


@given(st.floats(0, pi), st.integers(0, 2**32), st.sampled_from([0.3, 0.05, 0.001]))
def test_a_belief_that_is_told_the_truth_closes_in_on_it(angle, seed: int, accuracy) -> None:
    rng = np.random.default_rng(seed)
    belief = iterative_estimation.Belief(1e-12)
    while belief.losses[1] - belief.losses[0] > 2 * accuracy:
        factor = 2 * belief.lengthen() + 1
        assert factor == belief.factor
        chance = min(1.0, max(0.0, (1 + cos(factor * angle)) / 2))
        belief.learn(int(rng.binomial(iterative_estimation.BATCH, chance)))
    assert belief.low - 1e-9 <= angle <= belief.high + 1e-9


def test_looks_at_one_factor_share_what_is_left_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[float] = []

    def spied(plus: int, trials: int, failure: float) -> tuple[float, float]:
        asked.append(failure)
        return clopper_pearson(plus, trials, failure)

    monkeypatch.setattr(iterative_estimation, "clopper_pearson", spied)
    rng, belief, stages = np.random.default_rng(3), iterative_estimation.Belief(0.2), list[list]()
    while belief.losses[1] - belief.losses[0] > 2e-3:
        before, factor = belief.factor, 2 * belief.lengthen() + 1
        if factor != before or not stages:
            stages.append([])
        belief.learn(int(rng.binomial(iterative_estimation.BATCH, (1 + cos(factor)) / 2)))
        stages[-1].append(asked[-1])
    assert len(stages) > 2
    # Had a factor never been left, its looks would have shared this: zeta(2) times the first.
    assert sum(shares[0] * pi**2 / 6 for shares in stages) < 0.2
    for shares in stages:
        for r, share in enumerate(shares, start=1):
            assert share * r**2 == pytest.approx(shares[0])


def test_the_iterative_bill_grows_like_the_inverse_accuracy() -> None:
    means = []
    for accuracy in (0.1, 0.01):
        bills = []
        for seed in range(30):
            circuit, state = random_instance(1, 1, seed)
            found = iterative_estimation.run(circuit, state, accuracy, 0.05, seed)
            bills.append(found.transcript.qubits)
        means.append(np.mean(bills))
    assert 0.8 < np.log10(means[1] / means[0]) < 1.3


CIRCUIT, STATE = random_instance(2, 1, 0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: amplitude_estimation.run(CIRCUIT, STATE, 1, 1, 0), "1 evaluations on 2 qubits"),
        (lambda: amplitude_estimation.run(CIRCUIT, STATE, 10**6, 1, 0), "1000000 evaluations"),
        (lambda: amplitude_estimation.run(CIRCUIT, STATE, 4, 2, 0), "2 runs: expected an odd"),
        (
            lambda: amplitude_estimation.estimate(CIRCUIT, STATE, 1e-9, 0.1, 0),
            r"accuracy 1e-09: too many Grover iterates .* expected 0\.00\d+ or more",
        ),
        (lambda: amplitude_estimation.estimate(CIRCUIT, STATE, 0, 0.1, 0), "accuracy 0: expected"),
        (
            lambda: amplitude_estimation.estimate(CIRCUIT, STATE, 0.1, 0, 0),
            "failure probability 0: expected",
        ),
        (
            lambda: amplitude_estimation.estimate(*random_instance(18, 1, 0), 1.0, 0.1, 0),
            "take fewer qubits or layers",
        ),
        (
            lambda: iterative_estimation.run(CIRCUIT, STATE, 1e-9, 0.1, 0),
            r"accuracy 1e-09: too long walks .* expected \d",
        ),
        (
            lambda: iterative_estimation.run(CIRCUIT, STATE, 0.1, 1e-300, 0),
            "failure probability 1e-300: expected 1e-250 or more",
        ),
    ],
)
def test_bad_input_is_told(call, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)
