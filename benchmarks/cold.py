"""A process that starts, takes one gradient on 12 qubits and ends.

Machine code is on disk already, as it is for the peer. The angles come from standard input, so
that no engine pays for another one's imports.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

from benchmarks.race import Contender, race

QUBITS, BLOCKS = 12, 8

OURS = """
import json, sys
import numpy as np
from qdml.model.ansatz import line_block
from qdml.quantum.gates import Pauli
from qdml.quantum.numbers import Radians
from qdml.quantum.reference import basis_state
from qdml.quantum.statevector import gradient
gates = [g for row in json.load(sys.stdin) for g in line_block(12, [Radians(a) for a in row])]
print(json.dumps(list(gradient(gates, basis_state(0, 12), Pauli.single("Z", 0, 12)))))
"""

LIGHTNING = """
import json, sys
import pennylane as qml
from pennylane import numpy as np
@qml.qnode(qml.device("lightning.qubit", wires=12), diff_method="adjoint")
def loss(angles):
    for row in angles:
        for q in range(12):
            qml.RY(row[q], wires=q)
        for q in range(12):
            qml.RZ(row[12 + q], wires=q)
        for q in range(11):
            qml.CZ(wires=[q, q + 1])
    return qml.expval(qml.PauliZ(0))
angles = np.array(json.load(sys.stdin), requires_grad=True)
print(json.dumps(qml.grad(loss)(angles).ravel().tolist()))
"""


def rows(quick: bool) -> list[dict[str, Any]]:
    """The row beside PennyLane's QNode on lightning.qubit, or ours alone without it."""
    angles = np.random.default_rng(12).uniform(-np.pi, np.pi, (BLOCKS, 2 * QUBITS)).tolist()
    peers = {}
    if _lightning():
        peers["lightning QNode"] = Contender(lambda: _run(LIGHTNING, angles))
    label = {"workload": "cold process, gradient", "qubits": QUBITS, "dtype": "complex128"}
    return race(label, Contender(lambda: _run(OURS, angles)), peers, 1e-11, quick, children)


def children() -> float:
    """Seconds of the processor that processes have taken which were started here."""
    used = os.times()
    return used.children_user + used.children_system


def _lightning() -> bool:
    try:
        version("pennylane-lightning")
    except PackageNotFoundError:
        return False
    return True


def _run(code: str, angles: list[list[float]]) -> np.ndarray:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        input=json.dumps(angles),
        capture_output=True,
        text=True,
        check=True,
    )
    return np.array(json.loads(done.stdout))
