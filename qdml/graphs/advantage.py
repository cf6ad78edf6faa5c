"""What a decision costs in copies and qubits, and in bits by every classical competitor.

All sizes come from exact variances and one inequality, Cantelli's, so that they promise the same:
a sign that is wrong with probability at most delta. Bits are those of `qdml.bounds.graph_costs`.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from qdml.bounds import code_lengths, graph_costs
from qdml.bounds.linear import qubits_for
from qdml.errors import InputError
from qdml.graphs.decisions import Decision
from qdml.graphs.quadratic_form import QuadraticForm
from qdml.protocols.graph_bits import seen_by
from qdml.protocols.graph_form import Form, Hops

Floats = NDArray[np.float64]

#: Bits a number in messages whose noise is of the size of their numbers anyway.
NUMBER = 8


@dataclass(frozen=True)
class Quadratic:
    """x^T O x in numbers: x is what Alice sends, O is Bob's operator on it.

    square: ||x||^2; value: x^T O x; moved: ||Ox||^2; frobenius: ||O||_F^2; norm: ||O||; read: the
    second moment of one outcome of the protocol of `qdml.protocols.graph_form`; nodes: that of one
    sampled node, where the graph is Alice's; entries: of x; rank: what that of O is at most, one
    for each pooled node and eigenvalue of Bob's form.
    """

    square: float
    value: float
    moved: float
    frobenius: float
    norm: float
    read: float
    nodes: float | None
    entries: int
    rank: int

    @property
    def stable_rank(self) -> float:
        """||O||_F^2/||O||^2."""
        return self.frobenius / self.norm**2

    @property
    def margin(self) -> float:
        """|x^T O x| over ||O|| ||x||^2."""
        return abs(self.value) / (self.norm * self.square)


@dataclass(frozen=True)
class Bill:
    """A decision's price by every way, and the sizes behind it.

    copies, qubits: where Bob reads after the graph, if it is his; best_copies, best_qubits: where
    he reads his whole operator (`direct`); products: of a sketch; one_way, two_ways: bits by the
    name of the way.
    """

    copies: int
    qubits: int
    best_copies: int
    best_qubits: int
    products: int
    one_way: dict[str, int]
    two_ways: dict[str, int]

    @property
    def cheapest(self) -> str:
        """The classical way of the fewest bits that is one message."""
        return min(self.one_way, key=lambda name: self.one_way[name])

    @property
    def cheapest_of_all(self) -> int:
        """Bits of the cheapest classical way, two-way ones included."""
        return min([*self.one_way.values(), *self.two_ways.values()])


def quadratic(decision: Decision) -> Quadratic:
    """The numbers of a decision; a Gram matrix of what Bob asks for stands in for O."""
    return _bobs(decision) if decision.form.graph else _alices(decision)


def bill(decision: Decision, failure: Fraction) -> Bill:
    """What a sign costs that is wrong with probability at most `failure`, by every way.

    Raises `InputError` for a score of 0, or one too close to it.
    """
    own, form = quadratic(decision), decision.form
    if own.value == 0:
        raise InputError("score 0: expected one that has a sign")
    copies, best = (
        graph_costs.sampling_size(Fraction(moment / own.value**2), failure)
        for moment in (own.read, own.square * own.moved)
    )
    # A margin and a stable rank would bound the variance; here it is known.
    products = graph_costs.least_products(own.square, own.moved, own.frobenius, own.value, failure)
    qubits = qubits_for(own.entries)
    one_way = {"sketch": graph_costs.sketch_bits(products, NUMBER)}
    if decision.plain is not None:
        one_way["input as it is"] = decision.plain.bits
    if own.nodes is not None:
        width = len(form.eigenvectors)
        samples = graph_costs.sampling_size(Fraction(own.nodes / own.value**2), failure)
        one_way["second moments"] = graph_costs.moments_bits(width, moment_bits(decision))
        one_way["sampled nodes"] = graph_costs.nodes_bits(samples, width, NUMBER)
    drawn = graph_costs.sampling_size(Fraction(sampled(decision) / own.value**2), failure)
    two_ways = {"sampled entries": graph_costs.sampling_bits(drawn, own.entries, NUMBER)}
    if decision.known is not None:
        two_ways["nodes asked for"] = asked_bits(decision)
    return Bill(copies, copies * qubits, best, best * qubits, products, one_way, two_ways)


def asked_bits(decision: Decision) -> int:
    """Bits that name the nodes that Bob asks for, and that tell their features as they are."""
    assert decision.known is not None, "the graph is Bob's, and features are of known values"
    wanted, width = seen_by(decision.form), decision.rows.shape[1] - 1
    entries = int(decision.rows[wanted, :-1].count_nonzero())
    return code_lengths.subset_bits(len(decision.form.pool), len(wanted)) + (
        code_lengths.features_bits(len(wanted), width, entries, len(decision.known))
    )


def direct(decision: Decision) -> tuple[Floats, Form]:
    """Alice's features as one row (1, N), and the reading of Bob's whole operator O on them.

    O = T^T K T as in `quadratic`; no reading without bias varies less, since the second moment of
    any outcome with mean O is at least O^2. Only where the graph is Bob's, and N is moderate.
    """
    form, graph = decision.form, decision.form.graph
    assert graph is not None, "the graph is Bob's"
    nodes, powers, blocks = _asks(form, graph)
    asks = np.zeros((graph.nodes, graph.features + 1, len(nodes), len(form.eigenvalues)))
    for power, block in zip(powers, blocks, strict=True):
        asks[:, :-1] += np.einsum("sv,fj->vfsj", power.toarray(), block)
    asks[nodes, -1, np.arange(len(nodes))] = form.eigenvectors[-1]
    weights = np.multiply.outer(form.pool[nodes], form.eigenvalues).ravel()
    factor = asks.reshape(-1, len(weights))
    values, vectors = QuadraticForm(factor, np.diag(weights)[None]).spectrum(0)
    return decision.rows.toarray().reshape(1, -1), Form(values, vectors, np.ones(1))


def moment_bits(decision: Decision) -> int:
    """Bits a pooled second moment needs, so that rounding cannot change the sign.

    Rounding to a largest entry g moves the score by at most g/(2 (2^(b-1) - 1)) sum |M_ij|.
    """
    rows, form = decision.rows, decision.form
    pooled = (rows.T * form.pool) @ rows
    matrix = (form.eigenvectors * form.eigenvalues) @ form.eigenvectors.T
    most = float(np.abs(matrix).sum() * np.abs(pooled).max() / 2)
    for bits in range(2, 33):
        if most < abs(decision.score) * (2 ** (bits - 1) - 1):
            return bits
    raise InputError(f"score {decision.score:g}: too close to zero for 32 bits a moment")


def sampled(decision: Decision) -> float:
    """||x||^2 sum_ij |O|_ij R_j x_i^2, the second moment of an entry and its neighbour in two ways.

    Where the graph is Alice's, O = diag(pool) (x) M, node by node. Where it is Bob's, O sums terms
    P (x) M_ab over pairs of hops a and b, and |O| stands for the sum of |P| (x) |M_ab|: Bob draws
    the pair of hops with the neighbour, R_j is what all of them weigh, and nothing else changes.
    """
    rows, form = decision.rows, decision.form
    if form.graph is None:
        size = np.abs((form.eigenvectors * form.eigenvalues) @ form.eigenvectors.T)
        reach = size @ size.sum(axis=0)
        return float((rows**2).sum() * (form.pool**2 @ (rows**2 @ reach)))
    nodes, powers, blocks = _asks(form, form.graph)
    blocks = [*blocks, form.eigenvectors[-1:]]
    width, pool = form.graph.features, np.abs(form.pool[nodes])[:, None]
    # The constant is a feature more, of no hop.
    walks = [*map(abs, powers), abs(powers[0])]
    places = [slice(0, width)] * len(powers) + [slice(width, width + 1)]

    def weighed(entries: Floats) -> Floats:
        """|O| on a vector, as (V, F+1)."""
        seen = [walk @ entries[:, place] for walk, place in zip(walks, places, strict=True)]
        found = np.zeros_like(entries)
        for walk, place, own in zip(walks, places, blocks, strict=True):
            pairs = [np.abs((own * form.eigenvalues) @ other.T) for other in blocks]
            pulled = sum(part @ pair.T for part, pair in zip(seen, pairs, strict=True))
            found[:, place] += walk.T @ (pool * pulled)
        return found

    squares = csr_array(rows).power(2)
    return float(squares.sum() * squares.multiply(weighed(weighed(np.ones(rows.shape)))).sum())


def _asks(form: Form, graph: Hops) -> tuple[NDArray[np.int64], list[csr_array], list[Floats]]:
    """The pooled nodes, their rows of every power of the operator, and eigenvectors hop by hop."""
    nodes, width = np.flatnonzero(form.pool), graph.features
    places = np.arange(len(nodes)), nodes
    powers = [csr_array((np.ones(len(nodes)), places), shape=(len(nodes), graph.nodes))]
    for _ in range(graph.hops):
        powers.append(powers[-1] @ graph.operator)
    blocks = [form.eigenvectors[r * width : (r + 1) * width] for r in range(graph.hops + 1)]
    return nodes, powers, blocks


def _alices(decision: Decision) -> Quadratic:
    """O = diag(pool) (x) M on rows of all hops."""
    rows, form = decision.rows, decision.form
    seen = rows @ form.eigenvectors
    square, values = float((rows**2).sum()), seen**2 @ form.eigenvalues
    moved = float(form.pool**2 @ (seen**2 @ form.eigenvalues**2))
    return Quadratic(
        square=square,
        value=float(form.pool @ values),
        moved=moved,
        frobenius=float((form.pool**2).sum() * (form.eigenvalues**2).sum()),
        norm=float(form.pool.max() * np.abs(form.eigenvalues).max()),
        read=square * moved,
        nodes=_node_moment(rows, form.pool, values),
        entries=rows.size,
        rank=int(np.count_nonzero(form.pool)) * len(form.eigenvalues),
    )


def _node_moment(rows: Floats, pool: Floats, values: Floats) -> float:
    """Nodes drawn with probability pool ||h||^2/total tell total h^T M h/||h||^2."""
    weights = pool * (rows**2).sum(axis=1)
    kept = weights > 0
    return float(weights.sum() * ((pool * values)[kept] ** 2 / weights[kept]).sum())


def _bobs(decision: Decision) -> Quadratic:
    """O = T^T K T: row (v, s) of T takes Alice's features to <h_v, u_s>, K = pool_v mu_s."""
    form, graph = decision.form, decision.form.graph
    assert graph is not None
    nodes, powers, blocks = _asks(form, graph)
    last = form.eigenvectors[-1]
    gram: Any = np.multiply.outer(np.eye(len(nodes)), np.outer(last, last))
    seen: Any = decision.rows[nodes, -1:].toarray() * last
    features = decision.rows[:, :-1]
    for left, here in zip(powers, blocks, strict=True):
        seen = seen + (left @ features) @ here
        for right, there in zip(powers, blocks, strict=True):
            gram = gram + np.multiply.outer((left @ right.T).toarray(), here.T @ there)
    size = seen.size
    gram = gram.transpose(0, 2, 1, 3).reshape(size, size)
    weights = np.multiply.outer(form.pool[nodes], form.eigenvalues).ravel()
    pulled, flat = weights * seen.ravel(), seen.ravel()
    inner = weights[:, None] * gram
    squares, turned = np.linalg.eigh(gram)
    root = turned * np.sqrt(np.maximum(squares, 0.0))
    square = float((decision.rows.data**2).sum())
    return Quadratic(
        square=square,
        value=float(pulled @ flat),
        moved=float(pulled @ gram @ pulled),
        frobenius=float((inner * inner.T).sum()),
        # O has the eigenvalues of K G, those of G^1/2 K G^1/2, and zeros.
        norm=float(np.abs(np.linalg.eigvalsh(root.T @ (weights[:, None] * root))).max()),
        read=square * form.scale * float(pulled @ pulled),
        nodes=None,
        entries=int(np.prod(decision.rows.shape)),
        rank=size,
    )
