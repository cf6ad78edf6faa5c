"""gamma_2^alpha of gap-Hamming: exact, agreed on by other routes, and never overstated."""

from __future__ import annotations

import copy
import json
import re
from fractions import Fraction
from math import comb, log2

import flint
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qdml.bounds.certificates import check
from qdml.bounds.gamma2 import krawtchouk
from qdml.bounds.gamma2.boxed import least_norm
from qdml.bounds.gamma2.krawtchouk import gap_hamming, majority
from qdml.errors import InputError, SolveError

THREE = Fraction(3)

points = st.integers(1, 24).flatmap(lambda n: st.tuples(st.just(n), st.integers(1, n)))
alphas = st.fractions(Fraction(11, 10), 20, max_denominator=10)


def linear_program(n: int, gap: int, alpha: float) -> float:
    """The whole program without any symmetry, by a floating solver."""
    from scipy.optimize import linprog

    # Characters summed one by one, not from a recurrence.
    masks = np.array([(1 << k) - 1 for k in range(n + 1)])
    every = np.arange(2**n)
    weight = np.array([int(x).bit_count() for x in every])
    sign = 1 - 2 * np.array([[int(m & x).bit_count() % 2 for x in every] for m in masks])
    sums = np.array([[sign[k][weight == d].mean() for d in range(n + 1)] for k in range(n + 1)])
    upper, limits = [], []
    for d in range(n + 1):
        low = 1 if n - 2 * d >= gap else -alpha
        high = -1 if n - 2 * d <= -gap else alpha
        upper += [np.r_[sums[:, d], -sums[:, d]], np.r_[-sums[:, d], sums[:, d]]]
        limits += [high, -low]
    return float(linprog(np.ones(2 * n + 2), A_ub=np.array(upper), b_ub=limits).fun)


def semidefinite_program(signs: np.ndarray, alpha: float) -> float:
    """gamma_2^alpha of a dense matrix by the dual of its definition."""
    import cvxpy as cp

    size = len(signs)
    p, q = cp.Variable(size), cp.Variable(size)
    plus, minus = cp.Variable((size, size), nonneg=True), cp.Variable((size, size), nonneg=True)
    weights = plus - minus
    dual = cp.bmat([[cp.diag(p), -weights], [-weights.T, cp.diag(q)]])
    low, high = np.where(signs > 0, 1, -alpha), np.where(signs < 0, -1, alpha)
    gain = 2 * cp.sum(cp.multiply(low, plus) - cp.multiply(high, minus))
    problem = cp.Problem(cp.Maximize(gain), [dual >> 0, cp.sum(p) + cp.sum(q) == 1])
    problem.solve(solver="CLARABEL")
    return float(problem.value)


@settings(max_examples=25, deadline=None)
@given(points.filter(lambda p: p[0] <= 9), alphas)
def test_the_exact_value_is_that_of_the_floating_program(point, alpha) -> None:
    n, gap = point
    found = gap_hamming(alpha=alpha, n=n, gap=gap)
    assert float(found.primal) == pytest.approx(linear_program(n, gap, float(alpha)), rel=1e-6)


@pytest.mark.parametrize(("n", "gap"), [(2, 2), (3, 1), (3, 3), (4, 2), (4, 4)])
def test_the_exact_value_is_that_of_the_definition(n: int, gap: int) -> None:
    score = np.array([[n - 2 * (x ^ y).bit_count() for y in range(2**n)] for x in range(2**n)])
    signs = np.sign(score) * (np.abs(score) >= gap)
    found = gap_hamming(alpha=THREE, n=n, gap=gap)
    assert float(found.primal) == pytest.approx(semidefinite_program(signs, 3.0), rel=1e-5)


@settings(max_examples=40, deadline=None)
@given(points, alphas)
def test_lower_and_upper_bound_meet(point, alpha) -> None:
    n, gap = point
    found = gap_hamming(alpha=alpha, n=n, gap=gap)
    checked = check(json.loads(json.dumps(found.certificate)))
    assert checked.valid, checked.reason
    assert checked.bound == found.primal == Fraction(found.certificate["bound"])


@settings(max_examples=20, deadline=None)
@given(points.filter(lambda p: p[0] % 2 == 1), alphas)
def test_one_bit_more_makes_the_program_even(point, alpha) -> None:
    n, gap = point
    larger = gap_hamming(alpha=alpha, n=n + 1, gap=gap + 1)
    assert gap_hamming(alpha=alpha, n=n, gap=gap).primal == larger.primal


def test_majority_is_the_total_case() -> None:
    assert majority(alpha=THREE, n=5).primal == 3
    for n in (1, 3, 7, 9):
        assert majority(alpha=THREE, n=n).primal == gap_hamming(alpha=THREE, n=n, gap=1).primal


@pytest.mark.parametrize(("n", "gap"), [(96, 2), (128, 2), (256, 8)])
def test_where_floating_programs_give_up(n: int, gap: int) -> None:
    found = gap_hamming(alpha=THREE, n=n, gap=gap)
    assert check(found.certificate).bound == found.primal
    assert log2(found.primal) * gap / n > Fraction(4558, 10000)


@pytest.mark.parametrize("n", [1, 2, 7, 12])
def test_krawtchouk_sums(n: int) -> None:
    table = krawtchouk.krawtchouk(n)
    for k, row in enumerate(table):
        assert row[0] == comb(n, k)
        # The square of the transform, and the transform as sums over all characters.
        for j, other in enumerate(table):
            product = sum(comb(n, d) * row[d] * other[d] for d in range(n + 1))
            assert product == (k == j) * 2**n * comb(n, k)
        for d in range(n + 1):
            point, weight = (1 << d) - 1, (x for x in range(2**n) if x.bit_count() == k)
            assert row[d] == sum((-1) ** (x & point).bit_count() for x in weight)


FOUND = {point: gap_hamming(alpha=THREE, n=point[0], gap=point[1]) for point in ((12, 2), (15, 3))}


@st.composite
def damaged(draw):
    """A valid certificate with one to three fields changed."""
    point = draw(st.sampled_from(sorted(FOUND)))
    record = copy.deepcopy(FOUND[point].certificate)
    small = st.integers(-5, 5)
    for _ in range(draw(st.integers(1, 3))):
        what = draw(
            st.sampled_from(["n", "gap", "alpha", "scale", "w", "d", "drop", "bound", "all"])
        )
        entry = draw(st.integers(0, max(0, len(record["weights"]) - 1)))
        if what in ("n", "gap", "scale"):
            record[what] += draw(small)
        elif what == "alpha":
            record[what] = str(draw(st.fractions(1, 4, max_denominator=9)))
        elif what in ("w", "d") and record["weights"]:
            record["weights"][entry][what == "w"] += draw(small)
        elif what == "drop" and record["weights"]:
            del record["weights"][entry]
        elif what == "bound":
            record[what] = str(Fraction(record[what]) + draw(small) * Fraction(1, 1000))
        else:
            factor = draw(st.integers(-3, 3))
            record["weights"] = [[d, w * factor] for d, w in record["weights"]]
    return record


@settings(max_examples=300, deadline=None)
@given(damaged())
def test_no_damage_makes_a_false_bound_valid(record) -> None:
    checked = check(record)
    if checked.valid:
        truth = gap_hamming(alpha=Fraction(record["alpha"]), n=record["n"], gap=record["gap"])
        assert checked.bound <= truth.primal
        assert Fraction(record["bound"]) <= checked.bound


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"family": "disjointness"}, "family: 'disjointness': allowed are gap-hamming, majority"),
        ({"n": 10**6}, r"n: 1000000: allowed are integers 1 \.\.\. 512"),
        ({"gap": 13}, r"gap: 13: allowed are integers 1 \.\.\. 12"),
        ({"family": "majority"}, "'gap': unknown key"),
        ({"alpha": "1"}, "alpha: allowed are rationals p/q above 1"),
        ({"alpha": "9" * 51}, "at most 50 digits"),
        ({"alpha": 3.0}, "not an integer nor a rational"),
        ({"scale": 0}, "scale: 0: allowed are integers"),
        ({"scale": 1}, "not dual feasible"),
        ({"weights": [[0, 1], [0, 1]]}, "place 0 is out of order"),
        ({"weights": [[13, 1]]}, "out of order, above 12"),
        ({"weights": [[0, True]]}, "a pair"),
        ({"weights": [[0, 10**5000]]}, "huge"),
        ({"weights": []}, "nothing above zero"),
        ({"weights": "no"}, "a list of pairs"),
        ({"bound": "100"}, "bound: more is claimed than the proved 8"),
        ({"n": 10}, "weights: place 11 is out of order, above 10"),
        ({"n": 14}, "nothing above zero"),
    ],
)
def test_a_bad_certificate_is_rejected_with_the_reason(change, reason) -> None:
    checked = check(FOUND[12, 2].certificate | change)
    assert not checked.valid
    assert checked.bound is None
    assert re.search(reason, checked.reason), checked.reason


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("k", range(8))
def test_every_sum_is_held_to_its_limit_on_both_sides(k: int, sign: int) -> None:
    # The transform is its own inverse but for 2^n: these weights have one sum that is not zero.
    table = krawtchouk.krawtchouk(7)
    record = FOUND[15, 3].certificate | {"n": 7, "bound": "0"}
    for factor, reason in ((100, "nothing above zero|from below"), (101, f"at k = {k} is too")):
        weights = [[d, sign * factor * comb(7, k) * table[d][k]] for d in range(8)]
        checked = check(record | {"weights": weights, "scale": 100 * 2**7})
        assert re.search(reason, checked.reason), checked.reason


def test_majority_of_an_even_number_of_bits_is_rejected() -> None:
    record = majority(alpha=THREE, n=5).certificate
    assert "odd number" in check(record | {"n": 6}).reason


def test_bad_input() -> None:
    with pytest.raises(InputError, match=r"gap: 9: allowed are integers 1 \.\.\. 8"):
        gap_hamming(alpha=THREE, n=8, gap=9)
    with pytest.raises(InputError, match="alpha 1: expected a number above 1"):
        gap_hamming(alpha=Fraction(1), n=8, gap=2)
    with pytest.raises(InputError, match=r"n: 300: allowed are integers 1 \.\.\. 256"):
        gap_hamming(alpha=THREE, n=300, gap=2)
    with pytest.raises(InputError, match=r"n: 0: allowed are integers 1 \.\.\. 256"):
        majority(alpha=THREE, n=0)
    with pytest.raises(InputError, match="n: 4: a majority needs an odd number"):
        majority(alpha=THREE, n=4)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"multipliers": [[1, 1]]}, r"no approximation: b\(1\) is outside its box"),
        ({"multipliers": [[1, 3]]}, r"less is claimed than the proved"),
        ({"multipliers": [[5, 1]]}, "place 5 is out of order"),
        ({"alpha": "11/10"}, "no approximation"),
        ({"weights": []}, "'weights': unknown key"),
        ({"bound": "0"}, "bound: less is claimed"),
    ],
)
def test_multipliers_that_approximate_nothing_prove_nothing(change, reason) -> None:
    record = gap_hamming(alpha=THREE, n=4, gap=2).factorisation
    assert check(record).bound == 2
    checked = check(record | {"scale": 1} | change)
    assert not checked.valid
    assert re.search(reason, checked.reason), checked.reason


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(FOUND)), st.integers(0, 9), st.integers(-3, 3), st.integers(-9, 9))
def test_no_damaged_upper_bound_is_too_low(point, place, shift, slip) -> None:
    record = copy.deepcopy(FOUND[point].factorisation)
    record["multipliers"][place % len(record["multipliers"])][1] += shift
    record["bound"] = str(Fraction(record["bound"]) + Fraction(slip, 10))
    checked = check(record)
    if checked.valid:
        assert FOUND[point].primal <= checked.bound <= Fraction(record["bound"])


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 5), st.integers(1, 5), st.randoms(use_true_random=False))
def test_the_search_ends_at_an_exact_optimum(rows, columns, random) -> None:
    matrix = [[flint.fmpq(random.randint(-3, 3)) for _ in range(columns)] for _ in range(rows)]
    low = [flint.fmpq(random.randint(-3, 2)) for _ in range(columns)]
    high = [x + random.randint(0, 3) for x in low]
    inside = [random.randint(-1, 1) for _ in range(rows)]
    for d in range(columns):
        # The image of one point lies in the box, so that there is an optimum.
        value = sum(inside[k] * matrix[k][d] for k in range(rows))
        low[d], high[d] = min(low[d], value), max(high[d], value)
    found = least_norm(matrix, low, high)
    value = flint.fmpq(0)
    for d in range(columns):
        image = sum((u * matrix[k][d] for k, u in found.multipliers.items()), flint.fmpq(0))
        assert low[d] <= image <= high[d]
        weight = found.weights.get(d, flint.fmpq(0))
        value += weight * (low[d] if weight > 0 else high[d])
    for k in range(rows):
        total = sum((w * matrix[k][d] for d, w in found.weights.items()), flint.fmpq(0))
        assert abs(total) <= 1
    assert value == found.value


def test_a_box_without_a_solution_is_an_error() -> None:
    zero, one = flint.fmpq(0), flint.fmpq(1)
    with pytest.raises(SolveError, match="no optimum"):
        least_norm([[zero]], [one], [one + 1])
