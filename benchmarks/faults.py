"""Faults put to the pipeline on purpose: after each, a rerun has to end with undisturbed bytes.

`python -m benchmarks.faults kills` kills at random moments; `others` tries a full disk, damaged
files, a wrong clock, two runs at once, absent data, a solver that hangs and jobs without memory.
All happens in a new folder; the disk and the clock of the machine are left alone.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from benchmarks import injuries
from benchmarks.trial import Trial, clone, differing
from qdml.runs.processes import carrying, send

KINDS = ("wrapper", "snakemake", "worker", "all")


@dataclass
class Chain:
    """One run that was killed again and again: what was killed when, and how it ended.

    `status` is that of the run after the last kill, `torn` names records that could not be read
    between, `differing` those that are not as in the undisturbed run.
    """

    kills: list[tuple[str, float]] = field(default_factory=list)
    status: int = -1
    torn: list[str] = field(default_factory=list)
    differing: list[str] = field(default_factory=list)

    @property
    def recovered(self) -> bool:
        """Whether the bytes are those of an undisturbed run, and no record was ever torn."""
        return self.status == 0 and not self.torn and not self.differing


def chain(
    trial: Trial,
    plan: Sequence[tuple[float, str]],
    draw: np.random.Generator,
    environment: Mapping[str, str] = {},
) -> Chain:
    """Run `trial`, kill at every (seconds of running, kind) of `plan`, then let it finish.

    A run that a kill has ended is started again; one that lost a worker goes on by itself. Kills
    planned for later than the run takes are left out.
    """
    found, spent, last = Chain(), 0.0, time.monotonic()
    child = trial.start(environment)
    for moment, kind in plan:
        while child.poll() is not None or spent < moment:
            if child.returncode == 0:
                break
            if child.returncode is not None:
                child = trial.start(environment)
            time.sleep(0.02)
            spent, last = spent + time.monotonic() - last, time.monotonic()
        if child.returncode == 0:
            break
        found.kills.append((strike(kind, child, trial.root, draw), round(spent, 1)))
        found.torn += trial.torn()
    found.status = child.wait()
    if found.status:
        found.status = trial.run(environment)[0]
    return found


def strike(kind: str, child: subprocess.Popen[bytes], root: Path, draw: np.random.Generator) -> str:
    """Kill -9 what `kind` names of the run of `child`; what there was to kill is returned."""
    family = carrying(root)
    leaders = [pid for pid in family if _leads(pid)]
    workers = [pid for pid in family if pid not in leaders]
    victims = {
        "wrapper": [child.pid],
        "snakemake": leaders,
        "worker": [int(draw.choice(workers))] if workers else [],
        "all": [child.pid, *family],
    }[kind]
    if not victims:
        kind, victims = f"wrapper (no {kind} yet)", [child.pid]
        child.kill()
    for pid in victims:
        send(pid, signal.SIGKILL)
    return kind


def _leads(pid: int) -> bool:
    try:
        return os.getsid(pid) == pid
    except ProcessLookupError:
        return False


def kills(base: Trial, folder: Path, chains: int, each: int, seed: int) -> bool:
    """Chains of kills over the length of an undisturbed run; True if all recovered."""
    begin = time.monotonic()
    status, said = base.run()
    assert status == 0, said
    length, undisturbed = time.monotonic() - begin, base.compared()
    print(f"undisturbed: {length:.0f} s, {len(undisturbed)} files compared", flush=True)
    draw, outcomes, number = np.random.default_rng(seed), [], Counter[str]()
    for at in range(chains):
        moments = sorted(draw.uniform(0, length, each))
        plan = [(moment, str(draw.choice(KINDS))) for moment in moments]
        trial = base.copy(folder / f"chain-{at}")
        # A cache of its own, for what is kept there can be torn as well.
        found = chain(trial, plan, draw, {"XDG_CACHE_HOME": f"{trial.root}-cache"})
        found.differing = differing(undisturbed, trial.compared())
        outcomes.append(found.recovered)
        number.update(kind for kind, _ in found.kills)
        struck = ", ".join(f"{kind} at {moment} s" for kind, moment in found.kills)
        print(f"{at}: {'recovered' if found.recovered else found}; {struck}", flush=True)
    print(f"{sum(outcomes)} of {chains} chains recovered from {number.total()} kills: {number}")
    return all(outcomes)


def others(base: Trial, folder: Path, names: Sequence[str]) -> bool:
    """Every fault of `injuries` that is named, each on a copy; True if a rerun put all right."""
    status, said = base.run()
    assert status == 0, said
    undisturbed, right = base.compared(), []
    for name in names or injuries.ALL:
        if name == "full":
            injuries.private(folder / name, 64)
        trial = base.copy(folder / name)
        try:
            told = injuries.ALL[name](trial)
        except AssertionError as error:
            told = [f"not as it should be: {error}"]
        left = differing(undisturbed, trial.compared()) + trial.torn()
        right.append(not left and not told[-1].startswith("not as"))
        print(f"{name}: {left or 'same bytes'}", *told, sep="\n    ", flush=True)
    return all(right)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.faults", description=__doc__)
    parser.add_argument("what", choices=("kills", "others"))
    parser.add_argument("names", nargs="*", help=f"of {', '.join(injuries.ALL)}; all by default")
    parser.add_argument("--claims", nargs="*", default=[], help="of these alone, else all")
    parser.add_argument("--set", nargs="*", default=[], metavar="KEY=LIST", help="of the grids")
    parser.add_argument("--chains", type=int, default=2)
    parser.add_argument("--kills", type=int, default=3, help="in each chain")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="qdml-faults-"))
    print(f"in {folder}", flush=True)
    settings = dict(one.split("=", 1) for one in given.set)
    base = clone(folder / "base", given.claims, settings)
    if given.what == "kills":
        sys.exit(not kills(base, folder, given.chains, given.kills, given.seed))
    sys.exit(not others(base, folder, given.names))


if __name__ == "__main__":
    main()
