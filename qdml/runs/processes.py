"""The processes of a run, found by a token in their environment and ended by their id.

A killed Snakemake leaves its jobs writing. Every process of a run carries a token made from the
path of the repository, so the next run can end exactly those. Without /proc none is found.
"""

from __future__ import annotations

import hashlib
import os
import signal
import time
from pathlib import Path

from qdml.errors import QdmlError

MARK = "QDML_RUN_TOKEN"
_PROC = Path("/proc")


def token(root: Path) -> str:
    """The token of all runs in the repository at `root`."""
    return hashlib.sha256(os.fsencode(root.resolve())).hexdigest()[:16]


def end_leftovers(root: Path, patience: float = 5.0) -> list[int]:
    """End what is left of earlier runs in `root` and return the ids of those processes.

    They are asked first (SIGTERM) and forced after `patience` seconds (SIGKILL). Raises `QdmlError`
    when some live on after twice that time.
    """
    ended: set[int] = set()
    for signum in (signal.SIGTERM, signal.SIGKILL):
        deadline = time.monotonic() + patience
        for pid in carrying(root):
            ended.add(pid)
            send(pid, signum)
        while carrying(root) and time.monotonic() < deadline:
            time.sleep(0.05)
    if left := carrying(root):
        raise QdmlError(f"processes {left} of an earlier run do not end; end them and try again")
    return sorted(ended)


def send(pid: int, signum: int) -> None:
    """Send a signal to one process, which may be gone already."""
    try:
        os.kill(pid, signum)
    except ProcessLookupError:
        return


def snakemakes(root: Path) -> list[int]:
    """Ids of the Snakemake processes at work in `root`, whoever started them."""
    at_work = []
    for pid in _others():
        try:
            here = (_PROC / str(pid) / "cwd").readlink() == root.resolve()
            words = (_PROC / str(pid) / "cmdline").read_bytes().split(b"\0")[:3]
        except OSError:
            continue
        if here and any(os.path.basename(word) == b"snakemake" for word in words):
            at_work.append(pid)
    return at_work


def carrying(root: Path) -> list[int]:
    """Ids of the processes of all runs in `root`, but for this one and those above it."""
    wanted = f"{MARK}={token(root)}".encode()
    found = []
    for pid in _others():
        try:
            environment = (_PROC / str(pid) / "environ").read_bytes()
        except OSError:
            # gone meanwhile, or somebody else's
            continue
        if wanted in environment.split(b"\0"):
            found.append(pid)
    return found


def _others() -> list[int]:
    """Every process but this one and those above it."""
    if not _PROC.is_dir():
        return []
    own, pid = {os.getpid()}, os.getppid()
    while pid > 1:
        own.add(pid)
        pid = _parent(pid)
    return sorted({int(entry.name) for entry in _PROC.iterdir() if entry.name.isdigit()} - own)


def _parent(pid: int) -> int:
    try:
        status = (_PROC / str(pid) / "stat").read_text()
    except OSError:
        return 0
    # the name, in parentheses, may hold spaces: the parent is the second word after it
    return int(status.rpartition(")")[2].split()[1])
