"""Recipes of quadratic graph networks that were tried: `python -m benchmarks.graphs [SET ...]`.

Prints, as Markdown, what `qdml train` finds on each set, with its seconds and the memory of the
process so far, every recipe by itself on the sets where published figures were out of reach, and
PReLU beside them. All recipes stay inside the quadratic form; one BLAS thread, seed 0.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Sequence

from qdml.data.graphs import GraphSet, load_graphs
from qdml.graphs import pooled_training, selection
from qdml.graphs.moments import Recipe, recipes, second_moments
from qdml.graphs.training import prepare

#: Outer folds on which single recipes are tried.
TRIED = 3

#: From the smallest to the largest.
SETS = (
    "MUTAG",
    "PTC_MR",
    "PTC_GIN",
    "PROTEINS",
    "IMDB-BINARY",
    "IMDB-MULTI",
    "REDDIT-BINARY",
    "NCI1",
    "COLLAB",
    "REDDIT-MULTI-5K",
)

#: Sets that stay behind GIN under its own protocol, and what was tried on them.
ATTEMPTS = {
    "NCI1": [
        Recipe("labels", operator, hops, "sum")
        for operator, hops in (("sum", 4), ("mean", 4), ("distance", 4), ("distance", 6))
    ]
    + [
        Recipe("labels x degrees", operator, hops, pooling)
        for operator, hops, pooling in (
            ("sum", 3, "sum"),
            ("symmetric", 3, "sum"),
            ("mean", 3, "sum"),
            ("mean", 3, "mean"),
            ("distance", 2, "sum"),
            ("distance", 3, "sum"),
            ("distance", 4, "mean"),
            ("distance", 5, "sum"),
        )
    ],
    "COLLAB": [
        Recipe(*words)
        for words in (
            ("octaves", "sum", 2, "sum"),
            ("octaves", "sum", 2, "mean"),
            ("octaves", "mean", 2, "mean"),
            ("octaves", "mean", 2, "sum"),
            ("octaves", "symmetric", 3, "mean"),
            ("half octaves", "mean", 1, "mean"),
            ("half octaves", "mean", 2, "mean"),
            ("octaves, tenths", "mean", 1, "mean"),
            ("octaves, tenths", "mean", 2, "sum"),
            ("octaves, tenths", "symmetric", 2, "mean"),
        )
    ],
}


def main() -> None:
    """Run what was asked for and print three tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="*", default=SETS, metavar="SET", help="all by default")
    parser.add_argument("--steps", type=int, help="PReLU alone, with so many steps of Adam")
    words = parser.parse_args()
    chosen = words.sets
    if words.steps:
        print_descent(chosen, words.steps)
        return
    print("# Recipes of quadratic graph networks\n\nMade by `python -m benchmarks.graphs`.")
    print("Accuracies in percent, seed 0; `gin` is chosen on the test folds and optimistic.\n")
    print("| set | nested | gin | linear, nested | majority | seconds | GiB so far |")
    print("|---|---|---|---|---|---|---|")
    for name in chosen:
        print(as_trained(load_graphs(name)), flush=True)
    print(f"\nSingle recipes on the first {TRIED} of the ten folds, the candidates first:\n")
    print("| set | recipe alone | nested | gin | seconds |\n|---|---|---|---|---|")
    for name in chosen:
        if name in ATTEMPTS:
            graphs = load_graphs(name)
            for recipe in (*recipes(graphs), *ATTEMPTS[name]):
                print(alone(graphs, recipe), flush=True)
    print_descent(chosen, pooled_training.STEPS)


def print_descent(chosen: Sequence[str], steps: int) -> None:
    """The table of networks with PReLU."""
    print("\nPReLU, trained by Adam; a tenth that is held out chooses candidate and step:\n")
    print("| set | steps | PReLU, nested | CPU seconds | GiB so far |\n|---|---|---|---|---|")
    for name in chosen:
        print(by_descent(load_graphs(name), steps), flush=True)


def as_trained(graphs: GraphSet) -> str:
    """One row: all candidates of the set, under both protocols; seconds of the quadratic one."""
    start = time.perf_counter()
    table = prepare(graphs, "quadratic").trials(0)
    seconds = time.perf_counter() - start
    linear = selection.nested(prepare(graphs, "linear").trials(0))
    found = selection.nested(table), selection.gin(table), linear
    shown = [f"{100 * one.accuracy:.1f} ± {100 * one.deviation:.1f}" for one in found]
    majority = f"{100 * selection.majority(graphs.labels):.1f}"
    return _row(graphs.name, *shown, majority, f"{seconds:.1f}", _peak())


def alone(graphs: GraphSet, recipe: Recipe) -> str:
    """One row: a recipe by itself, of which only the ridge strength is chosen."""
    start = time.perf_counter()
    table = selection.trials([second_moments(graphs, recipe)], graphs.labels, 0, TRIED)
    seconds = time.perf_counter() - start
    found = selection.nested(table), selection.gin(table)
    shown = [f"{100 * one.accuracy:.1f} ± {100 * one.deviation:.1f}" for one in found]
    return _row(graphs.name, str(recipe), *shown, f"{seconds:.1f}")


def by_descent(graphs: GraphSet, steps: int) -> str:
    """One row: a network with PReLU on all ten folds."""
    start = time.process_time()
    found = pooled_training.train(graphs, "prelu", "nested", 0, steps).outcome
    seconds = time.process_time() - start
    shown = f"{100 * found.accuracy:.1f} ± {100 * found.deviation:.1f}"
    return _row(graphs.name, str(steps), shown, f"{seconds:.1f}", _peak())


def _peak() -> str:
    """GiB that the process has taken so far at most."""
    return f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.1f}"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
