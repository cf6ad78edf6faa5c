"""Every gate against a dense matrix built another way, in floating point and exactly."""

from __future__ import annotations

from functools import reduce
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import expm

from qdml.errors import InputError
from qdml.quantum.gates import (
    ControlledZ,
    Dense,
    Mirror,
    Pauli,
    Permutation,
    Rotation,
    act,
    swap,
    undo,
)
from qdml.quantum.numbers import Direction, Radians, exact, imaginary, inner, real
from qdml.quantum.placing import Controlled, From, Leading, Trailing
from qdml.testing import (
    directions,
    exact_states,
    pauli_strings,
    permutations,
    radians,
    rounding,
    states,
)

ONE = {
    "I": np.eye(2),
    "X": np.array([[0, 1], [1, 0]]),
    "Y": np.array([[0, -1j], [1j, 0]]),
    "Z": np.diag([1, -1]),
}
sizes = st.integers(1, 4)


def kron(letters: str) -> np.ndarray:
    return reduce(np.kron, [ONE[letter] for letter in letters], np.eye(1))


def floating(state: np.ndarray) -> np.ndarray:
    return np.array([complex(real(z), imaginary(z)) for z in state.ravel()]).reshape(state.shape)


@pytest.mark.parametrize("qubits", [1, 2, 3])
def test_every_short_pauli_string_is_its_kronecker_product(qubits: int) -> None:
    identity = np.eye(2**qubits, dtype=complex)
    for letters in map("".join, product("IXYZ", repeat=qubits)):
        np.testing.assert_array_equal(Pauli(letters).apply(identity), kron(letters))
        exactly = Pauli(letters).apply(exact(np.eye(2**qubits, dtype=int)))
        np.testing.assert_array_equal(floating(exactly), kron(letters))


@given(st.integers(4, 6).flatmap(pauli_strings))
def test_longer_pauli_strings_are_their_kronecker_products(pauli: Pauli) -> None:
    identity = np.eye(2**pauli.qubits, dtype=complex)
    np.testing.assert_array_equal(pauli.apply(identity), kron(pauli.letters))
    np.testing.assert_array_equal(pauli.inverse().apply(pauli.apply(identity)), identity)
    assert pauli.weight == sum(letter != "I" for letter in pauli.letters)


@given(sizes.flatmap(pauli_strings), radians())
def test_a_rotation_is_a_matrix_exponential(pauli: Pauli, angle: Radians) -> None:
    matrix = expm(-0.5j * angle.value * kron(pauli.letters))
    found = Rotation(pauli, angle).apply(np.eye(2**pauli.qubits, dtype=complex))
    # Squaring inside expm doubles relative errors once for every factor 2 of the norm.
    np.testing.assert_allclose(found, matrix, atol=rounding(16, 2**pauli.qubits))


@given(sizes.flatmap(lambda n: st.tuples(pauli_strings(n), exact_states(n))), directions())
def test_an_exact_rotation_is_the_floating_one(
    pair: tuple[Pauli, np.ndarray], angle: Direction
) -> None:
    pauli, state = pair
    turned = floating(Rotation(pauli, angle).apply(state)) / np.hypot(angle.cosine, angle.sine)
    float_angle = Radians(2 * np.arctan2(angle.sine, angle.cosine))
    expected = Rotation(pauli, float_angle).apply(floating(state))
    scale = np.linalg.norm(expected)
    np.testing.assert_allclose(turned, expected, atol=rounding(2) * scale)


@given(directions(), st.integers(-9, 9))
def test_a_shifted_direction_is_the_shifted_angle(angle: Direction, turns: int) -> None:
    def unit(direction: Direction) -> complex:
        z = complex(direction.cosine, direction.sine)
        return z / abs(z)

    expected = unit(angle) * np.exp(0.25j * np.pi * turns)
    assert abs(unit(angle.shifted(turns)) - expected) <= rounding(10)


@given(st.integers(2, 4).flatmap(lambda n: st.tuples(st.just(n), st.permutations(range(n)))))
def test_controlled_z_and_swap_follow_the_bits(drawn: tuple[int, list[int]]) -> None:
    qubits, (a, b, *_) = drawn
    bits = np.array(list(product((0, 1), repeat=qubits)))
    identity = np.eye(2**qubits)
    signs = np.where(bits[:, a] & bits[:, b], -1, 1)
    np.testing.assert_array_equal(ControlledZ(a, b, qubits).apply(identity), np.diag(signs))
    exchanged = bits.copy()
    exchanged[:, [a, b]] = bits[:, [b, a]]
    images = exchanged @ (1 << np.arange(qubits)[::-1])
    assert swap(a, b, qubits).images == tuple(images)


@given(sizes.flatmap(permutations))
def test_a_permutation_moves_basis_states(images: tuple[int, ...]) -> None:
    gate = Permutation(images)
    matrix = gate.apply(np.eye(len(images)))
    assert all(matrix[image, v] == 1 for v, image in enumerate(images))
    np.testing.assert_array_equal(gate.inverse().apply(matrix), np.eye(len(images)))


@given(st.integers(1, 3).flatmap(lambda n: st.tuples(pauli_strings(n), states(n + 2))), radians())
def test_places_are_kronecker_products(pair: tuple[Pauli, np.ndarray], angle: Radians) -> None:
    pauli, state = pair
    gate = Rotation(pauli, angle)
    size = 2**pauli.qubits
    matrix = np.cos(angle.value / 2) * np.eye(size)
    matrix = matrix - 1j * np.sin(angle.value / 2) * kron(pauli.letters)
    controlled = np.kron(np.diag([1, 0]), np.eye(size)) + np.kron(np.diag([0, 1]), matrix)
    for placed, full in (
        (Leading(gate, pauli.qubits), np.kron(matrix, np.eye(4))),
        (Trailing(gate, 2), np.kron(np.eye(4), matrix)),
        (Leading(Controlled(gate), pauli.qubits + 1), np.kron(controlled, np.eye(2))),
        (Trailing(Controlled(gate), 1), np.kron(np.eye(2), controlled)),
        (Trailing(Leading(Pauli("Y"), 1), 1), np.kron(ONE["I"], np.kron(ONE["Y"], np.eye(size)))),
        (Dense(np.kron(np.eye(4), matrix)), np.kron(np.eye(4), matrix)),
        *((From(gate, 2, first), _from(matrix, first)) for first in range(5)),
    ):
        tolerance = rounding(1, len(full))
        np.testing.assert_allclose(placed.apply(state), full @ state, atol=tolerance)
        batch = np.stack([state, 1j * state[::-1]], axis=1)
        np.testing.assert_allclose(placed.apply(batch), full @ batch, atol=tolerance)
        # A strided view and Fortran order must not change the answer.
        wide = np.repeat(state, 2)[::2]
        np.testing.assert_array_equal(placed.apply(wide), placed.apply(state))
        ordered = np.asfortranarray(batch)
        np.testing.assert_array_equal(placed.apply(ordered), placed.apply(batch))
        np.testing.assert_allclose(undo([placed], act([placed], state)), state, atol=2 * tolerance)


def _from(matrix: np.ndarray, first: int) -> np.ndarray:
    """The matrix where two leading qubits hold `first` or more."""
    driven = np.arange(4) >= first
    idle = np.kron(np.diag(~driven).astype(float), np.eye(len(matrix)))
    return idle + np.kron(np.diag(driven).astype(float), matrix)


@given(sizes.flatmap(lambda n: st.tuples(states(n), states(n))))
def test_a_mirror_is_its_matrix_and_undoes_itself(pair: tuple[np.ndarray, np.ndarray]) -> None:
    axis, state = pair
    gate, tolerance = Mirror(axis), rounding(2, len(axis))
    full = 2 * np.outer(axis, axis.conj()) - np.eye(len(axis))
    batch = np.stack([state, 1j * state[::-1]], axis=1)
    np.testing.assert_allclose(gate.apply(state), full @ state, atol=tolerance)
    np.testing.assert_allclose(gate.apply(batch), full @ batch, atol=tolerance)
    np.testing.assert_allclose(gate.inverse().apply(gate.apply(state)), state, atol=tolerance)
    np.testing.assert_allclose(gate.apply(axis), axis, atol=tolerance)


@given(sizes.flatmap(lambda n: st.tuples(exact_states(n), exact_states(n))))
def test_an_exact_mirror_keeps_inner_products(pair: tuple[np.ndarray, np.ndarray]) -> None:
    axis, state = pair
    turned = Mirror(axis).apply(state)
    assert inner(turned, turned) == inner(state, state)
    assert inner(axis, turned) == inner(axis, state)


@given(sizes.flatmap(lambda n: st.tuples(exact_states(n), exact_states(n))))
def test_the_exact_inner_product_is_the_floating_one(pair: tuple[np.ndarray, np.ndarray]) -> None:
    left, right = pair
    found, expected = inner(left, right), np.vdot(floating(left), floating(right))
    assert complex(real(found), imaginary(found)) == expected


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Pauli("XA"), "'XA': allowed are the letters I, X, Y, Z"),
        (lambda: Pauli(""), "Pauli string ''"),
        (lambda: Pauli.single("Z", 3, 3), "qubit 3: expected 0 to 2"),
        (lambda: Pauli.single("Z", -1, 3), "qubit -1: expected 0 to 2"),
        (lambda: ControlledZ(0, 3, 3), "qubits 0 and 3: expected two different ones from 0 to 2"),
        (lambda: ControlledZ(1, 1, 3), "qubits 1 and 1: expected two different ones"),
        (lambda: Permutation((0, 0)), r"not a permutation of 0..1: \(0, 0\)"),
        (lambda: Direction(0, 0), "zero vector points nowhere"),
    ],
)
def test_bad_gates_are_named(make: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        make()  # type: ignore[operator]


@pytest.mark.parametrize("amplitudes", [2, 8])
@pytest.mark.parametrize(
    "gate",
    [
        Pauli("XI"),
        Rotation(Pauli("ZZ"), Radians(0.3)),
        ControlledZ(0, 1, 2),
        Dense(np.eye(4)),
        Permutation((1, 0, 3, 2)),
    ],
)
def test_a_gate_never_acts_on_a_state_of_another_size(gate: Pauli, amplitudes: int) -> None:
    with pytest.raises(InputError, match=f"acts on 4 amplitudes, but the state has {amplitudes}"):
        gate.apply(np.ones(amplitudes))
