"""Inner products at depth: every loss by two number systems, its rank, and bad input."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qdml.errors import InputError
from qdml.protocols import inference
from qdml.protocols.inner_product_at_depth import circuit
from qdml.quantum.reference import basis_state
from qdml.testing import rounding


@settings(max_examples=40)
@given(st.integers(2, 5), st.integers(2, 5), st.data())
def test_the_loss_is_the_sign(n: int, layers: int, data: st.DataObject) -> None:
    strings = st.lists(st.integers(0, 2 ** (n - 1) - 1), min_size=layers - 1, max_size=layers - 1)
    alice, bob = data.draw(strings), data.draw(strings)
    sign = (-1) ** sum((a & b).bit_count() for a, b in zip(alice, bob, strict=True))
    exact = circuit(n, alice, bob, exact_numbers=True)
    assert exact.loss(basis_state(0, n, exact=True)) == sign
    floating = circuit(n, alice, bob)
    assert floating.layers == layers
    loss = floating.loss(basis_state(0, n))
    assert loss == pytest.approx(sign, abs=rounding(2 * layers + 2, 2))
    run = inference.run(exact, basis_state(0, n, exact=True), 1, 0)
    assert run.value == sign
    assert run.transcript.qubits == n * (2 * layers - 1)


@pytest.mark.parametrize(("n", "layers"), [(2, 2), (3, 2), (2, 4)])
def test_the_loss_matrix_is_a_hadamard_matrix(n: int, layers: int) -> None:
    strings = list(product(range(2 ** (n - 1)), repeat=layers - 1))
    zero = basis_state(0, n)
    table = np.array([[round(circuit(n, a, b).loss(zero)) for b in strings] for a in strings])
    assert (table @ table.T == len(strings) * np.eye(len(strings), dtype=int)).all()


@pytest.mark.parametrize(
    ("n", "alice", "bob", "message"),
    [
        (1, [0], [0], "expected two qubits or more"),
        (3, [], [], "one or more"),
        (3, [1, 2], [1], "as many strings of Alice's as of Bob's"),
        (3, [4], [1], "a string has more than the 2 bits"),
        (3, [1], [-1], "a string has more than the 2 bits"),
    ],
)
def test_bad_input_is_one_line(n: int, alice, bob, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        circuit(n, alice, bob)
    assert "\n" not in str(caught.value)
