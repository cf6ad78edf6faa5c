"""graph-hidden-matching: hidden matching is a graph network, and there the advantage does exist."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
import numpy.typing as npt
import sympy

from proofs_checks._graph_competitors import adjacency, matching_form, matching_network
from qdml.bounds import graph_costs, hidden_matching
from qdml.bounds.certificates import hidden_matching as checker
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
from qdml.graphs.sign import hop_features, scores
from qdml.network import Message, Network
from qdml.protocols import graph_bits, graph_form
from qdml.protocols import hidden_matching as protocol
from qdml.protocols.hidden_matching import Instance, random_instance
from qdml.quantum.numbers import imaginary, real

#: Qubits n at which the two protocols' laws are compared in fractions.
EXACT = (1, 2, 3, 4)

#: Qubits at which the network always runs: there two ways are surely better than one.
ANCHOR = 14

#: Copies of a run, and the success at which bits are certified; one copy reaches it.
COPIES, SUCCESS = 8, Fraction(3, 4)

#: Bits in which a sign is told: what the protocol takes a number for at least.
SIGN = 2


@dataclass(frozen=True)
class Hypothesis:
    """The read-out, its scale, and the scope of the advantage."""

    minus: int = -1
    scale: int = 2
    two_way: bool = False
    extra_qubits: int = 0

    def asks(self, vertices: int, one_way: bool) -> Fraction:
        """The square of the bits that success 3/4 is said to take with N/4 edges."""
        return Fraction(9, 64) * vertices if one_way or self.two_way else Fraction(0)


@dataclass(frozen=True)
class Run:
    """Copies of a matching sent by the graph network's protocol, what Bob read, and two ways."""

    instance: Instance
    nodes: npt.NDArray[np.int64]
    outcomes: npt.NDArray[np.float64]
    lines: tuple[Message, ...]
    two_ways: graph_bits.Told


@dataclass(frozen=True)
class Data:
    """Small instances, metered runs, and certified bounds."""

    small: tuple[Instance, ...]
    runs: tuple[Run, ...]
    families: tuple[hidden_matching.Family, ...]


def gather(context: Context) -> Data:
    """Draw instances, send them, and find bounds."""
    small = [
        random_instance(2**n, edges, context.rng("small", n, edges, i))
        for n in EXACT
        for edges in sorted({1, max(1, 2**n // 4), 2**n // 2})
        for i in range(context.grid.instances)
    ]
    numbers = sorted({ANCHOR, *context.grid.matching_qubits})
    runs = [sent(random_instance(2**n, 2**n // 4, context.rng("run", n)), n) for n in numbers]
    families = [hidden_matching.family(n, SUCCESS) for n in numbers]
    return Data(tuple(small), tuple(runs), tuple(families))


def sent(item: Instance, seed: int) -> Run:
    """One message of copies of Alice's signs; Bob passes them over his matching and reads."""
    signs, weights = item.signs.astype(float)[:, None], adjacency(item)
    network = Network(seed)
    alice = network.party("alice", rows=signs)
    bob = network.party("bob", form=matching_form(weights))
    with alice:
        register = alice.prepare(graph_form.encode(alice.private("rows")), "signs", COPIES)
        register = network.channel.send(register, to=bob)
    with bob:
        own = bob.private("form")
        places = bob.measure_basis(graph_form.read_out(bob, own, register)).read(bob)
        nodes, outcomes = places // len(own.eigenvectors), own.outcomes(places)
    two_ways = graph_bits.sampling(signs, weights, 1, SIGN, seed)
    return Run(item, nodes, outcomes, tuple(network.transcript.lines), two_ways)


def algebra(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """An edge, and a vertex, by their squares."""
    x, y, w = sympy.symbols("x y w", positive=True)
    quarter = sympy.Rational(1, 4)
    return identities(
        "message passing over a matching",
        [
            (
                "an edge",
                w * ((x + y) ** 2 + stated.minus * (x - y) ** 2) * quarter,
                w * x * y,
            ),
            (
                "its two ends",
                ((x + w * y) ** 2 + stated.minus * (x - w * y) ** 2) * quarter
                + ((y + w * x) ** 2 + stated.minus * (y - w * x) ** 2) * quarter,
                stated.scale * w * x * y,
            ),
        ],
    )


def networks(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """The network's pooled score in whole numbers against the edges, small and large.

    All numbers are small whole numbers and quarters, which floats hold exactly.
    """
    sweep = Sweep(Method.EXACT)
    for item in (*data.small, *(run.instance for run in data.runs)):
        model = matching_network()
        hop = hop_features(adjacency(item), item.signs.astype(float)[:, None], 1)
        pooled = scores(model, hop).sum(axis=0)
        edges = int((item.weights * item.products).sum())
        point = {"N": len(item.signs), "m": len(item.edges)}
        sweep.equal(point, "pooled score", Fraction(float(pooled[0])), stated.scale * edges)
        sweep.equal(point, "sign", int(np.sign(pooled[0])), item.answer)
    return sweep.evidence("the pooled score is twice the sum over edges of w x_i x_j")


def laws(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """The chance that one copy is right: this network's, and that of hidden matching itself."""
    sweep = Sweep(Method.EXACT)
    for item in data.small:
        size = len(item.signs)
        point = {"N": size, "m": len(item.edges)}
        moved = np.zeros(size, dtype=int)
        moved[item.edges[:, 0]] = item.weights * item.signs[item.edges[:, 1]]
        moved[item.edges[:, 1]] = item.weights * item.signs[item.edges[:, 0]]
        # (x, Wx)/sqrt 2 on the eigenvectors (1, +-1)/sqrt 2, over ||x||^2 = N.
        plus, minus = (
            Fraction(int(((item.signs + s * moved) ** 2).sum()), 4 * size) for s in (1, -1)
        )
        own = (1 + item.answer * (plus - minus)) / 2
        _, _, register = protocol.delivered(item, 1, 0, exact_numbers=True)
        squares = [real(z) ** 2 + imaginary(z) ** 2 for z in register.world.state]
        says = [protocol.verdict(place, item.weights) for place in range(size)]
        mean = sum(s * q for s, q in zip(says, squares, strict=True)) / sum(squares)
        sweep.equal(point, "success", own, (1 + item.answer * mean) / 2)
        stated_mean = Fraction(stated.scale * len(item.edges), size)
        sweep.equal(point, "success by formula", own, (1 + stated_mean) / 2)
    return sweep.evidence("one copy is right as often as in hidden matching, (1 + 2m/N)/2")


def metered(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """Runs: one message of n qubits a copy, and outcomes that are b at every matched vertex."""
    sweep = Sweep(Method.EXACT)
    for run in data.runs:
        size, item = len(run.instance.signs), run.instance
        qubits = size.bit_length() - 1 + stated.extra_qubits
        point = {"N": size, "m": len(item.edges), "copies": COPIES}
        lines = [Message("alice", "bob", COPIES * qubits, 0, COPIES, 1)]
        sweep.same(point, "messages", run.lines, lines)
        matched = np.isin(run.nodes, item.edges.ravel()) & (run.outcomes != 0)
        right = np.sign(run.outcomes[matched]) == item.answer
        sweep.equal(point, "outcomes at matched vertices that are b", int(right.sum()), len(right))
    return sweep.evidence("n qubits a copy; what is read at a matched vertex is b")


def certified(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """Certified bits of one-way classical protocols, and what two ways and a sketch take."""
    sweep, rows = Sweep(Method.EXACT), []
    for found, run in zip(data.families, data.runs, strict=True):
        size, bits = 2**found.qubits, found.classical_bits
        record = hidden_matching.certificate(size, found.edges, SUCCESS, bits)
        checked = checker.check(record)
        point = {"n": found.qubits, "m": found.edges, "bits": bits}
        sweep.holds(point, f"certificate: {checked.reason}", checked.bound == bits)
        asked = stated.asks(size, one_way=True)
        sweep.at_most(point, "bits squared", asked, asked, bits**2)
        own, asked = run.two_ways.transcript.bits, stated.asks(size, one_way=False)
        sweep.at_most({"N": size, "way": "two ways"}, "bits squared", asked, asked, own**2)
        sweep.equal(point, "bits in two ways", own, graph_costs.sampling_bits(1, size, SIGN))
        hit = run.two_ways.mean * run.instance.answer
        sweep.holds(point, "a sample that is not 0 is b", hit in (0.0, 1.0))
        rows.append((found.qubits, found.quantum_qubits, bits, own))
    return sweep.evidence("bits needed one way, certified", figure=_figure(rows))


def _figure(rows: list[tuple[int, int, int, int]]) -> Figure:
    n, qubits, bits, two_way = (tuple(map(float, column)) for column in zip(*rows, strict=True))
    return Figure(
        title="A graph network on a matching, success 3/4 with N/4 edges",
        x_label="n = log2 of the vertices",
        y_label="qubits, or bits",
        y_scale="log",
        series=(
            Series(label="qubits, one message", kind="measured", x=n, y=qubits),
            Series(label="bits needed one way, certified", kind="bound", x=n, y=bits),
            Series(label="bits that do in two ways", kind="measured", x=n, y=two_way),
        ),
        caption=(
            "The same code that runs graph networks, on hidden matching. One message of n qubits "
            "replaces at least 3/8 of the square root of N bits; a second message takes the "
            "advantage away."
        ),
    )


def imported(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """The imported inequality."""
    return Evidence(
        finding=Finding.SUPPORTS,
        method=Method.CITATION,
        summary="Kahn, Kalai and Linial, FOCS 1988, as in hidden-matching-one-way",
    )


_CLAIMED = Hypothesis()

CLAIM: Claim[Hypothesis, Data] = Claim(
    id="graph-hidden-matching",
    topic="graphs",
    title="Hidden matching is a graph network of one hop, and there the advantage is exponential",
    statement=(
        r"Alice has signs $x_v$ as features, Bob disjoint edges with signs $w_e=b\,x_ix_j$. The "
        r"network with hidden units $x\pm Wx$, squared and read out by $\pm\frac14$, and sum "
        r"pooling has the score $\sum_v x_v(Wx)_v=2mb$: hidden matching. Over the protocol of "
        r"graph networks, Bob applying the graph, one message of $n=\log_2N$ qubits is right with "
        r"probability $\frac12(1+\frac{2m}{N})$, and what it reads at a matched vertex is $b$. At "
        r"success $3/4$ and $m=N/4$ one classical message takes at least $\frac38\sqrt N$ bits; "
        r"in two ways about $2\log_2N$ bits do."
    ),
    formulas=(r"\sum_ew_e\frac{(x_i+x_j)^2-(x_i-x_j)^2}{4}=\sum_ew_ex_ix_j=mb",),
    source="Bar-Yossef, Jayram, Kerenidis 2004; Gavinsky et al. 2008; as a graph network: here",
    hypothesis=_CLAIMED,
    data=gather,
    steps=(
        Step("algebra", Tag.PROVED, "an edge and a vertex by their squares", algebra),
        Step("networks", Tag.EXACT, "the network's score is 2mb, up to a million nodes", networks),
        Step("laws", Tag.EXACT, "its law is hidden matching's", laws),
        Step("metered", Tag.EXACT, "runs: n qubits, and b at matched vertices", metered),
        Step("level inequality", Tag.IMPORTED, "the inequality behind the bits", imported),
        Step("certified", Tag.EXACT, "bits needed one way, with certificates", certified),
    ),
    mutants=(
        Mutant(
            "two-way needs sqrt N",
            "protocols in two ways take as many bits",
            replace(_CLAIMED, two_way=True),
            "certified",
        ),
        Mutant(
            "plus for minus",
            r"the read-out is $(x_i+x_j)^2+(x_i-x_j)^2$",
            replace(_CLAIMED, minus=1),
            "algebra",
        ),
        Mutant(
            "each edge once",
            r"the score is $mb$",
            replace(_CLAIMED, scale=1),
            "networks",
        ),
        Mutant(
            "a qubit for the constant",
            "the message has $n+1$ qubits",
            replace(_CLAIMED, extra_qubits=1),
            "metered",
        ),
    ),
)
