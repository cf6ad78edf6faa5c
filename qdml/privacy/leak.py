"""What an ensemble of quantum messages leaks, and the limits that it has to obey."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import inf, log2, nextafter
from typing import Any

import numpy as np

from qdml.bounds.certificates.guessing import problem
from qdml.privacy.ensemble import Ensemble
from qdml.privacy.guessing import guess
from qdml.privacy.spanned import room, span

#: The two sides of a guessing probability are at most this far apart where it is certified.
GAP = 1e-6


@dataclass(frozen=True)
class Leak:
    """The leakage of an ensemble of k-copy states.

    `span` is the dimension that the states span whatever the rounding of double precision has done
    to them, and limits["span"] what the numbers given span at most, both proved: the dimension is
    certified where they are equal. `holevo` and `coordinates`, what is told at most of the value in
    each coordinate, are in bits. The guessing probability lies in [guessing_lower, guessing_upper],
    `certified` if exact arithmetic proves it to within 1e-6. `limits` hold for any ensemble of the
    same span, dimension, copies and largest prior; `bits_per_coordinate` limits the mean of
    `coordinates`, if these are drawn independently: otherwise a bit may be told of each of them.
    """

    span: int
    holevo: float
    guessing_lower: float
    guessing_upper: float
    certified: bool
    limits: dict[str, float | int]
    coordinates: list[float]
    certificate: dict[str, Any]


def leak(ensemble: Ensemble) -> Leak:
    """Span, Holevo quantity and certified guessing probability, with the limits on them."""
    found = guess(ensemble)
    low = max(0.0, _down(found.lower) - ensemble.rounding)
    high = min(1.0, _up(found.upper) + ensemble.rounding)
    spanned = span(ensemble.likely())
    copies, size = ensemble.copies, ensemble.dimension
    dimension, most = room(ensemble, size), spanned.most
    largest = max(ensemble.prior)
    limits: dict[str, float | int] = {
        "span": most,
        "dimension": dimension,
        "guessing_from_span": float(min(Fraction(1), largest * most)),
        "guessing_from_dimension": float(min(Fraction(1), largest * dimension)),
        "bits_from_span": log2(most),
        "bits_from_dimension": log2(dimension),
        "bits_from_qubits": copies * log2(size),
        "bits_per_coordinate": log2(most) / size,
    }
    return Leak(
        span=spanned.least,
        holevo=holevo(ensemble),
        guessing_lower=low,
        guessing_upper=high,
        certified=high - low < GAP,
        limits=limits,
        coordinates=coordinates(ensemble),
        certificate=found.certificate,
    )


def holevo(ensemble: Ensemble) -> float:
    """Holevo's quantity S(sum p_x rho_x^k) - k sum p_x S(rho_x), in bits (Holevo 1973)."""
    joint = _spectrum(ensemble.likely())
    own = 0.0
    for state, p in zip(ensemble.states, ensemble.prior, strict=True):
        if len(state) > 1 and p:
            alone = Ensemble((state,), (Fraction(1),), 1)
            own += float(p) * _entropy(_spectrum(alone))
    return max(0.0, _entropy(joint) - ensemble.copies * own)


def coordinates(ensemble: Ensemble) -> list[float]:
    """What k copies tell at most of the value in each coordinate, (N,) bits.

    Holevo's quantity of the value; none for density matrices, and for more than 1024 coordinates.
    """
    ensemble = ensemble.likely()
    joint = _entropy(_spectrum(ensemble))
    told: dict[tuple[int, ...], float] = {}
    for row in ensemble.values:
        if row not in told:
            told[row] = max(0.0, joint - _mean_entropy(ensemble, row))
    return [told[row] for row in ensemble.values]


def _mean_entropy(ensemble: Ensemble, row: Sequence[int]) -> float:
    """Average entropy of the state given the value in one coordinate."""
    mean = 0.0
    for value in set(row):
        own = [x for x, other in enumerate(row) if other == value]
        # A single pure state has no entropy.
        if len(own) > 1:
            weight = sum(ensemble.prior[x] for x in own)
            prior = tuple(ensemble.prior[x] / weight for x in own)
            part = Ensemble(tuple(ensemble.states[x] for x in own), prior, ensemble.copies)
            mean += float(weight) * _entropy(_spectrum(part))
    return mean


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
