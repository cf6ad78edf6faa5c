"""inner-product-at-depth-one: with L = 1 and n+1 qubits the loss is <w, x>."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
import sympy

from qdml.bounds.costs import inference_lines
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
from qdml.claims.intervals import clopper_pearson
from qdml.claims.symbolic import identities
from qdml.protocols import inference, inner_product
from qdml.quantum.numbers import State, exact
from qdml.quantum.reference import basis_state, expectation
from qdml.quantum.reflections import random_orthogonal, reflection

#: Copies of each metered run.
COPIES = 400

#: Exact vectors of more qubits than this add time and no insight.
LARGEST_EXACT = 4


@dataclass(frozen=True)
class Hypothesis:
    """The loss is `offset` + `slope` <w, x>^`power`, by a message of n + `extra_qubits` qubits."""

    slope: Fraction = Fraction(1)
    offset: Fraction = Fraction(0)
    power: int = 1
    undo_preparation: bool = True
    extra_qubits: int = 1
    accuracy_over_margin: Fraction = Fraction(1)

    def loss(self, product: Any) -> Any:
        """What the hypothesis says the loss is."""
        return self.offset + self.slope * product**self.power


@dataclass(frozen=True)
class Instance:
    """Exact unitaries that prepare x and w, and their inner product computed without a circuit."""

    qubits: int
    prepare_x: State
    prepare_w: State
    product: Fraction


def gather(context: Context) -> tuple[Instance, ...]:
    """Random rational unit vectors x and w for every n of the grid."""
    # The fixed pair is a rotation and a reflection, on which every false variant shows.
    corner = reflection(np.array([1, 2]))
    pairs = [(corner, corner @ reflection(np.array([1, 0])))]
    for n in sorted({min(n, LARGEST_EXACT) for n in context.grid.qubits}):
        for i in range(2 * context.grid.instances):
            rng = context.rng("instance", n, i)
            pairs.append((random_orthogonal(2**n, rng), random_orthogonal(2**n, rng)))
    return tuple(
        Instance(len(x).bit_length() - 1, exact(x), exact(w), Fraction(x[:, 0] @ w[:, 0]))
        for x, w in pairs
    )


def polarisation(stated: Hypothesis, data: tuple[Instance, ...], context: Context) -> Evidence:
    """The amplitudes after B_1 are (e_0 + v)/2 and (e_0 - v)/2 with v = W^dagger x."""
    a, b, c, d, v0, vi = sympy.symbols("a b c d v_0 v_i", real=True)
    e, v = a + sympy.I * b, c + sympy.I * d
    halves = [sympy.expand(z * sympy.conjugate(z)) for z in ((e + v) / 2, (e - v) / 2)]

    def share(e_i: sympy.Expr, v_i: sympy.Expr) -> sympy.Expr:
        return ((e_i + v_i) / 2) ** 2 - ((e_i - v_i) / 2) ** 2

    slope, offset = (
        sympy.Rational(x.numerator, x.denominator) for x in (stated.slope, stated.offset)
    )
    return identities(
        "<Z> on the ancilla is Re <e_0, v> = <w, x>",
        [
            (
                "every component gives Re(conj(e_i) v_i)",
                halves[0] - halves[1],
                sympy.re(sympy.expand(sympy.conjugate(e) * v)),
            ),
            (
                "a component after the first gives nothing",
                share(sympy.Integer(0), vi),
                sympy.Integer(0),
            ),
            (
                "the first gives the loss",
                share(sympy.Integer(1), v0),
                offset + slope * v0**stated.power,
            ),
        ],
    )


def instances(stated: Hypothesis, data: tuple[Instance, ...], context: Context) -> Evidence:
    """The exact mean of what reaches Bob over the network against the inner product."""
    sweep = Sweep(Method.EXACT)
    for number, item in enumerate(data):
        circuit = inner_product.circuit(item.prepare_x, item.prepare_w, stated.undo_preparation)
        state = basis_state(0, circuit.qubits, exact=True)
        _, _, register = inference.walked(circuit, state, 1, 0)
        loss = expectation(circuit.observable, register.world.state)
        point = {"n": item.qubits, "instance": number, "<w, x>": str(item.product)}
        sweep.equal(point, "loss", loss, stated.loss(item.product))
    return sweep.evidence("the loss of the exact circuit is the inner product")


def ledger(stated: Hypothesis, data: tuple[Instance, ...], context: Context) -> Evidence:
    """One message of n+1 qubits a copy, and the announcement."""
    sweep = Sweep(Method.EXACT)
    for number, item in enumerate(data):
        circuit = inner_product.circuit(item.prepare_x, item.prepare_w)
        state = basis_state(0, circuit.qubits, exact=True)
        seed = int(context.rng("ledger", number).integers(2**62))
        bill = inference.run(circuit, state, COPIES, seed).transcript
        point = {"n": item.qubits, "instance": number, "k": COPIES}
        sweep.equal(point, "messages", bill.messages, 2)
        sweep.equal(point, "qubits", bill.qubits, COPIES * (item.qubits + stated.extra_qubits))
        lines = inference_lines(item.qubits + stated.extra_qubits, COPIES, 1)
        sweep.same(point, "lines", bill.lines, lines)
    return sweep.evidence("a copy is one message of n+1 qubits")


def sign_rule(stated: Hypothesis, data: tuple[Instance, ...], context: Context) -> Evidence:
    """An estimate closer than the margin has the sign of <w, x>."""
    gamma, s, error = sympy.symbols("gamma s e", positive=True)
    ratio = sympy.Rational(
        stated.accuracy_over_margin.numerator, stated.accuracy_over_margin.denominator
    )
    # s - gamma >= 0 and ratio * gamma - error > 0 are given; the last coefficient decides.
    parts = (s - gamma) + (ratio * gamma - error) + (1 - ratio) * gamma
    found = identities(
        "s >= gamma and |estimate - s| < gamma give estimate > 0",
        [("the least estimate, in three parts", s - error, parts)],
    )
    if found.finding is not Finding.SUPPORTS or 1 - ratio >= 0:
        return found
    point = {s: sympy.Integer(1), gamma: sympy.Integer(1), error: (1 + ratio) / 2}
    least = (s - error).subs(point)
    return found.model_copy(
        update={
            "finding": Finding.REFUTES if least < 0 else Finding.UNDECIDED,
            "summary": f"an allowed error of {point[error]} gamma makes the estimate {least}",
            "point": {str(symbol): str(value) for symbol, value in point.items()},
            "margin": float(-least),
        }
    )


def measured(stated: Hypothesis, data: tuple[Instance, ...], context: Context) -> Evidence:
    """Metered estimates against the line loss = <w, x>."""
    sweep, rows = Sweep(Method.STATISTICS), []
    failure = context.alarm / max(1, len(data))
    for number, item in enumerate(data):
        circuit = inner_product.circuit(item.prepare_x, item.prepare_w)
        state = basis_state(0, circuit.qubits, exact=True)
        seed = int(context.rng("measured", number).integers(2**62))
        found = inference.run(circuit, state, COPIES, seed)
        low, high = (2 * end - 1 for end in clopper_pearson(found.count, COPIES, failure))
        loss = float(stated.loss(item.product))
        point = {"n": item.qubits, "instance": number, "<w, x>": float(item.product)}
        sweep.at_most(point, "lower confidence limit", low, low, loss)
        sweep.at_most(point, "minus the upper confidence limit", -high, -high, -loss)
        rows.append((float(item.product), found.value, low, high))
    x, y, low_ends, high_ends = zip(*sorted(rows), strict=True)
    figure = Figure(
        title=f"Loss estimated from {COPIES} copies against the inner product",
        x_label="<w, x>",
        y_label="loss",
        series=(
            Series(label="metered", kind="measured", x=x, y=y, low=low_ends, high=high_ends),
            Series(label="loss = <w, x>", kind="formula", x=(-1, 1), y=(-1, 1)),
        ),
        caption=f"Clopper-Pearson intervals, each wrong with probability {failure:.1e}.",
    )
    return sweep.evidence("metered estimates agree with <w, x>", alarm=context.alarm, figure=figure)


_CLAIMED = Hypothesis()

CLAIM: Claim[Hypothesis, tuple[Instance, ...]] = Claim(
    id="inner-product-at-depth-one",
    topic="learning",
    title="One layer computes the inner product of two real unit vectors",
    statement=(
        r"For real unit vectors and $L=1$ on $n+1$ qubits, $A_1$ a Hadamard on the ancilla and the "
        r"controlled preparation of $x$, $B_1$ the controlled inverse of the preparation of $w$ "
        r"and a Hadamard, the loss is exactly $\langle w,x\rangle$, with one message of $n+1$ "
        r"qubits a copy. An estimate to an accuracy below the margin decides the sign, so "
        r"inference to it is at least as hard as linear classification with that margin."
    ),
    formulas=(
        r"\left\|\tfrac{e_0+v}{2}\right\|^2-\left\|\tfrac{e_0-v}{2}\right\|^2=\langle e_0,v\rangle",
        r"\langle e_0,v\rangle=\langle w,x\rangle\quad\mathrm{for}\quad v=W^{\dagger}x",
    ),
    source="arXiv:2310.07136; the Hadamard test",
    hypothesis=_CLAIMED,
    data=gather,
    steps=(
        Step("polarisation", Tag.PROVED, "the ancilla's mean is the inner product", polarisation),
        Step("instances", Tag.EXACT, "exact circuits on rational unit vectors", instances),
        Step("ledger", Tag.EXACT, "a copy is one message of n+1 qubits", ledger),
        Step("sign", Tag.PROVED, "accuracy below the margin decides the sign", sign_rule),
        Step(
            "measured",
            Tag.NUMERIC,
            "metered estimates do not contradict the line",
            measured,
            role="counterexample",
        ),
    ),
    mutants=(
        Mutant(
            "squared overlap",
            r"the loss is $\langle w,x\rangle^2$",
            replace(_CLAIMED, power=2),
            "instances",
        ),
        Mutant(
            "probability for mean",
            r"the loss is $(1+\langle w,x\rangle)/2$",
            replace(_CLAIMED, slope=Fraction(1, 2), offset=Fraction(1, 2)),
            "polarisation",
        ),
        Mutant(
            "W for its inverse",
            r"$B_1$ uses $W$ in place of $W^{\dagger}$",
            replace(_CLAIMED, undo_preparation=False),
            "instances",
        ),
        Mutant(
            "no ancilla sent",
            r"a copy is one message of $n$ qubits",
            replace(_CLAIMED, extra_qubits=0),
            "ledger",
        ),
        Mutant(
            "accuracy of twice the margin",
            r"accuracy $2\gamma$ decides the sign",
            replace(_CLAIMED, accuracy_over_margin=Fraction(2)),
            "sign",
        ),
    ),
)
