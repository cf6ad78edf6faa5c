"""The engines beside their peers: `python -m benchmarks.engine [--json] [--quick]`.

All run in this process, one thread each, at one precision, on what was prepared beforehand.
Agreement comes first; then repeats take turns, and medians of processor time are compared. A ratio
is peer over ours.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from benchmarks import chains, cold, device, vectors
from benchmarks.floors import floors, fractions
from benchmarks.peers import PACKAGES
from benchmarks.plot import draw

SECTIONS = ("vectors", "samples", "chains", "cold", "device")


def main() -> None:
    """Run the comparison and print it as a table or as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--quick", action="store_true", help="small sizes, under a minute")
    parser.add_argument("--qubits", type=int, nargs="+", help="sizes of state vectors")
    parser.add_argument("--only", choices=SECTIONS, nargs="+", default=SECTIONS)
    parser.add_argument(
        "--into", type=Path, help="result file whose rows these replace or join; draws its plot"
    )
    chosen = parser.parse_args()
    found = {
        "machine": machine(),
        "versions": versions(),
        "floors": floors(),
        "rows": rows(chosen.only, chosen.qubits, chosen.quick),
    }
    if chosen.into:
        found["rows"] = merged(chosen.into, found["rows"])
    found["floors"]["fractions"] = fractions(found["rows"], found["floors"])
    text = json.dumps(found, indent=1)
    if chosen.into:
        chosen.into.write_text(text + "\n")
        chosen.into.with_suffix(".svg").write_text(draw(found["rows"]))
    print(text if chosen.json else table(found))


def rows(sections: list[str], asked: list[int] | None, quick: bool) -> list[dict[str, Any]]:
    """The rows of some sections; asked: sizes of state vectors instead of the usual ones."""
    sizes = asked or ([8, 12] if quick else [8, 12, 16, 20, 24])
    found = []
    if "vectors" in sections:
        found += vectors.rows(sizes, quick)
    if "samples" in sections:
        found += vectors.samples(12 if quick else 20, quick)
    if "chains" in sections:
        found += chains.rows(100, 8 if quick else 32, quick)
    if "cold" in sections:
        found += cold.rows(quick)
    if "device" in sections:
        found += device.rows(asked, quick)
    return found


def merged(path: Path, new: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of a result file, those that were taken again replaced."""

    def key(row: dict[str, Any]) -> tuple[Any, ...]:
        return row["workload"], row["dtype"], row["qubits"], row["peer"] or ""

    old = json.loads(path.read_text())["rows"] if path.exists() else []
    kept = {key(row): row for row in [*old, *new]}
    return [kept[k] for k in sorted(kept)]


def table(found: dict[str, Any]) -> str:
    """Rows, then by how much the engine falls short of its floors."""
    lines = [
        f"{row['workload']:<24} n = {row['qubits']:<4} {row['dtype']:<11} "
        f"{row['ours_seconds'] * 1e3:10.3f} ms   {row['peer'] or '-':<20} {row['ratio'] or 0:8.2f}"
        for row in found["rows"]
    ]
    lines += [
        f"{part['workload']:<24} n = {part['qubits']:<4} {part['dtype']:<11} "
        f"{part['bandwidth']:4.0%} of bandwidth, {part['compute']:4.0%} of arithmetic"
        for part in found["floors"]["fractions"]
    ]
    return "\n".join(lines)


def machine() -> dict[str, Any]:
    """What the numbers were taken on."""
    name = platform.machine()
    listed = Path("/proc/cpuinfo")
    if listed.exists():
        models = [x for x in listed.read_text().splitlines() if x.startswith("model name")]
        name = models[0].partition(": ")[2] if models else name
    return {"processor": name, "system": platform.system(), "cores": os.cpu_count()}


def versions() -> dict[str, str]:
    """Versions of Python, of what the engines use, and of the peers."""
    found = {"python": platform.python_version()}
    used = ("numpy", "numba", "jax", "tensornetwork", "quimb", *PACKAGES.values())
    for package in dict.fromkeys(used):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


if __name__ == "__main__":
    main()
