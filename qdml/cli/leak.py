"""`qdml leak`: what an ensemble of quantum messages can leak, certified."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from qdml.cli.options import AsJson
from qdml.cli.output import emit
from qdml.errors import InputError


def leak(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE.npz]", help="Arrays `states` or `vectors`, maybe `prior`."),
    ] = None,
    copies: Annotated[int, typer.Option(help="Copies k of every state that are sent.")] = 1,
    estimation: Annotated[
        str | None, typer.Option(metavar="real|complex", help="Ask how well a state is learnt.")
    ] = None,
    dimension: Annotated[
        int | None, typer.Option(help="Dimension N, together with --estimation.")
    ] = None,
    certificate: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Keep the proof of the guessing bounds.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """What k copies tell of a state that was drawn from an ensemble, or at random.

    `states` holds normalised vectors (m, N) or density matrices (m, N, N), `vectors` data of any
    norm, one row each; `prior` is uniform unless it is given. The limit bits_of_coordinates says
    what is told at most of the value in each coordinate of these vectors (Holevo); bits_per_
    coordinate limits their mean, if coordinates are drawn independently of each other. The span is
    proved where it equals the limit span: otherwise rounding decides between the two.

    \b
    qdml leak ensemble.npz --copies 3
    qdml leak ensemble.npz --copies 3 --json --certificate proof.json
    qdml leak --estimation real --dimension 64 --copies 16

    Exit status: 0; 1 the two bounds on guessing are more than 1e-6 apart; 2 bad usage or file.
    """
    import json

    from qdml.io import write_atomic

    if copies < 1:
        raise InputError(f"--copies {copies}: at least one copy is needed")
    if estimation is not None:
        if file is not None or certificate is not None or dimension is None:
            raise InputError("--estimation: expected --dimension N and --copies k, and no file")
        from qdml.privacy.estimation import fidelity

        best = fidelity(estimation, dimension, copies)
        if as_json:
            emit("leak-estimation", {"fidelity": best})
        else:
            typer.echo(f"fidelity  {best:.12g}")
        return
    if file is None or dimension is not None:
        raise InputError("name an ensemble FILE.npz, or give --estimation with --dimension N")
    from qdml.privacy.archive import load
    from qdml.privacy.leak import leak as leaked

    found = leaked(load(file, copies))
    if certificate is not None:
        write_atomic(certificate, json.dumps(found.certificate) + "\n")
    names = ("span", "holevo", "guessing_lower", "guessing_upper", "certified", "limits")
    shown = {name: getattr(found, name) for name in names}
    if found.coordinates:
        shown["limits"] = {**found.limits, "bits_of_coordinates": found.coordinates}
    if as_json:
        emit("leak", shown)
    else:
        limits = shown.pop("limits")
        if found.span < limits["span"]:
            shown["span"] = f"{found.span}  certified: False, up to {limits['span']} by rounding"
        for name, value in shown.items():
            typer.echo(f"{name:24}{value}")
        for name, value in limits.items():
            told = " ".join(f"{one:.4g}" for one in value) if isinstance(value, list) else value
            typer.echo(f"limit {name:24}{told}")
    raise typer.Exit(0 if found.certified else 1)
