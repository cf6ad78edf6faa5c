"""Gradients of classical networks give their inputs away."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qdml.privacy.inversion import Network, invert, layer_slopes, linear

NUMBERS = st.fractions(-5, 5, max_denominator=9)


def rows(count, size):
    return st.lists(st.lists(NUMBERS, min_size=size, max_size=size), min_size=count, max_size=count)


@given(rows(2, 3), rows(1, 2), rows(1, 3), rows(1, 2))
def test_a_linear_layer_returns_its_input_exactly(weight, bias, x, y) -> None:
    slopes, offsets = layer_slopes(weight, bias[0], [(x[0], y[0])])
    found = linear(slopes, offsets)
    # Where every output is as wanted, nothing is sent, and nothing can be learnt.
    assert found == (x[0] if any(offsets) else None)


def test_slopes_are_derivatives() -> None:
    weight, bias = [[Fraction(1), Fraction(2)]], [Fraction(1, 2)]
    batch = [
        ([Fraction(3), Fraction(-1)], [Fraction(0)]),
        ([Fraction(0), Fraction(1)], [Fraction(1)]),
    ]

    def loss(w, b):
        terms = [(w[0] * x[0] + w[1] * x[1] + b - y[0]) ** 2 / 2 for x, y in batch]
        return sum(terms) / 2

    step = Fraction(1, 1000)
    slopes, offsets = layer_slopes(weight, bias, batch)
    # A quadratic's central difference is its derivative, exactly.
    central = (loss((1 + step, 2), bias[0]) - loss((1 - step, 2), bias[0])) / (2 * step)
    assert slopes[0][0] == central
    assert offsets[0] == (loss((1, 2), bias[0] + step) - loss((1, 2), bias[0] - step)) / (2 * step)


def test_the_gradient_of_the_network_is_that_of_its_loss() -> None:
    rng = np.random.default_rng(0)
    network, x = Network.random(6, 5, 3, rng), rng.normal(size=6)

    def loss(first, second):
        scores = second @ np.tanh(first @ x)
        return np.log(np.exp(scores).sum()) - scores[1]

    found = network.gradient(x, 1)
    for place, weight in enumerate((network.first, network.second)):
        change = rng.normal(size=weight.shape)
        ends = []
        for step in (1e-6, -1e-6):
            moved = [network.first, network.second]
            moved[place] = weight + step * change
            ends.append(loss(*moved))
        # Central differences: second order in the step, rounding over the step.
        assert (ends[0] - ends[1]) / 2e-6 == pytest.approx((found[place] * change).sum(), rel=1e-7)


@pytest.mark.parametrize("seed", [0, 1])
def test_a_small_network_gives_its_input_away(seed) -> None:
    rng = np.random.default_rng(seed)
    network, x = Network.random(16, 12, 4, rng), np.abs(rng.normal(size=16))
    found = invert(network, network.gradient(x, 2), 2, rng)
    assert (found @ x) ** 2 / (found @ found) / (x @ x) == pytest.approx(1, abs=1e-6)
