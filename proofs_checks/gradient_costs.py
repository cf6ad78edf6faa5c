"""What it costs to learn all derivatives, method by method, run and billed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product

import numpy as np

from proofs_checks._gradient_figure import costs_figure, crossover_figure, formula_rows
from proofs_checks._gradient_proof import bernstein, hoeffding
from qdml.bounds import gradient_costs
from qdml.bounds.tails import ternary_misses
from qdml.claims import (
    Claim,
    Context,
    Evidence,
    Method,
    Mutant,
    Step,
    Sweep,
    Tag,
)
from qdml.claims.evidence import Scalar
from qdml.claims.intervals import clopper_pearson, exact_fraction
from qdml.model.ansatz import random_commuting
from qdml.model.circuit import DistributedCircuit
from qdml.model.gradient_task import METHODS, Task, shadow_factor
from qdml.protocols import gradient_methods
from qdml.quantum import clifford
from qdml.quantum.gates import Pauli
from qdml.quantum.numbers import State
from qdml.quantum.reference import amplitude_encoding

#: Rotations in a block of the circuits that are run, and promises beside those of the grid.
PARAMETERS, ANCHOR = 3, (Fraction(1, 2), Fraction(1, 20))

#: Largest circuits that are run, and the finest promise that they are run at.
MOST_QUBITS, MOST_LAYERS, FINEST = 3, 2, 0.2

#: Methods of this statement; tomography and threshold search have one of their own.
STATED = METHODS[:5]

#: Clifford shadows take a circuit a copy, and are run on one qubit with the crudest promise.
CLIFFORD_QUBITS = 1


@dataclass(frozen=True)
class Hypothesis:
    """The constants of the statement."""

    shift_factor: Fraction = Fraction(1)
    direct_factor: Fraction = Fraction(2)
    commuting_entries: bool = False
    shadow_base: int = 3
    ratio_slope: int = 3
    ratio_offset: int = 1
    diagonal_offset: int = 1

    def copies(self, method: str, task: Task, weight: int) -> int:
        """Copies by the stated formula."""
        if method == "parameter-shift":
            return task.copies(self.shift_factor)
        if method in ("direct", "commuting-block"):
            return task.copies(self.direct_factor)
        rate = self.shadow_base**weight
        if method == "clifford-shadows":
            rate = 2 ** (task.qubits + 1) + self.diagonal_offset
        return task.copies(shadow_factor(rate, task.accuracy))

    def qubits(self, method: str, task: Task, weight: int) -> int:
        """Qubits by the stated formula."""
        k = self.copies(method, task, weight)
        if method == "parameter-shift":
            return task.entries * 2 * k * gradient_costs.walk(task)
        each = method == "direct" or (method == "commuting-block" and self.commuting_entries)
        return k * gradient_costs.states(task) * (task.parameters if each else 1)


@dataclass(frozen=True)
class Run:
    """One method run on one circuit, and what it should have found."""

    method: str
    task: Task
    weight: int
    found: gradient_methods.Found
    exact: tuple[float, ...]


def _circuit(n: int, layers: int, rng: np.random.Generator) -> tuple[DistributedCircuit, State]:
    values = rng.normal(size=2**n) + 1j * rng.normal(size=2**n)
    return random_commuting(n, layers, PARAMETERS, rng), amplitude_encoding(values)


def _run(
    method: str,
    n: int,
    layers: int,
    promise: tuple[float, float],
    context: Context,
    *key: str | int,
) -> Run:
    circuit, state = _circuit(n, layers, context.rng("circuit", n, layers, *key))
    seed = int(context.rng("run", method, n, layers, *map(str, promise), *key).integers(2**62))
    found = gradient_methods.run(method, circuit, state, *promise, seed)
    strings = gradient_methods.block_strings(circuit)
    weight = 1 + max(string.weight for block in strings for string in block)
    task = Task(n, layers, PARAMETERS, *promise)
    return Run(method, task, weight, found, tuple(circuit.gradient(state)))


def gather(context: Context) -> tuple[Run, ...]:
    """Every method on every small circuit of the grid, at its crudest promises."""
    grid = context.grid
    accuracy = max(*grid.accuracy, FINEST)
    promise = accuracy, max(grid.failure_probability)
    sizes = product(
        sorted({min(n, MOST_QUBITS) for n in grid.qubits}),
        sorted({min(layers, MOST_LAYERS) for layers in grid.layers}),
    )
    found = [
        _run(method, n, layers, promise, context)
        for n, layers in sizes
        for method in STATED
        if method != "clifford-shadows"
    ]
    crude = max(accuracy, 0.8), max(promise[1], 0.5)
    return (*found, _run("clifford-shadows", CLIFFORD_QUBITS, 1, crude, context))


def ledger(stated: Hypothesis, data: tuple[Run, ...], context: Context) -> Evidence:
    """The qubits counted from the runs of every method against its formula."""
    sweep = Sweep(Method.EXACT)
    table: list[dict[str, Scalar]] = []
    for run in data:
        task, asked = run.task, (run.method, run.task, run.weight)
        point: dict[str, Scalar] = {
            "method": run.method,
            "n": task.qubits,
            "L": task.layers,
            "P": PARAMETERS,
            "how": "run",
        }
        sweep.equal(point, "copies", run.found.copies, stated.copies(*asked))
        sweep.equal(point, "qubits", run.found.qubits, stated.qubits(*asked))
        known = gradient_costs.qubits(*asked)
        sweep.equal(point, "qubits by the library", run.found.qubits, known)
        worst = float(np.abs(run.found.gradient - np.array(run.exact)).max())
        sizes = {"copies": run.found.copies, "qubits": run.found.qubits}
        table.append({**point, "eps": float(task.accuracy), **sizes, "largest error": worst})
    return sweep.evidence(
        "the bill of each method equals its formula",
        table=(*table, *formula_rows()),
        figure=crossover_figure(10, 2),
    )


def rates(stated: Hypothesis, data: tuple[Run, ...], context: Context) -> Evidence:
    """How many product bases fit a string of weight w, and Clifford unitaries make it diagonal."""
    sweep = Sweep(Method.EXACT)
    for wide in (1, 2, 3, 4):
        bases = ["".join(letters) for letters in product("XYZ", repeat=wide)]
        for weight in range(1, wide + 1):
            string = "Y" * weight
            fitting = sum(basis.startswith(string) for basis in bases)
            point = {"qubits": wide, "w": weight}
            sweep.equal(
                point,
                "rate",
                Fraction(fitting, len(bases)),
                Fraction(1, stated.shadow_base**weight),
            )
    for wide in (1, 2):
        unitaries = list(clifford.everyone(wide))
        asked = Pauli("Y" * wide)
        diagonal = sum(not set(u.image(asked)[1].letters) & {"X", "Y"} for u in unitaries)
        point = {"qubits": wide, "unitaries": len(unitaries)}
        expected = Fraction(1, 2**wide + stated.diagonal_offset)
        sweep.equal(point, "rate", Fraction(diagonal, len(unitaries)), expected)
    return sweep.evidence("one basis in 3^w reads a string, one Clifford unitary in 2^m + 1")


def _laws(
    stated: Hypothesis, task: Task, weight: int
) -> Iterator[tuple[str, int, tuple[int, int, int], int]]:
    """Method, copies, weights of the outcomes -1, 0, 1, and the scale, at several means."""
    rate = 3**weight
    for quarter in (0, 2, 4):
        plus, minus = 4 + quarter, 4 - quarter
        # Losses +-mean at the two shifted angles: pairs differ by 2, 0 or -2.
        pair = (minus * minus, 2 * plus * minus, plus * plus)
        yield "parameter-shift", stated.copies("parameter-shift", task, weight), pair, 1
        yield "direct", stated.copies("direct", task, weight), (minus, 0, plus), 1
        shadow = (minus, 8 * (rate - 1), plus)
        yield "pauli-shadows", stated.copies("pauli-shadows", task, weight), shadow, rate


def tails(stated: Hypothesis, data: tuple[Run, ...], context: Context) -> Evidence:
    """The exact probability of a miss in one entry against delta/M."""
    sweep, grid = Sweep(Method.EXACT), context.grid
    crude = max(*grid.accuracy, FINEST), max(grid.failure_probability)
    for eps, delta in sorted({tuple(map(exact_fraction, crude)), ANCHOR}):
        task = Task(1, 1, PARAMETERS, eps, delta)
        for method, k, weights, scale in _laws(stated, task, 2):
            missed = ternary_misses(k, weights, scale, eps)
            point = {"method": method, "eps": eps, "delta": delta, "k": k, "weights": str(weights)}
            sweep.at_most(point, "miss", missed, missed, delta / task.entries)
    return sweep.evidence("an entry is missed more rarely than delta/M, by exact sums")


def comparison(stated: Hypothesis, data: tuple[Run, ...], context: Context) -> Evidence:
    """Direct measurement against parameter shift, and the picture of all methods against P."""
    sweep = Sweep(Method.EXACT)
    for n, layers, parameters in product((1, 4, 20), (1, 4), (1, 100, 10**4)):
        task = Task(n, layers, parameters, Fraction(1, 10), Fraction(1, 20))
        bills = {name: gradient_costs.qubits(name, task, 3) for name in STATED}
        ratio = Fraction(stated.ratio_slope * n + stated.ratio_offset, 2 * n)
        k = task.copies(Fraction(1))
        # Rounding the copies up changes a bill by less than one part in k.
        close = abs(Fraction(bills["direct"], bills["parameter-shift"]) / ratio - 1)
        point = {"n": n, "L": layers, "P": parameters}
        sweep.at_most(point, "distance from the stated ratio", close, close, Fraction(1, k))
        cheaper = bills["commuting-block"] * parameters
        sweep.equal(point, "P times the commuting block", cheaper, bills["direct"])
    return sweep.evidence(
        "direct costs (3n+1)/(2n) of parameter shift; a commuting block saves the factor P",
        figure=costs_figure(10, 2),
    )


def accuracy(stated: Hypothesis, data: tuple[Run, ...], context: Context) -> Evidence:
    """How often runs of each method miss an entry by more than eps, at the stated copies."""
    grid, sweep = context.grid, Sweep(Method.STATISTICS)
    rows: list[dict[str, Scalar]] = []
    for method in STATED:
        # Shadows take a circuit a basis, or a copy, and are run more crudely and less often.
        often, coarsest = (40, 0.5) if "shadows" not in method else (12, 1.0)
        promise = max(*grid.accuracy, coarsest), max(grid.failure_probability)
        missed, repeats = 0, min(grid.runs, often)
        for i in range(repeats):
            run = _run(method, CLIFFORD_QUBITS, 1, promise, context, "repeat", i)
            error = np.abs(run.found.gradient - np.array(run.exact)).max()
            missed += bool(error > promise[0])
        low, _ = clopper_pearson(missed, repeats, context.alarm / len(STATED))
        point: dict[str, Scalar] = {"method": method, "eps": promise[0], "misses": missed}
        sweep.at_most(point | {"runs": repeats}, "lower limit", low, low, promise[1])
        rows.append(point | {"runs": repeats, "allowed rate": promise[1]})
    says = "runs do not miss more often than delta"
    return sweep.evidence(says, alarm=context.alarm, table=tuple(rows))


_CLAIMED = Hypothesis()

CLAIM: Claim[Hypothesis, tuple[Run, ...]] = Claim(
    id="gradient-costs",
    topic="learning",
    title="What all derivatives cost: only commuting blocks lose the factor P without a constant",
    statement=(
        r"All $M=2LP$ derivatives to accuracy $\varepsilon$, except with probability $\delta$ for "
        r"any of them. With $\ell=\ln(2M/\delta)$ and $G=L(2L-1)(3n+1)$ qubits for one copy of "
        r"every $|g_b\rangle$: parameter shift takes the first number of qubits below, direct "
        r"measurement of $|g_b\rangle$ the second, which is $(3n+1)/(2n)$ of it up to rounding; "
        r"blocks whose generators commute take the third, without a factor $P$; shadows take the "
        r"last, with $R=3^w$ for local Pauli shadows of strings of weight $w$ (the ancilla "
        r"included) and $R=2^{n+1}+1$ for global Clifford shadows."
    ),
    formulas=(
        r"2LP\cdot 2\left\lceil\ell/\varepsilon^2\right\rceil(2L-1)n",
        r"P\left\lceil 2\ell/\varepsilon^2\right\rceil G",
        r"\left\lceil 2\ell/\varepsilon^2\right\rceil G",
        r"\left\lceil 2R(1+\varepsilon/3)\,\ell/\varepsilon^2\right\rceil G",
    ),
    source="arXiv:2310.07136; Huang, Kueng, Preskill 2020 (shadows); Hoeffding 1963",
    premises=("Hoeffding's inequality (1963)", "Bernstein's inequality (1924)"),
    notes=(
        r"Shadow tomography with an unknown $C$ (arXiv:2011.10908) is a formula, and never run.",
        "With every constant it is run, beside tomography, in gradient-by-shadow-tomography.",
        "Commuting blocks are run with any strings that commute; a Clifford unitary reads them.",
    ),
    hypothesis=_CLAIMED,
    data=gather,
    steps=(
        Step("ledger", Tag.EXACT, "the bill of every method that was run is its formula", ledger),
        Step(
            "hoeffding",
            Tag.PROVED,
            "Hoeffding's inequality at the stated copies",
            lambda said, *_: hoeffding(said.shift_factor, said.direct_factor),
        ),
        Step(
            "bernstein",
            Tag.PROVED,
            "Bernstein's inequality at the stated copies",
            lambda said, *_: bernstein(said.diagonal_offset),
        ),
        Step("rates", Tag.EXACT, "how often a random basis reads a string", rates),
        Step("tails", Tag.EXACT, "exact probabilities of a miss stay below delta/M", tails),
        Step("comparison", Tag.EXACT, "how the bills compare", comparison),
        Step(
            "accuracy",
            Tag.NUMERIC,
            "metered runs miss no more often than they may",
            accuracy,
            role="counterexample",
        ),
    ),
    mutants=(
        Mutant(
            "commuting blocks with P",
            "commuting blocks cost a factor $P$ too",
            replace(_CLAIMED, commuting_entries=True),
            "ledger",
        ),
        Mutant(
            "shadows without 3^w",
            "local Pauli shadows need as many copies as one entry",
            replace(_CLAIMED, shadow_base=1),
            "tails",
        ),
        Mutant(
            "shadows with 2^w",
            "one basis in $2^w$ reads a string",
            replace(_CLAIMED, shadow_base=2),
            "rates",
        ),
        Mutant(
            "direct is cheaper",
            "direct measurement costs $(n+1)/(2n)$ of parameter shift",
            replace(_CLAIMED, ratio_slope=1),
            "comparison",
        ),
        Mutant(
            "half of the copies of a state",
            r"$\ell/\varepsilon^2$ copies of $|g_b\rangle$ are enough",
            replace(_CLAIMED, direct_factor=Fraction(1)),
            "tails",
        ),
        Mutant(
            "half of the shifts",
            r"$\ell/(2\varepsilon^2)$ copies of each shifted circuit are enough",
            replace(_CLAIMED, shift_factor=Fraction(1, 2)),
            "tails",
        ),
        Mutant(
            "Cliffords at 2^m",
            "one Clifford unitary in $2^m$ makes a string diagonal",
            replace(_CLAIMED, diagonal_offset=0),
            "rates",
        ),
    ),
)
