"""The symmetric subspace agrees with tensor powers, built and acted on without it."""

from __future__ import annotations

from functools import reduce

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qdml.quantum import occupations
from qdml.quantum.gates import Pauli
from qdml.quantum.reference import expectation
from qdml.testing import pauli_strings

EPS = float(np.finfo(float).eps)


def draw(modes: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    state = rng.normal(size=modes) + 1j * rng.normal(size=modes)
    return state / np.linalg.norm(state)


@given(st.data(), st.integers(1, 2), st.integers(1, 4), st.integers(0, 2**32))
@settings(max_examples=40)
def test_counts_have_the_law_of_the_tensor_power(
    data: st.DataObject, qubits: int, copies: int, seed: int
) -> None:
    string, state = data.draw(pauli_strings(qubits)), draw(2**qubits, seed)
    turned = occupations.to_eigenbasis(occupations.product(state, copies), copies, string)
    law = np.bincount(occupations.counts(copies, string), np.abs(turned) ** 2, minlength=copies + 1)
    # Projectors on every copy of the full tensor power.
    matrix = string.apply(np.eye(2**qubits, dtype=complex))
    halves = [(np.eye(2**qubits) - matrix) / 2, (np.eye(2**qubits) + matrix) / 2]
    full = reduce(np.kron, [state] * copies)
    for count in range(copies + 1):
        weight = 0.0
        for outcome in np.ndindex(*[2] * copies):
            if sum(outcome) == count:
                image = reduce(np.kron, [halves[bit] for bit in outcome]) @ full
                weight += np.vdot(image, image).real
        assert law[count] == pytest.approx(weight, abs=64 * copies**2 * EPS)


@given(st.data(), st.integers(1, 3), st.integers(0, 5), st.integers(0, 2**32))
@settings(max_examples=40)
def test_a_function_of_the_count_is_a_rotation_of_every_copy(
    data: st.DataObject, qubits: int, copies: int, seed: int
) -> None:
    string, state = data.draw(pauli_strings(qubits)), draw(2**qubits, seed)
    angle = 0.7
    rotated = np.cos(angle / 2) * state - 1j * np.sin(angle / 2) * string.apply(state)
    turned = occupations.to_eigenbasis(occupations.product(state, copies), copies, string)
    turned *= np.exp(-0.5j * angle * (2 * occupations.counts(copies, string) - copies))
    found = occupations.from_eigenbasis(turned, copies, string)
    expected = occupations.product(rotated, copies)
    np.testing.assert_allclose(found, expected, rtol=0, atol=256 * (copies + 1) ** 2 * EPS)


@pytest.mark.parametrize("letter", ["X", "Y", "Z"])
def test_many_copies_of_a_qubit_keep_their_binomial_law(letter: str) -> None:
    state, copies, string = draw(2, 5), 600, Pauli(letter)
    turned = occupations.to_eigenbasis(occupations.product(state, copies), copies, string)
    weights = np.abs(turned) ** 2
    rate = (1 + expectation(string, state)) / 2
    counts = occupations.counts(copies, string)
    assert weights.sum() == pytest.approx(1, abs=copies**2 * EPS)
    assert weights @ counts == pytest.approx(copies * rate, rel=copies**2 * EPS)
    variance = weights @ (counts - copies * rate) ** 2
    assert variance == pytest.approx(copies * rate * (1 - rate), rel=copies**2 * EPS)


@given(st.integers(0, 80))
def test_the_hadamard_matrix_is_symmetric_and_its_own_inverse(quanta: int) -> None:
    matrix = occupations.hadamard(quanta)
    room = 64 * (quanta + 1) * EPS
    np.testing.assert_allclose(matrix, matrix.T, rtol=0, atol=room)
    np.testing.assert_allclose(matrix @ matrix, np.eye(quanta + 1), rtol=0, atol=room)


def test_dimensions_are_those_of_the_rows() -> None:
    for modes in (1, 2, 4):
        for copies in (0, 1, 3):
            rows = occupations.occupations(modes, copies)
            assert rows.shape == (occupations.dimension(modes, copies), modes)
            assert (rows.sum(axis=1) == copies).all()
            assert len(np.unique(rows, axis=0)) == len(rows)
