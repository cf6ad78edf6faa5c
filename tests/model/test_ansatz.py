"""Families of blocks: what they are made of, and what they refuse."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qdml.errors import InputError
from qdml.model import ansatz
from qdml.quantum.gates import ControlledZ, Pauli, Rotation
from qdml.quantum.numbers import Direction, Radians


@given(st.integers(1, 6), st.integers(1, 3), st.integers(0, 2**32))
def test_a_line_is_ry_rz_and_cz_on_neighbours(qubits: int, layers: int, seed: int) -> None:
    circuit = ansatz.random_line(qubits, layers, np.random.default_rng(seed))
    assert (circuit.layers, len(circuit.blocks)) == (layers, 2 * layers)
    assert circuit.observable == Pauli.single("Z", 0, qubits)
    for block in circuit.blocks:
        strings = [gate.pauli for gate in block.gates if isinstance(gate, Rotation)]
        assert strings == [
            Pauli.single(letter, q, qubits) for letter in "YZ" for q in range(qubits)
        ]
        pairs = [(g.first, g.second) for g in block.gates if isinstance(g, ControlledZ)]
        assert pairs == [(q, q + 1) for q in range(qubits - 1)]
        assert block.rotations == tuple(range(2 * qubits))


@given(st.integers(1, 4), st.integers(1, 2), st.integers(1, 5), st.integers(0, 2**32))
def test_pauli_blocks_hold_the_stated_number_of_true_rotations(
    qubits: int, layers: int, parameters: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    circuit = ansatz.random_pauli(qubits, layers, parameters, rng, ansatz.direction)
    assert len(circuit.gates) == 2 * layers * parameters
    for gate in circuit.gates:
        assert isinstance(gate, Rotation)
        assert gate.pauli.weight > 0
        assert isinstance(gate.angle, Direction)
        # Not a multiple of pi/2: the half angle is on no axis and no diagonal.
        assert gate.angle.cosine * gate.angle.sine != 0
        assert abs(gate.angle.cosine) != abs(gate.angle.sine)


def test_the_same_seed_draws_the_same_circuit() -> None:
    drawn = [ansatz.random_pauli(3, 2, 2, np.random.default_rng(7)) for _ in range(2)]
    assert drawn[0] == drawn[1]
    assert drawn[0] != ansatz.random_pauli(3, 2, 2, np.random.default_rng(8))


@pytest.mark.parametrize("count", [3, 5])
def test_the_number_of_angles_has_to_fit(count: int) -> None:
    angles = [Radians(0.1)] * count
    with pytest.raises(InputError, match=f"{count} angles for 2 qubits: the line takes 4"):
        ansatz.line_block(2, angles)
    with pytest.raises(InputError, match=f"2 Pauli strings, but {count} angles"):
        ansatz.pauli_block([Pauli("X"), Pauli("Z")], angles)


def test_no_qubits_is_an_error_and_not_an_endless_search() -> None:
    with pytest.raises(InputError, match="on 0 qubits: at least one is needed"):
        ansatz.random_string(0, np.random.default_rng(0))
