"""Jacobian ranks: rational against modular, and against the singular values of the engine."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qdml.expressivity import freedom, series
from qdml.expressivity.spectrum import reachable_dimension
from qdml.quantum.numbers import Radians
from qdml.quantum.reference import basis_state

weightings = st.lists(st.integers(-3, 3), min_size=1, max_size=3)
seeds = st.integers(0, 2**32)


@settings(max_examples=40)
@given(weightings, seeds)
def test_both_ranks_are_the_reachable_dimension(weights: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    angles = freedom.random_angles(len(weights) + 1, rng)
    expected = reachable_dimension(weights)
    assert freedom.exact_rank(weights, angles) == expected
    assert freedom.modular_rank(weights, angles, rng) == expected


@settings(max_examples=10)
@given(st.lists(st.sampled_from([-2, -1, 1, 2]), min_size=1, max_size=3), seeds)
def test_singular_values_of_the_adjoint_gradient_agree(weights: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    layers = [
        [
            (letter, Radians(float(a)))
            for letter, a in zip("ZYZ", rng.uniform(0.3, 1.2, 3), strict=True)
        ]
        for _ in range(len(weights) + 1)
    ]
    rows = []
    for x in np.linspace(0, 2 * np.pi, 2 * sum(map(abs, weights)) + 1, endpoint=False):
        circuit = series.circuit(weights, layers, Radians(float(x)))
        gradient = circuit.gradient(basis_state(0, 1))
        # Encoding gates are rotations too: every fourth entry is a slope in the data.
        rows.append([g for j, g in enumerate(gradient) if j % 4 != 3])
    values = np.linalg.svd(np.array(rows), compute_uv=False)
    assert len(rows[0]) == freedom.parameters(len(weights))
    assert (values > 1e-12 * values[0]).sum() <= reachable_dimension(weights)


def test_equal_angles_are_a_point_of_lower_rank() -> None:
    """A rank at one point is a lower bound only: here sin and cos of both ends agree."""
    angles = [((1, 2), (3, 4), (5, 2))] * 2
    assert freedom.exact_rank([1], angles) == 2
    assert freedom.modular_rank([1], angles, np.random.default_rng(0)) == 2


@pytest.mark.parametrize("layers", [20, 60])
def test_ranks_stay_linear_in_depth(layers: int) -> None:
    rng = np.random.default_rng(layers)
    weights = [3**layer for layer in range(layers)]
    angles = freedom.random_angles(layers + 1, rng)
    assert freedom.modular_rank(weights, angles, rng) == 2 * layers + 1
