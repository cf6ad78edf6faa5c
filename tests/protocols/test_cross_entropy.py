"""The cross-entropy task over the network: bills, scores, noise and bad input."""

from __future__ import annotations

import numpy as np
import pytest

from qdml.errors import InputError
from qdml.protocols import cross_entropy as task
from qdml.quantum.clifford import anticommute, commuting_set, random_basis


@pytest.mark.parametrize("qubits", [1, 2, 3, 5])
def test_bases_are_unitary_and_undone(qubits: int) -> None:
    rng = np.random.default_rng(qubits)
    basis = random_basis(qubits, rng)
    matrix = task.matrices([basis])[0]
    assert np.allclose(matrix @ matrix.conj().T, np.eye(2**qubits))
    assert np.allclose(basis.inverse().apply(matrix), np.eye(2**qubits))
    weights = np.abs(matrix) ** 2
    # A stabiliser state is flat on its support.
    assert all(len(np.unique(row[row > 1e-9].round(9))) == 1 for row in weights)


@pytest.mark.parametrize("qubits", [1, 3, 8])
def test_sets_commute_and_are_independent(qubits: int) -> None:
    chosen, span = commuting_set(qubits, np.random.default_rng(1)), {0}
    assert not any(anticommute(a, b, qubits) for a in chosen for b in chosen)
    for word in chosen:
        span |= {word ^ other for other in span}
    assert len(span) == 2**qubits


def test_a_basis_measures_its_own_operators() -> None:
    """U maps the drawn operators to diagonal ones."""
    rng = np.random.default_rng(5)
    drawn = rng.bit_generator.state
    words = commuting_set(2, rng)
    rng.bit_generator.state = drawn
    matrix = task.matrices([random_basis(2, rng)])[0]
    x, z = np.array([[0, 1], [1, 0]]), np.diag([1, -1])
    for word in words:
        factors = [
            np.linalg.matrix_power(x, word >> q & 1) @ np.linalg.matrix_power(z, word >> 2 + q & 1)
            for q in (0, 1)
        ]
        seen = matrix @ np.kron(*factors) @ matrix.conj().T
        assert np.allclose(seen, np.diag(np.diag(seen)))


@pytest.mark.parametrize("qubits", [1, 2, 4])
def test_the_quantum_message(qubits: int) -> None:
    rng = np.random.default_rng(qubits)
    states = task.haar_states(qubits, 600, rng)
    played = [task.play_quantum(s, random_basis(qubits, rng), k) for k, s in enumerate(states)]
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
        task.play_quantum(s, random_basis(2, rng), k, noise).score for k, s in enumerate(states)
    ]
    assert np.mean(scores) == pytest.approx(0, abs=5 * (2 / 800) ** 0.5)
    with pytest.raises(InputError, match=r"noise 1\.5: expected a probability"):
        task.depolarising(1.5, rng)


def test_a_code_book_is_billed_by_its_size() -> None:
    rng = np.random.default_rng(3)
    bases = task.matrices([random_basis(2, rng) for _ in range(4)])
    psi = task.haar_states(2, 1, rng)[0]
    for bits in (0, 1, 5):
        for book in (task.stabiliser_book(2, bits, rng), task.lloyd_book(2, bits, rng, 50, 2)):
            assert book.shape == (2**bits, 4)
            assert np.allclose(np.linalg.norm(book, axis=1), 1)
            assert task.play_classical(book, psi, bases, 0).transcript.bits == bits
    with pytest.raises(InputError, match="3 code states: expected a power of two"):
        task.play_classical(task.haar_states(2, 3, rng), psi, bases, 0)


def test_lloyd_beats_chance() -> None:
    rng = np.random.default_rng(4)
    bases = task.matrices([random_basis(2, rng) for _ in range(12)])
    states = task.haar_states(2, 600, rng)
    means = [
        np.mean([task.play_classical(book, s, bases, 0).score for s in states])
        for book in (task.haar_states(2, 16, rng), task.lloyd_book(2, 4, rng))
    ]
    assert means[1] > means[0] > 0
