"""What certificates say, recomputed with fractions in the plainest way: the tests' second route."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import Any


def is_psd(matrix: list[list[Fraction]]) -> bool:
    """Symmetric elimination with fractions: every pivot >= 0, and a zero pivot has a zero row."""
    rows = [list(map(Fraction, row)) for row in matrix]
    while rows:
        pivot = rows[0][0]
        if pivot < 0 or (pivot == 0 and any(rows[0])):
            return False
        if pivot == 0:
            rows = [row[1:] for row in rows[1:]]
        else:
            head = rows[0]
            rows = [
                [entry - row[0] * first / pivot for entry, first in zip(row, head, strict=True)][1:]
                for row in rows[1:]
            ]
    return True


def number(value: Any) -> Fraction:
    """An integer or a text as a fraction."""
    return Fraction(value)


def entry(matrix: Any, i: int, j: int) -> int:
    """The entry of a matrix that is written out."""
    found = matrix[i][j]
    return {"+": 1, "-": -1, ".": 0, None: 0}.get(found, found)


def lower(record: dict[str, Any]) -> Fraction | None:
    """The bound that a dual triple proves, or None if it proves none."""
    matrix = record["matrix"]
    weights = [[number(w) for w in row] for row in record["weights"]]
    p, q = [number(x) for x in record["p"]], [number(x) for x in record["q"]]
    m, n = len(p), len(q)
    block = [[Fraction(0)] * (m + n) for _ in range(m + n)]
    gain = Fraction(0)
    for i, j in product(range(m), range(n)):
        block[i][m + j] = block[m + j][i] = -weights[i][j]
        if entry(matrix, i, j) * weights[i][j] > 0:
            gain += abs(weights[i][j])
        elif weights[i][j]:
            if record["alpha"] == "infinity":
                return None
            gain -= number(record["alpha"]) * abs(weights[i][j])
    for i in range(m):
        block[i][i] = p[i]
    for j in range(n):
        block[m + j][m + j] = q[j]
    total = sum(p) + sum(q)
    return 2 * gain / total if total > 0 and is_psd(block) else None


def upper(record: dict[str, Any]) -> Fraction | None:
    """The bound that a factorisation proves, or None if it proves none."""
    matrix, unit = record["matrix"], Fraction(1, record["scale"])
    x = [[unit * entry for entry in row] for row in record["x"]]
    y = [[unit * entry for entry in row] for row in record["y"]]
    for i, j in product(range(len(x)), range(len(y))):
        found = sum(a * b for a, b in zip(x[i], y[j], strict=True))
        sign = entry(matrix, i, j)
        if sign and found * sign < 1:
            return None
        if record["alpha"] != "infinity" and abs(found) > number(record["alpha"]):
            return None
    return sum((max(sum(a * a for a in row) for row in half) for half in (x, y)), Fraction(0)) / 2
