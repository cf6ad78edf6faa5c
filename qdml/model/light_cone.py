"""The loss of a distributed circuit as a tensor network, for more qubits than a state vector holds.

Only the gates in the causal cone of the observable count. A Pauli rotation becomes a diagonal one
between one-qubit changes of basis, exp(-i a Q/2) = V^+ exp(-i a Z...Z/2) V, and the diagonal gate a
hyperedge, so a string of any weight costs no more than its length.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from qdml.errors import InputError
from qdml.model.circuit import Block, DistributedCircuit
from qdml.quantum.gates import ControlledZ, Dense, Gate, Pauli, Rotation, hadamard
from qdml.quantum.numbers import Radians, is_exact, real
from qdml.quantum.reference import amplitude_encoding
from qdml.tensor import (
    MEMORY_BUDGET,
    Contraction,
    Kind,
    Operation,
    build,
    flatten,
    fuse,
    light_cone,
    prepare,
    sandwich,
)

#: Largest register on which a gate that is no rotation may be turned into a full matrix.
LARGEST_DENSE = 8

_PAULI = {
    "X": np.array([[0, 1], [1, 0]], dtype=complex),
    "Y": np.array([[0, -1j], [1j, 0]]),
    "Z": np.diag([1, -1]).astype(complex),
}
_IDENTITY = np.eye(2, dtype=complex)

#: V with V^+ Z V = X and Y.
_BASIS = {"X": hadamard(), "Y": hadamard() @ np.diag([1, -1j])}


def expectation(
    circuit: DistributedCircuit,
    inputs: npt.ArrayLike,
    *,
    memory_budget: int = MEMORY_BUDGET,
    seed: int = 0,
) -> float:
    """<phi|O|phi> for the input that `contraction` takes; `seed` is that of the plan.

    Raises `InputError` before allocating if more than `memory_budget` bytes are needed, and as
    `contraction` does.
    """
    return float(contraction(circuit, inputs, seed=seed).run(memory_budget).real)


def gradient(
    circuit: DistributedCircuit,
    inputs: npt.ArrayLike,
    *,
    memory_budget: int = MEMORY_BUDGET,
    seed: int = 0,
) -> npt.NDArray[np.float64]:
    """Derivative of the loss in every angle, in gate order, shape (M,), by shifts of pi/2.

    A gate outside the causal cone has derivative zero; the networks of all the others have one
    shape, so one plan serves them. Raises `InputError` as `expectation` does.
    """
    slopes = []
    inside = causal(circuit)
    narrow = [gate for j, gate in enumerate(circuit.gates) if j in inside]
    for j, gate in enumerate(circuit.gates):
        if not isinstance(gate, Rotation):
            continue
        if j not in inside:
            slopes.append(0.0)
            continue
        at, ends = inside.index(j), []
        for turn in (np.pi / 2, -np.pi / 2):
            gates = [*narrow[: at + 1], Rotation(gate.pauli, Radians(turn)), *narrow[at + 1 :]]
            shifted = DistributedCircuit(circuit.qubits, (Block(tuple(gates)),), circuit.observable)
            ends.append(expectation(shifted, inputs, memory_budget=memory_budget, seed=seed))
        slopes.append((ends[0] - ends[1]) / 2)
    return np.array(slopes)


def causal(circuit: DistributedCircuit) -> list[int]:
    """Positions of the gates that the loss depends on, whatever the input and the angles are."""
    # At angle zero a rotation is the identity, and still has a slope.
    generic = [
        Rotation(gate.pauli, Radians(1.0)) if isinstance(gate, Rotation) else gate
        for gate in circuit.gates
    ]
    dealt = [operations(gate, circuit.qubits) for gate in generic]
    observable = operations(circuit.observable, circuit.qubits)
    kept = {id(op) for op in light_cone([op for ops in dealt for op in ops], observable)}
    return [j for j, ops in enumerate(dealt) if any(id(op) in kept for op in ops)]


def contraction(
    circuit: DistributedCircuit, inputs: npt.ArrayLike, *, seed: int = 0
) -> Contraction:
    """The planned, not yet run network whose value is the loss; its cost is in `.plan`.

    inputs: (n, 2), a vector for every qubit of a product state, or (N,), a whole vector; either is
    normalised. Raises `InputError` for other shapes, for entries that are no numbers, and, on more
    than `LARGEST_DENSE` qubits, for any gate but Pauli strings, Pauli rotations and controlled Z.
    """
    gates = [op for gate in circuit.gates for op in operations(gate, circuit.qubits)]
    observable = operations(circuit.observable, circuit.qubits)
    cone = light_cone([*input_state(inputs, circuit.qubits), *fuse(gates)], observable)
    return prepare(flatten(*build(fuse(sandwich(cone, observable)))), seed)


def input_state(inputs: npt.ArrayLike, qubits: int) -> list[Operation]:
    """State operations of an input of shape (n, 2) or (N,), normalised."""
    try:
        array = np.asarray(inputs, dtype=complex)
    except (TypeError, ValueError) as error:
        raise InputError(f"input is no array of complex numbers: {error}") from None
    if array.shape == (qubits, 2):
        return [
            Operation(Kind.STATE, amplitude_encoding(vector), (q,))
            for q, vector in enumerate(array)
        ]
    if array.ndim == 1 and array.size == 2**qubits:
        vector = amplitude_encoding(array).reshape((2,) * qubits)
        return [Operation(Kind.STATE, vector, tuple(range(qubits)))]
    raise InputError(
        f"input of shape {array.shape} for {qubits} qubits: give a vector of two entries for every "
        f"qubit, shape ({qubits}, 2), or a whole vector, shape (2^{qubits},)"
    )


def operations(gate: Gate, qubits: int) -> list[Operation]:
    """A gate of the reference engine on `qubits` qubits as operations, up to a global phase.

    Raises `InputError` as `contraction` does, and for a gate made for another number of qubits.
    """
    made_for = gate.pauli.qubits if isinstance(gate, Rotation) else getattr(gate, "qubits", qubits)
    if made_for != qubits:
        raise InputError(
            f"{type(gate).__name__} gate for {made_for} qubits in a circuit of {qubits}"
        )
    if isinstance(gate, Pauli):
        return [_one(_PAULI[letter], q) for q, letter in _sites(gate)]
    if isinstance(gate, Rotation):
        return _rotation(gate)
    if isinstance(gate, ControlledZ):
        signs = np.array([[1, 1], [1, -1]], dtype=complex)
        return [Operation(Kind.DIAGONAL, signs, (gate.first, gate.second))]
    if qubits > LARGEST_DENSE:
        raise InputError(
            f"{type(gate).__name__} gate on {qubits} qubits: a tensor network takes Pauli strings, "
            f"Pauli rotations and controlled Z, and other gates on at most {LARGEST_DENSE} qubits"
        )
    if isinstance(gate, Dense) and is_exact(gate.matrix):
        raise InputError("Dense gate of exact numbers: a tensor network takes floating-point ones")
    matrix = gate.apply(np.eye(2**qubits)).astype(complex)
    if not np.allclose(matrix @ matrix.conj().T, np.eye(2**qubits), rtol=0, atol=1e-10):
        raise InputError(f"{type(gate).__name__} gate: its matrix is not unitary")
    return [Operation(Kind.DENSE, matrix.reshape((2,) * 2 * qubits), tuple(range(qubits)))]


def _rotation(gate: Rotation) -> list[Operation]:
    cosine, sine = (float(real(part)) for part in gate.angle.half)
    length = np.hypot(cosine, sine)
    even, odd = (cosine - 1j * sine) / length, (cosine + 1j * sine) / length
    sites = _sites(gate.pauli)
    if not sites:
        return []
    if len(sites) == 1:
        ((q, letter),) = sites
        return [_one((even + odd) / 2 * _IDENTITY + (even - odd) / 2 * _PAULI[letter], q)]
    turned = [(q, _BASIS[letter]) for q, letter in sites if letter != "Z"]
    held = tuple(q for q, _ in sites)
    if len(sites) == 2:
        diagonal = Operation(Kind.DIAGONAL, np.array([[even, odd], [odd, even]]), held)
    else:
        diagonal = Operation(Kind.PARITY, np.array([even, odd]), held)
    return [
        *(_one(basis, q) for q, basis in turned),
        diagonal,
        *(_one(basis.conj().T, q) for q, basis in turned),
    ]


def _one(matrix: npt.NDArray[np.complex128], qubit: int) -> Operation:
    if not matrix[0, 1] and not matrix[1, 0]:
        return Operation(Kind.DIAGONAL, np.diagonal(matrix), (qubit,))
    return Operation(Kind.DENSE, matrix, (qubit,))


def _sites(pauli: Pauli) -> Sequence[tuple[int, str]]:
    """The letters other than I with their qubits."""
    return [(q, letter) for q, letter in enumerate(pauli.letters) if letter != "I"]
