"""The quantum way and five classical ones at one promise, and matchings on which they part."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array, kron

from proofs_checks._graph_instances import in_floats
from qdml.bounds import graph_costs
from qdml.graphs.quadratic_form import quadratic_form
from qdml.graphs.sign import Sign, hop_features
from qdml.protocols import graph_bits, graph_form
from qdml.protocols.graph_form import Form, Hops
from qdml.protocols.hidden_matching import Instance, random_instance

Floats = npt.NDArray[np.float64]

#: The score drawn is at least this part of B times the norm of M, so that runs are short.
LEAST_RATIO = 0.2

#: Of that, what rounding may use; it takes this many bits a number.
ROUNDED, NUMBER = Fraction(1, 16), 16


@dataclass(frozen=True, eq=False)
class Case:
    """Alice's rows (V, D), Bob's form, its operator on all entries (VD, VD), and the score."""

    rows: Floats
    form: Form
    operator: csr_array
    score: float

    @property
    def sign(self) -> int:
        """What is to be decided."""
        return 1 if self.score > 0 else -1


@dataclass(frozen=True)
class Way:
    """One way to decide: its size in copies, samples, products or bits, and how it is run."""

    name: str
    size: int
    unit: str
    run: Callable[[int], tuple[int, int]]


def case(rng: np.random.Generator) -> Case:
    """A random network on 8 nodes, mean pooling, drawn until its score is not too small."""
    while True:
        item = in_floats(rng, 8, 1, 2, 2)
        form = quadratic_form(item.model, 1.0).difference(0, 1)
        rows = form.rows(hop_features(item.operator, item.features, item.model.hops))
        values, vectors = form.spectrum(0)
        score = float(item.pool @ form.values(rows)[:, 0])
        if abs(score) >= LEAST_RATIO * abs(values).max() * (rows**2).sum() / len(rows):
            operator = csr_array(kron(np.diag(item.pool), form.matrix(0)))
            return Case(rows, Form(values, vectors, item.pool), operator, score)


def ways(own: Case, failure: Fraction) -> list[Way]:
    """Every way at the size that promises a wrong sign with probability at most `failure`.

    Hoeffding's inequality on one side, Cantelli's, or rounding that cannot change the sign.
    """
    rows, form, operator = own.rows, own.form, own.operator
    square, x = float((rows**2).sum()), rows.ravel()
    margin = abs(own.score) * float(1 - ROUNDED)
    spread = square * form.spread
    copies = graph_costs.hoeffding_copies(Fraction(spread), Fraction(margin), 2 * failure)
    dense = operator.toarray()
    second = graph_costs.sampling_second_moment(dense, x) / margin**2
    samples = graph_costs.sampling_size(Fraction(second), failure)
    norm = np.linalg.norm(dense, 2)
    ratio = Fraction(float(margin / (norm * square)))
    rank = Fraction(float((dense**2).sum() / norm**2))
    products = graph_costs.sketch_size(ratio, rank, failure)
    gram = (rows.T * form.pool) @ rows
    weights = (form.eigenvectors * form.eigenvalues) @ form.eigenvectors.T

    def rounded(bits: int) -> tuple[float, float]:
        """What rounding features, or moments, to so many bits can change in the score."""
        step = 1 / (2 ** (bits - 1) - 1)
        far = np.sqrt(x.size) * abs(x).max() * step / 2
        return (
            norm * (2 * np.sqrt(square) * far + far**2),
            float(abs(weights).sum() * abs(gram).max() * step / 2),
        )

    bits = [next(b for b in range(2, 32) if rounded(b)[i] < abs(own.score)) for i in (0, 1)]

    def quantum(seed: int) -> tuple[int, int]:
        found = graph_form.run(rows, form, copies, seed)
        return found.sign, found.transcript.qubits

    def classical(told: graph_bits.Told) -> tuple[int, int]:
        return told.sign, told.transcript.bits

    return [
        Way("quantum", copies, "qubits", quantum),
        Way(
            "features",
            bits[0],
            "bits",
            lambda seed: classical(graph_bits.features(rows, form, bits[0], seed)),
        ),
        Way(
            "second moments",
            bits[1],
            "bits",
            lambda seed: classical(graph_bits.moments(rows, form, bits[1], seed)),
        ),
        Way(
            "nodes",
            copies,
            "bits",
            lambda seed: classical(graph_bits.nodes(rows, form, copies, NUMBER, seed)),
        ),
        Way(
            "sketch",
            products,
            "bits",
            lambda seed: classical(graph_bits.sketch(rows, form, products, NUMBER, seed)),
        ),
        Way(
            "sampling in two ways",
            samples,
            "bits",
            lambda seed: classical(graph_bits.sampling(rows, operator, samples, NUMBER, seed)),
        ),
    ]


def matching(size: int, rng: np.random.Generator) -> tuple[Floats, csr_array, int]:
    """Hidden matching with N/4 edges: signs as rows (N, 1), the weights W (N, N), the answer."""
    item = random_instance(size, size // 4, rng)
    return item.signs.astype(float)[:, None], adjacency(item), item.answer


def adjacency(item: Instance) -> csr_array:
    """Bob's matching with its signs, W (N, N)."""
    size, ends = len(item.signs), np.concatenate([item.edges, item.edges[:, ::-1]])
    entries = np.tile(item.weights, 2).astype(float)
    return csr_array((entries, (ends[:, 0], ends[:, 1])), shape=(size, size))


def matching_network() -> Sign:
    """Hidden units x + Wx and x - Wx, squared; their difference over 4 is x (Wx) at a vertex."""
    return Sign(
        operator="sum",
        weights=np.array([[[1.0, 1.0]], [[1.0, -1.0]]]),
        bias=np.zeros(2),
        readout=np.array([[0.25], [-0.25]]),
        offset=np.zeros(1),
    )


def matching_form(weights: csr_array) -> Form:
    """sum_v x_v (Wx)_v: that network with sum pooling, where Bob has the matching."""
    values, vectors = quadratic_form(matching_network(), 0).spectrum(0)
    return Form(values, vectors, np.ones(weights.shape[0]), Hops(weights, 1, 1, constant=False))
