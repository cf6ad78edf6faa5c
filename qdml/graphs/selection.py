"""Two protocols of model selection on graph sets, kept apart, from one table of trials.

nested: stratified outer folds; on each training part alone the ridge strength is chosen by exact
leave-one-out and the recipe by an inner hold-out (Errica et al. 2020, arXiv:1912.09893).
gin: recipe and strength with the best mean over the test folds, as the epoch is chosen by Xu et al.
2019 (arXiv:1810.00826): optimistic, since the choice reads the test folds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from qdml.claims.seeds import generator
from qdml.data.splits import stratified_folds, stratified_split
from qdml.errors import InputError, nearest
from qdml.graphs.ridge import factorise, least

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Protocol = Literal["nested", "gin"]
PROTOCOLS: tuple[Protocol, ...] = get_args(Protocol)

#: Ridge strengths, in units of the trace of the scaled second moments.
STRENGTHS = tuple(float(f"{10**exponent:.3g}") for exponent in np.arange(-7, 0.51, 0.5))

FOLDS = 10

#: Part of a training fold that is held out to choose among recipes.
HELD_OUT = 0.1


@dataclass(frozen=True, eq=False)
class Trials:
    """What every choice of recipe and strength came to.

    fold: (G,) the outer fold of every graph. Of training graphs alone, (folds, recipes): place, the
    strength that exact leave-one-out chose; left_out and held_out, the accuracies at it.
    correct: (recipes, strengths, G) bool, whether a graph is named rightly by what was trained
    without its fold.
    """

    fold: Ints
    place: Ints
    left_out: Floats
    held_out: Floats
    correct: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a protocol found.

    correct: (G,) bool, by what was trained without the graph's fold; accuracies: (folds,); chosen:
    indices of recipe and strength on each fold.
    """

    correct: NDArray[np.bool_]
    accuracies: Floats
    chosen: tuple[tuple[int, int], ...]

    @property
    def accuracy(self) -> float:
        """Mean over the folds."""
        return float(self.accuracies.mean())

    @property
    def deviation(self) -> float:
        """Standard deviation over the folds, as published tables give it."""
        return float(self.accuracies.std())


def trials(moments: Sequence[Floats], labels: Ints, seed: int, run: int = FOLDS) -> Trials:
    """Train every candidate on the first `run` of ten outer folds.

    moments: (G, D_i) of each recipe; labels: (G,) int.
    Raises `DataError` where there is one class only, or one with fewer members than folds.
    """
    dealt = stratified_folds(labels, FOLDS, generator(seed, "outer folds"))
    classes, shape = int(labels.max()) + 1, (run, len(moments))
    place, left_out, held_out = np.zeros(shape, np.int64), np.zeros(shape), np.zeros(shape)
    correct = np.zeros((len(moments), len(STRENGTHS), len(labels)), bool)
    for which, every in enumerate(moments):
        # What is too rare among all graphs is too rare in any part of them.
        common = np.count_nonzero(every, axis=0) >= least(len(labels) * (FOLDS - 1) // FOLDS)
        features = every[:, common]
        for fold in range(run):
            at, train, test = (fold, which), dealt != fold, dealt == fold
            own = labels[train]
            _, inner = stratified_split(own, HELD_OUT, generator(seed, "inner hold-out", fold))
            ridge = factorise(features[train], own, classes)
            found = [_accuracy(ridge.leave_one_out(strength), own) for strength in STRENGTHS]
            # A tie goes to the stronger ridge.
            place[at] = len(found) - 1 - int(np.argmax(found[::-1]))
            left_out[at] = found[place[at]]
            held = ridge.left_out(inner, STRENGTHS[place[at]])
            held_out[at] = _accuracy(held, own[inner])
            placed = ridge.place(features[test])
            for other, strength in enumerate(STRENGTHS):
                named = ridge.scores(placed, strength).argmax(axis=1)
                correct[which, other, test] = named == labels[test]
    return Trials(dealt, place, left_out, held_out, correct)


def nested(table: Trials) -> Outcome:
    """Choose on every training part alone; only what was chosen is looked up on the test fold.

    The recipe is that with the best hold-out; ties go to the better leave-one-out.
    """
    chosen = []
    for place, left_out, held_out in zip(table.place, table.left_out, table.held_out, strict=True):
        which = max(range(len(place)), key=list(zip(held_out, left_out, strict=True)).__getitem__)
        chosen.append((which, int(place[which])))
    return _outcome(table, chosen)


def gin(table: Trials) -> Outcome:
    """Choose the one candidate with the best mean over the test folds: optimistic."""
    folds = range(len(table.left_out))
    means = [table.correct[:, :, table.fold == fold].mean(axis=2) for fold in folds]
    mean = np.mean(means, axis=0)
    which, place = np.unravel_index(int(mean.argmax()), mean.shape)
    return _outcome(table, [(int(which), int(place))] * len(folds))


def select(protocol: str, table: Trials) -> Outcome:
    """What a protocol makes of the trials. Raises `InputError` for an unknown protocol."""
    check_protocol(protocol)
    return nested(table) if protocol == "nested" else gin(table)


def check_protocol(protocol: str) -> None:
    """Raise `InputError` unless the protocol is one of the two."""
    if protocol not in PROTOCOLS:
        raise InputError(
            f"protocol {protocol!r}: allowed are {', '.join(PROTOCOLS)}"
            f"{nearest(protocol, PROTOCOLS)}"
        )


def majority(labels: Ints) -> float:
    """The accuracy of always naming the most common class."""
    return float(np.bincount(labels).max() / len(labels))


def _outcome(table: Trials, chosen: list[tuple[int, int]]) -> Outcome:
    correct = np.zeros(len(table.fold), bool)
    for fold, choice in enumerate(chosen):
        own = table.fold == fold
        correct[own] = table.correct[choice][own]
    accuracies = [correct[table.fold == fold].mean() for fold in range(len(chosen))]
    return Outcome(correct, np.array(accuracies), tuple(chosen))


def _accuracy(scores: Floats, labels: Ints) -> float:
    return float((scores.argmax(axis=1) == labels).mean())
