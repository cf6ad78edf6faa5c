"""Other engines behind one interface: prepare a circuit, then time a forward pass or a gradient."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

from qdml.model.circuit import DistributedCircuit
from qdml.quantum.gates import ControlledZ, Rotation


@dataclass
class Prepared:
    """`forward` acts once more on the peer's own state; `state` reads it; `gradient` is whole.

    A gradient starts from |0...0>. None stands for what the peer cannot do by the fastest path.
    """

    forward: Callable[[], object] | None
    state: Callable[[], np.ndarray] | None
    gradient: Callable[[], np.ndarray] | None


def installed() -> dict[str, Callable[[DistributedCircuit, np.ndarray], Prepared]]:
    """The peers that can be imported here."""
    found = {}
    for name, package in PACKAGES.items():
        try:
            version(package)
        except PackageNotFoundError:
            continue
        found[name] = _MAKERS[name]
    return found


def lightning_kernels(circuit: DistributedCircuit, state: np.ndarray) -> Prepared:
    """PennyLane-Lightning without PennyLane: its C++ kernels, its adjoint on listed operations."""
    ops: Any = import_module("pennylane_lightning.lightning_qubit_ops")
    n = circuit.qubits
    vector = ops.StateVectorC128(n)
    vector.updateData(state)
    calls: list[tuple[Any, tuple[Any, ...]]] = []
    names, angles, wires, words = [], [], [], []
    for gate in circuit.gates:
        if isinstance(gate, Rotation):
            held = [q for q, letter in enumerate(gate.pauli.letters) if letter != "I"]
            word = gate.pauli.letters.replace("I", "")
            angle = gate.angle.value  # type: ignore[attr-defined]
            if len(held) == 1:
                calls.append((getattr(vector, f"R{word}"), (held, False, [angle])))
            else:
                calls.append((vector.applyPauliRot, (held, False, [angle], word)))
            names.append(f"R{word}" if len(held) == 1 else "PauliRot")
        else:
            assert isinstance(gate, ControlledZ)
            held, word, angle = [gate.first, gate.second], "", None
            calls.append((vector.CZ, (held, False, [])))
            names.append("CZ")
        angles.append([] if angle is None else [angle])
        wires.append(held)
        words.append(word)

    def forward() -> None:
        for call, given in calls:
            call(*given)

    gradient = None
    if "PauliRot" not in names:
        count = len(names)
        listed = ops.algorithms.create_ops_listC128(
            names,
            angles,
            wires,
            [False] * count,
            [np.zeros(0, complex)] * count,
            [[]] * count,
            [[]] * count,
        )
        measured = ops.observables.NamedObsC128("PauliZ", [0])
        free = list(range(sum(map(bool, angles))))
        adjoint = ops.algorithms.AdjointJacobianC128()

        def gradient() -> np.ndarray:
            vector.resetStateVector()
            forward()
            return np.asarray(adjoint(vector, [measured], listed, free)).ravel()

    def read() -> np.ndarray:
        out = np.empty(2**n, complex)
        vector.getState(out)
        return out

    return Prepared(forward, read, gradient)


def lightning_node(circuit: DistributedCircuit, state: np.ndarray) -> Prepared:
    """PennyLane's documented path: a QNode on lightning.qubit, differentiated by the adjoint."""
    qml: Any = import_module("pennylane")
    n = circuit.qubits
    device = qml.device("lightning.qubit", wires=n)

    @qml.qnode(device, diff_method="adjoint")  # type: ignore[untyped-decorator]
    def node(angles: Any) -> Any:
        k = 0
        for gate in circuit.gates:
            if isinstance(gate, Rotation):
                held = [q for q, letter in enumerate(gate.pauli.letters) if letter != "I"]
                word = gate.pauli.letters.replace("I", "")
                if len(held) == 1:
                    getattr(qml, f"R{word}")(angles[k], wires=held)
                else:
                    qml.PauliRot(angles[k], word, wires=held)
                k += 1
            elif isinstance(gate, ControlledZ):
                qml.CZ(wires=[gate.first, gate.second])
        return qml.expval(qml.PauliZ(0))

    values = [g.angle.value for g in circuit.gates if isinstance(g, Rotation)]  # type: ignore[attr-defined]
    angles = qml.numpy.array(values, requires_grad=True)
    slope = qml.grad(node)
    return Prepared(None, None, lambda: np.asarray(slope(angles)))


def qulacs(circuit: DistributedCircuit, state: np.ndarray) -> Prepared:
    """qulacs with a parametric circuit; angles have the other sign, qubits the other order."""
    module: Any = import_module("qulacs")
    n = circuit.qubits
    vector = module.QuantumState(n)
    vector.load(state)
    program = module.ParametricQuantumCircuit(n)
    for gate in circuit.gates:
        if isinstance(gate, Rotation):
            held = [
                (n - 1 - q, "IXYZ".index(c)) for q, c in enumerate(gate.pauli.letters) if c != "I"
            ]
            angle = -gate.angle.value  # type: ignore[attr-defined]
            if len(held) == 1:
                name = f"add_parametric_R{'IXYZ'[held[0][1]]}_gate"
                getattr(program, name)(held[0][0], angle)
            else:
                program.add_parametric_multi_Pauli_rotation_gate(
                    [q for q, _ in held], [p for _, p in held], angle
                )
        else:
            assert isinstance(gate, ControlledZ)
            program.add_CZ_gate(n - 1 - gate.first, n - 1 - gate.second)
    measured = module.Observable(n)
    measured.add_operator(1.0, f"Z {n - 1}")
    return Prepared(
        lambda: program.update_quantum_state(vector),
        lambda: np.asarray(vector.get_vector()),
        lambda: -np.asarray(program.backprop(measured)),
    )


PACKAGES = {
    "lightning kernels": "pennylane-lightning",
    "lightning QNode": "pennylane-lightning",
    "qulacs": "qulacs",
}
_MAKERS = {
    "lightning kernels": lightning_kernels,
    "lightning QNode": lightning_node,
    "qulacs": qulacs,
}
