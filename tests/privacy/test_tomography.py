"""Attacks obey the limit where they should meet it, and see nothing but outcomes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qdml.privacy.estimation import fidelity
from qdml.privacy.tomography import Tap, collective, law, likeliest, local, overlaps, random_basis


def unit(size: int, seed: int):
    x = np.random.default_rng(seed).normal(size=size)
    return x / np.linalg.norm(x)


@pytest.mark.parametrize("copies", [1, 2, 3, 10, 64, 256])
@pytest.mark.parametrize("size", [2, 3, 8, 64])
def test_the_law_of_the_collective_estimate_has_the_best_fidelity(size, copies) -> None:
    angles, weights = law(size, copies)
    # The midpoint rule errs by the square of a cell, times derivatives of order one.
    assert (np.cos(angles) ** 2 * weights).sum() == pytest.approx(
        fidelity("real", size, copies), abs=(np.pi / len(angles)) ** 2
    )


def test_drawn_estimates_follow_the_law() -> None:
    rng = np.random.default_rng(0)
    drawn = overlaps(8, 5, 20000, rng)
    # Five standard errors of a mean of numbers in [0, 1].
    assert (drawn**2).mean() == pytest.approx(fidelity("real", 8, 5), abs=5 * 0.5 / 20000**0.5)
    x = unit(8, 1)
    found = np.array([collective(x, 5, rng) for _ in range(50)])
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, rtol=1e-12)


@given(st.sampled_from([2, 5, 64]), st.integers(0, 2**32 - 1))
def test_random_bases_are_orthogonal(size, seed) -> None:
    basis = random_basis(size, np.random.default_rng(seed))
    np.testing.assert_allclose(basis @ basis.T, np.eye(size), atol=1e-14 * size)


def test_a_tap_measures_and_is_billed() -> None:
    x = unit(8, 2)
    tap = Tap(x, 0)
    basis = random_basis(8, np.random.default_rng(0))
    rows = tap.outcomes(basis, 4000)
    assert [line.qubits for line in tap.lines] == [3 * 4000]
    frequency = (rows @ basis.T).round(9).mean(axis=0)
    # Six standard deviations of a frequency.
    np.testing.assert_allclose(frequency, (basis @ x) ** 2, atol=6 * 0.5 / 4000**0.5)


def test_one_outcome_is_its_own_best_estimate() -> None:
    basis = random_basis(8, np.random.default_rng(1))
    found = likeliest(basis[:1])
    assert abs(found @ basis[0]) == pytest.approx(1)


@given(st.integers(0, 2**32 - 1), st.integers(1, 40))
def test_the_estimate_is_a_unit_vector_and_likelier_than_others(seed, count) -> None:
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(count, 4))
    rows /= np.linalg.norm(rows, axis=1)[:, None]
    found = likeliest(rows)
    assert np.linalg.norm(found) == pytest.approx(1)
    best = np.log(np.abs(rows @ found) + 1e-300).sum()
    near = found + 1e-3 * rng.normal(size=(20, 4))
    near /= np.linalg.norm(near, axis=1)[:, None]
    # Nearby vectors with the same signs are no likelier, up to rounding.
    same = (np.sign(near @ rows.T) == np.sign(rows @ found)).all(axis=1)
    assert (np.log(np.abs(near[same] @ rows.T) + 1e-300).sum(axis=1) <= best + 1e-6).all()


@pytest.mark.parametrize("adaptive", [False, True])
def test_local_attacks_learn_the_data_in_the_end_and_the_sign_never(adaptive) -> None:
    x = unit(8, 3)
    for sign in (1, -1):
        tap = Tap(sign * x, 5)
        early, late = local(tap, 8, [1, 512], np.random.default_rng(7), adaptive)
        assert (late @ x) ** 2 > 0.97
        assert (early @ x) ** 2 <= 1
        assert sum(line.copies for line in tap.lines) == 512
