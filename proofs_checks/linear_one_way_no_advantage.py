"""linear-one-way-no-advantage: one way, qubits and bits both grow like 1/gamma^2."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product
from math import log2

import numpy as np
import sympy

from qdml.bounds.linear import (
    index_bound,
    index_length,
    majority_bits,
    sign_by_amplitude_estimation,
)
from qdml.claims import (
    Claim,
    Context,
    Evidence,
    Figure,
    Finding,
    Method,
    Mutant,
    Series,
    Step,
    Sweep,
    Tag,
)
from qdml.claims.evidence import Scalar
from qdml.claims.intervals import clopper_pearson, exact_fraction
from qdml.claims.symbolic import identities
from qdml.protocols import index

THIRD = Fraction(1, 3)

#: Metered runs of a random access code: fewer would leave its error unknown.
LEAST_RUNS = 300

#: The classical upper end is within this factor of the quantum lower one at delta = 1/3.
RATIO = Fraction(7)

#: Where one wants the two-way protocol to be seen below the one-way bound.
ANCHOR = Fraction(1, 32)

#: 1/gamma of the picture, and the line that another claim certifies, with its range.
SHOWN = tuple(round(2 ** (i / 2)) for i in range(2, 20))
SLOPE, LISTED = 0.4558, (2, 40)


@dataclass(frozen=True)
class Hypothesis:
    """INDEX on length_factor floor(1/gamma^2) bits needs (1 - H_2(delta)) of them in qubits."""

    length_factor: Fraction = Fraction(1)
    entropy: bool = True
    entangled_share: Fraction = Fraction(1, 2)
    two_way: bool = False
    ratio: Fraction = RATIO

    def length(self, margin: Fraction) -> int:
        """The stated number of bits of the index problem inside a margin."""
        return int(self.length_factor * index_length(margin))

    def bound(self, length: int, failure: Fraction) -> tuple[Fraction, Fraction]:
        """The stated bound for INDEX on `length` bits, enclosed."""
        if self.entropy:
            return index_bound(length, failure)
        return (1 - failure) * length, (1 - failure) * length


def gather(context: Context) -> tuple[tuple[Fraction, Fraction], ...]:
    """Every margin with every failure probability, one third and the anchor among them."""
    margins = sorted({ANCHOR, *(Fraction(1, m) for m in context.grid.inverse_margins)})
    given = {exact_fraction(delta) for delta in context.grid.failure_probability}
    failures = sorted({THIRD, *(delta for delta in given if delta < THIRD)})
    return tuple((margin, failure) for margin in margins for failure in failures)


Data = tuple[tuple[Fraction, Fraction], ...]


def embedding(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """<x/sqrt d, e_i> x_i = 1/sqrt d, and d <= 1/gamma^2 makes that gamma or more."""
    d, f, x = sympy.symbols("d f x", positive=True)
    factor = sympy.Rational(stated.length_factor.numerator, stated.length_factor.denominator)
    gamma = 1 / sympy.sqrt(d / factor + f)
    sign = sympy.sqrt(x**2) / x
    return identities(
        "INDEX is linear classification with margin 1/sqrt d",
        [
            ("<x, e_i> x_i", sign / sympy.sqrt(d) * sign, 1 / sympy.sqrt(d)),
            (
                "1/d - gamma^2 = f/(d(d+f)) >= 0, where 1/gamma^2 = d + f",
                1 / d - gamma**2,
                f / (d * (d + f)),
            ),
        ],
    )


def instances(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """All sign vectors of small length: margin, sign, and the run that sends them all."""
    sweep = Sweep(Method.EXACT)
    for margin, _ in data:
        length = stated.length(margin)
        point = {"1/gamma": 1 / margin, "d": length}
        sweep.at_most(point, "gamma^2", margin**2, margin**2, Fraction(1, length))
    for d in (1, 2, 3, 5):
        for signs in product((-1, 1), repeat=d):
            for wanted in range(d):
                place = {"x": str(signs), "i": wanted}
                found = index.one_way(signs, wanted)
                sweep.equal(place, "answer of one message", found.sign, signs[wanted])
                sweep.equal(place, "bits of one message", found.transcript.bits, d)
    return sweep.evidence("margin and sign of every instance")


def codes(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """Two and three bits in one metered qubit: how often they are read, against the bound."""
    sweep, runs = Sweep(Method.STATISTICS), max(LEAST_RUNS, context.grid.runs)
    for d in (2, 3):
        rng, wrong = context.rng("codes", d), 0
        for seed in rng.integers(2**62, size=runs):
            signs, wanted = tuple(int(s) for s in rng.choice((-1, 1), size=d)), int(rng.integers(d))
            wrong += index.access_code(signs, wanted, int(seed)).sign != signs[wanted]
        low, high = clopper_pearson(wrong, runs, context.alarm / 2)
        exactly = (1 - d**-0.5) / 2
        point = {"d": d, "runs": runs, "wrong": wrong, "qubits": 1}
        sweep.at_most(point, "lower confidence limit of the error", low, low, exactly)
        sweep.at_most(point, "minus the upper one", -high, -high, -exactly)
        least = stated.bound(d, min(Fraction(1, 2), exact_fraction(high)))[0]
        sweep.at_most(point, "bound at the upper limit", float(least), float(least), 1)
    return sweep.evidence("random access codes stay above the bound", alarm=context.alarm)


def entangled(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """Superdense coding: two bits, never wrong, in one qubit of a shared pair."""
    sweep = Sweep(Method.EXACT)
    for signs in product((-1, 1), repeat=2):
        for wanted in range(2):
            found = index.superdense(signs, wanted, seed=wanted)
            point = {"x": str(signs), "i": wanted, "pairs": found.transcript.entangled_pairs}
            sweep.equal(point, "answer", found.sign, signs[wanted])
            low, high = (end * stated.entangled_share for end in stated.bound(2, Fraction(0)))
            sweep.at_most(point, "bound with entanglement", low, high, found.transcript.qubits)
    return sweep.evidence("superdense coding meets the bound with entanglement, which is half")


def protocols(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """Runs to which the bound is said to apply, at the length of every margin."""
    sweep, rows = Sweep(Method.EXACT), list[dict[str, Scalar]]()
    for margin, failure in data:
        length = stated.length(margin)
        signs = tuple(int(s) for s in context.rng("signs", length).choice((-1, 1), size=length))
        wanted = length // 2
        bounds = stated.bound(length, failure)
        told, asked = index.one_way(signs, wanted), index.two_way(signs, wanted)
        point = {"1/gamma": 1 / margin, "delta": failure, "d": length}
        sweep.equal(point, "answer told", told.sign, signs[wanted])
        sweep.equal(point, "answer asked for", asked.sign, signs[wanted])
        sweep.at_most(point, "bound, one way", *bounds, told.transcript.bits)
        if stated.two_way:
            sweep.at_most(point, "bound, two way", *bounds, asked.transcript.bits)
        rows.append(
            {
                "1/gamma": int(1 / margin),
                "delta": float(failure),
                "one-way bound": float(bounds[0]),
                "one message": told.transcript.bits,
                "question and answer": asked.transcript.bits,
            }
        )
    return sweep.evidence("runs of INDEX cost what the bound allows", table=tuple(rows))


def upper_against_lower(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """Hyperplane bits against the bound, both ways; the picture of the section."""
    sweep = Sweep(Method.EXACT)
    for margin, failure in data:
        bits, (low, high) = (
            majority_bits(margin, failure),
            index_bound(index_length(margin), failure),
        )
        point = {"1/gamma": 1 / margin, "delta": failure, "bits": bits}
        sweep.at_most(point, "lower against upper end", low, high, bits)
        if failure == THIRD and margin <= THIRD:
            sweep.at_most(point, "bits over the bound", bits / high, bits / low, stated.ratio)
    return sweep.evidence(
        f"at delta = 1/3 the bits sent are at most {RATIO} times the one-way quantum bound",
        figure=_picture() if stated == _CLAIMED else None,
    )


def _picture() -> Figure:
    margins = [Fraction(1, m) for m in SHOWN]
    lengths = [index_length(margin) for margin in margins]
    quantum = [
        sign_by_amplitude_estimation(margin, length).qubits
        for margin, length in zip(margins, lengths, strict=True)
    ]
    listed = tuple(float(m) for m in np.geomspace(*LISTED, 12) if SLOPE * m > log2(3))
    lower = [float(index_bound(length, THIRD)[0]) for length in lengths]
    return Figure(
        title="Linear classification: what suffices and what is needed",
        x_label="1/gamma",
        y_label="bits or qubits, at error 1/3",
        x_scale="log",
        y_scale="log",
        series=(
            Series(
                label="random hyperplanes, one way, bits",
                kind="exact",
                x=SHOWN,
                y=tuple(majority_bits(margin, THIRD) for margin in margins),
            ),
            Series(
                label="phase estimation, two way, qubits",
                kind="formula",
                x=SHOWN,
                y=tuple(quantum),
            ),
            Series(label="needed one way, bits or qubits", kind="bound", x=SHOWN, y=tuple(lower)),
            Series(
                label="0.4558/gamma - log2 3, two way (not certified here)",
                kind="formula",
                x=listed,
                y=tuple(SLOPE * m - log2(3) for m in listed),
            ),
        ),
        caption=(
            "Dimension N = floor(1/gamma^2). What suffices and what is needed, one way and two, "
            "are powers of 1/gamma, up to a logarithm: no exponential advantage is left. The "
            "last line is the subject of linear-quantum-lower, on the margins where it is drawn."
        ),
    )


def nayak(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """The imported bound for random access codes."""
    return Evidence(
        finding=Finding.SUPPORTS,
        method=Method.CITATION,
        summary=(
            "Nayak, FOCS 1999; Ambainis, Nayak, Ta-Shma, Vazirani, J. ACM 49 (2002) 496: one-way "
            "INDEX needs (1 - H_2(delta)) d qubits; Klauck, STOC 2000: half of it with "
            "prior entanglement"
        ),
    )


_CLAIMED = Hypothesis()

CLAIM: Claim[Hypothesis, Data] = Claim(
    id="linear-one-way-no-advantage",
    topic="linear",
    title="One way, linear classification takes order 1/gamma^2 qubits, and so many bits suffice",
    statement=(
        r"Signs $x\in\{\pm1\}^d/\sqrt d$ with the sender and $e_i$ with the receiver, "
        r"$d=\min(N,\lfloor1/\gamma^2\rfloor)$, have margin at least $\gamma$ and make INDEX: one "
        r"way, bits and qubits both need $(1-H_2(\delta))\,d$, and half with prior entanglement. "
        r"Random hyperplanes send at most 7 times as many bits at $\delta=1/3$ and "
        r"the margins $\gamma\le1/3$ listed. Two ways the same instances cost "
        r"$\lceil\log_2 d\rceil+1$ bits."
    ),
    formulas=(
        r"Q^{1}\ge(1-H_2(\delta))\left\lfloor\frac{1}{\gamma^{2}}\right\rfloor",
        r"\frac1d-\gamma^2=\frac{f}{d(d+f)}\ge0\quad\mathrm{for}\quad\frac1{\gamma^2}=d+f",
    ),
    source="Nayak 1999; arXiv:2310.07136",
    hypothesis=_CLAIMED,
    data=gather,
    steps=(
        Step("embedding", Tag.PROVED, "INDEX on 1/gamma^2 bits has margin gamma", embedding),
        Step("instances", Tag.EXACT, "all sign vectors of small length", instances),
        Step(
            "Nayak's bound",
            Tag.IMPORTED,
            r"one-way INDEX needs $(1-H_2(\delta))d$ qubits, half with entanglement (Nayak 1999)",
            nayak,
        ),
        Step("entanglement", Tag.EXACT, "superdense coding meets half of the bound", entangled),
        Step("protocols", Tag.EXACT, "runs of INDEX, one way and two ways", protocols),
        Step("no advantage", Tag.EXACT, "bits against the quantum bound", upper_against_lower),
        Step(
            "codes",
            Tag.NUMERIC,
            "random access codes over the network do not contradict the bound",
            codes,
            role="counterexample",
        ),
    ),
    mutants=(
        Mutant(
            "the same claimed two-way",
            r"two ways, these instances need $(1-H_2(\delta))\lfloor1/\gamma^2\rfloor$ bits",
            replace(_CLAIMED, two_way=True),
            "protocols",
        ),
        Mutant(
            "1 - delta for 1 - H_2(delta)",
            r"one way, INDEX needs $(1-\delta)d$ qubits",
            replace(_CLAIMED, entropy=False),
            "codes",
        ),
        Mutant(
            "entanglement does not help",
            r"with prior entanglement INDEX needs $(1-H_2(\delta))d$ qubits too",
            replace(_CLAIMED, entangled_share=Fraction(1)),
            "entanglement",
        ),
        Mutant(
            "twice the length",
            r"INDEX on $2\lfloor1/\gamma^2\rfloor$ bits has margin $\gamma$",
            replace(_CLAIMED, length_factor=Fraction(2)),
            "instances",
        ),
        Mutant(
            "tight within a factor of 3",
            r"the plain majority sends at most 3 times the bound",
            replace(_CLAIMED, ratio=Fraction(3)),
            "no advantage",
        ),
    ),
)
