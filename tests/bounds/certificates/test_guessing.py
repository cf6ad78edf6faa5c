"""The checker of guessing certificates: what it proves, and every way in which it says no."""

from __future__ import annotations

import copy
import json
from fractions import Fraction

import flint
import numpy as np
import pytest

from qdml.bounds.certificates import check, check_file
from qdml.bounds.certificates.guessing import bounds, positive, problem
from qdml.bounds.certificates.reading import Rejected
from qdml.privacy.ensemble import from_integers, from_states
from qdml.privacy.guessing import guess


@pytest.fixture(scope="module")
def record():
    return guess(from_integers([[1, 0], [3, 4], [0, 1]], 2)).certificate


def test_a_certificate_survives_a_file(record, tmp_path) -> None:
    path = tmp_path / "proof.json"
    path.write_text(json.dumps(record))
    found = check_file(path)
    low, high = bounds(record)
    assert found.valid
    assert found.bound == high
    assert 0 <= high - low < Fraction(1, 10**6)


def test_gram_of_the_problem_is_that_of_the_copies() -> None:
    parts = np.random.default_rng(0).integers(-4, 5, size=(2, 5, 3))
    states = [[list(zip(a.tolist(), b.tolist(), strict=True))] for a, b in zip(*parts, strict=True)]
    gram, weights, groups = problem(states, [Fraction(1, 5)] * 5, 3)
    vectors = parts[0] + 1j * parts[1]
    full = np.array([np.kron(np.kron(v, v), v) for v in vectors])
    wanted = full.conj() @ full.T
    scale = np.sqrt(
        np.array([float(gram[2 * i, 2 * i]) for i in range(5)]) / wanted.diagonal().real
    )
    for i in range(5):
        assert groups[i] == (i, i + 1)
        assert float(weights[i]) * float(gram[2 * i, 2 * i]) == pytest.approx(0.2, rel=1e-12)
        for j in range(5):
            found = complex(float(gram[2 * i, 2 * j]), float(gram[2 * i + 1, 2 * j]))
            assert found == pytest.approx(wanted[i, j] * scale[i] * scale[j], rel=1e-12, abs=1e-12)


def test_columns_of_mixed_states_are_all_products() -> None:
    mixed = [[[(1, 0), (2, 1)], [(0, 1), (1, 0)]]]
    gram, weights, groups = problem(mixed, [Fraction(1)], 2)
    factor = np.array([[complex(*entry) for entry in vector] for vector in mixed[0]])
    one = factor.conj() @ factor.T
    wanted = np.kron(one, one)
    found = np.array(
        [[complex(float(gram[2 * i, 2 * j]), float(gram[2 * i + 1, 2 * j])) for j in range(4)]
         for i in range(4)]
    )  # fmt: skip
    assert groups == [(0, 4)]
    np.testing.assert_allclose(found * wanted[0, 0] / found[0, 0], wanted, rtol=1e-12)
    assert float(weights[0]) * np.trace(found).real == pytest.approx(1, rel=1e-12)


def test_positivity_is_decided_with_certainty() -> None:
    assert positive(flint.arb_mat([[2, 1], [1, 1]]))
    assert not positive(flint.arb_mat([[1, 1], [1, 1]]))
    assert not positive(flint.arb_mat([[1, 2], [2, 1]]))
    assert not positive(flint.arb_mat([[flint.arb(1, 2)]]))


def damaged(record, **changes):
    return copy.deepcopy(record) | changes


def nudged(record, name, factor, i=0, j=0):
    """The record with one matrix multiplied, or one entry of its real part moved."""
    changed = copy.deepcopy(record)
    above, below = factor
    changed[name] = [[[entry * above // below for entry in row] for row in part]
                     for part in changed[name]]  # fmt: skip
    return changed


@pytest.mark.parametrize("name", ["dual", "measurement"])
def test_a_solution_beyond_the_boundary_is_rejected(record, name) -> None:
    # The slack that repairs a solution is 1e-11: a hundred times as much tips it over.
    factor = (10**9 - 1, 10**9) if name == "dual" else (10**9 + 1, 10**9)
    found = check(nudged(record, name, factor))
    assert not found.valid
    assert found.bound is None
    assert "not shown to" in found.reason


def test_a_certificate_of_other_states_is_rejected(record) -> None:
    other = from_integers([[1, 0], [4, 3], [0, 1]], 2)
    states = guess(other).certificate["states"]
    assert not check(damaged(record, states=states)).valid
    assert not check(damaged(record, copies=1)).valid


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"prior": ["1/3", "1/3", "1/4"]}, "sum to one"),
        ({"prior": ["1/2", "1/2", "0"]}, "positive"),
        ({"prior": ["1/2", "1/2"]}, "3 numbers"),
        ({"prior": ["1/2", "1/2", 0.5]}, "prior"),
        ({"states": []}, "list of lists"),
        ({"states": [[], [], []]}, "without vectors"),
        ({"states": [[[[1, 0], [0, 0]]], [[[1], [0]]], [[[0, 1], [0, 0]]]]}, "length"),
        ({"states": [[[[0, 0], [0, 0]]], [[[3, 4], [0, 0]]], [[[0, 1], [0, 0]]]]}, "zero vector"),
        ({"states": [[[[1, 0], [0, 0.5]]], [[[3, 4], [0, 0]]], [[[0, 1], [0, 0]]]]}, "integer"),
        ({"copies": 0}, "copies"),
        ({"copies": 10**9}, "copies"),
        ({"bits": -1}, "bits"),
        ({"dual": [[[1]], [[0]]]}, "length"),
        ({"dual": [[[1, 2, 0], [0, 1, 0], [0, 0, 1]], [[0] * 3] * 3]}, "not Hermitian"),
        ({"dual": [[[0] * 3] * 3, [[0] * 3] * 3]}, "positive"),
        ({"dual": 3}, "two matrices"),
        ({"kind": "gamma2"}, "kind"),
        ({"hint": 1}, "unknown key"),
    ],
)
def test_what_is_not_a_certificate_is_rejected_with_a_reason(record, changes, reason) -> None:
    found = check(damaged(record, **changes))
    assert not found.valid
    assert reason in found.reason


def test_an_ensemble_too_large_is_refused_before_it_is_unfolded(record) -> None:
    mixed = [[[[1, 0], [0, 0]], [[0, 1], [0, 0]]]]
    with pytest.raises(Rejected, match="4294967296 columns"):
        bounds(damaged(record, states=mixed, prior=["1"], copies=32))


def test_no_certificate_means_no_bound(record) -> None:
    zero = [[[0] * 3] * 3, [[0] * 3] * 3]
    # Measuring nothing is allowed and proves nothing.
    assert bounds(damaged(record, measurement=zero))[0] == 0


def test_mixed_states_are_certified() -> None:
    found = guess(from_states(np.array([np.diag([0.75, 0.25]), np.diag([0.25, 0.75])]) + 0j, 1))
    assert found.lower <= Fraction(3, 4) <= found.upper + Fraction(1, 10**15)
    assert found.upper - found.lower < Fraction(1, 10**6)


def test_a_dual_of_huge_numbers_proves_a_probability_and_no_more() -> None:
    record = guess(from_integers([[1, 0], [0, 1]], 1)).certificate
    zero = [[0, 0], [0, 0]]
    huge = record | {
        "dual": [[[10**400 << record["bits"], 0], [0, 10**400 << record["bits"]]], zero]
    }
    found = check(huge)
    assert (found.valid, found.bound) == (True, 1)


def test_the_bound_of_many_copies_is_rounded_up_until_it_can_be_printed() -> None:
    record = guess(from_integers([[1000, 1], [1000, -1]], 1500)).certificate
    found, (_, exact) = check(record), bounds(record)
    assert found.bound is not None
    assert exact < found.bound < exact + Fraction(1, 2**4000)
    assert len(str(found.bound)) < 4000
