"""Other engines behind one interface: prepare a circuit, then time a forward pass or a gradient."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

from benchmarks.race import Contender
from qdml.model.circuit import DistributedCircuit
from qdml.quantum.gates import ControlledZ, Pauli, Rotation


@dataclass(frozen=True)
class Prepared:
    """`forward` acts once more on the peer's own state; a gradient starts from |0...0>.

    None stands for what the peer cannot do, or not by its fastest path.
    """

    forward: Contender | None = None
    gradient: Contender | None = None


def installed() -> dict[str, Callable[[DistributedCircuit, np.ndarray], Prepared]]:
    """The peers that can be imported here."""
    return {name: make for name, make in _MAKERS.items() if _present(PACKAGES[name])}


def lightning_kernels(circuit: DistributedCircuit, state: np.ndarray) -> Prepared:
    """PennyLane-Lightning without PennyLane: its C++ kernels, its adjoint on listed operations."""
    ops: Any = import_module("pennylane_lightning.lightning_qubit_ops")
    n = circuit.qubits
    bits = "C64" if state.dtype == np.complex64 else "C128"
    vector = getattr(ops, f"StateVector{bits}")(n)
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
        listed = getattr(ops.algorithms, f"create_ops_list{bits}")(
            names,
            angles,
            wires,
            [False] * count,
            [np.zeros(0, state.dtype)] * count,
            [[]] * count,
            [[]] * count,
        )
        measured = getattr(ops.observables, f"NamedObs{bits}")("PauliZ", [0])
        free = list(range(sum(map(bool, angles))))
        adjoint = getattr(ops.algorithms, f"AdjointJacobian{bits}")()

        def slopes() -> np.ndarray:
            vector.resetStateVector()
            forward()
            return np.asarray(adjoint(vector, [measured], listed, free)).ravel()

        gradient = Contender(slopes)

    def read() -> np.ndarray:
        out = np.empty(2**n, state.dtype)
        vector.getState(out)
        return out

    return Prepared(Contender(forward, read), gradient)


def lightning_node(circuit: DistributedCircuit, state: np.ndarray) -> Prepared:
    """PennyLane's documented path: a QNode on lightning.qubit, differentiated by the adjoint."""
    qml: Any = import_module("pennylane")
    n = circuit.qubits
    device = qml.device("lightning.qubit", wires=n, c_dtype=state.dtype.type)

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
    return Prepared(gradient=Contender(lambda: np.asarray(slope(angles))))


def qulacs(circuit: DistributedCircuit, state: np.ndarray) -> Prepared:
    """qulacs with a parametric circuit; angles have the other sign, qubits the other order."""
    module: Any = import_module("qulacs")
    n = circuit.qubits
    if state.dtype == np.complex64:
        return Prepared()
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
        Contender(
            lambda: program.update_quantum_state(vector), lambda: np.asarray(vector.get_vector())
        ),
        Contender(lambda: -np.asarray(program.backprop(measured))),
    )


def aer_state(circuit: DistributedCircuit, state: np.ndarray) -> Prepared:
    """qiskit-aer's own state, acted on gate by gate, with gates fused when it is flushed.

    Its documented path, `AerSimulator.run` with the state saved, is no faster from 20 qubits on;
    without the saved state it runs the light cone of what is measured only.
    """
    if state.dtype == np.complex64 or any(
        isinstance(gate, Rotation) and gate.pauli.weight > 1 for gate in circuit.gates
    ):
        return Prepared()
    module: Any = import_module("qiskit_aer.quantum_info.states.aer_state")
    n = circuit.qubits
    vector = module.AerState(method="statevector", max_parallel_threads=1, fusion_enable=True)
    vector.initialize(state)
    calls: list[tuple[Any, tuple[Any, ...]]] = []
    for gate in circuit.gates:
        if isinstance(gate, Rotation):
            q = next(q for q, letter in enumerate(gate.pauli.letters) if letter != "I")
            matrix = Rotation(Pauli(gate.pauli.letters[q]), gate.angle).apply(np.eye(2) + 0j)
            calls.append((vector.apply_unitary, ([n - 1 - q], matrix)))
        else:
            assert isinstance(gate, ControlledZ)
            calls.append((vector.apply_mcz, ([n - 1 - gate.first], n - 1 - gate.second)))

    def forward() -> None:
        for call, given in calls:
            call(*given)
        vector.flush()

    def read() -> np.ndarray:
        # Reading takes the state away, so that it is put back.
        out = np.array(vector.move_to_ndarray())
        vector.close()
        vector.renew()
        vector.initialize(out)
        return out

    return Prepared(Contender(forward, read))


def aer_run(circuit: DistributedCircuit, state: np.ndarray) -> Prepared:
    """qiskit-aer's documented path: a circuit that starts from the state and saves the last one.

    From 20 qubits on `aer_state` is faster, so that larger ones are left to it.
    """
    if (
        circuit.qubits > 20
        or state.dtype == np.complex64
        or any(isinstance(gate, Rotation) and gate.pauli.weight > 1 for gate in circuit.gates)
    ):
        return Prepared()
    n = circuit.qubits
    program = import_module("qiskit").QuantumCircuit(n)
    module: Any = import_module("qiskit_aer")
    program.set_statevector(state)
    for gate in circuit.gates:
        if isinstance(gate, Rotation):
            q = next(q for q, letter in enumerate(gate.pauli.letters) if letter != "I")
            turn = getattr(program, f"r{gate.pauli.letters[q].lower()}")
            turn(gate.angle.value, n - 1 - q)  # type: ignore[attr-defined]
        else:
            assert isinstance(gate, ControlledZ)
            program.cz(n - 1 - gate.first, n - 1 - gate.second)
    program.save_statevector()
    simulator = module.AerSimulator(method="statevector", max_parallel_threads=1)
    return Prepared(
        Contender(lambda: np.asarray(simulator.run(program).result().data(0)["statevector"]))
    )


def samplers(state: np.ndarray, shots: int) -> dict[str, tuple[Any, Any]]:
    """For every peer, a call that draws that many shots, and what makes indices of its result."""
    n = len(state).bit_length() - 1
    found: dict[str, tuple[Any, Any]] = {}
    if _present("pennylane-lightning"):
        ops: Any = import_module("pennylane_lightning.lightning_qubit_ops")
        vector = ops.StateVectorC128(n)
        vector.updateData(state)
        measured = ops.MeasurementsC128(vector)
        weights = 2 ** np.arange(n)[::-1]
        found["lightning kernels"] = (
            # The kernels do not keep the vector alive that they measure.
            lambda keep=vector: measured.generate_samples(n, shots),
            lambda bits: np.asarray(bits).reshape(shots, n).astype(np.int64) @ weights,
        )
    if _present("qulacs"):
        held = import_module("qulacs").QuantumState(n)
        held.load(state)
        found["qulacs"] = (lambda: held.sampling(shots), np.array)
    if _present("qiskit-aer"):
        aer = import_module("qiskit_aer.quantum_info").AerStatevector(state)
        found["aer"] = (
            lambda: aer.sample_memory(shots),
            lambda words: np.array([int(word, 2) for word in words]),
        )
    return found


def _present(package: str) -> bool:
    try:
        version(package)
    except PackageNotFoundError:
        return False
    return True


PACKAGES = {
    "lightning kernels": "pennylane-lightning",
    "lightning QNode": "pennylane-lightning",
    "qulacs": "qulacs",
    "aer state": "qiskit-aer",
    "aer run": "qiskit-aer",
}
_MAKERS = {
    "lightning kernels": lightning_kernels,
    "lightning QNode": lightning_node,
    "qulacs": qulacs,
    "aer state": aer_state,
    "aer run": aer_run,
}
