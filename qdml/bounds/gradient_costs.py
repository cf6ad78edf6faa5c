"""What all M = 2LP derivatives cost in qubits, by every known method (qdml.model.gradient_task)."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import ceil, log, log2
from typing import Any

from qdml.bounds.costs import all_gradient_states
from qdml.claims.intervals import exact_fraction
from qdml.errors import InputError
from qdml.model.gradient_task import METHODS, Task, copies


def walk(task: Task) -> int:
    """Qubits that carry one copy of the input through all blocks, (2L-1) n."""
    return (2 * task.layers - 1) * task.qubits


def states(task: Task) -> int:
    """G = L(2L-1)(3n+1) qubits for one copy of every |g_b>."""
    return all_gradient_states(task.qubits, task.layers).qubits


def qubits(method: str, task: Task, weight: int | None = None) -> int:
    """Qubits that cross the channel for all entries; arguments as for `copies`."""
    k = copies(method, task, weight)
    if method == "parameter-shift":
        return task.entries * 2 * k * walk(task)
    return k * states(task) * (task.parameters if method == "direct" else 1)


def shadow_tomography(task: Task, constant: float) -> int:
    """C log2(P)^2 (n+1) ln(2L/delta)/eps^4 copies of each |g_b>, times G qubits.

    Badescu and O'Donnell (arXiv:2011.10908); the constant C is not known, and log-log factors are
    left out, so this is a shape and not a bill.
    """
    # Neither a quotient by delta nor one by eps^4 need be a floating-point number.
    inside = log(2 * task.layers) - log(float(task.failure_probability))
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
        at = Task(task.qubits, task.layers, parameters, task.accuracy, task.failure_probability)
        return second(at) < first(at)

    high = 1
    while not fewer(high):
        high *= 2
        if high > most:
            return None
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if fewer(middle) else (middle, high)
    return high


#: Constants of shadow tomography for which crossovers are told.
CONSTANTS = (1.0, 1e2, 1e4)


def price(
    n: int,
    layers: int,
    parameters: int,
    accuracy: float,
    failure_probability: float,
    weight: int,
) -> tuple[dict[str, dict[str, int]], list[dict[str, Any]]]:
    """Copies and qubits by method, and for each constant C the least P at which shadows win.

    Raises `InputError` for numbers out of range, and for strings heavier than n+1.
    """
    task = Task(n, layers, parameters, accuracy, failure_probability)
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
            "parameters": crossover(
                lambda task, m=method: qubits(m, task, weight),  # type: ignore[misc]
                lambda task, c=constant: shadow_tomography(task, c),  # type: ignore[misc]
                task,
            ),
        }
        for method in ("parameter-shift", "direct")
        for constant in CONSTANTS
    ]
    return methods, crossovers
