"""`qdml verify`: check a certificate, by exact arithmetic and without any solver."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from qdml.cli.options import AsJson
from qdml.cli.output import emit


def verify(
    file: Annotated[Path, typer.Argument(help="A certificate, as `qdml bound --out` writes it.")],
    as_json: AsJson = False,
) -> None:
    """Check a certificate: valid with the bound that it proves, or rejected with the reason.

    \b
    qdml verify cert.json
    qdml verify cert.json --json

    Exit status: 0 valid; 1 rejected; 2 no readable file.
    """
    from qdml.bounds.certificates import check_file

    found = check_file(file)
    number = None if found.bound is None else float(found.bound)
    if as_json:
        exact = None if found.bound is None else str(found.bound)
        record = {"valid": found.valid, "bound": number, "reason": found.reason, "exact": exact}
        emit("verify", record)
    elif found.valid:
        typer.echo(f"valid: {found.reason}: {number:.9g}, exactly {found.bound}")
    else:
        typer.echo(f"rejected: {found.reason}")
    raise typer.Exit(0 if found.valid else 1)
