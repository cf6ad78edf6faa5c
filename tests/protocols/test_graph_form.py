"""The protocol for a quadratic graph network: gates, law, mean and bill, each by two routes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array, diags_array

from qdml.bounds.linear import qubits_for
from qdml.errors import InputError
from qdml.network import Message
from qdml.protocols import graph_form
from qdml.protocols.graph_form import Form, Hops, RowBasis

sizes = st.tuples(st.integers(1, 5), st.integers(0, 3), st.integers(1, 3), st.integers(0, 99))


def contraction(nodes: int, rng: np.random.Generator) -> csr_array:
    """A symmetric operator of norm 1."""
    half = rng.normal(size=(nodes, nodes))
    whole = half + half.T
    return csr_array(whole / np.linalg.norm(whole, 2))


def drawn(nodes: int, hops: int, features: int, seed: int) -> tuple[np.ndarray, np.ndarray, Form]:
    """Alice's raw rows, the rows of all hops, and a form where Bob has the graph."""
    rng = np.random.default_rng(seed)
    op, x = contraction(nodes, rng), rng.normal(size=(nodes, features))
    blocks = [np.linalg.matrix_power(op.toarray(), r) @ x for r in range(hops + 1)]
    alpha = np.full((nodes, 1), 0.7)
    rows = np.hstack([*blocks, alpha])
    half = rng.normal(size=(rows.shape[1],) * 2)
    values, vectors = np.linalg.eigh(half + half.T)
    form = Form(values, vectors, rng.random(nodes), Hops(op, hops, features))
    return np.hstack([x, alpha]), rows, form


@given(sizes)
@settings(max_examples=50)
def test_both_splits_have_the_pooled_form_as_their_mean(drawing) -> None:
    raw, rows, form = drawn(*drawing)
    stated = float(form.pool @ ((rows @ form.eigenvectors) ** 2 @ form.eigenvalues))
    own = Form(form.eigenvalues, form.eigenvectors, form.pool)
    room = 1e-12 * form.scale * (rows**2).sum() * abs(form.eigenvalues).max()
    assert (rows**2).sum() <= form.scale * (raw**2).sum() * (1 + 1e-12)
    for sent, one in ((rows, own), (raw, form)):
        state = graph_form.encode(sent).astype(complex)
        if one.graph:
            bigger = np.zeros(2 ** qubits_for(max(len(state), one.graph.amplitudes)), dtype=complex)
            bigger[: len(state)] = state
            state = one.graph.apply(bigger)
        turned = RowBasis(one.eigenvectors, len(one.pool)).apply(state)
        chances = abs(turned) ** 2
        assert chances.sum() == pytest.approx(1)
        mean = chances @ one.outcomes(np.arange(len(chances)))
        square = (sent**2).sum()
        assert abs(mean * square - stated) <= room
        values, law = graph_form.law(rows, one, square)
        assert law.sum() == pytest.approx(1)
        assert abs(values @ law * square - stated) <= room


@given(sizes, st.booleans(), st.booleans())
@settings(max_examples=50)
def test_gates_keep_norms_and_are_undone(drawing, low_rank: bool, constant: bool) -> None:
    raw, _, form = drawn(*drawing)
    graph, nodes = replace(form.graph, constant=constant), len(raw)
    raw = raw[:, : graph.width]
    rng = np.random.default_rng(1)
    state = np.zeros(2 ** qubits_for(graph.amplitudes), dtype=complex)
    state[: raw.size] = rng.normal(size=raw.size) + 1j * rng.normal(size=raw.size)
    spread = graph.apply(state)
    assert np.linalg.norm(spread) == pytest.approx(np.linalg.norm(state))
    np.testing.assert_allclose(graph.inverse().apply(spread), state, atol=1e-12 * len(state))
    vectors = form.eigenvectors[:, :1] if low_rank else form.eigenvectors
    basis = RowBasis(vectors, nodes)
    turned = basis.apply(spread)
    assert np.linalg.norm(turned) == pytest.approx(np.linalg.norm(state))
    np.testing.assert_allclose(basis.inverse().apply(turned), spread, atol=1e-12 * len(state))


def test_a_run_is_one_message_and_the_norm() -> None:
    raw, rows, form = drawn(3, 2, 2, 5)
    found = graph_form.run(raw, form, 40, 1, norm=(1000, 0.5))
    sent = 40 * qubits_for(9)
    assert found.transcript.lines == [
        Message("alice", "bob", sent, 0, 40, 1),
        Message("alice", "bob", 0, 10, 0, 1),
    ]
    assert found.score == found.mean * round((raw**2).sum() / 0.5) * 0.5
    own = Form(form.eigenvalues, form.eigenvectors, form.pool)
    found = graph_form.run(rows, own, 7, 1)
    assert found.transcript.lines == [Message("alice", "bob", 7 * qubits_for(21), 0, 7, 1)]
    assert found.score is None


def test_outcomes_stay_in_the_spread() -> None:
    form = drawn(4, 1, 2, 6)[2]
    values = form.outcomes(np.arange(256))
    assert values.max() - values.min() == pytest.approx(form.spread)


def test_bad_input() -> None:
    raw, rows, form = drawn(2, 1, 1, 0)
    with pytest.raises(InputError, match=r"rows of shape \(2, 3\): expected \(2, 2\)"):
        graph_form.run(rows, form, 1, 0)
    for operator in (2 * form.graph.operator, csr_array(diags_array([2.0, 2.0]))):
        large = Form(form.eigenvalues, form.eigenvectors, form.pool, Hops(operator, 1, 1))
        with pytest.raises(InputError, match="at most 1; divide the operator by its norm"):
            graph_form.run(raw, large, 1, 0)
    with pytest.raises(InputError, match="amplitudes beyond 2 rows of 2: expected zeros"):
        form.graph.apply(np.ones(16))
    with pytest.raises(InputError, match="expected 0 to 9"):
        graph_form.run(raw, form, 1, 0, norm=(10, 1e-3))
