"""The task of learning all derivatives, M = 2LP, and the copies that each method needs for it.

With l = ln(2M/delta) every entry may fail with probability delta/M (union bound). Parameter shift
is Hoeffding's inequality for 2k outcomes of weight 1/(2k); an entry measured on k copies of |g_b>
is the same with k outcomes of weight 1/k; shadows are Bernstein's inequality for outcomes +-R that
are not zero with probability 1/R. Tomography and threshold search: `qdml.model.shadow_task`.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from qdml.claims.intervals import check_promise, exact_fraction, sampling_copies
from qdml.errors import InputError, nearest
from qdml.model.circuit import dealt
from qdml.model.shadow_task import Plan, plan, tomography_copies

#: Methods that are run over the network, in the order in which they are told.
METHODS = (
    "parameter-shift",
    "direct",
    "commuting-block",
    "pauli-shadows",
    "clifford-shadows",
    "tomography",
    "shadow-tomography",
)


@dataclass(frozen=True)
class Task:
    """All derivatives of a circuit with 2L blocks of P rotations on n qubits, and a promise.

    `owners` of the blocks, in any order and number, where they are not Alice and Bob in turn.
    """

    qubits: int
    layers: int
    parameters: int
    accuracy: float | Fraction
    failure_probability: float | Fraction
    owners: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_promise(self.accuracy, self.failure_probability)
        if min(self.qubits, self.layers, self.parameters) < 1:
            raise InputError(
                f"{self.qubits} qubits, {self.layers} layers, {self.parameters} parameters a "
                "block: expected at least one of each"
            )
        if not self.owners:
            object.__setattr__(self, "owners", dealt(2 * self.layers))

    @property
    def entries(self) -> int:
        """M, P for each block."""
        return len(self.owners) * self.parameters

    def copies(self, factor: Fraction) -> int:
        """ceil(factor ln(2M/delta)/eps^2), in ball arithmetic."""
        return sampling_copies(
            self.accuracy, self.failure_probability, factor, Fraction(2 * self.entries)
        )


def shadow_factor(inverse_rate: int, accuracy: float | Fraction) -> Fraction:
    """2 R (1 + eps/3): Bernstein's factor where one outcome in R is not zero, and is then +-R."""
    return 2 * inverse_rate * (1 + exact_fraction(accuracy) / 3)


def search_plan(task: Task) -> Plan:
    """The threshold search for all entries."""
    promise = task.accuracy, task.failure_probability
    return plan(task.qubits, len(task.owners), task.parameters, *promise)


def copies(method: str, task: Task, weight: int | None = None) -> int:
    """Copies of each gradient state (of each shifted circuit for parameter shift) and entry.

    weight: that of the measured strings, the ancilla included, for local Pauli shadows; n+1 unless
    it is given.
    Raises `InputError` for an unknown method.
    """
    strings = {"pauli-shadows": 3 ** (weight or task.qubits + 1)}
    strings["clifford-shadows"] = 2 ** (task.qubits + 1) + 1
    if method in strings:
        return task.copies(shadow_factor(strings[method], task.accuracy))
    if method == "tomography":
        promise = task.accuracy, task.failure_probability
        return tomography_copies(task.qubits, len(task.owners), *promise)
    if method == "shadow-tomography":
        return search_plan(task).copies
    factors = {"parameter-shift": 1, "direct": 2, "commuting-block": 2}
    if method not in factors:
        raise InputError(
            f"method {method!r}: allowed are {', '.join(METHODS)}{nearest(method, METHODS)}"
        )
    return task.copies(Fraction(factors[method]))
