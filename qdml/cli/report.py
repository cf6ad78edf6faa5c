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
    pdf: Annotated[bool, typer.Option("--pdf", help="Print it too, by Chromium.")] = False,
) -> None:
    """Judge the evidence of the last run again and make the report from it.

    \b
    qdml report
    qdml report --json
    qdml report --pdf
    qdml report --reports elsewhere/reports
    """
    from qdml.report import build, to_pdf
    from qdml.runs import audit
    from qdml.runs.jobs import rejudge

    whole = audit.holds(existing(reports))
    with progress("judging and drawing"):
        rejudge(reports)
        page = build(reports)
    if whole:
        audit.write_manifest(reports)
    made = [page]
    if pdf:
        with progress("printing"):
            made.append(to_pdf(page))
    if as_json:
        emit("report", dict(zip(("page", "pdf"), map(str, made), strict=False)))
    else:
        typer.echo("\n".join(map(str, made)))
