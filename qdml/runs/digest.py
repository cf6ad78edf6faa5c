"""What a run came to, said on one screen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from qdml.errors import EvidenceError
from qdml.io import read_json
from qdml.runs.progress import Progress

#: The job that ends a run: it fails when a claim is refuted or could not be run.
JUDGE = "judged"

#: How Python begins to say where it broke.
TRACEBACK = "Traceback (most recent call last):"

#: The longest list of each kind.
_SCREEN = 12


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


def of_failures(progress: Progress, root: Path) -> Iterator[str]:
    """Every failed job with the last line of its logs, or Snakemake's last words if none is known.

    The job that judges the run speaks for itself: its log is the digest of the claims.
    """
    for job in progress.failed[:_SCREEN]:
        yield f"failed job: {job.name}" + (f": {job.why}" if job.why else "")
        for log in job.logs:
            words = _lines(root / log)
            yield from words if job.name == JUDGE else [f"  {log}: {_last(words)}"]
    if len(progress.failed) > _SCREEN:
        yield f"and {len(progress.failed) - _SCREEN} more failed jobs"
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
