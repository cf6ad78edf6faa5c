"""The judge: turns the record of a claim into a verdict, by rules that know no physics."""

from __future__ import annotations

from qdml.claims.evidence import (
    ClaimRecord,
    Finding,
    Method,
    MutantRecord,
    MutantVerdict,
    Outcome,
    StepRecord,
    Tag,
    Verdict,
)

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


def _decide(record: ClaimRecord) -> tuple[Outcome, str]:
    if record.absent:
        return Outcome.UNDECIDED, f"data absent: {record.absent}"
    missing = set(record.listed_steps) - {step.name for step in record.steps}
    missing |= set(record.listed_mutants) - {mutant.name for mutant in record.mutants}
    if missing or not record.steps:
        return Outcome.FAILED, f"not run: {', '.join(sorted(missing)) or 'it lists no step'}"
    parts: tuple[StepRecord | MutantRecord, ...] = (*record.steps, *record.mutants)
    for part in parts:
        if part.evidence is None:
            last = (part.failure or "no evidence").strip().splitlines()[-1]
            return Outcome.FAILED, f"{part.name}: {last}"
    for step in record.steps:
        evidence = step.evidence
        if evidence and evidence.finding is Finding.REFUTES:
            return Outcome.REFUTED, f"{step.name}: {evidence.summary}"
        if _supports(step) and evidence and evidence.method not in ADMISSIBLE[step.tag]:
            return (
                Outcome.FAILED,
                f"{step.name}: evidence by {evidence.method} cannot support a {step.tag} step",
            )
    needed = [step for step in record.steps if step.role == "support"]
    for step in needed:
        if not _supports(step) and step.evidence:
            return Outcome.UNDECIDED, f"{step.name}: {step.evidence.summary}"
    if needed and all(step.tag is Tag.IMPORTED for step in needed):
        return Outcome.IMPORTED, "rests wholly on imported theorems"
    if not needed:
        return Outcome.UNDECIDED, "no step supports it"
    if len(record.mutants) < LEAST_MUTANTS:
        return Outcome.UNDECIDED, f"no power shown: {len(record.mutants)} mutants"
    alive = [mutant.name for mutant in record.mutants if not mutant.refuted]
    if alive:
        return Outcome.UNDECIDED, f"no power shown: {', '.join(alive)} survived"
    return Outcome.STANDS, f"{len(needed)} steps support it, {len(record.mutants)} mutants refuted"


def _supports(step: StepRecord) -> bool:
    finding = step.evidence.finding if step.evidence else None
    return step.role == "support" and finding is Finding.SUPPORTS


def _mutant(mutant: MutantRecord) -> MutantVerdict:
    how = mutant.evidence.summary if mutant.evidence else "the check broke"
    return MutantVerdict(name=mutant.name, refuted=mutant.refuted, how=f"{mutant.step}: {how}")
