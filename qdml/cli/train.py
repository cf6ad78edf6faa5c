"""`qdml train`: train a network on one registered set and print its accuracy."""

from __future__ import annotations

import time
from typing import Annotated, Any

import typer

from qdml.cli.options import AsJson, Seed


def train(
    dataset: Annotated[str, typer.Argument(help="A registered set of graphs, such as MUTAG.")],
    activation: Annotated[
        str, typer.Option(help="quadratic, or linear for the control.")
    ] = "quadratic",
    protocol: Annotated[
        str,
        typer.Option(
            help="nested: nothing is chosen on test folds; gin: ridge strength and features are "
            "chosen on the mean of the test folds, which is optimistic."
        ),
    ] = "nested",
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Train a quadratic graph network by ridge regression of its pooled second moments.

    Ten stratified outer folds. The accuracy is the mean over them, in percent, beside that of
    always naming the most common class.

    \b
    qdml train MUTAG --activation quadratic --protocol nested
    qdml train NCI1 --activation linear --protocol gin --seed 1 --json
    """
    from qdml.data.graphs import load_graphs
    from qdml.graphs.selection import check_protocol, majority, select
    from qdml.graphs.training import prepare
    from qdml.io import dumps

    check_protocol(protocol)
    start = time.perf_counter()
    graphs = load_graphs(dataset)
    candidates = prepare(graphs, activation)
    outcome = select(protocol, candidates.trials(seed))
    record: dict[str, Any] = {
        "dataset": dataset,
        "activation": activation,
        "protocol": protocol,
        "optimistic": protocol == "gin",
        "accuracy": 100 * outcome.accuracy,
        "standard_deviation": 100 * outcome.deviation,
        "folds": [100 * float(value) for value in outcome.accuracies],
        "baseline": 100 * majority(graphs.labels),
        "seconds": time.perf_counter() - start,
        "hyperparameters": [candidates.describe(choice) for choice in outcome.chosen],
    }
    if as_json:
        typer.echo(dumps(record), nl=False)
        return
    note = ", chosen on the test folds: optimistic" if record["optimistic"] else ""
    typer.echo(f"accuracy    {record['accuracy']:.2f} ± {record['standard_deviation']:.2f} %{note}")
    typer.echo(f"majority    {record['baseline']:.2f} %")
    typer.echo(f"seconds     {record['seconds']:.1f}")
    for fold, choice in enumerate(record["hyperparameters"], start=1):
        typer.echo(f"fold {fold:<6} {choice['recipe']}; ridge {choice['ridge']:g}")
