"""Sign matrices as certificates name them: written out, or a family that is built anew.

Entries are +1, -1 and, off the promise, 0. Rows and columns of a family are numbered by the bits
of x and y.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from qdml.bounds.certificates.reading import (
    SHORT,
    Rejected,
    choice,
    field,
    integer,
    only,
    rational,
)

#: Matrices with more rows or columns are not read: a check has to end.
MAX_SIDE = 512
_MAX_BITS = 9

#: The entry of a family at x and y, from its integer parameters.
_ENTRIES: Mapping[str, Callable[[int, int, Mapping[str, int]], int]] = {
    "disjointness": lambda x, y, _: 1 if x & y else -1,
    "gap-hamming": lambda x, y, p: _beyond(p["n"] - 2 * (x ^ y).bit_count(), p["gap"]),
    "inner-product": lambda x, y, _: -1 if (x & y).bit_count() % 2 else 1,
    "majority": lambda x, y, p: 1 if 2 * (x ^ y).bit_count() < p["n"] else -1,
}

#: The names of the families.
FAMILIES = tuple(_ENTRIES)

_SIGNS = {"+": 1, "-": -1, ".": 0}


def sign_matrix(value: Any) -> list[list[int]]:
    """The matrix that a certificate names: rows of 1, -1, null, rows of text + - ., or a family.

    Raises `Rejected` for other entries, ragged or empty rows, and more than 512 rows or columns.
    """
    if isinstance(value, Mapping):
        return family(value)
    if not isinstance(value, list) or not 1 <= len(value) <= MAX_SIDE:
        raise Rejected(f"matrix: a family, or a list of 1 ... {MAX_SIDE} rows, is needed")
    rows = [_row(row, number) for number, row in enumerate(value)]
    width = len(rows[0])
    if not 1 <= width <= MAX_SIDE or any(len(row) != width for row in rows):
        raise Rejected(f"matrix: all rows need one length, from 1 to {MAX_SIDE}")
    return rows


def family(parameters: Mapping[str, Any]) -> list[list[int]]:
    """All 2^n by 2^n entries of a family.

    disjointness: -1 if no bit is set in both x and y. gap-hamming: the sign of N - 2d for Hamming
    distance d, where |N - 2d| >= gap. inner-product: (-1)^{x.y}. majority: the sign of the
    majority of the n bits of x xor y, n odd. Raises `Rejected` for anything else.
    """
    name = choice(parameters, "family", _ENTRIES)
    only(parameters, {"family", "n", "gap"} if name == "gap-hamming" else {"family", "n"})
    bits = integer(parameters, "n", 1, _MAX_BITS)
    if name == "gap-hamming":
        integer(parameters, "gap", 1, bits)
    if name == "majority" and bits % 2 == 0:
        raise Rejected(f"n: {bits}: a majority needs an odd number of bits")
    entry = _ENTRIES[name]
    return [[entry(x, y, parameters) for y in range(2**bits)] for x in range(2**bits)]


def alpha(record: Mapping[str, Any]) -> Fraction | None:
    """The approximation factor, a rational above 1, or None for the text 'infinity'."""
    found = field(record, "alpha")
    if found == "infinity":
        return None
    factor = rational(found, "alpha")
    if factor.numerator >= SHORT:
        raise Rejected("alpha: a rational p/q with p of at most 50 digits is needed")
    if factor <= 1:
        raise Rejected(f"alpha: {str(found)[:40]}: it has to be above 1, or 'infinity'")
    return factor


def _row(row: Any, number: int) -> list[int]:
    if isinstance(row, str) and set(row) <= set(_SIGNS):
        return [_SIGNS[sign] for sign in row]
    if isinstance(row, list) and all(
        entry is None or (type(entry) is int and entry in (1, -1)) for entry in row
    ):
        return [entry or 0 for entry in row]
    raise Rejected(f"matrix[{number}]: allowed are lists of 1, -1 and null, or text of + - .")


def _beyond(product: int, gap: int) -> int:
    return 0 if abs(product) < gap else (1 if product > 0 else -1)
