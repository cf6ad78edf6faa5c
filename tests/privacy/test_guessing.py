"""Guessing probabilities against closed forms, a conic solver, and the laws that they obey."""

from __future__ import annotations

import time
from fractions import Fraction
from math import pi

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qdml.privacy.ensemble import from_integers, from_states, from_vectors
from qdml.privacy.guessing import guess, pretty_good

GAP = Fraction(1, 10**6)

ROWS = st.lists(
    st.lists(st.integers(-3, 3), min_size=3, max_size=3).filter(any), min_size=1, max_size=5
)


@st.composite
def ensembles(draw):
    vectors = draw(ROWS)
    shares = draw(st.lists(st.integers(0, 5), min_size=len(vectors), max_size=len(vectors)))
    shares[0] += 1
    prior = [Fraction(share, sum(shares)) for share in shares]
    return from_integers(vectors, draw(st.integers(1, 3)), prior)


@given(ensembles())
@settings(max_examples=25)
def test_the_two_sides_meet_and_obey_the_laws(ensemble) -> None:
    found = guess(ensemble)
    assert 0 <= found.upper - found.lower < GAP
    # Naming the likeliest state is a guess; and PGM >= p^2 (Barnum and Knill 2002).
    assert found.upper >= max(ensemble.prior)
    low, high = pretty_good(ensemble)
    assert low <= found.upper
    assert high >= found.lower**2


@given(ROWS, st.integers(1, 3))
@settings(max_examples=15)
def test_one_more_copy_never_hurts(vectors, copies) -> None:
    fewer, more = (guess(from_integers(vectors, k)) for k in (copies, copies + 1))
    assert more.upper >= fewer.lower


@pytest.mark.parametrize("copies", [1, 2, 5, 40])
@pytest.mark.parametrize("share", [Fraction(1, 2), Fraction(1, 10)])
def test_two_pure_states_obey_helstrom(copies, share) -> None:
    found = guess(from_integers([[1, 0], [3, 4]], copies, [share, 1 - share]))
    square = 1 - 4 * share * (1 - share) * Fraction(9, 25) ** copies
    # p = (1 + sqrt(square))/2 (Helstrom 1976), compared without a root.
    assert (2 * found.lower - 1) ** 2 <= square <= (2 * found.upper - 1) ** 2


@pytest.mark.parametrize("count", [3, 5, 8])
@pytest.mark.parametrize("copies", [1, 2, 3])
def test_rotated_states_obey_the_formula_of_their_gram_matrix(count, copies) -> None:
    angles = 2 * pi * np.arange(count) / count
    vectors = np.stack([np.cos(angles / 2), np.sin(angles / 2)], axis=1)
    gram = np.cos(np.subtract.outer(angles, angles) / 2) ** copies
    if copies % 2 == 0:
        # PGM is optimal for geometrically uniform states (Ban et al. 1997).
        root = np.sqrt(np.maximum(np.linalg.eigvalsh(gram), 0)).sum()
        found = guess(from_vectors(vectors + 0j, copies))
        assert float(found.lower) == pytest.approx((root / count) ** 2, abs=2e-7)
    low, high = (float(x) for x in pretty_good(from_vectors(vectors + 0j, copies)))
    values, basis = np.linalg.eigh(gram / count)
    own = ((basis * np.sqrt(np.maximum(values, 0))) @ basis.T).diagonal()
    assert low - 1e-7 <= (own**2).sum() <= high + 1e-7


def test_the_octahedron_meets_the_bound_of_its_span_up_to_three_copies() -> None:
    plus = [[[1, 0]], [[0, 1]], [[1, 1]], [[1, -1]]]
    states = [[[(a, 0) for a in vector] for vector in state] for state in plus]
    states += [[[(1, 0), (0, sign)]] for sign in (1, -1)]
    from qdml.privacy.ensemble import Ensemble

    for copies, tight in ((1, True), (2, True), (3, True), (4, False)):
        found = guess(Ensemble(tuple(states), (Fraction(1, 6),) * 6, copies))
        limit = Fraction(copies + 1, 6)
        assert found.lower <= limit
        assert (found.upper >= limit) is tight


@pytest.mark.parametrize(
    ("vectors", "prior", "wanted"),
    [
        ([[2]], None, 1),
        ([[1, 0], [0, 5]], None, 1),
        ([[1, 2], [1, 2], [2, 4]], [Fraction(1, 2), Fraction(1, 3), Fraction(1, 6)], 0.5),
        ([[1, 0], [1, 0], [0, 1]], None, 2 / 3),
        ([[1, 0], [1, 1], [0, 1]], [Fraction(1), Fraction(0), Fraction(0)], 1),
        ([[1, 0], [-1, 0], [0, 1], [0, -1]], None, 0.5),
    ],
)
def test_degenerate_ensembles(vectors, prior, wanted) -> None:
    found = guess(from_integers(vectors, 2, prior))
    assert found.lower <= wanted + 1e-15
    assert wanted <= found.upper + Fraction(1, 10**15)
    assert found.upper - found.lower < GAP


def test_states_that_differ_by_a_rounding_are_one_state() -> None:
    rng = np.random.default_rng(3)
    vectors = rng.normal(size=(4, 3)).repeat(2, axis=0)
    twins = vectors + 1e-16 * rng.normal(size=vectors.shape)
    once = guess(from_vectors(vectors[::2] + 0j, 2))
    twice = guess(from_vectors(twins + 0j, 2))
    assert float(twice.lower) == pytest.approx(float(once.lower) / 2, abs=1e-6)


def test_phases_and_lengths_do_not_matter() -> None:
    rng = np.random.default_rng(4)
    vectors = rng.normal(size=(5, 3)) + 1j * rng.normal(size=(5, 3))
    factors = np.exp(1j * rng.uniform(0, 6, size=5)) * [1e-150, 1, 1e150, 3, 7]
    one, other = (guess(from_vectors(v, 3)) for v in (vectors, vectors * factors[:, None]))
    assert float(one.lower) == pytest.approx(float(other.lower), abs=1e-6)


def test_a_density_matrix_of_rank_one_is_the_pure_state() -> None:
    rng = np.random.default_rng(5)
    vectors = rng.normal(size=(5, 3)) + 1j * rng.normal(size=(5, 3))
    vectors /= np.linalg.norm(vectors, axis=1)[:, None]
    matrices = np.einsum("xi,xj->xij", vectors, vectors.conj())
    pure, mixed = guess(from_vectors(vectors, 2)), guess(from_states(matrices, 2))
    assert float(pure.lower) == pytest.approx(float(mixed.lower), abs=1e-6)


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("rank", [1, 2])
def test_a_conic_solver_agrees_on_few_states(seed, rank) -> None:
    import cvxpy

    rng = np.random.default_rng(seed)
    factors = rng.normal(size=(4, 3, rank)) + 1j * rng.normal(size=(4, 3, rank))
    states = factors @ factors.conj().transpose(0, 2, 1)
    states /= np.trace(states, axis1=1, axis2=2)[:, None, None]
    prior = rng.dirichlet(np.ones(4))
    found = guess(from_states(states, 1, prior))
    dual = cvxpy.Variable((3, 3), hermitian=True)
    above = [dual - p * state >> 0 for p, state in zip(prior, states, strict=True)]
    solved = cvxpy.Problem(cvxpy.Minimize(cvxpy.real(cvxpy.trace(dual))), above)
    loose = dict.fromkeys(("tol_gap_abs", "tol_gap_rel", "tol_feas"), 1e-6)
    value = solved.solve(solver="CLARABEL", **loose)
    assert value == pytest.approx(float(found.lower), abs=1e-5)


def test_sixty_four_states_in_sixty_four_dimensions_take_seconds() -> None:
    rng = np.random.default_rng(6)
    vectors = rng.normal(size=(64, 64)) + 1j * rng.normal(size=(64, 64))
    start = time.process_time()
    found = guess(from_vectors(vectors, 1, rng.dirichlet(np.ones(64))))
    assert time.process_time() - start < 30
    assert found.upper - found.lower < GAP


def test_two_bases_in_the_plane() -> None:
    # Four states at multiples of 45 degrees, one copy: half of cos^2 + sin^2, which is 2/4.
    found = guess(from_integers([[1, 0], [0, 1], [1, 1], [1, -1]], 1))
    assert found.lower <= Fraction(1, 2) <= found.upper
