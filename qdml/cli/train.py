"""`qdml train`: train a network on one registered set and print its accuracy."""

from __future__ import annotations

import time
from typing import Annotated, Any

import typer

from qdml.cli import complete
from qdml.cli.options import AsJson, Seed, within
from qdml.cli.output import emit
from qdml.cli.progress import progress

#: Random splits of a set of nodes, unless told otherwise.
SPLITS = 10


def _splits(value: int | None) -> int | None:
    return None if value is None else within(1, 1000)(value)


def train(
    dataset: Annotated[
        str,
        typer.Argument(
            autocompletion=complete.data_sets, help="A registered set, such as MUTAG or cora."
        ),
    ],
    activation: Annotated[
        str, typer.Option(help="quadratic, prelu, or linear for the control.")
    ] = "quadratic",
    protocol: Annotated[
        str,
        typer.Option(
            help="nested: nothing is chosen on test folds; gin: ridge strength and features, or "
            "the epoch, are chosen on the mean of the test folds, which is optimistic."
        ),
    ] = "nested",
    splits: Annotated[
        int | None,
        typer.Option(callback=_splits, help="Random splits of a set of nodes.", show_default="10"),
    ] = None,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Train a graph network and print its accuracy, in percent.

    On graphs, a quadratic or linear network is trained by ridge regression of its pooled moments,
    and one of prelu by Adam, over ten stratified outer folds. On nodes, a SIGN network is trained
    by Adam on random splits (20 nodes of each class to train, 30 to validate, the others to test).
    Beside it stands the accuracy of always naming the most common class.

    \b
    qdml train cora --activation prelu --splits 10
    qdml train MUTAG --activation quadratic --protocol nested
    qdml train MUTAG --activation prelu
    qdml train NCI1 --activation linear --protocol gin --seed 1 --json
    """
    from qdml.data.graphs import graph_sets, load_graphs, node_sets
    from qdml.errors import InputError, nearest
    from qdml.graphs.selection import check_protocol, majority, select
    from qdml.graphs.sign import check_activation

    check_protocol(protocol)
    check_activation(activation)
    known = *graph_sets(), *node_sets()
    if dataset not in known:
        raise InputError(
            f"data set {dataset!r}: not a set of graphs or nodes{nearest(dataset, known)}; "
            f"allowed are {', '.join(known)}"
        )
    if dataset in node_sets():
        if protocol != "nested":
            raise InputError(
                f"--protocol {protocol!r}: sets of nodes choose on validation nodes alone; "
                "leave it out, or take a set of graphs"
            )
        _nodes(dataset, activation, splits or SPLITS, seed, as_json)
        return
    if splits:
        raise InputError(
            f"--splits {splits}: sets of graphs are divided into ten folds; leave it out, or take "
            "a set of nodes"
        )
    start = time.perf_counter()
    graphs = load_graphs(dataset)
    with progress(f"training on {dataset}"):
        if activation == "prelu":
            from qdml.graphs import pooled_training

            network = pooled_training.train(graphs, activation, protocol, seed)
            outcome, chosen = network.outcome, network.hyperparameters()
        else:
            from qdml.graphs.training import prepare

            candidates = prepare(graphs, activation)
            outcome = select(protocol, candidates.trials(seed))
            chosen = [candidates.describe(choice) for choice in outcome.chosen]
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
        "hyperparameters": chosen,
    }
    if as_json:
        emit("train", record)
        return
    note = ", chosen on the test folds: optimistic" if record["optimistic"] else ""
    typer.echo(f"accuracy    {record['accuracy']:.2f} ± {record['standard_deviation']:.2f} %{note}")
    typer.echo(f"majority    {record['baseline']:.2f} %")
    typer.echo(f"seconds     {record['seconds']:.1f}")
    for fold, choice in enumerate(record["hyperparameters"], start=1):
        told = [f"{key.replace('_', ' ')} {choice[key]:g}" for key in choice if key != "recipe"]
        typer.echo(f"fold {fold:<6} {'; '.join([choice['recipe'], *told])}")


def _nodes(dataset: str, activation: str, splits: int, seed: int, as_json: bool) -> None:
    import numpy as np

    from qdml.claims.seeds import generator
    from qdml.data.graphs import load_nodes
    from qdml.graphs.node_training import random_splits, span, train
    from qdml.graphs.sign import check_activation

    start = time.perf_counter()
    nodes = load_nodes(dataset)
    drawn = random_splits(nodes.labels, splits, generator(seed, "splits", dataset))
    with progress(f"training on {dataset}"):
        spans = [span(nodes, one.train) for one in drawn]
        network = train(spans, drawn, nodes.labels, check_activation(activation), seed)
    accuracies = 100 * network.accuracies()
    known = nodes.labels[nodes.labels >= 0]
    record = {
        "dataset": dataset,
        "activation": activation,
        "accuracies": accuracies.tolist(),
        "accuracy": float(accuracies.mean()),
        "standard_deviation": float(accuracies.std(ddof=1)) if splits > 1 else None,
        "baseline": 100 * float(np.bincount(known).max() / len(known)),
        "seconds": time.perf_counter() - start,
        "hyperparameters": [
            {"decay": decay, "first_slope": slope} for decay, slope in network.chosen
        ],
    }
    if as_json:
        emit("train", record)
        return
    typer.echo(f"accuracy    {record['accuracy']:.2f} % on average over {splits} splits")
    typer.echo(f"splits      {' '.join(f'{one:.2f}' for one in accuracies)}")
    typer.echo(f"majority    {record['baseline']:.2f} %")
    typer.echo(f"seconds     {record['seconds']:.1f}")
