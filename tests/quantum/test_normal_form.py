"""The normal form: gates of every kind as layers and groups, equal to the gates one by one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qdml.errors import InputError
from qdml.model.ansatz import random_line
from qdml.quantum import statevector
from qdml.quantum.gates import ControlledZ, Dense, Gate, Pauli, Permutation, Rotation, act, swap
from qdml.quantum.normal_form import Layers, Plain, Strings, compile_gates, controlled_not
from qdml.quantum.numbers import Direction, Radians
from qdml.quantum.spans import INNER, SPAN, group
from qdml.testing import pauli_strings, radians, rounding


def rotation(letters: str, angle: float) -> Rotation:
    return Rotation(Pauli(letters), Radians(angle))


def matrix(gates: list[Gate], qubits: int) -> np.ndarray:
    return act(gates, np.eye(2**qubits, dtype=complex))


def assert_same(gates: list[Gate], qubits: int) -> None:
    found = statevector.forward(gates, np.eye(2**qubits, dtype=complex))
    error = np.linalg.norm(found - matrix(gates, qubits), axis=0).max()
    assert error <= rounding(len(gates))


def test_a_line_circuit_is_one_layer_a_block() -> None:
    circuit = random_line(6, 3, np.random.default_rng(0))
    (segment,) = compile_gates(circuit.gates, 6).segments
    assert isinstance(segment, Layers)
    assert segment.arrays[0].shape == (6, 6)
    assert len(segment.numbers) == 72


@pytest.mark.parametrize(
    "letters", ["X", "Y", "Z", "IXI", "ZZ", "ZIZ", "XIYZ", "IIII", "YYY", "ZZZ", "IIIIX", "XXXXXXX"]
)
@pytest.mark.parametrize("angle", [0.0, 0.3, np.pi, -np.pi / 2, 2 * np.pi, 7.5, 3 * np.pi])
def test_every_rotation_alone(letters: str, angle: float) -> None:
    assert_same([rotation(letters, angle)], len(letters))


@pytest.mark.parametrize("letters", ["X", "Y", "Z", "XYZ", "IYIY", "IIIIII"])
def test_pauli_strings_as_gates_keep_their_phase(letters: str) -> None:
    assert_same([Pauli(letters)], len(letters))


@pytest.mark.parametrize("qubits", [2, 3, 5])
def test_controlled_not_is_the_permutation(qubits: int) -> None:
    gates = controlled_not(qubits - 1, 0, qubits)
    images = [v ^ ((v & 1) << (qubits - 1)) for v in range(2**qubits)]
    expected = matrix([Permutation(tuple(images))], qubits)
    np.testing.assert_allclose(matrix(list(gates), qubits), expected, atol=rounding(3))
    assert_same(list(gates), qubits)


def test_all_pairs_are_coupled_by_further_diagonals() -> None:
    n = 12
    gates: list[Gate] = [ControlledZ(a, b, n) for a in range(n) for b in range(a)]
    gates += [Rotation(Pauli.single("Y", q, n), Radians(0.1 * q + 0.1)) for q in range(n)]
    state = np.ones(2**n, dtype=complex) / 2 ** (n / 2)
    error = np.linalg.norm(statevector.forward(gates, state) - act(gates, state))
    assert error <= rounding(len(gates))


def test_other_gates_are_left_to_the_reference() -> None:
    rng = np.random.default_rng(1)
    dense = Dense(np.linalg.qr(rng.normal(size=(8, 8)))[0])
    gates: list[Gate] = [rotation("XYZ", 0.4), dense, swap(0, 2, 3), rotation("IYI", 1.0)]
    program = compile_gates(gates, 3)
    assert [type(s) for s in program.segments] == [Strings, Plain, Plain, Layers]
    assert not program.compiled
    assert_same(gates, 3)


def test_an_exact_angle_on_a_floating_state_is_left_to_the_reference() -> None:
    (segment,) = compile_gates([Rotation(Pauli("Y"), Direction(3, 4))], 1).segments
    assert isinstance(segment, Plain)
    assert segment.number == 0


def test_few_gates_of_layers_between_strings_join_them() -> None:
    gates: list[Gate] = [
        rotation("XYZ", 0.4),
        rotation("YII", 0.2),
        ControlledZ(0, 2, 3),
        rotation("XXX", 1),
    ]
    (segment,) = compile_gates(gates, 3).segments
    assert isinstance(segment, Strings)
    assert_same(gates, 3)


@given(st.lists(st.integers(0, 2**14 - 1), min_size=1, max_size=40))
def test_groups_hold_the_span_of_their_flips(flips: list[int]) -> None:
    found = group([(x, 0, 0, 0.1, j) for j, x in enumerate(flips)], 14)
    first, pivots, basis = found.arrays[4:]
    assert first[0] == 0
    assert first[-1] == len(flips)
    for g in range(len(pivots)):
        assert (pivots[g] >= INNER).sum() == SPAN
        for x in flips[first[g] : first[g + 1]]:
            left = x >> INNER << INNER
            for pivot, vector in zip(pivots[g], basis[g], strict=True):
                assert sum(int(v) >> int(pivot) & 1 for v in basis[g]) == 1
                left ^= int(vector) if x >> int(pivot) & 1 else 0
            assert left == 0


@given(st.data())
def test_mixed_gates_equal_the_gates_one_by_one(data: st.DataObject) -> None:
    n = data.draw(st.integers(2, 6))
    pairs = st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)).filter(lambda p: p[0] != p[1])
    one = st.builds(
        lambda letter, q: Pauli.single(letter, q, n), st.sampled_from("XYZ"), st.integers(0, n - 1)
    )
    gate = st.one_of(
        st.builds(Rotation, one, radians()),
        st.builds(Rotation, pauli_strings(n), radians()),
        pairs.map(lambda p: ControlledZ(*p, n)),
        pauli_strings(n),
    )
    assert_same(data.draw(st.lists(gate, max_size=12)), n)


@pytest.mark.parametrize(
    ("gate", "message"),
    [
        (rotation("XX", 1.0), "Rotation gate for 2 qubits on 3 qubits"),
        (ControlledZ(0, 1, 4), "ControlledZ gate for 4 qubits on 3 qubits"),
        ("RY", "'RY' is no gate: it needs the methods apply and inverse"),
    ],
)
def test_bad_gates_are_named(gate: Gate, message: str) -> None:
    with pytest.raises(InputError, match=message):
        compile_gates([gate], 3)
