"""Differential privacy: formulas against matrices, and searches that find nothing above them."""

from __future__ import annotations

from math import asinh, exp, inf, log, nan, sqrt, tanh

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qdml.errors import InputError
from qdml.privacy import differential as dp

STRENGTH = st.floats(0.01, 1)
DIMENSION = st.integers(2, 5)


def ratio(one: np.ndarray, other: np.ndarray) -> float:
    """Largest ratio of probabilities of one outcome in two positive states."""
    return float(np.linalg.eigvals(np.linalg.solve(other, one)).real.max())


def noisy(state: np.ndarray, p: float) -> np.ndarray:
    return (1 - p) * state + p * np.eye(len(state)) / len(state)


def mixed(rng: np.random.Generator, d: int, rank: int) -> np.ndarray:
    root = rng.normal(size=(d, rank)) + 1j * rng.normal(size=(d, rank))
    state = root @ root.conj().T
    return state / np.trace(state).real


@given(DIMENSION, STRENGTH, st.integers(0, 2**32), st.integers(1, 3))
def test_no_pair_exceeds_epsilon(d: int, p: float, seed: int, rank: int) -> None:
    rng = np.random.default_rng(seed)
    one, other = mixed(rng, d, rank), mixed(rng, d, rank)
    distance = np.abs(np.linalg.eigvalsh(one - other)).sum() / 2
    found = log(ratio(noisy(one, p), noisy(other, p)))
    room = 1e-10
    assert found <= dp.mixed_epsilon(d, p, min(1.0, distance)) + room
    assert found <= dp.depolarising_epsilon(d, p) + room
    if rank == 1:
        assert found == pytest.approx(dp.pure_epsilon(d, p, min(1.0, distance)), abs=1e-7)
    for gamma in (1.0, 1.5, 4.0):
        values = np.linalg.eigvalsh(noisy(one, p) - gamma * noisy(other, p))
        assert values[values > 0].sum() <= dp.hockey_stick(d, p, gamma) + room


@given(DIMENSION, STRENGTH, st.floats(0, 1))
def test_mixed_pairs_reach_the_bound_in_every_dimension(d: int, p: float, tau: float) -> None:
    one, other = np.zeros((d, d)), np.zeros((d, d))
    one[0, 0], one[1, 1], other[1, 1] = tau, 1 - tau, 1
    found = log(ratio(noisy(one, p), noisy(other, p)))
    assert found == pytest.approx(dp.mixed_epsilon(d, p, tau), abs=1e-9)
    assert dp.pure_epsilon(d, p, tau) <= dp.mixed_epsilon(d, p, tau) + 1e-12


@given(DIMENSION, STRENGTH, st.floats(1, 20))
def test_orthogonal_states_reach_the_divergence(d: int, p: float, gamma: float) -> None:
    one, other = np.zeros((d, d)), np.zeros((d, d))
    one[0, 0] = other[1, 1] = 1
    values = np.diag(noisy(one, p) - gamma * noisy(other, p))
    assert values[values > 0].sum() == pytest.approx(dp.hockey_stick(d, p, gamma), abs=1e-12)


@given(st.integers(2, 10**6), st.floats(1e-3, 20))
def test_noise_for_a_given_epsilon(d: int, eps: float) -> None:
    p = dp.noise_for(d, eps)
    assert dp.depolarising_epsilon(d, p) == pytest.approx(eps, rel=1e-6)
    assert dp.shots_factor(d, eps) == pytest.approx((1 + d / (exp(eps) - 1)) ** 2, rel=1e-9)
    if p < 0.9:
        assert dp.shots_factor(d, eps) == pytest.approx(1 / (1 - p) ** 2, rel=1e-9)


def test_the_price_grows_like_the_square_of_the_dimension() -> None:
    prices = [dp.shots_factor(2**n, 1.0) for n in (20, 21, 22)]
    slopes = np.diff(np.log2(prices))
    assert slopes == pytest.approx([2, 2], abs=1e-5)


@given(st.integers(2, 40), st.integers(1, 6))
def test_flips(n: int, k: int) -> None:
    overlap = (1 - 2 / n) ** k
    assert dp.flip_delta(n, k) == pytest.approx(sqrt(1 - overlap**2), abs=1e-12)
    if n == 4 and k == 1:
        x, y = np.full(4, 0.5), np.array([-0.5, 0.5, 0.5, 0.5])
        values = np.linalg.eigvalsh(np.outer(x, x) - np.outer(y, y))
        assert values.max() == pytest.approx(dp.flip_delta(4, 1))


def test_a_flip_in_a_large_dimension_keeps_its_digits() -> None:
    assert dp.flip_delta(2**50, 1) == pytest.approx(2 / sqrt(2**50), rel=1e-9)


@given(st.floats(0.01, 8), st.integers(0, 2**32))
def test_no_outcome_moves_a_state_further(eps: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    levels = np.exp(-eps * np.concatenate([[0, 1], rng.uniform(size=3)]))
    state = rng.normal(size=5) + 1j * rng.normal(size=5)
    after = np.sqrt(levels) * state
    fidelity = (
        abs(np.vdot(state, after)) ** 2 / (np.vdot(state, state) * np.vdot(after, after)).real
    )
    assert sqrt(max(0.0, 1 - fidelity)) <= dp.gentleness(eps) + 1e-7
    worst = np.array([sqrt(levels[1]) ** 0.5, 1.0])
    moved = np.array([1.0, exp(-eps / 2)]) * worst
    cosine = (worst @ moved) ** 2 / (worst @ worst) / (moved @ moved)
    assert sqrt(1 - cosine) == pytest.approx(dp.gentleness(eps), rel=1e-6)


def test_only_noise_is_wholly_private() -> None:
    assert dp.depolarising_epsilon(4, 1.0) == 0
    assert dp.pure_epsilon(4, 1.0, 1.0) == 0
    assert dp.gentleness(0.0) == 0
    assert dp.gentleness(2.0) == tanh(0.5)
    assert dp.gentleness(inf) == 1
    assert dp.pure_epsilon(2, 0.5, 1.0) == pytest.approx(dp.depolarising_epsilon(2, 0.5))
    assert dp.pure_epsilon(2, 0.5, 0.6) == pytest.approx(2 * asinh(0.3 / sqrt(0.75)))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: dp.depolarising_epsilon(1, 0.5), "dimension 1"),
        (lambda: dp.depolarising_epsilon(2, 0), r"strength 0: expected a number in \(0, 1\]"),
        (lambda: dp.depolarising_epsilon(2, nan), "strength nan"),
        (lambda: dp.mixed_epsilon(2, 0.5, 1.5), r"trace distance 1.5: expected a number in"),
        (lambda: dp.pure_epsilon(2, 0.5, -1), "trace distance -1"),
        (lambda: dp.noise_for(2, 0), r"epsilon 0: expected a number in \(0, 700\]"),
        (lambda: dp.shots_factor(2, 1000), "epsilon 1000"),
        (lambda: dp.shots_factor(1, 1.0), "dimension 1"),
        (lambda: dp.hockey_stick(2, 0.5, 0.9), "gamma 0.9: expected a number from 1 on"),
        (lambda: dp.flip_delta(2, 0), "copies 0"),
        (lambda: dp.gentleness(-1), "epsilon -1: expected a number from 0 on"),
    ],
)
def test_bad_input_gets_one_line(call, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)
