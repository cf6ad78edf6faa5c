"""One `solve()` for every conic problem: an answer comes with its status, residuals and gap.

The residuals are those of the conic form (minimise c.x with b - Ax in K; maximise -b.z with
A^T z = -c and z in the dual cone of K; Boyd and Vandenberghe 2004, section 5.9), recomputed here
from x and z alone. Nothing that a solver says about itself is passed on.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, get_args

import cvxpy as cp
import numpy as np
from numpy.typing import NDArray

from qdml.errors import InputError, SolveError

Solver = Literal["clarabel", "scs"]

#: What each solver aims at when no tolerance is given: interior points are sharp, splitting is not.
TOLERANCE: dict[Solver, float] = {"clarabel": 1e-8, "scs": 1e-5}

#: Solvers measure residuals relative to the size of their iterates, `solve` relative to the data.
_SLACK = 10.0

_CURES = {
    "infeasible": "no point meets all constraints; loosen one",
    "unbounded": "the objective has no limit; a constraint is missing",
    "time": "the time ran out before an answer; allow more seconds or a larger tolerance",
    "trouble": "the solver gave up; rescale the problem or take the other solver",
}


@dataclass(frozen=True)
class Solution:
    """What a solver suggests, and how far it is from what it should be; nothing is certified.

    `value` and `bound` are the objectives of the primal and the dual point. `primal_residual` is
    the distance of b - Ax from its cone over 1 + max|b|, `dual_residual` that of the dual
    constraints over 1 + max|c|, `gap` is |value - bound| / (1 + |value|). The status is `optimal`
    if all three are within ten tolerances, and otherwise `inaccurate`: then use it as a hint only.
    """

    status: Literal["optimal", "inaccurate"]
    value: float
    bound: float
    primal_residual: float
    dual_residual: float
    gap: float
    solver: Solver
    tolerance: float
    second: Solution | None = None


def solve(
    problem: cp.Problem,
    solver: Solver = "clarabel",
    *,
    tolerance: float | None = None,
    check_with: Solver | None = None,
    seconds: float = 600.0,
) -> Solution:
    """Solve a convex problem in real variables over linear, second-order and semidefinite cones.

    Afterwards the variables and constraints of `problem` hold the point that was found. With
    `check_with` another solver goes first and its answer stands in `second`.

    Raises `InputError` for a problem that is not convex or not of these cones, an unknown solver
    or a tolerance out of range, and `SolveError` where there is no answer or two answers differ by
    more than their tolerances allow. Multipliers of semidefinite constraints differ by factors of
    two between versions of cvxpy: recompute what you take from them.
    """
    for name in (solver, check_with or solver):
        if name not in get_args(Solver):
            raise InputError(f"solver {name!r}: allowed are {', '.join(get_args(Solver))}")
    if tolerance is not None and not 0 < tolerance < 1:
        raise InputError(f"tolerance {tolerance}: expected a number in (0, 1), such as 1e-6")
    if not problem.is_dcp():
        raise InputError(
            "the problem: not convex by the rules of cvxpy; write it as a cone program"
        )
    second = None if check_with is None else _solve(problem, check_with, tolerance, seconds, None)
    found = _solve(problem, solver, tolerance, seconds, second)
    if second and found.status == second.status == "optimal":
        allowed = _SLACK * (found.tolerance + second.tolerance) * (1 + abs(found.value))
        if not abs(found.value - second.value) <= allowed:
            raise SolveError(
                f"{solver} finds {found.value:.9g} and {check_with} {second.value:.9g}, more than "
                f"{allowed:.1e} apart; rescale the problem or ask for a smaller tolerance"
            )
    return found


def _solve(
    problem: cp.Problem,
    solver: Solver,
    tolerance: float | None,
    seconds: float,
    second: Solution | None,
) -> Solution:
    aim = tolerance or TOLERANCE[solver]
    options = _options(solver, aim, seconds)
    data, chain, inverse = problem.get_problem_data(
        solver.upper(), solver_opts=options | {"use_quad_obj": False}
    )
    if data["dims"].exp or data["dims"].p3d or data["dims"].pnd:
        raise InputError("the problem: exponential and power cones are not among those solved here")
    with warnings.catch_warnings():
        # Whether an answer is accurate is decided below, from its residuals.
        warnings.simplefilter("ignore")
        try:
            raw = chain.solve_via_data(problem, data, solver_opts=options)
            problem.unpack_results(raw, chain, inverse)
        except (cp.error.SolverError, ArithmeticError, ValueError) as error:
            raise _failure(solver, "trouble", str(error)) from None
    status = str(problem.status)
    for word in ("infeasible", "unbounded"):
        if word in status:
            raise _failure(solver, word, status)
    x, z = (raw["x"], raw["y"]) if isinstance(raw, dict) else (raw.x, raw.z)
    x, z = np.array(x, dtype=float), np.array(z, dtype=float)
    if not (len(x) and np.isfinite(x).all() and np.isfinite(z).all()):
        raise _failure(solver, "time" if "limit" in status else "trouble", status)
    return _measured(problem, data, x, z, solver, aim, second)


def _failure(solver: Solver, cure: str, status: str) -> SolveError:
    return SolveError(f"{solver}: {' '.join(status.split())}: {_CURES[cure]}")


def _options(solver: Solver, aim: float, seconds: float) -> dict[str, Any]:
    if solver == "scs":
        return {"eps_abs": aim, "eps_rel": aim, "time_limit_secs": seconds, "max_iters": 10**6}
    names = ("tol_gap_abs", "tol_gap_rel", "tol_feas")
    # A point that the solver could not improve is looked at, and called what its residuals say.
    own = {"time_limit": seconds, "max_threads": 1, "accept_unknown": True}
    return dict.fromkeys(names, aim) | own


def _measured(
    problem: cp.Problem,
    data: dict[str, Any],
    x: NDArray[np.float64],
    z: NDArray[np.float64],
    solver: Solver,
    aim: float,
    second: Solution | None,
) -> Solution:
    b, c, matrix = data["b"], data["c"], data["A"]
    slack = b - matrix @ x
    outside = max(
        (_outside(kind, slack[part], solver) for kind, part in _cones(data["dims"])), default=0.0
    )
    # All cones are their own duals, but for the one of equalities, whose dual is everything.
    outside_dual = max(
        (_outside(kind, z[part], solver) for kind, part in _cones(data["dims"]) if kind != "zero"),
        default=0.0,
    )
    primal = outside / (1 + float(np.max(np.abs(b), initial=0)))
    slope = float(np.max(np.abs(matrix.T @ z + c), initial=0))
    dual = max(slope, outside_dual) / (1 + float(np.max(np.abs(c), initial=0)))
    distance = float(c @ x + b @ z)
    value = float(problem.objective.value)
    bound = value - distance if isinstance(problem.objective, cp.Minimize) else value + distance
    gap = abs(distance) / (1 + abs(value))
    return Solution(
        status="optimal" if max(primal, dual, gap) <= _SLACK * aim else "inaccurate",
        value=value,
        bound=bound,
        primal_residual=primal,
        dual_residual=dual,
        gap=gap,
        solver=solver,
        tolerance=aim,
        second=second,
    )


def _cones(dims: Any) -> Iterator[tuple[str, slice]]:
    """The cones in the order of the rows, each with its rows."""
    start = 0
    sizes = [("zero", dims.zero), ("nonneg", dims.nonneg)]
    sizes += [("soc", size) for size in dims.soc]
    sizes += [("psd", size * (size + 1) // 2) for size in dims.psd]
    for kind, size in sizes:
        if size:
            yield kind, slice(start, start + size)
        start += size


def _outside(kind: str, part: NDArray[np.float64], solver: Solver) -> float:
    """How far a point is outside a cone, in the norm that is natural to the cone."""
    if kind == "zero":
        return float(np.max(np.abs(part)))
    if kind == "nonneg":
        return max(0.0, -float(np.min(part)))
    if kind == "soc":
        return max(0.0, float(np.linalg.norm(part[1:]) - part[0]))
    size = int(np.sqrt(2 * len(part)))
    full = np.zeros((size, size))
    # One stacks the columns of the upper triangle, the other of the lower one: transposed rows.
    where = np.tril_indices(size) if solver == "clarabel" else np.triu_indices(size)
    full[where] = np.where(where[0] == where[1], part, part / np.sqrt(2))
    lowest = np.linalg.eigvalsh(full + np.tril(full, -1).T + np.triu(full, 1).T)[0]
    return max(0.0, -float(lowest))
