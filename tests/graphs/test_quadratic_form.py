"""A quadratic network and its form: the same numbers, exactly in fractions."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qdml.errors import InputError
from qdml.graphs.quadratic_form import QuadraticForm, form_of, pooled, quadratic_form
from qdml.graphs.sign import Sign, hop_features, scores

fractions = st.fractions(-3, 3, max_denominator=5)


def arrays(draw: st.DrawFn, *shape: int) -> np.ndarray:
    size = int(np.prod(shape))
    flat = draw(st.lists(fractions, min_size=size, max_size=size))
    return np.array(flat, dtype=object).reshape(shape)


@st.composite
def exact_networks(draw: st.DrawFn) -> tuple[Sign, np.ndarray]:
    """A network and hop features, all in fractions."""
    nodes, hops, features, hidden, classes = (
        draw(st.integers(low, high)) for low, high in ((1, 3), (0, 2), (1, 2), (1, 3), (1, 2))
    )
    model = Sign(
        operator="sum",
        weights=arrays(draw, hops + 1, features, hidden),
        bias=arrays(draw, hidden),
        readout=arrays(draw, hidden, classes),
        offset=arrays(draw, classes),
        activation=draw(st.sampled_from(("quadratic", "linear"))),
        q=tuple(arrays(draw, 3)),
    )
    op, inputs = arrays(draw, nodes, nodes), arrays(draw, nodes, features)
    return model, hop_features(op, inputs, hops)


@settings(max_examples=40)
@given(exact_networks(), st.sampled_from((Fraction(1), Fraction(1, 3), Fraction(-2))))
def test_the_form_is_the_network(drawn: tuple[Sign, np.ndarray], alpha: Fraction) -> None:
    model, hop = drawn
    form = quadratic_form(model, alpha)
    rows = form.rows(hop)
    stated = scores(model, hop)
    assert (form.values(rows) == stated).all()
    for index in range(len(model.offset)):
        dense = form.matrix(index)
        assert (dense == dense.T).all()
        assert ((rows @ dense * rows).sum(axis=1) == stated[:, index]).all()


@settings(max_examples=40)
@given(exact_networks())
def test_a_difference_is_a_difference(drawn: tuple[Sign, np.ndarray]) -> None:
    model, hop = drawn
    form, last = quadratic_form(model, Fraction(1)), len(model.offset) - 1
    rows = form.rows(hop)
    both = form.values(rows)
    assert (form.difference(0, last).values(rows)[:, 0] == both[:, 0] - both[:, last]).all()


@given(st.integers(1, 5), st.integers(1, 7), st.integers(0, 100))
def test_the_spectrum_makes_the_matrix(dimension: int, rank: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    core = rng.normal(size=(1, rank, rank))
    form = QuadraticForm(rng.normal(size=(dimension, rank)), core + core.transpose(0, 2, 1))
    values, vectors = form.spectrum(0)
    size = np.linalg.norm(form.factor, 2) ** 2 * np.linalg.norm(form.cores[0], 2)
    room = 100 * dimension * rank * np.finfo(float).eps * size
    assert abs(vectors * values @ vectors.T - form.matrix(0)).max() <= room
    assert abs(vectors.T @ vectors - np.eye(len(values))).max() <= 1e-13 * dimension


def test_given_matrices_stay_as_they_are() -> None:
    rng = np.random.default_rng(3)
    half = rng.normal(size=(2, 4, 4))
    form = form_of(half + half.transpose(0, 2, 1), alpha=0.5)
    np.testing.assert_array_equal(form.matrix(1), half[1] + half[1].T)
    assert form.rows(np.ones((2, 3)))[:, -1] == pytest.approx(0.5)


def test_squares_alone_need_no_constant() -> None:
    rng = np.random.default_rng(4)
    weights, readout = rng.normal(size=(2, 2, 3)), rng.normal(size=(3, 2))
    model = Sign("sum", weights, np.zeros(3), readout, np.zeros(2))
    hop = rng.normal(size=(5, 4))
    form = quadratic_form(model, 0)
    rows = form.rows(hop)
    assert rows.shape == (5, form.dimension) == (5, 4)
    np.testing.assert_allclose(form.values(rows), scores(model, hop))


@given(st.lists(st.integers(0, 3), min_size=1, max_size=9))
def test_pooling(graphs: list[int]) -> None:
    graph = np.sort(np.array(graphs))
    values = np.arange(2.0 * len(graph)).reshape(-1, 2)
    for kind in ("mean", "sum"):
        found = pooled(values, graph, kind)
        for one in range(max(graphs) + 1):
            own = values[graph == one]
            stated = own.sum(axis=0) / (max(1, len(own)) if kind == "mean" else 1)
            np.testing.assert_allclose(found[one], stated)


def test_bad_input() -> None:
    model = Sign("sum", np.ones((1, 2, 1)), np.ones(1), np.ones((1, 1)), np.ones(1), "prelu")
    with pytest.raises(InputError, match="'prelu' is no quadratic form"):
        quadratic_form(model)
    with pytest.raises(InputError, match="alpha 0: a bias, an offset, q0 or q1 needs a constant"):
        quadratic_form(Sign("sum", model.weights, model.bias, model.readout, model.offset), 0)
    with pytest.raises(InputError, match="expected symmetric matrices"):
        form_of(np.array([[[0.0, 1.0], [0.0, 0.0]]]))
    with pytest.raises(InputError, match=r"shapes \(2, 3\) and \(1, 2, 2\)"):
        QuadraticForm(np.ones((2, 3)), np.ones((1, 2, 2)))
    with pytest.raises(InputError, match="3 hop features a node: the form expects 1"):
        form_of(np.eye(2)[None]).rows(np.ones((2, 3)))
    with pytest.raises(InputError, match="pooling 'max': allowed are mean, sum"):
        pooled(np.ones((2, 1)), np.zeros(2, dtype=int), "max")
