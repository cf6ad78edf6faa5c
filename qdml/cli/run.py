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
    method: Annotated[
        str,
        typer.Option(help="sampling, amplitude-estimation or iterative-amplitude-estimation."),
    ] = "sampling",
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Estimate the loss of a random model on a random input, both drawn from the seed.

    \b
    qdml run inference --qubits 6 --layers 3 --accuracy 0.1 --failure-probability 0.05 --seed 1
    qdml run inference --qubits 2 --layers 1 --accuracy 0.5 --failure-probability 0.2 --json
    qdml run inference --method amplitude-estimation --qubits 3 --layers 1 --accuracy 0.1 \\
        --failure-probability 0.05
    """
    from qdml.claims.intervals import check_promise
    from qdml.errors import InputError, nearest
    from qdml.io import dumps
    from qdml.protocols import amplitude_estimation, inference, iterative_estimation

    methods = {
        "sampling": inference.estimate,
        "amplitude-estimation": amplitude_estimation.estimate,
        "iterative-amplitude-estimation": iterative_estimation.estimate,
    }
    if method not in methods:
        raise InputError(
            f"--method {method!r}: expected {', '.join(methods)}{nearest(method, methods)}"
        )
    check_promise(accuracy, failure_probability)
    circuit, state = inference.random_instance(qubits, layers, seed)
    found = methods[method](circuit, state, accuracy, failure_probability, seed)
    low, high = map(float, found.interval)
    names = ("messages", "qubits", "bits", "rounds", "copies")
    bill = {name: int(getattr(found.transcript, name)) for name in names}
    if as_json:
        result = {
            "method": method,
            "value": float(found.value),
            "interval": [low, high],
            "exact": float(found.exact),
            "transcript": bill,
            "engine": found.engine,
            "seed": seed,
        }
        typer.echo(dumps(result), nl=False)
        return
    typer.echo(
        f"loss    {found.value:+.6f} in [{low:+.6f}, {high:+.6f}], exactly {found.exact:+.6f}"
    )
    typer.echo("cost    " + ", ".join(f"{number} {name}" for name, number in bill.items()))
    typer.echo(f"engine  {found.engine}, seed {seed}")
