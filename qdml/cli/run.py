"""`qdml run`: run one protocol over the metered network and print its result and its bill."""

from __future__ import annotations

from typing import Annotated

import typer

from qdml.cli.options import Accuracy, AsJson, FailureProbability, Seed

app = typer.Typer(rich_markup_mode=None, help="Run one protocol over the metered network.")


@app.callback()
def _protocols() -> None:
    """Run one protocol over the metered network."""


@app.command()
def inference(
    qubits: Annotated[int, typer.Option(help="Qubits n; the dimension is N = 2^n.")],
    layers: Annotated[int, typer.Option(help="Layers L, two blocks each.")],
    accuracy: Accuracy,
    failure_probability: FailureProbability,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Estimate the loss of a random model on a random input, both drawn from the seed.

    \b
    qdml run inference --qubits 6 --layers 3 --accuracy 0.1 --failure-probability 0.05 --seed 1
    qdml run inference --qubits 2 --layers 1 --accuracy 0.5 --failure-probability 0.2 --json
    """
    from dataclasses import asdict

    from qdml.io import dumps
    from qdml.privacy.meter import leakage
    from qdml.protocols.inference import estimate_random

    found = estimate_random(qubits, layers, accuracy, failure_probability, seed)
    low, high = map(float, found.interval)
    names = ("messages", "qubits", "bits", "rounds", "copies")
    bill = {name: int(getattr(found.transcript, name)) for name in names}
    told = leakage(found.transcript)
    if as_json:
        result = {
            "value": float(found.value),
            "interval": [low, high],
            "exact": float(found.exact),
            "transcript": bill,
            "leakage": {name: asdict(limit) for name, limit in told.items()},
            "engine": found.engine,
            "seed": seed,
        }
        typer.echo(dumps(result), nl=False)
        return
    typer.echo(
        f"loss    {found.value:+.6f} in [{low:+.6f}, {high:+.6f}], exactly {found.exact:+.6f}"
    )
    typer.echo("cost    " + ", ".join(f"{number} {name}" for name, number in bill.items()))
    for name, limit in told.items():
        honest = f"{limit.honest:.1f}, " if limit.honest is not None else ""
        typer.echo(
            f"leak    {name} learns at most {honest}{limit.malicious} if malicious, "
            f"{limit.classical} bits if sent as numbers"
        )
    typer.echo(f"engine  {found.engine}, seed {seed}")
