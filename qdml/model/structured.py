"""The loss and gradient of a distributed circuit whose input is a matrix-product state."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from qdml.errors import InputError
from qdml.model.circuit import DistributedCircuit
from qdml.network.product_form import evolved, string
from qdml.quantum.gates import Rotation
from qdml.tensor.chain import Chain


def forward(circuit: DistributedCircuit, chain: Chain) -> Chain:
    """The final state; its `error` is what cutting bonds has cost. Raises `InputError`."""
    _check_fit(circuit, chain)
    return evolved(chain, circuit.gates, range(circuit.qubits))[0]


def loss(circuit: DistributedCircuit, chain: Chain) -> float:
    """<phi|O|phi> within 2 `forward(...).error`, since O has norm one."""
    final = forward(circuit, chain)
    return final.inner(final, [string(circuit.observable)]).real


def gradient(circuit: DistributedCircuit, chain: Chain) -> npt.NDArray[np.float64]:
    """Derivative of the loss in every angle, in gate order, by an adjoint sweep of two chains."""
    axes = range(circuit.qubits)
    state = forward(circuit, chain)
    image = state.times([string(circuit.observable)])
    slopes: list[float] = []
    for gate in reversed(circuit.gates):
        if isinstance(gate, Rotation):
            slopes.append(image.inner(state, [string(gate.pauli)]).imag)
        state, image = (evolved(each, [gate.inverse()], axes)[0] for each in (state, image))
    return np.array(slopes[::-1])


def _check_fit(circuit: DistributedCircuit, chain: Chain) -> None:
    if chain.qubits != circuit.qubits:
        raise InputError(
            f"a matrix-product state of {chain.qubits} qubits for a circuit on {circuit.qubits}: "
            "the numbers must be equal"
        )
