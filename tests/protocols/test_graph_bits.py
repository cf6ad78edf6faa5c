"""Classical competitors: bills, exact limits, and frequencies against their variances."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array, kron

from qdml.bounds import code_lengths
from qdml.bounds import graph_costs as costs
from qdml.errors import InputError
from qdml.protocols import graph_bits
from qdml.protocols.graph_form import Form, Hops

NODES, WIDTH = 5, 4


def drawn(seed: int = 0) -> tuple[np.ndarray, Form, csr_array, float]:
    """Rows, a form, its operator on all entries, and its value."""
    rng = np.random.default_rng(seed)
    half = rng.normal(size=(WIDTH, WIDTH))
    values, vectors = np.linalg.eigh(half + half.T)
    rows = np.hstack([rng.normal(size=(NODES, WIDTH - 1)), np.full((NODES, 1), 0.6)])
    form = Form(values, vectors, np.full(NODES, 1 / NODES))
    operator = csr_array(kron(np.diag(form.pool), half + half.T))
    return rows, form, operator, float(rows.ravel() @ operator @ rows.ravel())


def test_bills_are_the_formulas() -> None:
    rows, form, operator, _ = drawn()
    found = {
        costs.features_bits(NODES, WIDTH, 6): graph_bits.features(rows, form, 6),
        costs.moments_bits(WIDTH, 7): graph_bits.moments(rows, form, 7),
        costs.nodes_bits(9, WIDTH, 5): graph_bits.nodes(rows, form, 9, 5, 0),
        costs.sketch_bits(11, 4): graph_bits.sketch(rows, form, 11, 4, 0),
        costs.sampling_bits(8, rows.size, 6): graph_bits.sampling(rows, operator, 8, 6, 0),
    }
    for bits, told in found.items():
        assert told.transcript.bits == bits
        assert told.transcript.qubits == 0
    assert [told.transcript.messages for told in found.values()] == [1, 1, 1, 1, 3]


def test_many_bits_are_the_exact_form_up_to_a_factor() -> None:
    rows, form, _, value = drawn(1)
    whole = graph_bits.features(rows, form, 30).mean
    scale = (2**29 - 1) / abs(rows).max()
    assert whole / scale**2 == pytest.approx(value, rel=1e-6)
    pooled = (rows.T * form.pool) @ rows
    scale = (2**29 - 1) / abs(pooled).max()
    assert graph_bits.moments(rows, form, 30).mean / scale == pytest.approx(value, rel=1e-6)


@pytest.mark.parametrize("constant", [True, False])
def test_features_where_the_graph_is_bobs(constant: bool) -> None:
    rng = np.random.default_rng(2)
    op = csr_array(np.eye(NODES)[rng.permutation(NODES)])
    x = rng.normal(size=(NODES, 2))
    last = np.ones((NODES, int(constant)))
    rows = np.hstack([x, op @ x, last])
    half = rng.normal(size=(rows.shape[1],) * 2)
    values, vectors = np.linalg.eigh(half + half.T)
    pool = np.full(NODES, 1 / NODES)
    raw = np.hstack([x, last])
    told = graph_bits.features(raw, Form(values, vectors, pool, Hops(op, 1, 2, constant)), 30)
    scale = (2**29 - 1) / abs(raw).max()
    own = float(pool @ ((rows @ vectors) ** 2 @ values))
    assert told.mean / scale**2 == pytest.approx(own, rel=1e-6)
    assert told.transcript.bits == (costs.features_bits(NODES, 3, 30) if constant else 300)


@pytest.mark.parametrize("seed", range(3))
def test_estimates_have_the_stated_mean_and_spread(seed: int) -> None:
    rows, form, operator, value = drawn(seed)
    x, square = rows.ravel(), float((rows**2).sum())
    dense, runs, size = operator.toarray(), 400, 24
    cases = {
        "sketch": costs.sketch_variance(
            size, square, float(((dense @ x) ** 2).sum()), float((dense**2).sum()), value
        ),
        "sampling": (costs.sampling_second_moment(dense, x) - value**2) / size,
    }
    for name, variance in cases.items():
        found = []
        for run in range(runs):
            if name == "sketch":
                # Undo the scaling of the message, which only a sign survives.
                coins = graph_bits.public_signs(run, size, x.size) @ x
                factor = (2**19 - 1) / abs(coins).max()
                found.append(graph_bits.sketch(rows, form, size, 20, run).mean / factor**2)
            else:
                told = graph_bits.sampling(rows, operator, size, 20, run)
                found.append(told.mean * square)
        # The mean of so many runs is close to normal: five deviations are 1 in 10^6.
        assert abs(np.mean(found) - value) <= 5 * np.sqrt(variance / runs)
        assert np.var(found) <= 2 * variance


def test_told_as_it_is_or_asked_for_the_score_is_exact() -> None:
    rows, form, _, value = drawn(4)
    told = graph_bits.whole(np.ones(77, dtype=bool), lambda bits: rows[: len(bits)], form)
    assert told.mean == pytest.approx(value)
    assert (told.transcript.bits, told.transcript.rounds) == (77, 1)
    # A path: what node 0 sees within two hops are nodes 0, 1 and 2.
    path = csr_array(np.diag(np.full(NODES - 1, 0.5), 1) + np.diag(np.full(NODES - 1, 0.5), -1))
    rng = np.random.default_rng(5)
    known = np.array([-0.5, 1.0, 1.5])
    features, pool = csr_array(rng.choice(known, (NODES, 1))), np.eye(NODES)[0]
    own = Form(form.eigenvalues, form.eigenvectors, pool, Hops(path, 2, 1))
    np.testing.assert_array_equal(graph_bits.seen_by(own), np.arange(3))
    hop = [features, path @ features, path @ path @ features]
    h = np.array([*(block.toarray()[0, 0] for block in hop), 0.7])
    told = graph_bits.asked(features, known, own, 0.7)
    assert told.mean == pytest.approx(float(((h @ form.eigenvectors) ** 2) @ form.eigenvalues))
    first, second = told.transcript.lines
    assert (first.sender, second.sender) == ("bob", "alice")
    assert first.bits == code_lengths.subset_bits(NODES, 3)
    assert second.bits == code_lengths.features_bits(3, 1, 3, 3)


def test_sampled_nodes_find_the_mean() -> None:
    rows, form, _, value = drawn(3)
    square = float((rows**2).sum() / NODES)
    found = [graph_bits.nodes(rows, form, 50, 20, run).mean * square for run in range(100)]
    radius = square * np.ptp(form.eigenvalues) * np.sqrt(np.log(2 / 1e-6) / (2 * 5000))
    assert abs(np.mean(found) - value) <= radius


def test_bad_input() -> None:
    rows, form, operator, _ = drawn()
    with pytest.raises(InputError, match="1 bits a number: expected 2 to 32"):
        graph_bits.features(rows, form, 1)
    with pytest.raises(InputError, match="1 products: expected 2 to"):
        graph_bits.sketch(rows, form, 1, 4, 0)
    with pytest.raises(InputError, match="0 samples: expected at least one"):
        graph_bits.nodes(rows, form, 0, 4, 0)
    with pytest.raises(InputError, match="0 samples: expected at least one"):
        graph_bits.sampling(rows, operator, 0, 4, 0)
    with pytest.raises(InputError, match="rows without a constant at their end"):
        graph_bits.features(rows + np.arange(NODES)[:, None], form, 4)
    with pytest.raises(InputError, match="that is not finite"):
        graph_bits.features(rows * np.inf, form, 4)
    for wrong in (form, Form(form.eigenvalues, form.eigenvectors, -form.pool)):
        with pytest.raises(InputError, match=r"nodes drawn like pool \|\|h\|\|\^2"):
            graph_bits.nodes(0 * rows if wrong is form else rows, wrong, 3, 4, 0)
    with pytest.raises(InputError, match="Bob has no graph here"):
        graph_bits.asked(csr_array(rows), np.unique(rows), form, 1.0)
    own = Form(form.eigenvalues, form.eigenvectors, form.pool, Hops(csr_array((5, 5)), 0, 3))
    for way in (graph_bits.moments, lambda *a: graph_bits.nodes(*a, 4, 0)):
        with pytest.raises(InputError, match="Alice has no graph here"):
            way(rows, own, 4)
