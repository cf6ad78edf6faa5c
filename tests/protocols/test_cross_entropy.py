"""The cross-entropy task over the network: bills, scores, noise and bad input."""

from __future__ import annotations

import numpy as np
import pytest

from qdml.errors import InputError
from qdml.protocols import cross_entropy as task
from qdml.quantum import clifford


@pytest.mark.parametrize("qubits", [1, 2, 3, 5])
def test_bases_are_unitary_and_undone(qubits: int) -> None:
    rng = np.random.default_rng(qubits)
    basis = clifford.random(qubits, rng)
    matrix = task.matrices([basis])[0]
    assert np.allclose(matrix @ matrix.conj().T, np.eye(2**qubits))
    back = basis.inverse().apply(matrix)
    assert abs(back[0, 0]) == pytest.approx(1)
    assert np.allclose(back, back[0, 0] * np.eye(2**qubits))
    weights = np.abs(matrix) ** 2
    # A stabiliser state is flat on its support.
    assert all(len(np.unique(row[row > 1e-9].round(9))) == 1 for row in weights)


@pytest.mark.parametrize("qubits", [1, 2, 4])
def test_the_quantum_message(qubits: int) -> None:
    rng = np.random.default_rng(qubits)
    states = task.haar_states(qubits, 600, rng)
    played = [task.play_quantum(s, clifford.random(qubits, rng), k) for k, s in enumerate(states)]
    assert {p.transcript.qubits for p in played} == {qubits}
    assert {p.transcript.messages for p in played} == {1}
    mean = np.mean([p.score for p in played])
    assert mean == pytest.approx(task.noisy_score(qubits, 0), abs=5 * (6 / 600) ** 0.5)


def test_noise_costs_score() -> None:
    assert task.noisy_score(3, 0) == pytest.approx(7 / 9)
    assert task.noisy_score(3, 1) == pytest.approx(0, abs=1e-12)
    rng = np.random.default_rng(2)
    noise = task.depolarising(1.0, rng)
    states = task.haar_states(2, 800, rng)
    scores = [
        task.play_quantum(s, clifford.random(2, rng), k, noise).score for k, s in enumerate(states)
    ]
    assert np.mean(scores) == pytest.approx(0, abs=5 * (2 / 800) ** 0.5)
    with pytest.raises(InputError, match=r"noise 1\.5: expected a probability"):
        task.depolarising(1.5, rng)


def test_a_code_book_is_billed_by_its_size() -> None:
    rng = np.random.default_rng(3)
    bases = task.matrices([clifford.random(2, rng) for _ in range(4)])
    psi = task.haar_states(2, 1, rng)[0]
    for bits in (0, 1, 5):
        for book in (task.stabiliser_book(2, bits, rng), task.lloyd_book(2, bits, rng, 50, 2)):
            assert book.shape == (2**bits, 4)
            assert np.allclose(np.linalg.norm(book, axis=1), 1)
            means = task.region_means(book, rng, 50)
            assert task.play_classical(book, means, psi, bases, 0).transcript.bits == bits
    with pytest.raises(InputError, match="3 code states: expected a power of two"):
        task.play_classical(task.haar_states(2, 3, rng), np.eye(4)[None], psi, bases, 0)


def test_lloyd_is_nearer_than_chance() -> None:
    rng = np.random.default_rng(4)
    states = task.haar_states(2, 2000, rng)
    near = [
        np.mean((np.abs(states @ book.conj().T) ** 2).max(axis=1))
        for book in (task.haar_states(2, 16, rng), task.lloyd_book(2, 4, rng))
    ]
    # One state overlaps by 1/4 on the average, sixteen by more.
    assert 1 > near[1] > near[0] > 1 / 4


def test_the_mean_of_a_region_answers_better_than_its_code_state() -> None:
    """Two code states on one qubit are seldom opposite: then neither is the mean of its region."""
    rng = np.random.default_rng(6)
    book = np.array([[1, 0], [np.cos(0.4), np.sin(0.4)]], dtype=complex)
    bases = task.matrices([clifford.random(1, rng) for _ in range(40)])
    states = task.haar_states(1, 1500, rng)
    best, naive = (
        np.mean([task.play_classical(book, means, s, bases, 0).score for s in states])
        for means in (
            task.region_means(book, rng),
            book[:, :, None] * book.conj()[:, None, :],
        )
    )
    assert best > naive + 0.1
