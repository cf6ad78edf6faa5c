"""`./run pipeline`: one Snakemake run that is safe to stop, to kill and to start again."""

from __future__ import annotations

import argparse
import fcntl
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from qdml import config
from qdml.claims import exit_status
from qdml.errors import InputError, QdmlError, nearest
from qdml.runs import again, digest, jobs
from qdml.runs.audit import mend
from qdml.runs.processes import end_leftovers, snakemakes
from qdml.runs.progress import Progress
from qdml.runs.snakemake import Stopped, call, snakemake, stoppable

_PROFILES = Path("workflow/profiles")
_OUTPUT = "reports/logs/run.log"


@dataclass(frozen=True)
class Order:
    """What the user asked for: a scale, one claim or None for all of them, cores, a profile."""

    scale: str
    only: str | None
    cores: str
    profile: str = "default"

    @property
    def settings(self) -> list[str]:
        """The arguments that every Snakemake command of this run shares."""
        profile, config = _PROFILES / self.profile, f"workflow/config/{self.scale}.yaml"
        return ["--profile", str(profile), "--configfile", config]


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise InputError(message)


def main(argv: Sequence[str] | None = None, root: Path | None = None) -> int:
    """Run the pipeline of the checkout `root` (the current folder) and return the exit status.

    0: all claims stand, are imported or lack their data; 1: a claim is refuted or undecided;
    2: bad usage; 3: a job or a claim failed; 128 + n: stopped by signal n.
    """
    root = Path.cwd() if root is None else root
    try:
        with stoppable():
            order = parse(sys.argv[1:] if argv is None else argv, root)
            with _alone(root):
                return _run(order, root)
    except Stopped as stopped:
        print("run: stopped; the same command goes on from here", file=sys.stderr)
        return 128 + stopped.signum
    except QdmlError as error:
        print(f"run: {error}", file=sys.stderr)
        return error.exit_status
    except OSError as error:
        # A full or failing disk: what was written is whole, so the same command can go on.
        print(f"run: {error}; put that right and run the same command again", file=sys.stderr)
        return 3


def parse(argv: Sequence[str], root: Path) -> Order:
    """Check the arguments against what `root` holds. Raises `InputError`, one line."""
    parser = _Parser(prog="./run pipeline", allow_abbrev=False)
    parser.add_argument("--scale", default="default", help=f"one of {', '.join(config.SCALES)}")
    parser.add_argument("--only", metavar="ID", help="check this claim alone")
    parser.add_argument("--cores", metavar="N", default="all", help="all of them by default")
    parser.add_argument("--profile", default="default", help=f"where jobs run: see {_PROFILES}")
    given = parser.parse_args(argv)
    if given.scale not in config.SCALES:
        hint = nearest(given.scale, config.SCALES)
        raise InputError(f"--scale {given.scale!r}: allowed are {', '.join(config.SCALES)}{hint}")
    if given.cores != "all" and not (given.cores.isdecimal() and int(given.cores) > 0):
        raise InputError(f"--cores {given.cores!r}: allowed are 1, 2, ... or all")
    if not (root / "Snakefile").is_file():
        raise InputError(f"{root}: no Snakefile here; use ./run pipeline of a checkout")
    if any(character.isspace() for character in str(root.resolve()) + sys.executable):
        raise InputError(
            f"{str(root)!r}: Snakemake starts its jobs wrongly where a path has white space; "
            "move the checkout to a path without"
        )
    claims = [path.stem.replace("_", "-") for path in (root / "proofs_checks").glob("[!_]*.py")]
    if given.only is not None and given.only not in claims:
        hint = nearest(given.only, claims) or f"; proofs_checks/ has {len(claims)}"
        raise InputError(f"--only {given.only!r}: no such claim{hint}")
    profiles = sorted(path.parent.name for path in (root / _PROFILES).glob("*/config.yaml"))
    if given.profile not in profiles:
        hint = nearest(given.profile, profiles)
        raise InputError(f"--profile {given.profile!r}: allowed are {', '.join(profiles)}{hint}")
    config.load(root / f"workflow/config/{given.scale}.yaml")
    return Order(given.scale, given.only, given.cores, given.profile)


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    with (root / ".run.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read().strip()
            raise InputError(
                f"another run is at work in {root} (process {holder}); wait for it or end it"
            ) from None
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield


def _run(order: Order, root: Path) -> int:
    _clear(order, root)
    status, progress = _jobs(order, root)
    if status:
        print(*digest.of_failures(progress, root, order.scale), sep="\n")
        print(f"all output: {root / _OUTPUT}")
        # Jobs that agree on why they failed speak for the run: 2 is a file not to be trusted.
        statuses = {job.exit_status for job in progress.failed}
        judged = all(job.name == digest.JUDGE for job in progress.failed)
        return statuses.pop() if len(statuses) == 1 and (judged or statuses == {2}) else 3
    if order.only:
        # The last jobs of a whole run judge it; a single claim is judged here.
        verdict = jobs.verdict(order.only, root / "reports")
        print(digest.of_verdict(verdict.model_dump(mode="json")))
        return exit_status(verdict.outcome)
    print(*digest.of_verdicts(digest.read_verdicts(root / "reports/verdicts.json")), sep="\n")
    _write_own_report(order, root)
    print(f"report: {root / 'reports/index.html'}")
    return 0


def _clear(order: Order, root: Path) -> None:
    """End what an earlier run left behind: processes, its lock on the folder, spoilt files."""
    if ended := end_leftovers(root):
        print(f"run: ended {len(ended)} processes left by an earlier run")
    locks = root / ".snakemake/locks"
    if locks.is_dir() and any(locks.iterdir()):
        if working := snakemakes(root):
            raise InputError(f"snakemake is at work in {root} (process {working[0]}); wait for it")
        print("run: an earlier run was cut off; going on from there", flush=True)
        call([*order.settings, "--unlock"], root)
    if late := _bring_to_present(root / "reports"):
        print(f"run: {late} files were dated in the future; they are of now", flush=True)
    for name in mend(root / "reports"):
        print(f"run: reports/{name} is not to be trusted; it is made again", flush=True)
    for name, why in again.clear(root / "reports").items():
        print(f"run: reports/{name}: {why}; it is made again", flush=True)


def _bring_to_present(reports: Path) -> int:
    """Date files of the future now and count them.

    A clock that went wrong leaves them, and Snakemake fails a job whose input is newer than what
    the job has just made.
    """
    now = time.time()
    late = [path for path in reports.rglob("*") if path.stat().st_mtime > now]
    for path in late:
        os.utime(path, (now, now))
    return len(late)


def _jobs(order: Order, root: Path) -> tuple[int, Progress]:
    """Run the jobs, printing a line for each, and return Snakemake's status."""
    target = ["--", f"reports/evidence/{order.only}.json"] if order.only else []
    asked = [*order.settings, "--rerun-incomplete", "--cores", order.cores, *target]
    progress = Progress()
    (root / _OUTPUT).parent.mkdir(parents=True, exist_ok=True)
    with (root / _OUTPUT).open("w", buffering=1) as kept, snakemake(asked, root) as child:
        for line in child.stdout or ():
            kept.write(line)
            for news in progress.read(line):
                print(news, flush=True)
        return child.wait(), progress


def _write_own_report(order: Order, root: Path) -> None:
    """Write Snakemake's own report, unless no job has ended since it was last written."""
    report = root / "reports/snakemake-report.html"
    ends = [entry.stat().st_mtime for entry in (root / ".snakemake/metadata").rglob("*")]
    if report.is_file() and report.stat().st_mtime >= max(ends, default=0.0):
        return
    fresh = report.with_suffix(".new.html")
    call([*order.settings, "--report", str(fresh.relative_to(root))], root)
    fresh.replace(report)


if __name__ == "__main__":
    sys.exit(main())
