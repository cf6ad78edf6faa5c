"""Graph operators that message passing repeats: the sum, the mean, and the symmetric one."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from scipy.sparse import csr_array, diags_array, eye_array

from qdml.errors import InputError, nearest

Kind = Literal["sum", "mean", "symmetric"]
KINDS: tuple[Kind, ...] = get_args(Kind)


def operator(adjacency: csr_array, kind: str) -> csr_array:
    """The (V, V) operator of an adjacency matrix (V, V) with entries that are not negative.

    sum: A itself. mean: D^-1 A with D the row sums; the row of a node without neighbours is zero.
    symmetric: D^-1/2 (A + 1) D^-1/2 with D the row sums of A + 1 (Kipf and Welling 2017), which
    has spectral norm exactly 1; the norms of the other two are not bounded by 1.

    Raises `InputError` for an unknown kind, a matrix that is not square, not finite or has
    negative entries, and for the symmetric operator of a matrix that is not symmetric.
    """
    if kind not in KINDS:
        raise InputError(
            f"operator {kind!r}: allowed are {', '.join(KINDS)}{nearest(str(kind), KINDS)}"
        )
    if adjacency.ndim != 2 or adjacency.shape[0] != adjacency.shape[1]:
        raise InputError(f"adjacency of shape {adjacency.shape}: expected a square matrix")
    if not np.isfinite(adjacency.data).all() or (adjacency.data < 0).any():
        raise InputError("adjacency: entries must be finite and not negative")
    found = csr_array(adjacency, dtype=np.float64)
    if kind == "sum":
        return found
    if kind == "mean":
        degrees = np.asarray(found.sum(axis=1)).ravel()
        return csr_array(diags_array(1 / np.where(degrees > 0, degrees, 1.0)) @ found)
    if abs(found - found.T).nnz:
        raise InputError("adjacency is not symmetric: take the operator 'mean' or 'sum'")
    looped = found + eye_array(found.shape[0], format="csr")
    root = diags_array(1 / np.sqrt(np.asarray(looped.sum(axis=1)).ravel()))
    return csr_array(root @ looped @ root)
