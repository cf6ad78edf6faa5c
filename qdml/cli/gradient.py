"""`qdml run gradient` and `qdml cost gradient`: all derivatives of a loss, run and priced."""

from __future__ import annotations

from typing import Annotated

import typer

from qdml.cli.leakage import listed, said
from qdml.cli.options import Accuracy, AsJson, FailureProbability, Parties, Seed, within
from qdml.cli.output import emit

Layers = Annotated[
    int, typer.Option(callback=within(1, 1000), help="Layers L, a block for each party.")
]
Parameters = Annotated[
    int, typer.Option(callback=within(1, 10**6), help="Rotations P in each block.")
]


def run(
    method: Annotated[
        str,
        typer.Option(
            help="parameter-shift, direct, commuting-block, pauli-shadows, clifford-shadows, "
            "tomography, shadow-tomography, classical-vectors or classical-stochastic."
        ),
    ],
    qubits: Annotated[int, typer.Option(callback=within(1, 12), help="Qubits n.")],
    layers: Layers,
    parameters: Parameters,
    accuracy: Accuracy = 0.1,
    failure_probability: FailureProbability = 0.05,
    parties: Parties = 2,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Estimate every derivative of a random model whose blocks commute, drawn from the seed.

    \b
    qdml run gradient --method parameter-shift --qubits 3 --layers 2 --parameters 4
    qdml run gradient --method pauli-shadows --qubits 2 --layers 1 --parameters 3 --json
    qdml run gradient --method classical-vectors --qubits 8 --layers 2 --parameters 50
    """
    from qdml.bounds.gradient_costs import classical
    from qdml.model.circuit import dealt
    from qdml.model.gradient_task import Task
    from qdml.protocols.drawn_gradient import run_random

    task = qubits, layers, parameters, accuracy, failure_probability
    found, exact = run_random(method, *task, seed, parties)
    error = float(abs(found.gradient - exact).max())
    rivals = classical(Task(*task, dealt(parties * layers, parties))).items()
    bill = {name: int(getattr(found, name)) for name in ("messages", "qubits", "bits", "copies")}
    if as_json:
        result = {
            "gradient": list(map(float, found.gradient)),
            "exact": list(map(float, exact)),
            "max_error": error,
            "transcript": bill,
            "leakage": listed(found.leakage),
            "classical": {name: {"messages": r.messages, "bits": r.bits} for name, r in rivals},
            "method": method,
            "seed": seed,
        }
        emit("run-gradient", result)
        return
    typer.echo(f"entries {len(exact)}, largest error {error:.6f}, promised {accuracy}")
    typer.echo("cost    " + ", ".join(f"{number} {name}" for name, number in bill.items()))
    for name, rival in rivals:
        typer.echo(f"price   {rival.bits} bits by {name}")
    for line in said(found.leakage):
        typer.echo(line)


def cost(
    qubits: Annotated[int, typer.Option(callback=within(1, 1000), help="Qubits n.")],
    layers: Layers,
    parameters: Parameters,
    accuracy: Accuracy = 0.1,
    failure_probability: FailureProbability = 0.05,
    weight: Annotated[
        int | None,
        typer.Option(
            help="Weight of the strings in Pauli shadows, the ancilla included; 3 if n allows it.",
        ),
    ] = None,
    parties: Parties = 2,
    as_json: AsJson = False,
) -> None:
    """Price all derivatives by every method, and say where shadow tomography would begin to win.

    \b
    qdml cost gradient --qubits 10 --layers 2 --parameters 100
    qdml cost gradient --qubits 20 --layers 4 --parameters 1000 --accuracy 0.05 --json
    """
    from qdml.bounds.gradient_costs import price

    task = qubits, layers, parameters, accuracy, failure_probability
    priced = price(*task, min(3, qubits + 1) if weight is None else weight, parties)
    if as_json:
        emit("cost-gradient", priced)
        return
    for method, bill in priced["methods"].items():
        least = priced["advantage"][method]
        typer.echo(
            f"{method}: {bill['qubits']} qubits, {bill['copies']} copies, less than classical bits "
            + (f"from n = {least} on" if least else "at no n in reach")
        )
    for name, rival in priced["classical"].items():
        typer.echo(f"{name}: {rival['bits']} bits")
    for crossover in priced["crossovers"]:
        least = crossover["parameters"]
        constant = crossover["constant"]
        which = f"C = {constant:g}" if constant else "the constants that are proved"
        typer.echo(
            f"shadow tomography with {which} beats {crossover['beats']} "
            + (f"from P = {least} on" if least else "at no P in reach")
        )
