"""The work of each job of a run, as functions over one folder of reports.

The workflow's scripts and the command line call these; the layout of the folder is known only here.
"""

from __future__ import annotations

import os
import platform
import time
import traceback
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from textwrap import shorten
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from qdml.claims import ClaimRecord, ExperimentRecord, Outcome, Verdict, judge, run_status
from qdml.claims import run as run_claim
from qdml.claims.run import PART_SECONDS, Shard, time_limit
from qdml.config import Config, parse
from qdml.errors import EvidenceError, QdmlError
from qdml.io import read_json, write_atomic, write_json
from qdml.runs.audit import drop_manifest
from qdml.runs.broken import broken
from qdml.runs.digest import of_fall
from qdml.runs.logs import tell, tell_found

R = TypeVar("R", bound=BaseModel)

#: Lines of a digest, and columns of a line of it.
_SCREEN, _WIDTH = 20, 160


class RunFailed(QdmlError):
    """A run went through, but what it found does not hold."""

    def __init__(self, digest: str, exit_status: int) -> None:
        super().__init__(digest)
        self.exit_status = exit_status


def gather(
    claim_id: str,
    config: Config,
    settings: dict[str, str] | None = None,
    progress: Callable[[int, int, str], None] = lambda done, total, part: None,
    search: bool = False,
    shard: Shard = (1, 1),
) -> tuple[ClaimRecord, dict[str, float]]:
    """Run one claim, or a shard of it, and return its record and the seconds of its parts.

    `progress` and `search` are those of `qdml.claims.run`. A claim that cannot even be set up is
    judged `failed`. Raises `InputError` for an unknown id, and a setting that it does not have.
    """
    import proofs_checks

    try:
        claim = proofs_checks.load(claim_id)
        if claim.id != claim_id:
            raise ValueError(f"the file of {claim_id!r} holds the claim {claim.id!r}")
        grid = getattr(config.grids, claim.topic)
        return run_claim(claim, grid, config.seed, config.scale, settings, progress, search, shard)
    except QdmlError:
        raise
    except Exception:  # noqa: BLE001 - kept in the evidence
        return broken(claim_id, config, traceback.format_exc(limit=-8)), {}


def evidence(claim_id: str, settings: dict[str, Any], source: str, reports: Path) -> None:
    """Run one claim; write its evidence, its provenance and its timing.

    `settings` and `source` are the claim's slice of the configuration and its source hash.
    """
    record, seconds = followed(claim_id, parse(settings))
    write_job(record, reports / "evidence", seconds, settings, source)


def followed(
    claim_id: str, config: Config, shard: Shard = (1, 1)
) -> tuple[ClaimRecord, dict[str, float]]:
    """`gather`, with a line in the log for every part that begins and for what was found."""

    def begins(done: int, total: int, part: str) -> None:
        tell(claim=claim_id, part=part, done=done, of=total)

    tell(claim=claim_id, scale=config.scale, seed=config.seed, shard=f"{shard[0]} of {shard[1]}")
    record, seconds = gather(claim_id, config, None, begins, True, shard)
    tell_found(record)
    return record, seconds


def experiment(name: str, settings: dict[str, Any], source: str, reports: Path) -> None:
    """Run the classifier on one data set; write its record, its provenance and its timing.

    An experiment that breaks is recorded with its traceback; the last job of a run says so.
    """
    from qdml.protocols import classifier

    config = parse(settings)
    try:
        with time_limit(PART_SECONDS):
            grid = config.grids.classifier
            record = classifier.experiment(name, grid, config.seed, config.scale)
    except QdmlError:
        raise
    except Exception:  # noqa: BLE001 - kept in the record
        text = traceback.format_exc(limit=-8)
        record = ExperimentRecord(
            id=f"classifier-{name}",
            title=f"Classifier on {name}",
            text="",
            scale=config.scale,
            seed=config.seed,
            failure=text,
        )
    write_job(record, reports / "experiments", {}, settings, source)


def verdict(claim_id: str, reports: Path) -> Verdict:
    """Judge the evidence of one claim and write the verdict.

    Raises `EvidenceError` for evidence that is missing, damaged, edited or of another claim.
    """
    drop_manifest(reports)
    found = judge(_evidence(claim_id, reports))
    write_json(reports / "verdicts" / f"{claim_id}.json", found.model_dump(mode="json"))
    return found


def verdicts(claims: Sequence[str], reports: Path) -> list[Verdict]:
    """Judge every claim and write the verdicts, ordered by id.

    Evidence that cannot be judged hides no other: `EvidenceError` comes last, a line for each.
    """
    found, wrong = [], []
    for claim_id in sorted(claims):
        try:
            found.append(verdict(claim_id, reports))
        except EvidenceError as error:
            wrong.append(str(error))
    if wrong:
        raise EvidenceError("\n  ".join(wrong))
    return found


def unjudged(claims: Sequence[str], reports: Path) -> list[str]:
    """The claims whose evidence is there, but no verdict since."""

    def written(kind: str, claim_id: str) -> int:
        path = reports / kind / f"{claim_id}.json"
        return path.stat().st_mtime_ns if path.is_file() else 0

    return [one for one in claims if written("evidence", one) > written("verdicts", one)]


def collect(
    claims: Sequence[str], experiments: Sequence[str], scale: str, seed: int, reports: Path
) -> None:
    """Judge every claim; write `verdicts.json` and `timings.json`, each ordered by id.

    Records of claims and experiments that this run does not have, left by a run on another grid,
    are removed, for a report shows what it finds. Raises as `verdicts` does.
    """
    drop_manifest(reports)
    for folder in ("evidence", "experiments", "verdicts", "timings"):
        for path in (reports / folder).glob("*.json"):
            if path.name.split(".")[0] not in (*claims, *experiments):
                path.unlink()
    judged = verdicts(claims, reports)
    timings = [_plain(reports / "timings" / f"{i}.json") for i in sorted([*claims, *experiments])]
    found = [one.model_dump(mode="json") for one in judged]
    write_json(reports / "verdicts.json", {"scale": scale, "seed": seed, "claims": found})
    write_json(reports / "timings.json", {"timings": timings})


def rejudge(reports: Path) -> None:
    """Judge all evidence in `reports` again and collect the verdicts.

    Raises `EvidenceError` when there is no evidence, or when it comes from two different runs.
    """
    claims = record_ids(reports / "evidence")
    experiments = record_ids(reports / "experiments")
    if not claims:
        raise EvidenceError(f"{reports}: no evidence here; run the pipeline first")
    records: list[ClaimRecord | ExperimentRecord] = [
        *(_evidence(i, reports) for i in claims),
        *(
            read_record(reports / "experiments" / f"{i}.json", ExperimentRecord, i)
            for i in experiments
        ),
    ]
    first = records[0]
    for other in records:
        if (other.scale, other.seed) != (first.scale, first.seed):
            raise EvidenceError(
                f"{reports}: evidence of two runs: {first.id} has scale {first.scale} and "
                f"seed {first.seed}, {other.id} has scale {other.scale} and seed {other.seed}; "
                "run the pipeline again"
            )
    collect(claims, experiments, first.scale, first.seed, reports)


def gate(claims: Sequence[str], experiments: Sequence[str], reports: Path) -> None:
    """Write `judged.txt`, one line on how the claims came out.

    Raises `RunFailed`, with a digest of at most a screen, when a claim is refuted or undecided
    (unless its data are absent), or when a claim or an experiment could not be run.
    """
    judged = [read_record(reports / "verdicts" / f"{i}.json", Verdict, i) for i in sorted(claims)]
    bad = [
        line
        for outcome in (Outcome.FAILED, Outcome.REFUTED, Outcome.UNDECIDED)
        for one in judged
        if one.outcome is outcome and run_status(one)
        for line in (f"{one.outcome}: {one.id}: {one.reason}", of_fall(_evidence(one.id, reports)))
    ]
    for name in sorted(experiments):
        trial = read_record(reports / "experiments" / f"{name}.json", ExperimentRecord, name)
        if trial.failure:
            fell = f"{Outcome.FAILED}: {name}: {trial.failure.strip().splitlines()[-1]}"
            bad += [fell, f"again: ./run pipeline --scale {trial.scale}"]
    counts = {one: sum(v.outcome is one for v in judged) for one in Outcome}
    summary = ", ".join(f"{count} {one}" for one, count in counts.items() if count) or "no claims"
    if bad:
        lines = [shorten(line, _WIDTH, placeholder=" ...") for line in bad]
        if len(lines) > _SCREEN:
            lines[_SCREEN:] = [f"and {len(bad) // 2 - _SCREEN // 2} more"]
        broke = any(line.startswith(Outcome.FAILED) for line in bad)
        digest = "\n  ".join([f"{summary}; see {reports / 'index.html'}", *lines])
        raise RunFailed(digest, 3 if broke else 1)
    write_atomic(reports / "judged.txt", summary + "\n")


def write_job(
    record: ClaimRecord | ExperimentRecord,
    folder: Path,
    seconds: dict[str, float],
    settings: dict[str, Any],
    source: str,
    total: float | None = None,
) -> None:
    """Write a record, and beside it its provenance and its timing.

    Times are those of the processor: `seconds` of its parts, and `total`, by default of all that
    this process has done.
    """
    from qdml.runs.provenance import provenance

    timing = {
        "id": record.id,
        "seconds": seconds,
        "total": time.process_time() if total is None else total,
        "machine": {
            "platform": platform.platform(),
            "processor": platform.machine(),
            "cores": os.cpu_count(),
        },
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    drop_manifest(folder.parent)
    write_json(folder / f"{record.id}.json", record.model_dump(mode="json"))
    write_json(folder / f"{record.id}.provenance.json", provenance(record.id, settings, source))
    write_json(folder.parent / "timings" / f"{record.id}.json", timing)


def _evidence(claim_id: str, reports: Path) -> ClaimRecord:
    return read_record(reports / "evidence" / f"{claim_id}.json", ClaimRecord, claim_id)


def record_ids(folder: Path) -> list[str]:
    """Ids of the records in a folder; ids hold no dot, so provenance files are passed over."""
    return sorted(path.stem for path in folder.glob("*.json") if "." not in path.stem)


def _plain(path: Path) -> dict[str, Any]:
    return {key: value for key, value in read_json(path).items() if key != "schema_version"}


def read_record(path: Path, kind: type[R], wanted: str) -> R:
    """Read one record. Raises `EvidenceError` for one that is not of this kind or of this id."""
    try:
        record = kind.model_validate(_plain(path))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise EvidenceError(
            f"{path}: {where}: {first['msg']}; remove it and run the pipeline again"
        ) from None
    found = getattr(record, "id", None)
    if found != wanted:
        raise EvidenceError(
            f"{path}: holds {found!r}, expected {wanted!r}; remove it and run the pipeline again"
        )
    return record
