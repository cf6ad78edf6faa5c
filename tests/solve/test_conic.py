"""The one `solve()`: right answers, residuals that are recomputed, and clear refusals."""

from __future__ import annotations

import cvxpy as cp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qdml.errors import InputError, SolveError
from qdml.solve import solve
from qdml.solve.conic import TOLERANCE

SOLVERS = ("clarabel", "scs")


def lowest_eigenvalue(matrix: np.ndarray) -> cp.Problem:
    state = cp.Variable(matrix.shape, PSD=True)
    return cp.Problem(cp.Minimize(cp.trace(matrix @ state)), [cp.trace(state) == 1])


@pytest.mark.parametrize("solver", SOLVERS)
@given(st.integers(0, 10**6), st.integers(2, 4))
@settings(max_examples=8)
def test_the_lowest_eigenvalue_of_a_matrix(solver, seed: int, size: int) -> None:
    matrix = np.random.default_rng(seed).standard_normal((size, size))
    matrix += matrix.T
    found = solve(lowest_eigenvalue(matrix), solver)
    allowed = 10 * TOLERANCE[solver] * (1 + np.abs(matrix).max()) * size
    exact = np.linalg.eigvalsh(matrix)[0]
    assert abs(found.value - exact) <= allowed
    assert abs(found.bound - exact) <= allowed
    assert (found.status, found.solver) == ("optimal", solver)


@pytest.mark.parametrize("solver", SOLVERS)
def test_a_program_with_every_cone_and_both_directions(solver) -> None:
    x, y, z = cp.Variable(2), cp.Variable(), cp.Variable((2, 2), PSD=True)
    constraints = [cp.norm(x) <= 2, y <= 3, cp.trace(z) == 1]
    gain = x[0] + x[1] + y + z[0, 1] + 5
    exact = 2 * np.sqrt(2) + 3 + 0.5 + 5
    least, most = (
        cp.Problem(cp.Minimize(-gain), constraints),
        cp.Problem(cp.Maximize(gain), constraints),
    )
    for problem, sign in ((least, -1), (most, 1)):
        found = solve(problem, solver)
        assert abs(sign * found.value - exact) <= 100 * TOLERANCE[solver]
        assert abs(sign * found.bound - exact) <= 100 * TOLERANCE[solver]
        gap = abs(found.value - found.bound) / (1 + abs(found.value))
        assert found.gap == pytest.approx(gap, abs=1e-14)


@pytest.mark.parametrize("solver", SOLVERS)
@given(st.integers(0, 10**6))
@settings(max_examples=5)
def test_a_genuinely_complex_program(solver, seed: int) -> None:
    rng = np.random.default_rng(seed)
    matrix = rng.standard_normal((3, 3)) + 1j * rng.standard_normal((3, 3))
    matrix += matrix.conj().T
    state = cp.Variable((3, 3), hermitian=True)
    problem = cp.Problem(
        cp.Maximize(cp.real(cp.trace(matrix @ state))), [cp.trace(state) == 1, state >> 0]
    )
    found = solve(problem, solver)
    allowed = 30 * TOLERANCE[solver] * (1 + np.abs(matrix).max())
    assert abs(found.value - np.linalg.eigvalsh(matrix)[-1]) <= allowed
    assert abs(found.bound - found.value) <= allowed


@pytest.mark.parametrize("solver", SOLVERS)
def test_a_linear_program(solver) -> None:
    x = cp.Variable(2, nonneg=True)
    found = solve(cp.Problem(cp.Maximize(3 * x[0] + 2 * x[1]), [x[0] + x[1] <= 4]), solver)
    assert abs(found.value - 12) <= 200 * TOLERANCE[solver]


@pytest.mark.parametrize("solver", SOLVERS)
def test_a_loose_answer_is_called_inaccurate_by_its_own_residuals(solver, monkeypatch) -> None:
    rng = np.random.default_rng(0)
    matrix = rng.standard_normal((6, 6))
    monkeypatch.setattr("qdml.solve.conic._SLACK", 0.0)
    found = solve(lowest_eigenvalue(matrix + matrix.T), solver)
    assert found.status == "inaccurate"
    assert max(found.primal_residual, found.dual_residual, found.gap) > 0


@pytest.mark.parametrize("solver", SOLVERS)
def test_residuals_are_those_of_the_point(solver, monkeypatch) -> None:
    """A point that is moved by hand is seen to be off, whatever the solver said of its own."""
    seen = {}
    genuine = cp.reductions.solvers.solving_chain.SolvingChain.solve_via_data

    def moved(chain, problem, data, *args, **kwargs):
        raw = genuine(chain, problem, data, *args, **kwargs)
        seen["raw"] = raw
        if isinstance(raw, dict):
            return raw | {"x": raw["x"] + 1e-3}

        class Raw:
            def __getattr__(self, name: str):
                value = getattr(raw, name)
                return [entry + 1e-3 for entry in value] if name == "x" else value

        return Raw()

    monkeypatch.setattr(cp.reductions.solvers.solving_chain.SolvingChain, "solve_via_data", moved)
    found = solve(lowest_eigenvalue(np.diag([1.0, 2.0])), solver)
    assert found.status == "inaccurate"
    assert 1e-4 < found.primal_residual < 1e-2


def test_a_second_solver_agrees() -> None:
    problem = lowest_eigenvalue(np.diag([3.0, 1.0, 2.0]))
    found = solve(problem, "clarabel", check_with="scs")
    assert found.second is not None
    assert (found.solver, found.second.solver) == ("clarabel", "scs")
    assert abs(found.value - 1) < 1e-7


def test_a_second_solver_that_disagrees_is_an_error(monkeypatch) -> None:
    x = cp.Variable()
    problem = cp.Problem(cp.Minimize(x), [x >= 1])
    genuine, values = solve.__globals__["_measured"], iter((0.0, 1.0))

    def other(*args):
        return genuine(*args).__class__(
            "optimal", next(values), 0.0, 0.0, 0.0, 0.0, args[4], args[5], args[6]
        )

    monkeypatch.setitem(solve.__globals__, "_measured", other)
    with pytest.raises(SolveError, match=r"clarabel finds 1 and scs 0, more than .* apart"):
        solve(problem, check_with="scs")


@pytest.mark.parametrize("solver", SOLVERS)
def test_no_answer_is_an_error_that_says_what_to_do(solver) -> None:
    x = cp.Variable()
    with pytest.raises(SolveError, match=r"infeasible.*no point meets all constraints"):
        solve(cp.Problem(cp.Minimize(x), [x >= 1, x <= 0]), solver)
    with pytest.raises(SolveError, match=r"unbounded.*a constraint is missing"):
        solve(cp.Problem(cp.Minimize(x), [x <= 0]), solver)


@pytest.mark.parametrize("solver", SOLVERS)
def test_out_of_time_is_an_error_or_called_inaccurate(solver) -> None:
    matrix = np.random.default_rng(0).standard_normal((40, 40))
    said, status = "", "inaccurate"
    try:
        status = solve(lowest_eigenvalue(matrix + matrix.T), solver, seconds=1e-6).status
    except SolveError as error:
        said = str(error)
    assert status == "inaccurate"
    assert "\n" not in said


def test_bad_input_is_told_from_failure() -> None:
    x = cp.Variable()
    problem = cp.Problem(cp.Minimize(x), [x >= 1])
    with pytest.raises(InputError, match="solver 'mosek': allowed are clarabel, scs"):
        solve(problem, "mosek")
    with pytest.raises(InputError, match="solver 'ecos'"):
        solve(problem, check_with="ecos")
    for tolerance in (0.0, 1.0, float("nan")):
        with pytest.raises(InputError, match=f"tolerance {tolerance}"):
            solve(problem, tolerance=tolerance)
    with pytest.raises(InputError, match="not convex"):
        solve(cp.Problem(cp.Minimize(-(x**2)), [x >= 1]))
    with pytest.raises(InputError, match="exponential and power cones"):
        solve(cp.Problem(cp.Minimize(cp.exp(x)), [x >= 1]))
