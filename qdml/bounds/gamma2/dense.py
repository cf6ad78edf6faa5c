"""The dense route: any sign matrix, whole or partial, to a few hundred rows and columns."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from qdml.bounds.certificates.matrices import MAX_SIDE, sign_matrix
from qdml.bounds.certificates.reading import Rejected, rational
from qdml.bounds.gamma2 import rounding
from qdml.bounds.gamma2.found import Found
from qdml.bounds.gamma2.program import suggest
from qdml.bounds.gamma2.symmetry import merged
from qdml.errors import InputError
from qdml.solve import Solver


def find(
    name: Any,
    alpha: Fraction | None,
    *,
    solver: Solver | None = None,
    check_with: Solver | None = None,
) -> Found:
    """Certify gamma_2^alpha from both sides; alpha None stands for infinity.

    `name` is what certificates say of the matrix: rows of 1, -1 and None, rows of text + - . (both
    at most 512 by 512), or a family as `qdml.bounds.certificates.matrices` builds it. Raises
    `InputError` for another matrix, one without a defined entry, or alpha <= 1, and `SolveError`
    where a solver has no answer, or another one than `check_with`.
    """
    if alpha is not None and alpha <= 1:
        raise InputError(f"alpha {alpha}: expected a number above 1, such as 3 for error 1/3")
    try:
        signs = np.array(sign_matrix(name), dtype=np.int8)
    except Rejected as error:
        raise InputError(f"{error}; the largest side is {MAX_SIDE}") from None
    if not signs.any():
        raise InputError("matrix: no entry is defined; at least one has to be 1 or -1")
    whole = merged(signs)
    suggestion = suggest(whole.matrix, None if alpha is None else float(alpha), solver, check_with)
    factorisation = rounding.upper(name, whole, alpha, suggestion)
    return Found(
        route="dense",
        certificate=rounding.lower(name, whole, alpha, suggestion),
        primal=rational(factorisation["bound"], "bound"),
        factorisation=factorisation,
    )


def disjointness(*, alpha: Fraction, n: int) -> Found:
    """2^n subsets on either side: -1 if they are disjoint, +1 otherwise."""
    return find({"family": "disjointness", "n": n}, alpha)


def gap_hamming(*, alpha: Fraction, n: int, gap: int) -> Found:
    """The sign of N - 2d at Hamming distance d, where |N - 2d| >= gap."""
    return find({"family": "gap-hamming", "n": n, "gap": gap}, alpha)


def inner_product(*, alpha: Fraction, n: int) -> Found:
    """(-1)^{x.y} on n bits."""
    return find({"family": "inner-product", "n": n}, alpha)


def majority(*, alpha: Fraction, n: int) -> Found:
    """The sign of the majority of the n bits of x xor y, n odd."""
    return find({"family": "majority", "n": n}, alpha)
