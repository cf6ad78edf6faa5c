"""Best fidelities: conic programs on finite designs, balls, recurrences, and their limits."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, pairwise, product
from math import comb, factorial, pi, prod, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qdml.errors import InputError
from qdml.privacy import duals, estimation, zonal
from qdml.privacy.balls import apart, ends


def polygon(copies: int) -> np.ndarray:
    """Rays of the plane, enough of them for every average of degree 2k + 2."""
    angles = pi * np.arange(copies + 2) / (copies + 2)
    return np.array([np.cos(angles), np.sin(angles)]).T


def icosahedron() -> np.ndarray:
    """Six rays of space: a design of strength 5."""
    golden = (1 + sqrt(5)) / 2
    rays = [np.roll([0, 1, s * golden], shift) for s in (1, -1) for shift in range(3)]
    return np.array(rays) / sqrt(1 + golden**2)


def cell() -> np.ndarray:
    """Twelve rays in four dimensions, the roots of D_4: a design of strength 5."""
    rays = []
    for i, j in combinations(range(4), 2):
        for s in (1, -1):
            ray = np.zeros(4)
            ray[i], ray[j] = 1, s
            rays.append(ray / sqrt(2))
    return np.array(rays)


def targets(rays: np.ndarray, copies: int) -> list[np.ndarray]:
    """Average of <x|y>^2 (x x^T)^k on the symmetric subspace, for each ray y."""
    n = rays.shape[1]
    words = [w for w in product(range(copies + 1), repeat=n) if sum(w) == copies]
    scale = [sqrt(factorial(copies) / prod(map(factorial, w))) for w in words]
    found = []
    pairs = list(product(range(n), repeat=2))
    moments = {}
    for ray in rays:
        matrix = np.zeros((len(words),) * 2)
        for (a, one), (b, other) in product(enumerate(words), repeat=2):
            for i, j in pairs:
                total = [p + q for p, q in zip(one, other, strict=True)]
                total[i] += 1
                total[j] += 1
                key = tuple(total)
                if key not in moments:
                    moments[key] = float(duals.moment(key))
                matrix[a, b] += ray[i] * ray[j] * moments[key]
        found.append(matrix * np.outer(scale, scale))
    return found


@pytest.mark.parametrize(
    ("rays", "copies"),
    [
        (polygon(1), 1),
        (polygon(2), 2),
        (polygon(5), 5),
        (icosahedron(), 1),
        (icosahedron(), 2),
        (cell(), 1),
        (cell(), 2),
    ],
    ids=lambda v: f"N={v.shape[1]}" if isinstance(v, np.ndarray) else f"k={v}",
)
def test_a_conic_program_gives_the_same_optimum(rays, copies: int) -> None:
    import cvxpy as cp

    matrices = targets(rays, copies)
    size = len(matrices[0])
    dual = cp.Variable((size, size), symmetric=True)
    problem = cp.Problem(cp.Minimize(cp.trace(dual)), [dual - m >> 0 for m in matrices])
    problem.solve(solver=cp.CLARABEL)
    # The solver works to 1e-8, and the program is well scaled.
    assert problem.value == pytest.approx(
        estimation.fidelity("real", rays.shape[1], copies), abs=1e-6
    )


@given(st.integers(2, 9), st.integers(1, 9))
def test_moments_of_the_sphere(n: int, degree: int) -> None:
    # <x_1^(2d)> is a Beta moment; and the powers of |x|^2 = 1 sum to one.
    beta = prod(Fraction(2 * i + 1, n + 2 * i) for i in range(degree))
    assert duals.moment((2 * degree,) + (0,) * (n - 1)) == beta
    two = sum(comb(degree, i) * duals.moment((2 * i, 2 * (degree - i))) for i in range(degree + 1))
    assert two == 1
    assert duals.moment((1, 2 * degree)) == 0


@given(st.integers(2, 30), st.integers(1, 40))
def test_weights_by_another_formula(n: int, k: int) -> None:
    found = zonal.weights(n, k)
    assert sum(found.values()) == 1
    levels = sorted(found)
    for low, high in pairwise(levels):
        above, below = estimation._ratio(n, k, low)
        assert found[high] / found[low] == zonal.up(n, low) * Fraction(above, below)
    # t^k has the mean Laplacian (N-1) k.
    assert sum(w * level * (level + n - 2) for level, w in found.items()) == (n - 1) * k


@given(st.integers(2, 20), st.integers(0, 20))
def test_weights_expand_the_power(n: int, k: int) -> None:
    from scipy.special import eval_gegenbauer

    if n == 2 or k == 0:
        return
    t, half = 0.37, (n - 2) / 2
    total = sum(
        float(w) * eval_gegenbauer(level, half, t) / eval_gegenbauer(level, half, 1.0)
        for level, w in zonal.weights(n, k).items()
    )
    assert total == pytest.approx(t**k, rel=1e-6, abs=1e-12)


@given(st.integers(2, 12), st.integers(1, 12))
def test_harmonics_fill_the_symmetric_subspace(n: int, k: int) -> None:
    levels = zonal.weights(n, k)
    assert sum(zonal.harmonics(n, level) for level in levels) == comb(n + k - 1, k)


@given(st.integers(2, 9), st.integers(1, 12), st.integers(0, 13))
def test_jacobi_coefficients_fall_with_the_order(n: int, level: int, order: int) -> None:
    assert zonal.jacobi(n, level, order) >= zonal.jacobi(n, level, order + 1) >= 0
    if order == 0 and n > 2:
        rise = zonal.up(n, level - 1) * (1 - zonal.up(n, level))
        assert zonal.jacobi(n, level) == rise
    if 0 < order <= level and (n > 2 or order == 1):
        assert zonal.jacobi(n, level, order) == zonal.jacobi(n + 2 * order, level - order)


@given(st.integers(2, 8), st.integers(1, 8))
def test_the_dual_is_feasible_and_tight(n: int, k: int) -> None:
    bound = duals.dual(n, k)
    for order in zonal.orders(n, k):
        assert duals.least_pivot(n, k, order, bound) is not None
    value = ends(estimation.enclosure("real", n, k)[0])
    assert value[1] <= sum(bound.values()) < value[0] + Fraction(k + 2, 2**60)
    less = {level: value - Fraction(1, 10**6) for level, value in bound.items()}
    assert duals.least_pivot(n, k, 0, less) is None


@pytest.mark.parametrize(("n", "k"), [(2, 3), (3, 2), (4, 2)])
def test_dominance_by_definition_notices_what_is_too_small(n: int, k: int) -> None:
    bound = duals.dual(n, k)
    assert duals.dominates(n, k, bound)
    less = {level: value - Fraction(1, 10**6) for level, value in bound.items()}
    assert not duals.dominates(n, k, less)


def test_dominance_by_definition_notices_weights_that_are_wrong(monkeypatch) -> None:
    ample = dict.fromkeys(zonal.weights(3, 2), Fraction(100))
    assert duals.dominates(3, 2, ample)
    monkeypatch.setattr(duals, "weights", lambda n, k: {0: Fraction(1, 2), 2: Fraction(1, 2)})
    assert not duals.dominates(3, 2, ample)


@given(
    st.sampled_from(["real", "complex"]),
    st.integers(2, 2**60) | st.integers(2, 300),
    st.integers(1, 300),
)
def test_floating_point_keeps_twelve_digits(field: str, n: int, k: int) -> None:
    balls = estimation.enclosure(field, n, k, 256)
    for found, ball in zip(
        (estimation.fidelity(field, n, k), estimation.infidelity(field, n, k)), balls, strict=True
    ):
        low, high = ends(ball)
        # One minus it cancels where the fidelity is as small as 2^-60.
        assert abs(Fraction(found) / low - 1) < Fraction(1, 10**12)
        assert abs(Fraction(found) / high - 1) < Fraction(1, 10**12)


@pytest.mark.parametrize(
    ("n", "k"), [(2**20, 10**4), (2, 10**4), (10**4, 10**4), (2**20, 3), (7, 9999)]
)
def test_far_away(n: int, k: int) -> None:
    low, high = ends(estimation.enclosure("real", n, k, 256)[0])
    found = Fraction(estimation.fidelity("real", n, k))
    assert abs(found / low - 1) < Fraction(1, 10**12)
    assert abs(found / high - 1) < Fraction(1, 10**12)


@given(st.integers(2, 10**6), st.integers(1, 2000))
def test_limits_hold(n: int, k: int) -> None:
    low, high = estimation.real_limits(n, k)
    found = estimation.fidelity("real", n, k)
    assert low * (1 - 1e-14) <= found <= high
    assert estimation.fidelity("complex", n, k) < found
    # Estimating is better than guessing, and more copies help.
    assert 1 / n < found < estimation.fidelity("real", n, k + 1)


@given(st.integers(2, 10**6), st.integers(1, 2000))
def test_limits_are_jensen_and_chord(n: int, k: int) -> None:
    total, a, mean = k + 1, n - 2, (n - 1) * (k + 1)
    low, high = estimation.real_limits(n, k)
    jensen = mean / (2 * total + a + 2 * sqrt(total * (total + a) - mean)) / total
    chord = mean / (2 * total + a) / total
    assert 1 - high == pytest.approx(jensen, abs=1e-14)
    assert 1 - low == pytest.approx(chord, abs=1e-14)


def test_the_exponent_and_the_factor_four() -> None:
    n = 5
    near = [
        estimation.infidelity("complex", n, k) / estimation.infidelity("real", n, k)
        for k in (10**3, 10**4, 10**5)
    ]
    lost = [4 - ratio for ratio in near]
    # The ratio nears 4 like 1/k.
    assert lost[0] / lost[1] == pytest.approx(10, rel=0.02)
    assert lost[1] / lost[2] == pytest.approx(10, rel=0.02)
    assert 0 < lost[2] < 1e-3


def test_two_copies_of_a_real_qubit() -> None:
    assert estimation.fidelity("real", 2, 2) == pytest.approx((2 + sqrt(2)) / 4, rel=1e-15)
    assert apart(estimation.enclosure("real", 2, 2)[0], duals.primal(2, 2))[1] < Fraction(1, 2**100)
    for n in (2, 3, 10, 2**20):
        assert estimation.fidelity("real", n, 1) == pytest.approx(3 / (n + 2), rel=1e-14)


@pytest.mark.parametrize(
    ("field", "n", "k", "message"),
    [
        ("reel", 2, 1, r"field 'reel': allowed are complex and real \(nearest: 'real'\)"),
        ("real", 1, 1, "dimension 1: expected a whole number from 2"),
        ("complex", 2, 0, "copies 0: expected a whole number from 1"),
    ],
)
def test_bad_input_gets_one_line(field: str, n: int, k: int, message: str) -> None:
    for function in (estimation.fidelity, estimation.infidelity, estimation.enclosure):
        with pytest.raises(InputError, match=message):
            function(field, n, k)
