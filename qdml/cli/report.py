"""`qdml report`: make the report again from the evidence of the last run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from qdml.cli.options import existing


def report(
    reports: Annotated[Path, typer.Option(metavar="DIR", help="Folder of the run.")] = Path(
        "reports"
    ),
) -> None:
    """Judge the evidence of the last run again and make the report from it.

    \b
    qdml report
    qdml report --reports elsewhere/reports
    """
    from qdml.report import build
    from qdml.runs import audit
    from qdml.runs.jobs import rejudge

    whole = audit.holds(existing(reports))
    rejudge(reports)
    typer.echo(build(reports))
    if whole:
        audit.write_manifest(reports)
