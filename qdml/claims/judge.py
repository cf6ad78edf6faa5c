"""The judge: turns the record of a claim into a verdict, by rules that know no physics."""

from __future__ import annotations

from qdml.claims.evidence import (
    ClaimRecord,
    Evidence,
    Finding,
    Method,
    MutantRecord,
    MutantVerdict,
    Outcome,
    StepRecord,
    Tag,
    Verdict,
)
from qdml.claims.seeds import alarm_share

#: The methods that may support a step of each tag; a numeric grid never supports a P step.
ADMISSIBLE = {
    Tag.PROVED: {Method.SYMBOLIC},
    Tag.EXACT: {Method.SYMBOLIC, Method.EXACT},
    Tag.NUMERIC: set(Method) - {Method.CITATION},
    Tag.IMPORTED: {Method.CITATION},
}

_STRENGTH = {Tag.PROVED: "proved", Tag.EXACT: "certified", Tag.NUMERIC: "measured"}
_WEAKEST_FIRST = (Tag.NUMERIC, Tag.EXACT, Tag.PROVED)

#: A claim with fewer mutants than this has shown no power.
LEAST_MUTANTS = 2

#: How the reason of a verdict begins when the data could not be had.
ABSENT = "data absent"


def judge(record: ClaimRecord) -> Verdict:
    """Judge one record; the rules come in the order of gravity: failed, refuted, undecided."""
    outcome, reason = _decide(record)
    own = {step.tag for step in record.steps if _supports(step)} - {Tag.IMPORTED}
    stands = outcome is Outcome.STANDS
    strength = _STRENGTH[next(tag for tag in _WEAKEST_FIRST if tag in own)] if stands else None
    cited = tuple(step.says for step in record.steps if step.tag is Tag.IMPORTED)
    return Verdict(
        id=record.id,
        topic=record.topic,
        title=record.title,
        source=record.source,
        outcome=outcome,
        strength=strength,
        reason=reason,
        imported=cited + record.premises,
        mutants=tuple(_mutant(mutant) for mutant in record.mutants),
    )


def exit_status(outcome: Outcome) -> int:
    """0 stands or imported, 1 refuted or undecided, 3 failed."""
    if outcome in (Outcome.STANDS, Outcome.IMPORTED):
        return 0
    return 3 if outcome is Outcome.FAILED else 1


def run_status(verdict: Verdict) -> int:
    """The exit status that a verdict gives a whole run: data that are absent do not trouble it."""
    absent = verdict.outcome is Outcome.UNDECIDED and verdict.reason.startswith(ABSENT)
    return 0 if absent else exit_status(verdict.outcome)


def _decide(record: ClaimRecord) -> tuple[Outcome, str]:
    if record.absent:
        return Outcome.UNDECIDED, f"{ABSENT}: {record.absent}"
    missing = set(record.listed_steps) - {step.name for step in record.steps}
    missing |= set(record.listed_mutants) - {mutant.name for mutant in record.mutants}
    if missing or not record.steps:
        return Outcome.FAILED, f"not run: {', '.join(sorted(missing)) or 'it lists no step'}"
    parts: tuple[StepRecord | MutantRecord, ...] = (*record.steps, *record.mutants)
    for part in parts:
        if part.evidence is None:
            last = (part.failure or "no evidence").strip().splitlines()[-1]
            return Outcome.FAILED, f"{part.name}: {last}"
    tags = {step.name: step.tag for step in record.steps}
    for part in parts:
        tag = tags[part.step if isinstance(part, MutantRecord) else part.name]
        fault = part.evidence and _fault(part.evidence, tag, alarm_share(list(tags.values())))
        if fault:
            return Outcome.FAILED, f"{part.name}: {fault}"
    for step in record.steps:
        if step.evidence and step.evidence.finding is Finding.REFUTES:
            return Outcome.REFUTED, f"{step.name}: {step.evidence.summary}"
    needed = [step for step in record.steps if step.role == "support"]
    for step in needed:
        if not _supports(step) and step.evidence:
            return Outcome.UNDECIDED, f"{step.name}: {step.evidence.summary}"
    if needed and all(step.tag is Tag.IMPORTED for step in needed):
        return Outcome.IMPORTED, "rests wholly on imported theorems"
    if not needed:
        return Outcome.UNDECIDED, "no step supports it"
    weakness = _weakness(record, {step.name for step in needed})
    if weakness:
        return Outcome.UNDECIDED, f"no power shown: {weakness}"
    return Outcome.STANDS, f"{len(needed)} steps support it, {len(record.mutants)} mutants refuted"


def _weakness(record: ClaimRecord, needed: set[str]) -> str | None:
    """What the mutants leave to be desired, if anything."""
    different = {str(sorted(mutant.hypothesis.items())) for mutant in record.mutants}
    if len(different) < LEAST_MUTANTS:
        return f"{len(different)} different mutants"
    if not any(mutant.step in needed for mutant in record.mutants):
        return "no mutant was put to a step that supports"
    alive = [mutant.name for mutant in record.mutants if not mutant.refuted]
    return f"{', '.join(alive)} survived" if alive else None


def _fault(evidence: Evidence, tag: Tag, share: float) -> str | None:
    """Why this evidence may not count for a step of this tag, if it may not."""
    if evidence.finding is Finding.UNDECIDED:
        return None
    if evidence.method not in ADMISSIBLE[tag]:
        return f"evidence by {evidence.method} cannot decide a {tag} step"
    if evidence.method is Method.CITATION:
        return "a citation refutes nothing" if evidence.finding is Finding.REFUTES else None
    if evidence.compared < 1:
        return "it decides without having compared anything"
    if evidence.finding is Finding.REFUTES and not (evidence.point and evidence.margin):
        return "it refutes without naming a point and a margin"
    if evidence.method is Method.STATISTICS and not 0 < evidence.alarm <= share * (1 + 1e-9):
        return f"its false-alarm probability {evidence.alarm} is not in its share (0, {share:.1e}]"
    return None


def _supports(step: StepRecord) -> bool:
    finding = step.evidence.finding if step.evidence else None
    return step.role == "support" and finding is Finding.SUPPORTS


def _mutant(mutant: MutantRecord) -> MutantVerdict:
    how = mutant.evidence.summary if mutant.evidence else "the check broke"
    return MutantVerdict(name=mutant.name, refuted=mutant.refuted, how=f"{mutant.step}: {how}")
