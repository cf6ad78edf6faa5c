"""Processes are found by the token of their repository, and no other is touched."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from qdml.errors import QdmlError
from qdml.runs import processes
from qdml.runs.processes import MARK, end_leftovers, snakemakes, token

Started = list[subprocess.Popen[bytes]]


@pytest.fixture
def started() -> Iterator[Started]:
    """Processes that a test starts; none outlives it."""
    these: Started = []
    yield these
    for process in these:
        process.kill()
        process.communicate()


def start(started: Started, command: str, mark: str | None, cwd: Path) -> subprocess.Popen[bytes]:
    environment = os.environ | ({MARK: mark} if mark else {})
    process = subprocess.Popen(
        ["bash", "-c", command],
        env=environment,
        cwd=cwd,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    started.append(process)
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    return process


def test_only_those_with_the_token_are_ended(tmp_path: Path, started: Started) -> None:
    ours = start(started, "echo ready; exec sleep 60", token(tmp_path), tmp_path)
    of_another_checkout = start(started, "echo ready; exec sleep 60", token(Path("/")), tmp_path)
    nobodys = start(started, "echo ready; exec sleep 60", None, tmp_path)

    assert end_leftovers(tmp_path) == [ours.pid]

    assert ours.wait(1) == -15
    assert of_another_checkout.poll() is None
    assert nobodys.poll() is None


def test_one_that_ignores_the_request_is_forced(tmp_path: Path, started: Started) -> None:
    command = "trap '' TERM; echo ready; while true; do sleep 0.05; done"
    deaf = start(started, command, token(tmp_path), tmp_path)

    assert deaf.pid in end_leftovers(tmp_path, patience=0.3)

    assert deaf.wait(1) == -9


def test_one_that_cannot_be_ended_is_an_error(
    tmp_path: Path, started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = start(started, "echo ready; exec sleep 60", token(tmp_path), tmp_path)
    monkeypatch.setattr(processes, "send", lambda pid, signum: None)
    with pytest.raises(QdmlError, match=rf"processes \[{ours.pid}\] of an earlier run do not end"):
        end_leftovers(tmp_path, patience=0.1)


def test_this_process_is_no_leftover(tmp_path: Path, started: Started) -> None:
    # A run started from within a run has the token among the processes above it.
    script = (
        "from pathlib import Path; from qdml.runs.processes import end_leftovers;"
        f"print('ready' if end_leftovers(Path({str(tmp_path)!r})) == [] else 'ended', flush=True)"
    )
    command = f'PYTHONPATH={Path(__file__).parents[2]} python -c "{script}"; true'
    inner = start(started, command, token(tmp_path), tmp_path)
    assert inner.wait(5) == 0


def test_a_snakemake_in_the_folder_is_seen(tmp_path: Path, started: Started) -> None:
    command = "echo ready; exec -a /usr/bin/snakemake sleep 60"
    (tmp_path / "elsewhere").mkdir()
    here = start(started, command, None, tmp_path)
    start(started, command, None, tmp_path / "elsewhere")
    start(started, "echo ready; exec -a editor sleep 60", None, tmp_path)
    assert snakemakes(tmp_path) == [here.pid]
