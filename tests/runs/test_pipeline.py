"""The pipeline command on a tiny checkout: bad usage, success, failure, and ways to stop it."""

from __future__ import annotations

import fcntl
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from qdml.errors import ConfigError, InputError
from qdml.runs import pipeline
from qdml.runs.pipeline import main, parse
from qdml.runs.processes import end_leftovers, send, snakemakes

from .conftest import judge

QUICK = ["--scale", "quick"]


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["--scale", "qick"], r"--scale 'qick': allowed are quick, default, full \(nearest: 'qu"),
        (["--only", "first_clam"], r"--only 'first_clam': no such claim \(nearest: 'first-claim'"),
        (["--only", "zzz"], r"--only 'zzz': no such claim; proofs_checks/ has 2"),
        (["--only", "-common"], r"--only: expected one argument"),
        (["--cores", "0"], r"--cores '0': allowed are 1, 2, \.\.\. or all"),
        (["--cores", "many"], r"--cores 'many'"),
        (["--profile", "slrm"], r"--profile 'slrm': allowed are default, slurm \(nearest: 'slurm'"),
        (["--sclae", "quick"], r"unrecognized arguments: --sclae quick"),
    ],
)
def test_bad_arguments(root: Path, argv: list[str], says: str) -> None:
    with pytest.raises(InputError, match=says):
        parse(argv, root)


def test_bad_config(root: Path) -> None:
    (root / "workflow/config/quick.yaml").write_text("sede: 1\n")
    with pytest.raises(ConfigError, match=r"config sede: unknown key \(nearest: 'seed'\)"):
        parse(QUICK, root)


def test_no_checkout(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no Snakefile here"):
        parse(QUICK, tmp_path)


def test_bad_usage_is_one_line(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--scale", "qick"], root) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("run: --scale 'qick'")
    assert err.count("\n") == 1


def test_success_then_nothing_to_do(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(QUICK, root) == 0
    out = capsys.readouterr().out
    assert "[1/5] evidence claim=" in out
    assert "claims: 2 (2 stands)" in out
    assert f"report: {root}/reports/index.html" in out
    own_report = root / "reports/snakemake-report.html"
    written = own_report.stat().st_mtime_ns

    assert main(QUICK, root) == 0
    out = capsys.readouterr().out
    assert out == f"claims: 2 (2 stands)\nreport: {root}/reports/index.html\n"
    assert own_report.stat().st_mtime_ns == written


def test_failed_job(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "break.first-claim").touch()
    assert main(QUICK, root) == 3
    out = capsys.readouterr().out
    assert "[failed] evidence claim=first-claim" in out
    assert "  reports/logs/first-claim.log: no room left" in out
    assert (root / "reports/evidence/second-claim.json").is_file(), "the others go on"
    assert out.count("\n") < 25


def test_the_judging_job_decides(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    judge(root, "stands", "refuted", status=1)
    assert main(QUICK, root) == 1
    assert "first-claim is stands, second-claim is refuted" in capsys.readouterr().out


def test_broken_workflow(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "Snakefile").write_text("raise ValueError('no such moon')\n")
    assert main(QUICK, root) == 3
    out = capsys.readouterr().out
    assert "no such moon" in out
    assert out.count("\n") < 25


def test_files_of_the_future_are_of_now(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*QUICK, "--only", "first-claim"], root) == 0
    made = root / "reports/evidence/first-claim.json"
    later = time.time() + 10**7
    os.utime(made, (later, later))
    assert main(QUICK, root) == 0
    out = capsys.readouterr().out
    assert "run: 1 files were dated in the future; they are of now\n" in out
    assert "claims: 2 (2 stands)" in out
    assert made.stat().st_mtime <= time.time()


def test_a_disk_that_fails_is_one_clear_line(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / "reports").symlink_to("/dev/full")
    assert main(QUICK, root) == 3
    err = capsys.readouterr().err
    assert re.fullmatch(r"run: \[Errno .*; put that right and run the same command again\n", err)


def test_only_one_claim(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    judge(root, "stands", "refuted", status=0)
    assert main([*QUICK, "--only", "second-claim"], root) == 1
    assert capsys.readouterr().out.splitlines()[-1].startswith("refuted: second-claim: total: ")
    assert not (root / "reports/evidence/first-claim.json").exists()


def test_second_run_is_refused(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (root / ".run.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write("4711\n")
        lock.flush()
        assert main(QUICK, root) == 2
    err = capsys.readouterr().err
    assert err == f"run: another run is at work in {root} (process 4711); wait for it or end it\n"
    assert not (root / "reports").exists()


def start_and_hold(root: Path) -> subprocess.Popen[str]:
    """A run that is in the middle of its first jobs."""
    (root / "hold").touch()
    process = subprocess.Popen(
        [sys.executable, "-m", "qdml.runs.pipeline", *QUICK],
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(Path(pipeline.__file__).parents[2])},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 30
    while not list(root.glob("running.*")):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return process


def test_killed_run_is_taken_up_again(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def end_then_let_go(root: Path) -> list[int]:
        ended = end_leftovers(root)
        (root / "hold").unlink()
        return ended

    monkeypatch.setattr(pipeline, "end_leftovers", end_then_let_go)
    with start_and_hold(root) as process:
        process.kill()
        process.wait()
        for pid in snakemakes(root):
            send(pid, signal.SIGKILL)
        assert list(root.glob(".snakemake/locks/*")), "nobody is left to remove the lock"
        assert main(QUICK, root) == 0
    out = capsys.readouterr().out
    assert "left by an earlier run" in out
    assert "an earlier run was cut off" in out
    assert "claims: 2 (2 stands)" in out
    assert not list(root.glob(".snakemake/locks/*"))


def test_stopped_run_leaves_nothing_behind(root: Path) -> None:
    with start_and_hold(root) as process:
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=30)
        assert process.returncode == 128 + signal.SIGTERM
    assert err == "run: stopped; the same command goes on from here\n"
    assert end_leftovers(root) == []
    assert not list(root.glob(".snakemake/locks/*"))
    assert not list(root.glob("reports/evidence/*")), "no half-made output"


def test_somebody_elses_snakemake_is_left_alone(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = root / ".snakemake/locks/0.input.lock"
    lock.parent.mkdir(parents=True)
    lock.touch()
    monkeypatch.setattr(pipeline, "snakemakes", lambda root: [4711])
    assert main(QUICK, root) == 2
    assert "snakemake is at work" in capsys.readouterr().err
    assert lock.exists()


def test_a_path_with_white_space_is_refused(tmp_path: Path) -> None:
    spaced = tmp_path / "two words"
    spaced.mkdir()
    (spaced / "Snakefile").touch()
    with pytest.raises(InputError, match="white space; move the checkout"):
        parse(QUICK, spaced)
