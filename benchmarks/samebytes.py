"""The same bytes, whatever the machine is called and however it is set up.

`python -m benchmarks.samebytes runs` runs the pipeline in settings that must not matter, and holds
all files against those of a plain run. `... records --reports FOLDER` gathers evidence again in
fresh processes and holds it against that of a run: under another hash seed every byte must be the
same, under other kernels of numpy, BLAS, numba and jax every verdict and every printed digit.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import proofs_checks
from benchmarks.trial import Trial, clone, differing
from qdml.claims import ClaimRecord, judge
from qdml.config import for_scale
from qdml.io import read_json
from qdml.report.text import number
from qdml.runs.jobs import gather


@dataclass(frozen=True)
class Setting:
    """What is different about a run: its folder, its environment, its parent, its arguments."""

    folder: str = "another"
    environment: dict[str, str] = field(default_factory=dict)
    under: tuple[str, ...] = ()
    order: tuple[str, ...] = ()


#: Another user, who may read all of this machine but owns nothing besides the trial.
USER = "12345"
_READER = ("--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search")
_AS_USER = ("setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", *_READER)

RUNS = {
    "one core": Setting(order=("--cores", "1")),
    "another folder": Setting(folder="a/much.longer-and/deeper_folder+of/another"),
    "locale POSIX": Setting(environment={"LC_ALL": "POSIX"}),
    "locale de_DE": Setting(environment={"LC_ALL": "de_DE.UTF-8"}),
    "time zone": Setting(environment={"TZ": "Pacific/Chatham"}),
    "umask 077": Setting(under=("sh", "-c", 'umask 077; exec "$@"', "sh")),
    "another user": Setting(
        environment={"USER": "somebody", "LOGNAME": "somebody", "HOME": "/nonexistent"},
        under=_AS_USER,
    ),
    "hash seed": Setting(environment={"PYTHONHASHSEED": "4711"}),
}

#: Settings under which records are the same to the last bit, and those that may change a last bit.
SEEDS = {f"hash seed {seed}": {"PYTHONHASHSEED": str(seed)} for seed in (1, 2)}
KERNELS = {
    "BLAS Haswell": {"OPENBLAS_CORETYPE": "Haswell"},
    "BLAS Prescott": {"OPENBLAS_CORETYPE": "Prescott"},
    "numpy without AVX-512": {"NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR"},
    "numpy without AVX2": {"NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4 AVX512_ICL AVX512_SPR"},
    "numba generic": {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": ""},
    "jax without AVX2": {"XLA_FLAGS": "--xla_cpu_max_isa=SSE4_2"},
}
KERNELS["all of the oldest"] = {
    key: value
    for name in ("BLAS Prescott", "numpy without AVX2", "numba generic", "jax without AVX2")
    for key, value in KERNELS[name].items()
}


def runs(base: Trial, folder: Path, names: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """Every setting with the names of the files that are not those of a plain run on two cores."""
    plain = base.copy(folder / "plain")
    status, said = plain.run({}, (), "--cores", "2")
    assert status == 0, said
    for at, name in enumerate(names or RUNS):
        setting = RUNS[name]
        trial = base.copy(folder / str(at) / setting.folder)
        own = {"XDG_CACHE_HOME": str(folder / str(at) / "cache")}
        if "setpriv" in setting.under:
            subprocess.run(["chown", "-R", f"{USER}:{USER}", str(folder / str(at))], check=True)
        status, said = trial.run(own | setting.environment, setting.under, *setting.order)
        assert status == 0, said
        yield name, differing(plain.compared(), trial.compared())


def record(claim: str, environment: dict[str, str]) -> dict[str, Any]:
    """The evidence of one claim on the smallest grid, gathered in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.samebytes", "record", claim]
    plain = {"PYTHONHASHSEED": "0"}
    surroundings = os.environ | plain | environment
    done = subprocess.run(command, env=surroundings, stdout=subprocess.PIPE, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def apart(one: object, other: object, where: str = "") -> Iterator[tuple[str, bool]]:
    """Places at which two records differ, and whether a reader of the report could see it."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        for key in one:
            yield from apart(one[key], other[key], f"{where}.{key}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for at, pair in enumerate(zip(one, other, strict=True)):
            yield from apart(*pair, f"{where}.{at}")
    elif one != other:
        both = isinstance(one, float) and isinstance(other, float)
        yield where, not both or number(float(str(one))) != number(float(str(other)))


def outcome(found: dict[str, Any]) -> dict[str, Any]:
    """What the judge makes of a record, the reason left out: it quotes numbers."""
    verdict = judge(ClaimRecord.model_validate(found)).model_dump(mode="json")
    return {key: verdict[key] for key in ("outcome", "strength")}


def records(
    reports: Path, claims: Sequence[str], names: Sequence[str]
) -> Iterator[tuple[str, str, list[str], list[str]]]:
    """For each claim and setting: name, verdict if another, places that differ unseen and seen."""
    for claim in claims:
        plain = read_json(reports / "evidence" / f"{claim}.json")
        del plain["schema_version"]
        for name in names:
            found = record(claim, (SEEDS | KERNELS)[name])
            places = list(apart(plain, found))
            other = "" if outcome(plain) == outcome(found) else str(outcome(found))
            seen = [at for at, is_seen in places if is_seen]
            unseen = [at for at, is_seen in places if not is_seen]
            yield f"{claim}, {name}", other, unseen, seen


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.samebytes", description=__doc__)
    parser.add_argument("what", choices=("runs", "records", "record"))
    parser.add_argument("names", nargs="*", help="of the settings; all by default")
    parser.add_argument("--claims", nargs="*", default=[], help="of these alone, else all")
    parser.add_argument("--reports", type=Path, default=Path("reports"), help="of a quick run")
    parser.add_argument("--set", nargs="*", default=[], metavar="KEY=LIST", help="of the grids")
    given = parser.parse_args()
    if given.what == "record":
        print(gather(given.names[0], for_scale("quick"))[0].model_dump_json())
        return
    right = True
    if given.what == "runs":
        folder = Path(tempfile.mkdtemp(prefix="qdml-samebytes-"))
        # git looks for its folder with the rights of the user alone
        folder.chmod(0o755)
        settings = dict(one.split("=", 1) for one in given.set)
        base = clone(folder / "base", given.claims, settings)
        for name, files in runs(base, folder, given.names):
            right &= not files
            print(f"| {name} | {len(files)} | {', '.join(files)} |", flush=True)
    else:
        names, claims = given.names or [*SEEDS, *KERNELS], given.claims or proofs_checks.ids()
        for name, other, unseen, seen in records(given.reports, claims, names):
            right &= not (other or seen or (unseen and "hash seed" in name))
            said = [other or "same verdict", str(len(unseen)), ", ".join(seen[:8])]
            print("|", " | ".join([name, *said]), "|", flush=True)
    sys.exit(not right)


if __name__ == "__main__":
    main()
