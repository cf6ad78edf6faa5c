"""Options that several commands share, and how a value outside its range is answered."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from qdml.cli import complete
from qdml.errors import InputError


def within(low: int, high: int) -> Callable[[int], int]:
    """A callback that lets whole numbers from `low` to `high` pass."""

    def check(value: int) -> int:
        if not low <= value <= high:
            raise typer.BadParameter(f"{value}: allowed are whole numbers from {low} to {high}")
        return value

    return check


def existing(folder: Path) -> Path:
    """The folder that the user named. Raises `InputError` when there is no such folder."""
    if not folder.is_dir():
        raise InputError(f"--reports {folder}: no such folder; run the pipeline first")
    return folder


ClaimId = Annotated[
    str,
    typer.Argument(
        metavar="ID", autocompletion=complete.claim_ids, help="A claim of `qdml claims`."
    ),
]
Accuracy = Annotated[float, typer.Option(help="Accuracy eps of the loss, in (0, 2).")]
FailureProbability = Annotated[float, typer.Option(help="Failure probability delta, in (0, 1).")]
Parties = Annotated[
    int,
    typer.Option(callback=within(2, 6), help="Parties K in a pipeline, one block a layer each."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]
Seed = Annotated[
    int, typer.Option(callback=within(0, 2**63 - 1), help="Root of every random number.")
]
