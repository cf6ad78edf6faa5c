"""Checks a lower bound on the rank of a sign matrix over the rationals, by its rank modulo a prime.

A minor that is not zero modulo a prime is not zero, so that the rank modulo any prime is at most
the rank over the rationals. A deterministic protocol needs at least log2 of it in bits (Mehlhorn
and Schmidt 1982).
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from flint import fmpz, nmod_mat

from qdml.bounds.certificates import matrices
from qdml.bounds.certificates.reading import Checked, Rejected, field, integer, only

_KEYS = {"kind", "matrix", "prime", "bound"}


def check(record: Mapping[str, Any]) -> Checked:
    """Valid with the rank modulo the prime, or `Rejected` with the reason."""
    only(record, _KEYS)
    signs = matrices.sign_matrix(field(record, "matrix"))
    prime = integer(record, "prime", 2, 2**31)
    if not fmpz(prime).is_prime():
        raise Rejected(f"prime: {prime}: not a prime number")
    if not all(all(row) for row in signs):
        raise Rejected("matrix: a matrix with undefined entries has no rank")
    rank = int(nmod_mat(signs, prime).rank())
    if integer(record, "bound", 0, matrices.MAX_SIDE) > rank:
        raise Rejected(f"bound: more is claimed than the rank {rank} modulo {prime}")
    size = f"{len(signs)} x {len(signs[0])}"
    return Checked(
        True, Fraction(rank), f"rank of the {size} matrix over the rationals, from below"
    )
