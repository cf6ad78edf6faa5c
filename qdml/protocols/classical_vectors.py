"""The classical rival of every protocol: parties ship the state itself, in few bits.

The vector goes forward through all blocks in the way that a plan says (`qdml.model.vectors`), and
for derivatives the image of the observable goes back through them: backpropagation. Each owner
differentiates its own block, whose derivatives are Im <nu|Q_j|mu>, with mu and nu the two vectors
right after gate j. What is sent are codes of numbers, billed by their bits.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from qdml.claims.seeds import generator
from qdml.errors import InputError
from qdml.model.circuit import DistributedCircuit, route
from qdml.model.floats import MOST_MANTISSA
from qdml.model.vector_plans import METHODS, nearest, plans
from qdml.model.vectors import Plan, Rounded
from qdml.network import Network, Party, Record, Transcript
from qdml.protocols.inference import InferenceResult, deal
from qdml.quantum.choice import choose
from qdml.quantum.gates import Gate, Rotation, undo
from qdml.quantum.numbers import State

#: Finer than any accuracy that numbers of `MOST_MANTISSA` bits keep.
HOPELESS = 2.0 ** -(MOST_MANTISSA + 4)

#: Amplitudes of all messages and chains that still take seconds.
LARGEST_WORK = 2**25


def run(
    circuit: DistributedCircuit, state: State, plan: Plan, seed: int
) -> tuple[float, Transcript]:
    """The loss as the first owner is told it, and the bill."""
    network = Network(seed)
    parties = deal(network, circuit, state)
    first = parties[circuit.owners[0]]
    with first:
        columns = plan.start(first.private("input"))
    columns, _ = _forward(network, parties, circuit, plan, columns)
    with parties[circuit.owners[-1]] as last:
        loss = np.array(plan.loss(columns, circuit.observable))
        answer = Record(plan.answer.encode(loss), 2**plan.answer.bits, last)
        if last is not first:
            network.channel.announce(answer, last, to=first)
    with first:
        return float(plan.answer.decode(answer.read(first))), network.transcript


def gradient(
    circuit: DistributedCircuit, state: State, plan: Rounded, seed: int
) -> tuple[npt.NDArray[np.float64], Transcript]:
    """All derivatives (M,) in gate order, each known to the owner of its block, and the bill."""
    network = Network(seed)
    parties = deal(network, circuit, state)
    holder = parties[circuit.owners[0]]
    with holder:
        columns = plan.start(holder.private("input"))
    columns, kept = _forward(network, parties, circuit, plan, columns)
    holder, found = parties[circuit.owners[-1]], list[list[float]]()
    coins = generator(network.seed, "coins", "back")
    with holder:
        columns = circuit.observable.apply(columns)
    for b in range(len(circuit.blocks), 0, -1):
        columns = _sent(network, coins, plan, columns, holder, parties[circuit.owners[b - 1]])
        with parties[circuit.owners[b - 1]] as holder:
            gates = holder.private(f"block {b}")
            found.append(_derivatives(gates, kept[b], columns))
            columns = undo(gates, columns)
    return np.array([slope for slopes in reversed(found) for slope in slopes]), network.transcript


def _forward(
    network: Network,
    parties: dict[str, Party],
    circuit: DistributedCircuit,
    plan: Plan,
    columns: State,
) -> tuple[State, dict[int, State]]:
    """The columns after the last block, and what each owner keeps: those after each of its own."""
    holder, kept = parties[circuit.owners[0]], {}
    coins = generator(network.seed, "coins")
    for b, owner in enumerate(circuit.owners, start=1):
        columns = _sent(network, coins, plan, columns, holder, parties[owner])
        with parties[owner] as holder:
            gates = holder.private(f"block {b}")
            columns = kept[b] = choose(gates, columns).forward(gates, columns)
    return columns, kept


def _sent(
    network: Network,
    coins: np.random.Generator,
    plan: Plan,
    columns: State,
    sender: Party,
    to: Party,
) -> State:
    """The columns as the receiver reads them; free of charge for a party that has them."""
    if sender is to:
        return columns
    # Shared coins are free, and nobody's: both see how they fell for this message.
    tossed = plan.toss(coins)
    with sender:
        codes = plan.write(columns, sender.rng, tossed)
        message = Record(codes, 2 ** (plan.floats.bits * plan.numbers), sender)
        network.channel.announce(message, sender, to)
    with to:
        return plan.read(message.read(to), tossed)


def _derivatives(gates: Sequence[Gate], mu: State, nu: State) -> list[float]:
    found = []
    for gate in reversed(gates):
        if isinstance(gate, Rotation):
            found.append(float(np.vdot(nu, gate.pauli.apply(mu)).imag))
        mu, nu = undo([gate], mu), undo([gate], nu)
    return found[::-1]


def within_reach(circuit: DistributedCircuit, accuracy: float) -> Rounded:
    """The plan of vectors rounded to the nearest, if double precision holds its numbers.

    Raises `InputError`, saying what is reachable, if it does not; for an accuracy outside (0, 2).
    """
    crossings = len(route(circuit.owners)) - 1
    # A finer accuracy than the last bit of 1 is never reached: no need to double from there.
    reached = max(accuracy, HOPELESS) if 0 < accuracy < 2 else accuracy
    plan = nearest(circuit.qubits, crossings, reached)
    while max(plan.floats.mantissa, plan.answer.mantissa) > MOST_MANTISSA:
        reached *= 2
        plan = nearest(circuit.qubits, crossings, reached)
    if reached > accuracy:
        raise InputError(
            f"accuracy {accuracy}: below what double precision holds; expected {reached:.2g} or "
            "more here (`qdml cost` prices any)"
        )
    return plan


def estimate(
    circuit: DistributedCircuit,
    state: State,
    accuracy: float,
    failure_probability: float,
    seed: int,
    method: str = METHODS[0],
) -> InferenceResult:
    """Estimate the loss to `accuracy` except with `failure_probability`, 0 for rounded vectors.

    Raises `InputError` for a promise out of range or reach, for sketches that are as long as the
    vector, and for more amplitudes than are handled in seconds.
    """
    within_reach(circuit, accuracy)
    crossings = len(route(circuit.owners)) - 1
    known = plans(circuit.qubits, crossings, accuracy, failure_probability)
    if method not in known:
        raise InputError(
            f"{method} at accuracy {accuracy} on {circuit.qubits} qubits: sketches would be as "
            f"long as the vector; take {METHODS[0]}, or more qubits or a larger accuracy"
        )
    plan = known[method]
    if plan.columns * len(circuit.blocks) << circuit.qubits > LARGEST_WORK:
        raise InputError(
            f"{plan.columns} vectors of {circuit.qubits} qubits in {len(circuit.blocks)} blocks: "
            f"expected a product up to {LARGEST_WORK}; take fewer qubits or layers"
        )
    value, transcript = run(circuit, state, plan, seed)
    return InferenceResult(
        value=value,
        interval=(max(-1.0, value - accuracy), min(1.0, value + accuracy)),
        exact=float(circuit.loss(state)),
        transcript=transcript,
        engine=f"numbers of {plan.floats.bits} bits, {plan.numbers} in a message",
    )
