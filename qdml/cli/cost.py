"""`qdml cost`: what a task costs by every known method, from formulas alone."""

from __future__ import annotations

from typing import Annotated

import typer

from qdml.cli import gradient
from qdml.cli.options import Accuracy, AsJson, FailureProbability, Parties, within
from qdml.cli.output import emit

app = typer.Typer(rich_markup_mode=None, help="Price a task by every known method.")

# Beyond these the numbers have more digits than a reader, or a JSON parser, will take.
_QUBITS, _LAYERS = 1000, 10**6


@app.callback()
def _tasks() -> None:
    """Price a task by every known method."""


@app.command()
def inference(
    qubits: Annotated[
        int,
        typer.Option(callback=within(1, _QUBITS), help="Qubits n; the dimension is N = 2^n."),
    ],
    layers: Annotated[
        int,
        typer.Option(callback=within(1, _LAYERS), help="Layers L, a block for each party."),
    ],
    accuracy: Accuracy,
    failure_probability: FailureProbability,
    parties: Parties = 2,
    as_json: AsJson = False,
) -> None:
    """Price the estimation of one loss.

    \b
    qdml cost inference --qubits 6 --layers 3 --accuracy 0.1 --failure-probability 0.05
    qdml cost inference --qubits 60 --layers 2 --accuracy 0.1 --failure-probability 0.05 --json
    """
    from qdml.bounds import costs

    names = ("messages", "qubits", "bits", "copies")
    found = costs.inference(qubits, layers, accuracy, failure_probability, parties)
    methods = {
        method: {name: int(getattr(cost, name)) for name in names} for method, cost in found.items()
    }
    promise = layers, accuracy, failure_probability, parties
    crossovers = [
        {"method": method, "beats": "classical", "qubits": costs.advantage_from(method, *promise)}
        for method, bill in methods.items()
        if bill["qubits"]
    ]
    star = costs.estimation_crossover(failure_probability)
    if as_json:
        quantum = {"method": "amplitude-estimation", "beats": "sampling", "accuracy": star}
        emit("cost-inference", {"methods": methods, "crossovers": [*crossovers, quantum]})
        return
    for method, bill in methods.items():
        numbers = ", ".join(f"{number} {name}" for name, number in bill.items())
        typer.echo(f"{method}: {numbers}")
    for crossover in crossovers:
        typer.echo(
            f"{crossover['method']} sends fewer qubits than any classical way bits "
            + (f"from n = {crossover['qubits']} on" if crossover["qubits"] else "at no n in reach")
        )
    typer.echo(f"amplitude-estimation sends fewer qubits than sampling below accuracy {star:g}")


app.command("gradient")(gradient.cost)
