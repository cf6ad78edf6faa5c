"""Trained decisions and what they cost: numbers of O by its full matrix, and bills by runs."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csr_array, kron

from qdml.bounds import graph_costs
from qdml.data.graphs import GraphSet, NodeSet
from qdml.errors import DataError, InputError
from qdml.graphs import advantage
from qdml.graphs.decisions import Decision, of_graphs, of_network, of_nodes
from qdml.graphs.sign import hop_features
from qdml.protocols import graph_bits, graph_form
from qdml.protocols.graph_form import Form, Hops

DELTA = Fraction(1, 10)


@pytest.fixture(scope="module")
def graphs() -> GraphSet:
    """Paths and cliques of 4 to 7 nodes, 40 of each."""
    rng = np.random.default_rng(0)
    blocks, labels = [], []
    for i in range(80):
        size = int(rng.integers(4, 8))
        path = np.diag(np.ones(size - 1), 1)
        blocks.append(path + path.T if i % 2 else np.ones((size, size)) - np.eye(size))
        labels.append(i % 2)
    total = sum(map(len, blocks))
    whole, at = np.zeros((total, total)), 0
    for block in blocks:
        whole[at : at + len(block), at : at + len(block)] = block
        at += len(block)
    graph = np.repeat(np.arange(80), [len(block) for block in blocks])
    return GraphSet("toy", csr_array(whole), graph, np.array(labels), None, None)


@pytest.fixture(scope="module")
def nodes() -> NodeSet:
    """Two rings, of 30 nodes each, whose features tell them apart on average."""
    rng = np.random.default_rng(1)
    labels, place = np.arange(60) % 2, np.arange(60)
    adjacency = ((place[:, None] - place) % 60 == 2).astype(float)
    features = (rng.random((60, 12)) < 0.2 + 0.5 * labels[:, None]).astype(float)
    features[:, 0] = 1
    return NodeSet("toy", csr_array(adjacency + adjacency.T), csr_array(features), labels, None)


def operator_of(decision: Decision) -> tuple[np.ndarray, np.ndarray]:
    """Alice's vector and Bob's whole operator on it, as a dense matrix."""
    form = decision.form
    matrix = (form.eigenvectors * form.eigenvalues) @ form.eigenvectors.T
    pooled = kron(np.diag(form.pool), matrix).toarray()
    if form.graph is None:
        return decision.rows.ravel(), pooled
    rows = decision.rows.toarray()
    count, width = rows.shape
    columns = []
    for unit in np.eye(rows.size).reshape(rows.size, count, width):
        hop = hop_features(form.graph.operator, unit[:, :-1], form.graph.hops)
        columns.append(np.hstack([hop, unit[:, -1:]]).ravel())
    spread = np.array(columns).T
    return rows.ravel(), spread.T @ pooled @ spread


def walked(decision: Decision) -> np.ndarray:
    """|O| as Bob draws from it: pairs of hops weigh by themselves, also where they cancel."""
    form, graph = decision.form, decision.form.graph
    count, width = decision.rows.shape
    matrix = (form.eigenvectors * form.eigenvalues) @ form.eigenvectors.T
    op, unit = graph.operator.toarray(), np.eye(width)
    blocks = [(np.linalg.matrix_power(op, r), unit[:-1]) for r in range(graph.hops + 1)]
    blocks.append((np.eye(count), unit[-1:]))
    starts = np.cumsum([0, *(len(place) for _, place in blocks)])
    whole = np.zeros((count * width,) * 2)
    for i, (left, place) in enumerate(blocks):
        for j, (right, other) in enumerate(blocks):
            own = np.abs(matrix[starts[i] : starts[i + 1], starts[j] : starts[j + 1]])
            whole += np.kron(left.T @ np.diag(form.pool) @ right, place.T @ own @ other)
    return whole


@pytest.mark.parametrize("kind", ["graphs", "nodes", "network"])
def test_numbers_are_those_of_the_whole_operator(request, monkeypatch, tmp_path, kind: str) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    data = request.getfixturevalue("graphs" if kind == "graphs" else "nodes")
    problem = {
        "graphs": lambda: of_graphs(data, 3),
        "nodes": lambda: of_nodes(data, 3),
        "network": lambda: of_network(data, 3, 40),
    }[kind]()
    assert problem.accuracy > 0.8
    for decision in problem.decisions[:3]:
        x, whole = operator_of(decision)
        found = advantage.quadratic(decision)
        size = np.linalg.norm(whole, 2) * (x @ x)
        room = 1e-10 * size
        assert found.value == pytest.approx(decision.score, abs=room)
        assert found.value == pytest.approx(x @ whole @ x, abs=room)
        assert found.square == pytest.approx(x @ x)
        assert found.moved == pytest.approx(((whole @ x) ** 2).sum(), abs=room * size)
        assert found.frobenius == pytest.approx((whole**2).sum())
        assert found.norm == pytest.approx(np.linalg.norm(whole, 2))
        assert found.entries == x.size
        # The best reading is no worse than reading after the graph was applied.
        assert found.read >= found.square * found.moved * (1 - 1e-9)
        assert found.rank >= np.linalg.matrix_rank(whole)
        drawn = np.abs(whole) if kind == "graphs" else walked(decision)
        assert (np.abs(whole) <= drawn + 1e-10 * drawn.max()).all()
        stated = graph_costs.sampling_second_moment(drawn, x)
        assert advantage.sampled(decision) == pytest.approx(float(stated))
        price = advantage.bill(decision, DELTA)
        odds = float((1 - DELTA) / DELTA)
        copies = odds * (found.read / found.value**2 - 1)
        assert price.copies == pytest.approx(copies, abs=1 + 1e-9 * copies)
        assert price.cheapest_of_all <= price.one_way[price.cheapest]


def test_the_direct_reading_has_the_score_as_mean_and_the_least_second_moment(
    nodes: NodeSet,
) -> None:
    for decision in of_nodes(nodes, 5).decisions[:3]:
        own = advantage.quadratic(decision)
        row, form = advantage.direct(decision)
        outcomes, chances = graph_form.law(row, form, own.square)
        room = 1e-10 * own.norm * own.square
        assert outcomes @ chances * own.square == pytest.approx(decision.score, abs=room)
        second = outcomes**2 @ chances * own.square**2
        assert second == pytest.approx(own.square * own.moved)
        price = advantage.bill(decision, DELTA)
        told = graph_form.run(row, form, price.best_copies, 1)
        assert told.transcript.qubits == price.best_qubits
        assert told.sign == np.sign(decision.score)


def test_who_sees_whom_is_asked_for(nodes: NodeSet) -> None:
    problem = of_nodes(nodes, 4)
    adjacency = nodes.adjacency.toarray() + np.eye(60)
    for decision in problem.decisions[:3]:
        seen = (adjacency @ adjacency @ (decision.form.pool > 0)) > 0
        np.testing.assert_array_equal(graph_bits.seen_by(decision.form), np.flatnonzero(seen))


@pytest.mark.parametrize("label", [0, 1, -1])
def test_one_class_is_nothing_to_decide(graphs: GraphSet, nodes: NodeSet, label: int) -> None:
    with pytest.raises(DataError, match="at least two are needed to decide between"):
        of_graphs(replace(graphs, labels=np.full(80, label)), 0)
    with pytest.raises(DataError, match="at least two are needed to decide between"):
        of_nodes(replace(nodes, labels=np.full(60, label)), 0)


def test_a_score_of_zero_has_no_price() -> None:
    form = Form(np.array([1.0, -1.0]), np.eye(2), np.ones(1))
    with pytest.raises(InputError, match="score 0: expected one that has a sign"):
        advantage.bill(Decision(np.ones((1, 2)), form, 0.0), DELTA)


def test_moments_rounded_to_the_stated_bits_keep_the_sign() -> None:
    rng = np.random.default_rng(5)
    half = rng.normal(size=(4, 4))
    values, vectors = np.linalg.eigh(half + half.T)
    for seed in range(20):
        rows = np.random.default_rng(seed).normal(size=(6, 4))
        form = Form(values, vectors, np.full(6, 1 / 6))
        score = float(form.pool @ ((rows @ vectors) ** 2 @ values))
        bits = advantage.moment_bits(Decision(rows, form, score))
        told = graph_bits.moments(rows, form, bits)
        assert told.sign == np.sign(score)


@pytest.mark.parametrize("kind", ["bare", "labels", "attributes", "nodes"])
def test_bob_makes_alices_rows_of_what_is_told(
    kind: str, graphs: GraphSet, nodes: NodeSet, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    rng = np.random.default_rng(6)
    names = rng.integers(3, size=len(graphs.graph))
    if kind == "labels":
        graphs = replace(graphs, node_labels=names)
    if kind == "attributes":
        graphs = replace(graphs, attributes=np.array([0.5, 0.1, 0.7])[names][:, None])
    problem = of_nodes(nodes, 4) if kind == "nodes" else of_graphs(graphs, 3)
    for decision in problem.decisions[:3]:
        plain, rows = decision.plain, decision.rows
        told = plain.read(plain.write())
        assert len(plain.write()) == plain.bits
        if kind == "nodes":
            told, rows = told.toarray(), rows.toarray()
        np.testing.assert_array_equal(told, rows)


def test_a_contraction_is_wanted_only_when_it_is_run(nodes: NodeSet) -> None:
    graph = of_nodes(nodes, 4).decisions[0].form.graph
    assert isinstance(graph, Hops)
    assert graph.amplitudes == 60 * (12 * 3 + 1 + 13)
