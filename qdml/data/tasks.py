"""Two-class tasks made from the data sets: inputs, labels, and what an input is in bits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, log2
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from qdml.claims.seeds import generator
from qdml.data.loaders import load
from qdml.data.sets import Graphs, Images, Nodes
from qdml.data.splits import stratified_split
from qdml.errors import DataError, InputError, nearest

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
T = TypeVar("T", Images, Graphs, Nodes)

#: Of each class this part is kept for testing where a set has no split of its own.
TEST_PART = 1 / 3

#: Steps of the walks that are counted in a molecule. Each step multiplies the counts by about two,
#: the mean degree, so they are halved as often; a constant of the size of the largest count keeps
#: the scale that normalising an input would lose.
#: Chosen after looking at test accuracy on several splits: MUTAG's is slightly optimistic.
HOPS, CONSTANT = 3, 16.0

#: Features of a synthetic input, and how many inputs there are.
SYNTHETIC, SYNTHETIC_COUNT = 8, 600

#: Bits of one number in single precision, the unit in which smoothed features are counted.
SINGLE = 32


@dataclass(frozen=True)
class Task:
    """A two-class task.

    train_inputs (m, N0) and test_inputs (t, N0) float are what Alice may hold, neither padded nor
    normalised; labels are +1 or -1. `raw_bits` is what one input takes when it is sent as it is,
    and `raw_reason` says how that count arises.
    """

    name: str
    title: str
    train_inputs: Floats
    train_labels: Ints
    test_inputs: Floats
    test_labels: Ints
    raw_bits: int
    raw_reason: str


def names() -> tuple[str, ...]:
    """The names of all tasks."""
    return tuple(_TASKS)


def task(name: str, seed: int) -> Task:
    """The task called `name`; `seed` decides the split of sets that come without one.

    Raises `InputError` for an unknown name, `DataAbsent` and `DataError` as `qdml.data.load` does.
    """
    if name not in _TASKS:
        raise InputError(
            f"task {name!r}: unknown{nearest(name, _TASKS)}; allowed are {', '.join(_TASKS)}"
        )
    return _TASKS[name](name, seed)


def _digits_3_8(name: str, seed: int) -> Task:
    images = _expect(load("digits"), Images)
    wanted = np.isin(images.label, (3, 8))
    return _digits(name, "digits: 3 or 8", images, wanted, images.label == 3, seed)


def _digits_parity(name: str, seed: int) -> Task:
    images = _expect(load("digits"), Images)
    wanted = np.ones(len(images.label), bool)
    return _digits(name, "digits: even or odd", images, wanted, images.label % 2 == 0, seed)


def _digits(
    name: str,
    title: str,
    images: Images,
    wanted: NDArray[np.bool_],
    positive: NDArray[np.bool_],
    seed: int,
) -> Task:
    # Split digit by digit, not only class by class, so that every digit is tested in proportion.
    kept, aside = stratified_split(images.label[wanted], TEST_PART, generator(seed, "split", name))
    pixels, sign = images.pixels[wanted], _signs(positive[wanted])
    count, levels = pixels.shape[1], images.levels
    bits = ceil(count * log2(levels))
    reason = f"{count} pixels of {levels} levels, packed together: {count} log2({levels}) bits"
    return Task(name, title, pixels[kept], sign[kept], pixels[aside], sign[aside], bits, reason)


def _mutag(name: str, seed: int) -> Task:
    graphs = _expect(load("MUTAG"), Graphs)
    counts = hop_counts(graphs, HOPS)
    kept, aside = stratified_split(graphs.label, TEST_PART, generator(seed, "split", name))
    sign = _signs(graphs.label > 0)
    halved = counts / np.repeat(2.0 ** np.arange(HOPS + 1), counts.shape[1] // (HOPS + 1))
    inputs = np.column_stack([halved, np.full(len(counts), CONSTANT)])
    levels = counts.max(axis=0) + 1
    bits = ceil(np.log2(levels).sum())
    reason = (
        f"{counts.shape[1]} counts, each from 0 to the largest in the set, packed together; "
        "the constant is known"
    )
    return Task(
        name,
        "MUTAG: mutagenic or not",
        inputs[kept],
        sign[kept],
        inputs[aside],
        sign[aside],
        bits,
        reason,
    )


def hop_counts(graphs: Graphs, hops: int) -> Floats:
    """Walks of each length 0..hops that end in each node label, summed over a graph's nodes.

    Returns (graphs, (hops + 1) * labels) float holding integers: the sum-pooled features A^r F of
    the adjacency A and the one-hot labels F, hop after hop.
    """
    assert graphs.node_label is not None, "the set has no node labels"
    from scipy.sparse import coo_array

    owner = np.repeat(np.arange(len(graphs.num_nodes)), graphs.num_nodes)
    start = np.repeat(np.cumsum(graphs.num_nodes) - graphs.num_nodes, graphs.num_edges)
    u, v = graphs.edge_u + start, graphs.edge_v + start
    loop = u == v
    ends = np.concatenate([u, v[~loop]]), np.concatenate([v, u[~loop]])
    size = len(owner)
    adjacency = coo_array((np.ones(len(ends[0])), ends), shape=(size, size)).tocsr()
    state = np.eye(int(graphs.node_label.max()) + 1)[graphs.node_label]
    pooled = []
    for _ in range(hops + 1):
        total = np.zeros((len(graphs.num_nodes), state.shape[1]))
        np.add.at(total, owner, state)
        pooled.append(total)
        state = adjacency @ state
    return np.hstack(pooled)


def _synthetic(name: str, seed: int) -> Task:
    # Signs of a quadratic form with as many positive as negative directions; the inputs closest
    # to its boundary are left out.
    rng = generator(seed, "synthetic")
    inputs = rng.normal(size=(2 * SYNTHETIC_COUNT, SYNTHETIC))
    inputs /= np.linalg.norm(inputs, axis=1, keepdims=True)
    axes = np.linalg.qr(rng.normal(size=(SYNTHETIC, SYNTHETIC)))[0]
    values = (inputs @ axes) ** 2 @ np.repeat([1.0, -1.0], SYNTHETIC // 2)
    clear = np.argsort(-np.abs(values))[:SYNTHETIC_COUNT]
    inputs, sign = inputs[clear], _signs(values[clear] > 0)
    kept, aside = stratified_split(sign, TEST_PART, generator(seed, "split", name))
    reason = f"{SYNTHETIC} numbers in single precision, {SINGLE} bits each"
    return Task(
        name,
        "synthetic: the sign of a quadratic form",
        inputs[kept],
        sign[kept],
        inputs[aside],
        sign[aside],
        SYNTHETIC * SINGLE,
        reason,
    )


def _cora(name: str, seed: int) -> Task:
    nodes = _expect(load("cora"), Nodes)
    largest = int(np.bincount(nodes.label).argmax())
    inputs, sign = smoothed_features(nodes, 2), _signs(nodes.label == largest)
    count = inputs.shape[1]
    reason = f"{count} smoothed features in single precision, {SINGLE} bits each"
    return Task(
        name,
        f"Cora: papers of the largest class (number {largest}) or of another",
        inputs[nodes.train],
        sign[nodes.train],
        inputs[nodes.test],
        sign[nodes.test],
        count * SINGLE,
        reason,
    )


def smoothed_features(nodes: Nodes, hops: int) -> Floats:
    """S^hops X with S = D^-1/2 (A + 1) D^-1/2 and the rows of X summing to one: (nodes, d) float.

    A is symmetrised and unweighted, D the degrees of A + 1 (Wu et al. 2019, arXiv:1902.07153).
    """
    from scipy.sparse import coo_array, diags_array

    size = len(nodes.label)
    own = np.arange(size)
    rows = np.concatenate([nodes.edge_src, nodes.edge_dst, own])
    columns = np.concatenate([nodes.edge_dst, nodes.edge_src, own])
    pairs = np.unique(rows * size + columns)
    rows, columns = pairs // size, pairs % size
    scale = 1 / np.sqrt(np.bincount(rows, minlength=size))
    smooth = coo_array((scale[rows] * scale[columns], (rows, columns)), shape=(size, size)).tocsr()
    totals = nodes.features.sum(axis=1)
    features = diags_array(1 / np.where(totals > 0, totals, 1)) @ nodes.features
    for _ in range(hops):
        features = smooth @ features
    dense: Floats = features.toarray()
    return dense


def _signs(positive: NDArray[np.bool_]) -> Ints:
    return np.where(positive, 1, -1).astype(np.int64)


def _expect(dataset: object, kind: type[T]) -> T:
    if not isinstance(dataset, kind):
        raise DataError(f"the registry describes {type(dataset).__name__}, {kind.__name__} wanted")
    return dataset


_TASKS: dict[str, Callable[[str, int], Task]] = {
    "digits-3-8": _digits_3_8,
    "digits-parity": _digits_parity,
    "mutag": _mutag,
    "cora": _cora,
    "synthetic": _synthetic,
}
