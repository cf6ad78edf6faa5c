"""graph-quadratic-form: a quadratic graph network is <psi| diag(pool) (x) M |psi> times a norm."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
import sympy

from proofs_checks._graph_instances import Instance, in_floats, in_fractions
from qdml.bounds.linear import qubits_for
from qdml.claims import Claim, Context, Evidence, Method, Mutant, Step, Sweep, Tag
from qdml.claims.symbolic import identities
from qdml.graphs.quadratic_form import quadratic_form
from qdml.graphs.sign import Sign, hop_features, scores
from qdml.network import Message, Network
from qdml.protocols import graph_form
from qdml.protocols.graph_form import Form, Hops
from qdml.quantum.numbers import exact, real

#: Nodes, hops, features and hidden units of exact networks.
SIZES = ((3, 1, 2, 2), (1, 0, 1, 1), (2, 2, 1, 3), (5, 1, 1, 2), (4, 3, 1, 1))

#: Of networks in floats that are sent.
FLOAT_SIZES = ((4, 1, 2, 3), (12, 2, 3, 4), (30, 3, 2, 2))

#: The constant at the end of every row.
ALPHA = Fraction(2, 3)


@dataclass(frozen=True)
class Hypothesis:
    """The parts of the form."""

    norm_power: int = 2
    constant: bool = True
    cross_hops: bool = True
    linear_share: Fraction = Fraction(1, 2)
    row_extra: int = 1
    bound_extra: int = 1

    def matrix(self, model: Sign, alpha: Any, index: int) -> npt.NDArray[Any]:
        """M_c, written out from the statement, entry by entry."""
        blocks, features = model.hops + 1, model.features
        flat = model.weights.reshape(blocks * features, -1)
        size = len(flat) + 1
        e = np.array([0] * (size - 1) + [1 / alpha if self.constant else 0], dtype=object)
        q0, q1, q2 = model.q
        total: npt.NDArray[Any] = model.offset[index] * np.multiply.outer(e, e)
        for j, omega in enumerate(model.readout[:, index]):
            w = np.append(flat[:, j], model.bias[j] / alpha)
            cross = np.multiply.outer(w, e) + np.multiply.outer(e, w)
            square = q2 * np.multiply.outer(w, w) + q0 * np.multiply.outer(e, e)
            total = total + omega * (square + cross * q1 * self.linear_share)
        if not self.cross_hops:
            hop = np.append(np.repeat(np.arange(blocks), features), -1)
            apart = (hop[:, None] != hop) & (hop[:, None] >= 0) & (hop >= 0)
            total = np.where(apart, 0, total)
        return total

    def qubits(self, nodes: int, hops: int, features: int) -> int:
        """ceil(log2(V((R+1)F + 1)))."""
        return qubits_for(nodes * ((hops + 1) * features + self.row_extra))


@dataclass(frozen=True)
class Data:
    """Networks in fractions and in floats."""

    exact: tuple[Instance, ...]
    floats: tuple[Instance, ...]


def gather(context: Context) -> Data:
    """Draw the networks."""
    exactly = [
        in_fractions(context.rng("exact", *sizes, i), *sizes)
        for sizes in SIZES
        for i in range(context.grid.instances)
    ]
    floats = [in_floats(context.rng("floats", *sizes), *sizes) for sizes in FLOAT_SIZES]
    return Data(tuple(exactly), tuple(floats))


def algebra(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """One hidden unit of any size, and a whole network of two hops, features and units."""
    z, b, a, q0, q1, q2, n, u = sympy.symbols("z b alpha q0 q1 q2 n u", positive=True)
    one = 1 / a * a if stated.constant else sympy.Integer(0)
    share = sympy.Rational(stated.linear_share.numerator, stated.linear_share.denominator)
    row = np.array(sympy.symbols("x1 x2 y1 y2", positive=True), dtype=object)

    def array(name: str, *shape: int) -> npt.NDArray[Any]:
        names = sympy.symbols(f"{name}:{int(np.prod(shape))}", positive=True)
        return np.array(names, dtype=object).reshape(shape)

    model = Sign(
        "sum",
        array("w", 2, 2, 2),
        array("b", 2),
        array("o", 2, 1),
        array("c", 1),
        q=(q0, q1, q2),
    )
    h = np.append(row, a)
    return identities(
        "the score of a node is a quadratic form of its row",
        [
            ("<w, h> is the hidden unit", z - b + b / a * a, z),
            (
                "a unit of any size",
                q2 * z * z + share * q1 * (z * one + one * z) + q0 * one * one,
                q2 * z**2 + q1 * z + q0,
            ),
            (
                "two hops, features and units",
                h @ stated.matrix(model, a, 0) @ h,
                scores(model, row[None, :])[0, 0],
            ),
            ("the norm is taken off twice", n**stated.norm_power * (u / n**2), u),
        ],
    )


def bound(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """||Sx||^2 sums ||A^r x||^2 <= a^(2r) ||x||^2, a = ||A||; none exceeds 1, by induction on r."""
    norm, r, hops = sympy.symbols("a r R", positive=True)
    above = 1 - norm ** (2 * r)
    return identities(
        "the sum over r of a^(2r) is at most R+1 for a <= 1",
        [
            ("1 - a^0", above.subs(r, 0), sympy.Integer(0)),
            (
                "1 - a^(2r) grows by a^(2r) (1 - a^2) >= 0",
                above.subs(r, r + 1) - above,
                norm ** (2 * r) * (1 - norm**2),
            ),
            ("R+1 terms", sympy.summation(1, (r, 0, hops)), hops + stated.bound_extra),
        ],
    )


def networks(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """Networks in fractions: unit by unit, by the stated matrix, and by the library's factors."""
    sweep = Sweep(Method.EXACT)
    for item in data.exact:
        hop = hop_features(item.operator, item.features, item.model.hops)
        form = quadratic_form(item.model, ALPHA)
        rows = form.rows(hop)
        for index, score in enumerate(_by_hand(item, hop)):
            matrix = stated.matrix(item.model, ALPHA, index)
            whole = Fraction(item.pool @ (rows @ matrix * rows).sum(axis=1))
            sweep.equal(item.sizes, "pooled score", score, whole)
            library = Fraction(np.dot(item.pool, form.values(rows)[:, index]))
            sweep.equal(item.sizes, "library", library, score)
        # ||S x||^2 against R+1, with equality at the vector of ones.
        for x in (item.features, np.full_like(item.features, Fraction(1))):
            moved = (hop_features(item.operator, x, item.model.hops) ** 2).sum()
            most = (item.model.hops + stated.bound_extra) * (x**2).sum()
            sweep.at_most(item.sizes, "||Sx||^2", moved, moved, most)
    return sweep.evidence("a pooled score is the form, in fractions")


def _by_hand(item: Instance, hop: npt.NDArray[Any]) -> list[Fraction]:
    """Pooled scores, unit by unit, without matrices."""
    model, (q0, q1, q2) = item.model, item.model.q
    flat = model.weights.reshape(hop.shape[1], -1)
    found = []
    for index, offset in enumerate(model.offset):
        total = Fraction(0)
        for pool, row in zip(item.pool, hop, strict=True):
            score = offset
            for j, bias in enumerate(model.bias):
                z = sum((x * w for x, w in zip(row, flat[:, j], strict=True)), bias)
                score += (q2 * z**2 + q1 * z + q0) * model.readout[j, index]
            total += pool * score
        found.append(total)
    return found


def delivered(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """Rows in fractions sent over a network: what Bob holds, its form, and the qubits billed."""
    sweep = Sweep(Method.EXACT)
    for item in data.exact:
        hop = hop_features(item.operator, item.features, item.model.hops)
        rows = quadratic_form(item.model, ALPHA).rows(hop)
        padded = np.zeros(2 ** qubits_for(rows.size), dtype=object)
        padded[: rows.size] = rows.ravel()
        network = Network(0)
        alice = network.party("alice", rows=padded)
        bob = network.party("bob", matrix=stated.matrix(item.model, ALPHA, 0), pool=item.pool)
        with alice:
            register = alice.prepare(exact(alice.private("rows")), "rows")
            register = network.channel.send(register, to=bob)
        with bob:
            held = np.array([real(x) for x in register.world.state], dtype=object)
            got, matrix, pool = (
                held[: rows.size].reshape(rows.shape),
                *map(bob.private, ("matrix", "pool")),
            )
            square = (held**2).sum()
            # ||H||^p <psi|O|psi> for p other than 2 is no fraction, but its square is one.
            mean = pool @ (got @ matrix * got).sum(axis=1) / square
        score = Fraction(np.dot(item.pool, scores(item.model, hop)[:, 0]))
        stated_square = Fraction(mean**2 * square**stated.norm_power)
        sweep.equal(item.sizes, "squared score", score**2, stated_square)
        qubits = stated.qubits(len(rows), item.model.hops, item.model.features)
        lines = [Message("alice", "bob", qubits, 0, 1, 1)]
        sweep.same(item.sizes, "messages", network.transcript.lines, lines)
    return sweep.evidence("one message of ceil(log2(V((R+1)F+1))) qubits carries the form")


def measured(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """Both splits over the network in floats: Born's rule behind Bob's gates against the score."""
    sweep = Sweep(Method.FLOATING)
    for item in data.floats:
        model, nodes = item.model, len(item.pool)
        hop = hop_features(item.operator, item.features, model.hops)
        form = quadratic_form(model, 1.0).difference(0, 1)
        values, vectors = form.spectrum(0)
        rows = form.rows(hop)
        raw = np.hstack([item.features, np.ones((nodes, 1))])
        score = float(item.pool @ (scores(model, hop) @ np.array([1.0, -1.0])))
        graph = Hops(item.operator, model.hops, model.features)
        for sent, by_bob in ((rows, None), (raw, graph)):
            reading = Form(values, vectors, item.pool, by_bob)
            network = Network(0)
            alice, bob = network.party("alice", rows=sent), network.party("bob", form=reading)
            with alice:
                register = alice.prepare(graph_form.encode(alice.private("rows")), "rows")
                register = network.channel.send(register, to=bob)
            with bob:
                register = graph_form.read_out(bob, bob.private("form"), register)
                chances = abs(register.world.state) ** 2
                outcomes = bob.private("form").outcomes(np.arange(len(chances)))
            square = float((sent**2).sum())
            point = {**item.sizes, "graph": "Bob's" if by_bob else "Alice's"}
            # A sum of so many products, each rounded, of numbers of this size.
            size = square * reading.spread
            room = len(chances) * np.finfo(float).eps * size
            found = float(chances @ outcomes) * square
            sweep.close(point, "score", found, score, room)
            sweep.at_most(point, "error beyond 1e-10", 0, abs(found - score) / size, 1e-10)
    return sweep.evidence("the mean of Bob's outcomes is the network's score")


_CLAIMED = Hypothesis()

CLAIM: Claim[Hypothesis, Data] = Claim(
    id="graph-quadratic-form",
    topic="graphs",
    title="A graph network with quadratic activation is one quadratic form of one quantum state",
    statement=(
        r"Let $h_v=(x,Ax,\dots,A^Rx,\alpha)_v$ be the row of node $v$, $H$ all rows and "
        r"$|\psi\rangle=H/\|H\|_F$. A network with hidden units $z_j=\langle w_j,h\rangle$, "
        r"activation $q_2z^2+q_1z+q_0$, read-out $\Omega$ and any linear pooling has the score "
        r"below, where $e=(0,\dots,0,1/\alpha)$ and the last entry of $w_j$ is "
        r"$\mathrm{bias}_j/\alpha$. One message of $\lceil\log_2 V((R+1)F+1)\rceil$ qubits carries "
        r"$|\psi\rangle$. Where Bob applies the graph, $S=(1,A,\dots,A^R)$ obeys "
        r"$\|S\|^2\le R+1$ for $\|A\|\le1$, and Alice sends $V(F+1)$ amplitudes."
    ),
    formulas=(
        r"y_c=\|H\|_F^2\,\langle\psi|\,\mathrm{diag}(\mathrm{pool})\otimes M_c\,|\psi\rangle",
        (
            r"M_c=\sum_j\Omega_{jc}\Big[q_2w_jw_j^{T}+\tfrac{q_1}{2}(w_je^{T}+ew_j^{T})+q_0ee^{T}"
            r"\Big]+\mathrm{offset}_c\,ee^{T}"
        ),
    ),
    source="arXiv:2310.07136 for the idea; the form and its constants: here",
    hypothesis=_CLAIMED,
    data=gather,
    steps=(
        Step("algebra", Tag.PROVED, "a node's score is a quadratic form of its row", algebra),
        Step("bound", Tag.PROVED, r"$\|S\|^2\le R+1$ for a contraction $A$", bound),
        Step("networks", Tag.EXACT, "networks in fractions are their forms", networks),
        Step("delivered", Tag.EXACT, "what Bob holds has the form; the qubits", delivered),
        Step(
            "measured",
            Tag.NUMERIC,
            "Bob's gates make it his mean outcome, to 1e-10",
            measured,
            role="counterexample",
        ),
    ),
    mutants=(
        Mutant(
            "||H|| not squared",
            r"$y_c=\|H\|_F\langle\psi|\cdot|\psi\rangle$",
            replace(_CLAIMED, norm_power=1),
            "delivered",
        ),
        Mutant("no e term", "$e=0$", replace(_CLAIMED, constant=False), "networks"),
        Mutant(
            "no cross-hop blocks",
            r"$M_c$ is block diagonal in the hops",
            replace(_CLAIMED, cross_hops=False),
            "networks",
        ),
        Mutant(
            "q1 for q1/2",
            r"the cross term is $q_1(we^T+ew^T)$",
            replace(_CLAIMED, linear_share=Fraction(1)),
            "algebra",
        ),
        Mutant(
            "no room for the constant",
            r"$\lceil\log_2 V(R+1)F\rceil$ qubits",
            replace(_CLAIMED, row_extra=0),
            "delivered",
        ),
        Mutant("||S||^2 <= R", r"$\|S\|^2\le R$", replace(_CLAIMED, bound_extra=0), "networks"),
    ),
)
