"""Single faults: each function hurts a run of a trial, sees that it was felt, and runs it again.

Every one returns what was said, in lines; the caller compares the bytes. A fault that does nothing,
a traceback, or a rerun that fails is an `AssertionError`.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.trial import Trial
from qdml.data.source import MIRROR
from qdml.runs.processes import carrying, send

#: Run by every Python of a checkout that has it on its path, as its jobs have.
HOOK = "sitecustomize.py"

HANGS = """
import sys
import qdml.claims
sys.modules["qdml.claims.run"].PART_SECONDS = 5.0
import clarabel
from collections import deque
from itertools import repeat
clarabel.DefaultSolver = lambda *problem: deque(repeat(0), maxlen=0)
"""

SLEEPS = """
import sys
import qdml.claims
sys.modules["qdml.claims.run"].PART_SECONDS = 5.0
import clarabel
import time
clarabel.DefaultSolver = lambda *problem: time.sleep(600)
"""

STARVES = """
import resource, sys
if "snakemake" not in " ".join(sys.orig_argv):
    resource.setrlimit(resource.RLIMIT_AS, (400 * 2**20, 400 * 2**20))
"""

KILLED = """
import clarabel, os, signal
clarabel.DefaultSolver = lambda *problem: os.kill(os.getpid(), signal.SIGKILL)
"""


def failing(trial: Trial, *reasons: str, **how: object) -> list[str]:
    """A run that fails with status 2 or 3, no traceback of the wrapper, and one of the reasons."""
    status, said = trial.run(**how)  # type: ignore[arg-type]
    assert status in (2, 3), (status, said)
    told = [line for reason in reasons for line in said.splitlines() if reason in line]
    assert told, said
    assert "Traceback" not in said, said
    assert not trial.torn()
    return [f"status {status}: {told[0].strip()}"]


def recovers(trial: Trial, **how: object) -> list[str]:
    """The next run, which has to succeed; what it says of the last one."""
    status, said = trial.run(**how)  # type: ignore[arg-type]
    assert status == 0, (status, said)
    return [f"rerun: {line}" for line in said.splitlines() if line.startswith("run: ")][:4]


def hooked(trial: Trial, hook: str, *reasons: str) -> list[str]:
    """A run whose jobs do `hook` when they start, then one whose jobs do not."""
    (trial.root / HOOK).write_text(hook)
    told = failing(trial, *reasons)
    (trial.root / HOOK).unlink()
    return told + recovers(trial)


def hang(trial: Trial) -> list[str]:
    """A solver that never comes back to the interpreter."""
    return hooked(trial, HANGS, "Timeout (")


def sleep(trial: Trial) -> list[str]:
    """A solver that takes longer than a part of a claim may."""
    return hooked(trial, SLEEPS, "TimeoutError: still running after")


def starve(trial: Trial) -> list[str]:
    """Jobs that get no memory when they ask for it."""
    return hooked(trial, STARVES, "MemoryError", "memory", "allocate", "failed job", "failed:")


def killed(trial: Trial) -> list[str]:
    """A job that the system kills, as it does when memory has run out."""
    return hooked(trial, KILLED, "failed job")


def full(trial: Trial) -> list[str]:
    """A small file system of its own that is full for one run; see `private`."""
    told = []
    ballast, free = trial.root / "ballast", (8 << 10, 64 << 10, 256 << 10)
    for left in free:
        _fill(ballast, left)
        told += failing(trial, "No space left", "failed job", "snakemake")
        ballast.unlink()
    return told + recovers(trial)


def _fill(ballast: Path, left: int) -> None:
    room = os.statvfs(ballast.parent)
    with ballast.open("wb") as file:
        file.write(bytes(max(0, room.f_bavail * room.f_frsize - left)))


def private(folder: Path, megabytes: int) -> None:
    """Mount a file system of that size on `folder`, seen by this process and its children only."""
    folder.mkdir(exist_ok=True)
    # CLONE_NEWNS
    if ctypes.CDLL(None, use_errno=True).unshare(0x00020000):
        raise OSError(ctypes.get_errno(), "a private mount namespace needs the rights of root")
    for command in (
        ("mount", "--make-rprivate", "/"),
        ("mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)),
    ):
        subprocess.run(command, check=True)


def damaged(trial: Trial) -> list[str]:
    """After a run and in the middle of one, files with a flipped bit or cut short, times kept."""
    told, draw = recovers(trial), np.random.default_rng(7)
    for _ in range(2):
        for path in draw.permutation(sorted(trial.reports.glob("*/*.json")))[:3]:
            spoil(path, draw)
        spoil(trial.reports / "index.html", draw)
        spoil(trial.reports / "verdicts.json", draw)
        told += recovers(trial)
        assert trial.run()[1].count("not to be trusted") == 0
    for path in trial.reports.glob("*.html"):
        path.unlink()
    (trial.reports / "manifest.json").unlink()
    spoil(draw.choice(sorted(trial.reports.glob("evidence/*.json"))), draw)
    return told + recovers(trial)


def spoil(path: Path, draw: np.random.Generator) -> None:
    """Flip one bit, or cut the file short, and keep its times."""
    times, content = path.stat(), bytearray(path.read_bytes())
    place = int(draw.integers(len(content)))
    if draw.random() < 0.5:
        content[place] ^= 1 << int(draw.integers(8))
    else:
        del content[place:]
    path.write_bytes(content)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def clock(trial: Trial) -> list[str]:
    """A clock that is a year ahead, then two days behind, then right; the first runs are killed."""
    library = str(next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")))
    for shift, files in (("+400d", 1), ("-2d", 2)):
        clock = {"LD_PRELOAD": library, "FAKETIME": shift, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
        with trial.start(clock) as child:
            while len(list(trial.reports.glob("timings/*.json"))) < files:
                assert child.poll() is None, trial.said.read_text()
                time.sleep(0.05)
            # None is left for the next run to wait for: libfaketime 0.9.10 cannot wait.
            for pid in (child.pid, *carrying(trial.root)):
                send(pid, signal.SIGKILL)
    return recovers(trial)


def twice(trial: Trial) -> list[str]:
    """A second run in the same folder while the first is at work, and one more in a copy."""
    other = trial.copy(trial.root.with_name("beside"))
    first, beside = trial.start(), other.start()
    while not (trial.root / ".run.lock").exists():
        time.sleep(0.05)
    time.sleep(3)
    status, said = Trial(trial.root, trial.command).run()
    assert status == 2, said
    assert first.wait() == beside.wait() == 0
    assert trial.compared() == other.compared()
    return [said.splitlines()[-1]]


def mirror(trial: Trial) -> list[str]:
    """A folder of data that goes away when the run has begun, and comes back for the next."""
    here = trial.root.with_name("data")
    away = here.with_name("away")
    shutil.copytree(os.environ[MIRROR], here)
    named = {MIRROR: str(here), "XDG_CACHE_HOME": str(here.with_name("data-cache"))}
    child = trial.start(named)
    while not (trial.reports / "logs/run.log").exists():
        time.sleep(0.02)
    here.rename(away)
    status = child.wait()
    absent = [name for name, content in trial.compared().items() if b"QDML_DATA_MIRROR" in content]
    assert absent, "no job missed the data"
    away.rename(here)
    return [
        f"status {status}; without data: {', '.join(absent)}",
        *recovers(trial, environment=named),
    ]


ALL: dict[str, Callable[[Trial], list[str]]] = {
    one.__name__: one for one in (damaged, clock, twice, mirror, hang, sleep, killed, starve, full)
}
