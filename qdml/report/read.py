"""Reads what a run left behind; what cannot be trusted is kept as a failure with its reason."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from qdml.claims import ClaimRecord, ExperimentRecord, Outcome, Scalar, Verdict, judge
from qdml.errors import EvidenceError
from qdml.io import read_json

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LONGEST_ID = 100


@dataclass(frozen=True)
class Page:
    """One claim as it is shown: its verdict, its evidence, and what is wrong with that evidence."""

    verdict: Verdict
    anchor: str
    record: ClaimRecord | None
    problem: str | None
    provenance: dict[str, Any]

    @property
    def outcome(self) -> Outcome:
        """The verdict's outcome, or `failed` where the evidence behind it cannot be trusted."""
        return Outcome.FAILED if self.problem else self.verdict.outcome

    @property
    def strength(self) -> str | None:
        """The verdict's strength; none where the claim does not stand."""
        return None if self.problem else self.verdict.strength

    @property
    def reason(self) -> str:
        """Why the outcome is what it is."""
        return self.problem or self.verdict.reason

    @property
    def falsities(self) -> int:
        """How many false variants the claim has."""
        return len(self.verdict.mutants)

    @property
    def refuted(self) -> int:
        """How many of the false variants were refuted."""
        return 0 if self.problem else sum(mutant.refuted for mutant in self.verdict.mutants)


@dataclass(frozen=True)
class Trial:
    """One experiment as it is shown, or the reason why it cannot be."""

    id: str
    record: ExperimentRecord | None
    problem: str | None
    provenance: dict[str, Any]


class Provenance(BaseModel):
    """Where a record came from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    claim: str
    version: str
    commit: str | None
    dirty: bool | None
    source_hash: str
    config_hash: str
    seed: int
    scale: str
    python: str
    packages: dict[str, str | None]


class Timing(BaseModel):
    """How long one claim or experiment took, part by part, and where; never compared."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    seconds: dict[str, float]
    total: float
    machine: dict[str, Scalar]
    when: str


@dataclass(frozen=True)
class Run:
    """Everything that a report shows."""

    scale: str
    seed: int
    pages: tuple[Page, ...]
    trials: tuple[Trial, ...]
    unjudged: tuple[str, ...]
    timings: dict[str, Timing]
    untimed: str | None
    outcomes: Counter[str] = field(default_factory=Counter)
    strengths: Counter[str] = field(default_factory=Counter)


def read_run(reports: Path) -> Run:
    """Read the files of a run under `reports`.

    Raises `EvidenceError` when `verdicts.json` is missing or damaged, for it says which claims
    there are. Any other file that cannot be trusted is a problem of its own claim or experiment.
    """
    path = reports / "verdicts.json"
    judged = read_json(path)
    try:
        verdicts = [Verdict.model_validate(verdict) for verdict in judged["claims"]]
        scale, seed = str(judged["scale"]), int(judged["seed"])
    except (KeyError, TypeError, ValueError) as error:
        raise EvidenceError(
            f"{path}: not a list of verdicts ({_one_line(error)}); run the pipeline again"
        ) from None
    names = {verdict.id for verdict in verdicts}
    if len(names) < len(verdicts):
        raise EvidenceError(f"{path}: two verdicts on one claim; run the pipeline again")
    pages = tuple(
        _page(reports, verdict, place, scale, seed) for place, verdict in enumerate(verdicts)
    )
    timings, untimed = _timings(reports)
    return Run(
        scale=scale,
        seed=seed,
        pages=pages,
        trials=tuple(_trial(reports, name, scale, seed) for name in _ids(reports / "experiments")),
        unjudged=tuple(name for name in _ids(reports / "evidence") if name not in names),
        timings=timings,
        untimed=untimed,
        outcomes=Counter(page.outcome.value for page in pages),
        strengths=Counter(page.strength for page in pages if page.strength),
    )


def _page(reports: Path, verdict: Verdict, place: int, scale: str, seed: int) -> Page:
    record, problem = None, None
    named = _ID.fullmatch(verdict.id) and len(verdict.id) <= _LONGEST_ID
    if not named:
        problem = "its id is not made of small letters, digits and single hyphens"
    else:
        try:
            found = _read(reports, f"evidence/{verdict.id}.json")
            record = ClaimRecord.model_validate(found)
        except (EvidenceError, ValueError) as error:
            problem = _told(error, reports)
    if record and (record.id, record.scale, record.seed) != (verdict.id, scale, seed):
        problem = f"its evidence is of {record.id} at scale {record.scale} with seed {record.seed}"
    elif record and judge(record) != verdict:
        problem = "its verdict was not made from this evidence; run the pipeline again"
    return Page(
        verdict=verdict,
        anchor=f"claim-{verdict.id}" if named else f"claim-{place}",
        record=record,
        problem=problem,
        provenance=_provenance(reports, f"evidence/{verdict.id}") if named else {},
    )


def _trial(reports: Path, name: str, scale: str, seed: int) -> Trial:
    record, problem = None, None
    try:
        found = _read(reports, f"experiments/{name}.json")
        record = ExperimentRecord.model_validate(found)
    except (EvidenceError, ValueError) as error:
        problem = _told(error, reports)
    if record and (record.id, record.scale, record.seed) != (name, scale, seed):
        problem = f"its record is of {record.id} at scale {record.scale} with seed {record.seed}"
    return Trial(name, record, problem, _provenance(reports, f"experiments/{name}"))


def _ids(folder: Path) -> list[str]:
    """The ids of the records in `folder`, sorted; provenance files and strange names left out."""
    stems = (path.name.removesuffix(".json") for path in folder.glob("*.json"))
    return sorted(stem for stem in stems if _ID.fullmatch(stem))


def _read(reports: Path, name: str) -> dict[str, Any]:
    found = read_json(reports / name)
    found.pop("schema_version")
    return found


def _provenance(reports: Path, stem: str) -> dict[str, Any]:
    try:
        found = _read(reports, f"{stem}.provenance.json")
        return Provenance.model_validate(found).model_dump()
    except (EvidenceError, ValueError) as error:
        return {"problem": _told(error, reports)}


def _timings(reports: Path) -> tuple[dict[str, Timing], str | None]:
    try:
        listed = _read(reports, "timings.json")["timings"]
        timings = [Timing.model_validate(timing) for timing in listed]
    except (EvidenceError, KeyError, TypeError, ValueError) as error:
        return {}, _told(error, reports)
    return {timing.id: timing for timing in timings}, None


def _told(error: Exception, reports: Path) -> str:
    """The error in one line that does not depend on where the reports lie."""
    return _one_line(error).replace(f"{reports}/", "")


def _one_line(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        return f"{where}: {first['msg']}" if where else first["msg"]
    return " ".join(str(error).split())
