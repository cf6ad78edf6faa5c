"""Checks a factorisation B = X Y^T, which proves an upper bound on gamma_2^alpha of a sign matrix.

With integer X, Y in units of 1/scale and B inside the window (1 <= A_ij B_ij <= alpha where A is
defined, |B_ij| <= alpha elsewhere), gamma_2^alpha(A) <= gamma_2(B) <= c_X c_Y for the largest
Euclidean norms c of a row, and c_X c_Y <= (c_X^2 + c_Y^2)/2, which is rational.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from flint import fmpz_mat

from qdml.bounds.certificates import matrices
from qdml.bounds.certificates.reading import (
    Checked,
    Rejected,
    field,
    integer,
    only,
    rational,
)

_KEYS = {"kind", "matrix", "alpha", "scale", "x", "y", "bound"}

#: Longer numbers would make a check slow, and no finder needs them.
_LARGEST = 2**256


def check(record: Mapping[str, Any]) -> Checked:
    """Valid with the exact upper bound, or `Rejected` with the reason."""
    only(record, _KEYS)
    signs = matrices.sign_matrix(field(record, "matrix"))
    alpha = matrices.alpha(record)
    unit = integer(record, "scale", 1, _LARGEST) ** 2
    left, right = _rows(record, "x", len(signs)), _rows(record, "y", len(signs[0]))
    if len(left[0]) != len(right[0]):
        raise Rejected(f"x, y: {len(left[0])} and {len(right[0])} columns")
    product = (fmpz_mat(left) * fmpz_mat(right).transpose()).tolist()
    top = None if alpha is None else alpha * unit
    for i, (sign_row, row) in enumerate(zip(signs, product, strict=True)):
        for j, (sign, whole) in enumerate(zip(sign_row, row, strict=True)):
            entry = int(whole)
            inside = sign == 0 or sign * entry >= unit
            if not inside or (top is not None and abs(entry) > top):
                raise Rejected(f"x, y: entry ({i}, {j}) of their product is outside the window")
    squares = sum(
        max(sum(entry * entry for entry in row) for row in half) for half in (left, right)
    )
    bound = Fraction(squares, 2 * unit)
    if rational(field(record, "bound"), "bound") < bound:
        raise Rejected(f"bound: less is claimed than the proved {float(bound):.9g}")
    factor = "infinity" if alpha is None else str(alpha)
    size = f"{len(signs)} x {len(signs[0])}"
    return Checked(True, bound, f"gamma_2^{factor} of the {size} matrix, from above")


def _rows(record: Mapping[str, Any], name: str, count: int) -> list[list[int]]:
    value = field(record, name)
    if not isinstance(value, list) or len(value) != count:
        raise Rejected(f"{name}: {count} rows of integers are needed")
    width = len(value[0]) if isinstance(value[0], list) else 0
    if not 1 <= width <= 4 * matrices.MAX_SIDE:
        raise Rejected(f"{name}: rows of 1 ... {4 * matrices.MAX_SIDE} integers are needed")
    for place, row in enumerate(value):
        good = isinstance(row, list) and len(row) == width
        if not good or not all(type(entry) is int and abs(entry) <= _LARGEST for entry in row):
            raise Rejected(f"{name}[{place}]: {width} integers of at most 256 bits are needed")
    return value
