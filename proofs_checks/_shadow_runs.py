"""What gradient-by-shadow-tomography runs: a search step by step, and methods at equal copies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt

import numpy as np
import numpy.typing as npt

from qdml.claims import Figure, Series
from qdml.claims.evidence import Scalar
from qdml.model.ansatz import random_pauli
from qdml.model.circuit import DistributedCircuit
from qdml.model.gradient_task import Task, copies
from qdml.model.shadow_task import Plan
from qdml.network.collective import amplitudes
from qdml.protocols import gradient_methods
from qdml.quantum import occupations
from qdml.quantum.gates import Pauli
from qdml.quantum.numbers import State
from qdml.quantum.reference import amplitude_encoding

Floats = npt.NDArray[np.float64]

#: Most qubits of a comparison: on more, no two copies can be held together in reach.
MOST_QUBITS = 5

#: The gap that a search at equal copies looks for.
GAP = 0.5

#: Rows of the comparison, in the order in which they are told.
WAYS = ("no copies", "parameter-shift", "direct", "tomography", "soft search", "sharp search")


@dataclass(frozen=True)
class Asked:
    """Questions to copies that all answer no: chances p_i (k+1,), weights and distances by i."""

    likely: Floats
    said: Floats
    damage: Floats


def sequence(state: State, strings: Sequence[Pauli], chances: Sequence[Floats]) -> Asked:
    """Ask k copies of a state (2N,) one question a string, each answered no, without a network.

    likely: chance of yes on fresh copies. said: chance that the first yes comes there. damage:
    distance of the state, not normalised, from what it was, after each no.
    """
    copies = len(chances[0]) - 1
    fresh = occupations.product(state, copies)
    left, rows = fresh, []
    for string, chance in zip(strings, chances, strict=True):
        yes = chance[occupations.counts(copies, string)]
        untouched = occupations.to_eigenbasis(fresh, copies, string)
        turned = occupations.to_eigenbasis(left, copies, string)
        likely, said = (float((np.abs(v) ** 2 * yes).sum()) for v in (untouched, turned))
        left = occupations.from_eigenbasis(turned * np.sqrt(1 - yes), copies, string)
        rows.append((likely, said, float(np.linalg.norm(left - fresh))))
    return Asked(*np.array(rows).T)


@dataclass(frozen=True)
class Compared:
    """Largest errors of an entry by way, (runs,) each, at K copies of each state."""

    qubits: int
    parameters: int
    batch: int
    copies: int
    errors: dict[str, Floats]

    def row(self) -> dict[str, Scalar]:
        """Means, for a table."""
        sizes: dict[str, Scalar] = {"n": self.qubits, "P": self.parameters, "copies": self.copies}
        held: dict[str, Scalar] = {"held together": self.batch}
        return sizes | held | {way: float(self.errors[way].mean()) for way in WAYS}


def held(n: int, most: int) -> int:
    """How many copies can be held together in `most` amplitudes; one at least."""
    batches = range(2, most + 2)
    return next(k for k in batches if amplitudes(2**n, (k // 2, k - k // 2)) > most) - 1


def compare(n: int, parameters: int, batch: int, rounds: int, seeds: Sequence[int]) -> Compared:
    """Every way on random circuits of one layer, with copies for `rounds` searches of a batch."""
    copies = rounds * 2 * batch
    errors: dict[str, list[float]] = {way: [] for way in WAYS}
    for seed in seeds:
        circuit, state = problem(n, parameters, np.random.default_rng(seed))
        exact = np.array(circuit.gradient(state))
        for way in WAYS:
            found = _spent(way, circuit, state, batch, rounds, seed)
            errors[way].append(float(np.abs(found - exact).max()))
    return Compared(
        n, parameters, batch, copies, {way: np.array(own) for way, own in errors.items()}
    )


def problem(n: int, parameters: int, rng: np.random.Generator) -> tuple[DistributedCircuit, State]:
    """A random circuit of one layer whose gates need not commute, and an input."""
    return random_pauli(n, 1, parameters, rng), amplitude_encoding(rng.normal(size=2**n))


def _spent(
    way: str,
    circuit: DistributedCircuit,
    state: State,
    batch: int,
    rounds: int,
    seed: int,
) -> Floats:
    """The entries, from copies for so many rounds in all; zero where an entry gets no copy."""
    copies, parameters = rounds * 2 * batch, len(circuit.blocks[0].gates)
    shares = {"parameter-shift": 2 * parameters, "direct": parameters, "tomography": 1}
    share = copies // shares.get(way, 1)
    if way == "no copies" or not share:
        return np.zeros(2 * parameters)
    if way in shares:
        return gradient_methods.spend(way, circuit, state, share, seed).gradient
    scale = round(sqrt(batch)) if way == "soft search" else 0
    plan = Plan(GAP, scale, batch, batch, rounds, rounds)
    return gradient_methods.spend("shadow-tomography", circuit, state, copies, seed, plan).gradient


def errors_figure(found: Sequence[Compared]) -> Figure:
    """Error against copies at the least n, where most copies can be held, and the largest P."""
    most, n = max(each.parameters for each in found), min(each.qubits for each in found)
    own = sorted(
        (each for each in found if (each.qubits, each.parameters) == (n, most)),
        key=lambda each: each.copies,
    )
    return Figure(
        title=f"Largest error of an entry at equal copies, n = {n}, P = {most}",
        x_label="copies of each gradient state",
        y_label="largest error",
        x_scale="log",
        series=tuple(
            Series(
                label=way,
                kind="measured",
                x=tuple(each.copies for each in own),
                y=tuple(float(each.errors[way].mean()) for each in own),
                low=tuple(float(each.errors[way].min()) for each in own),
                high=tuple(float(each.errors[way].max()) for each in own),
            )
            for way in WAYS
        ),
        caption=(
            f"Means of {len(own[0].errors['direct'])} random circuits, bars from least to most. "
            f"A search holds {own[0].batch} copies together and measures what it finds on as many; "
            "soft and sharp are its thresholds with noise and without. An entry without a copy is "
            "taken for zero."
        ),
    )


def copies_figure(n: int, eps: Fraction, delta: Fraction) -> Figure:
    """Copies of each gradient state (shifted copies for parameter shift) against P, by formula."""
    sizes = [10**power for power in range(9)]
    tasks = [Task(n, 1, p, eps, delta) for p in sizes]
    lines = {
        "parameter shift": [2 * t.parameters * copies("parameter-shift", t) for t in tasks],
        "direct": [t.parameters * copies("direct", t) for t in tasks],
        "tomography": [copies("tomography", t) for t in tasks],
        "threshold search, constants proved": [copies("shadow-tomography", t) for t in tasks],
    }
    return Figure(
        title=f"Copies of a gradient state against P, n = {n}, eps = {eps}, delta = {delta}",
        x_label="entries of a block, P",
        y_label="copies",
        x_scale="log",
        y_scale="log",
        series=tuple(
            Series(label=label, kind="formula", x=tuple(sizes), y=tuple(map(float, y)))
            for label, y in lines.items()
        ),
        caption=(
            "Bounds that are proved. Only the first two grow like P; tomography does not know P, "
            "and grows like N instead."
        ),
    )
