"""The leakage meter against what protocols send, and against counting dimensions by hand."""

from __future__ import annotations

from math import comb, log2

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qdml.model.ansatz import random_commuting, random_line
from qdml.network import Network, Party, Transcript
from qdml.network.meter import leakage
from qdml.protocols import amplitude_estimation, gradient, inference
from qdml.protocols.training import Examples, Plan
from qdml.protocols.training import run as train
from qdml.protocols.training_gradients import METHODS
from qdml.quantum.gates import Permutation
from qdml.quantum.reference import amplitude_encoding
from qdml.quantum.symmetric import symmetric_bits


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_inference_leaves_one_batch_of_copies_with_bob(layers) -> None:
    rng = np.random.default_rng(layers)
    circuit = random_line(3, layers, rng)
    state = amplitude_encoding(rng.normal(size=8))
    found = leakage(inference.run(circuit, state, 19, 0).transcript)
    assert found["bob"].honest == pytest.approx(log2(comb(26, 19)))
    assert found["alice"].honest == 5
    # Bob hears layers messages of 57 qubits; all in all 2L-1 pass, and 5 bits.
    assert found["bob"].malicious == min(2 * layers * 57, (2 * layers - 1) * 57 + 5)
    assert found["bob"].classical == layers * 8 * 32


def test_a_gradient_state_is_one_qubit_larger_on_its_way_back() -> None:
    circuit = random_line(2, 1, np.random.default_rng(0))
    prepared = gradient.prepare(circuit, amplitude_encoding(np.ones(4)), 1, copies=3)
    found = leakage(prepared.transcript)
    assert found["alice"].honest == pytest.approx(log2(comb(8 + 2, 3)))
    assert found["bob"].honest == 0


def test_prior_entanglement_leaves_superdense_coding() -> None:
    transcript = Transcript(entangled_pairs=3)
    transcript.add("alice", "bob", qubits=3, bits=0, copies=1, slots="abc")
    assert leakage(transcript)["bob"].malicious == 6
    assert leakage(transcript)["bob"].honest is None
    transcript.entangled_pairs = 0
    assert leakage(transcript)["bob"].malicious == 3
    assert leakage(transcript)["bob"].honest == pytest.approx(3)


def two(secret: int = 2) -> tuple[Network, Party, Party]:
    network = Network(seed=0)
    return network, network.party("alice", secret=secret), network.party("bob")


def basis(value: int) -> np.ndarray:
    return np.eye(4)[value].astype(complex)


@pytest.mark.parametrize("secret", range(4))
def test_who_measures_and_sends_something_fresh_has_kept_what_came(secret) -> None:
    network, alice, bob = two(secret)
    with alice:
        register = alice.prepare(basis(alice.private("secret")), "secret")
        register = network.channel.send(register, to=bob)
    with bob:
        assert bob.measure_basis(register).read(bob)[0] == secret
        back = network.channel.send(bob.prepare(basis(0), "fresh"), to=alice)
    assert back.qubits == register.qubits
    # One of four values is known for certain: four times the probability to guess it.
    assert leakage(network.transcript)["bob"].honest == pytest.approx(2)


def test_what_goes_on_is_not_kept_and_what_comes_again_counts_once() -> None:
    network, alice, bob = two()
    with alice:
        register = network.channel.send(alice.prepare(basis(2), "state", 5), to=bob)
    for times in range(3):
        with bob:
            ancilla = bob.prepare(np.array([1, 0], dtype=complex), "ancilla", 5)
            register = network.channel.send(bob.join(ancilla, register), to=alice)
        assert leakage(network.transcript)["bob"].honest == 0
        held = 3 + times
        assert leakage(network.transcript)["alice"].honest == pytest.approx(
            log2(comb(2**held + 4, 5))
        )
        with alice:
            register = network.channel.send(register, to=bob)
        assert leakage(network.transcript)["alice"].honest == 0
        wanted = log2(comb(2**held + 4, 5))
        assert leakage(network.transcript)["bob"].honest == pytest.approx(wanted)


def test_a_part_that_is_kept_leaves_the_message_counted() -> None:
    network, alice, bob = two()
    with alice:
        register = network.channel.send(alice.prepare(basis(3), "state"), to=bob)
    with bob:
        first, second = bob.split(register, 1)
        bob.measure_basis(first)
        network.channel.send(second, to=alice)
    # The rest may tell of what was measured, and nobody counted how much.
    assert leakage(network.transcript)["bob"].honest is None
    assert leakage(network.transcript)["bob"].malicious == 3


def test_a_measured_ancilla_betrays_what_it_met() -> None:
    network, alice, bob = two()
    with alice:
        register = network.channel.send(alice.prepare(basis(2), "state"), to=bob)
    with bob:
        ancilla = bob.prepare(np.array([1, 0], dtype=complex), "ancilla")
        joined = bob.join(register, ancilla)
        copy = tuple(i ^ (i >> 2 & 1) for i in range(8))
        bob.apply([Permutation(copy)], joined)
        register, ancilla = bob.split(joined, 2)
        assert bob.measure_basis(ancilla).read(bob)[0] == 1
        network.channel.send(register, to=alice)
    found = leakage(network.transcript)
    assert (found["bob"].honest, found["alice"].honest) == (None, None)
    assert found["bob"].malicious == 4


def test_a_register_that_stays_behind_tells_more_than_the_messages() -> None:
    # What phase estimation leaves with the last party, for random inputs of one qubit.
    rng, states = np.random.default_rng(0), []
    for _ in range(40):
        x = amplitude_encoding(rng.normal(size=2) + 1j * rng.normal(size=2))
        iterate = (2 * np.outer(x, x.conj()) - np.eye(2)) @ np.diag([1, -1])
        states.append(np.concatenate([np.linalg.matrix_power(iterate, j) @ x for j in range(8)]))
    assert np.linalg.matrix_rank(np.array(states)) == 16 > 2 ** symmetric_bits(1, 1)
    circuit = random_line(1, 1, rng)
    found = leakage(amplitude_estimation.run(circuit, states[0][:2], 8, 1, 0).transcript)
    assert found["bob"].honest is None


@pytest.mark.parametrize("method", METHODS)
def test_training_leaves_both_parties_with_all_copies_of_every_estimate(method) -> None:
    rng = np.random.default_rng(5)
    circuit = random_commuting(2, 1, 2, rng)
    states = np.stack([amplitude_encoding(rng.normal(size=4)) for _ in range(3)], axis=1)
    plan = Plan(method, (4, 6), 3)
    told = leakage(train(circuit, Examples(states, np.array([1, -1, 1])), plan).transcript)
    # Bob keeps the examples of the walks that end with him, Alice gradient states a qubit larger.
    bob = sum(3 * log2(comb(3 + k, k)) for k in plan.copies)
    if method == "parameter-shift":
        counts = sum((k * 3).bit_length() for k in plan.copies)
        # Two shifts of two angles in each of the two blocks; she hears of her own.
        assert told["alice"].honest == pytest.approx(4 * counts)
        assert told["bob"].honest == pytest.approx(8 * bob)
    else:
        alice = sum(3 * log2(comb(7 + k, k)) for k in plan.copies)
        assert told["alice"].honest == pytest.approx(alice)
        assert told["bob"].honest == pytest.approx(bob)


def test_networks_of_one_run_add_up() -> None:
    rng = np.random.default_rng(3)
    circuit, state = random_line(2, 2, rng), amplitude_encoding(rng.normal(size=4))
    one = gradient.prepare(circuit, state, 1, copies=3).transcript
    other = inference.run(circuit, state, 7, 0).transcript
    apart, both = (leakage(one), leakage(other)), leakage(one, other)
    for name in ("alice", "bob"):
        honest = [part[name].honest or 0 for part in apart]
        assert both[name].honest == pytest.approx(sum(honest))
        assert both[name].classical == sum(part[name].classical for part in apart)
        assert both[name].malicious >= max(part[name].malicious for part in apart)
    entangled = Transcript(entangled_pairs=1)
    assert leakage(one, entangled)["alice"].honest is None


def test_parties_who_only_talk_to_others_learn_nothing() -> None:
    transcript = Transcript()
    transcript.add("alice", "bob", qubits=4, bits=0, copies=2, slots="ab")
    transcript.add("bob", "carol", qubits=0, bits=7, copies=0)
    found = leakage(transcript)
    assert list(found) == ["alice", "bob", "carol"]
    assert (found["alice"].malicious, found["alice"].honest) == (0, 0)
    assert (found["carol"].malicious, found["carol"].honest) == (7, 7)
    assert leakage(Transcript()) == {}


@given(st.integers(1, 12), st.integers(1, 300))
def test_symmetric_bits_count_the_symmetric_subspace(qubits, copies) -> None:
    wanted = log2(comb(2**qubits + copies - 1, copies))
    assert symmetric_bits(qubits, copies) == pytest.approx(wanted, rel=1e-12)


def test_many_copies_tell_a_logarithm() -> None:
    assert symmetric_bits(1, 2**40) == pytest.approx(40, abs=1e-9)
    assert symmetric_bits(60, 2) == pytest.approx(119, abs=1e-9)
    assert symmetric_bits(1000, 2) == pytest.approx(1999, abs=1e-9)
    assert symmetric_bits(5, 10**12) == pytest.approx(log2(comb(31 + 10**12, 31)), rel=1e-12)
