"""Sparse features and graphs written in bits, for a party that knows what may occur in them.

Which of n things are chosen is told as Elias (J. ACM 21 (1974) 246) and Fano tell it: low binary
digits as they are, high ones by counting in unary; lengths are `qdml.bounds.code_lengths`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from qdml.errors import InputError

Bits = NDArray[np.bool_]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def digits(codes: Ints, kinds: int) -> Bits:
    """Numbers 0 ... kinds-1 in (kinds-1).bit_length() binary digits each.

    Raises `InputError` for other numbers.
    """
    if len(codes) and not 0 <= codes.min() <= codes.max() < kinds:
        raise InputError(f"codes {codes.min()} to {codes.max()}: expected 0 to {kinds - 1}")
    return (codes[:, None] >> np.arange((kinds - 1).bit_length()) & 1).astype(bool).ravel()


def read_digits(bits: Bits, count: int, kinds: int) -> tuple[Ints, Bits]:
    """The first `count` numbers of a message, and what is left of it."""
    width = (kinds - 1).bit_length()
    end = count * width
    codes: Ints = bits[:end].reshape(count, width) @ (1 << np.arange(width))
    return codes, bits[end:]


def low_digits(size: int, few: int) -> int:
    """How many low digits are told as they are: those that make the message shortest."""
    lengths = [few * (low + 1) + ((size - 1) >> low) for low in range(size.bit_length())]
    return int(np.argmin(lengths))


def subset(places: Ints, size: int) -> Bits:
    """Which of `size` things are chosen, and how many: increasing places 0 ... size-1.

    The rarer of chosen and left out are told, or a bit for each thing where that is shorter.
    Raises `InputError` for places that do not increase.
    """
    if (np.diff(places) <= 0).any():
        raise InputError("places of chosen things: expected increasing numbers")
    head = digits(np.array([len(places)]), size + 1)
    chosen = np.zeros(size, dtype=bool)
    chosen[places] = True
    rare = places if 2 * len(places) <= size else np.flatnonzero(~chosen)
    few, low = len(rare), low_digits(size, len(rare))
    if few * (low + 1) + ((size - 1) >> low) >= size:
        return np.concatenate([head, chosen])
    # In a row of few ones and a zero between neighbouring heights, each one stands at its height.
    unary = np.zeros(few + ((size - 1) >> low), dtype=bool)
    unary[(rare >> low) + np.arange(few)] = True
    return np.concatenate([head, unary, digits(rare & ((1 << low) - 1), 1 << low)])


def read_subset(bits: Bits, size: int) -> tuple[Ints, Bits]:
    """The increasing places that `subset` told, and what is left of the message."""
    counts, bits = read_digits(bits, 1, size + 1)
    count = int(counts[0])
    few = min(count, size - count)
    low = low_digits(size, few)
    high = few + ((size - 1) >> low)
    if few * low + high >= size:
        return np.flatnonzero(bits[:size]), bits[size:]
    heights = np.flatnonzero(bits[:high]) - np.arange(few)
    lows, bits = read_digits(bits[high:], few, 1 << low)
    rare = (heights << low) + lows
    if 2 * count <= size:
        return rare, bits
    return np.setdiff1d(np.arange(size), rare, assume_unique=True), bits


def features(matrix: csr_array, known: Floats) -> Bits:
    """A sparse matrix whose entries are among the increasing numbers `known`.

    Raises `InputError` for another entry.
    """
    rows = coo_array(matrix)
    rows.eliminate_zeros()
    places = rows.row.astype(np.int64) * matrix.shape[1] + rows.col
    order = np.argsort(places)
    values = rows.data[order]
    codes = np.minimum(np.searchsorted(known, values), len(known) - 1)
    if (known[codes] != values).any():
        raise InputError("a feature that is not among the known values")
    size = matrix.shape[0] * matrix.shape[1]
    return np.concatenate([subset(places[order], size), digits(codes, len(known))])


def read_features(bits: Bits, shape: tuple[int, int], known: Floats) -> csr_array:
    """The matrix (rows, columns) that `features` told."""
    places, bits = read_subset(bits, shape[0] * shape[1])
    codes, _ = read_digits(bits, len(places), len(known))
    return csr_array((known[codes], np.divmod(places, shape[1])), shape=shape)


def graph(adjacency: Any, names: Ints, kinds: int) -> Bits:
    """A graph of n nodes, symmetric (n, n), self loops allowed, and each node's name 0 ... kinds-1.

    What is told of edges are those from a node to one of no lower number.
    """
    edges, first = coo_array(adjacency), _first(len(names))
    source, target = edges.row.astype(np.int64), edges.col.astype(np.int64)
    upper = (source <= target) & (edges.data != 0)
    places = np.sort(first[source[upper]] + target[upper] - source[upper])
    return np.concatenate([subset(places, int(first[-1])), digits(names, kinds)])


def read_graph(bits: Bits, nodes: int, kinds: int) -> tuple[csr_array, Ints]:
    """The adjacency (n, n) of 0 and 1 that `graph` told, and the names (n,)."""
    first = _first(nodes)
    places, bits = read_subset(bits, int(first[-1]))
    source = np.searchsorted(first, places, side="right") - 1
    target = places - first[source] + source
    ends = np.concatenate([source, target]), np.concatenate([target, source])
    whole = csr_array((np.ones(len(ends[0])), ends), shape=(nodes, nodes))
    # A self loop was put in twice.
    return (whole > 0).astype(np.float64), read_digits(bits, nodes, kinds)[0]


def _first(nodes: int) -> Ints:
    """The place of each node's first edge among those to nodes of no lower number; their count."""
    return np.concatenate([[0], np.cumsum(np.arange(nodes, 0, -1))])
