"""`qdml report`: make the report again from the evidence of the last run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from qdml.cli.options import AsJson, existing
from qdml.cli.output import emit
from qdml.cli.progress import progress


def report(
    as_json: AsJson = False,
    reports: Annotated[Path, typer.Option(metavar="DIR", help="Folder of the run.")] = Path(
        "reports"
    ),
) -> None:
    """Judge the evidence of the last run again and make the report from it.

    \b
    qdml report
    qdml report --json
    qdml report --reports elsewhere/reports
    """
    from qdml.report import build
    from qdml.runs import audit
    from qdml.runs.jobs import rejudge

    whole = audit.holds(existing(reports))
    with progress("judging and drawing"):
        rejudge(reports)
        page = build(reports)
    if whole:
        audit.write_manifest(reports)
    if as_json:
        emit("report", {"page": str(page)})
    else:
        typer.echo(page)
