"""`qdml check`: run one claim now, judge it and say why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from qdml.cli import complete
from qdml.cli.options import AsJson, ClaimId
from qdml.cli.output import emit
from qdml.cli.progress import progress
from qdml.errors import InputError

if TYPE_CHECKING:
    from qdml.claims import ClaimRecord, Verdict


def check(
    claim_id: ClaimId,
    as_json: AsJson = False,
    scale: Annotated[
        str,
        typer.Option(
            autocompletion=complete.scales, help="Grids to check on: quick, default, full."
        ),
    ] = "quick",
    seed: Annotated[int | None, typer.Option(help="Root of every random number.")] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Try a constant of your own."),
    ] = None,
) -> None:
    """Run one claim and all its mutants now, and judge it.

    \b
    qdml check inference-by-sampling
    qdml check inference-by-sampling --set eps=0.05 --set n=4
    qdml check inference-by-sampling --scale default --seed 7 --json

    Exit status: 0 it stands or is imported; 1 refuted or undecided; 2 bad usage; 3 failed.
    """
    from qdml.claims import exit_status, judge
    from qdml.config import parse
    from qdml.runs.jobs import gather

    config = parse({"scale": scale} | ({} if seed is None else {"seed": seed}))
    with progress(claim_id) as move:
        record, seconds = gather(claim_id, config, _pairs(settings or []), move)
    verdict = judge(record)
    if as_json:
        emit("check", _object(record, verdict, seconds))
    else:
        _print(record, verdict, seconds)
    raise typer.Exit(exit_status(verdict.outcome))


def _pairs(settings: list[str]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for text in settings:
        name, equals, value = text.partition("=")
        if not (name and equals and value):
            raise InputError(f"--set {text!r}: expected NAME=VALUE, such as eps=0.05")
        if name in pairs:
            raise InputError(f"--set {text!r}: {name} is set twice")
        pairs[name] = value
    return pairs


def _object(record: ClaimRecord, verdict: Verdict, seconds: dict[str, float]) -> dict[str, Any]:
    judged = verdict.model_dump(mode="json", include={"id", "topic", "title", "source", "reason"})
    steps = [
        {"name": step.name, "tag": step.tag, "role": step.role, "failure": step.failure}
        | (
            step.evidence.model_dump(mode="json", exclude={"figure", "headline", "images", "table"})
            if step.evidence
            else {"finding": None}
        )
        for step in record.steps
    ]
    return judged | {
        "outcome": verdict.outcome,
        "strength": verdict.strength,
        "seconds": sum(seconds.values()),
        "mutants": [{"name": one.name, "refuted": one.refuted} for one in verdict.mutants],
        "steps": steps,
        "settings": record.settings,
        "scale": record.scale,
        "seed": record.seed,
    }


def _print(record: ClaimRecord, verdict: Verdict, seconds: dict[str, float]) -> None:
    strength = f" ({verdict.strength})" if verdict.strength else ""
    typer.echo(f"{verdict.id}: {verdict.outcome}{strength}: {verdict.reason}")
    typer.echo(f"  {verdict.title}")
    for step in record.steps:
        says = step.evidence.summary if step.evidence else (step.failure or "").strip()
        finding = step.evidence.finding if step.evidence else "broke"
        typer.echo(f"  step    {finding:9} [{step.tag}] {step.name}: {says}")
    for mutant in verdict.mutants:
        fate = "refuted" if mutant.refuted else "ALIVE"
        typer.echo(f"  mutant  {fate:9} {mutant.name}: {mutant.how}")
    for premise in verdict.imported:
        typer.echo(f"  assumed {premise}")
    total = sum(seconds.values())
    typer.echo(f"  {record.scale} grid, seed {record.seed}, {total:.1f} seconds")
