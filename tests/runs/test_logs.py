"""The log of a job, its errors, and its last word when native code does not come back."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from qdml.errors import InputError
from qdml.runs.digest import of_failures
from qdml.runs.logs import logged
from qdml.runs.progress import FailedJob, Progress


def test_a_deliberate_error_is_one_line_here_and_in_the_log(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "logs" / "job.log"
    with pytest.raises(SystemExit) as end:
        work(log, "on the way", InputError("seed -1: allowed are numbers from 0"))
    assert end.value.code == 2
    assert capsys.readouterr() == ("", "qdml: seed -1: allowed are numbers from 0\n")
    assert log.read_text() == "on the way\nqdml: seed -1: allowed are numbers from 0\n"


def test_an_unforeseen_error_keeps_its_traceback(tmp_path: Path) -> None:
    log = tmp_path / "job.log"
    with pytest.raises(ZeroDivisionError):
        work(log, "a warning", ZeroDivisionError())
    assert log.read_text().startswith("a warning\nTraceback")


def work(log: Path, says: str, error: Exception) -> None:
    with logged(log):
        print(says)
        raise error


#: A loop inside the interpreter's own C code: no exception reaches it, no signal is looked at.
HANGS = """
import sys
from collections import deque
from itertools import repeat
from qdml.claims.run import time_limit
from qdml.runs.logs import logged
with logged(sys.argv[1]), time_limit(0.2):
    deque(repeat(0), maxlen=0)
"""


def test_native_code_that_hangs_is_ended_and_its_log_says_where(tmp_path: Path) -> None:
    log = tmp_path / "job.log"
    done = subprocess.run([sys.executable, "-c", HANGS, log], capture_output=True, timeout=60)
    assert done.returncode == 1
    assert "line 8 in <module>" in log.read_text()
    progress = Progress(failed=[FailedJob("evidence claim=one", 1, logs=(Path("job.log"),))])
    assert list(of_failures(progress, tmp_path, "full")) == [
        "failed job: evidence claim=one",
        "  job.log: Timeout (0:00:00.400000)!",
        "  again: ./run pipeline --scale full --only one",
    ]


def test_what_native_code_says_is_kept(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with logged(tmp_path / "job.log"):
        print("before")
        subprocess.run(["sh", "-c", "echo out of memory >&2"], check=True)
        print("after")
    assert (tmp_path / "job.log").read_text() == "before\nout of memory\nafter\n"
    assert capfd.readouterr() == ("", "")
