"""Reverse-mode differentiation by jax of an independent simulation: a witness, not an engine."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from qdml.errors import InputError
from qdml.model.circuit import DistributedCircuit
from qdml.quantum.gates import ControlledZ, Rotation
from qdml.quantum.numbers import Radians, State

_MATRICES = {
    "I": np.eye(2, dtype=complex),
    "X": np.array([[0, 1], [1, 0]], dtype=complex),
    "Y": np.array([[0, -1j], [1j, 0]]),
    "Z": np.diag([1.0 + 0j, -1.0]),
}


def loss_and_gradient(
    circuit: DistributedCircuit, state: State
) -> tuple[float, npt.NDArray[np.float64]]:
    """Loss and its derivative in every angle, in gate order, shape (M,).

    Every gate is a dense matrix made of Kronecker products, unlike the reference engine's index
    arithmetic, so memory grows like 4^n and a handful of qubits is meant. Raises `InputError` for
    gates other than rotations by floating-point angles and controlled Z.
    """
    import jax

    dimension = 2**circuit.qubits
    generators: list[Any] = []
    fixed: list[Any] = []
    angles: list[float] = []
    for gate in circuit.gates:
        if isinstance(gate, Rotation) and isinstance(gate.angle, Radians):
            angles.append(gate.angle.value)
            generators.append(_string(gate.pauli.letters))
            fixed.append(np.eye(dimension))
        elif isinstance(gate, ControlledZ) and fixed:
            fixed[-1] = _controlled_z(gate, circuit.qubits) @ fixed[-1]
        else:
            raise InputError(f"gate {gate}: automatic differentiation covers rotations, then CZ")
    if not angles:
        raise InputError("the circuit has no rotation: there is no angle to differentiate by")
    observable = _string(circuit.observable.letters)
    gates = (np.array(generators), np.array(fixed, dtype=complex))
    with jax.enable_x64(True):
        value, slope = _compiled()(np.array(angles), state.astype(complex), *gates, observable)
    return float(value), np.asarray(slope)


@cache
def _compiled() -> Any:
    """Loss and gradient from arrays, so that circuits of one shape are compiled once."""
    import jax
    import jax.numpy as jnp

    def step(vector: Any, gate: tuple[Any, Any, Any]) -> tuple[Any, None]:
        value, string, after = gate
        turned = jnp.cos(value / 2) * vector - 1j * jnp.sin(value / 2) * (string @ vector)
        return after @ turned, None

    def loss(values: Any, state: Any, generators: Any, fixed: Any, observable: Any) -> Any:
        final, _ = jax.lax.scan(step, state, (values, generators, fixed))
        return jnp.real(jnp.vdot(final, observable @ final)) / jnp.real(jnp.vdot(final, final))

    return jax.jit(jax.value_and_grad(loss))


def _string(letters: str) -> npt.NDArray[np.complex128]:
    return _product([_MATRICES[letter] for letter in letters])


def _controlled_z(gate: ControlledZ, qubits: int) -> npt.NDArray[np.complex128]:
    one = np.diag([0.0 + 0j, 1.0])
    both = [one if q in (gate.first, gate.second) else _MATRICES["I"] for q in range(qubits)]
    return np.eye(2**qubits) - 2 * _product(both)


def _product(factors: list[npt.NDArray[np.complex128]]) -> npt.NDArray[np.complex128]:
    total = np.ones((1, 1), dtype=complex)
    for factor in factors:
        total = np.kron(total, factor)
    return total
