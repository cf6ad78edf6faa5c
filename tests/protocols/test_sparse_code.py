"""Codes of sparse inputs: what was written is read, in as many bits as is stated."""

from __future__ import annotations

from math import comb, log2

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from qdml.bounds import code_lengths
from qdml.errors import InputError
from qdml.protocols import sparse_code


@given(st.integers(1, 400), st.floats(0, 1), st.integers(0, 2**32))
@example(1, 0.0, 0)
@example(1, 1.0, 0)
def test_any_choice_is_read_as_it_was_written(size: int, share: float, seed: int) -> None:
    places = np.flatnonzero(np.random.default_rng(seed).random(size) < share)
    bits = sparse_code.subset(places, size)
    found, left = sparse_code.read_subset(np.append(bits, [True, False]), size)
    np.testing.assert_array_equal(found, places)
    assert left.tolist() == [True, False]
    assert len(bits) == code_lengths.subset_bits(size, len(places))


@pytest.mark.parametrize(("size", "chosen"), [(1000, 3), (1000, 100), (1000, 500), (10**5, 2000)])
def test_no_code_is_much_shorter(size: int, chosen: int) -> None:
    # Elias-Fano takes less than 2 + log2(n/k) bits a thing, the entropy at least log2(n/k).
    ways = log2(comb(size, chosen))
    assert ways <= code_lengths.subset_bits(size, chosen) <= 1.2 * ways + size.bit_length()
    assert code_lengths.subset_bits(size, size - chosen) == code_lengths.subset_bits(size, chosen)


@given(st.integers(1, 12), st.integers(1, 9), st.integers(1, 5), st.integers(0, 2**32))
def test_features(rows: int, columns: int, values: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    known = np.sort(rng.choice(np.arange(1, 30), values, replace=False)) / 7
    matrix = csr_array(rng.choice(np.append(known, [0.0] * 5), (rows, columns)))
    bits = sparse_code.features(matrix, known)
    assert len(bits) == code_lengths.features_bits(rows, columns, matrix.nnz, values)
    read = sparse_code.read_features(bits, (rows, columns), known)
    np.testing.assert_array_equal(read.toarray(), matrix.toarray())


@given(st.integers(1, 12), st.integers(1, 5), st.floats(0, 1), st.integers(0, 2**32))
def test_graphs_with_self_loops(nodes: int, kinds: int, share: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    upper = np.triu(rng.random((nodes, nodes)) < share)
    adjacency, names = (upper | upper.T).astype(float), rng.integers(kinds, size=nodes)
    bits = sparse_code.graph(csr_array(adjacency), names, kinds)
    assert len(bits) == code_lengths.graph_bits(nodes, int(upper.sum()), kinds)
    read, told = sparse_code.read_graph(bits, nodes, kinds)
    np.testing.assert_array_equal(read.toarray(), adjacency)
    np.testing.assert_array_equal(told, names)


def test_what_is_not_known_cannot_be_written() -> None:
    with pytest.raises(InputError, match="a feature that is not among the known values"):
        sparse_code.features(csr_array(np.array([[0.5]])), np.array([1.0]))
    with pytest.raises(InputError, match="codes 0 to 2: expected 0 to 1"):
        sparse_code.digits(np.array([0, 2]), 2)
    with pytest.raises(InputError, match="places of chosen things: expected increasing numbers"):
        sparse_code.subset(np.array([3, 3]), 5)
    for size, chosen in ((3, 4), (0, 0), (3, -1)):
        with pytest.raises(InputError, match=f"{chosen} of {size} things: expected 0 to {size}"):
            code_lengths.subset_bits(size, chosen)
