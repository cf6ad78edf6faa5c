"""The engine for accelerators beside the compiled one, on whatever device jax finds."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from benchmarks.race import Contender, race
from qdml.model.ansatz import random_line
from qdml.quantum import accelerator, statevector
from qdml.quantum.normal_form import compile_gates
from qdml.quantum.reference import basis_state

#: Qubits for an accelerator, and for a quick look at it. Without one jax runs on the processor.
FULL, SMALL = 26, 20


def rows(sizes: Sequence[int] | None, quick: bool) -> list[dict[str, Any]]:
    """Rows of the sizes that are asked for, or of one size for an accelerator if there is one."""
    if sizes is None:
        sizes = [] if accelerator.memory() is None else [SMALL if quick else FULL]
    return [row for qubits in sizes for row in compare(qubits, quick)]


def compare(qubits: int, quick: bool) -> list[dict[str, Any]]:
    """Forward, state kept on the device, and the whole gradient, by the clock on the wall."""
    import jax

    where = f"jax on {jax.devices()[0].platform}"
    circuit = random_line(qubits, 4, np.random.default_rng(qubits))
    program = compile_gates(circuit.gates, qubits)
    zero = basis_state(0, qubits).astype(np.complex64)
    held = {"vector": accelerator.up(zero)}

    def forward() -> None:
        held["vector"] = accelerator.run(program, held["vector"])
        held["vector"].block_until_ready()

    vector = zero.copy()
    label = {"workload": f"{where} forward", "qubits": qubits, "dtype": "complex64"}
    tolerance = 8 * (len(circuit.gates) + 1) * float(np.finfo(np.complex64).eps)
    found = race(
        label,
        Contender(forward, lambda: accelerator.down(held["vector"])),
        {"state vector": Contender(lambda: statevector.run(program, vector), lambda: vector)},
        tolerance,
        quick,
        time.perf_counter,
    )
    return found + race(
        {**label, "workload": f"{where} gradient"},
        Contender(lambda: accelerator.gradient(program, zero, circuit.observable)),
        {
            "state vector": Contender(
                lambda: statevector.gradient(program, zero, circuit.observable)
            )
        },
        4 * tolerance,
        quick,
        time.perf_counter,
    )
