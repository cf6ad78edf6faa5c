"""`qdml claims`: every claim and how it came out in the last run."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from qdml.cli.options import AsJson, existing
from qdml.cli.output import emit

_HERE = Path("reports")
_WIDEST = 1000


def claims(
    as_json: AsJson = False,
    reports: Annotated[Path, typer.Option(metavar="DIR", help="Folder of the run.")] = _HERE,
) -> None:
    """List every claim with its outcome in the last run.

    \b
    qdml claims
    qdml claims --json
    qdml claims --reports elsewhere/reports
    """
    import proofs_checks

    if reports != _HERE:
        existing(reports)
    found = [entry(claim_id, reports) for claim_id in proofs_checks.ids()]
    if as_json:
        emit("claims", {"claims": found})
    else:
        _print_table(found)


def entry(claim_id: str, reports: Path) -> dict[str, Any]:
    """One entry of the list; outcome, strength and seconds are None for a claim that was not run.

    Raises `EvidenceError` for a verdict or timing file that cannot be trusted.
    """
    from qdml.errors import EvidenceError
    from qdml.io import read_json

    verdict, timing = (reports / kind / f"{claim_id}.json" for kind in ("verdicts", "timings"))
    judged = read_json(verdict) if verdict.exists() else _unjudged(claim_id)
    timed = read_json(timing) if timing.exists() else {"total": None}
    try:
        return {
            **{key: judged[key] for key in ("id", "topic", "title", "outcome", "strength")},
            "source": judged["source"],
            "seconds": timed["total"],
            "mutants": [
                {key: one[key] for key in ("name", "refuted")} for one in judged["mutants"]
            ],
        }
    except KeyError as error:
        raise EvidenceError(
            f"{verdict}: no {error} in it or its timing; remove both and run the pipeline again"
        ) from None


def _unjudged(claim_id: str) -> dict[str, Any]:
    # Texts are read from the file of the claim, not from the claim: importing all takes seconds.
    from qdml.runs.depends import outline

    says = outline(claim_id)
    texts = {key: says.get(key, "") for key in ("topic", "title", "source")}
    return {"id": claim_id, **texts, "outcome": None, "strength": None, "mutants": []}


def _print_table(found: list[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None)
    for heading in ("claim", "outcome", "strength", "mutants", "seconds"):
        table.add_column(heading, no_wrap=True)
    table.add_column("title")
    for one in found:
        refuted = sum(mutant["refuted"] for mutant in one["mutants"])
        cells = (
            one["id"],
            one["outcome"] or "not run",
            one["strength"] or "",
            f"{refuted}/{len(one['mutants'])}" if one["mutants"] else "",
            "" if one["seconds"] is None else f"{one['seconds']:.1f}",
            one["title"],
        )
        table.add_row(*map(Text, cells))
    # Where nobody looks, a claim is one line, for tools to cut.
    Console(width=None if sys.stdout.isatty() else _WIDEST).print(table)
