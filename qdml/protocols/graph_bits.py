"""Classical ways to decide a pooled quadratic form between two parties, over the metered network.

Alice holds rows H (V, D) of numbers, Bob the form sum_v pool_v h_v^T M h_v, of which he wants the
sign. What does not change a sign is not sent: every message is scaled by its largest entry, and
costs `bits` a number. Public coins are free.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from qdml.claims.seeds import generator
from qdml.errors import InputError
from qdml.network import Network, Party, Record, Transcript
from qdml.protocols.graph_form import Form

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


def whole(rows: Floats, form: Form, bits: int, seed: int = 0) -> Told:
    """Alice's input as it is, one of at most 2^bits possible ones: Bob's score is exact."""
    network, alice, bob = _parties(rows, form, seed)
    with alice:
        sent = Record(alice.private("rows"), 2**bits, alice)
        network.channel.announce(sent, alice, to=bob)
    with bob:
        return Told(_value(sent.read(bob), bob.private("form")), network.transcript)


def asked(rows: Floats, form: Form, needed: Ints, bits: tuple[int, int], seed: int = 0) -> Told:
    """In two ways: Bob names the nodes whose features his pooled nodes see, Alice tells those.

    bits: for the names and for the features. Only where the graph is Bob's.
    """
    if form.graph is None:
        raise InputError("Bob has no graph here: he cannot know which nodes to ask for")
    network = Network(seed)
    alice = network.party("alice", rows=rows)
    bob = network.party("bob", form=form, needed=needed)
    with bob:
        named = Record(bob.private("needed"), 2 ** bits[0], bob)
        network.channel.announce(named, bob, to=alice)
    with alice:
        sent = Record(alice.private("rows")[named.read(alice)], 2 ** bits[1], alice)
        network.channel.announce(sent, alice, to=bob)
    with bob:
        told = sent.read(bob)
        known = np.zeros((len(bob.private("form").pool), told.shape[1]))
        known[bob.private("needed")] = told
        return Told(_value(known, bob.private("form")), network.transcript)


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
        alone = told**2 @ _values(planes, own_form)
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


def _value(rows: Floats, form: Form) -> float:
    """Bob's whole form on rows (V, width) that he knows."""
    return float(_values(rows[None], form)[0])


def _values(rows: Floats, form: Form) -> Floats:
    """The same for many: (t, V, width) -> (t,), Bob's graph applied first where he has it."""
    if form.graph:
        many, nodes, features = len(rows), rows.shape[1], form.graph.features
        # All of them side by side, since operators are sparse and act on columns.
        blocks = [rows[:, :, :features].transpose(1, 0, 2).reshape(nodes, -1)]
        for _ in range(form.graph.hops):
            blocks.append(form.graph.operator @ blocks[-1])
        hops = [block.reshape(nodes, many, features).transpose(1, 0, 2) for block in blocks]
        rows = np.concatenate([*hops, rows[:, :, features:]], axis=2)
    found: Floats = (rows @ form.eigenvectors) ** 2 @ form.eigenvalues @ form.pool
    return found


def _check_samples(samples: int) -> None:
    if samples < 1:
        raise InputError(f"{samples} samples: expected at least one")


def _check_own(form: Form) -> None:
    if form.graph:
        raise InputError("Alice has no graph here: her rows are features, of which no hop is known")
