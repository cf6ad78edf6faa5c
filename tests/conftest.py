"""What all tests share: one BLAS thread, hypothesis profiles, programs that may be absent."""

from __future__ import annotations

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import shutil
from collections import Counter

import pytest
from hypothesis import HealthCheck, settings

_WANTING = "needs the program "

# A deadline, or a limit on how long drawing may take, would measure the machine and not the code.
settings.register_profile(
    "dev", deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("ci", settings.get_profile("dev"), derandomize=True, database=None)
settings.load_profile("ci" if {"CI", "QDML_CI"} & set(os.environ) else "dev")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test marked `needs(program)` without that program; under QDML_CI=1 fail it instead."""
    wanted = [name for marker in item.iter_markers("needs") for name in marker.args]
    for name in wanted:
        if shutil.which(name) is None:
            if os.environ.get("QDML_CI") == "1":
                pytest.fail(_WANTING + name, pytrace=False)
            pytest.skip(_WANTING + name)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many tests were skipped for want of a program."""
    reasons = (str(report.longrepr) for report in terminalreporter.stats.get("skipped", []))
    missing = Counter(r.rpartition(_WANTING)[2].rstrip("')") for r in reasons if _WANTING in r)
    named = ", ".join(f"{name}: {number}" for name, number in sorted(missing.items()))
    terminalreporter.write_line(
        f"skipped for want of system software: {missing.total()}" + (f" ({named})" if named else "")
    )
