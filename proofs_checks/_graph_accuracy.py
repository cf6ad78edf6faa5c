"""What graph-classification-accuracy measures on one set, and how that is shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from qdml.claims import Figure, Scalar, Series
from qdml.claims.intervals import clopper_pearson
from qdml.data.published import figure, published
from qdml.graphs.selection import Ints, Outcome, Trials, majority, trials
from qdml.graphs.training import Candidates

Row = dict[str, Scalar]

#: Graphs of each of the two classes whose labels are permuted.
CONTROL = 60

#: In a picture, how far apart from its place what one protocol selected stands.
SHIFT = 0.2

#: Intervals that are shown, and decide nothing, fail with this probability.
SHOWN = 0.05


@dataclass(frozen=True, eq=False)
class Measured:
    """One set: the quadratic candidates, and an outcome for each division into folds.

    permuted: trials of one fold under labels without meaning, and those labels.
    """

    quadratic: Candidates
    nested: tuple[Outcome, ...]
    optimistic: tuple[Outcome, ...]
    linear: tuple[Outcome, ...]
    permuted: tuple[tuple[Trials, Ints], ...]

    @property
    def name(self) -> str:
        """Of the set."""
        return self.quadratic.graphs.name

    @property
    def majority(self) -> float:
        """Percent of the most common class."""
        return 100 * majority(self.quadratic.graphs.labels)


def permuted(candidates: Candidates, rng: np.random.Generator) -> tuple[Trials, Ints]:
    """One fold of the two most common classes, equally many of both, with permuted labels."""
    labels = candidates.graphs.labels
    common = np.argsort(-np.bincount(labels), kind="stable")[:2]
    few = min(CONTROL, int(np.bincount(labels)[common].min()))
    chosen = [rng.choice(np.flatnonzero(labels == each), few, replace=False) for each in common]
    some = np.concatenate(chosen)
    meaningless = rng.permutation(np.repeat([0, 1], few))
    moments = [each[some] for each in candidates.moments]
    return trials(moments, meaningless, int(rng.integers(2**62)), run=1), meaningless


def percent(outcomes: Sequence[Outcome]) -> float:
    """Accuracy, the mean over divisions."""
    return 100 * float(np.mean([outcome.accuracy for outcome in outcomes]))


def rows(data: Sequence[Measured]) -> Iterator[Row]:
    """Every accuracy with its exact model and protocol; published ones with their place."""
    for one in data:
        (which, _), *_ = one.optimistic[0].chosen
        chosen = "recipe and ridge chosen "
        yield _own(one, f"SIGN quadratic, {chosen}in training folds", "nested", one.nested)
        recipe = str(one.quadratic.recipes[which])
        yield _own(one, f"SIGN quadratic, {recipe}", "gin (optimistic)", one.optimistic)
        yield _own(one, f"SIGN linear, {chosen}in training folds", "nested", one.linear)
        yield _row(one.name, "most common class", "none", one.majority)
        for model in published():
            if one.name in model.figures:
                known, *deviation = model.figures[one.name]
                yield _row(one.name, model.name, model.protocol, known, *deviation) | {
                    "source": model.seen
                }


def differences(data: Sequence[Measured]) -> Iterator[Row]:
    """Quadratic minus linear in points, paired graph by graph, with nominal normal intervals."""
    for one in data:
        pairs = zip(one.nested, one.linear, strict=True)
        each = [own.correct.astype(float) - other.correct for own, other in pairs]
        difference = 100 * np.mean(each, axis=0)
        radius = 1.96 * float(difference.std()) / np.sqrt(len(difference))
        mean = float(difference.mean())
        yield {
            "set": one.name,
            "quadratic": percent(one.nested),
            "linear": percent(one.linear),
            "difference": mean,
            "low": mean - float(radius),
            "high": mean + float(radius),
        }


def picture(data: Sequence[Measured], fair: str, optimistic: str) -> Figure:
    """Accuracies over the sets, in the order of the table; nested ones stand left of the others."""
    place = np.arange(1.0, len(data) + 1)
    rates = tuple(one.majority for one in data)
    series = [Series(label="most common class", kind="exact", x=tuple(place), y=rates)]
    for label, outcomes, shift in (
        ("quadratic, nested", [one.nested for one in data], -SHIFT),
        ("quadratic, chosen on test folds", [one.optimistic for one in data], SHIFT),
        ("linear, nested", [one.linear for one in data], 0.0),
    ):
        x, values = tuple(place + shift), tuple(percent(each) for each in outcomes)
        low, high = zip(*(interval(each) for each in outcomes), strict=True)
        series.append(Series(label=label, kind="measured", x=x, y=values, low=low, high=high))
    for label, model, shift in (
        ("GIN, nested", fair, -SHIFT),
        ("GIN, chosen on test folds", optimistic, SHIFT),
    ):
        figures = zip(place + shift, (figure(model, one.name) for one in data), strict=True)
        if known := [(float(at), found[0]) for at, found in figures if found]:
            x, y = zip(*known, strict=True)
            series.append(Series(label=label, kind="exact", x=x, y=y))
    names = ", ".join(f"{i} {one.name}" for i, one in enumerate(data, start=1))
    return Figure(
        title="Accuracy of quadratic graph networks on sets of graphs",
        x_label="set",
        y_label="percent of graphs named rightly",
        series=tuple(series),
        caption=(
            f"Sets: {names}. Bars are exact binomial intervals of 95 percent, graphs taken as "
            "independent. What is chosen on test folds is optimistic, ours as the published one."
        ),
    )


def interval(outcomes: Sequence[Outcome]) -> tuple[float, float]:
    """Exact 95 percent interval in percent, graphs taken as independent and counted once."""
    correct = np.mean([outcome.correct.mean() for outcome in outcomes])
    graphs = len(outcomes[0].correct)
    low, high = clopper_pearson(round(float(correct) * graphs), graphs, SHOWN)
    return 100 * low, 100 * high


def _own(one: Measured, model: str, protocol: str, outcomes: Sequence[Outcome]) -> Row:
    deviation = 100 * float(np.mean([outcome.deviation for outcome in outcomes]))
    low, high = interval(outcomes)
    found = _row(one.name, model, protocol, percent(outcomes), deviation)
    return found | {"low": low, "high": high, "source": "this run"}


def _row(
    name: str, model: str, protocol: str, accuracy: float, deviation: float | None = None
) -> Row:
    return {
        "set": name,
        "model": model,
        "protocol": protocol,
        "accuracy": accuracy,
        "deviation over folds": deviation,
        "low": None,
        "high": None,
        "source": "labels",
    }
