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

    fold: (G,) the outer fold of every graph; left_out, held_out: (folds, recipes, strengths)
    accuracies that were made on training graphs alone; correct: (recipes, strengths, G) bool,
    whether a graph is named rightly by what was trained without its fold.
    """

    fold: Ints
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
    classes, shape = int(labels.max()) + 1, (len(moments), len(STRENGTHS))
    left_out, held_out = np.zeros((2, run, *shape))
    correct = np.zeros((*shape, len(labels)), bool)
    for which, every in enumerate(moments):
        # What is too rare among all graphs is too rare in any part of them.
        common = np.count_nonzero(every, axis=0) >= least(len(labels) * (FOLDS - 1) // FOLDS)
        features = every[:, common]
        for fold in range(run):
            train, test = dealt != fold, dealt == fold
            own = labels[train]
            _, inner = stratified_split(own, HELD_OUT, generator(seed, "inner hold-out", fold))
            ridge = factorise(features[train], own, classes)
            placed = ridge.place(features[test])
            for at, strength in enumerate(STRENGTHS):
                left = ridge.leave_one_out(strength).argmax(axis=1) == own
                held = ridge.left_out(inner, strength).argmax(axis=1) == own[inner]
                left_out[fold, which, at], held_out[fold, which, at] = left.mean(), held.mean()
                named = ridge.scores(placed, strength).argmax(axis=1)
                correct[which, at, test] = named == labels[test]
    return Trials(dealt, left_out, held_out, correct)


def nested(table: Trials) -> Outcome:
    """Choose on every training part alone; only what was chosen is looked up on the test fold."""
    return _outcome(
        table, [_choose(*at) for at in zip(table.left_out, table.held_out, strict=True)]
    )


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


def _choose(left_out: Floats, held_out: Floats) -> tuple[int, int]:
    """The strength of every recipe by leave-one-out, then the recipe by its hold-out at it.

    Ties go to the stronger ridge, then to the better leave-one-out.
    """
    last = left_out.shape[1] - 1
    strength = last - left_out[:, ::-1].argmax(axis=1)
    every = np.arange(len(strength))
    held, left = held_out[every, strength], left_out[every, strength]
    which = max(every, key=lambda recipe: (held[recipe], left[recipe]))
    return int(which), int(strength[which])


def _outcome(table: Trials, chosen: list[tuple[int, int]]) -> Outcome:
    correct = np.zeros(len(table.fold), bool)
    for fold, choice in enumerate(chosen):
        own = table.fold == fold
        correct[own] = table.correct[choice][own]
    accuracies = [correct[table.fold == fold].mean() for fold in range(len(chosen))]
    return Outcome(correct, np.array(accuracies), tuple(chosen))
