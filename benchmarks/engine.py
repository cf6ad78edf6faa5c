"""The state-vector engine beside its peers: `python -m benchmarks.engine --json [--quick]`.

All run in this process, one thread each, complex128, on circuits prepared beforehand. Agreement
comes first; then repeats take turns, and medians are compared. A ratio is peer over ours.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

from benchmarks.peers import PACKAGES, Prepared, installed
from qdml.model.ansatz import random_line, random_pauli
from qdml.model.circuit import DistributedCircuit
from qdml.quantum import statevector
from qdml.quantum.gates import act
from qdml.quantum.normal_form import compile_gates
from qdml.quantum.reference import basis_state

#: Peers may differ from us by this much: rounding over some hundred gates.
AGREEMENT = 1e-11

#: Seconds after which a race is repeated no more; a tenth of it for a quick one.
PATIENCE = 8.0


def main() -> None:
    """Run the comparison and print it as a table or as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--quick", action="store_true", help="few qubits, under a minute")
    parser.add_argument("--qubits", type=int, nargs="+", help="registers to try")
    chosen = parser.parse_args()
    sizes = chosen.qubits or ([8, 12] if chosen.quick else [8, 12, 16, 20])
    patience = PATIENCE / 10 if chosen.quick else PATIENCE
    rows = [row for n in sizes for row in compare(n, patience)]
    found = {"machine": machine(), "versions": versions(), "floors": floors(), "rows": rows}
    if chosen.json:
        print(json.dumps(found, indent=1))
        return
    for row in rows:
        print(
            f"{row['workload']:<16} n = {row['qubits']:<3} {row['ours_seconds'] * 1e3:10.3f} ms   "
            f"{row['peer'] or '-':<18} {row['ratio'] or 0:8.2f}   {row['agreement']:.0e}"
        )


def compare(qubits: int, patience: float) -> list[dict[str, Any]]:
    """Rows of all workloads on that many qubits: four layers of lines, 50 random strings."""
    rng = np.random.default_rng(qubits)
    state = rng.normal(size=2**qubits) + 1j * rng.normal(size=2**qubits)
    state /= np.linalg.norm(state)
    rows = []
    for family, circuit in (
        ("line", random_line(qubits, 4, rng)),
        ("pauli", random_pauli(qubits, 1, 25, rng)),
    ):
        start = time.perf_counter()
        program = compile_gates(circuit.gates, qubits)
        preparation = time.perf_counter() - start
        vector, zero = state.copy(), basis_state(0, qubits)
        ours = Prepared(
            lambda v=vector, p=program: statevector.run(p, v),  # type: ignore[misc]
            lambda v=vector: v,  # type: ignore[misc]
            lambda p=program, c=circuit, z=zero: statevector.gradient(p, z, c.observable),  # type: ignore[misc]
        )
        peers = {name: make(circuit, state) for name, make in installed().items()}
        for workload in ("forward", "gradient"):
            for row in race(workload, ours, peers, circuit, state, patience):
                label = {"workload": f"{family} {workload}", "qubits": qubits}
                rows.append({**label, **row, "preparation_seconds": preparation})
    return rows


def race(
    workload: str,
    ours: Prepared,
    peers: dict[str, Prepared],
    circuit: DistributedCircuit,
    state: np.ndarray,
    patience: float,
) -> list[dict[str, Any]]:
    """One row for every peer that can do the workload, or one without a peer."""
    calls: dict[str, Callable[[], object]] = {"": getattr(ours, workload)}
    calls |= {k: call for k, peer in peers.items() if (call := getattr(peer, workload))}
    answers = {}
    for name, call in calls.items():
        found = call()
        read = (peers[name] if name else ours).state
        answers[name] = np.array(read() if workload == "forward" and read else found)
    if len(calls) == 1 and workload == "forward" and circuit.qubits <= 12:
        answers["reference"] = act(circuit.gates, state)
    agreement = {k: float(np.abs(a - answers[""]).max()) for k, a in answers.items()}
    for name, error in agreement.items():
        if not error <= AGREEMENT:
            raise SystemExit(f"{name} differs by {error:.1e} in {workload}: no timing is compared")
    times: dict[str, list[float]] = {name: [] for name in calls}
    begun = time.perf_counter()
    while len(times[""]) < 3 or (len(times[""]) < 50 and time.perf_counter() - begun < patience):
        for name, call in calls.items():
            start = time.perf_counter()
            call()
            times[name].append(time.perf_counter() - start)
    medians = {name: float(np.median(found)) for name, found in times.items()}
    common = {"dtype": "complex128", "ours_seconds": medians[""]}
    if len(calls) == 1:
        worst = max(agreement.values())
        return [{**common, "peer": None, "peer_seconds": None, "ratio": None, "agreement": worst}]
    return [
        {
            **common,
            "peer": name,
            "peer_seconds": medians[name],
            "ratio": medians[name] / medians[""],
            "agreement": agreement[name],
        }
        for name in calls
        if name
    ]


def machine() -> dict[str, Any]:
    """What the numbers were taken on."""
    return {"processor": platform.machine(), "system": platform.system(), "cores": os.cpu_count()}


def versions() -> dict[str, str]:
    """Versions of Python, of what the engine uses, and of the peers."""
    found = {"python": platform.python_version()}
    for package in ("numpy", "numba", *dict.fromkeys(PACKAGES.values())):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def floors() -> dict[str, float]:
    """Bytes a second, read and written in place by one core: in memory, and in a cache."""
    found = {}
    for name, size in (("memory", 2**25), ("cache", 2**15)):
        array = np.ones(size)
        best = np.inf
        for _ in range(10):
            start = time.perf_counter()
            for _ in range(max(1, 2**22 // size)):
                array *= 1.0
            best = min(best, time.perf_counter() - start)
        found[f"{name}_bytes_per_second"] = 16 * size * max(1, 2**22 // size) / best
    return found


if __name__ == "__main__":
    main()
