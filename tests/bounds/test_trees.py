"""Trees of bits: every input pair has one leaf, Kraft's sum is one, the rank is bounded."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from qdml.bounds import trees as room


@given(st.integers(0, 5), st.integers(1, 8), st.integers(0, 2**32))
def test_a_tree_covers_all_inputs_once(bits: int, inputs: int, seed: int) -> None:
    leaves = room.random_tree(bits, inputs, np.random.default_rng(seed))
    assert len(leaves) == 2**bits
    assert all(sum(leaf.spoken) == bits for leaf in leaves)
    table = room.outputs(leaves, inputs)
    assert {abs(entry) for row in table for entry in row} == {1}
    assert set(room.norms(leaves, inputs)) == {1}
    assert room.rank(table) == np.linalg.matrix_rank(np.array(table)) <= 2**bits


@given(st.integers(0, 4), st.integers(1, 6), st.integers(0, 2**32))
def test_the_vectors_make_the_outputs(bits: int, inputs: int, seed: int) -> None:
    leaves = room.random_tree(bits, inputs, np.random.default_rng(seed))
    table = room.outputs(leaves, inputs)
    u = [
        [2.0 ** (-leaf.spoken[1] / 2) * (x in leaf.rows) for leaf in leaves] for x in range(inputs)
    ]
    v = [
        [2.0 ** (-leaf.spoken[0] / 2) * leaf.outputs.get(y, 0) for leaf in leaves]
        for y in range(inputs)
    ]
    # 2^{c/2} <u_x, v_y>, one product of powers of two a pair: a few roundings.
    found = 2.0 ** (bits / 2) * np.array(u) @ np.array(v).T
    assert np.abs(found - np.array(table)).max() <= 8 * np.finfo(float).eps
