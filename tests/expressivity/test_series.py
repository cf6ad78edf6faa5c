"""Exact coefficients: against the run circuit, against path products, and by Fourier transform."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qdml.errors import InputError
from qdml.expressivity import averages, series
from qdml.expressivity.spectrum import frequencies
from qdml.protocols import inference
from qdml.quantum.numbers import Direction, Radians, imaginary, real
from qdml.quantum.reference import basis_state
from qdml.testing import directions, rounding

turns = st.tuples(st.sampled_from("YZ"), directions())
layer = st.lists(turns, max_size=3).map(tuple)


@st.composite
def models(draw: st.DrawFn, most: int = 3):
    weights = draw(st.lists(st.integers(-4, 4), min_size=1, max_size=most))
    layers = [draw(layer) for _ in range(len(weights) + 1)]
    return weights, layers


def in_radians(layers):
    return [
        [(letter, Radians(float(2 * np.arctan2(a.sine, a.cosine)))) for letter, a in each]
        for each in layers
    ]


@given(models(), directions())
def test_the_series_is_the_loss_of_the_circuit(model, x: Direction) -> None:
    weights, layers = model
    loss = series.circuit(weights, layers, x).loss(basis_state(0, 1, exact=True))
    assert series.coefficients(weights, layers).value(x) == loss


@given(models())
def test_coefficients_are_sums_over_paths(model) -> None:
    weights, layers = model
    found = series.coefficients(weights, layers)
    matrices = [series.elements(each) for each in layers]
    for m, strings in series.paths(weights).items():
        assert found.coefficient(m) == sum(series.along(signs, matrices) for signs in strings)
    assert set(found.support) <= set(frequencies(weights))


@settings(max_examples=30)
@given(models(2))
def test_coefficients_are_the_fourier_transform_of_losses(model) -> None:
    weights, layers = model
    found = series.coefficients(weights, layers)
    count = 2 * found.largest + 1
    state = basis_state(0, 1)
    losses = [
        series.circuit(weights, in_radians(layers), Radians(2 * np.pi * j / count)).loss(state)
        for j in range(count)
    ]
    for m in range(-found.largest, found.largest + 1):
        wave = np.exp(-2j * np.pi * m * np.arange(count) / count)
        exact = found.coefficient(m)
        expected = complex(float(real(exact)), float(imaginary(exact)))
        slack = rounding(20 * (1 + found.largest))
        assert np.mean(np.array(losses) * wave) == pytest.approx(expected, abs=slack)
        assert found.square(m) == real(exact) ** 2 + imaginary(exact) ** 2


@given(models())
def test_a_loss_is_real_and_at_most_one_on_average(model) -> None:
    found = series.coefficients(*model)
    for m in range(found.largest + 1):
        up, down = found.coefficient(m), found.coefficient(-m)
        assert real(up) == real(down)
        assert imaginary(up) == -imaginary(down)
    assert sum(found.square(m) for m in found.support) <= 1


def test_the_data_gates_are_alices_and_the_walk_is_billed() -> None:
    layers = [(("Y", Radians(0.3)),)] * 4
    circuit = series.circuit([1, 3, 9], layers, Radians(0.7))
    assert circuit.owners == ("bob", "alice") * 3 + ("bob",)
    bill = inference.run(circuit, basis_state(0, 1), 10, 0).transcript
    assert (bill.messages, bill.qubits, bill.bits) == (6, 60, 0)


def test_bad_models_are_refused() -> None:
    with pytest.raises(InputError, match="2 weights, 2 layers: expected one layer more"):
        series.coefficients([1, 1], [(), ()])
    with pytest.raises(InputError, match="need angles of type Direction"):
        series.coefficients([1], [(("Y", Radians(1.0)),), ()])
    with pytest.raises(InputError, match=r"rotations about \['X'\]: allowed are Y and Z"):
        series.circuit([1], [(("X", Radians(1.0)),), ()], Radians(1.0))


def test_clifford_layers_are_twenty_four_and_a_design() -> None:
    matrices = {str(series.elements(each)) for each in averages.cliffords()}
    assert len(matrices) == 24
    assert averages.mean_squares((2,)) == dict.fromkeys((-2, 0, 2), pytest.approx(1 / 9))


def test_clifford_means_are_haar_means() -> None:
    rng, count = np.random.default_rng(1), 4000
    state = basis_state(0, 1)
    squares = []
    for _ in range(count):
        layers = [averages.haar_layer(rng) for _ in range(2)]
        squares.append(series.circuit((1,), layers, Radians(0.4)).loss(state) ** 2)
    # The mean square loss is 1/3; five standard errors of a square of uniform numbers.
    assert np.mean(squares) == pytest.approx(1 / 3, abs=5 * np.std(squares) / np.sqrt(count))
