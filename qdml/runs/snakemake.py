"""Snakemake as a child process: started in a group of its own, followed, and ended whole."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from qdml.errors import QdmlError
from qdml.runs.processes import MARK, end_leftovers, token

_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


class JobFailure(QdmlError):
    """Snakemake itself, and not the user's input, went wrong."""

    exit_status = 3


class Stopped(Exception):
    """The user or the system asked this run to end."""

    def __init__(self, signum: int) -> None:
        super().__init__(signum)
        self.signum = signum


@contextmanager
def stoppable() -> Iterator[None]:
    """Turn the first SIGINT or SIGTERM into `Stopped`; later ones cannot cut the tidying short."""

    def stop(signum: int, frame: FrameType | None) -> None:
        for each in before:
            signal.signal(each, signal.SIG_IGN)
        raise Stopped(signum)

    before = {each: signal.signal(each, stop) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


@contextmanager
def snakemake(arguments: Sequence[str], root: Path) -> Iterator[subprocess.Popen[str]]:
    """Start Snakemake in `root`, its output and that of its jobs in one pipe.

    Whatever raises inside the block ends Snakemake and all of its jobs first.
    """
    environment = os.environ | _ONE_THREAD | {MARK: token(root)}
    # jobs find the programs of this environment also when it is not activated
    folders = [str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]
    environment["PATH"] = os.pathsep.join(folders)
    with subprocess.Popen(
        [sys.executable, "-m", "snakemake", *arguments],
        cwd=root,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    ) as child:
        try:
            yield child
        except BaseException:
            _end(child, root)
            raise


def call(arguments: Sequence[str], root: Path) -> None:
    """One short Snakemake command. Raises `JobFailure` with its last words when it fails."""
    with snakemake(arguments, root) as child:
        output, _ = child.communicate()
    if child.returncode:
        # Of a traceback its last line is enough.
        broke = "Traceback (most recent" in output
        last = output.splitlines()[-1] if broke else " ".join(output.split()[-40:])
        raise JobFailure(f"snakemake {' '.join(arguments)}: {last}")


def _end(child: subprocess.Popen[str], root: Path, patience: float = 10.0) -> None:
    """End the group; when asked kindly, Snakemake removes the outputs of the jobs it loses."""
    for signum in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(child.pid, signum)
            child.communicate(timeout=patience)
            break
        except ProcessLookupError:
            break
        except subprocess.TimeoutExpired:
            continue
    end_leftovers(root)
