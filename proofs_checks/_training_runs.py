"""Runs of training over the channel and of classical pairs, all from one grid."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from qdml.bounds import training_costs
from qdml.claims import Context
from qdml.errors import DataAbsent
from qdml.model.ansatz import random_diagonal, random_line, random_paired
from qdml.model.circuit import DistributedCircuit
from qdml.protocols import classical_training
from qdml.protocols.gradient import TRUE_RECIPE, Recipe
from qdml.protocols.training import Examples, Plan, Trained, batches, run, schedule
from qdml.protocols.training_data import Curve, Material, curve, material
from qdml.protocols.training_gradients import sections
from qdml.quantum.numbers import Angle, Radians

Floats = NDArray[np.float64]

#: Examples in a batch, copies of each at the first and last step, half width of the first
#: angles on n qubits.
BATCH, COPIES, SPREAD = 16, (2, 8), {3: 0.5, 5: 0.3, 6: 0.3}

#: Rotations in a block on n qubits, and learning rates by optimiser.
ROTATIONS = {3: 7, 5: 12, 6: 12}
RATES = {"adam": 0.1, "yogi": 0.1, "momentum": 0.2, "sgd": 1.0}

#: Layers at which families are compared at equal parameters.
FAMILY_LAYERS = 2

#: The classical pair that may choose its batch: exchanging an example costs as much in any.
ONE_BY_ONE = "activations one by one"

#: Points of a curve.
POINTS = 9

#: Short runs on synthetic data that show whether a recipe learns: how many, steps,
#: copies and rate.
SHORT, SHORT_STEPS, SHORT_COPIES, SHORT_RATE = 24, 16, 16, 0.2

#: Steps and copies of the runs whose estimates are compared with exact gradients.
LONG_STEPS, MANY_COPIES = 10, 64


@dataclass(frozen=True, eq=False)
class Run:
    """One way to train on one data set; `bits` is the precision of a classical pair."""

    data: Material
    number: int
    way: str
    bits: int | None
    shape: training_costs.Shape
    plan: Plan
    count: int
    trained: Trained
    curve: Curve

    @property
    def label(self) -> str:
        """As it is shown."""
        return self.way if self.bits is None else f"{self.way}, {self.bits} bits"


@dataclass(frozen=True, eq=False)
class Data:
    """All runs, short runs by the true recipe, and data sets that could not be had.

    `exact` are families at equal parameters, trained on the digits with exact gradients of batches.
    """

    runs: tuple[Run, ...]
    short: tuple[Run, ...]
    exact: dict[str, Run]
    absent: tuple[str, ...]

    def of(self, run: Run, way: str) -> list[Run]:
        """Runs of another way on the same data and from the same angles."""
        return [
            one
            for one in self.runs
            if (one.way, one.number, one.data) == (way, run.number, run.data)
        ]


def family(
    name: str, qubits: int, layers: int, rotations: int, rng: np.random.Generator
) -> DistributedCircuit:
    """Circuits of a family with small angles; a line has 2n in a block."""

    def small(rng: np.random.Generator) -> Angle:
        return Radians(float(rng.uniform(-SPREAD[qubits], SPREAD[qubits])))

    if name == "line":
        return random_line(qubits, layers, rng, small)
    made = {"diagonal": random_diagonal, "paired": random_paired}[name]
    return made(qubits, layers, rotations, rng, small)


def shape(circuit: DistributedCircuit) -> training_costs.Shape:
    """Its sections and rotations."""
    cut = [sections(block.gates) for block in circuit.blocks]
    return training_costs.Shape(
        circuit.qubits,
        tuple(map(len, cut)),
        tuple(sum(len(one.strings) for one in found) for found in cut),
    )


def gather(context: Context) -> Data:
    """Every way on every data set, and the short runs."""
    grid = context.grid
    runs: list[Run] = []
    absent = []
    for name in grid.training_data:
        try:
            for number in range(grid.training_runs):
                runs += _ways(name, number, context)
        except DataAbsent as reason:
            absent.append(f"{name}: {reason}")
    if not runs:
        raise DataAbsent("; ".join(absent))
    return Data(tuple(runs), short(context, TRUE_RECIPE), _exact(context), tuple(absent))


def short(context: Context, recipe: Recipe) -> tuple[Run, ...]:
    """Short runs on synthetic data, each with data and angles of its own."""
    found = []
    for number in range(SHORT):
        data = _material("synthetic", f"short {number}", context)
        circuit = family("diagonal", 3, 1, ROTATIONS[3], context.rng("short angles", number))
        seed = _seed(context, "short", number)
        copies = (SHORT_COPIES,) * SHORT_STEPS
        plan = Plan("commuting-block", copies, BATCH, "adam", SHORT_RATE, seed)
        found.append(_quantum(data, number, circuit, plan, 2, recipe))
    return tuple(found)


def compared(context: Context, recipe: Recipe) -> list[tuple[str, float, float, float]]:
    """Method, radius at the step's alarm, and estimates and exact gradients along exact ones.

    Each step projects on g/|g|_1, which is known before its outcomes. A section is read from k B
    independent outcomes that move the projection by at most its part of 1/(k B), a shifted loss
    likewise, so that Azuma's inequality holds with squared ranges of sum 1/(k B) a step.
    """
    data, found = _material("synthetic", "estimates", context), []
    for method in ("commuting-block", "parameter-shift"):
        circuit = family("diagonal", 3, 1, ROTATIONS[3], context.rng("estimates", method))
        seed = _seed(context, "estimates", method)
        copies = (MANY_COPIES,) * LONG_STEPS
        plan = Plan(method, copies, BATCH, "adam", RATES["adam"], seed)
        trained = run(circuit, data.train, plan, recipe=recipe)
        parts = zip(trained.circuits, batches(plan, data.train), trained.estimates, strict=False)
        estimated = exactly = 0.0
        for at, batch, estimate in parts:
            slopes = exact_gradient(at, data.train, batch)
            along = slopes / np.abs(slopes).sum()
            estimated, exactly = estimated + estimate @ along, exactly + slopes @ along
        squares = LONG_STEPS / (MANY_COPIES * BATCH)
        radius = float(np.sqrt(np.log(4 / context.alarm) * squares / 2))
        found.append((method, radius, float(estimated), float(exactly)))
    return found


def exact_gradient(
    circuit: DistributedCircuit, examples: Examples, batch: NDArray[np.int64]
) -> Floats:
    """Of the loss on a batch, in gate order."""
    states = examples.states[:, batch]
    image = circuit.observable.apply(circuit.forward(states)) * examples.labels[batch]
    return classical_training.backward(circuit.gates, states, image)[0]


def _exact(context: Context) -> dict[str, Run]:
    digits, found = _material("digits", "families", context), {}
    copies = (1,) * context.grid.training_steps
    for name in ("diagonal", "paired", "line"):
        rng, seed = context.rng("exact", name), _seed(context, "exact", name)
        circuit = family(name, digits.qubits, FAMILY_LAYERS, 2 * digits.qubits, rng)
        plan = Plan("commuting-block", copies, BATCH, "adam", RATES["adam"], seed)
        found[name] = _classical(digits, 0, circuit, plan, "features", 32, None)
    return found


def _ways(name: str, number: int, context: Context) -> list[Run]:
    grid = context.grid
    data = _material(name, str(number), context)
    rotations = ROTATIONS[data.qubits]
    circuit = family("diagonal", data.qubits, 1, rotations, context.rng("angles", name, number))
    seed = _seed(context, name, number)
    copies = schedule(grid.training_steps, *COPIES)
    plan = Plan("commuting-block", copies, BATCH, "adam", RATES["adam"], seed)
    first = _quantum(data, number, circuit, plan)
    budget = first.trained.qubits[-1]
    found = [first, _quantum(data, number, circuit, _fitting(plan, shape(circuit), budget))]
    if data.qubits <= 3 and number == 0:
        found.append(_quantum(data, number, circuit, replace(plan, method="pauli-shadows")))
    if number == 0:
        for name_ in (one for one in grid.training_optimisers if one != "adam"):
            other = replace(plan, optimiser=name_, rate=RATES[name_])
            found.append(_quantum(data, number, circuit, other))
        line = family("line", data.qubits, 1, 0, context.rng("line", name))
        found.append(_quantum(data, number, line, plan, way="line"))
    for bits in grid.training_precisions:
        fitting = max(2, min(budget // (data.features * bits), len(data.train.labels)))
        for way, count in (("features", None), ("activations", None), ("fewer features", fitting)):
            found.append(_classical(data, number, circuit, plan, way, bits, count))
        single = _one_by_one(plan, shape(circuit), budget, bits)
        found.append(_classical(data, number, circuit, single, ONE_BY_ONE, bits, None))
    return found


def _fitting(plan: Plan, of: training_costs.Shape, budget: int) -> Plan:
    """Parameter shift for as many steps, one copy each, as a bill allows; one at least."""
    step = training_costs.training("parameter-shift", of, (1,), plan.batch)
    steps = max(1, budget // (step.qubits + step.bits))
    return replace(plan, method="parameter-shift", copies=(1,) * steps)


def _one_by_one(plan: Plan, of: training_costs.Shape, budget: int, bits: int) -> Plan:
    """One example a step, for as many steps of activations as a bill allows; one at least."""
    step = training_costs.activations(of, 1, 1, bits)
    return replace(plan, batch=1, copies=(1,) * max(1, budget // step))


def _quantum(
    data: Material,
    number: int,
    circuit: DistributedCircuit,
    plan: Plan,
    points: int = POINTS,
    recipe: Recipe = TRUE_RECIPE,
    way: str = "",
) -> Run:
    trained = run(circuit, data.train, plan, recipe=recipe)
    way = way or (plan.method if plan.optimiser == "adam" else plan.optimiser)
    count = len(data.train.labels)
    seen = curve(trained, data, points)
    return Run(data, number, way, None, shape(circuit), plan, count, trained, seen)


def _classical(
    data: Material,
    number: int,
    circuit: DistributedCircuit,
    plan: Plan,
    way: str,
    bits: int,
    count: int | None,
) -> Run:
    kept = count or len(data.train.labels)
    examples = Examples(data.train.states[:, :kept], data.train.labels[:kept])
    plan = replace(plan, batch=min(plan.batch, kept))
    sent = way.removeprefix("fewer ").removesuffix(" one by one")
    trained = classical_training.run(circuit, examples, plan, sent, bits)
    seen = curve(trained, data, POINTS)
    return Run(data, number, way, bits, shape(circuit), plan, kept, trained, seen)


def _material(name: str, key: str, context: Context) -> Material:
    return material(name, _seed(context, "split", name, key))


def _seed(context: Context, *key: str | int) -> int:
    return int(context.rng("seed", *key).integers(2**62))
