"""Tests that want a program skip and are counted; in CI they fail."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

INNER = """
import os
import pytest
@pytest.mark.needs("sh")
def test_with(): pass
@pytest.mark.needs("sh", "no-such-program")
def test_without(): pass
def test_one_thread(): assert os.environ["OMP_NUM_THREADS"] == "1"
def test_own_cache(): assert "qdml-tests-" in os.environ["XDG_CACHE_HOME"]
"""


@pytest.mark.parametrize(
    ("ci", "says", "status"),
    [
        ("0", "skipped for want of something here: 1 (no-such-program: 1)", 0),
        ("1", "wanting here: no-such-program", 1),
    ],
)
def test_a_missing_program(tmp_path: Path, ci: str, says: str, status: int) -> None:
    root = Path(__file__).parents[1]
    shutil.copy(root / "tests/conftest.py", tmp_path)
    (tmp_path / "test_inner.py").write_text(INNER)
    inner = subprocess.run(
        [sys.executable, "-m", "pytest", "-c", root / "pyproject.toml", "--rootdir", tmp_path],
        cwd=tmp_path,
        env=os.environ | {"QDML_CI": ci, "PYTEST_ADDOPTS": "-p no:cacheprovider test_inner.py"},
        capture_output=True,
        text=True,
    )
    assert inner.returncode == status, inner.stdout + inner.stderr
    assert says in inner.stdout
    assert "3 passed" in inner.stdout
