"""Moments in Clifford bases: formulas against all bases, and states that try to beat them."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from qdml.bounds.certificates.clifford import mean_moment, most_fourth_power
from qdml.bounds.cross_entropy import moments
from qdml.bounds.cross_entropy.bases import all_bases, paulis
from qdml.bounds.cross_entropy.tail import tail_bound, two_level_tail
from qdml.protocols.cross_entropy import haar_states, matrices
from qdml.quantum import clifford
from qdml.quantum.gates import Pauli

SCALE = {n: 2.0**n for n in (1, 2, 3)}


def every_basis(qubits: int) -> np.ndarray:
    """Rows of all 3, 15 or 135 bases, met at random; shape (bases, N, N)."""
    rng, found = np.random.default_rng(qubits), {}
    count = {1: 3, 2: 15, 3: 135}[qubits]
    diagonal = [Pauli("".join(p)) for p in product("IZ", repeat=qubits)]
    for _ in range(40 * count):
        unitary = clifford.random(qubits, rng)
        back = unitary.inverse()
        # A basis is known by the operators that are diagonal in it.
        found[frozenset(back.image(pauli)[1].letters for pauli in diagonal)] = unitary
    assert len(found) == count
    return matrices(list(found.values()))


def test_counts() -> None:
    assert all_bases(1).shape == (3, 2, 4)
    assert all_bases(2).shape == (15, 4, 16)
    assert [len(moments.codes(t)) for t in (2, 3, 4)] == [2, 6, 30]
    assert moments.gaussian_binomial(4, 2) == 35


@pytest.mark.parametrize("qubits", [1, 2, 3])
def test_no_state_exceeds_a_stabiliser_state(qubits: int) -> None:
    """Ascent from random states on E y^t over all bases; each step can only go up."""
    rng, rows = np.random.default_rng(0), every_basis(qubits).reshape(-1, 2**qubits)
    for order in (4, 5, 6, 8):
        most = float(moments.scaled_moment(qubits, order))
        reached = []
        for start in haar_states(qubits, 6, rng):
            state = start
            for _ in range(60):
                inner = rows @ state
                state = rows.conj().T @ (np.abs(inner) ** (2 * order - 2) * inner)
                state /= np.linalg.norm(state)
            y = 2**qubits * np.abs(rows @ state) ** 2
            reached.append((y**order).mean())
        assert max(reached) <= most * (1 + 1e-9)
        assert max(reached) >= most * (1 - 1e-6)


@pytest.mark.parametrize("qubits", [1, 2, 3])
@pytest.mark.parametrize("order", [1, 2, 3, 4, 5])
def test_moments_of_any_state(qubits: int, order: int) -> None:
    rows = every_basis(qubits).reshape(-1, 2**qubits)
    strings = [np.eye(1)]
    for _ in range(qubits):
        strings = [np.kron(one, letter) for one in strings for letter in paulis(1)]
    state = haar_states(qubits, 1, np.random.default_rng(7))[0]
    fourth = sum((state.conj() @ p @ state).real ** 4 for p in strings) / 2**qubits
    mean = ((2**qubits * np.abs(rows @ state) ** 2) ** order).mean()
    assert mean == pytest.approx(float(mean_moment(qubits, order, Fraction(fourth))), rel=1e-12)


@pytest.mark.parametrize("order", [6, 7, 8])
def test_moments_beyond_the_fifth_are_the_largest(order: int) -> None:
    """Their codes are of more kinds than one, so that q alone does not say what they give."""
    for n in (1, 2, 12):
        assert mean_moment(n, order, Fraction(0)) == moments.scaled_moment(n, order)


@pytest.mark.parametrize("qubits", [1, 2, 3])
def test_operators_of_answers_obey_every_line_of_the_proof(qubits: int) -> None:
    """Ascent on the peak and on the norm of B; sections 1 and 3 at each operator on the way."""
    rng, size, bases = np.random.default_rng(1), 2**qubits, every_basis(qubits)
    strings = [np.eye(1)]
    for _ in range(qubits):
        strings = [np.kron(one, letter) for one in strings for letter in paulis(1)]
    scale = size**4 / ((size + 1) * (size + 2) * (size + 4))
    highest, most = 0.0, 0.0
    for start in range(24):
        (state,) = haar_states(qubits, 1, rng)
        towards = np.outer(state, state.conj())
        for _ in range(6):
            scores = np.einsum("bzi,ij,bzj->bz", bases, towards, bases.conj()).real
            rows = bases[np.arange(len(bases)), scores.argmax(axis=1)]
            b = size * rows.conj().T @ rows / len(bases) - np.eye(size)
            values, vectors = np.linalg.eigh(b)
            x, top, phi = (values**2).sum(), values[-1], vectors[:, -1]
            means = np.array([(phi.conj() @ p @ phi).real for p in strings[1:]])
            own = np.abs([np.trace(p @ b) for p in strings[1:]])
            assert own.max() <= size / (size + 1) + 1e-9
            peak = max(1.0, top)
            forth = float(most_fourth_power(Fraction(x), Fraction(peak**2)))
            assert (values**4).sum() <= forth + 1e-9
            assert x**4 <= scale * (5 * x**2 + 6 * forth + 4 * x) + 1e-9
            assert x**4 <= scale * (11 * x**2 + 4 * x) + 1e-9
            left = np.maximum(0, top * np.abs(means) - 1) ** 2
            assert left.sum() / size <= x - top**2 + 1e-9
            highest, most = max(highest, top), max(most, x)
            towards = b if start % 2 else np.outer(phi, phi.conj())
    assert highest > (0.57, 1.2, 2.0)[qubits - 1]
    assert most > (0.66, 1.9, 4.4)[qubits - 1]


def test_haar_moments_agree_up_to_the_third() -> None:
    for n in (1, 3, 6):
        for t in (1, 2, 3):
            assert moments.scaled_moment(n, t) == moments.haar_moment(n, t) * 2 ** (n * t)
        assert moments.scaled_moment(n, 4) > moments.haar_moment(n, 4) * 2 ** (4 * n)


@pytest.mark.parametrize("square", [1, 3, 5, 9, 50])
def test_fourth_powers_of_random_spectra(square: int) -> None:
    """Spectra from -1 to sqrt(square), scaled to a norm of ten, against the bound on tr B^4."""
    rng = np.random.default_rng(square)
    for _ in range(200):
        values = rng.uniform(-1, 1, 60) * rng.random(60) ** 4
        values[: rng.integers(1, 4)] = rng.uniform(0, square**0.5)
        spread = (values**2).sum()
        bound = most_fourth_power(Fraction(spread), Fraction(square))
        assert (values**4).sum() <= float(bound) * (1 + 1e-9)


def test_the_largest_eigenvalue_over_all_strategies_of_one_qubit() -> None:
    bases = every_basis(1)
    projectors = np.einsum("bzi,bzj->bzij", bases.conj(), bases)
    top, norms = [], []
    for choice in np.ndindex(2, 2, 2):
        a = 2 * sum(projectors[k, z] for k, z in enumerate(choice)) / 3
        top.append(np.linalg.eigvalsh(a)[-1] - 1)
        norms.append(np.trace(a @ a).real - 2)
    assert max(top) == pytest.approx(3**-0.5)
    assert norms == pytest.approx([2 / 3] * 8)
    t = min((2 * moments.scaled_moment(1, t)) ** (1 / t) for t in range(2, 20)) - 1
    assert max(top) <= float(t)


def test_tails_of_random_states_stay_below() -> None:
    rng = np.random.default_rng(3)
    for size, rank, peak, level in ((8, 2, 2, 0.5), (16, 8, 1, 0.25)):
        lower = -peak * rank / (size - rank)
        weights = np.abs(haar_states(size.bit_length() - 1, 20000, rng)) ** 2
        values = weights @ np.array([peak] * rank + [lower] * (size - rank))
        exact = float(two_level_tail(size, rank, Fraction(peak), Fraction(level)))
        assert np.mean(values >= level) == pytest.approx(exact, abs=0.02)
        spread = Fraction(peak**2 * rank * size, size - rank)
        bound = tail_bound(size, Fraction(peak), spread, Fraction(1, 2), Fraction(level))
        assert exact <= bound
