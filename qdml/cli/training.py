"""`qdml run training`: train over the channel, and print the curves beside classical ones."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from qdml.cli.leakage import listed, said
from qdml.cli.options import AsJson, Seed, within
from qdml.cli.output import emit
from qdml.cli.progress import progress


def run(
    data: Annotated[str, typer.Option(help="digits, parity, molecules or synthetic.")] = "digits",
    method: Annotated[
        str, typer.Option(help="commuting-block, parameter-shift or pauli-shadows.")
    ] = "commuting-block",
    steps: Annotated[int, typer.Option(callback=within(1, 10**4), help="Steps T.")] = 60,
    family: Annotated[
        str, typer.Option(help="diagonal, paired or line: what the blocks are made of.")
    ] = "diagonal",
    layers: Annotated[int, typer.Option(callback=within(1, 8), help="Layers L.")] = 1,
    parameters: Annotated[
        int, typer.Option(callback=within(1, 63), help="Rotations P in each block; a line has 2n.")
    ] = 12,
    batch: Annotated[int, typer.Option(callback=within(1, 1024), help="Examples in a step.")] = 16,
    copies: Annotated[
        int, typer.Option(callback=within(1, 1024), help="Copies of an example in the first step.")
    ] = 1,
    last_copies: Annotated[
        int, typer.Option(callback=within(1, 1024), help="Copies in the last step.")
    ] = 8,
    optimiser: Annotated[str, typer.Option(help="adam, sgd, momentum or yogi.")] = "adam",
    rate: Annotated[float, typer.Option(help="Learning rate.")] = 0.1,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Train a model that Alice and Bob share, with gradients from metered protocols alone.

    Beside it the same model is trained by a classical pair that ships features once, or activations
    and derivatives in every step, as floats of 4 to 32 bits.

    \b
    qdml run training --data digits --method commuting-block --steps 60
    qdml run training --data molecules --steps 40 --json
    qdml run training --data synthetic --parameters 7 --method parameter-shift --steps 20
    """
    from dataclasses import asdict

    from qdml.network.meter import leakage
    from qdml.protocols.training import Plan, schedule
    from qdml.protocols.training_curves import train

    plan = Plan(method, schedule(steps, copies, last_copies), batch, optimiser, rate, seed)
    with progress(f"training on {data}") as move:

        def told(step: int) -> None:
            move(step + 1, steps, f"step {step + 1} of {steps}")

        found = train(data, plan, family, layers, parameters, (4, 8, 16, 32), 13, told)
    bill, leaks = found.transcript.totals(), leakage(found.transcript)
    curve = found.quantum
    if as_json:
        result: dict[str, Any] = {
            "data": data,
            "method": method,
            "family": family,
            "optimiser": optimiser,
            "steps": steps,
            "copies": list(plan.copies),
            **asdict(curve),
            "least_loss": found.data.least_loss(),
            "classical": [
                {"way": way, "precision": bits, **asdict(each)}
                for (way, bits), each in found.classical.items()
            ],
            "transcript": bill,
            "leakage": listed(leaks),
            "seed": seed,
        }
        emit("run-training", result)
        return
    typer.echo(f"least training loss of any circuit: {found.data.least_loss():.4f}")
    typer.echo(f"{'qubits':>10} {'bits':>8}   loss     test accuracy")
    for row in zip(curve.qubits, curve.bits, curve.loss, curve.accuracy, strict=True):
        typer.echo("{:>10} {:>8}   {:.4f}   {:.4f}".format(*row))
    for (way, bits), each in found.classical.items():
        typer.echo(
            f"{way}, {bits} bits: {each.bits[-1]} bits, loss {each.loss[-1]:.4f}, "
            f"test accuracy {each.accuracy[-1]:.4f}"
        )
    names = ("messages", "qubits", "bits", "rounds")
    typer.echo("cost    " + ", ".join(f"{bill[name]} {name}" for name in names))  # type: ignore[literal-required]
    for line in said(leaks):
        typer.echo(line)
