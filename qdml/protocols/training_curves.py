"""One training run over the channel with the classical pairs beside it, as curves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from qdml.claims.seeds import generator
from qdml.errors import InputError, nearest
from qdml.model.ansatz import random_diagonal, random_line, random_paired
from qdml.model.circuit import DistributedCircuit
from qdml.network import Party, Register, Transcript
from qdml.protocols import classical_training
from qdml.protocols.training import Plan, run
from qdml.protocols.training_data import Curve, Material, curve, material
from qdml.quantum.numbers import Radians

#: Half width of the first angles, which are drawn around zero.
SPREAD = 0.3

#: Walks through all blocks that a run may take: a hundred thousand take some minutes.
MOST_WALKS = 10**5

FAMILIES = ("diagonal", "paired", "line")


@dataclass(frozen=True)
class Curves:
    """What was trained on, the run over the channel, and classical pairs by way and bits."""

    data: Material
    quantum: Curve
    transcript: Transcript
    classical: dict[tuple[str, int], Curve]


def train(
    name: str,
    plan: Plan,
    family: str,
    layers: int,
    parameters: int,
    precisions: Sequence[int],
    points: int,
    progress: Callable[[int], None] = lambda step: None,
) -> Curves:
    """Train a circuit of the family from small angles, all drawn from the seed of the plan.

    `progress` is told each step when its first message comes. Raises `InputError` for a name that
    is not known and for a run that would take more than minutes, `DataAbsent` without the data.
    """
    data = material(name, plan.seed)
    circuit = _circuit(family, data.qubits, layers, parameters, plan.seed)
    angles = sum(len(block.rotations) for block in circuit.blocks)
    walks = len(plan.copies) * (2 * angles if plan.method == "parameter-shift" else 4 * layers)
    if walks > MOST_WALKS:
        raise InputError(
            f"{len(plan.copies)} steps of {plan.method} with {angles} angles: {walks} walks, "
            f"expected up to {MOST_WALKS}; take fewer steps or angles"
        )
    seen: set[int] = set()

    def tap(party: Party, register: Register) -> Register:
        step = party.private("step")
        if step not in seen:
            seen.add(step)
            progress(step)
        return register

    trained = run(circuit, data.train, plan, tap)
    classical = {
        (way, bits): curve(
            classical_training.run(circuit, data.train, plan, way, bits), data, points
        )
        for way in classical_training.WAYS
        for bits in precisions
    }
    return Curves(data, curve(trained, data, points), trained.transcript, classical)


def _circuit(
    family: str, qubits: int, layers: int, parameters: int, seed: int
) -> DistributedCircuit:
    if family not in FAMILIES:
        raise InputError(
            f"family {family!r}: allowed are {', '.join(FAMILIES)}{nearest(family, FAMILIES)}"
        )
    rng = generator(seed, "first angles", family)
    if family == "line":
        return random_line(qubits, layers, rng, _small)
    made = random_diagonal if family == "diagonal" else random_paired
    return made(qubits, layers, parameters, rng, _small)


def _small(rng: np.random.Generator) -> Radians:
    return Radians(float(rng.uniform(-SPREAD, SPREAD)))
