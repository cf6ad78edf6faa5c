"""Classical rivals of the quantum classifier: baselines, and short messages about an input.

A message is made without Bob's labels or model, which are private to him. What helps to choose it
is public and free of charge here: the directions are shared coins, and the mean, the principal axes
and the ranges are those of the unlabelled training inputs. That favours the classical side.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qdml.claims.seeds import generator
from qdml.data.tasks import Task

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Takes inputs or messages, one a row, and decides each: (t, ...) -> (t,) of +1 and -1.
Reader = Callable[[NDArray[Any]], Ints]

#: Numbers of sign bits that are tried.
SIGN_BITS = (2, 4, 8, 16, 32, 64, 128, 256)

#: Levels to which every coordinate of an input is rounded.
INPUT_LEVELS = (2, 3)

#: Numbers of principal coordinates that are sent, and the levels to which they are rounded.
AXES, AXIS_LEVELS = (1, 2, 4, 8, 16, 32, 64, 128), 16


@dataclass(frozen=True, eq=False)
class Sketch:
    """A way to say less than the whole input: one of levels^symbols messages.

    train (m, symbols) and test (t, symbols) int in 0..levels-1 are the messages of all inputs.
    `restore`, where there is one, makes approximate inputs (t, N0) from messages for the model that
    was trained on inputs; else a model of its own is fit to the messages of the training inputs.
    """

    method: str
    levels: int
    train: Ints
    test: Ints
    restore: Callable[[Ints], Floats] | None = None

    @property
    def alphabet(self) -> int:
        """The number of different messages."""
        return int(self.levels ** self.train.shape[1])

    def reader(self, labels: Ints, model: Reader) -> Reader:
        """How Bob decides on messages (t, symbols), given his training labels and his model."""
        if self.restore is None:
            fitted: Reader = learner(self.train, labels).predict
            return fitted
        restore = self.restore
        return lambda messages: model(restore(messages))


def sketches(task: Task, seed: int) -> Iterator[Sketch]:
    """Messages of growing length: signs along two bases, rounded inputs, principal coordinates."""
    train, test = _unit(task.train_inputs), _unit(task.test_inputs)
    centre = train.mean(axis=0)
    train, test = train - centre, test - centre
    axes = np.linalg.svd(train, full_matrices=False)[2].T
    coins = generator(seed, "sketch", task.name).normal(size=(len(axes), max(SIGN_BITS)))
    for method, basis in (("signs, random directions", coins), ("signs, principal axes", axes)):
        for bits in (bits for bits in SIGN_BITS if bits <= basis.shape[1]):
            yield Sketch(method, 2, _signs(train, basis[:, :bits]), _signs(test, basis[:, :bits]))
    least, most = np.zeros(len(axes)), task.train_inputs.max(axis=0)
    for levels in INPUT_LEVELS:
        rounded = _round(task.train_inputs, least, most, levels)
        yield Sketch(
            "rounded inputs", levels, rounded, _round(task.test_inputs, least, most, levels)
        )
    for count in (count for count in AXES if count <= axes.shape[1]):
        yield _principal(train @ axes[:, :count], test @ axes[:, :count], axes, centre)


def _principal(train: Floats, test: Floats, axes: Floats, centre: Floats) -> Sketch:
    low, high, levels = train.min(axis=0), train.max(axis=0), AXIS_LEVELS

    def restore(messages: Ints) -> Floats:
        coordinates = low + messages / (levels - 1) * (high - low)
        restored: Floats = centre + coordinates @ axes[:, : len(low)].T
        return restored

    return Sketch(
        "principal coordinates",
        levels,
        _round(train, low, high, levels),
        _round(test, low, high, levels),
        restore,
    )


def _signs(inputs: Floats, basis: Floats) -> Ints:
    return (inputs @ basis > 0).astype(np.int64)


def _round(values: Floats, low: Floats, high: Floats, levels: int) -> Ints:
    """The nearest of `levels` even steps from low to high, column by column."""
    span = np.where(high > low, high - low, 1.0)
    steps = np.rint((values - low) / span * (levels - 1))
    return np.clip(steps, 0, levels - 1).astype(np.int64)


def learner(train: NDArray[Any], labels: Ints) -> Any:
    """A Gaussian-kernel support vector machine, both classes weighing the same; deterministic."""
    from sklearn.svm import SVC

    return SVC(class_weight="balanced").fit(train, labels)


def majority(task: Task) -> float:
    """Test accuracy of the class that is most frequent in training."""
    guess = 1 if task.train_labels.sum() >= 0 else -1
    return float((task.test_labels == guess).mean())


def linear(task: Task) -> float:
    """Test accuracy of logistic regression on the standardised inputs."""
    from sklearn.linear_model import LogisticRegression

    centre, spread = task.train_inputs.mean(axis=0), task.train_inputs.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    model = LogisticRegression(class_weight="balanced", max_iter=10000)
    model.fit((task.train_inputs - centre) / spread, task.train_labels)
    return float(model.score((task.test_inputs - centre) / spread, task.test_labels))


def kernel(task: Task) -> float:
    """Test accuracy of `learner` on the unit vectors that the quantum classifier is given."""
    model = learner(_unit(task.train_inputs), task.train_labels)
    return float(model.score(_unit(task.test_inputs), task.test_labels))


def _unit(inputs: Floats) -> Floats:
    unit: Floats = inputs / np.linalg.norm(inputs, axis=1, keepdims=True)
    return unit
