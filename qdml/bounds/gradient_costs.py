"""What all derivatives cost in qubits, by every known method (qdml.model.gradient_task)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from itertools import accumulate, pairwise
from math import ceil, log, log2
from typing import Any

from qdml.bounds import costs
from qdml.claims.intervals import exact_fraction
from qdml.errors import InputError
from qdml.model.circuit import dealt, route
from qdml.model.gradient_task import METHODS, Task, copies
from qdml.model.vector_plans import gradient_plans, nearest


def walk(task: Task) -> int:
    """Qubits that carry one copy of the input through all blocks: n for each change of hands."""
    return (len(route(task.owners)) - 1) * task.qubits


def states(task: Task) -> int:
    """G, qubits for one copy of every |g_b>: L(2L-1)(3n+1) for two parties in turn.

    From block b back, n+1 qubits for each change of hands after it.
    """
    changes = [a != b for a, b in pairwise(task.owners[::-1])]
    back = sum(accumulate(changes)) * (task.qubits + 1)
    return len(task.owners) * walk(task) + back


def qubits(method: str, task: Task, weight: int | None = None) -> int:
    """Qubits that cross the channel for all entries; arguments as for `copies`."""
    k = copies(method, task, weight)
    if method == "parameter-shift":
        return task.entries * 2 * k * walk(task)
    return k * states(task) * (task.parameters if method == "direct" else 1)


def shadow_tomography(task: Task, constant: float) -> int:
    """C log2(P)^2 (n+1) ln(B/delta)/eps^4 copies of each of B states |g_b>, times G qubits.

    Badescu and O'Donnell (arXiv:2011.10908); the constant C is not known, and log-log factors are
    left out, so this is a shape and not a bill.
    """
    # Neither a quotient by delta nor one by eps^4 need be a floating-point number.
    inside = log(len(task.owners)) - log(float(task.failure_probability))
    logs = log2(max(2, task.parameters)) ** 2 * inside
    each = Fraction(constant * logs * (task.qubits + 1)) / exact_fraction(task.accuracy) ** 4
    return ceil(each) * states(task)


def crossover(
    first: Callable[[Task], int], second: Callable[[Task], int], task: Task, most: int = 2**200
) -> int | None:
    """The least P, of 1, 2, ... `most`, from which `second` takes fewer qubits; None beyond.

    The difference has to change its sign once. Bisection over P; other numbers stay as in `task`.
    """

    def fewer(parameters: int) -> bool:
        at = replace(task, parameters=parameters)
        return second(at) < first(at)

    return costs.least(fewer, most)


def by_vectors(task: Task) -> costs.Cost:
    """The classical bill: rounded activations forward and gradients backward, no factor P."""
    crossings = len(route(task.owners)) - 1
    plan = nearest(task.qubits, crossings, task.accuracy)
    return costs.gradient_by_vectors(plan, crossings)


def classical(task: Task) -> dict[str, costs.Cost]:
    """The bill of every classical way: vectors rounded to the nearest, and at random."""
    crossings = len(route(task.owners)) - 1
    promise = task.accuracy, task.failure_probability
    plans = gradient_plans(task.qubits, crossings, task.entries, *promise)
    return {name: costs.gradient_by_vectors(plan, crossings) for name, plan in plans.items()}


def advantage_from(method: str, task: Task, weight: int | None = None) -> int | None:
    """The least n from which a method sends fewer qubits than rounded vectors bits; None beyond.

    The difference has to change its sign once. Up to 1000 qubits; other numbers as in `task`.
    """

    def fewer(n: int) -> bool:
        at = replace(task, qubits=n)
        return qubits(method, at, weight) < by_vectors(at).bits

    return costs.least(fewer, 1000)


#: Constants of shadow tomography for which crossovers are told.
CONSTANTS = (1.0, 1e2, 1e4)


def price(
    n: int,
    layers: int,
    parameters: int,
    accuracy: float,
    failure_probability: float,
    weight: int,
    parties: int = 2,
) -> dict[str, Any]:
    """Copies and qubits by method, crossovers with shadow tomography, and the classical bill.

    For each constant C the least P at which shadow tomography wins, None for the constants that are
    proved; for each method the least n from which it sends fewer qubits than rounded vectors bits.
    Raises `InputError` for numbers out of range, and for strings heavier than n+1.
    """
    owners = dealt(parties * layers, parties)
    task = Task(n, layers, parameters, accuracy, failure_probability, owners)
    if not 1 <= weight <= n + 1:
        raise InputError(f"weight {weight}: expected 1 to n+1 = {n + 1}")
    methods = {
        method: {
            "copies": copies(method, task, weight),
            "qubits": qubits(method, task, weight),
        }
        for method in METHODS
    }
    crossovers = [
        {
            "constant": constant,
            "beats": method,
            "parameters": least_parameters(method, task, constant),
        }
        for method in ("parameter-shift", "direct")
        for constant in (*CONSTANTS, None)
    ]
    return {
        "methods": methods,
        "crossovers": crossovers,
        "classical": {
            name: {"messages": bill.messages, "bits": bill.bits}
            for name, bill in classical(task).items()
        },
        "advantage": {method: advantage_from(method, task, weight) for method in METHODS},
    }


def least_parameters(method: str, task: Task, constant: float | None = None) -> int | None:
    """P*: from how many rotations on shadow tomography takes fewer qubits than another method.

    With `constant` for C, or with the constants that are proved for threshold search.
    """

    def search(at: Task) -> int:
        known = constant is None
        return qubits("shadow-tomography", at) if known else shadow_tomography(at, constant or 0.0)

    return crossover(lambda at: qubits(method, at), search, task)
