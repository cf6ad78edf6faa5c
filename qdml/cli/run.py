"""`qdml run`: run one protocol over the metered network and print its result and its bill."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from qdml.cli import gradient, training
from qdml.cli.leakage import listed, said
from qdml.cli.options import Accuracy, AsJson, FailureProbability, Parties, Seed
from qdml.cli.output import emit

app = typer.Typer(rich_markup_mode=None, help="Run one protocol over the metered network.")


@app.callback()
def _protocols() -> None:
    """Run one protocol over the metered network."""


@app.command()
def inference(
    qubits: Annotated[int, typer.Option(help="Qubits n; the dimension is N = 2^n.")],
    layers: Annotated[int, typer.Option(help="Layers L, a block for each party.")],
    accuracy: Accuracy = 0.1,
    failure_probability: FailureProbability = 0.05,
    method: Annotated[
        str,
        typer.Option(
            help="sampling, amplitude-estimation, iterative-amplitude-estimation, or classical: "
            "classical-vectors, classical-stochastic, classical-sketches."
        ),
    ] = "sampling",
    kind: Annotated[
        str,
        typer.Option(
            "--input",
            help="random; structured: a smooth wave on N points; product: a vector for each qubit.",
        ),
    ] = "random",
    engine: Annotated[
        str, typer.Option(help="auto, reference, state-vector, accelerator or matrix-product.")
    ] = "auto",
    parties: Parties = 2,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Estimate the loss of a random model on an input, both drawn from the seed.

    \b
    qdml run inference --qubits 6 --layers 3 --accuracy 0.1 --failure-probability 0.05 --seed 1
    qdml run inference --qubits 60 --layers 2 --input structured --json
    qdml run inference --qubits 200 --layers 2 --input product
    qdml run inference --qubits 12 --layers 2 --engine state-vector
    qdml run inference --method amplitude-estimation --qubits 3 --layers 1
    qdml run inference --qubits 4 --layers 2 --parties 5
    qdml run inference --qubits 10 --layers 2 --method classical-vectors
    """
    from functools import partial

    import numpy as np

    from qdml.bounds import costs
    from qdml.claims.intervals import check_promise
    from qdml.errors import InputError, nearest
    from qdml.model import vector_plans
    from qdml.network.meter import leakage
    from qdml.protocols import (
        amplitude_estimation,
        classical_vectors,
        drawn,
        inference,
        iterative_estimation,
    )

    methods: dict[str, Any] = {
        "sampling": inference.estimate,
        "amplitude-estimation": amplitude_estimation.estimate,
        "iterative-amplitude-estimation": iterative_estimation.estimate,
    }
    methods |= {
        name: partial(classical_vectors.estimate, method=name) for name in vector_plans.METHODS
    }
    if method not in methods:
        raise InputError(
            f"--method {method!r}: expected {', '.join(methods)}{nearest(method, methods)}"
        )
    check_promise(accuracy, failure_probability)
    # Names that are not allowed are refused where the model is drawn.
    names: Any = kind, engine
    circuit, state = drawn.model(qubits, layers, seed, names[0], names[1], parties)
    if method != "sampling" and not isinstance(state, np.ndarray):
        raise InputError(
            f"--method {method} needs the input as a vector; add --engine state-vector, or take "
            "the method sampling"
        )
    with drawn.forced(names[1]):
        found = methods[method](circuit, state, accuracy, failure_probability, seed)
    low, high = map(float, found.interval)
    names = ("messages", "qubits", "bits", "rounds", "copies")
    bill = {name: int(getattr(found.transcript, name)) for name in names}
    told = leakage(found.transcript)
    priced = costs.inference(qubits, layers, accuracy, failure_probability, parties).items()
    if as_json:
        result = {
            "method": method,
            "value": float(found.value),
            "interval": [low, high],
            "exact": float(found.exact),
            "transcript": bill,
            "leakage": listed(told),
            "prices": {name: {"qubits": cost.qubits, "bits": cost.bits} for name, cost in priced},
            "engine": found.engine,
            "seed": seed,
        }
        emit("run-inference", result)
        return
    typer.echo(
        f"loss    {found.value:+.6f} in [{low:+.6f}, {high:+.6f}], exactly {found.exact:+.6f}"
    )
    typer.echo("cost    " + ", ".join(f"{number} {name}" for name, number in bill.items()))
    for name, cost in priced:
        typer.echo(f"price   {cost.qubits} qubits, {cost.bits} bits by {name}")
    for line in said(told):
        typer.echo(line)
    typer.echo(f"engine  {found.engine}, seed {seed}")


app.command("gradient")(gradient.run)
app.command("training")(training.run)
