"""Bounds for classical parties: minimal, met by worst cases, and of the order that they say."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import product
from math import log2

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qdml.model import vector_plans
from qdml.model.floats import Floats
from qdml.model.vectors import Sketched

promises = st.floats(1e-9, 1.9)


def shorter(floats: Floats) -> list[Floats]:
    """Formats of one bit less: half of the steps, or half of the exponents."""
    found = [replace(floats, mantissa=floats.mantissa - 1)]
    if floats.octaves:
        found.append(replace(floats, octaves=floats.octaves // 2))
    return found


def worst(qubits: int, crossings: int, floats: Floats) -> float:
    """Largest error of the loss by the recursion itself, message by message."""
    away = 0.0
    for _ in range(crossings):
        away += float(floats.unit) * (1 + away) + float(floats.step) * 2 ** ((qubits + 1) / 2) / 2
    return (2 + away) * away


@given(st.integers(1, 60), st.integers(0, 40), promises)
def test_rounded_vectors_keep_the_promise_and_have_no_bit_to_spare(
    qubits: int, crossings: int, accuracy: float
) -> None:
    plan = vector_plans.nearest(qubits, crossings, accuracy)
    answer = float(2 * plan.answer.unit)
    assert worst(qubits, crossings, plan.floats) + answer <= accuracy * (1 + 1e-9)
    if crossings and plan.floats.mantissa > 1:
        # The closed form is above the recursion, by terms of second order.
        slack = 1 + crossings * float(plan.floats.unit) * 4
        allowed = accuracy * (1 - float(vector_plans.ANSWER))
        for floats in shorter(plan.floats):
            assert worst(qubits, crossings, floats) * slack > allowed * (1 - 1e-9)


@given(st.integers(1, 40), st.integers(1, 12), promises)
def test_a_float_has_about_log_of_messages_over_accuracy_bits(
    qubits: int, crossings: int, accuracy: float
) -> None:
    """b = 1 + p + e, p near log2(2X/eps), e near log2(n/2): fixed point has n/2 instead of e."""
    floats = vector_plans.nearest(qubits, crossings, accuracy).floats
    mantissa = max(1.0, log2(2 * crossings / accuracy))
    assert floats.bits <= 1 + mantissa + log2(qubits / 2 + 4) + 4
    fixed = mantissa + qubits / 2
    if qubits >= 30:
        assert floats.bits < fixed


def test_rounding_at_random_wins_over_many_messages_and_loses_over_few() -> None:
    def bits(crossings: int) -> tuple[int, int]:
        known = vector_plans.plans(20, crossings, 0.01, 0.05)
        return known["classical-vectors"].floats.bits, known["classical-stochastic"].floats.bits

    assert bits(1)[1] > bits(1)[0]
    assert bits(1000)[1] < bits(1000)[0]
    # X against sqrt(X): every factor of 16 in messages takes four bits and two.
    assert bits(16 * 4096)[0] - bits(4096)[0] == 4
    assert bits(16 * 4096)[1] - bits(4096)[1] == 2


@pytest.mark.parametrize("crossings", [1, 2, 3, 5])
def test_sketches_grow_as_a_power_of_the_dimension(crossings: int) -> None:
    sizes = [vector_plans.sketched(n, crossings, 0.1, 0.05) for n in (400, 500)]
    assert all(sizes)
    exponent = (log2(sizes[1].size) - log2(sizes[0].size)) / 100
    assert exponent == pytest.approx(1 - 1 / (2 * crossings), abs=0.01)


def test_sketches_of_short_vectors_are_no_use() -> None:
    assert vector_plans.sketched(4, 1, 0.1, 0.05) is None
    assert vector_plans.sketched(20, 40, 0.5, 0.05) is None
    assert "classical-sketches" not in vector_plans.plans(4, 1, 0.1, 0.05)


def test_the_second_moments_of_a_sketch_by_enumeration() -> None:
    """All hash functions of three coordinates to two buckets: mean and covariance, exactly."""
    vector = np.array([1 + 2j, -1j, 2])
    size, total, second, count = 2, np.zeros(3, complex), np.zeros((3, 3), complex), 0
    for buckets in product(range(size), repeat=3):
        for signs in product((-1, 1), repeat=3):
            sums = np.zeros(size, complex)
            np.add.at(sums, list(buckets), np.array(signs) * vector)
            read = np.array(signs) * sums[list(buckets)]
            total += read
            second += np.outer(read, read.conj())
            count += 1
    np.testing.assert_allclose(total / count, vector, atol=1e-12)
    covariance = second / count - np.outer(vector, vector.conj())
    squares = np.abs(vector) ** 2
    stated = squares.sum() * np.eye(3) + np.outer(vector.conj(), vector) - 2 * np.diag(squares)
    np.testing.assert_allclose(covariance, stated / size, atol=1e-12)
    bound = (squares.sum() * np.eye(3) + np.outer(vector.conj(), vector)) / size
    assert np.linalg.eigvalsh(bound - covariance).min() > -1e-12


@settings(max_examples=6)
@given(st.integers(1, 2), st.integers(3, 4), st.integers(0, 2**32))
def test_the_spread_of_sketches_is_below_its_bound(crossings: int, n: int, seed: int) -> None:
    """Chains of sketches with the identity between them: the variance over many runs."""
    rng = np.random.default_rng(seed)
    floats = Floats(3, 31, 8)
    plan = Sketched(n, 2 ** (n - 1), 2000, floats, floats)
    state = rng.normal(size=2**n) + 1j * rng.normal(size=2**n)
    state /= np.linalg.norm(state)
    columns = plan.start(state)
    for _ in range(crossings):
        tossed = plan.toss(rng)
        columns = plan.read(plan.write(columns, rng, tossed), tossed)
    products = (columns[:, 0::2].conj() * columns[:, 1::2]).sum(axis=0).real
    bound = vector_plans.spread(n, crossings, floats, plan.size)
    # Chebyshev for the mean of 2000 runs at six deviations; products are far from heavy tails here.
    assert abs(products.mean() - 1) < 6 * np.sqrt(bound / 2000) or bound == float("inf")
    assert products.var() < 1.5 * bound


def test_the_worst_vector_is_nearly_as_bad_as_the_bound() -> None:
    """Coordinates half way between two numbers: the error of one message is all of its bound."""
    qubits = 10
    plan = vector_plans.nearest(qubits, 1, 0.1)
    floats, number = plan.floats, float(2.0 ** -(qubits / 2))
    spacing = 2.0 ** np.floor(np.log2(number)) / 2**floats.mantissa
    near = (np.floor(number / spacing) + 0.5) * spacing * (1 - 1e-12)
    rounded = floats.decode(floats.encode(np.full(2**qubits, near)))
    error = np.linalg.norm(rounded - near) / np.linalg.norm(np.full(2**qubits, near))
    assert error > 0.4 * float(floats.unit)
    assert error <= float(floats.unit)


def test_fractions_are_promises_too() -> None:
    assert vector_plans.nearest(3, 2, Fraction(1, 10)) == vector_plans.nearest(3, 2, 0.1)
