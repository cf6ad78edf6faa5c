"""The block has the mean it should, and training finds the optimum, by routes of their own."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from qdml.data import task
from qdml.errors import DataError, InputError
from qdml.model import contraction
from qdml.model.contraction import Contraction, train
from qdml.protocols.classifier import encode
from qdml.quantum.gates import Pauli

EPS = float(np.finfo(float).eps)

eigenvalue = st.one_of(st.sampled_from([-1.0, 0.0, 1.0]), st.floats(-1, 1))


@st.composite
def contractions(draw: st.DrawFn) -> Contraction:
    """Any rank, with eigenvalues on the boundary, inside, and repeated."""
    size = 2 ** draw(st.integers(1, 4))
    values = np.array(draw(st.lists(eigenvalue, min_size=1, max_size=size)))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    vectors = np.linalg.qr(rng.normal(size=(size, size)))[0][:, : len(values)]
    return Contraction(vectors, values)


def unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)


def loss(matrix: np.ndarray, inputs: np.ndarray, labels: np.ndarray, sharpness: float) -> float:
    """The training loss, written down again: each class weighs one half."""
    means = np.einsum("mi,ij,mj->m", inputs, matrix, inputs)
    each = np.log1p(np.exp(-sharpness * labels * means))
    return float((each[labels > 0].mean() + each[labels < 0].mean()) / 2)


@given(contractions(), st.integers(0, 2**32))
def test_the_block_measures_the_quadratic_form(model: Contraction, seed: int) -> None:
    size = model.dimension
    x = unit(np.random.default_rng(seed).normal(size=size))
    block = model.dilation()
    tolerance = 40 * size * EPS
    np.testing.assert_allclose(block @ block.T, np.eye(2 * size), atol=tolerance)
    state = block @ np.concatenate([x, np.zeros(size)])
    mean = state[:size] @ state[:size] - state[size:] @ state[size:]
    assert mean == pytest.approx(x @ model.matrix @ x, abs=tolerance)
    assert mean == pytest.approx(model.expectation(x[None])[0], abs=tolerance)


@given(contractions())
def test_the_observable_is_the_halmos_dilation(model: Contraction) -> None:
    block, size = model.dilation(), model.dimension
    observable = block.T @ Pauli.single("Z", 0, size.bit_length()).apply(block)
    root = (
        np.eye(size)
        + (model.eigenvectors * (np.sqrt(1 - model.eigenvalues**2) - 1)) @ model.eigenvectors.T
    )
    halmos = np.block([[model.matrix, -root], [-root, -model.matrix]])
    np.testing.assert_allclose(observable, halmos, atol=40 * size * EPS)


@given(contractions(), st.integers(0, 2**32))
def test_the_gate_is_its_matrix_and_can_be_undone(model: Contraction, seed: int) -> None:
    rng, size = np.random.default_rng(seed), 2 * model.dimension
    states = rng.normal(size=(size, 3)) + 1j * rng.normal(size=(size, 3))
    gate, matrix = model.gate(), model.dilation()
    np.testing.assert_allclose(gate.apply(states), matrix @ states, atol=40 * size * EPS)
    np.testing.assert_allclose(
        gate.apply(states[:, 0]), matrix @ states[:, 0], atol=40 * size * EPS
    )
    back = gate.inverse().apply(gate.apply(states))
    np.testing.assert_allclose(back, states, atol=40 * size * EPS)
    np.testing.assert_allclose(
        gate.inverse().apply(states), matrix.T @ states, atol=40 * size * EPS
    )


@settings(max_examples=20)
@given(st.integers(0, 2**32), st.sampled_from([2, 4, 8, 16]))
def test_training_stays_in_the_ball_and_bounds_its_distance_from_the_optimum(
    seed: int, size: int
) -> None:
    rng = np.random.default_rng(seed)
    inputs, labels = unit(rng.normal(size=(12, size))), rng.permutation([1] * 5 + [-1] * 7)
    model = train(inputs, labels, 60, seed)
    assert np.abs(np.linalg.eigvalsh(model.matrix)).max() <= 1 + 10 * size * EPS
    reached = loss(model.matrix, inputs, labels, model.sharpness)
    best = reached
    for _ in range(20):
        other = rng.normal(size=(size, size))
        other = other + other.T
        other /= np.linalg.norm(other, 2)
        # Along the way to any other point of the ball the loss is nowhere below the bound.
        for step in (1.0, 0.3, 0.03):
            mixed = (1 - step) * model.matrix + step * other
            best = min(best, loss(mixed, inputs, labels, model.sharpness))
    assert best >= reached - model.duality_gap - 1e-12


def test_the_optimum_agrees_with_a_general_minimiser() -> None:
    rng = np.random.default_rng(5)
    inputs, labels = unit(rng.normal(size=(40, 2))), np.sign(rng.normal(size=40)).astype(int)
    model = train(inputs, labels, 4000, 0)

    def matrix(p: np.ndarray) -> np.ndarray:
        turn = np.array([[np.cos(p[0]), -np.sin(p[0])], [np.sin(p[0]), np.cos(p[0])]])
        return turn @ np.diag(np.sin(p[1:])) @ turn.T

    starts = rng.normal(size=(12, 3))
    found = min(
        minimize(lambda p: loss(matrix(p), inputs, labels, model.sharpness), start, tol=1e-12).fun
        for start in starts
    )
    reached = loss(model.matrix, inputs, labels, model.sharpness)
    assert model.duality_gap <= contraction.GAP
    assert reached == pytest.approx(found, abs=2 * contraction.GAP)


@pytest.mark.parametrize("steps", [1, 4, 4000])
def test_the_gap_is_what_convexity_allows(steps: int) -> None:
    rng = np.random.default_rng(2)
    inputs = unit(rng.normal(size=(30, 4)))
    labels = np.where(inputs[:, 0] ** 2 + 0.3 * rng.normal(size=30) > 0.25, 1, -1)
    model = train(inputs, labels, steps, 0)
    gradient = np.zeros((4, 4))
    for place in np.ndindex(4, 4):
        change = np.zeros((4, 4))
        change[place] = 1e-6
        ends = [
            loss(model.matrix + sign * change, inputs, labels, model.sharpness) for sign in (1, -1)
        ]
        gradient[place] = (ends[0] - ends[1]) / 2e-6
    # The linear function <G, .> is least, on the spectral ball, at minus the nuclear norm of G.
    nuclear = np.linalg.norm((gradient + gradient.T) / 2, "nuc")
    assert model.duality_gap == pytest.approx(nuclear + (gradient * model.matrix).sum(), abs=1e-7)


def test_only_the_span_of_the_inputs_matters() -> None:
    rng = np.random.default_rng(8)
    inputs, labels = unit(rng.normal(size=(20, 8))), rng.permutation([1, -1] * 10)
    isometry = np.linalg.qr(rng.normal(size=(64, 8)))[0]
    small, large = train(inputs, labels, 3000, 1), train(inputs @ isometry.T, labels, 3000, 1)
    assert small.sharpness == large.sharpness
    assert large.eigenvectors.shape == (64, 8)
    outside = unit((np.eye(64) - isometry @ isometry.T) @ rng.normal(size=64))
    assert large.expectation(outside[None])[0] == pytest.approx(0, abs=1e-12)
    losses = [
        loss(one.matrix, x, labels, one.sharpness)
        for one, x in ((small, inputs), (large, inputs @ isometry.T))
    ]
    assert losses[0] == pytest.approx(losses[1], abs=2 * contraction.GAP)


@pytest.mark.parametrize(("name", "least"), [("digits-3-8", 0.97), ("digits-parity", 0.95)])
def test_digits_are_learnt(name: str, least: float) -> None:
    data = task(name, 20231011)
    model = train(encode(data.train_inputs), data.train_labels, 400, 20231011)
    assert (model.decide(encode(data.test_inputs)) == data.test_labels).mean() >= least
    assert model.duality_gap < 0.01


def test_shuffled_labels_teach_nothing() -> None:
    data = task("digits-parity", 0)
    inputs, tests = encode(data.train_inputs[:300]), encode(data.test_inputs)
    found = []
    for seed in range(8):
        labels = np.random.default_rng(seed).permutation(data.train_labels[:300])
        model = train(inputs, labels, 60, seed)
        found.append((model.decide(tests) == data.test_labels).mean())
    assert abs(np.mean(found) - 0.5) < 0.06


def test_training_repeats_itself() -> None:
    data = task("digits-3-8", 1)
    first, second = (train(encode(data.train_inputs), data.train_labels, 30, 2) for _ in range(2))
    np.testing.assert_array_equal(first.matrix, second.matrix)


@pytest.mark.parametrize(
    ("inputs", "labels", "message"),
    [
        (np.eye(3), np.array([1, -1, 1]), "dimension 3: expected a power of two.*pad with zeros"),
        (np.eye(4), np.array([1, -1, 0, 1]), r"expected 4 of \+1 and -1"),
        (np.eye(4), np.array([1, -1]), r"expected 4 of \+1 and -1"),
        (2 * np.eye(4), np.array([1, -1, 1, -1]), "an input of norm 2: expected unit vectors"),
        (np.full((4, 4), np.nan), np.array([1, -1, 1, -1]), "an input of norm nan"),
    ],
)
def test_bad_input_is_named(inputs: np.ndarray, labels: np.ndarray, message: str) -> None:
    with pytest.raises(InputError, match=message):
        train(inputs, labels, 10, 0)


def test_one_class_and_no_steps_are_refused() -> None:
    with pytest.raises(DataError, match="labels of 1 class"):
        train(np.eye(4), np.ones(4, int), 10, 0)
    with pytest.raises(InputError, match="0 training steps"):
        train(np.eye(4), np.array([1, -1, 1, -1]), 0, 0)
