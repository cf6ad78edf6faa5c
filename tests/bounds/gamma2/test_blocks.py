"""gamma_2^alpha of disjointness by blocks: agreed on by other routes, and never overstated."""

from __future__ import annotations

import copy
import json
import re
from fractions import Fraction
from functools import cache
from math import comb, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qdml.bounds.certificates import check
from qdml.bounds.certificates.gamma2_blocks import SIGNS, block, overlap, pairs
from qdml.bounds.gamma2.blocks import disjointness, find, inner_product, kinds
from qdml.bounds.gamma2.found import Found
from qdml.bounds.gamma2.krawtchouk import gap_hamming, majority
from qdml.errors import InputError

THREE = Fraction(3)


@cache
def found(n: int, alpha: Fraction = THREE) -> Found:
    return disjointness(alpha=alpha, n=n)


def semidefinite_program(n: int, alpha: float) -> float:
    """gamma_2^alpha of disjointness on a dense matrix, by the dual of its definition."""
    import cvxpy as cp

    size = 2**n
    signs = np.array([[1 if x & y else -1 for y in range(size)] for x in range(size)])
    p, q = cp.Variable(size), cp.Variable(size)
    agree, others = cp.Variable((size, size), nonneg=True), cp.Variable((size, size), nonneg=True)
    weights = cp.multiply(signs, agree - others)
    dual = cp.bmat([[cp.diag(p), -weights], [-weights.T, cp.diag(q)]])
    held = [dual >> 0, cp.sum(p) + cp.sum(q) == 1]
    problem = cp.Problem(cp.Maximize(2 * cp.sum(agree - alpha * others)), held)
    problem.solve(solver="CLARABEL")
    return float(problem.value)


def dense(n: int, p: list[int], weights: dict) -> np.ndarray:
    """D_p + W entry by entry."""
    size = 2**n
    matrix = np.zeros((size, size))
    for x in range(size):
        matrix[x, x] = p[x.bit_count()] / comb(n, x.bit_count())
        for y in range(size):
            i, j = sorted((x.bit_count(), y.bit_count()))
            t = (x & y).bit_count()
            matrix[x, y] += weights.get((i, j, t), 0) / pairs(n, i, j, t)
    return matrix


def schrijver(n: int, k: int, i: int, j: int, t: int) -> int:
    """The coefficient of the blocks as published: Schrijver 2005, formula (17)."""
    return sum(
        (-1) ** (u - t)
        * comb(u, t)
        * comb(n - 2 * k, u - k)
        * comb(n - k - u, i - u)
        * comb(n - k - u, j - u)
        for u in range(max(t, k), min(i, j, n - k) + 1)
    )


@pytest.mark.parametrize("n", [1, 2, 5, 8])
def test_the_blocks_are_those_of_schrijver(n: int) -> None:
    for k in range(n // 2 + 1):
        for i, j, t in kinds(n):
            if k <= i and j <= n - k:
                assert overlap(n, k, i, j, t) == schrijver(n, k, i, j, t)


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 5), st.randoms(use_true_random=False))
def test_the_blocks_have_the_spectrum_of_the_matrix(n, random) -> None:
    weights = {kind: random.randint(-9, 9) for kind in kinds(n)}
    # Levels in proportion to their size make D_p a multiple of the identity.
    p = [20 * comb(n, i) for i in range(n + 1)]
    full = np.linalg.eigvalsh(dense(n, p, weights))
    parts: list[float] = []
    for k in range(n // 2 + 1):
        rows = np.array(block(n, k, p, weights, 1), dtype=float)
        diagonal = np.array(block(n, k, p, {}, 1), dtype=float).diagonal()
        # Two calls have two common factors; a weightless pair of them shows the ratio.
        bare = np.array(block(n, k, [0] * k + p[k:], weights, -1), dtype=float)
        root = np.sqrt((rows + bare).diagonal() / 2 / 20)
        assert np.all(diagonal > 0)
        copies = comb(n, k) - (comb(n, k - 1) if k else 0)
        parts += list(np.linalg.eigvalsh(rows / np.outer(root, root))) * copies
    assert len(parts) == 2**n
    # Entries are below 9, numbers of rows below 32: eigenvalues below 2^9.
    assert np.sort(parts) == pytest.approx(full, abs=2**9 * 2**n * np.finfo(float).eps)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_the_value_is_that_of_the_definition(n: int) -> None:
    assert float(check(found(n).certificate).bound) == pytest.approx(
        semidefinite_program(n, 3.0), rel=1e-5
    )


@pytest.mark.parametrize(("n", "value"), [(4, 2.906), (8, 5.217)])
def test_values_that_are_known(n: int, value: float) -> None:
    assert float(found(n).primal) == pytest.approx(value, abs=5e-4)


@pytest.mark.parametrize("alpha", [Fraction(3, 2), THREE, Fraction(20)])
@pytest.mark.parametrize("n", [2, 6, 9])
def test_lower_and_upper_bound_nearly_meet(n: int, alpha: Fraction) -> None:
    item = found(n, alpha)
    checked = check(json.loads(json.dumps(item.certificate)))
    assert checked.valid, checked.reason
    assert checked.bound <= item.primal <= checked.bound * (1 + Fraction(1, 10**5))


@pytest.mark.parametrize(
    "family",
    [
        {"family": "gap-hamming", "n": 6, "gap": 2},
        {"family": "gap-hamming", "n": 8, "gap": 4},
        {"family": "majority", "n": 5},
        {"family": "majority", "n": 9},
    ],
)
def test_the_two_symmetric_routes_agree(family) -> None:
    item = find(family, THREE)
    gap = family.get("gap")
    other = gap_hamming if gap else majority
    true = other(alpha=THREE, **{k: v for k, v in family.items() if k != "family"}).primal
    assert check(item.certificate).bound <= true <= item.primal
    assert float(item.primal) == pytest.approx(float(true), rel=1e-5)
    assert Fraction(item.certificate["bound"]) == pytest.approx(float(true), rel=1e-5)


@pytest.mark.parametrize("n", [1, 2, 5, 36])
def test_inner_product_is_a_hadamard_matrix(n: int) -> None:
    item = inner_product(alpha=Fraction(7), n=n)
    checked = check(item.certificate)
    assert checked.bound <= item.primal <= checked.bound * (1 + Fraction(1, 2**19))
    assert checked.bound**2 <= 2**n <= item.primal**2
    if n == 5:
        assert float(find({"family": "inner-product", "n": 5}, THREE).primal) == pytest.approx(
            sqrt(32), rel=1e-5
        )


def test_few_kinds_of_pairs_are_enough_beyond() -> None:
    item = disjointness(alpha=THREE, n=25)
    assert item.primal is None
    # Disjointness on fewer elements is a part of the matrix.
    assert check(item.certificate).bound > Fraction("16.38")


@st.composite
def damaged(draw):
    """A valid certificate with one to three fields changed."""
    record = copy.deepcopy(found(draw(st.sampled_from([3, 6]))).certificate)
    shift = st.sampled_from([-(2**40), -(2**30), -1, 1, 2**30, 2**40])
    for _ in range(draw(st.integers(1, 3))):
        what = draw(st.sampled_from(["n", "alpha", "w", "kind", "p", "drop", "bound", "family"]))
        entry = draw(st.integers(0, max(0, len(record["weights"]) - 1)))
        if what == "n":
            record["n"] += draw(st.sampled_from([-1, 1, 2]))
            record["p"] = (record["p"] + [0, 0])[: record["n"] + 1]
        elif what == "alpha":
            record[what] = str(draw(st.fractions(1, 4, max_denominator=9)))
        elif what == "w":
            record["weights"][entry][3] += draw(shift)
        elif what == "kind":
            record["weights"][entry][draw(st.integers(0, 2))] += draw(st.sampled_from([-1, 1]))
        elif what == "p":
            place = draw(st.integers(0, len(record["p"]) - 1))
            record["p"][place] = max(0, record["p"][place] + draw(shift))
        elif what == "drop":
            del record["weights"][entry]
        elif what == "bound":
            record[what] = str(Fraction(record[what]) + draw(st.fractions(-1, 1)))
        else:
            record[what] = draw(st.sampled_from(["inner-product", "disjointness"]))
    return record


@settings(max_examples=300, deadline=None)
@given(damaged())
def test_no_damage_makes_a_false_bound_valid(record) -> None:
    checked = check(record)
    if checked.valid:
        alpha, n = Fraction(record["alpha"]), record["n"]
        if record["family"] == "disjointness":
            truth = found(n, alpha).primal
        else:
            truth = inner_product(alpha=alpha, n=n).primal
        assert Fraction(record["bound"]) <= checked.bound <= truth


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"family": "equality"}, "family: 'equality': allowed are disjointness"),
        ({"family": "majority"}, "majority needs an odd number"),
        ({"family": "gap-hamming"}, "gap: missing"),
        ({"gap": 2}, "'gap': unknown key"),
        ({"n": 10**6}, r"n: 1000000: allowed are integers 1 \.\.\. 40"),
        ({"n": 5}, "p: a list of 6 whole numbers"),
        ({"alpha": "1"}, "alpha: allowed are rationals p/q above 1"),
        ({"alpha": "9" * 51}, "at most 50 digits"),
        ({"p": [0] * 5}, "all entries are zero"),
        ({"p": [-1, 1, 1, 1, 1]}, r"p\[0\]: allowed are whole numbers from 0"),
        ({"p": [2**256] * 5}, "at most 256 bits"),
        ({"p": [1] * 5}, "not proved positive semidefinite"),
        ({"weights": []}, "nothing above zero"),
        ({"weights": 3}, "a list of"),
        ({"weights": [[0, 0, 0]]}, "four whole numbers"),
        ({"weights": [[1, 0, 0, 1]]}, "out of order"),
        ({"weights": [[1, 1, 2, 1]]}, "no pair of 4 bits"),
        ({"weights": [[1, 1, 0, 1], [1, 1, 0, 1]]}, "out of order"),
        ({"weights": [[1, 1, 0, 2**256]]}, "more than 256 bits"),
        ({"bound": "3"}, "more is claimed"),
    ],
)
def test_a_bad_certificate_is_rejected_with_the_reason(change, reason) -> None:
    checked = check(found(4).certificate | change)
    assert not checked.valid
    assert checked.bound is None
    assert re.search(reason, checked.reason), checked.reason


@pytest.mark.parametrize("p", [[0, 1, 0], [1, 0, 0], [0, 0, 1]])
def test_a_row_without_p_has_no_weight(p) -> None:
    record = found(2).certificate | {"weights": [[0, 1, 0, -1]], "p": p}
    assert "p is zero in its row or column" in check(record).reason


@pytest.mark.parametrize(
    ("family", "w", "sign"), [("disjointness", 5, "-"), ("inner-product", -5, "+")]
)
def test_the_last_block_is_held_with_both_signs(family, w, sign) -> None:
    # On the two points of one level W is 0 on their sum and w on their difference; D_p is p_1/2.
    weights = [[1, 1, 0, -w], [1, 1, 1, w]]
    record = found(2).certificate | {"family": family, "weights": weights, "bound": "0"}
    assert check(record | {"p": [0, 9, 0]}).reason.startswith(f"block 1 of D_p {sign} W")
    assert check(record | {"p": [0, 11, 0]}).bound == Fraction(10, 11)


def test_signs_are_those_of_the_matrices() -> None:
    for x in range(8):
        for y in range(8):
            kind = (x.bit_count(), y.bit_count(), (x & y).bit_count())
            score = 3 - 2 * (x ^ y).bit_count()
            assert SIGNS["disjointness"](*kind, {"n": 3}) == (1 if x & y else -1)
            assert SIGNS["inner-product"](*kind, {"n": 3}) == (-1) ** (x & y).bit_count()
            assert SIGNS["majority"](*kind, {"n": 3}) == np.sign(score)
            assert SIGNS["gap-hamming"](*kind, {"n": 3, "gap": 2}) == np.sign(score) * (
                abs(score) > 1
            )


def test_bad_input() -> None:
    with pytest.raises(InputError, match=r"n: 37: allowed are integers 1 \.\.\. 36"):
        disjointness(alpha=THREE, n=37)
    with pytest.raises(InputError, match="alpha 1: expected a number above 1"):
        inner_product(alpha=Fraction(1), n=4)
