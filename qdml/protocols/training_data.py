"""Two-class tasks as examples for training over the channel, and what a trained circuit does there.

Alice takes half of the mean of her training inputs off every input before she encodes it, which
costs no message: pixels and counts are never negative, and most of an input is that mean.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from qdml.data import Task, pad_to_power_of_two, task
from qdml.errors import InputError, nearest
from qdml.model.circuit import DistributedCircuit
from qdml.protocols.training import Examples, Trained

Floats = npt.NDArray[np.float64]

#: Data sets by the names that they have here, with the tasks that are made of them.
DATA = {"digits": "digits-3-8", "parity": "digits-parity", "molecules": "mutag"}
DATA |= {"synthetic": "synthetic"}

#: The part of the mean that is taken off.
MEAN_PART = 0.5


@dataclass(frozen=True)
class Material:
    """Examples to train on and to test on, encoded on `qubits` qubits from `features` numbers."""

    name: str
    train: Examples
    test: Examples
    features: int

    @property
    def qubits(self) -> int:
        """n."""
        return len(self.train.states).bit_length() - 1

    def least_loss(self) -> float:
        """The least training loss of any circuit on these qubits: (1 - ||C||_1)/2.

        C is the mean of y |x><x|, and the loss (1 - tr C A)/2 with A of norm at most one.
        """
        states, labels = self.train.states, self.train.labels
        mean = (states * labels) @ states.conj().T / len(labels)
        return float(1 - np.abs(np.linalg.eigvalsh(mean)).sum()) / 2


def material(name: str, seed: int) -> Material:
    """The data set called `name`; `seed` decides its split.

    Raises `InputError` for an unknown name, `DataAbsent` where the data cannot be had.
    """
    if name not in DATA:
        raise InputError(f"data {name!r}: allowed are {', '.join(DATA)}{nearest(name, DATA)}")
    found = task(DATA[name], seed)
    mean = MEAN_PART * found.train_inputs.mean(axis=0)
    train = _encoded(found.train_inputs - mean, found.train_labels)
    test = _encoded(found.test_inputs - mean, found.test_labels)
    return Material(name, train, test, _features(found))


def _features(found: Task) -> int:
    return int(found.train_inputs.shape[1])


def _encoded(inputs: Floats, labels: npt.NDArray[np.int64]) -> Examples:
    padded = pad_to_power_of_two(inputs)
    states = padded / np.linalg.norm(padded, axis=1, keepdims=True)
    return Examples(states.T.astype(complex), labels)


def outputs(circuit: DistributedCircuit, states: npt.NDArray[np.complex128]) -> Floats:
    """f(x) of every column of states (N, m), shape (m,)."""
    final = circuit.forward(np.eye(len(states), dtype=complex)) @ states
    image = circuit.observable.apply(final)
    found: Floats = np.real((final.conj() * image).sum(axis=0))
    return found


def training_loss(circuit: DistributedCircuit, examples: Examples) -> float:
    """(1 - mean of y f(x))/2 over all examples."""
    return float(1 - (examples.labels * outputs(circuit, examples.states)).mean()) / 2


@dataclass(frozen=True)
class Curve:
    """Points of a run: what was sent so far, training loss and test accuracy, all exact."""

    qubits: tuple[int, ...]
    bits: tuple[int, ...]
    loss: tuple[float, ...]
    accuracy: tuple[float, ...]

    @property
    def sent(self) -> tuple[int, ...]:
        """Qubits and bits together: by Holevo's theorem a qubit carries at most one bit."""
        return tuple(q + b for q, b in zip(self.qubits, self.bits, strict=True))


def curve(trained: Trained, data: Material, points: int) -> Curve:
    """The run at up to `points` steps, evenly spread, the first and the last among them."""
    steps = np.unique(np.linspace(0, len(trained.circuits) - 1, points).round().astype(int))
    losses, accuracy = [], []
    for step in steps:
        circuit = trained.circuits[step]
        losses.append(training_loss(circuit, data.train))
        decided = np.where(outputs(circuit, data.test.states) >= 0, 1, -1)
        accuracy.append(float((decided == data.test.labels).mean()))
    qubits, bits = (tuple(int(each[s]) for s in steps) for each in (trained.qubits, trained.bits))
    return Curve(qubits, bits, tuple(losses), tuple(accuracy))
