"""All derivatives of a model drawn from a seed, by any method, within what takes some minutes."""

from __future__ import annotations

import numpy as np

from qdml.claims.seeds import generator
from qdml.errors import InputError, nearest
from qdml.model import vector_plans
from qdml.model.ansatz import random_commuting
from qdml.model.circuit import DistributedCircuit, dealt, route
from qdml.model.gradient_task import METHODS, Task, copies
from qdml.network.meter import leakage
from qdml.protocols import classical_vectors
from qdml.protocols.gradient_methods import Floats, Found, run
from qdml.quantum.numbers import State
from qdml.quantum.reference import amplitude_encoding

#: What a run from a seed may ask for: what is metered in qubits, and the classical rivals.
ALL_METHODS = (*METHODS, *vector_plans.METHODS[:2])

#: Qubits, derivatives and networks that a run from a seed may ask for.
LARGEST_RUN, MOST_ENTRIES, MOST_RUNS = 12, 2 * 10**4, 10**5

#: Messages and gates of such a run: these take some minutes.
MOST_MESSAGES, MOST_GATES = 10**6, 10**7


def run_random(
    method: str,
    qubits: int,
    layers: int,
    parameters: int,
    accuracy: float,
    failure_probability: float,
    seed: int,
    parties: int = 2,
) -> tuple[Found, Floats]:
    """`run` on a random circuit of commuting blocks and input, and the exact gradient (M,).

    Raises `InputError` as `run` does, and for a task that would take more than minutes.
    """
    if method not in ALL_METHODS:
        raise InputError(
            f"method {method!r}: allowed are {', '.join(ALL_METHODS)}{nearest(method, ALL_METHODS)}"
        )
    blocks = parties * layers
    owners = dealt(blocks, parties)
    task = Task(qubits, layers, parameters, accuracy, failure_probability, owners)
    if qubits > LARGEST_RUN or task.entries > MOST_ENTRIES:
        raise InputError(
            f"{qubits} qubits, {task.entries} derivatives: expected at most {LARGEST_RUN} and "
            f"{MOST_ENTRIES}; qdml cost gradient prices larger tasks"
        )
    bases = 3 ** (qubits + 1)
    networks = {"pauli-shadows": bases, "clifford-shadows": copies("clifford-shadows", task)}
    if blocks * networks.get(method, 1) > MOST_RUNS:
        raise InputError(
            f"{method} on {qubits} qubits at accuracy {accuracy}: {networks[method]} runs for each "
            f"of {blocks} blocks, expected up to {MOST_RUNS} in all; take fewer qubits, or "
            "another accuracy or method"
        )
    each = {"parameter-shift": 2 * parameters, "direct": parameters}.get(method, 1)
    # The messages for one |g_b> are 3B/2 on average over B blocks, and never more for a shift.
    messages = 3 * blocks**2 // 2 * networks.get(method, each)
    if messages > MOST_MESSAGES:
        raise InputError(
            f"{method} on {layers} layers with {parameters} parameters: up to {messages} messages, "
            f"expected at most {MOST_MESSAGES}; take fewer layers or parameters"
        )
    gates = 2 * task.entries * blocks * networks.get(method, each)
    if gates > MOST_GATES:
        raise InputError(
            f"{method} of {task.entries} derivatives: up to {gates} gates to simulate, expected at "
            f"most {MOST_GATES}; take fewer layers or parameters, or the method commuting-block"
        )
    rng = generator(seed, "random gradient", qubits, layers, parameters)
    circuit = random_commuting(qubits, layers, parameters, rng, parties=parties)
    state = amplitude_encoding(rng.normal(size=2**qubits))
    if method not in METHODS:
        found = by_vectors(method, circuit, state, task, seed)
    else:
        found = run(method, circuit, state, accuracy, failure_probability, seed)
    return found, np.array(circuit.gradient(state))


def by_vectors(
    method: str, circuit: DistributedCircuit, state: State, task: Task, seed: int
) -> Found:
    """The classical rivals: every derivative from vectors rounded to the nearest, or at random.

    Raises `InputError` as `qdml.protocols.classical_vectors` does.
    """
    classical_vectors.within_reach(circuit, float(task.accuracy))
    crossings, promise = len(route(task.owners)) - 1, (task.accuracy, task.failure_probability)
    plans = vector_plans.gradient_plans(task.qubits, crossings, task.entries, *promise)
    slopes, bill = classical_vectors.gradient(circuit, state, plans[method], seed)
    return Found(slopes, 0, bill.qubits, bill.messages, bill.bits, leakage(bill))
