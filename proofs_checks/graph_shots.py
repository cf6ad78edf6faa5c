"""graph-shots: copies that a pooled score takes, and why the score of one node takes V of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
import sympy

from proofs_checks._graph_instances import in_floats
from proofs_checks._graph_runs import held_to
from qdml.bounds import graph_costs
from qdml.bounds.linear import qubits_for
from qdml.bounds.tails import estimate_misses, ternary_misses
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
from qdml.claims.symbolic import identities
from qdml.graphs.quadratic_form import quadratic_form
from qdml.graphs.sign import hop_features
from qdml.network import Message
from qdml.protocols import graph_form
from qdml.protocols.graph_form import Form

#: Accuracies, as shares of the range of outcomes, and failure probabilities of exact tails.
SHARES = (Fraction(1, 4), Fraction(1, 10))
FAILURES = (Fraction(1, 3), Fraction(1, 20))

#: Rows of a graph that one node is read out of; copies are stated from the first on.
NODES = (16, 64, 256, 1024)

#: Of the accuracy, what the announced norm may use.
NORM_SHARE = Fraction(1, 16)

#: Nodes, hops, features and hidden units of networks that are run, and their promises.
RUN_SIZES = ((6, 1, 2, 2), (20, 2, 2, 3))
RUN_PROMISES = ((Fraction(1, 5), Fraction(1, 3)), (Fraction(1, 10), Fraction(1, 20)))


@dataclass(frozen=True)
class Hypothesis:
    """The constants of the statement."""

    factor: Fraction = Fraction(1, 2)
    with_zero: bool = True
    single_power: Fraction = Fraction(1)
    norm_billed: bool = True

    def spread(self, values: tuple[Fraction, ...]) -> Fraction:
        """Delta: how far the eigenvalues spread, 0 among them."""
        counted = (*values, Fraction(0)) if self.with_zero else values
        return max(counted) - min(counted)

    def single(self, nodes: int, accuracy: Fraction, failure: Fraction) -> int:
        """Copies for one node's score: Bernstein's at variance V, on the first graph, grown."""
        size = Fraction(NODES[0])
        first = graph_costs.bernstein_copies(size, size, accuracy, failure)
        grown = sympy.Rational(nodes, NODES[0]) ** sympy.Rational(
            self.single_power.numerator, self.single_power.denominator
        )
        return int(sympy.ceiling(first * grown))


@dataclass(frozen=True, eq=False)
class Sent:
    """Rows and a form that are run, with the accuracy promised: a share of B Delta."""

    rows: np.ndarray
    form: Form
    score: float
    accuracy: float
    failure: Fraction
    copies: int
    norm: tuple[int, float]


def gather(context: Context) -> tuple[Sent, ...]:
    """Networks in floats, mean pooling, with the copies and the grid of the norm they need."""
    drawn = []
    for sizes in RUN_SIZES:
        item = in_floats(context.rng("network", *sizes), *sizes)
        hop = hop_features(item.operator, item.features, item.model.hops)
        form = quadratic_form(item.model, 1.0).difference(0, 1)
        rows, (values, vectors) = form.rows(hop), form.spectrum(0)
        reading = Form(values, vectors, item.pool)
        square = float((rows**2).sum())
        score = float(item.pool @ form.values(rows)[:, 0])
        for share, failure in RUN_PROMISES:
            accuracy = float(share) * square * reading.spread
            copies = graph_costs.hoeffding_copies(Fraction(1), share * (1 - NORM_SHARE), failure)
            largest = Fraction(float((rows**2).sum(axis=1).max()) * len(rows))
            scale = Fraction(float(abs(values).max() * item.pool.max()))
            levels, step = graph_costs.norm_levels(largest, scale, NORM_SHARE * Fraction(accuracy))
            told = levels, float(step)
            drawn.append(Sent(rows, reading, score, accuracy, failure, copies, told))
    return tuple(drawn)


def hoeffding(stated: Hypothesis, data: tuple[Sent, ...], context: Context) -> Evidence:
    """Hoeffding's proof for outcomes of range B Delta, and the copies that follow."""
    p, h, k, eps, u, delta, width = sympy.symbols("p h k epsilon u delta w", positive=True)
    weight = p * sympy.exp(h) / (1 - p + p * sympy.exp(h))
    cumulant = -p * h + sympy.log(1 - p + p * sympy.exp(h))
    half = sympy.Rational(1, 2)
    factor = sympy.Rational(stated.factor.numerator, stated.factor.denominator)
    exponent = k * h**2 / 8 - k * h * eps / width
    best = -2 * k * (eps / width) ** 2
    copies = factor * width**2 * sympy.log(2 / delta) / eps**2
    return identities(
        "Chernoff's bound with Hoeffding's lemma, range w = B Delta",
        [
            ("L(0) = 0", cumulant.subs(h, 0), sympy.Integer(0)),
            ("L'(0) = 0", sympy.diff(cumulant, h).subs(h, 0), sympy.Integer(0)),
            ("L'' = u(1-u)", sympy.diff(cumulant, h, 2), weight * (1 - weight)),
            ("1/4 - u(1-u) is a square", half**2 - u * (1 - u), (u - half) ** 2),
            ("the exponent is least", exponent, k * (h - 4 * eps / width) ** 2 / 8 + best),
            ("two tails at k sum to delta", 2 * sympy.exp(best).subs(k, copies), delta),
        ],
    )


def moments(stated: Hypothesis, data: tuple[Sent, ...], context: Context) -> Evidence:
    """Outcomes N mu_i with chance <h,u_i>^2/N: mean, second moment, and Bernstein's copies."""
    n, m1, m2, a1, a2, k, eps, var, b, delta = sympy.symbols(
        "N mu1 mu2 a1 a2 k epsilon v b delta", positive=True
    )
    copies = (2 * var + 2 * b * eps / 3) * sympy.log(2 / delta) / eps**2
    tail = 2 * sympy.exp(-k * eps**2 / (2 * var + 2 * b * eps / 3))
    return identities(
        "one node: mean h^T M h, second moment ||H||^2 h^T M^2 h",
        [
            ("mean", n * m1 * a1**2 / n + n * m2 * a2**2 / n, m1 * a1**2 + m2 * a2**2),
            (
                "second moment",
                (n * m1) ** 2 * a1**2 / n + (n * m2) ** 2 * a2**2 / n,
                n * (m1**2 * a1**2 + m2**2 * a2**2),
            ),
            ("Bernstein's tails at k sum to delta", tail.subs(k, copies), delta),
        ],
    )


def bernstein(stated: Hypothesis, data: tuple[Sent, ...], context: Context) -> Evidence:
    """The imported inequality."""
    return Evidence(
        finding=Finding.SUPPORTS,
        method=Method.CITATION,
        summary="Bernstein's inequality (Boucheron, Lugosi, Massart 2013, corollary 2.11)",
    )


def measurement(stated: Hypothesis, data: tuple[Sent, ...], context: Context) -> Evidence:
    """No measurement tells a node's rows apart on fewer than (1 - 2 delta)^2/(2p) copies."""
    c, x, m, p, k, delta, z = sympy.symbols("c x m p k delta z", positive=True)
    first, second = sympy.Matrix([1, 0]), sympy.Matrix([c, sympy.sqrt(1 - c**2)])
    gap = first * first.T - second * second.T
    least = (1 - 2 * delta) ** 2 / (2 * p)
    return identities(
        "Helstrom's bound for two pure states that overlap in (1-p)^k",
        [
            (
                "the trace distance is sqrt(1 - c^2)",
                (gap - z * sympy.eye(2)).det(),
                z**2 - (1 - c**2),
            ),
            (
                "(1-x)^m >= 1 - m x, by induction",
                (1 - x) ** (m + 1) - (1 - (m + 1) * x),
                (1 - x) * ((1 - x) ** m - (1 - m * x)) + m * x**2,
            ),
            ("2 k p = (1 - 2 delta)^2", (2 * k * p).subs(k, least), (1 - 2 * delta) ** 2),
        ],
    )


def tails(stated: Hypothesis, data: tuple[Sent, ...], context: Context) -> Evidence:
    """Exact tails for rows of equal norm that see two eigenvalues, all nodes pooled or a part.

    With all nodes pooled the outcomes are B mu_1 and B mu_2; with M = mu 1 and a share s of the
    nodes pooled they are B mu and 0, and 0 has the chance 1 - s.
    """
    sweep, one = Sweep(Method.EXACT), Fraction(1)
    for share in SHARES:
        for failure in FAILURES:
            cases = [((one, -one), Fraction(c, 12)) for c in (1, 6, 9)]
            cases += [((one, one), Fraction(c, 12)) for c in (3, 6)]
            for values, chance in cases:
                accuracy = share * (max(*values, Fraction(0)) - min(*values, Fraction(0)))
                copies = graph_costs.hoeffding_copies(
                    stated.spread(values), accuracy, failure, stated.factor
                )
                # An outcome is one of two numbers, as far apart as the true spread.
                low, high = estimate_misses(copies, 2 * chance - 1, 2 * share)
                point = {"values": str(values), "chance": chance, "k": copies, "delta": failure}
                sweep.at_most({**point, "eps": accuracy}, "miss", low, high, failure)
    return sweep.evidence("the stated copies keep the promise by exact tails")


def single(stated: Hypothesis, data: tuple[Sent, ...], context: Context) -> Evidence:
    """One node of V of equal norms: exact tails at the stated copies; lower bounds below them."""
    sweep, rows = Sweep(Method.EXACT), list[tuple[int, int, int, float, int]]()
    accuracy, failure = Fraction(1, 2), Fraction(1, 3)
    for nodes in NODES:
        weight = Fraction(1, nodes)
        copies = stated.single(nodes, accuracy, failure)
        # ||h|| = 1 and mu = 1: the outcome is V with chance 1/V, else 0.
        low, high = estimate_misses(copies, 2 * weight - 1, 2 * accuracy / nodes)
        point = {"V": nodes, "k": copies, "eps": accuracy, "delta": failure}
        sweep.at_most(point, "miss", low, high, failure)
        # Eigenvalues +1 and -1, equally likely at the node: the mean is zero.
        if 2 * copies**2 * (2 * nodes).bit_length() < 2**27:
            miss = ternary_misses(copies, (1, 2 * nodes - 2, 1), nodes, accuracy)
            # Thousands of digits are cut before they are compared.
            cut = Fraction(int(miss * 2**128), 2**128)
            sweep.at_most(point, "miss about zero", cut, cut + Fraction(1, 2**128), failure)
        hit = graph_costs.hit_copies(weight, failure)
        any_way = graph_costs.helstrom_copies(weight, failure)
        sweep.at_most(point, "copies that miss the node too often", hit, hit, copies)
        sweep.at_most(point, "copies that any measurement needs", any_way, any_way, copies)
        hoeffding = graph_costs.hoeffding_copies(Fraction(nodes), accuracy, failure)
        rows.append((nodes, copies, hit, float(any_way), hoeffding))
    xs, stated_copies, hits, any_ways, hoeffdings = zip(*rows, strict=True)
    figure = Figure(
        title="Copies for the score of one node out of V",
        x_label="nodes V",
        y_label="copies",
        x_scale="log",
        y_scale="log",
        series=(
            Series(label="Hoeffding", kind="bound", x=xs, y=hoeffdings),
            Series(label="Bernstein", kind="bound", x=xs, y=stated_copies),
            Series(label="fewer miss the node", kind="exact", x=xs, y=hits),
            Series(label="any measurement needs", kind="bound", x=xs, y=any_ways),
        ),
        caption=(
            "Rows of equal norm 1, accuracy 1/2, failure probability 1/3. What one node says is "
            "diluted among V: all curves but Hoeffding's grow like V, and no advantage is left."
        ),
    )
    return sweep.evidence("copies for one node grow like V", figure=figure)


def ledger(stated: Hypothesis, data: tuple[Sent, ...], context: Context) -> Evidence:
    """The bill of a run: k copies of ceil(log2 VD) qubits, and the bits of the norm."""
    sweep = Sweep(Method.EXACT)
    for number, sent in enumerate(data):
        found = graph_form.run(sent.rows, sent.form, sent.copies, number, sent.norm)
        qubits = sent.copies * qubits_for(sent.rows.size)
        bits = (sent.norm[0] - 1).bit_length() if stated.norm_billed else 0
        point = {"V": len(sent.rows), "D": sent.rows.shape[1], "k": sent.copies}
        sweep.equal(point, "bits", found.transcript.bits, bits)
        lines = [
            Message("alice", "bob", qubits, 0, sent.copies, 1),
            Message("alice", "bob", 0, bits, 0, 1),
        ]
        sweep.same(point, "messages", found.transcript.lines, lines)
    return sweep.evidence("qubits of the copies and bits of the norm")


def runs(stated: Hypothesis, data: tuple[Sent, ...], context: Context) -> Evidence:
    """How often metered estimates are off by more than eps, the norm as it was announced."""
    sweep, number = Sweep(Method.STATISTICS), context.grid.runs
    for place, sent in enumerate(data):
        seeds = context.rng("runs", place).integers(2**62, size=number)
        off = 0
        for seed in seeds:
            found = graph_form.run(sent.rows, sent.form, sent.copies, int(seed), sent.norm)
            assert found.score is not None
            off += abs(found.score - sent.score) > sent.accuracy
        point = {"V": len(sent.rows), "k": sent.copies}
        held_to(sweep, point, off, number, sent.failure, context.alarm / len(data))
    return sweep.evidence("metered estimates keep the promise", alarm=context.alarm)


_CLAIMED = Hypothesis()

CLAIM: Claim[Hypothesis, tuple[Sent, ...]] = Claim(
    id="graph-shots",
    topic="graphs",
    title="A pooled score takes as many copies as its range asks; the score of one node takes V",
    statement=(
        r"Mean pooling over $S$: $k\ge(B\Delta)^2\ln(2/\delta)/(2\varepsilon^2)$ copies estimate "
        r"the score to $\varepsilon$ except with probability $\delta$; $B=\|H\|_F^2/|S|$, $\Delta$ "
        r"the spread of the eigenvalues of $M$ with 0 included. Besides, Bob is told $\|H\|_F^2$ "
        r"in $\lceil\log_2 v\rceil$ bits; the sign of a score needs none of them. For one of $V$ "
        r"nodes of equal norms the variance is about $V$: Bernstein's copies grow like $V$, "
        r"Hoeffding's like $V^2$, and every measurement needs at least $(1-2\delta)^2V/2$ copies: "
        r"no advantage in $V$ is left."
    ),
    formulas=(
        r"E[o^2]=\|H\|_F^2\,h_v^{T}M^2h_v",
        r"k=\lceil(2\sigma^2+\tfrac23 b\varepsilon)\ln(2/\delta)/\varepsilon^2\rceil",
        r"v=1+\Big\lceil\frac{N_{\max}\max|\mu|}{2\varepsilon'|S|}\Big\rceil",
    ),
    source="Hoeffding 1963; Bernstein 1924; Helstrom 1969; for graph networks: here",
    hypothesis=_CLAIMED,
    data=gather,
    notes=(
        (
            r"$N_{\max}\ge\|H\|_F^2$ is public, as are $\varepsilon$, $\delta$ and $\Delta$; "
            r"$\varepsilon'$ is the part of the accuracy that rounding the norm may use."
        ),
        (
            r"Any measurement: two inputs that differ in an orthogonal row at one node, and in its "
            r"score by more than $2\varepsilon$, overlap in $1-1/V$."
        ),
    ),
    steps=(
        Step("hoeffding", Tag.PROVED, "Hoeffding's inequality with range B Delta", hoeffding),
        Step("moments", Tag.PROVED, r"one node: second moment $\|H\|^2h^TM^2h$", moments),
        Step("bernstein", Tag.IMPORTED, "Bernstein's inequality", bernstein),
        Step("measurement", Tag.PROVED, "what any measurement needs for one node", measurement),
        Step("tails", Tag.EXACT, "exact tails keep the promise", tails),
        Step("single", Tag.EXACT, "copies for one node grow like V, and must", single),
        Step("ledger", Tag.EXACT, "the bill, the norm included", ledger),
        Step(
            "runs",
            Tag.NUMERIC,
            "metered estimates are as good as promised",
            runs,
            role="counterexample",
        ),
    ),
    mutants=(
        Mutant(
            "single-node shots independent of V",
            "the score of one node takes as many copies in every graph",
            replace(_CLAIMED, single_power=Fraction(0)),
            "single",
        ),
        Mutant(
            "single-node shots like sqrt V",
            r"the score of one node takes copies that grow like $\sqrt V$",
            replace(_CLAIMED, single_power=Fraction(1, 2)),
            "single",
        ),
        Mutant(
            "half of the copies",
            r"$(B\Delta)^2\ln(2/\delta)/(4\varepsilon^2)$ copies follow from the inequality",
            replace(_CLAIMED, factor=Fraction(1, 4)),
            "hoeffding",
        ),
        Mutant(
            "spread without 0",
            r"$\Delta$ is the spread of the eigenvalues alone",
            replace(_CLAIMED, with_zero=False),
            "tails",
        ),
        Mutant(
            "the norm is free",
            "estimates take no classical bit",
            replace(_CLAIMED, norm_billed=False),
            "ledger",
        ),
    ),
)
