"""Copies held together: laws of single copies where those tell, linearity, and who may act."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from qdml.claims.intervals import clopper_pearson, hoeffding_radius
from qdml.errors import InputError, LocalityError, NoCloningError
from qdml.network import Network
from qdml.network.collective import MOST_AMPLITUDES, amplitudes, gather, guess
from qdml.quantum.gates import Pauli, Rotation
from qdml.quantum.numbers import Radians, exact
from qdml.quantum.reference import amplitude_encoding, expectation

SAFE = 1e-9


def vector(qubits: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return amplitude_encoding(rng.normal(size=2**qubits) + 1j * rng.normal(size=2**qubits))


def held(state: np.ndarray, copies: int, seed: int):
    alice = Network(seed).party("alice")
    with alice:
        return alice, gather(alice, alice.prepare(state, copies=copies))


def certain(copies: int, threshold: int) -> np.ndarray:
    return (np.arange(copies + 1) >= threshold).astype(float)


@pytest.mark.parametrize(("letters", "copies"), [("X", 1), ("Y", 5), ("Z", 5)])
def test_a_sharp_question_has_the_binomial_law(letters: str, copies: int) -> None:
    state, string, runs = vector(2, 3), Pauli(letters), 400
    rate = (1 + expectation(Pauli("Y").tensor(string), state)) / 2
    threshold, yes = (copies + 1) // 2, 0
    for seed in range(runs):
        alice, together = held(state, copies, seed)
        with alice:
            yes += together.ask(string, certain(copies, threshold)).read(alice)
    counts = np.random.default_rng(0).binomial(copies, rate, size=200_000)
    low, high = clopper_pearson(yes, runs, SAFE)
    room = hoeffding_radius(200_000, SAFE, width=1.0)
    assert low - room <= np.mean(counts >= threshold) <= high + room


@given(st.integers(1, 2), st.integers(1, 4), st.integers(0, 2**32))
@settings(max_examples=25)
def test_rotating_all_copies_is_rotating_each(qubits: int, copies: int, seed: int) -> None:
    state = vector(qubits + 1, seed)
    rotation = Rotation(Pauli("XY"[seed % 2] + "Z" * (qubits - 1)), Radians(0.8))
    one, other = Network(seed).party("alice"), Network(seed).party("alice")
    with one:
        first = gather(one, one.prepare(state, copies=copies))
        first.rotate(rotation)
    with other:
        register = other.prepare(state, copies=copies)
        other.apply([Rotation(Pauli("I").tensor(rotation.pauli), Radians(0.8))], register)
        second = gather(other, register)
    assert first.groups == second.groups
    room = 512 * (copies + 1) ** 2 * np.finfo(float).eps
    overlap = abs(np.vdot(first.state, second.state))
    assert overlap == pytest.approx(1, abs=room)


def test_what_was_answered_is_answered_again() -> None:
    for seed in range(10):
        alice, together = held(vector(2, 1), 7, seed)
        with alice:
            first = together.ask(Pauli("X"), certain(7, 4)).read(alice)
            assert together.ask(Pauli("X"), certain(7, 4)).read(alice) == first


def test_a_soft_no_disturbs_less_than_a_sharp_one_that_is_rarer() -> None:
    state, copies = vector(2, 8), 36
    rate = (1 + expectation(Pauli("YX"), state)) / 2
    counts = np.arange(copies + 1)
    law = binom.pmf(counts, copies, rate)
    soft = (6 / 7.0) ** np.maximum(0, round(copies * rate) + 12 - counts)
    sharp = next(certain(copies, t) for t in counts if law @ certain(copies, t) < law @ soft)
    kept = []
    for chances in (soft, sharp):
        overlaps = []
        for seed in range(40):
            alice, together = held(state, copies, seed)
            before = together.state.copy()
            with alice:
                if not together.ask(Pauli("X"), chances).read(alice):
                    overlaps.append(abs(np.vdot(before, together.state)) ** 2)
        kept.append(np.mean(overlaps))
    assert kept[0] > kept[1]


def test_a_guess_has_the_fidelity_of_the_best_measurement() -> None:
    state, copies, runs = vector(2, 5), 6, 2000
    alice = Network(4).party("alice")
    found = []
    with alice:
        for _ in range(runs):
            phi = guess(alice, alice.prepare(state, copies=copies)).read(alice)
            assert np.linalg.norm(phi) == pytest.approx(1)
            found.append(abs(np.vdot(phi, state)) ** 2)
    best = (copies + 1) / (copies + 4)
    assert abs(np.mean(found) - best) <= hoeffding_radius(runs, SAFE, width=1.0)


def test_copies_are_gathered_once_and_by_their_owner() -> None:
    network = Network(0)
    alice, bob = network.party("alice"), network.party("bob")
    with alice:
        register = alice.prepare(vector(2, 0), copies=3)
        together = gather(alice, register)
        with pytest.raises(NoCloningError, match="was gathered"):
            gather(alice, register)
        pair = alice.prepare(vector(2, 0), copies=3)
        part, _ = alice.split(pair, 1)
        with pytest.raises(NoCloningError, match="a part of a joint state: the qubits elsewhere"):
            guess(alice, part)
        with pytest.raises(InputError, match="is exact: expected floating-point numbers"):
            gather(alice, alice.prepare(exact([1, 2, 0, 1])))
        fresh = alice.prepare(vector(2, 0), copies=3)
    with bob:
        with pytest.raises(LocalityError, match="alice is asked to measure copies"):
            together.ask(Pauli("X"), certain(3, 2))
        with pytest.raises(LocalityError, match="which alice holds; let alice send it first"):
            gather(bob, fresh)


def test_what_is_too_large_is_refused() -> None:
    assert amplitudes(8, (20, 20)) > MOST_AMPLITUDES
    alice = Network(0).party("alice")
    with alice, pytest.raises(InputError, match="60 copies of 8 amplitudes held together"):
        gather(alice, alice.prepare(vector(4, 0), copies=60))
