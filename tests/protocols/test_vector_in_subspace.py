"""Vector in subspace: certain for promised vectors, and Born's rule for all others."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qdml.protocols import inference, vector_in_subspace
from qdml.quantum.reference import amplitude_encoding, basis_state
from qdml.quantum.reflections import preparation
from qdml.testing import rounding, vectors


def orthogonal(size: int, seed: int) -> np.ndarray:
    return np.linalg.qr(np.random.default_rng(seed).normal(size=(size, size)))[0]


@settings(max_examples=50)
@given(st.integers(1, 6), st.integers(0, 2**32), st.sampled_from([1, -1]))
def test_promised_vectors_are_decided_by_one_copy(n: int, seed: int, side: int) -> None:
    size = 2**n
    basis = orthogonal(size, seed)
    half = basis[:, : size // 2] if side > 0 else basis[:, size // 2 :]
    coefficients = np.random.default_rng(seed + 1).normal(size=size // 2)
    x = amplitude_encoding(half @ coefficients).real
    circuit = vector_in_subspace.circuit(preparation(x), basis)
    zero = basis_state(0, n)
    assert circuit.loss(zero) == pytest.approx(side, abs=rounding(2, 4 * size))
    run = inference.run(circuit, zero, 1, seed)
    assert run.value == side
    totals = run.transcript.totals()
    assert (totals["messages"], totals["qubits"], totals["bits"]) == (2, n, 1)


@settings(max_examples=40)
@given(st.integers(1, 4).flatmap(vectors), st.integers(0, 99))
def test_other_vectors_have_the_weight_of_their_projections(vector: np.ndarray, seed: int) -> None:
    if not vector.real.any():
        return
    x = amplitude_encoding(vector.real).real
    size = len(x)
    basis = orthogonal(size, seed)
    circuit = vector_in_subspace.circuit(preparation(x), basis)
    inside = np.linalg.norm(basis[:, : size // 2].T @ x) ** 2
    loss = circuit.loss(basis_state(0, size.bit_length() - 1))
    assert loss == pytest.approx(2 * inside - 1, abs=rounding(2, 4 * size))


def test_bob_has_to_transpose() -> None:
    basis = orthogonal(8, 5)
    prepare = preparation(basis[:, 0].copy())
    right = vector_in_subspace.circuit(prepare, basis)
    wrong = vector_in_subspace.circuit(prepare, basis, transpose=False)
    zero = basis_state(0, 3)
    assert right.loss(zero) == pytest.approx(1, abs=rounding(2, 32))
    assert abs(wrong.loss(zero) - 1) > 0.1
