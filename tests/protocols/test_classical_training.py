"""The classical pair: exact where nothing is rounded, billed by formula, floats of few bits."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qdml.bounds import training_costs
from qdml.errors import InputError
from qdml.model.ansatz import random_diagonal
from qdml.protocols.classical_training import FORMATS, rounded, run
from qdml.protocols.training import Examples, Plan, batches
from qdml.protocols.training_data import DATA, curve, material, outputs

SHAPE = training_costs.Shape(2, (1,) * 4, (3,) * 4)


def problem(seed: int) -> tuple[object, Examples]:
    rng = np.random.default_rng(seed)
    states = rng.normal(size=(4, 6)).astype(complex)
    examples = Examples(states / np.linalg.norm(states, axis=0), rng.choice((-1, 1), size=6))
    return random_diagonal(2, 2, 3, rng), examples


@given(st.integers(0, 99))
def test_without_rounding_gradients_are_those_of_adjoint_sweeps(seed: int) -> None:
    circuit, examples = problem(seed)
    plan = Plan("commuting-block", (1, 1), 4, "sgd", 0.1, seed)
    (batch, _) = (each for each, _ in zip(batches(plan, examples), range(2), strict=False))
    slopes = np.array([circuit.gradient(state) for state in examples.states.T[batch]])
    exact = -(examples.labels[batch, None] * slopes).mean(axis=0) / 2
    for way in ("features", "activations"):
        found = run(circuit, examples, plan, way, 32)
        # Single precision, one rounding a number that is sent, of vectors of norm one.
        assert np.abs(found.estimates[0] - exact).max() <= 20 * 2.0**-24


def test_the_bill_is_the_formula() -> None:
    circuit, examples = problem(3)
    plan = Plan("commuting-block", (1,) * 5, 4, "sgd", 0.1, 3)
    for bits in FORMATS:
        sent = run(circuit, examples, plan, "features", bits)
        assert sent.bits[-1] == training_costs.features(6, 4, bits)
        assert sent.bits[1] == training_costs.features(4, 4, bits)
        sent = run(circuit, examples, plan, "activations", bits)
        assert sent.bits[-1] == training_costs.activations(SHAPE, 5, 4, bits)
        assert sent.qubits[-1] == 0


def test_features_that_are_all_rounded_away_tell_no_direction() -> None:
    flat = np.full((2**9, 2), 2**-4.5, dtype=complex)
    assert not rounded(flat[:, 0].real, 4).any()
    circuit = random_diagonal(9, 1, 2, np.random.default_rng(1))
    plan = Plan("commuting-block", (1,), 2, "sgd", 0.1, 1)
    found = run(circuit, Examples(flat, np.array([1, -1])), plan, "features", 4)
    assert np.isfinite(found.estimates).all()


@given(st.floats(-1.9, 1.9), st.sampled_from(sorted(FORMATS)))
def test_rounding_is_to_the_nearest_of_few_floats(value: float, bits: int) -> None:
    exponents, fraction = FORMATS[bits]
    found = float(rounded(np.array([value]), bits)[0])
    least = 2.0 ** (2 - 2**exponents)
    largest = 2 - 2.0**-fraction
    assert abs(found) <= largest
    if abs(value) <= largest:
        assert abs(found - value) <= 2.0 ** -(fraction + 1) * max(abs(value), least)
    assert float(rounded(np.array([found]), bits)[0]) == found


@pytest.mark.parametrize("bits", [4, 6, 8])
def test_there_are_no_more_floats_than_fit(bits: int) -> None:
    values = rounded(np.linspace(-2, 2, 200001), bits)
    assert len(np.unique(values)) <= 2**bits
    half = rounded(np.linspace(0, 1, 99), 16)
    assert np.array_equal(half, np.linspace(0, 1, 99).astype(np.float16))


def test_examples_are_unit_vectors_and_curves_are_exact() -> None:
    for name in ("digits", "synthetic"):
        data = material(name, 1)
        assert np.allclose(np.linalg.norm(data.train.states, axis=0), 1)
        circuit = random_diagonal(data.qubits, 1, 3, np.random.default_rng(1))
        direct = circuit.loss(data.train.states)
        assert np.abs(outputs(circuit, data.train.states) - direct).max() <= 1e-12
        trained = run(circuit, data.train, Plan("commuting-block", (1, 1), 8), "features", 8)
        found = curve(trained, data, 9)
        assert found.sent == tuple(trained.bits)
        assert found.loss[0] == pytest.approx((1 - (data.train.labels * direct).mean()) / 2)
        # The trace norm bounds what any circuit can do.
        assert min(found.loss) >= data.least_loss()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda c, e, p: run(c, e, p, "feature", 8), "way 'feature': allowed are features, act"),
        (lambda c, e, p: run(c, e, p, "features", 7), "7 bits: expected one of 32, 16, 8"),
        (lambda c, e, p: material("digit", 0), f"allowed are {', '.join(DATA)}.*nearest: 'digits"),
    ],
)
def test_what_cannot_be_sent_is_said(call: object, message: str) -> None:
    assert callable(call)
    circuit, examples = problem(0)
    with pytest.raises(InputError, match=message):
        call(circuit, examples, Plan("commuting-block", (1,), 4))
