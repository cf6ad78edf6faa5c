"""State vectors: forward passes, gradients of all angles, and samples of the full register."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from benchmarks.peers import installed
from benchmarks.race import Contender, race
from qdml.model.ansatz import random_line, random_pauli
from qdml.quantum import statevector
from qdml.quantum.normal_form import compile_gates
from qdml.quantum.reference import basis_state

#: Shots of a sample, and by how much two samples of one law may differ in any <Z_q>: by
#: Hoeffding's inequality more happens less than once in a million times on 30 qubits.
SHOTS = 10**5
SPREAD = 2 * np.sqrt(2 * np.log(2 * 30 / 1e-6) / SHOTS)

#: A gradient on more qubits takes the peers minutes.
LARGEST_GRADIENT = 20


def rows(sizes: Sequence[int], quick: bool) -> list[dict[str, Any]]:
    """Four layers of lines in both precisions, and 50 random Pauli rotations."""
    found = []
    for qubits in sizes:
        found += compare(qubits, "line", np.complex128, quick)
        if qubits <= LARGEST_GRADIENT:
            found += compare(qubits, "pauli", np.complex128, quick)
            found += compare(qubits, "line", np.complex64, quick)
    return found


def compare(qubits: int, family: str, kind: type, quick: bool) -> list[dict[str, Any]]:
    """Rows of the forward pass and the gradient of one circuit, prepared beforehand."""
    rng = np.random.default_rng(qubits)
    state = _random_state(qubits, rng).astype(kind)
    line = family == "line"
    circuit = random_line(qubits, 4, rng) if line else random_pauli(qubits, 1, 25, rng)
    program = compile_gates(circuit.gates, qubits)
    vector, zero = state.copy(), basis_state(0, qubits).astype(kind)
    # Twice what one engine may be off, `statevector`; a forward pass also rounds its input.
    tolerance = 8 * (len(circuit.gates) + 1) * float(np.finfo(kind).eps)
    peers = {name: make(circuit, state) for name, make in installed().items()}
    label = {"workload": f"{family} forward", "qubits": qubits, "dtype": np.dtype(kind).name}
    found = race(
        label,
        Contender(lambda: statevector.run(program, vector), lambda: vector),
        {name: peer.forward for name, peer in peers.items() if peer.forward},
        tolerance,
        quick,
    )
    if qubits > LARGEST_GRADIENT:
        return found
    return found + race(
        {**label, "workload": f"{family} gradient"},
        Contender(lambda: statevector.gradient(program, zero, circuit.observable)),
        {name: peer.gradient for name, peer in peers.items() if peer.gradient},
        4 * tolerance,
        quick,
    )


def samples(qubits: int, quick: bool) -> list[dict[str, Any]]:
    """Rows of 10^5 shots of every qubit; the answers are means of all Z, equal within chance."""
    rng = np.random.default_rng(qubits)
    state = _random_state(qubits, rng)
    weights = np.abs(state) ** 2
    signs = 1 - 2 * (np.arange(2**qubits)[:, None] >> np.arange(qubits)[::-1] & 1)
    means = weights @ signs
    del signs

    def read(shots: np.ndarray) -> np.ndarray:
        bits = shots[:, None] >> np.arange(qubits)[::-1] & 1
        return (1 - 2 * bits).mean(axis=0) - means

    from benchmarks import peers

    makers = peers.samplers(state, SHOTS)
    keep: dict[str, Any] = {}

    def contender(name: str, draw: Any, integers: Any) -> Contender:
        def call() -> None:
            keep[name] = draw()

        return Contender(call, lambda: read(integers(keep[name])))

    return race(
        {"workload": "sampling", "qubits": qubits, "dtype": "complex128"},
        contender("", lambda: statevector.sample(state, SHOTS, rng), lambda shots: shots),
        {name: contender(name, *pair) for name, pair in makers.items()},
        SPREAD,
        quick,
    )


def _random_state(qubits: int, rng: np.random.Generator) -> np.ndarray:
    state = rng.normal(size=2**qubits) + 1j * rng.normal(size=2**qubits)
    return state / np.linalg.norm(state)
