"""The inner product at depth one, on any vectors, in floating point, with its bill."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qdml.protocols import inference, inner_product
from qdml.quantum.numbers import exact
from qdml.quantum.reference import amplitude_encoding, basis_state
from qdml.quantum.reflections import preparation, random_orthogonal
from qdml.testing import rounding, vectors


def unitary(first: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A unitary with that first column and nothing else in common with a reflection."""
    size = len(first)
    rest = rng.normal(size=(size, size - 1)) + 1j * rng.normal(size=(size, size - 1))
    q, r = np.linalg.qr(np.column_stack([first, rest]))
    return q * np.where(np.arange(size) == 0, r[0, 0], 1)


@settings(max_examples=60)
@given(st.integers(1, 4).flatmap(lambda n: st.tuples(vectors(n), vectors(n))), st.integers(0, 99))
def test_the_loss_is_the_real_part_of_the_inner_product(
    pair: tuple[np.ndarray, np.ndarray], seed: int
) -> None:
    x, w = map(amplitude_encoding, pair)
    rng = np.random.default_rng(seed)
    circuit = inner_product.circuit(unitary(x, rng), unitary(w, rng))
    loss = circuit.loss(basis_state(0, circuit.qubits))
    assert loss == pytest.approx(np.vdot(w, x).real, abs=rounding(4, 4 * len(x)))


@pytest.mark.parametrize("n", range(1, 7))
def test_real_vectors_by_reflections(n: int) -> None:
    rng = np.random.default_rng(n)
    x, w = (amplitude_encoding(rng.normal(size=2**n)).real for _ in range(2))
    for one, other in ((x, w), (x, x), (x, -x)):
        circuit = inner_product.circuit(preparation(one.copy()), preparation(other.copy()))
        run = inference.run(circuit, basis_state(0, n + 1), 7, seed=n)
        loss = circuit.loss(basis_state(0, n + 1))
        assert loss == pytest.approx(one @ other, abs=rounding(4, 2 ** (n + 1)))
        assert (run.transcript.messages, run.transcript.qubits) == (2, 7 * (n + 1))


def test_forgetting_to_invert_matters() -> None:
    rng = np.random.default_rng(3)
    x, w = (random_orthogonal(4, rng) for _ in range(2))
    zero = basis_state(0, 3, exact=True)
    right = inner_product.circuit(exact(x), exact(w)).loss(zero)
    assert right == x[:, 0] @ w[:, 0]
    assert inner_product.circuit(exact(x), exact(w), undo_preparation=False).loss(zero) != right
