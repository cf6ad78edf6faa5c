"""fine-tuning: copies sent once serve every step of training the last block."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil
from typing import Any

import numpy as np
import sympy

from proofs_checks._fine_tuning_runs import bills_figure, trained
from qdml.bounds import fine_tuning as costs
from qdml.bounds.tails import estimate_misses
from qdml.claims import (
    Claim,
    Context,
    Evidence,
    Finding,
    Method,
    Mutant,
    Scalar,
    Step,
    Sweep,
    Tag,
)
from qdml.claims.intervals import exact_fraction
from qdml.claims.symbolic import identities
from qdml.model.ansatz import direction
from qdml.model.circuit import DistributedCircuit
from qdml.network import Transcript
from qdml.protocols import fine_tuning, shadows
from qdml.quantum.gates import Pauli
from qdml.quantum.numbers import State, exact
from qdml.quantum.reference import amplitude_encoding, expectation

#: Angles of the last block, and the qubits that its strings act on: few, so that S is small.
ANGLES, WIDTH = 2, 2

#: Steps of training for which copies are sent.
STEPS = (1, 4, 16)

#: Promise of the ledger's runs, and one at which tails are always summed.
CRUDE, ANCHOR = (Fraction(1), Fraction(1, 5)), (Fraction(1, 4), Fraction(1, 10))

#: Exact states of more qubits than this add time and no insight: 6^n outcomes.
LARGEST_EXACT = 2

#: The learning rate of the adaptive run.
RATE = 0.4

#: Steps of it, and a bound S for all angles, up to rounding: (|cos| + |sin|)^2 for each, and 3^w.
TRAINED, NORM, ROOM = 64, Fraction(2**ANGLES * 3**WIDTH), 16 * float(np.finfo(float).eps)


@dataclass(frozen=True)
class Hypothesis:
    """The constants and variants of the statement."""

    base: int = 3
    group_factor: Fraction = Fraction(8)
    size_factor: Fraction = Fraction(4)
    anew: bool = True
    linear: bool = False
    messages_offset: int = -1
    shift: Fraction = Fraction(1, 2)

    def groups(
        self, estimates: int, norm: Fraction, promise: tuple[Fraction, Fraction]
    ) -> tuple[int, int]:
        """The stated K and B."""
        return costs.shadow_groups(estimates, norm, *promise, self.group_factor, self.size_factor)

    def direct(self, estimates: int, promise: tuple[Fraction, Fraction]) -> int:
        """The stated copies of direct measurement, in all."""
        each = costs.direct_copies(estimates, *promise)
        return each * (estimates if self.anew else 1)


@dataclass(frozen=True)
class Run:
    """Bills of one model for T steps: copies stored once, and derivatives measured anew."""

    qubits: int
    layers: int
    steps: int
    norm: Fraction
    stored: Transcript
    direct: tuple[Transcript, ...]


@dataclass(frozen=True)
class Data:
    """Metered runs, and exact circuits with exact inputs."""

    runs: tuple[Run, ...]
    instances: tuple[tuple[DistributedCircuit, State], ...]


def gather(context: Context) -> Data:
    """Send copies for T steps in both ways, at crude promises; draw exact instances."""
    grid, runs, instances = context.grid, [], []
    for n in grid.qubits:
        for layers in grid.layers:
            rng = context.rng("model", n, layers)
            state = amplitude_encoding(rng.normal(size=2**n))
            path = fine_tuning.random_path(n, layers, ANGLES, max(STEPS), WIDTH, rng)
            for count in STEPS if n == min(grid.qubits) else STEPS[:2]:
                estimates, norm = count * ANGLES, _norm(path[:count])
                groups, size = costs.shadow_groups(estimates, norm, *CRUDE)
                _, bill = fine_tuning.store(path[0], state, groups * size, int(rng.integers(2**62)))
                each = costs.direct_copies(estimates, *CRUDE)
                _, bills = fine_tuning.direct(path[:count], state, each, int(rng.integers(2**62)))
                runs.append(Run(n, layers, count, norm, bill, tuple(bills)))
    for n in sorted({min(n, LARGEST_EXACT) for n in grid.qubits}):
        for number in range(grid.instances):
            rng = context.rng("exact", n, number)
            circuit = fine_tuning.random_path(n, 1, ANGLES, 1, n, rng, direction)[0]
            instances.append((circuit, exact([int(v) for v in rng.integers(1, 5, 2**n)])))
    return Data(tuple(runs), tuple(instances))


def _norm(path: list[DistributedCircuit]) -> Fraction:
    """A whole number S that bounds every second moment along the path."""
    return Fraction(max(1, ceil(max(map(fine_tuning.second_moment_bound, path)))))


def proved_moments(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """Derivatives are bounded observables; strings and sums of them have bounded moments."""
    a, b, c, theta = sympy.symbols("a b c theta", real=True)
    x, w, s, t = sympy.symbols("x w s t", positive=True)
    loss = a + b * sympy.cos(theta) + c * sympy.sin(theta)
    quarter = stated.shift * sympy.pi
    shifted = (loss.subs(theta, theta + quarter) - loss.subs(theta, theta - quarter)) / 2
    up, down = (1 + x) / 2, (1 - x) / 2
    agrees, kept = sympy.Rational(1, 3), sympy.Integer(3)
    return identities(
        "values of one copy: their mean and second moment",
        [
            # Two means in [-1, 1], halved: the norm of O_j is at most 1.
            ("a derivative is half a difference", sympy.diff(loss, theta), shifted),
            ("one letter: the mean", agrees * kept * (up - down), x),
            ("its second moment", x * agrees * kept**2 * (up + down), x * stated.base),
            ("w letters", agrees**w * (kept**w) ** 2, sympy.Integer(stated.base) ** w),
            # E(sX + tY)^2 <= (s+t)^2 M where E X^2 = E Y^2 = M and E XY = c <= M: 2st(M-c) is left.
            ("sums", (s + t) ** 2 * b - (s**2 * b + t**2 * b + 2 * s * t * c), 2 * s * t * (b - c)),
        ],
    )


def counting(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """Chebyshev in every group, Hoeffding over groups, and a union over all TP derivatives."""
    norm, eps, delta, number = sympy.symbols("S epsilon delta N", positive=True)
    factor, inside = (
        sympy.Rational(value.numerator, value.denominator)
        for value in (stated.group_factor, stated.size_factor)
    )
    size = inside * norm / eps**2
    groups = factor * sympy.log(number / delta)
    each = 2 * sympy.log(2 * number / delta) / eps**2
    half, quarter = sympy.Rational(1, 2), sympy.Rational(1, 4)
    miss = sympy.exp(-2 * groups * (half - quarter) ** 2)
    return identities(
        "N = TP derivatives miss together with probability at most delta",
        [
            ("one group misses", norm / (size * eps**2) * delta, quarter * delta),
            ("half of the groups miss", number * sympy.expand(miss), delta),
            ("direct", number * 2 * sympy.exp(-each * eps**2 / 2), delta),
        ],
    )


def observables(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """Exact gradients as means of the observables, and exact moments over bases and outcomes."""
    sweep = Sweep(Method.EXACT)
    for number, (circuit, state) in enumerate(data.instances):
        inner = circuit.forward(state, len(circuit.blocks) - 1)
        slopes = circuit.gradient(state)[-ANGLES:]
        found = fine_tuning.derivatives(circuit.blocks[-1].gates, circuit.observable)
        for j, (observable, slope) in enumerate(zip(found, slopes, strict=True)):
            point = {"n": circuit.qubits, "instance": number, "angle": j}
            mean = sum((c * expectation(p, inner) for p, c in observable.items()), Fraction(0))
            sweep.equal(point, "derivative", slope, mean)
            value, second = shadows.moments(inner, observable)
            sweep.equal(point, "mean of the values", value, slope)
            bound = Fraction(shadows.norm_bound(observable))
            sweep.at_most(point, "second moment", second, second, bound)
        for letters in ("Z" * circuit.qubits, "X" + "I" * (circuit.qubits - 1)):
            string = Pauli(letters)
            _, second = shadows.moments(inner, {string: 1})
            what = f"second moment of {letters}"
            sweep.equal({"n": circuit.qubits}, what, second, Fraction(stated.base**string.weight))
    return sweep.evidence("values are unbiased, with second moments at most S")


def tails(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """Exact binomial tails: K groups, and direct copies shared out, against delta/(TP)."""
    sweep, grid = Sweep(Method.EXACT), context.grid
    promises = {ANCHOR} | {
        (exact_fraction(eps), exact_fraction(delta))
        for eps in grid.accuracy
        for delta in grid.failure_probability
    }
    for promise in sorted(promises):
        for estimates in (1, 12, 1000):
            allowed = promise[1] / estimates
            point = {"eps": promise[0], "delta": promise[1], "TP": estimates}
            groups, _ = stated.groups(estimates, Fraction(3), promise)
            miss = costs.median_misses(groups)
            sweep.at_most(point | {"K": groups}, "half of the groups miss", miss, miss, allowed)
            each = max(1, stated.direct(estimates, promise) // estimates)
            low, high = estimate_misses(each, Fraction(0), promise[0])
            sweep.at_most(point | {"copies each": each}, "direct", low, high, allowed)
    return sweep.evidence("every derivative misses with probability at most delta/(TP)")


def ledger(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """Bills of both ways against the formulas; what is sent once does not know T but in ln T."""
    sweep = Sweep(Method.EXACT)
    for run in data.runs:
        estimates, crossings = run.steps * ANGLES, 2 * run.layers + stated.messages_offset
        point = {"n": run.qubits, "L": run.layers, "T": run.steps, "P": ANGLES}
        groups, size = stated.groups(estimates, run.norm, CRUDE)
        copies = groups * size
        if stated.linear:
            copies = run.steps * int(np.prod(stated.groups(ANGLES, run.norm, CRUDE)))
        sweep.equal(point, "messages", run.stored.messages, crossings)
        sweep.equal(point, "qubits sent once", run.stored.qubits, copies * crossings * run.qubits)
        lines = costs.lines(run.qubits, copies, crossings)
        sweep.same(point, "lines", run.stored.lines, lines)
        anew = sum(bill.qubits for bill in run.direct)
        total = stated.direct(estimates, CRUDE) * crossings * run.qubits
        sweep.equal(point, "qubits sent anew", anew, total)
        priced = costs.fine_tuning(run.qubits, run.layers, estimates, run.norm, *CRUDE)
        sweep.equal(point, "price of shadows", run.stored.qubits, priced["shadows"].qubits)
        sweep.equal(point, "price of direct", anew, priced["direct"].qubits)
    return sweep.evidence("one exchange serves all steps", figure=bills_figure())


def adaptive(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """The imported guarantee for angles that depend on the outcomes."""
    return Evidence(
        finding=Finding.SUPPORTS,
        method=Method.CITATION,
        summary=(
            "Badescu and O'Donnell, STOC 2021, arXiv:2011.10908: shadow tomography of M adaptive "
            "observables in dimension N, with O~(log^2 M log N/eps^4) copies"
        ),
    )


def measured(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """One store of copies: every derivative along a path fixed before, then real training."""
    sweep, grid = Sweep(Method.STATISTICS), context.grid
    eps, n, layers = exact_fraction(max(grid.accuracy)), max(grid.qubits), max(grid.layers)
    rng = context.rng("measured")
    path = fine_tuning.random_path(n, layers, ANGLES, max(STEPS), WIDTH, rng)
    state = amplitude_encoding(rng.normal(size=2**n))
    # With the share of false alarms as delta, halved for two stores, the promise is the test.
    promise = eps, exact_fraction(context.alarm) / 2
    groups, size = costs.shadow_groups((TRAINED + 1) * ANGLES, NORM, *promise)
    (stored, bill), (fresh, _) = (
        fine_tuning.store(path[0], state, groups * size, int(rng.integers(2**62))) for _ in "12"
    )
    begun = bill.qubits
    for t, circuit in enumerate(path, start=1):
        off = fine_tuning.error(stored, circuit, state, groups)
        point: dict[str, Scalar] = {"n": n, "step": t, "copies": stored.copies}
        sweep.at_most(point, "largest error of a derivative", off, off, float(eps))
    asked = (stored, fresh), bill, path[0], state, groups, TRAINED, RATE
    seen, way = trained(*asked)
    sweep.equal({"T": TRAINED}, "qubits sent while training", seen.sent - begun, 0)
    for t, (circuit, off) in enumerate(zip(way, seen.fresh, strict=True)):
        # A fresh store had no say in these angles: its promise holds where S does.
        bound = float(fine_tuning.second_moment_bound(circuit)) * (1 - ROOM)
        sweep.at_most({"T": t}, "second moment", bound, bound, float(NORM))
        sweep.at_most({"n": n, "T": t}, "error of a fresh store", off, off, float(eps))
    says = (
        f"fixed path within {float(eps)}; in {TRAINED} steps of training, where nothing is proved, "
        f"within {max(seen.own):.3f}, a fresh store within {max(seen.fresh):.3f}; "
        f"{seen.sent} qubits"
    )
    figure = seen.figure(float(eps))
    return sweep.evidence(says, alarm=context.alarm, table=seen.rows(), figure=figure)


_CLAIMED = Hypothesis()


def _mutant(name: str, says: str, step: str, **changes: Any) -> Mutant[Hypothesis]:
    return Mutant(name, says, replace(_CLAIMED, **changes), step)


CLAIM: Claim[Hypothesis, Data] = Claim(
    id="fine-tuning",
    topic="learning",
    title="Copies that are sent once serve every step of fine-tuning",
    statement=(
        r"Where only $B_L$ is trained, $\partial\,\mathrm{loss}/\partial\theta_j=\langle\mu|"
        r"O_j(\theta)|\mu\rangle$ with $\|O_j\|\le1$ and a fixed $|\mu\rangle$ at Bob. For angles "
        r"that do not depend on outcomes, $k=KB$ copies sent once, $2L-1$ messages of $kn$ qubits, "
        r"give all $TP$ derivatives to $\varepsilon$, except with probability $\delta$, by medians "
        r"of means of local Pauli shadows; $S$ bounds second moments, $3^w$ for a string of weight "
        r"$w$. Measured directly they take $TP\lceil2\ln(2TP/\delta)/\varepsilon^2\rceil$ copies."
    ),
    formulas=(
        r"K=\lceil8\ln(TP/\delta)\rceil,\qquad B=\lceil4S/\varepsilon^2\rceil",
        r"\mathrm{qubits}=KB\,n\,(2L-1)",
    ),
    source="Gilboa, Michaeli, Soudry, McClean, arXiv:2310.07136; Huang, Kueng, Preskill 2020",
    hypothesis=_CLAIMED,
    data=gather,
    steps=(
        Step("moments", Tag.PROVED, "derivatives, strings and sums", proved_moments),
        Step("counting", Tag.PROVED, "Chebyshev, Hoeffding, union", counting),
        Step("observables", Tag.EXACT, "exact derivatives and moments", observables),
        Step("tails", Tag.EXACT, r"exact tails below $\delta/(TP)$", tails),
        Step("ledger", Tag.EXACT, "the bills of both ways equal the formulas", ledger),
        Step(
            "adaptive",
            Tag.IMPORTED,
            r"adaptive angles take $\tilde O(\log^2(TP)\log N/\varepsilon^4)$ copies",
            adaptive,
        ),
        Step(
            "measured",
            Tag.NUMERIC,
            "a fixed path within the promise; training beside it",
            measured,
            role="counterexample",
        ),
    ),
    mutants=(
        _mutant("direct without TP", r"direct needs no factor $TP$", "tails", anew=False),
        _mutant("shadows linear in T", r"stored copies grow like $T$", "ledger", linear=True),
        _mutant("2^w", r"a string of weight $w$ has second moment $2^w$", "moments", base=2),
        _mutant("4^w", r"a string of weight $w$ has second moment $4^w$", "observables", base=4),
        _mutant("half of K", r"$K=\lceil4\ln(TP/\delta)\rceil$", "tails", group_factor=Fraction(4)),
        _mutant(
            "a quarter of B", r"$B=\lceil S/\varepsilon^2\rceil$", "counting", size_factor=CRUDE[0]
        ),
        _mutant("2L messages", r"copies are sent in $2L$ messages", "ledger", messages_offset=0),
        _mutant("pi/3", r"a difference at $\pm\pi/3$", "moments", shift=Fraction(1, 3)),
    ),
    notes=(
        r"Shadows pay off from some $16S$ derivatives on: see the figure.",
        "While training the angles depend on the outcomes; the run is shown, and proves nothing.",
    ),
)
