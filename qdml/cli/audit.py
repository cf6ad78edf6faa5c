"""`qdml audit`: hold the files of a finished run against its manifest."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from qdml.cli.options import AsJson, existing
from qdml.cli.output import emit


def audit(
    as_json: AsJson = False,
    reports: Annotated[Path, typer.Option(metavar="DIR", help="Folder of the run.")] = Path(
        "reports"
    ),
) -> None:
    """Tell whether every file of the last run is still what the run wrote, by sha256.

    \b
    qdml audit
    qdml audit --json
    qdml audit --reports elsewhere/reports

    `./run pipeline` makes again what differs. Exit status: 0 all agree; 1 some differ; 2 no
    manifest, because no run has finished here.
    """
    from qdml.runs import audit as runs

    files, differing = runs.audit(existing(reports))
    if as_json:
        listed = [{"path": one.path, "why": one.why} for one in differing]
        record = {"ok": not differing, "files": files, "differing": listed}
        emit("audit", record)
    else:
        for one in differing:
            typer.echo(f"{one.why}: {reports / one.path}")
        typer.echo(f"{files} files in the manifest, {len(differing)} differ")
    raise typer.Exit(1 if differing else 0)
