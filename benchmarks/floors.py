"""What one core can do at best, and the share of it that the state-vector engine reaches."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

#: Blocks of the line circuit, and the qubits up to which its states stay in a cache.
BLOCKS, CACHED = 8, 16


def floors() -> dict[str, Any]:
    """Bytes a second, read and written in place in memory and in a cache; flops of a product."""
    found: dict[str, Any] = {}
    for name, size in (("memory", 2**25), ("cache", 2**15)):
        array = np.ones(size)
        times = max(1, 2**22 // size)
        seconds = best(lambda a=array, k=times: [np.multiply(a, 1.0, out=a) for _ in range(k)])  # type: ignore[misc]
        found[f"{name}_bytes_per_second"] = 16 * size * times / seconds
    for name in ("float64", "float32"):
        square = np.ones((768, 768), dtype=name)
        seconds = best(lambda a=square: a @ a)  # type: ignore[misc]
        found[f"{name}_flops_per_second"] = 2 * 768**3 / seconds
    return found


def fractions(rows: list[dict[str, Any]], measured: dict[str, Any]) -> list[dict[str, Any]]:
    """Shares of bandwidth and of arithmetic, for the line circuit.

    Bandwidth counts each state once a block, read and written, as if a block were one pass: one
    state forward, and two more on the way back. Arithmetic counts 4n + 12 flops an amplitude and
    block (two fused operations for a pair in each butterfly, two complex products for the
    diagonal), and 4n + 6 more for derivatives.
    """
    found = []
    for row in {(r["workload"], r["qubits"], r["dtype"]): r for r in rows}.values():
        if row["workload"] not in ("line forward", "line gradient"):
            continue
        n, size = row["qubits"], np.dtype(row["dtype"]).itemsize
        back = row["workload"] == "line gradient"
        place = "cache" if n <= CACHED else "memory"
        kind = "float64" if size == 16 else "float32"
        moved = 2 * size * 2**n * BLOCKS * (3 if back else 1)
        flops = 2**n * BLOCKS * (3 * (4 * n + 12) + 4 * n + 6 if back else 4 * n + 12)
        found.append(
            {
                "workload": row["workload"],
                "qubits": n,
                "dtype": row["dtype"],
                "bandwidth": moved / row["ours_seconds"] / measured[f"{place}_bytes_per_second"],
                "compute": flops / row["ours_seconds"] / measured[f"{kind}_flops_per_second"],
            }
        )
    return found


def best(call: Callable[[], Any]) -> float:
    """The shortest of ten times of the processor, in seconds."""
    times = []
    for _ in range(10):
        start = time.process_time()
        call()
        times.append(time.process_time() - start)
    return min(times)
