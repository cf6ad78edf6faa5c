"""What a run came to, said on one screen."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from qdml.claims import ClaimRecord
from qdml.claims.evidence import MutantRecord, StepRecord
from qdml.errors import EvidenceError
from qdml.io import read_json
from qdml.runs.progress import Progress

#: The job that ends a run: it fails when a claim is refuted or could not be run.
JUDGE = "judged"

#: How Python begins to say where it broke.
TRACEBACK = "Traceback (most recent call last):"

_CLAIM = re.compile(r"\bclaim=([\w-]+)")

#: The longest lists of claims, one line each, and of failed jobs, a few lines each.
_SCREEN, _JOBS = 12, 6


def read_verdicts(path: Path) -> list[dict[str, str]]:
    """The verdicts in a file that holds them under `claims`.

    Raises `EvidenceError` when the file is not what the pipeline writes.
    """
    verdicts: list[dict[str, str]] = read_json(path).get("claims", [{}])
    for verdict in verdicts:
        if missing := {"id", "outcome", "reason"} - set(verdict):
            raise EvidenceError(f"{path}: a verdict without {', '.join(sorted(missing))}")
    return verdicts


def of_verdicts(verdicts: Sequence[dict[str, str]]) -> Iterator[str]:
    """A line for each claim that does not stand, then the count of every outcome."""
    troubled = [verdict for verdict in verdicts if verdict["outcome"] not in ("stands", "imported")]
    yield from map(of_verdict, troubled[:_SCREEN])
    if len(troubled) > _SCREEN:
        yield f"and {len(troubled) - _SCREEN} more in reports/verdicts.json"
    counts = sorted(Counter(verdict["outcome"] for verdict in verdicts).items())
    outcomes = ", ".join(f"{number} {outcome}" for outcome, number in counts)
    yield f"claims: {len(verdicts)} ({outcomes})"


def of_verdict(verdict: dict[str, str]) -> str:
    """One verdict on one line."""
    return f"{verdict['outcome']}: {verdict['id']}: {verdict['reason']}"


def of_fall(record: ClaimRecord) -> str:
    """The command that shows again how a claim fell, and where it did, if at a point."""
    parts: list[StepRecord | MutantRecord] = [
        *(
            step
            for step in record.steps
            if not step.evidence or step.evidence.finding != "supports"
        ),
        *(mutant for mutant in record.mutants if not mutant.refuted),
    ]
    # What broke comes first, as it does for the judge.
    parts.sort(key=lambda part: part.evidence is not None)
    point = parts[0].evidence.point if parts and parts[0].evidence else {}
    where = ", ".join(f"{name} = {value}" for name, value in point.items())
    again = f"again: qdml check {record.id} --scale {record.scale} --seed {record.seed}"
    return f"{again} (it fell at {where})" if where else again


def of_failures(progress: Progress, root: Path, scale: str) -> Iterator[str]:
    """Every failed job with the last line of its logs and the command that tries it again, or
    Snakemake's last words if no job is known.

    The job that judges the run speaks for itself: its log is the digest of the claims.
    """
    for job in progress.failed[:_JOBS]:
        yield f"failed job: {job.name}" + (f": {job.why}" if job.why else "")
        for log in job.logs:
            words = _lines(root / log)
            yield from words if job.name == JUDGE else [f"  {log}: {_last(words)}"]
        if claim := _CLAIM.search(job.name):
            yield f"  again: ./run pipeline --scale {scale} --only {claim[1]}"
    if len(progress.failed) > _JOBS:
        yield f"and {len(progress.failed) - _JOBS} more failed jobs"
    if not progress.failed:
        yield "snakemake failed:"
        words = list(progress.last_lines)
        if TRACEBACK in words:
            # Where Snakemake broke is kept with all output; what broke it is for the user.
            words[words.index(TRACEBACK) : -1] = []
        yield from (f"  {line}" for line in words)


def _last(words: list[str]) -> str:
    """The last line, but the first of a dump that ended a job which native code held."""
    return next((line for line in words if line.startswith("Timeout (")), words[-1])


def _lines(log: Path) -> list[str]:
    text = log.read_text(errors="replace").strip() if log.is_file() else ""
    return [line[:200] for line in (text or "nothing was logged").splitlines()]
