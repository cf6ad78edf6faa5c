"""What all tests share: one BLAS thread, hypothesis profiles, things that may be absent."""

from __future__ import annotations

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import shutil
import tempfile
from collections import Counter

import pytest
from hypothesis import HealthCheck, settings

_WANTING = "wanting here: "
_MIRROR = os.environ.get("QDML_DATA_MIRROR", "")

# A deadline, or a limit on how long drawing may take, would measure the machine and not the code.
settings.register_profile(
    "dev", deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("ci", settings.get_profile("dev"), derandomize=True, database=None)
settings.load_profile("ci" if {"CI", "QDML_CI"} & set(os.environ) else "dev")


def pytest_configure(config: pytest.Config) -> None:
    """Give all tests, and their workers, one cache of their own: the user's is not theirs."""
    if not hasattr(config, "workerinput"):
        cache = tempfile.TemporaryDirectory(prefix="qdml-tests-")
        config.add_cleanup(cache.cleanup)
        os.environ["XDG_CACHE_HOME"] = cache.name


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test marked `needs(program)` without that program; under QDML_CI=1 fail it instead."""
    wanted = [name for marker in item.iter_markers("needs") for name in marker.args]
    for name in wanted:
        _want(name, shutil.which(name) is not None)


@pytest.fixture
def mirror(monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder of real data sets that QDML_DATA_MIRROR named when the tests began."""
    _want("QDML_DATA_MIRROR", os.path.isdir(_MIRROR))
    monkeypatch.setenv("QDML_DATA_MIRROR", _MIRROR)


def _want(name: str, present: bool) -> None:
    if not present:
        if os.environ.get("QDML_CI") == "1":
            pytest.fail(_WANTING + name, pytrace=False)
        pytest.skip(_WANTING + name)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many tests were skipped for want of something."""
    reasons = (str(report.longrepr) for report in terminalreporter.stats.get("skipped", []))
    missing = Counter(r.rpartition(_WANTING)[2].rstrip("')") for r in reasons if _WANTING in r)
    named = ", ".join(f"{name}: {number}" for name, number in sorted(missing.items()))
    terminalreporter.write_line(
        f"skipped for want of something here: {missing.total()}" + (f" ({named})" if named else "")
    )
