"""The least l1 norm whose image lies in a box, by a simplex method in balls and then in rationals.

Primal: minimise sum_k |u_k| subject to low_d <= sum_k u_k A[k][d] <= high_d.
Dual: maximise sum_d low_d max(g_d, 0) - high_d max(-g_d, 0) subject to |sum_d A[k][d] g_d| <= 1.
The dual is feasible at g = 0, so no first phase is needed; only the rows k and columns d that
are in use are inverted, and floating point, which loses entries like C(256, 128), is not used.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import flint

from qdml.errors import SolveError

#: Bits of ball arithmetic for every row and column: a ball that knows too little ends the search
#: early, and the exact search takes over.
BITS_EACH = 4

#: Pivots for every row and column after which the search is given up.
PIVOTS_EACH = 200


@dataclass
class Basis:
    """Rows k where the dual constraint is tight and columns d with weight, each with its sign."""

    rows: list[tuple[int, int]]
    columns: list[tuple[int, int]]


@dataclass(frozen=True)
class Optimum:
    """An exact optimum: the same value from both sides.

    `multipliers` is u and `weights` is g, each without its zeros.
    """

    value: flint.fmpq
    multipliers: dict[int, flint.fmpq]
    weights: dict[int, flint.fmpq]


def least_norm(
    matrix: Sequence[Sequence[flint.fmpq]], low: Sequence[flint.fmpq], high: Sequence[flint.fmpq]
) -> Optimum:
    """The exact optimum; `matrix` is A with rows k and columns d, low <= high.

    Bland's rule breaks degenerate cycles (Bland 1977). Raises `SolveError` if there are too many
    pivots, which no box without a solution escapes.
    """
    basis, size = Basis([], []), len(matrix) + len(low)
    with flint.ctx.workprec(64 + BITS_EACH * size):
        _Search(_balls(matrix), flint.arb_mat, *_balls([low, high])).run(basis)
    search = _Search(matrix, flint.fmpq_mat, low, high)
    if not search.run(basis):
        raise SolveError(f"no optimum in {PIVOTS_EACH * size} exact pivots of a {size}-sided box")
    u, g = search.multipliers, search.weights
    rows, columns = [k for k, _ in basis.rows], [d for d, _ in basis.columns]
    value = sum((abs(x) for x in u), flint.fmpq(0))
    return Optimum(value, dict(zip(rows, u, strict=True)), dict(zip(columns, g, strict=True)))


def _balls(rows: Sequence[Sequence[flint.fmpq]]) -> list[list[flint.arb]]:
    return [[flint.arb(x) for x in row] for row in rows]


class _Search:
    """The simplex method in one arithmetic; a comparison that a ball cannot decide is false."""

    def __init__(self, matrix: Any, make: Any, low: Any, high: Any) -> None:
        self.matrix, self.make, self.low, self.high = matrix, make, low, high
        self.multipliers: list[Any] = []
        self.weights: list[Any] = []

    def run(self, basis: Basis) -> bool:
        """Pivot `basis` in place; True if it ends at an optimum as this arithmetic sees it."""
        bland = False
        for _ in range(PIVOTS_EACH * (len(self.matrix) + len(self.low))):
            try:
                self._solve(basis)
            except ZeroDivisionError:
                return False
            entering = self._entering(basis, bland)
            if entering is None:
                return True
            step = self._pivot(basis, entering)
            if step is None:
                return False
            bland = not step > 0
        return False

    def _solve(self, basis: Basis) -> None:
        """Weights, multipliers and the image of the multipliers for a basis."""
        size = len(basis.rows)
        core = [self.matrix[k][d] for k, _ in basis.rows for d, _ in basis.columns]
        self.inverse = self.make(size, size, core).inv()
        price = [self.low[d] if s > 0 else self.high[d] for d, s in basis.columns]
        u = self.make(1, size, price) * self.inverse
        g = self.inverse * self.make(size, 1, [s for _, s in basis.rows])
        used = [x for k, _ in basis.rows for x in self.matrix[k]]
        image = u * self.make(size, len(self.low), used)
        self.multipliers, self.weights = u.entries(), g.entries()
        self.image = image.entries()

    def _entering(self, basis: Basis, bland: bool) -> tuple[int, int] | None:
        """What breaks a condition most: (d, sign) of a column, or (-1-i, 0) for the i-th row."""
        taken = {d for d, _ in basis.columns}
        best, worst = None, 0
        for d, (low, value, high) in enumerate(zip(self.low, self.image, self.high, strict=True)):
            for sign, excess in ((1, low - value), (-1, value - high)):
                if d not in taken and excess > worst:
                    best, worst = (d, sign), excess
                    if bland:
                        return best
        order = sorted(range(len(basis.rows)), key=lambda i: basis.rows[i])
        for i in order:
            excess = -basis.rows[i][1] * self.multipliers[i]
            if excess > worst:
                best, worst = (-1 - i, 0), excess
                if bland:
                    return best
        return best

    def _pivot(self, basis: Basis, entering: tuple[int, int]) -> Any:
        """Move along the entering direction to the first obstacle; the length of the step."""
        size, place, sign = len(basis.rows), *entering
        own = place >= 0
        if own:
            change = [-sign * self.matrix[k][place] for k, _ in basis.rows]
        else:
            change = [-s if i == -1 - place else 0 for i, (_, s) in enumerate(basis.rows)]
        turn = (self.inverse * self.make(size, 1, change)).entries()
        moves = [row[place] * sign if own else 0 * row[0] for row in self.matrix]
        both = self.make(
            size, 2, [x for pair in zip(self.weights, turn, strict=True) for x in pair]
        )
        used = [row[d] for row in self.matrix for d, _ in basis.columns]
        path = (self.make(len(self.matrix), size, used) * both).entries()
        best: tuple[Any, tuple[str, int, int]] | None = None
        for i in sorted(range(size), key=lambda i: basis.columns[i]):
            s = basis.columns[i][1]
            if s * turn[i] < 0:
                best = _nearer(best, self.weights[i] / -turn[i], ("column", i, 0))
        tight = {k for k, _ in basis.rows}
        for k, move in enumerate(moves):
            value, slope = path[2 * k], path[2 * k + 1] + move
            for s in (1, -1):
                if k not in tight and s * slope > 0:
                    best = _nearer(best, (s - value) / slope, ("row", k, s))
        if not own:
            best = _nearer(best, 2 + 0 * turn[0], ("turn", -1 - place, 0))
        if best is None:
            return None
        _exchange(basis, entering, best[1])
        return best[0]


def _nearer(best: Any, step: Any, obstacle: tuple[str, int, int]) -> Any:
    return (step, obstacle) if best is None or step < best[0] else best


def _exchange(basis: Basis, entering: tuple[int, int], obstacle: tuple[str, int, int]) -> None:
    kind, i, s = obstacle
    own, row = entering[0] >= 0, -1 - entering[0]
    if kind == "turn":
        basis.rows[row] = (basis.rows[row][0], -basis.rows[row][1])
    elif kind == "row" and own:
        basis.rows.append((i, s))
        basis.columns.append(entering)
    elif kind == "row":
        basis.rows[row] = (i, s)
    elif own:
        basis.columns[i] = entering
    else:
        del basis.rows[row], basis.columns[i]
