"""`qdml plan`: what a run of the pipeline will take, before it is started."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from qdml.cli import complete
from qdml.cli.options import AsJson, within
from qdml.cli.output import emit

if TYPE_CHECKING:
    from qdml.runs.plan import Needs


def plan(
    as_json: AsJson = False,
    scale: Annotated[
        str,
        typer.Option(autocompletion=complete.scales, help="Grids to run: quick, default, full."),
    ] = "default",
    nodes: Annotated[
        int, typer.Option(callback=within(1, 10**6), help="Nodes of a cluster, each as this one.")
    ] = 1,
    reports: Annotated[
        Path, typer.Option(metavar="DIR", help="Folder of the run to learn from.")
    ] = Path("reports"),
) -> None:
    """Foretell the jobs, core-hours, memory and disk of a run, and how long it takes.

    Learnt from the last run here, and from a table of runs on a machine that it names.

    \b
    qdml plan --scale full
    qdml plan --scale full --nodes 8
    qdml plan --scale full --json
    """
    from qdml.config import parse
    from qdml.runs.costs import machine, model
    from qdml.runs.plan import plan as of

    found = of(parse({"scale": scale}), model(reports))
    cores = os.cpu_count() or 1
    answer = {
        "scale": scale,
        "sections": [{"section": name} | _plain(row) for name, row in found.sections.items()],
        **_plain(found.total),
        "cores": cores,
        "hours": found.seconds(cores) / 3600,
        "nodes": nodes,
        "hours_on_nodes": found.seconds(cores, nodes) / 3600,
    }
    if as_json:
        emit("plan", answer)
    else:
        _print(answer, machine())


def _plain(needs: Needs) -> dict[str, Any]:
    return {
        "jobs": needs.jobs,
        "core_hours": needs.seconds / 3600,
        "memory_mb": needs.memory,
        "disk_mb": needs.disk,
    }


def _print(answer: dict[str, Any], machine: str) -> None:
    typer.echo(f"{'section':14} {'jobs':>5} {'core-hours':>11} {'memory MB':>10} {'disk MB':>8}")
    for row in [*answer["sections"], answer | {"section": "in all"}]:
        typer.echo(
            f"{row['section']:14} {row['jobs']:5} {row['core_hours']:11.3f} "
            f"{row['memory_mb']:10.0f} {row['disk_mb']:8.2f}"
        )
    typer.echo(f"on this machine, {answer['cores']} cores: {60 * answer['hours']:.1f} minutes")
    typer.echo(
        f"on a cluster, {answer['nodes']} x {answer['cores']} cores: "
        f"{60 * answer['hours_on_nodes']:.1f} minutes"
    )
    typer.echo(f"memory is that of the largest job; never run here: costs of {machine}")
