"""Classical ways to decide a pooled quadratic form between two parties, over the metered network.

Alice holds rows H (V, D) of numbers, Bob the form sum_v pool_v h_v^T M h_v, of which he wants the
sign. What does not change a sign is not sent: every message is scaled by its largest entry, and
costs `bits` a number. Public coins are free.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, hstack

from qdml.claims.seeds import generator
from qdml.errors import InputError
from qdml.network import Network, Party, Record, Transcript
from qdml.protocols import sparse_code
from qdml.protocols.graph_form import Form
from qdml.protocols.sparse_code import Bits

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Entries of public random matrices that one run may draw.
LARGEST = 2**27


@dataclass(frozen=True)
class Told:
    """Bob's estimate up to a positive factor, and the bill."""

    mean: float
    transcript: Transcript

    @property
    def sign(self) -> int:
        """+1 or -1; +1 for an estimate of zero."""
        return 1 if self.mean >= 0 else -1


def quantised(values: Floats, bits: int) -> Ints:
    """Whole numbers of `bits` bits in proportion to the values, the largest entry at the end.

    Raises `InputError` for fewer than 2 bits (a sign and a digit), or more than 32, and for values
    that are not finite.
    """
    if not 2 <= bits <= 32:
        raise InputError(f"{bits} bits a number: expected 2 to 32")
    if not np.isfinite(values).all():
        raise InputError("a number to be sent that is not finite: expected finite numbers")
    largest = np.abs(values).max(initial=0.0)
    codes: Ints = np.rint(values / (largest or 1.0) * (2 ** (bits - 1) - 1)).astype(np.int64)
    return codes


def features(rows: Floats, form: Form, bits: int, seed: int = 0) -> Told:
    """All rows, their common constant only once: V(D-1) + 1 numbers.

    Where the graph is Bob's, these are the features without any hop, and the constant if any.
    Raises `InputError` for a last column that is to be sent once, and is not the same in all rows.
    """
    network, alice, bob = _parties(rows, form, seed)
    constant = 1 if form.graph is None else int(form.graph.constant)
    width = rows.shape[1] - constant
    if (rows[:, width:] != rows[:1, width:]).any():
        raise InputError("rows without a constant at their end: expected the same number in all")
    with alice:
        codes = quantised(alice.private("rows"), bits)
        codes = np.append(codes[:, :width].ravel(), codes[0, width:])
        sent = _tell(network, codes, bits, alice, bob)
    with bob:
        own_form, told = bob.private("form"), sent.read(bob).astype(float)
        nodes = len(own_form.pool)
        whole = told[: nodes * width].reshape(nodes, width)
        last = np.tile(told[nodes * width :], (nodes, 1))
        return Told(_value(np.hstack([whole, last]), own_form), network.transcript)


def whole(content: Bits, read: Callable[[Bits], Any], form: Form, seed: int = 0) -> Told:
    """Alice's input as it is, in bits that Bob reads as rows (V, D): his score is exact.

    Where the graph is his, the rows are features and a constant, (V, F+1), sparse or not.
    """
    network = Network(seed)
    alice = network.party("alice", content=content)
    bob = network.party("bob", form=form, read=read)
    with alice:
        sent = _bits(network, alice.private("content"), alice, bob)
    with bob:
        rows = bob.private("read")(sent.read(bob))
        return Told(_value(rows, bob.private("form")), network.transcript)


def asked(features: csr_array, known: Floats, form: Form, constant: float, seed: int = 0) -> Told:
    """In two ways: Bob names the nodes that his pooled nodes see, Alice tells their features.

    features: (V, F), sparse, with entries among the increasing numbers `known`; `constant` is what
    Bob puts at the end of every row. Only where the graph is Bob's.
    """
    if form.graph is None:
        raise InputError("Bob has no graph here: he cannot know which nodes to ask for")
    network = Network(seed)
    alice = network.party("alice", features=features, known=known)
    bob = network.party("bob", form=form, known=known, constant=constant)
    with bob:
        own_form = bob.private("form")
        wanted = seen_by(own_form)
        named = _bits(network, sparse_code.subset(wanted, len(own_form.pool)), bob, alice)
    with alice:
        own = alice.private("features")
        ids = sparse_code.read_subset(named.read(alice), own.shape[0])[0]
        told = sparse_code.features(own[ids], alice.private("known"))
        sent = _bits(network, told, alice, bob)
    with bob:
        shape = len(wanted), own_form.graph.features
        found = sparse_code.read_features(sent.read(bob), shape, bob.private("known")).tocoo()
        shape = len(own_form.pool), own_form.graph.features
        placed = csr_array((found.data, (wanted[found.row], found.col)), shape=shape)
        last = np.full((shape[0], 1), bob.private("constant"))
        return Told(_value(csr_array(hstack([placed, last])), own_form), network.transcript)


def seen_by(form: Form) -> Ints:
    """The nodes whose features a pooled node sees, where the graph is Bob's."""
    assert form.graph is not None, "the graph is Bob's"
    near = (form.pool != 0).astype(float)
    for _ in range(form.graph.hops):
        near = near + abs(form.graph.operator).T @ near
    return np.flatnonzero(near)


def moments(rows: Floats, form: Form, bits: int, seed: int = 0) -> Told:
    """The pooled second moments sum_v pool_v h_v h_v^T, in D(D+1)/2 numbers.

    Only where the graph is Alice's, and the pool is known to her.
    """
    network, alice, bob = _parties(rows, form, seed, pool=form.pool)
    _check_own(form)
    upper = np.triu_indices(rows.shape[1])
    with alice:
        own, pool = alice.private("rows"), alice.private("pool")
        pooled = (own.T * pool) @ own
        sent = _tell(network, quantised(pooled[upper], bits), bits, alice, bob)
    with bob:
        found = np.zeros((rows.shape[1],) * 2)
        found[upper] = sent.read(bob)
        found = found + np.triu(found, 1).T
        own_form = bob.private("form")
        weights = ((found @ own_form.eigenvectors) * own_form.eigenvectors).sum(axis=0)
        return Told(float(weights @ own_form.eigenvalues), network.transcript)


def nodes(rows: Floats, form: Form, samples: int, bits: int, seed: int) -> Told:
    """Rows of `samples` nodes drawn by Alice like a quantum reading draws them, D numbers each.

    Only where the graph is Alice's, and the pool is known to her. Raises `InputError` for a pool
    with negative weights, or rows that are zero wherever it is not.
    """
    _check_own(form)
    _check_samples(samples)
    if form.pool.min() < 0 or not (rows[form.pool > 0]).any():
        raise InputError("nodes drawn like pool ||h||^2: expected weights of 0 or more, not all 0")
    network, alice, bob = _parties(rows, form, seed, pool=form.pool)
    with alice:
        own, pool = alice.private("rows"), alice.private("pool")
        weights = pool * (own**2).sum(axis=1)
        drawn = alice.rng.choice(len(own), size=samples, p=weights / weights.sum())
        codes = np.stack([quantised(own[v], bits) for v in drawn])
        sent = _tell(network, codes, bits, alice, bob)
    with bob:
        own_form, told = bob.private("form"), sent.read(bob).astype(float)
        seen = (told @ own_form.eigenvectors) ** 2 @ own_form.eigenvalues
        return Told(float((seen / (told**2).sum(axis=1)).mean()), network.transcript)


def sketch(rows: Floats, form: Form, size: int, bits: int, seed: int) -> Told:
    """Products of Alice's vector with `size` public sign vectors g; Bob pairs them.

    s_i = <g_i, x> makes s_i s_j g_i^T O g_j an unbiased estimate of x^T O x for i < j; Bob takes
    the mean over all pairs. O is his operator on Alice's vector, the hops included.
    """
    if size < 2 or size * rows.size > LARGEST:
        raise InputError(f"{size} products: expected 2 to {LARGEST // rows.size}")
    network, alice, bob = _parties(rows, form, seed, coins=seed)
    with alice:
        own = alice.private("rows").ravel()
        products = public_signs(alice.private("coins"), size, rows.size) @ own
        sent = _tell(network, quantised(products, bits), bits, alice, bob)
    with bob:
        told = sent.read(bob).astype(float)
        planes = public_signs(bob.private("coins"), size, rows.size).reshape(size, *rows.shape)
        own_form = bob.private("form")
        # told^T T told without its diagonal, T = G O G^T, from one application of O.
        whole = _value(np.einsum("t,tvd->vd", told, planes), own_form)
        alone = told**2 @ [_value(plane, own_form) for plane in planes]
        return Told((whole - float(alone)) / (size * (size - 1)), network.transcript)


def sampling(rows: Floats, operator: csr_array, samples: int, bits: int, seed: int) -> Told:
    """In two ways: entries j of Alice's x drawn like x_j^2, neighbours i drawn by Bob like |O_ij|.

    Alice names j, Bob names i, Alice tells x_i and x_j; R_j sign(O_ij) x_i/x_j has the mean
    x^T O x/||x||^2, where R_j sums |O_ij| over i. An entry whose column is empty says zero.
    """
    _check_samples(samples)
    size, network = rows.size, Network(seed)
    alice = network.party("alice", rows=rows)
    bob = network.party("bob", operator=csr_array(operator.T))
    with alice:
        codes = quantised(alice.private("rows").ravel(), bits)
        squares = codes.astype(float) ** 2
        drawn = alice.rng.choice(size, size=samples, p=squares / squares.sum())
        first = Record(drawn, size**samples, alice)
        network.channel.announce(first, alice, to=bob)
    with bob:
        columns = bob.private("operator")
        picked, weights = _neighbours(columns, first.read(bob), bob.rng)
        second = Record(picked, size**samples, bob)
        network.channel.announce(second, bob, to=alice)
    with alice:
        pair = np.stack([codes[second.read(alice)], codes[drawn]])
        sent = _tell(network, pair, bits, alice, bob)
    with bob:
        told = sent.read(bob).astype(float)
        return Told(float((weights * told[0] / told[1]).mean()), network.transcript)


def public_signs(coins: int, size: int, dimension: int) -> Floats:
    """The vectors g of a sketch (size, dimension), which both parties know."""
    drawn = generator(coins, "signs").integers(2, size=(size, dimension))
    return (2 * drawn - 1).astype(np.float64)


def _neighbours(columns: csr_array, drawn: Ints, rng: np.random.Generator) -> tuple[Ints, Floats]:
    """For every j an i with probability |O_ij|/R_j, and R_j sign(O_ij); j and 0 if there is none.

    columns: row j holds the entries O_ij.
    """
    picked, weights = drawn.copy(), np.zeros(len(drawn), dtype=np.float64)
    for place, j in enumerate(drawn):
        start, end = columns.indptr[j], columns.indptr[j + 1]
        entries = columns.data[start:end]
        total = np.abs(entries).sum()
        if total:
            which = rng.choice(end - start, p=np.abs(entries) / total)
            picked[place] = columns.indices[start + which]
            weights[place] = total * np.sign(entries[which])
    return picked, weights


def _parties(rows: Floats, form: Form, seed: int, **shared: Any) -> tuple[Network, Party, Party]:
    network = Network(seed)
    return (
        network,
        network.party("alice", rows=rows, **shared),
        network.party("bob", form=form, **{k: v for k, v in shared.items() if k == "coins"}),
    )


def _tell(network: Network, codes: Ints, bits: int, alice: Party, bob: Party) -> Record[Ints]:
    record = Record(codes, 2 ** (bits * codes.size), alice)
    network.channel.announce(record, alice, to=bob)
    return record


def _bits(network: Network, content: Bits, teller: Party, other: Party) -> Record[Bits]:
    record = Record(content, 2 ** len(content), teller)
    network.channel.announce(record, teller, to=other)
    return record


def _value(rows: Any, form: Form) -> float:
    """Bob's whole form on rows (V, width), dense or sparse; his graph first, where he has it."""
    if not form.graph:
        seen = rows @ form.eigenvectors
    else:
        # What eigenvectors see of each hop is gathered from the farthest one on.
        width, hops = form.graph.features, form.graph.hops
        blocks = [form.eigenvectors[r * width : (r + 1) * width] for r in range(hops + 1)]
        seen = rows[:, :width] @ blocks[-1]
        for block in reversed(blocks[:-1]):
            seen = rows[:, :width] @ block + form.graph.operator @ seen
        seen = seen + rows[:, width:] @ form.eigenvectors[(hops + 1) * width :]
    return float(form.pool @ (seen**2 @ form.eigenvalues))


def _check_samples(samples: int) -> None:
    if samples < 1:
        raise InputError(f"{samples} samples: expected at least one")


def _check_own(form: Form) -> None:
    if form.graph:
        raise InputError("Alice has no graph here: her rows are features, of which no hop is known")
