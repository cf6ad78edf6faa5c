"""Two protocols of model selection on graph sets, kept apart, from one table of trials.

nested: stratified outer folds; on each training part alone, recipe and ridge strength are those
with the best accuracy on graphs that were held out of training, every training graph once (exact
leave-one-out, in place of the single inner hold-out of Errica et al. 2020, arXiv:1912.09893).
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
from qdml.data.splits import stratified_folds
from qdml.errors import InputError, nearest
from qdml.graphs.ridge import factorise, least

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Protocol = Literal["nested", "gin"]
PROTOCOLS: tuple[Protocol, ...] = get_args(Protocol)

#: Ridge strengths, in units of the trace of the scaled second moments.
STRENGTHS = tuple(float(f"{10**exponent:.3g}") for exponent in np.arange(-7, 0.51, 0.5))

FOLDS = 10


@dataclass(frozen=True, eq=False)
class Trials:
    """What every choice of recipe and strength (or of candidate and epoch) came to.

    fold: (G,) the outer fold of every graph; left_out: (folds, recipes, strengths) accuracies on
    training graphs, each by what was trained without it and without the fold.
    correct: (recipes, strengths, G) bool, whether a graph is named rightly by what was trained
    without its fold.
    """

    fold: Ints
    left_out: Floats
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
    classes, smallest = int(labels.max()) + 1, len(labels) - int(np.bincount(dealt).max())
    left_out = np.zeros((run, len(moments), len(STRENGTHS)))
    correct = np.zeros((len(moments), len(STRENGTHS), len(labels)), bool)
    for which, every in enumerate(moments):
        # What is too rare among all graphs is too rare in any part of them.
        common = np.count_nonzero(every, axis=0) >= least(smallest)
        features = every[:, common]
        for fold in range(run):
            train, test = dealt != fold, dealt == fold
            ridge = factorise(features[train], labels[train], classes)
            placed = ridge.place(features[test])
            for at, strength in enumerate(STRENGTHS):
                named = ridge.leave_one_out(strength).argmax(axis=1)
                left_out[fold, which, at] = (named == labels[train]).mean()
                named = ridge.scores(placed, strength).argmax(axis=1)
                correct[which, at, test] = named == labels[test]
    return Trials(dealt, left_out, correct)


def nested(table: Trials) -> Outcome:
    """Choose on every training part alone; only what was chosen is looked up on the test fold.

    A tie goes to the stronger ridge, then to the earlier recipe.
    """
    last = table.left_out.shape[2] - 1
    chosen = []
    for left_out in table.left_out:
        at, which = np.unravel_index(int(left_out.T[::-1].argmax()), left_out.T.shape)
        chosen.append((int(which), last - int(at)))
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
