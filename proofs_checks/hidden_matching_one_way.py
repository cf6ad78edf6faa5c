"""hidden-matching-one-way: n qubits against bits that grow like sqrt N, certified as numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from math import comb

import flint

from proofs_checks import _hidden_matching_algebra as algebra
from proofs_checks._hidden_matching_points import ODD, Point, classical_points, draw, figure
from qdml.bounds import hidden_matching, level_inequality, small_matchings
from qdml.bounds.certificates import hidden_matching as checker
from qdml.claims import Claim, Context, Evidence, Finding, Method, Mutant, Step, Sweep, Tag
from qdml.claims.intervals import hoeffding_radius
from qdml.network.transcript import Message
from qdml.protocols import hidden_matching as protocol
from qdml.protocols.hidden_matching import Instance
from qdml.quantum.numbers import imaginary, real

#: The success at which bits are counted; one copy reaches it with N/4 edges.
SUCCESS = Fraction(3, 4)

#: Vertices and edges of which all matchings can be listed.
LISTED = ((4, 1), (4, 2), (6, 2), (6, 3), (7, 2))

#: Every map of inputs to messages is tried on so few vertices, and if there are so few maps.
TRIED_VERTICES = (4, 5)
TRIED = 2**15

#: The number of qubits at which bits are always certified.
ANCHOR = 20


@dataclass(frozen=True)
class Hypothesis:
    """The bound and its scope, the parts that make it, and the quantum side."""

    growth: Fraction = Fraction(3, 8)
    scope: Fraction = Fraction(1, 4)
    two_way: bool = False
    first_term_only: bool = False
    root: bool = True
    set_size: int = 2
    level_power: int = 1
    hit: int = 2
    qubits_offset: int = 0

    def bound(self, vertices: int, edges: int, bits: int) -> tuple[Fraction, Fraction]:
        """An enclosure of the stated bound on the success of `bits` bits one way."""
        with flint.ctx.workprec(checker.precision(vertices)):
            bound = hidden_matching.success_bound(vertices, edges, bits)
            if self.first_term_only:
                first, d = hidden_matching.blocks(vertices, edges, bits)[0]
                bound = (1 + checker.term(vertices, edges, bits, first, d).sqrt()) / 2
            if not self.root:
                bound = (1 + (2 * bound - 1) ** 2) / 2
            return hidden_matching.enclosure(bound)

    def asks(self, vertices: int, edges: int, one_way: bool) -> Fraction:
        """The square of the bits that the statement asks for at success 3/4."""
        covered = edges <= self.scope * vertices and (one_way or self.two_way)
        return self.growth**2 * vertices if covered else Fraction(0)


@dataclass(frozen=True)
class Data:
    """Classical protocols, exact instances for the quantum one, and bounds for every n."""

    points: tuple[Point, ...]
    instances: tuple[Instance, ...]
    families: tuple[hidden_matching.Family, ...]


def gather(context: Context) -> Data:
    """Run the classical protocols for their bills; draw instances."""
    instances = [
        draw(context, 2**n, edges, i)
        for n in context.grid.matching_simulated
        for edges in sorted({1, 2**n // 4, 2**n // 2})
        for i in range(2)
    ]
    listed = sorted({ANCHOR, *context.grid.matching_qubits})
    families = (hidden_matching.family(n, SUCCESS) for n in listed)
    return Data(classical_points(context, SUCCESS), tuple(instances), tuple(families))


def quantum_law(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """Born's rule on what reaches Bob, exact, against (1 + 2m/N)/2; and <x|S|x> beside it."""
    sweep = Sweep(Method.EXACT)
    for number, item in enumerate(data.instances):
        size, edges = len(item.signs), len(item.edges)
        point = {"N": size, "m": edges, "instance": number}
        _, _, register = protocol.delivered(item, 1, 0, exact_numbers=True)
        squares = [real(z) ** 2 + imaginary(z) ** 2 for z in register.world.state]
        says = [protocol.verdict(place, item.weights) for place in range(size)]
        mean = sum(sign * square for sign, square in zip(says, squares, strict=True)) / sum(squares)
        # <x|S|x> with S the adjacency matrix of Bob's edges, signed by w.
        loss = Fraction(int(2 * (item.weights * item.products).sum()), size)
        sweep.equal(point, "mean outcome", mean, loss)
        sweep.equal(point, "loss", loss, item.answer * Fraction(stated.hit * edges, size))
        right = (1 + item.answer * mean) / 2
        sweep.equal(point, "success", right, (1 + Fraction(stated.hit * edges, size)) / 2)
    return sweep.evidence("one copy is right with probability (1 + 2m/N)/2")


def quantum_bill(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """The transcript of a run, and copies against the success that they are to reach."""
    sweep = Sweep(Method.EXACT)
    for number, item in enumerate(data.instances):
        size, edges = len(item.signs), len(item.edges)
        qubits = size.bit_length() - 1 + stated.qubits_offset
        for wanted in (SUCCESS, Fraction(9, 10)):
            copies = hidden_matching.copies(size, edges, wanted)
            run = protocol.quantum(item, copies, number)
            point = {"N": size, "m": edges, "copies": copies}
            lines = [Message("alice", "bob", copies * qubits, 0, copies, 1)]
            sweep.equal(point, "qubits", run.transcript.qubits, copies * qubits)
            sweep.same(point, "messages", run.transcript.lines, lines)
            miss = (1 - Fraction(2 * edges, size)) ** copies / 2
            sweep.at_most(point, "failure", miss, miss, 1 - wanted)
    return sweep.evidence("a copy is one message of n qubits; k copies miss all edges together")


def chance_counted(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """All matchings of small complete graphs, listed."""
    sweep = Sweep(Method.EXACT)
    for vertices, edges in LISTED:
        every = small_matchings.matchings(vertices, edges)
        for k in range(1, edges + 1):
            inside = sum(
                sum(set(pair) <= set(range(2 * k)) for pair in pairs) == k for pairs in every
            )
            formula = Fraction(comb(edges, k), comb(vertices, stated.set_size * k))
            point = {"N": vertices, "m": edges, "k": k}
            sweep.equal(point, "chance", Fraction(inside, len(every)), formula)
    return sweep.evidence("the share of matchings that join the first 2k vertices is q_k")


def level_theorem(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """The imported inequality."""
    return Evidence(
        finding=Finding.SUPPORTS,
        method=Method.CITATION,
        summary=(
            "Kahn, Kalai and Linial, FOCS 1988: sum of d^|S| f^(S)^2 <= mu^(2/(1+d)) "
            "for f with values in {-1, 0, 1} on a support of measure mu"
        ),
    )


def level_search(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """The inequality on all small functions and on random larger ones."""
    sweep = Sweep(Method.EXACT)
    families = [level_inequality.every_set(n) for n in (1, 2, 3, 4)]
    families += [level_inequality.every_function(n) for n in (1, 2, 3)]
    for n in (5, 6, 8):
        rng, count = context.rng("functions", n), context.grid.level_functions
        families.append(level_inequality.random_functions(n, count, rng))
    for functions in families:
        for profile in level_inequality.profiles(functions):
            for d in (Fraction(1, 4), Fraction(3, 4)):
                low, high = profile.right(2 / (1 + d**stated.level_power))
                left = profile.left(d)
                point = {"n": profile.variables, "support": profile.support, "d": d}
                sweep.at_most(point, "left minus right", left - high, left - low, 0)
    return sweep.evidence("no function breaks the inequality")


def certified(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """A certificate for every n, read by the checker; the figure of the claim."""
    sweep, rows = Sweep(Method.EXACT), []
    for found in data.families:
        n, size, bits = found.qubits, 2**found.qubits, found.classical_bits
        checked = checker.check(hidden_matching.certificate(size, found.edges, SUCCESS, bits))
        point = {"n": n, "m": found.edges, "bits": bits}
        sweep.holds(point, f"certificate: {checked.reason}", checked.bound == bits)
        asked = stated.asks(size, found.edges, one_way=True)
        sweep.at_most(point, "bits squared", asked, asked, bits**2)
        rows.append((n, found.quantum_qubits, bits, found.classical_upper))
    return sweep.evidence("bits needed, certified", figure=figure(rows), headline="figure")


def protocols(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """Classical protocols, exactly, against what is stated of all of them."""
    sweep = Sweep(Method.EXACT)
    for item in data.points:
        point = {"protocol": item.name, "N": item.vertices, "m": item.edges, "c": item.bits}
        if item.one_way:
            low, high = stated.bound(item.vertices, item.edges, item.bits)
            gap = (item.success - high, item.success - low)
            sweep.at_most(point, "success beyond the bound", *gap, 0)
        if item.success >= SUCCESS:
            asked = stated.asks(item.vertices, item.edges, item.one_way)
            sweep.at_most(point, "bits squared that are asked for", asked, asked, item.bits**2)
    for i in range(4):
        drawn = draw(context, ODD, ODD // 2, "parity", i)
        sweep.equal({"N": ODD}, "parity", protocol.parity(drawn, i).value, drawn.answer)
        drawn = draw(context, 2**8, 2**6, "edge", i)
        sweep.equal({"N": 2**8}, "one edge", protocol.edge_by_edge(drawn, i).value, drawn.answer)
    return sweep.evidence("no classical protocol does better than is stated")


def small(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """The best of all classical protocols on few vertices, by trying them."""
    sweep = Sweep(Method.EXACT)
    for vertices in TRIED_VERTICES:
        for edges in range(1, vertices // 2 + 1):
            for bits in (1, 2):
                if 2 ** (bits * (2 ** (vertices - 1) - 1)) > TRIED:
                    continue
                best = small_matchings.best_success(vertices, edges, bits)
                low, high = stated.bound(vertices, edges, bits)
                point = {"N": vertices, "m": edges, "c": bits}
                sweep.at_most(point, "best beyond the bound", best - high, best - low, 0)
    return sweep.evidence("the best protocol stays below the bound")


def frequency(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """How often metered runs are right, quantum and birthday, and the birthday bill."""
    sweep, runs = Sweep(Method.STATISTICS), context.grid.matching_runs
    n = max(context.grid.matching_simulated)
    size, edges = 2**n, 2**n // 4
    bits = hidden_matching.birthday_bits(size, edges, SUCCESS)
    exact = 1 - hidden_matching.birthday_miss(size, edges, bits) / 2
    right = {"one copy": 0, "birthday": 0}
    for i in range(runs):
        item = draw(context, size, edges, "frequency", i)
        told = protocol.birthday(item, bits, i)
        sweep.equal({"N": size}, "bits", told.transcript.bits, bits)
        right["one copy"] += protocol.quantum(item, 1, i).value == item.answer
        right["birthday"] += told.value == item.answer
    claimed = {"one copy": 0.5 + stated.hit * edges / size / 2, "birthday": float(exact)}
    radius = hoeffding_radius(runs, context.alarm / 2, width=1)
    for name, count in right.items():
        off = abs(count / runs - claimed[name])
        point = {"N": size, "m": edges, "protocol": name, "right": count, "runs": runs}
        sweep.at_most(point, "off the law", off, off, radius)
    return sweep.evidence("runs are right as often as the law says", alarm=context.alarm)


_CLAIMED = Hypothesis()

CLAIM: Claim[Hypothesis, Data] = Claim(
    id="hidden-matching-one-way",
    topic="bounds",
    title="Hidden matching: n qubits against bits that grow like the square root of N",
    statement=(
        r"Alice holds $x\in\{\pm1\}^{N}$, Bob $m$ disjoint edges and signs $w_e=b\,x_ix_j$. One "
        r"message of $n$ qubits finds $b$ with probability $\frac12(1+\frac{2m}{N})$: the loss is "
        r"$\langle x|S|x\rangle=\frac{2m}{N}b$, with $S$ Bob's signed adjacency matrix. One way, "
        r"$c$ classical bits succeed with probability at most the formula below for every "
        r"$m\le N/2$; so success $3/4$ takes at least $\frac38\sqrt N$ bits for $m\le N/4$, at "
        r"every listed $n$."
    ),
    formulas=(
        r"\Pr\le\frac12+\frac12\sqrt{s},\qquad s=\sum_{k\le m,\ k\ \mathrm{odd}}q_k\,w_k",
        r"q_k=\binom{m}{k}\Big/\binom{N}{2k},\qquad w_k=\min_{0<d\le1}d^{-2k}\,2^{2cd/(1+d)}",
    ),
    source=(
        "Bar-Yossef, Jayram, Kerenidis 2004; Gavinsky, Kempe, Kerenidis, Raz, de Wolf 2008; "
        "constants and certificates: here"
    ),
    hypothesis=_CLAIMED,
    data=gather,
    steps=(
        Step("quantum law", Tag.EXACT, "one copy is right with (1 + 2m/N)/2", quantum_law),
        Step("quantum bill", Tag.EXACT, "a copy is one message of n qubits", quantum_bill),
        Step(
            "odd characters", Tag.PROVED, "Cauchy-Schwarz to odd characters", algebra.odd_characters
        ),
        Step(
            "chance", Tag.PROVED, "a 2k-set is a union of k edges with chance q_k", algebra.chance
        ),
        Step("chance counted", Tag.EXACT, "the same, over all matchings", chance_counted),
        Step(
            "level inequality",
            Tag.IMPORTED,
            r"$\sum_S d^{|S|}\hat f(S)^2\le\mu^{2/(1+d)}$ (Kahn, Kalai, Linial 1988)",
            level_theorem,
        ),
        Step(
            "level search",
            Tag.EXACT,
            "all functions on at most 4 bits, and random ones above, obey it",
            level_search,
            role="counterexample",
        ),
        Step("messages", Tag.PROVED, "Jensen over messages, Yao over coins", algebra.messages),
        Step("certified", Tag.EXACT, "a checked certificate for every n", certified),
        Step("protocols", Tag.EXACT, "classical protocols stay below what is stated", protocols),
        Step("small N", Tag.EXACT, "so does the best of all protocols on few vertices", small),
        Step(
            "frequency",
            Tag.NUMERIC,
            "metered runs are right as often as the law says",
            frequency,
            role="counterexample",
        ),
    ),
    mutants=(
        Mutant(
            "perfect matchings with N/2 odd",
            r"the growth holds for every $m\le N/2$",
            replace(_CLAIMED, scope=Fraction(1, 2)),
            "protocols",
        ),
        Mutant(
            "two-way needs sqrt N",
            "the growth holds for protocols in two ways",
            replace(_CLAIMED, two_way=True),
            "protocols",
        ),
        Mutant(
            "the k = 1 term alone",
            r"the term $k=1$ alone is a bound for every $m\le N/2$",
            replace(_CLAIMED, first_term_only=True),
            "protocols",
        ),
        Mutant(
            "no square root",
            r"$\Pr\le\frac12+\frac12\sum$ without the root",
            replace(_CLAIMED, root=False),
            "protocols",
        ),
        Mutant(
            "the k = 1 term without its root",
            r"$\Pr\le\frac12+\frac12q_1\min_d d^{-2}2^{2cd/(1+d)}$ on few vertices",
            replace(_CLAIMED, root=False, first_term_only=True),
            "small N",
        ),
        Mutant(
            "sets of k vertices",
            r"$q_k=\binom{m}{k}/\binom{N}{k}$",
            replace(_CLAIMED, set_size=1),
            "chance counted",
        ),
        Mutant(
            "a stronger level inequality",
            r"$\sum_S d^{|S|}\hat f(S)^2\le\mu^{2/(1+d^2)}$",
            replace(_CLAIMED, level_power=2),
            "level search",
        ),
        Mutant(
            "half of the edges hit",
            r"one copy is right with $\frac12(1+\frac mN)$",
            replace(_CLAIMED, hit=1),
            "quantum law",
        ),
        Mutant("n-1 qubits", r"$n-1$ qubits", replace(_CLAIMED, qubits_offset=-1), "quantum bill"),
        Mutant(
            "one half of sqrt N",
            r"the certificates show $\frac12\sqrt N$ bits at every $n$ listed",
            replace(_CLAIMED, growth=Fraction(1, 2)),
            "certified",
        ),
    ),
    notes=(
        "gamma_2 bounds quantum protocols too and cannot show this gap; the level inequality can.",
        "Only one-way protocols are bounded: in two ways 2n + 1 bits decide without error.",
    ),
)
