"""Training over the channel: both parties get gradients from metered protocols, and nowhere else.

Alice has the examples x_i and the odd blocks, Bob the labels y_i = +-1 and the even blocks; who is
in a batch is decided by public coins. The loss (1 - mean of y f(x))/2, f = <phi|Z_0|phi>, is the
probability that one outcome of Z_0 has the wrong sign. Labels cost nothing: Bob makes the ancilla
of a gradient state (|0> + y|1>)/sqrt 2, and y d f/d theta is what its owner reads
(arXiv:2310.07136). Every owner keeps its angles and the state of its optimiser to itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from qdml.claims.seeds import generator
from qdml.errors import InputError, nearest
from qdml.model.circuit import Block, DistributedCircuit
from qdml.network import Network, Party, Transcript
from qdml.protocols.gradient import TRUE_RECIPE, Recipe
from qdml.protocols.inference import Tap, deal, honest
from qdml.protocols.optimisers import Optimiser
from qdml.protocols.training_gradients import METHODS, Round
from qdml.quantum.gates import Gate, Rotation
from qdml.quantum.numbers import Radians, State

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Examples:
    """Unit vectors, one a column, states (N, m), and labels (m,) of +1 and -1."""

    states: State
    labels: Ints


@dataclass(frozen=True)
class Plan:
    """What both parties agree on beforehand.

    `copies` has an entry a step, the shot schedule: so many copies of each of the `batch` examples
    are sent for each estimate.
    """

    method: str
    copies: tuple[int, ...]
    batch: int
    optimiser: str = "adam"
    rate: float = 0.1
    seed: int = 0

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise InputError(
                f"method {self.method!r}: allowed are {', '.join(METHODS)}"
                f"{nearest(self.method, METHODS)}"
            )
        if not self.copies or min(*self.copies, self.batch) < 1:
            raise InputError(
                f"{len(self.copies)} steps with batches of {self.batch} examples: expected one "
                "step, example and copy or more"
            )


@dataclass(frozen=True)
class Trained:
    """A run: the circuit before each step and at the end, and the bill so far at these points.

    `estimates` has all gradients that were found, (T, M) in gate order. Nobody in the network
    knows all of this.
    """

    circuits: list[DistributedCircuit]
    qubits: list[int]
    bits: list[int]
    estimates: Floats
    transcript: Transcript


def schedule(steps: int, first: int, last: int) -> tuple[int, ...]:
    """Copies that grow geometrically from `first` to `last` over `steps` steps."""
    if min(steps, first, last) < 1:
        raise InputError(f"{steps} steps from {first} to {last} copies: expected one or more")
    return tuple(int(k) for k in np.rint(np.geomspace(first, last, steps)))


def run(
    circuit: DistributedCircuit,
    examples: Examples,
    plan: Plan,
    tap: Tap = honest,
    recipe: Recipe = TRUE_RECIPE,
) -> Trained:
    """Train over one network, T steps.

    Whoever receives a register acts on it by `tap` before going on: an attacker puts his there.
    What all may know while they act is `private("step")` and `private("batch")`, the indices of
    the examples. Raises `InputError` for strings that cannot be measured together.
    """
    network = Network(plan.seed)
    parties = deal(network, circuit, examples.states[:, 0])
    first, last = parties[circuit.owners[0]], parties[circuit.owners[-1]]
    with first:
        first.keep("examples", examples.states)
    with last:
        last.keep("labels", examples.labels)
    for b, owner in enumerate(circuit.owners, start=1):
        with parties[owner] as party:
            party.keep(f"optimiser {b}", Optimiser(plan.optimiser, plan.rate))
    told = Told(network, [parties[owner] for owner in circuit.owners], circuit)
    told.note()
    estimates = []
    for step, (copies, batch) in enumerate(zip(plan.copies, batches(plan, examples), strict=False)):
        for party in parties.values():
            with party:
                party.keep("step", step)
                party.keep("batch", batch)
        with first:
            first.keep("input", first.private("examples")[:, batch])
        work = Round(network, parties, circuit.owners, circuit.observable, copies, tap, recipe)
        found = [METHODS[plan.method](work, b) for b in range(1, len(circuit.blocks) + 1)]
        for b, (owner, slopes) in enumerate(zip(circuit.owners, found, strict=True), start=1):
            with parties[owner] as party:
                moves = party.private(f"optimiser {b}").moves(slopes)
                party.keep(f"block {b}", moved(party.private(f"block {b}"), moves))
        estimates.append(np.concatenate(found))
        told.note()
    return Trained(told.circuits, told.qubits, told.bits, np.array(estimates), network.transcript)


def batches(plan: Plan, examples: Examples) -> Iterator[Ints]:
    """Who is in each batch: the examples in a random order, and then in another one."""
    coins, count = generator(plan.seed, "batches"), len(examples.labels)
    if plan.batch > count:
        raise InputError(f"batches of {plan.batch} among {count} examples: expected fewer")
    left = np.empty(0, dtype=np.int64)
    while True:
        if len(left) < plan.batch:
            order = coins.permutation(count)
            # Nobody is in a batch twice.
            left = np.concatenate([left, order[~np.isin(order, left)]])
        yield left[: plan.batch]
        left = left[plan.batch :]


@dataclass
class Told:
    """The record of an observer who sees the meter, and the angles of every block's keeper."""

    network: Network
    keepers: Sequence[Party]
    circuit: DistributedCircuit
    circuits: list[DistributedCircuit] = field(default_factory=list)
    qubits: list[int] = field(default_factory=list)
    bits: list[int] = field(default_factory=list)
    read: int = 0

    def note(self) -> None:
        """Add the present."""
        blocks = []
        for b, keeper in enumerate(self.keepers, start=1):
            with keeper:
                blocks.append(Block(tuple(keeper.private(f"block {b}"))))
        circuit = self.circuit
        self.circuits.append(
            DistributedCircuit(circuit.qubits, tuple(blocks), circuit.observable, circuit.owners)
        )
        lines = self.network.transcript.lines
        new, self.read = lines[self.read :], len(lines)
        for sums, name in ((self.qubits, "qubits"), (self.bits, "bits")):
            spent = sum(getattr(line, name) for line in new)
            sums.append(spent + (sums[-1] if sums else 0))


def moved(gates: Sequence[Gate], moves: Floats) -> list[Gate]:
    """The gates with every rotation turned further, moves in gate order."""
    left, turned = iter(moves), list(gates)
    for place, gate in enumerate(gates):
        if isinstance(gate, Rotation):
            assert isinstance(gate.angle, Radians), "training moves floating-point angles"
            turned[place] = Rotation(gate.pauli, Radians(gate.angle.value + float(next(left))))
    return turned
