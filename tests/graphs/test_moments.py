"""Pooled second moments: against sums by hand, against the network itself, and out of the cache."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from scipy.sparse import csr_array

from qdml.data.graphs import GraphSet
from qdml.errors import InputError
from qdml.graphs import moments
from qdml.graphs.moments import Recipe, first_moments, form, network_scores, second_moments
from qdml.graphs.ridge import factorise

EVERY = [
    Recipe(features, operator, 2, pooling)
    for features, operator, pooling in product(
        ("labels", "labels x degrees", "octaves", "half octaves", "octaves, tenths"),
        ("mean", "sum", "symmetric", "distance"),
        ("mean", "sum"),
    )
]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "qdml" / "moments"


def made(seed: int, count: int = 12) -> tuple[GraphSet, list[nx.Graph]]:
    rng = np.random.default_rng(seed)
    parts = [nx.gnp_random_graph(int(n), 0.5, seed=seed) for n in rng.integers(2, 9, count)]
    whole = nx.disjoint_union_all(parts)
    graph = np.repeat(np.arange(count), [len(part) for part in parts])
    adjacency = csr_array(nx.to_scipy_sparse_array(whole, dtype=float))
    labels = np.arange(count) % 2
    return GraphSet("toy", adjacency, graph, labels, rng.integers(0, 3, len(graph)), None), parts


@pytest.mark.parametrize("recipe", EVERY, ids=str)
def test_the_score_is_the_pooled_quadratic_form(recipe) -> None:
    graphs, _ = made(1)
    found = second_moments(graphs, recipe)
    coefficients, offset = factorise(found, graphs.labels, 2).coefficients(0.01)
    told = found @ coefficients + offset
    network = network_scores(graphs, recipe, form(coefficients, offset, recipe))
    # Relative to the sum of the sizes of the terms, which is what rounding is relative to.
    size = np.abs(found) @ np.abs(coefficients) + np.abs(offset)
    assert (np.abs(network - told) <= 1e-10 * size).all()


@pytest.mark.parametrize("pooling", ["mean", "sum"])
def test_moments_by_distance_are_sums_over_shortest_paths(pooling) -> None:
    graphs, parts = made(2)
    found = second_moments(graphs, Recipe("octaves", "distance", 2, pooling))
    for moment, part in zip(found, parts, strict=True):
        far = dict(nx.all_pairs_shortest_path_length(part))
        n, total = len(part), 0.0
        # The last entry but five is log n times log n; distance 2, log degree stands before it.
        for v in part:
            second = [u for u, d in far[v].items() if d == 2]
            total += sum(np.log1p(part.degree[u]) for u in second) * np.log(n)
        side = int((np.sqrt(8 * len(moment) + 1) - 1) / 2)
        square = np.zeros((side, side))
        square[np.triu_indices(side)] = moment
        assert square[side - 4, side - 3] == pytest.approx(total / (n if pooling == "mean" else 1))


def test_moments_with_the_constant_are_first_moments() -> None:
    graphs, parts = made(3)
    recipe = Recipe("labels", "mean", 0, "sum")
    found = second_moments(graphs, recipe)
    first = found[:, first_moments(found)]
    assert first[:, -1] == pytest.approx([len(part) for part in parts])
    counts = [np.bincount(graphs.node_labels[graphs.graph == g], minlength=3) for g in range(12)]
    # Labels are named in order of how common they are.
    order = np.argsort(-np.bincount(graphs.node_labels), kind="stable")
    assert first[:, :3] == pytest.approx(np.array(counts)[:, order])


def test_attributes_are_features_where_there_are_no_labels() -> None:
    graphs, _ = made(4)
    weight = np.arange(len(graphs.graph), dtype=float)[:, None]
    bare = GraphSet("toy", graphs.adjacency, graphs.graph, graphs.labels, None, weight)
    found = second_moments(bare, Recipe("octaves", "mean", 0, "sum"))
    wanted = np.bincount(graphs.graph, weights=weight[:, 0] ** 2)
    assert any(np.allclose(column, wanted) for column in found.T)


@pytest.mark.parametrize("piece", [1, 10, 1000])
def test_pieces_change_nothing(piece, monkeypatch) -> None:
    graphs, _ = made(5)
    recipe = Recipe("labels x degrees", "mean", 2, "mean")
    whole = second_moments(graphs, recipe)
    monkeypatch.setattr(moments, "PIECE", piece)
    assert np.allclose(moments._moments(graphs, recipe), whole, atol=1e-14)


def test_moments_are_kept_by_content(cache, monkeypatch) -> None:
    graphs, _ = made(6)
    recipe = Recipe("octaves", "mean", 1, "mean")
    found = second_moments(graphs, recipe)
    (kept,) = cache.iterdir()
    with monkeypatch.context() as patch:
        patch.setattr(moments, "_moments", None)
        assert (second_moments(graphs, recipe) == found).all()
    kept.write_bytes(kept.read_bytes()[:-1] + b"\x01")
    assert (second_moments(graphs, recipe) == found).all()
    second_moments(made(7)[0], recipe)
    second_moments(graphs, Recipe("octaves", "mean", 1, "sum"))
    assert len(list(cache.iterdir())) == 3


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path, monkeypatch) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    graphs, _ = made(6)
    assert len(second_moments(graphs, Recipe("octaves", "mean", 1, "mean"))) == 12


def test_labels_that_are_not_there_are_one_clear_line() -> None:
    graphs, _ = made(8)
    bare = GraphSet("toy", graphs.adjacency, graphs.graph, graphs.labels, None, None)
    with pytest.raises(InputError, match="'toy' has no node labels: take 'octaves'"):
        second_moments(bare, Recipe("labels", "mean", 1, "mean"))
