"""The leakage meter against what protocols send, and against counting dimensions by hand."""

from __future__ import annotations

from math import comb, log2

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qdml.model.ansatz import random_line
from qdml.network import Transcript
from qdml.privacy.meter import leakage, symmetric_bits
from qdml.protocols import gradient, inference
from qdml.quantum.reference import amplitude_encoding


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
    transcript.add("alice", "bob", qubits=3, bits=0, copies=1)
    assert leakage(transcript)["bob"].malicious == 6
    assert leakage(transcript)["bob"].honest is None
    transcript.entangled_pairs = 0
    assert leakage(transcript)["bob"].malicious == 3
    assert leakage(transcript)["bob"].honest == pytest.approx(3)


def test_a_register_that_stays_behind_tells_more_than_the_messages() -> None:
    # What phase estimation leaves with the last party, for random inputs of one qubit.
    rng, states = np.random.default_rng(0), []
    for _ in range(40):
        x = amplitude_encoding(rng.normal(size=2) + 1j * rng.normal(size=2))
        iterate = (2 * np.outer(x, x.conj()) - np.eye(2)) @ np.diag([1, -1])
        states.append(np.concatenate([np.linalg.matrix_power(iterate, j) @ x for j in range(8)]))
    assert np.linalg.matrix_rank(np.array(states)) == 16 > 2 ** symmetric_bits(1, 1)
    transcript = Transcript()
    transcript.add("alice", "bob", qubits=1, bits=0, copies=1)
    assert leakage(transcript)["bob"].honest == pytest.approx(1)
    assert leakage(transcript, whole=False)["bob"].honest is None


def test_parties_who_only_talk_to_others_learn_nothing() -> None:
    transcript = Transcript()
    transcript.add("alice", "bob", qubits=4, bits=0, copies=2)
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
