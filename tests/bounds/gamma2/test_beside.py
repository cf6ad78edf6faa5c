"""Rank and discrepancy beside gamma_2: against computer algebra, and linear programs."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import cvxpy as cp
import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from qdml.bounds.certificates import check
from qdml.bounds.certificates.matrices import family
from qdml.bounds.gamma2.beside import GROTHENDIECK, beside
from qdml.errors import InputError
from qdml.solve import solve

SIGNS = st.sampled_from([1, -1])


def discrepancy(rows: list[list[int | None]]) -> float:
    """The least bias over all rectangles of the worst distribution, as a linear program."""
    signs = np.array([[entry or 0 for entry in row] for row in rows], dtype=float)
    m, n = signs.shape
    rectangles = [
        np.outer(s, t).ravel() for s in product((0, 1), repeat=m) for t in product((0, 1), repeat=n)
    ]
    weights, bias = cp.Variable(m * n, nonneg=True), cp.Variable()
    sums = np.array(rectangles) * signs.ravel() @ weights
    constraints = [cp.sum(weights) == 1, sums <= bias, -sums <= bias]
    constraints.append(cp.multiply(weights, signs.ravel() == 0) == 0)
    return solve(cp.Problem(cp.Minimize(bias), constraints)).value


@given(
    st.lists(
        st.lists(st.sampled_from([1, -1, None]), min_size=3, max_size=3), min_size=2, max_size=3
    )
)
@settings(max_examples=20)
def test_the_discrepancy_lies_between_its_bounds(rows) -> None:
    rows[0][0] = rows[0][0] or 1
    found, exact = beside(rows), discrepancy(rows)
    assert float(found.discrepancy_at_least) <= exact + 1e-6
    assert exact <= float(found.discrepancy_at_most) + 1e-6
    assert check(found.discrepancy_certificate).bound == 1 / found.discrepancy_at_most


@given(
    st.integers(1, 5).flatmap(
        lambda n: st.lists(st.lists(SIGNS, min_size=n, max_size=n), min_size=1, max_size=5)
    )
)
@settings(max_examples=25)
def test_the_rank_is_that_of_computer_algebra(rows) -> None:
    found = beside(rows)
    assert found.rank == sympy.Matrix(rows).rank()
    assert check(found.rank_certificate).bound == found.rank


def test_the_rank_of_known_matrices() -> None:
    for n in (1, 2, 3):
        assert beside({"family": "inner-product", "n": n}).rank == 2**n
        assert beside({"family": "disjointness", "n": n}).rank == 2**n


def test_a_partial_matrix_has_no_rank() -> None:
    found = beside([[1, None], [1, -1]])
    assert (found.rank, found.rank_certificate) == (None, None)


def test_the_discrepancy_of_a_hadamard_matrix_is_the_inverse_root() -> None:
    assert beside({"family": "inner-product", "n": 4}).discrepancy_at_most == Fraction(1, 4)


def test_the_constant_is_above_krivines() -> None:
    assert float(GROTHENDIECK) > np.pi / (2 * np.log(1 + 2**0.5))


RANK = {"kind": "rank-mod-p", "matrix": [[1, 1], [1, -1]], "prime": 101, "bound": 2}


def test_a_minor_that_vanishes_modulo_the_prime_proves_less() -> None:
    assert check(RANK).bound == 2
    assert check(RANK | {"prime": 2, "bound": 1}).bound == 1
    assert "more is claimed than the rank 1 modulo 2" in check(RANK | {"prime": 2}).reason


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"bound": 3}, "more is claimed"),
        ({"bound": "2"}, "bound: '2': allowed are integers"),
        ({"prime": 91}, "91: not a prime"),
        ({"prime": 1}, "allowed are integers 2"),
        ({"prime": 2**61 - 1}, "allowed are integers"),
        ({"matrix": [[1, None], [1, 1]]}, "undefined entries has no rank"),
        ({"alpha": 3}, "'alpha': unknown key"),
    ],
)
def test_bad_ranks_are_rejected(change, reason: str) -> None:
    found = check(RANK | change)
    assert not found.valid
    assert reason in found.reason


def test_the_determinant_decides_where_there_is_one() -> None:
    rows = family({"family": "majority", "n": 3})
    assert (beside(rows).rank == 8) == (sympy.Matrix(rows).det() != 0)


def test_what_is_no_matrix_is_refused() -> None:
    with pytest.raises(InputError, match="allowed are lists"):
        beside([[3]])
