"""`qdml explain`: a claim, or a word of its verdict, in plain words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Annotated, Any

import typer

from qdml.cli import complete
from qdml.cli.options import AsJson, existing
from qdml.cli.output import emit
from qdml.cli.plain import formula, plain
from qdml.cli.words import WORDS
from qdml.errors import InputError, nearest

if TYPE_CHECKING:
    from qdml.claims import Claim, ClaimRecord
    from qdml.claims.evidence import MutantRecord, StepRecord

_HERE = Path("reports")

#: By tag of a step: who stands behind it, and what would refute it.
_TAGS = {
    "P": ("proved here", "a symbolic identity that does not hold"),
    "X": ("exact on instances", "one instance on which exact arithmetic disagrees"),
    "N": ("numeric evidence", "numbers that lie beyond their stated error"),
    "I": ("imported theorem", "nothing here: a refutation of the cited theorem"),
}


def explain(
    word: Annotated[
        str,
        typer.Argument(
            metavar="ID|WORD",
            autocompletion=complete.explained,
            help="A claim, a word of a verdict, or an exit status.",
        ),
    ],
    reports: Annotated[Path, typer.Option(metavar="DIR", help="Folder of the run.")] = _HERE,
    as_json: AsJson = False,
) -> None:
    """Say in plain words what a claim states, why, what would refute it, and how it came out.

    \b
    qdml explain inference-by-sampling
    qdml explain mutant
    qdml explain 3
    """
    import proofs_checks

    if word in WORDS:
        if as_json:
            emit("explain-word", {"word": word, "meaning": WORDS[word]})
        else:
            typer.echo(fill(f"{word}: {WORDS[word]}", 88))
        return
    if word not in proofs_checks.ids():
        known = [*proofs_checks.ids(), *WORDS]
        raise InputError(
            f"{word[:80]!r}: neither a claim nor a word of a verdict{nearest(word, known)}; "
            f"`qdml claims` lists the claims, and the words are {', '.join(WORDS)}"
        )
    if reports != _HERE:
        existing(reports)
    told = _told(proofs_checks.load(word), _record(reports, word))
    if as_json:
        emit("explain", told)
    else:
        typer.echo("\n".join(_lines(told)))


def _record(reports: Path, claim_id: str) -> ClaimRecord | None:
    """What the last run learnt, if there was one."""
    from qdml.claims import ClaimRecord
    from qdml.runs.jobs import read_record

    path = reports / "evidence" / f"{claim_id}.json"
    return read_record(path, ClaimRecord, claim_id) if path.exists() else None


def _told(claim: Claim[Any, Any], record: ClaimRecord | None) -> dict[str, Any]:
    from qdml.claims import judge

    again, last = f"qdml check {claim.id}", None
    found: dict[str, str] = {}
    if record is not None:
        verdict = judge(record)
        parts: list[StepRecord | MutantRecord] = [*record.steps, *record.mutants]
        found = {
            part.name: part.evidence.summary if part.evidence else "the check broke"
            for part in parts
        }
        last = {
            "outcome": verdict.outcome.value,
            "strength": verdict.strength,
            "reason": verdict.reason,
            "scale": record.scale,
            "seed": record.seed,
        }
        again += f" --scale {record.scale} --seed {record.seed}"
    steps = [
        {
            "name": step.name,
            "says": plain(step.says),
            "behind": _TAGS[step.tag][0],
            "refuted_by": _TAGS[step.tag][1],
            "found": found.get(step.name),
        }
        for step in claim.steps
    ]
    mutants = [
        {
            "name": mutant.name,
            "says": plain(mutant.says),
            "step": mutant.step,
            "found": found.get(mutant.name),
        }
        for mutant in claim.mutants
    ]
    return {
        "id": claim.id,
        "title": plain(claim.title),
        "statement": plain(claim.statement),
        "formulas": [formula(one) for one in claim.formulas],
        "source": claim.source,
        "premises": [plain(one) for one in claim.premises],
        "notes": [plain(one) for one in claim.notes],
        "steps": steps,
        "mutants": mutants,
        "last_run": last,
        "again": again,
        "file": f"proofs_checks/{claim.id.replace('-', '_')}.py",
    }


def _lines(told: dict[str, Any]) -> Iterator[str]:
    yield fill(f"{told['id']}: {told['title']}", 88)
    yield from ("", fill(told["statement"], 88), *(f"    {one}" for one in told["formulas"]))
    yield from ("", f"Source: {told['source']}")
    yield from ("", "Why, and what would refute it:")
    for step in told["steps"]:
        yield _item(f"{step['name']} [{step['behind']}]: {step['says']}")
        yield _item(f"refuted by {step['refuted_by']}", "      ")
        if step["found"]:
            yield _item(f"last run: {step['found']}", "      ")
    yield from ("", "False variants that the same checks have to refute, or the claim falls:")
    for mutant in told["mutants"]:
        yield _item(f"{mutant['name']} (put to {mutant['step']}): {mutant['says']}")
        if mutant["found"]:
            yield _item(f"last run: {mutant['found']}", "      ")
    for heading, texts in (("Taken from elsewhere:", "premises"), ("Notes:", "notes")):
        if told[texts]:
            yield from ("", heading, *map(_item, told[texts]))
    last = told["last_run"]
    yield ""
    if last is None:
        yield "It was not run here yet."
    else:
        strength = f" ({last['strength']})" if last["strength"] else ""
        yield _item(f"In the last run: {last['outcome']}{strength}: {last['reason']}", "")
    yield from (f"Run it again: {told['again']}", f"Read it:      {told['file']}")


def _item(text: str, indent: str = "  - ") -> str:
    return fill(text, 88, initial_indent=indent, subsequent_indent=" " * max(2, len(indent)))
