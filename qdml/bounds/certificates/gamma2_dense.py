"""Checks a dual triple (W, p, q), which proves a lower bound on gamma_2^alpha of a sign matrix.

gamma_2^alpha(A) is the least gamma_2(B) with 1 <= A_ij B_ij <= alpha where A is defined and
|B_ij| <= alpha elsewhere. Let B_ij = <u_i, v_j> with |u_i|^2, |v_j|^2 <= gamma_2(B), and let

    M = [[D_p, -W], [-W^T, D_q]]   be positive semidefinite.

Summing M against the Gram matrix of all u_i, v_j gives 2 sum W_ij B_ij <= gamma_2(B) (sum p +
sum q), and sum W_ij B_ij is least when B = A where W has the sign of A, and when |B_ij| = alpha
against W everywhere else (Linial and Shraibman 2009):

    gamma_2^alpha(A) >= 2 (sum agreeing |W_ij| - alpha sum others |W_ij|) / (sum p + sum q).

M >= 0 is proved in integers. With r_i >= 1/p_i the Schur complement D_q - W^T D_p^-1 W is at least
D_q - W^T D_r W, for which `psd.is_psd` has a proof.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import lcm
from typing import Any

from flint import fmpz_mat

from qdml.bounds.certificates import matrices
from qdml.bounds.certificates.psd import is_psd
from qdml.bounds.certificates.reading import Checked, Rejected, field, only, rational, rationals

_KEYS = {"kind", "matrix", "alpha", "weights", "p", "q", "bound"}

#: Longer numbers would make a check slow, and no finder needs them.
_MAX_BITS = 1024


def check(record: Mapping[str, Any]) -> Checked:
    """Valid with the exact lower bound, or `Rejected` with the reason."""
    only(record, _KEYS)
    signs = matrices.sign_matrix(field(record, "matrix"))
    alpha = matrices.alpha(record)
    rows, columns = len(signs), len(signs[0])
    listed = field(record, "weights")
    if not isinstance(listed, list) or len(listed) != rows:
        raise Rejected(f"weights: {rows} rows of {columns} numbers are needed")
    weights = [rationals(row, f"weights[{i}]", columns) for i, row in enumerate(listed)]
    p = rationals(field(record, "p"), "p", rows)
    q = rationals(field(record, "q"), "q", columns)
    for name, diagonal in (("p", p), ("q", q)):
        for place, entry in enumerate(diagonal):
            if entry < 0:
                raise Rejected(f"{name}[{place}]: a diagonal entry is negative")
    if not any(p) and not any(q):
        raise Rejected("p, q: all entries are zero; nothing follows")
    *rows_whole, p_whole, q_whole = _whole([*weights, p, q])
    bound = _bound(signs, alpha, rows_whole, sum(p_whole) + sum(q_whole))
    if bound <= 0:
        raise Rejected("weights: nothing above zero follows from them")
    if not _is_psd(rows_whole, p_whole, q_whole):
        raise Rejected("[[D_p, -W], [-W^T, D_q]] is not proved positive semidefinite")
    if rational(field(record, "bound"), "bound") > bound:
        raise Rejected(f"bound: more is claimed than the proved {float(bound):.9g}")
    factor = "infinity" if alpha is None else str(alpha)
    return Checked(True, bound, f"gamma_2^{factor} of the {rows} x {columns} matrix, from below")


def _bound(
    signs: list[list[int]], alpha: Fraction | None, weights: list[list[int]], total: int
) -> Fraction:
    agreeing = others = 0
    for sign_row, row in zip(signs, weights, strict=True):
        for sign, weight in zip(sign_row, row, strict=True):
            if sign * weight > 0:
                agreeing += abs(weight)
            else:
                others += abs(weight)
    if alpha is None and others:
        raise Rejected("weights: with alpha = infinity every weight has the sign of its entry")
    return 2 * (agreeing - (alpha or 0) * others) / Fraction(total)


def _is_psd(rows: list[list[int]], p: list[int], q: list[int]) -> bool:
    """Whether the block matrix of integers is proved to be positive semidefinite."""
    # The smaller side is left to the factorisation.
    if len(p) < len(q):
        rows, p, q = [list(column) for column in zip(*rows, strict=True)], q, p
    if any(any(row) for row, entry in zip(rows, p, strict=True) if entry == 0):
        return False
    kept = [(row, entry) for row, entry in zip(rows, p, strict=True) if entry]
    if not kept:
        return True
    scale = _common([entry for _, entry in kept])
    inner = fmpz_mat([row for row, _ in kept])
    scaled = fmpz_mat([[-(-scale // entry) * weight for weight in row] for row, entry in kept])
    rest = [[-int(entry) for entry in row] for row in (inner.transpose() * scaled).tolist()]
    for place, entry in enumerate(q):
        rest[place][place] += scale * entry
    return is_psd(rest)


def _whole(rows: list[list[Fraction]]) -> list[list[int]]:
    """All numbers times one positive factor that makes them integers; M >= 0 and the bound stay."""
    factor = 1
    for row in rows:
        for entry in row:
            factor = lcm(factor, entry.denominator)
            if factor.bit_length() > _MAX_BITS:
                raise Rejected(f"a common denominator of more than {_MAX_BITS} bits")
    if any(entry.numerator.bit_length() > _MAX_BITS for row in rows for entry in row):
        raise Rejected(f"numbers of more than {_MAX_BITS} bits")
    return [[entry.numerator * (factor // entry.denominator) for entry in row] for row in rows]


def _common(entries: list[int]) -> int:
    """A number that all entries divide, if a short one exists, or else a large power of two."""
    large = max(entries).bit_length() + 64
    scale = 1
    for entry in entries:
        scale = lcm(scale, entry)
        if scale.bit_length() > 2 * large:
            return int(2**large)
    return scale
