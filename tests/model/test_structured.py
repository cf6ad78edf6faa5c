"""Losses and gradients on matrix-product states against vectors and the light cone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qdml.errors import InputError
from qdml.model import structured
from qdml.model.ansatz import random_line
from qdml.model.circuit import DistributedCircuit
from qdml.model.light_cone import expectation
from qdml.tensor.chain import TOLERANCE, Chain
from qdml.testing import line_circuits, pauli_circuits, rounding, states

pairs = st.integers(1, 5).flatmap(
    lambda n: st.tuples(line_circuits(n) | pauli_circuits(n), states(n))
)


@given(pairs)
def test_small_ones_agree_with_the_reference(pair: tuple[DistributedCircuit, np.ndarray]) -> None:
    circuit, state = pair
    chain, gates = Chain.of(state), len(circuit.gates)
    error = rounding(8 * gates, 2**circuit.qubits) + 8 * circuit.qubits * (gates + 2) * TOLERANCE
    assert abs(structured.loss(circuit, chain) - circuit.loss(state)) <= error
    np.testing.assert_allclose(
        structured.gradient(circuit, chain), circuit.gradient(state), rtol=0, atol=2 * error
    )
    found = structured.forward(circuit, chain)
    np.testing.assert_allclose(found.vector(), circuit.forward(state), rtol=0, atol=error)


@pytest.mark.parametrize(("qubits", "layers"), [(40, 1), (60, 2), (100, 1)])
def test_long_ones_agree_with_the_light_cone(qubits: int, layers: int) -> None:
    rng = np.random.default_rng(qubits)
    circuit, vectors = random_line(qubits, layers, rng), rng.normal(size=(qubits, 2))
    final = structured.forward(circuit, Chain.product(vectors))
    assert final.error < 1e-10
    found = structured.loss(circuit, Chain.product(vectors))
    error = 2 * final.error + rounding(len(circuit.gates), 2)
    assert found == pytest.approx(expectation(circuit, vectors), abs=error)


def test_sizes_must_fit() -> None:
    circuit = random_line(3, 1, np.random.default_rng(0))
    with pytest.raises(InputError, match="of 4 qubits for a circuit on 3"):
        structured.loss(circuit, Chain.product([[1, 0]] * 4))
