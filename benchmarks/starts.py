"""How long `qdml` takes to answer: `python -m benchmarks.starts`.

Prints, for each command line, the median over ten starts of wall seconds and of CPU seconds (user
and system), which say the same beside busy neighbours. It runs in an empty folder, so that the
claims are read from their files: with a run at hand, fewer are.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from statistics import median

STARTS = 10
LINES = ("--help", "claims", "claims --json", "datasets", "spectrum --weights 1,3,9")


def measured(line: str, folder: str) -> tuple[float, float]:
    """Wall and CPU seconds of one start."""
    code = "from qdml.cli import main; main()"
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    command = [sys.executable, "-c", code, *line.split()]
    subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, check=True)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def main() -> None:
    """Print a line for each command line; the first start of each only warms the caches."""
    with tempfile.TemporaryDirectory() as folder:
        for line in LINES:
            walls, cpus = zip(*[measured(line, folder) for _ in range(1 + STARTS)][1:], strict=True)
            print(f"{median(walls):.2f} s, {median(cpus):.2f} s of CPU   qdml {line}", flush=True)


if __name__ == "__main__":
    main()
