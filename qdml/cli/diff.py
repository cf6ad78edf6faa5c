"""`qdml diff`: which verdicts and numbers moved between two runs."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qdml.cli.options import AsJson
from qdml.cli.output import emit
from qdml.errors import InputError

if TYPE_CHECKING:
    from qdml.runs.diff import Move

#: Numbers of one claim that are printed for people; machines, and the page, get more.
_SHOWN = 5


def diff(
    first: Annotated[Path, typer.Argument(metavar="RUN_A", help="Reports of a run.")],
    second: Annotated[Path, typer.Argument(metavar="RUN_B", help="Reports of another run.")],
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a page that shows it as well.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Tell which verdicts and numbers moved from one run to the other, and how far.

    A change is compared with the intervals around both numbers, where the evidence has them: beyond
    them, the two intervals lie apart. Times and machines are not compared.

    \b
    qdml diff reports elsewhere/reports
    qdml diff reports elsewhere/reports --html moved.html
    qdml diff reports elsewhere/reports --json

    Exit status: 0 nothing moved; 1 something did; 2 a folder without a run that can be trusted.
    """
    from qdml.runs import diff as runs

    for folder in (first, second):
        if not folder.is_dir():
            raise InputError(f"{folder}: no such folder; name the reports of a run")
    found = runs.diff(first, second)
    if html is not None:
        from qdml.io import write_atomic
        from qdml.report.comparison import page

        write_atomic(html, page(found.to_record()))
    if as_json:
        emit("diff", found.to_record())
    else:
        for name, lacking in found.missing.items():
            typer.echo(f"{name}: not in {lacking}")
        for one in found.verdicts:
            typer.echo(f"{one.of}: {one.where}: {_told(one.first)} -> {_told(one.second)}")
        for name, moves in groupby(found.numbers, lambda one: one.of):
            worst = sorted(moves, key=_size, reverse=True)
            typer.echo(f"{name}: {len(worst)} of its values moved")
            for one in worst[:_SHOWN]:
                typer.echo(f"  {one.where}: {_told(one.first)} -> {_told(one.second)}{_far(one)}")
        typer.echo(
            f"{found.claims} claims and {found.values} values in both runs; "
            f"{len(found.verdicts)} verdicts and {len(found.numbers)} values moved"
        )
    raise typer.Exit(0 if found.same else 1)


def _size(one: Move) -> tuple[bool, float]:
    """What is not a number first, then the largest change in units of its uncertainty, or of it."""
    if one.change is None:
        return True, 0.0
    sizes = [abs(scalar) for scalar in (one.first, one.second) if isinstance(scalar, int | float)]
    return False, abs(one.change) / (one.uncertainty or max(sizes))


def _far(one: Move) -> str:
    if one.change is None:
        return ""
    if one.uncertainty is None:
        return f" ({one.change:+.3g})"
    side = "beyond" if abs(one.change) > one.uncertainty else "within"
    return f" ({one.change:+.3g}, {side} the uncertainty {one.uncertainty:.3g})"


def _told(scalar: object) -> str:
    if scalar is None:
        return "none"
    return f"{scalar:.6g}" if isinstance(scalar, float) else str(scalar)
