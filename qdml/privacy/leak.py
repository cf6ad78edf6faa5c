"""What an ensemble of quantum messages leaks, and the limits that it has to obey."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import comb, inf, log2, nextafter
from typing import Any

import flint
import numpy as np

from qdml.bounds.certificates.guessing import problem
from qdml.privacy.ensemble import Ensemble
from qdml.privacy.guessing import guess

#: The two sides of a guessing probability are at most this far apart where it is certified.
GAP = 1e-6

_PRECISION = 512


@dataclass(frozen=True)
class Leak:
    """The leakage of an ensemble of k-copy states.

    `span` is the dimension that the states span, up to the rounding of double precision; `holevo`
    is in bits; the guessing probability lies in [guessing_lower, guessing_upper], `certified` if
    exact arithmetic proves it to within 1e-6. `limits` hold for any ensemble of the same span,
    dimension, copies and largest prior; `bits_per_coordinate` is a mean over the N coordinates, if
    they are drawn independently: otherwise one bit may be told of each of them.
    """

    span: int
    holevo: float
    guessing_lower: float
    guessing_upper: float
    certified: bool
    limits: dict[str, float | int]
    certificate: dict[str, Any]


def leak(ensemble: Ensemble) -> Leak:
    """Span, Holevo quantity and certified guessing probability, with the limits on them."""
    found = guess(ensemble)
    low = max(0.0, _down(found.lower) - ensemble.rounding)
    high = min(1.0, _up(found.upper) + ensemble.rounding)
    span, chi = span_dimension(ensemble.likely()), holevo(ensemble)
    copies, size = ensemble.copies, ensemble.dimension
    room = comb(size + copies - 1, copies) if ensemble.pure else size**copies
    largest = max(ensemble.prior)
    limits: dict[str, float | int] = {
        "dimension": room,
        "guessing_from_span": float(min(Fraction(1), largest * span)),
        "guessing_from_dimension": float(min(Fraction(1), largest * room)),
        "bits_from_span": log2(span),
        "bits_from_dimension": log2(room),
        "bits_from_qubits": copies * log2(size),
        "bits_per_coordinate": log2(span) / size,
    }
    return Leak(span, chi, low, high, high - low < GAP, limits, found.certificate)


def holevo(ensemble: Ensemble) -> float:
    """Holevo's quantity S(sum p_x rho_x^k) - k sum p_x S(rho_x), in bits (Holevo 1973)."""
    joint = _spectrum(ensemble.likely())
    own = 0.0
    for state, p in zip(ensemble.states, ensemble.prior, strict=True):
        if len(state) > 1 and p:
            alone = Ensemble((state,), (Fraction(1),), 1)
            own += float(p) * _entropy(_spectrum(alone))
    return max(0.0, _entropy(joint) - ensemble.copies * own)


def span_dimension(ensemble: Ensemble) -> int:
    """Dimension of the span of the k-copy states, by elimination on the exact Gram matrix.

    Columns that are dependent but for an error of k sqrt(N) eps of their norm count as dependent:
    the entries of a user's arrays are no better known than to double precision.
    """
    gram, _, _ = problem(ensemble.states, ensemble.prior, ensemble.copies)
    size = gram.nrows() // 2
    known = ensemble.copies * np.sqrt(ensemble.dimension * size) * np.finfo(float).eps
    with flint.ctx.workprec(_PRECISION):
        rows = [
            [flint.acb(flint.arb(gram[2 * i, 2 * j]), flint.arb(gram[2 * i + 1, 2 * j]))
             for j in range(size)] for i in range(size)
        ]  # fmt: skip
        left = list(range(size))
        largest = max(float(rows[i][i].real) for i in left)
        while left:
            pivot = max(left, key=lambda i: float(rows[i][i].real))
            if float(rows[pivot][pivot].real) <= known**2 * largest:
                break
            left.remove(pivot)
            for i in left:
                factor = rows[i][pivot] / rows[pivot][pivot]
                for j in left:
                    rows[i][j] -= factor * rows[pivot][j]
        return size - len(left)


def _spectrum(ensemble: Ensemble) -> list[float]:
    """Eigenvalues of the average state, those of the weighted Gram matrix."""
    gram, weights, _ = problem(ensemble.states, ensemble.prior, ensemble.copies)
    size = len(weights)
    root = np.sqrt([float(weight) for weight in weights])
    entries = [
        [complex(float(gram[2 * i, 2 * j]), float(gram[2 * i + 1, 2 * j])) for j in range(size)]
        for i in range(size)
    ]
    found: list[float] = np.linalg.eigvalsh(np.array(entries) * np.outer(root, root)).tolist()
    return found


def _entropy(spectrum: list[float]) -> float:
    return -sum(value * log2(value) for value in spectrum if value > 0)


def _down(exact: Fraction) -> float:
    return nextafter(float(exact), -inf)


def _up(exact: Fraction) -> float:
    return nextafter(float(exact), inf)
