"""A quadratic graph network between two parties: one message of amplitudes, and a reading of it.

Alice sends copies of psi = H/||H||_F, the rows H (V, D) of all nodes as one vector. Bob rotates
every row into an eigenbasis of his matrix M and measures all qubits: node v and eigenvalue mu_i
come up with probability <h_v, u_i>^2/||H||_F^2, and the mean of pool_v mu_i, times ||H||_F^2, is
sum_v pool_v h_v^T M h_v. Where the graph is Bob's, Alice sends her features alone, and he applies
S = (1, A, ..., A^R)/sqrt(R+1) first, as an isometry into more qubits.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lapack
from scipy.sparse import csr_array, diags_array

from qdml.errors import InputError
from qdml.network import Network, Record, Transcript
from qdml.quantum.reference import amplitude_encoding

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Norms beyond 1 by this much are rounding of an eigenvalue near 1, in double precision.
SLACK = 1e-9


@dataclass(frozen=True, eq=False)
class RowBasis:
    """Turns each of `nodes` rows of D amplitudes into a basis that begins with `vectors` (D, s).

    The basis is completed by Householder reflections; a vector may change its sign.
    """

    vectors: Floats
    nodes: int
    inverted: bool = False

    def apply(self, state: NDArray[Any]) -> NDArray[Any]:
        """Act on (2^n, ...), n qubits enough for `nodes` D amplitudes; the others stay."""
        dimension, out = len(self.vectors), state.copy()
        used = self.nodes * dimension
        # The reflections are real: real and imaginary parts become columns.
        parts = np.ascontiguousarray(state[:used]).view(np.float64)
        columns = parts.reshape(self.nodes, dimension, -1).transpose(1, 0, 2)
        packed, tau = self._reflections
        flat = np.asfortranarray(columns.reshape(dimension, -1))
        turn = "N" if self.inverted else "T"
        size = int(lapack.dormqr("L", turn, packed, tau, flat, -1)[1][0])
        turned = lapack.dormqr("L", turn, packed, tau, flat, size)[0]
        back = np.ascontiguousarray(turned.reshape(columns.shape).transpose(1, 0, 2))
        out[:used] = back.reshape(parts.shape).view(state.dtype)
        return out

    def inverse(self) -> RowBasis:
        """Back from the basis."""
        return RowBasis(self.vectors, self.nodes, not self.inverted)

    @cached_property
    def _reflections(self) -> tuple[Floats, Floats]:
        packed, tau = np.linalg.qr(self.vectors, mode="raw")
        return np.asfortranarray(packed.T), tau


@dataclass(frozen=True, eq=False)
class Hops:
    """Applies (1, A, ..., A^R)/sqrt(R+1) to the features of every node, as an isometry.

    Alice's rows (x, alpha) at V nodes become rows (x, Ax, ..., A^R x, alpha), all over sqrt(R+1),
    and then what is lost: sqrt(1 - S^T S) of the same shape. That is possible when ||A|| <= 1.
    `constant` says whether there is an alpha. Raises `InputError` where S^T S exceeds 1.
    """

    operator: csr_array
    hops: int
    features: int
    constant: bool = True
    inverted: bool = False

    @property
    def nodes(self) -> int:
        """V."""
        return int(self.operator.shape[0])

    @property
    def width(self) -> int:
        """F + 1, or F without a constant: numbers a node in what Alice sends."""
        return self.features + self.constant

    @property
    def amplitudes(self) -> int:
        """What it needs room for: V((R+1)F + 1) + V(F+1), or V(R+2)F without a constant."""
        return self.nodes * ((self.hops + 1) * self.features + self.constant + self.width)

    def apply(self, state: NDArray[Any]) -> NDArray[Any]:
        """Act on (2^n, ...) that has nothing beyond the first V(F+1) amplitudes."""
        flat = state.reshape(len(state), -1)
        back = self._gather if self.inverted else self._spread
        columns = [back(flat[:, i].real) + 1j * back(flat[:, i].imag) for i in range(flat.shape[1])]
        out: NDArray[Any] = np.stack(columns, axis=1).reshape(state.shape)
        return out if np.iscomplexobj(state) else out.real

    def inverse(self) -> Hops:
        """The transpose, which undoes it on what it can make."""
        return replace(self, inverted=not self.inverted)

    def _spread(self, column: Floats) -> Floats:
        used, root = self.nodes * self.width, np.sqrt(self.hops + 1)
        if column[used:].any():
            raise InputError(f"amplitudes beyond {self.nodes} rows of {self.width}: expected zeros")
        rows = column[:used].reshape(self.nodes, self.width)
        hop, constant = rows[:, : self.features], rows[:, self.features :]
        kept, lost = [hop], [self._loss @ hop, constant * np.sqrt(self.hops) / root]
        for _ in range(self.hops):
            kept.append(self.operator @ kept[-1])
        out = np.zeros_like(column)
        whole = np.hstack([*kept, constant]) / root
        out[: self.amplitudes] = np.concatenate([whole.ravel(), np.hstack(lost).ravel()])
        return out

    def _gather(self, column: Floats) -> Floats:
        root, blocks = np.sqrt(self.hops + 1), (self.hops + 1) * self.features
        used = self.nodes * (blocks + self.constant)
        kept = column[:used].reshape(self.nodes, -1)
        lost = column[used : self.amplitudes].reshape(self.nodes, self.width)
        summed = np.zeros((self.nodes, self.features))
        for block in reversed(np.split(kept[:, :blocks], self.hops + 1, axis=1)):
            summed = block + self.operator.T @ summed
        hop = summed / root + self._loss @ lost[:, : self.features]
        constant = kept[:, blocks:] + lost[:, self.features :] * np.sqrt(self.hops)
        out = np.zeros_like(column)
        out[: self.nodes * self.width] = np.hstack([hop, constant / root]).ravel()
        return out

    @cached_property
    def _loss(self) -> Any:
        """sqrt(1 - S^T S) on one feature, (V, V): entry by entry where that is diagonal."""
        power = total = diags_array(np.ones(self.nodes), format="csr")
        for _ in range(self.hops):
            power = self.operator @ power
            total = total + power.T @ power
        total = csr_array(total / (self.hops + 1))
        diagonal = total.diagonal()
        if not (total - diags_array(diagonal)).nnz:
            return diags_array(np.sqrt(_positive(1 - diagonal)))
        values, vectors = np.linalg.eigh(total.toarray())
        return (vectors * np.sqrt(_positive(1 - values))) @ vectors.T


@dataclass(frozen=True, eq=False)
class Form:
    """What Bob reads: M by its eigenvalues (s,) and orthonormal eigenvectors (D, s), and the pool.

    pool: (V,) the weight of every node. `graph` where Bob applies the operator himself.
    """

    eigenvalues: Floats
    eigenvectors: Floats
    pool: Floats
    graph: Hops | None = None

    @property
    def scale(self) -> int:
        """R+1 where Bob applies the graph: what the isometry has divided every square by."""
        return self.graph.hops + 1 if self.graph else 1

    @property
    def spread(self) -> float:
        """Length of the range of outcomes, 0 among them, for ||H||_F = 1."""
        extremes = np.multiply.outer([self.pool.min(), self.pool.max()], self.eigenvalues)
        return self.scale * float(max(extremes.max(), 0.0) - min(extremes.min(), 0.0))

    def outcomes(self, places: Ints) -> Floats:
        """The outcome of every measured index, for ||H||_F = 1."""
        node, which = np.divmod(places, len(self.eigenvectors))
        seen = (node < len(self.pool)) & (which < len(self.eigenvalues))
        node, which = np.where(seen, node, 0), np.where(seen, which, 0)
        return np.where(seen, self.scale * self.pool[node] * self.eigenvalues[which], 0.0)


@dataclass(frozen=True)
class Answer:
    """The mean outcome for ||H||_F = 1, Bob's score if he was told the norm, and the bill."""

    mean: float
    score: float | None
    transcript: Transcript

    @property
    def sign(self) -> int:
        """+1 or -1; +1 for a mean of zero."""
        return 1 if self.mean >= 0 else -1


def run(
    rows: Floats, form: Form, copies: int, seed: int, norm: tuple[int, float] | None = None
) -> Answer:
    """One message of `copies` copies of Alice's rows, and Bob's reading of the pooled form.

    rows: (V, D), or (V, F+1) where Bob applies the graph. `norm` = (values, step) of a grid on
    which ||H||_F^2 is announced besides, in ceil(log2 values) bits; the sign does not need it.
    Raises `InputError` for rows that do not fit the form, or a norm beyond the grid.
    """
    width = form.graph.width if form.graph else len(form.eigenvectors)
    if rows.shape != (len(form.pool), width):
        raise InputError(f"rows of shape {rows.shape}: expected {(len(form.pool), width)}")
    network = Network(seed)
    alice, bob = network.party("alice", rows=rows), network.party("bob", form=form)
    told = None
    with alice:
        register = alice.prepare(encode(alice.private("rows")), "rows", copies)
        register = network.channel.send(register, to=bob)
        if norm:
            values, step = norm
            told = Record(round(float((alice.private("rows") ** 2).sum()) / step), values, alice)
            network.channel.announce(told, alice, to=bob)
    with bob:
        register = read_out(bob, bob.private("form"), register)
        places = bob.measure_basis(register).read(bob)
        mean = float(bob.private("form").outcomes(places).mean())
        score = mean * told.read(bob) * norm[1] if told and norm else None
    return Answer(mean, score, network.transcript)


def encode(rows: Floats) -> NDArray[np.complex128]:
    """psi = H/||H||_F, padded by zeros to a power of two."""
    padded = np.zeros(max(2, 1 << (rows.size - 1).bit_length()))
    padded[: rows.size] = rows.ravel()
    return amplitude_encoding(padded)


def read_out(bob: Any, form: Form, register: Any) -> Any:
    """Bob's gates: the graph, where it is his, and the eigenbasis; returns his register."""
    if form.graph:
        more = max(0, (form.graph.amplitudes - 1).bit_length() - register.qubits)
        if more:
            zero = np.zeros(2**more, dtype=complex)
            zero[0] = 1
            register = bob.join(bob.prepare(zero, "room", register.copies), register)
        bob.apply([form.graph], register)
    bob.apply([RowBasis(form.eigenvectors, len(form.pool))], register)
    return register


def law(rows: Floats, form: Form, sent: float) -> tuple[Floats, Floats]:
    """Values and probabilities of one outcome for ||H||_F = 1, computed without a network.

    rows: (V, D), the graph applied already; `sent` is the squared norm of what Alice sends. What
    the isometry loses, and all that is orthogonal to the eigenvectors, is the outcome 0, the last.
    """
    seen = (rows @ form.eigenvectors) ** 2
    values = form.scale * np.multiply.outer(form.pool, form.eigenvalues).ravel()
    chances = seen.ravel() / (form.scale * sent)
    return np.append(values, 0.0), np.append(chances, max(0.0, 1 - float(chances.sum())))


def _positive(values: Floats) -> Floats:
    if values.min() < -SLACK:
        raise InputError(
            f"graph operator with S^T S = {1 - values.min():g}: expected at most 1; divide the "
            "operator by its norm"
        )
    return np.maximum(values, 0.0)
