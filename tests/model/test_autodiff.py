"""Automatic differentiation is a witness: it must agree, and say what it cannot see."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qdml.errors import InputError
from qdml.model.ansatz import random_line, random_pauli
from qdml.model.autodiff import loss_and_gradient
from qdml.model.circuit import DistributedCircuit
from qdml.quantum.gates import ControlledZ, Pauli, Rotation
from qdml.quantum.numbers import Direction, Radians
from qdml.testing import pauli_circuits, rounding, states


@settings(max_examples=6)
@given(st.integers(1, 3).flatmap(lambda n: st.tuples(pauli_circuits(n, 1), states(n))))
def test_autodiff_agrees_with_the_adjoint_sweep(
    pair: tuple[DistributedCircuit, np.ndarray],
) -> None:
    circuit, state = pair
    loss, slopes = loss_and_gradient(circuit, state)
    tolerance = rounding(4 * len(circuit.gates), len(state))
    assert loss == pytest.approx(circuit.loss(state), abs=tolerance)
    np.testing.assert_allclose(slopes, circuit.gradient(state), atol=tolerance)


@pytest.mark.parametrize(("qubits", "layers"), [(1, 1), (3, 2), (5, 1)])
def test_lines_with_complex_input_agree(qubits: int, layers: int) -> None:
    rng = np.random.default_rng(qubits)
    circuit = random_line(qubits, layers, rng)
    vector = rng.normal(size=2**qubits) + 1j * rng.normal(size=2**qubits)
    state = vector / np.linalg.norm(vector)
    loss, slopes = loss_and_gradient(circuit, state)
    tolerance = rounding(4 * len(circuit.gates), len(state))
    assert slopes.dtype == np.float64
    assert loss == pytest.approx(circuit.loss(state), abs=tolerance)
    np.testing.assert_allclose(slopes, circuit.gradient(state), atol=tolerance)


@pytest.mark.parametrize(
    ("gates", "message"),
    [
        ([ControlledZ(0, 1, 2)], "gate ControlledZ.*covers rotations, then CZ"),
        ([Pauli("XX")], "gate Pauli.*covers rotations"),
        ([Rotation(Pauli("XX"), Direction(1, 2))], "gate Rotation.*covers rotations"),
        ([], "has no rotation"),
    ],
)
def test_gates_it_cannot_see_are_named(gates: list[Pauli], message: str) -> None:
    circuit = DistributedCircuit.alternating([gates], 2)
    with pytest.raises(InputError, match=message):
        loss_and_gradient(circuit, np.ones(4) / 2)


def test_a_controlled_z_after_a_rotation_is_seen() -> None:
    gates = [Rotation(Pauli("XX"), Radians(0.4)), ControlledZ(1, 0, 2), ControlledZ(0, 1, 2)]
    gates += [Rotation(Pauli("YZ"), Radians(-1.1)), ControlledZ(0, 1, 2)]
    circuit = DistributedCircuit.alternating([gates], 2, Pauli("XY"))
    state = np.array([1, 2j, -1, 1 + 1j]) / np.sqrt(8)
    slopes = loss_and_gradient(circuit, state)[1]
    np.testing.assert_allclose(slopes, circuit.gradient(state), atol=rounding(20, 4))


def test_random_pauli_circuits_agree() -> None:
    rng = np.random.default_rng(1)
    circuit, state = random_pauli(3, 2, 3, rng), np.full(8, 8**-0.5)
    slopes = loss_and_gradient(circuit, state)[1]
    np.testing.assert_allclose(slopes, circuit.gradient(state), atol=rounding(48, 8))
