"""Gradients by threshold search and an online hypothesis, beside tomography."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from math import comb, isqrt
from typing import Any

import numpy as np

from proofs_checks._shadow_proof import counting, detection, learning, softness
from proofs_checks._shadow_runs import (
    MOST_QUBITS,
    WAYS,
    Compared,
    compare,
    copies_figure,
    errors_figure,
    held,
    sequence,
)
from qdml.bounds import gradient_costs
from qdml.claims import Claim, Context, Evidence, Method, Mutant, Step, Sweep, Tag
from qdml.claims.evidence import Scalar
from qdml.claims.intervals import clopper_pearson, exact_fraction
from qdml.model.ansatz import pauli_block
from qdml.model.circuit import DistributedCircuit
from qdml.model.gradient_task import Task, copies
from qdml.model.shadow_task import Plan, plan
from qdml.protocols import gradient_methods, threshold_search
from qdml.quantum import occupations
from qdml.quantum.gates import Pauli
from qdml.quantum.numbers import Radians, State
from qdml.quantum.reference import amplitude_encoding

#: Promises at which tails are summed: eps and P.
PROMISES = ((Fraction(9, 10), 1), (Fraction(9, 10), 20), (Fraction(1, 2), 1))

#: The accuracy that is run to the end, on one qubit with one entry in a block.
ACCURACY = Fraction(99, 100)

#: The accuracy that tomography is run at beside it.
FINE = 0.1

#: A promise so crude that a bill is soon run.
BILLED = Fraction(19, 10), Fraction(9, 10)

#: Scales m of the searches that are followed step by step, and the gaps that they ask for.
SCALE, GAPS = 6, (0.5, 0.7)

#: Copies for comparisons, in rounds of a search.
ROUNDS = (2, 8)


@dataclass(frozen=True)
class Hypothesis:
    """The constants and variants of the statement."""

    soft: bool = True
    learn: bool = True
    search_factor: Fraction = Fraction(4)
    single_log: bool = False
    found: Fraction = Fraction(1, 8)
    update_factor: int = 32
    tomography_until: int = 20

    def plan(self, qubits: int, parameters: int, eps: Fraction, delta: Fraction) -> Plan:
        """The stated numbers for one layer."""
        known = plan(qubits, 2, parameters, eps, delta, self.search_factor)
        # m = (4/eps) l would become (4/eps) sqrt(l).
        root = isqrt(int(known.scale * self.search_factor / eps)) + 1
        scale = root if self.single_log else known.scale
        return replace(known, scale=scale if self.soft else 0, batch=scale**2, learn=self.learn)


@dataclass(frozen=True)
class Data:
    """A circuit whose entries are known, its bill by method, and comparisons at equal copies."""

    circuit: DistributedCircuit
    state: State
    bills: dict[str, tuple[int, int]]
    compared: tuple[Compared, ...]


def gather(context: Context) -> Data:
    """Bills of both methods on small circuits, and all methods at equal copies as N grows."""
    # The loss is the cosine of the sum of both angles, a quarter turn: derivatives are -1.
    angles = (Radians(0.4), Radians(np.pi / 2 - 0.4))
    blocks = [pauli_block([Pauli("Y")], [angle]) for angle in angles]
    circuit, state = DistributedCircuit.alternating(blocks, 1), amplitude_encoding(np.array([1, 0]))
    bills = {}
    for method in ("tomography", "shadow-tomography"):
        eps, delta = map(float, BILLED)
        ran = gradient_methods.run(method, circuit, state, eps, delta, context.seed)
        bills[method] = ran.copies, ran.qubits
    sizes = sorted({min(n, MOST_QUBITS) for n in context.grid.qubits})
    # Work grows with the size of what is held together: from seconds to some minutes.
    most, instances = 400 * context.grid.instances**3, min(context.grid.instances, 3)
    compared = [
        compare(n, parameters, held(n, most), rounds, seeds)
        for n in sizes
        for parameters in sorted({8, 8 * max(1, instances - 1)})
        for rounds in ROUNDS
        # No two runs share a circuit or an outcome: they are counted as independent.
        for key in [(n, parameters, rounds)]
        for seeds in [[int(context.rng(*key, i).integers(2**62)) for i in range(instances)]]
    ]
    return Data(circuit, state, bills, tuple(compared))


def _moments(chances: list[Fraction], rate: Fraction) -> tuple[Fraction, Fraction]:
    """E g and E g^2 for a binomial count, exactly."""
    k = len(chances) - 1
    p, q, whole = rate.numerator, rate.denominator - rate.numerator, rate.denominator**k
    first = second = Fraction(0)
    for s, chance in enumerate(chances):
        weight = comb(k, s) * p**s * q ** (k - s)
        first, second = first + weight * chance, second + weight * chance**2
    return first / whole, second / whole


def soft(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """E g^2 <= (4/3) p^2 exactly, for thresholds near and far."""
    sweep = Sweep(Method.EXACT)
    for m in (2, 4):
        ratio = Fraction(m, m + 1) if stated.soft else Fraction(0)
        for rate in (Fraction(1, 10), Fraction(1, 2), Fraction(3, 4)):
            for away in (m, 2 * m, 4 * m):
                middle = round(rate * m**2)
                gaps = [max(0, away - abs(s - middle)) for s in range(m**2 + 1)]
                first, second = _moments([ratio**gap for gap in gaps], rate)
                point = {"k": m**2, "mu": rate, "counts away": away}
                if first:
                    sweep.at_most(
                        point, "E g^2/p^2", second / first**2, second / first**2, Fraction(4, 3)
                    )
    return sweep.evidence("a no moves the copies by at most 2 p/sqrt 3")


def _tail(numbers: Plan, mean: Fraction, truth: Fraction) -> Fraction:
    """The chance of yes, exactly, for a hypothesis and a true mean."""
    low, high = threshold_search.thresholds(mean, numbers)
    m, k = numbers.scale, numbers.batch
    rate = (1 + truth) / 2
    p, q, whole = rate.numerator, rate.denominator - rate.numerator, rate.denominator
    most = max(high, k - low)
    total = 0
    for s in range(k + 1):
        gap = max(0, min(high - s, s - low))
        total += comb(k, s) * p**s * q ** (k - s) * m**gap * (m + 1) ** (most - gap)
    return Fraction(total, whole**k * (m + 1) ** most)


def tails(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """Chances of yes at eps and at eps/2 from the hypothesis, summed exactly."""
    sweep = Sweep(Method.EXACT)
    for eps, parameters in PROMISES:
        numbers = replace(stated.plan(1, parameters, eps, Fraction(1, 10)), accuracy=float(eps))
        for mean in (Fraction(0), Fraction(-1, 4)):
            point = {"eps": eps, "P": parameters, "m": numbers.scale, "hypothesis": mean}
            near = _tail(numbers, mean, mean + eps / 2)
            sweep.at_most(point, "eps/2 away", near, near, Fraction(1, 16 * parameters))
            far = _tail(numbers, mean, mean + eps)
            sweep.at_most(point, "no at eps away", 1 - far, 1 - far, Fraction(1, 2))
    return sweep.evidence("an entry eps away says yes half the time, one eps/2 away hardly ever")


def followed(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """Searches on non-commuting entries, all answers no, in the symmetric subspace."""
    sweep, table = Sweep(Method.FLOATING), []
    rng = context.rng("followed")
    strings = [Pauli(letters) for letters in ("YX", "YZ", "YY", "YX", "YZ")]
    for gap in GAPS:
        state = amplitude_encoding(rng.normal(size=4) + 1j * rng.normal(size=4))
        numbers = Plan(gap, SCALE if stated.soft else 0, SCALE**2, 1, 1, 1)
        means = [float(np.vdot(state, string.apply(state)).real) for string in strings]
        chances = [threshold_search.chances(mean, numbers) for mean in means]
        seen = sequence(state, strings, chances)
        # Every change of basis is a product of orthogonal matrices on D_k amplitudes.
        room = 64 * SCALE**2 * len(strings) * float(np.finfo(float).eps)
        size = occupations.dimension(4, SCALE**2)
        sums = np.cumsum(seen.likely)
        for i in range(len(strings)):
            bound, off = 2 / np.sqrt(3) * float(sums[i]), float(seen.damage[i])
            point = {"k": SCALE**2, "amplitudes": size, "gap": gap, "questions": i + 1}
            sweep.at_most(point, "damage after no", off - room, off + room, bound)
            missed = float(sums[i] - 4 / 3 * sums[i] ** 2 - seen.said[: i + 1].sum())
            sweep.at_most(point, "chance of yes that is missing", missed - room, missed - room, 0.0)
            table.append({**point, "p": float(seen.likely[i]), "damage": off, "bound": bound})
    return sweep.evidence("damage and detection stay inside their bounds", table=tuple(table))


def bill(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """Copies and qubits of metered runs against the formulas."""
    sweep = Sweep(Method.EXACT)
    task = Task(1, 1, 1, *BILLED)
    numbers = stated.plan(1, 1, *BILLED)
    said = {"shadow-tomography": numbers.copies, "tomography": copies("tomography", task)}
    for method, (count, sent) in data.bills.items():
        point = {"method": method, "n": 1, "P": 1, "eps": BILLED[0]}
        sweep.equal(point, "copies of each state", count, said[method])
        sweep.equal(point, "qubits", sent, said[method] * gradient_costs.states(task))
    return sweep.evidence("one copy of every state costs G qubits, and each is paid")


def against_tomography(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """Proved copies of both as n grows, at P = 1, where the search is cheapest."""
    sweep, table = Sweep(Method.EXACT), []
    for eps in (Fraction(9, 10), Fraction(1, 2), Fraction(1, 10)):
        for n in range(1, stated.tomography_until + 1):
            task = Task(n, 1, 1, eps, Fraction(1, 20))
            searched, learnt = copies("shadow-tomography", task), copies("tomography", task)
            point: dict[str, Scalar] = {"eps": float(eps), "n": n}
            sweep.at_most(point, "copies of tomography", learnt, learnt, searched)
        table.append({**point, "tomography": float(learnt), "threshold search": float(searched)})
    return sweep.evidence(
        "tomography takes fewer copies",
        table=tuple(table),
        figure=copies_figure(10, Fraction(1, 10), Fraction(1, 20)),
    )


def promised(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """Metered runs of both ways whose failure probability is a share of the false alarms."""
    sweep = Sweep(Method.STATISTICS)
    delta = exact_fraction(context.alarm) / 2
    numbers = stated.plan(1, 1, ACCURACY, delta)
    seed = int(context.rng("promised").integers(2**62))
    model = data.circuit, data.state
    found = gradient_methods.spend("shadow-tomography", *model, numbers.copies, seed, numbers)
    learnt = gradient_methods.run("tomography", *model, FINE, float(delta), seed)
    exact = np.array(data.circuit.gradient(data.state))
    for way, own, eps in (("search", found, float(ACCURACY)), ("tomography", learnt, FINE)):
        for j, (one, other) in enumerate(zip(own.gradient, exact, strict=True)):
            off = abs(float(one - other))
            point = {"way": way, "entry": j, "exact": float(other), "found": float(one)}
            sweep.at_most(point, "error", off, off, eps)
    return sweep.evidence("all entries within eps", alarm=context.alarm)


def compared(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """At equal copies: how often the search has the smaller error, over all sizes together."""
    sweep, pairs = Sweep(Method.STATISTICS), [each.errors for each in data.compared]
    ahead = np.concatenate([own["soft search"] < own["tomography"] for own in pairs])
    low = clopper_pearson(int(ahead.sum()), len(ahead), context.alarm)[0]
    point = {"search ahead": int(ahead.sum()), "runs": len(ahead)}
    sweep.at_most(point, "rate of smaller errors than tomography", low, low, 0.25)
    beaten = [
        f"n = {each.qubits}, P = {each.parameters}, {each.copies} copies"
        for each in data.compared
        if all(each.errors["soft search"].mean() < each.errors[way].mean() for way in WAYS[:2])
    ]
    return sweep.evidence(
        f"threshold search has a smaller error than tomography in {ahead.sum()} of {len(ahead)} "
        "runs; on average it beats parameter shift, and no copies at all, at "
        f"{'; '.join(beaten) or 'no size'}",
        alarm=context.alarm,
        table=tuple(each.row() for each in data.compared),
        figure=errors_figure(data.compared),
    )


_CLAIMED = Hypothesis()


def _mutant(name: str, says: str, step: str, **changes: Any) -> Mutant[Hypothesis]:
    return Mutant(name, says, replace(_CLAIMED, **changes), step)


CLAIM: Claim[Hypothesis, Data] = Claim(
    id="gradient-by-shadow-tomography",
    topic="learning",
    title="Threshold search takes copies like (log P)^2; tomography is cheaper in reach",
    statement=(
        r"Hold $k=m^2$ copies of $|g_b\rangle$ together and ask, entry by entry, whether the count "
        r"of $+1$ lies $\varepsilon k/2$ or more from what a hypothesis says: yes with probability "
        r"$q^d$ at a distance of $d$ counts, $q=m/(m+1)$, and disturbing no more than that. If an "
        r"entry is $\varepsilon$ away, one that is more than $\varepsilon/2$ away is found with "
        r"probability $1/8$. Measured to $\varepsilon/8$ on copies of its own, it corrects the "
        r"hypothesis, at most $T=32\ln(2N)/\varepsilon^2$ times. After $R$ rounds without a "
        r"correction all entries are within $\varepsilon$, except with probability $\delta$, from "
        r"$(T+1)R(k+c)$ copies of every state. At $\varepsilon=9/10$, $1/2$ and $1/10$, "
        r"$\delta=1/20$, tomography takes fewer copies up to $n=20$."
    ),
    formulas=(
        r"m=\left\lceil\frac{4}{\varepsilon}\left(\ln(32P)+\frac58\right)\right\rceil",
        r"R=\left\lceil\frac{\ln(4L(T+1)/\delta)}{\ln(8/7)}\right\rceil",
        r"c=\left\lceil\frac{128}{\varepsilon^2}\ln\frac{8L(T+1)R}{\delta}\right\rceil",
        r"\mathrm{tomography:}\ \lceil 8(2N+\ln(2L/\delta))/(\varepsilon(1-\varepsilon/8))^2\rceil",
    ),
    source="proved here, after Badescu and O'Donnell, arXiv:2011.10908; Hayashi 1998 (tomography)",
    premises=(
        "The Efron-Stein inequality (1981)",
        "The Golden-Thompson inequality (1965)",
        "Hoeffding's inequality (1963)",
        "The median of a binomial law is its mean, rounded down or up (Kaas and Buhrman 1980)",
    ),
    hypothesis=_CLAIMED,
    data=gather,
    steps=(
        Step(
            "softness",
            Tag.PROVED,
            r"a soft no costs $2p/\sqrt3$",
            lambda said, *_: softness(said.soft),
        ),
        Step(
            "detection",
            Tag.PROVED,
            "a search finds what is far with probability 1/8",
            lambda said, *_: detection(said.found),
        ),
        Step(
            "learning",
            Tag.PROVED,
            r"at most $32\ln(2N)/\varepsilon^2$ corrections",
            lambda said, *_: learning(said.update_factor),
        ),
        Step(
            "counting",
            Tag.PROVED,
            "tails and unions",
            lambda said, *_: counting(said.search_factor),
        ),
        Step("soft", Tag.EXACT, r"exact second moments of soft thresholds", soft),
        Step("tails", Tag.EXACT, "exact chances of yes", tails),
        Step("bill", Tag.EXACT, "the bills of both ways equal the formulas", bill),
        Step("tomography", Tag.EXACT, "what both are proved to take", against_tomography),
        Step(
            "followed",
            Tag.NUMERIC,
            "searches in the symmetric subspace stay inside the bounds",
            followed,
            role="counterexample",
        ),
        Step(
            "promised",
            Tag.NUMERIC,
            "a metered search keeps its promise",
            promised,
            role="counterexample",
        ),
        Step(
            "compared",
            Tag.NUMERIC,
            "the search beats tomography at equal copies in a quarter of runs at most",
            compared,
            role="counterexample",
        ),
    ),
    mutants=(
        _mutant("no noise", "a sharp threshold is as gentle", "followed", soft=False),
        _mutant("never updated", "the hypothesis needs no correction", "promised", learn=False),
        _mutant(
            "half of m", r"$m=2(\ln(32P)+5/8)/\varepsilon$", "tails", search_factor=Fraction(2)
        ),
        _mutant("a single log", r"$k$ grows like $\ln P$", "tails", single_log=True),
        _mutant("found with 1/4", "a search succeeds with 1/4", "detection", found=Fraction(1, 4)),
        _mutant("16 ln(2N)", r"$T=16\ln(2N)/\varepsilon^2$", "learning", update_factor=16),
        _mutant("wins at 30 qubits", "tomography wins up to 30", "tomography", tomography_until=30),
    ),
    notes=(
        r"Two answers of different entries do not commute; nothing is assumed of their order.",
        r"A false yes costs a round, and no correction: it is measured on copies of its own.",
        r"A $\log P$ advantage over tomography is out of reach of simulation, and is not claimed.",
    ),
)
