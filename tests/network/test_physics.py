"""What parties measure is what quantum theory says, together and apart."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, binomtest

from qdml.claims.intervals import hoeffding_radius
from qdml.network import Network
from qdml.quantum.gates import ControlledZ, Dense, Pauli, Rotation, hadamard
from qdml.quantum.numbers import Direction, exact
from qdml.quantum.reference import amplitude_encoding, expectation
from qdml.testing import pauli_strings, rounding, states

#: Each statistical test below raises a false alarm with at most this probability.
ALARM = 1e-9

#: CNOT from the first qubit of two to the second.
CNOT = [
    Dense(np.kron(np.eye(2), hadamard())),
    ControlledZ(0, 1, 2),
    Dense(np.kron(np.eye(2), hadamard())),
]


@given(states(1), st.integers(0, 2**32))
def test_teleportation_moves_a_qubit_with_two_bits(state: np.ndarray, seed: int) -> None:
    network = Network(seed)
    alice, bob = network.party("alice", state=state), network.party("bob")
    here, there = network.entangle(alice, bob, 1)
    with alice:
        both = alice.join(alice.prepare(alice.private("state")), here)
        alice.apply([*CNOT, Dense(np.kron(hadamard(), np.eye(2)))], both)
        outcome = alice.measure_basis(both)
        network.channel.announce(outcome, alice, to=bob)
    with bob:
        first, second = divmod(int(outcome.read(bob)[0]), 2)
        bob.apply([Pauli("X")] * second + [Pauli("Z")] * first, there)
        overlap = abs(np.vdot(state, there.world.state))
    assert overlap == pytest.approx(1, abs=rounding(8))
    totals = network.transcript.totals()
    assert (totals["qubits"], totals["bits"], totals["entangled_pairs"]) == (0, 2, 1)


@pytest.mark.parametrize("message", range(4))
@pytest.mark.parametrize("seed", range(5))
def test_superdense_coding_moves_two_bits_with_a_qubit(message: int, seed: int) -> None:
    network = Network(seed)
    alice, bob = network.party("alice", message=message), network.party("bob")
    here, there = network.entangle(alice, bob, 1)
    with alice:
        first, second = divmod(alice.private("message"), 2)
        alice.apply([Pauli("X")] * second + [Pauli("Z")] * first, here)
        here = network.channel.send(here, to=bob)
    with bob:
        both = bob.join(here, there)
        bob.apply([*CNOT, Dense(np.kron(hadamard(), np.eye(2)))], both)
        assert bob.measure_basis(both).read(bob)[0] == message
    totals = network.transcript.totals()
    assert (totals["qubits"], totals["bits"], totals["entangled_pairs"]) == (1, 0, 1)


@pytest.mark.parametrize("letter", "XYZ")
def test_entangled_halves_agree_in_every_basis(letter: str) -> None:
    outcomes = []
    for seed in range(40):
        network = Network(seed)
        alice, bob = network.party("alice"), network.party("bob")
        here, there = network.entangle(alice, bob, 2)
        with alice:
            hers = alice.measure(alice.split(here, 1)[1], Pauli(letter)).read(alice)
        with bob:
            his = bob.measure(bob.split(there, 1)[1], Pauli(letter)).read(bob)
        # Phi+ is correlated in X and Z and anticorrelated in Y.
        assert (hers == his) == (letter != "Y")
        outcomes.append(hers)
    assert 0 < sum(outcomes) < 40


@settings(max_examples=10)
@given(st.tuples(pauli_strings(2), states(2)), st.integers(0, 2**32))
def test_counts_over_the_network_are_binomial(pair: tuple[Pauli, np.ndarray], seed: int) -> None:
    observable, state = pair
    copies, runs = 5, 400
    counts: Counter[int] = Counter()
    for run in range(runs):
        network = Network(seed + run)
        alice = network.party("alice")
        with alice:
            register = alice.prepare(state, copies=copies)
            counts[alice.measure(register, observable).read(alice)] += 1
    plus = min(1.0, max(0.0, (1 + expectation(observable, state)) / 2))
    for value in range(copies + 1):
        probability = min(1.0, float(binom.pmf(value, copies, plus)))
        assert binomtest(counts[value], runs, probability).pvalue > ALARM / 10 / (copies + 1)


@settings(max_examples=8)
@given(states(3), pauli_strings(2), pauli_strings(1), st.integers(0, 2**32))
def test_a_measured_part_leaves_the_rest_in_the_state_of_the_partial_trace(
    state: np.ndarray, measured: Pauli, later: Pauli, seed: int
) -> None:
    runs, signs = 300, {1: [], 0: []}
    for run in range(runs):
        network = Network(seed + run)
        alice, bob = network.party("alice"), network.party("bob")
        with alice:
            kept, sent = alice.split(alice.prepare(state), 1)
            sent = network.channel.send(sent, to=bob)
        with bob:
            count = bob.measure(sent, measured).read(bob)
        signs[count].append(float(expectation(later, kept.world.state)))
    matrix = np.kron(np.eye(2), measured.apply(np.eye(4, dtype=complex)))
    local = later.apply(np.eye(2, dtype=complex))
    for count, means in signs.items():
        projected = (state + (2 * count - 1) * matrix @ state) / 2
        weight = float(np.vdot(projected, projected).real)
        assert binomtest(len(means), runs, min(1.0, weight)).pvalue > ALARM / 32
        if means:
            joint = projected.reshape(2, 4)
            reduced = joint @ joint.conj().T / weight
            expected = np.trace(local @ reduced).real
            assert abs(np.mean(means) - expected) <= hoeffding_radius(len(means), ALARM / 32)


@settings(max_examples=30)
@given(states(3), st.permutations(range(3)), st.integers(0, 2**32))
def test_qubits_measured_one_by_one_are_the_joint_outcome(
    state: np.ndarray, order: list[int], seed: int
) -> None:
    network = Network(seed)
    alice = network.party("alice")
    with alice:
        first, rest = alice.split(alice.prepare(state), 1)
        parts = [first, *alice.split(rest, 1)]
        bits = [0, 0, 0]
        for qubit in order:
            bits[qubit] = int(alice.measure_basis(parts[qubit]).read(alice)[0])
    assert abs(state[bits[0] * 4 + bits[1] * 2 + bits[2]]) > 0


def test_exact_states_are_measured_with_exact_probabilities() -> None:
    # The angle 2 atan2(4, 3) gives cos = -7/25: +1 comes with probability 9/25.
    runs, plus, basis = 2000, 0, 0
    for seed in range(runs):
        network = Network(seed)
        alice, bob = network.party("alice"), network.party("bob")
        with alice:
            register = alice.prepare(exact([1, 0, 0, 0]), copies=1)
            alice.apply([Rotation(Pauli("YI"), Direction(3, 4))], register)
            alice.apply([Dense(exact(np.kron([[1, 1], [1, -1]], np.eye(2, dtype=int))))], register)
            alice.apply([Dense(exact(np.kron([[1, 1], [1, -1]], np.eye(2, dtype=int))))], register)
            alice.apply([Rotation(Pauli("XX"), Direction(1, 0))], register)
            first, second = alice.split(register, 1)
            second = network.channel.send(second, to=bob)
            plus += alice.measure(first, Pauli("Z")).read(alice)
        with bob:
            basis += int(bob.measure_basis(second).read(bob)[0])
    assert binomtest(plus, runs, 9 / 25).pvalue > ALARM
    assert basis == 0


def test_an_exact_bell_pair_collapses_on_both_sides() -> None:
    for seed in range(30):
        network = Network(seed)
        alice, bob = network.party("alice"), network.party("bob")
        with alice:
            mine, his = alice.split(alice.prepare(exact([3, 0, 0, 4])), 1)
            his = network.channel.send(his, to=bob)
            hers = alice.measure(mine, Pauli("Z")).read(alice)
        with bob:
            assert bob.measure(his, Pauli("Z")).read(bob) == hers


def test_deep_exact_states_can_be_sampled() -> None:
    network = Network(1)
    alice = network.party("alice")
    with alice:
        register = alice.prepare(exact([1, 0]), copies=50)
        alice.apply([Rotation(Pauli("X"), Direction(3, 4))] * 400, register)
        alice.apply([Rotation(Pauli("X"), Direction(3, -4))] * 400, register)
        assert (alice.measure_basis(register).read(alice) == 0).all()


def test_the_same_seed_gives_the_same_outcomes_and_another_seed_others() -> None:
    def outcomes(seed: int) -> list[int]:
        network = Network(seed)
        parties = [network.party("alice"), network.party("bob")]
        state, found = amplitude_encoding([1, 1]), []
        for party in parties:
            with party:
                found += list(party.measure_basis(party.prepare(state, copies=64)).read(party))
        return [int(bit) for bit in found]

    first = outcomes(1)
    assert first == outcomes(1) != outcomes(2)
    assert first[:64] != first[64:]  # the parties toss coins of their own
