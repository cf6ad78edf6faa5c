"""Bounds on the largest eigenvalue and the Frobenius norm of B, each with its proof as a record."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import ceil, sqrt
from typing import Any

import numpy as np

from qdml.bounds import certificates
from qdml.bounds.certificates.clifford import mean_moment, most_fourth_power, scaled_moment
from qdml.bounds.cross_entropy.polynomial import Envelope, best_envelope

#: Denominator of the bounds, which are rounded up.
GRAIN = 2**30

#: Qubits for which polynomials are sought: below, no message is long enough to gain a bit; above,
#: single moments are better than any polynomial that doubles can find.
POLYNOMIALS = range(5, 25)

#: Degree of the polynomials; coefficients from 4 on are not negative where q is unknown.
DEGREE = 8


@dataclass(frozen=True)
class Part:
    """A bound, the largest order of the moments that it rests on, and its record."""

    value: Fraction
    order: int
    route: str
    extra: tuple[tuple[str, Any], ...] = ()

    @property
    def record(self) -> dict[str, Any]:
        """The part of a certificate that the checker reads."""
        return {"route": self.route, "value": str(self.value), **dict(self.extra)}


@lru_cache(maxsize=128)
def pairs(qubits: int, level: str, most_order: int) -> tuple[tuple[Part, Part], ...]:
    """Bounds (M, F) on eigenvalues and tr B^2 that go together, for the level of knowledge."""
    size = 2**qubits
    moment = single_moment(qubits, most_order)
    if level == "stated":
        return ((moment, _pauli(size)),)
    spread = best_spread(qubits)
    peaks = [moment, Part(_root(spread.value), spread.order, "spread")]
    peaks += [part for part in (_polynomial(qubits), _joint(qubits)) if part]
    return tuple((peak, _with_peak(size, peak, spread)) for peak in peaks)


@lru_cache(maxsize=128)
def single_moment(qubits: int, most_order: int) -> Part:
    """min over t of N (N m_t)^(1/t) - 1, from the moments of stabiliser states."""
    best: Part | None = None
    for order in range(2, most_order + 1):
        total = 2**qubits * scaled_moment(qubits, order)
        value = _up(float(total) ** (1 / order) - 1)
        while (1 + value) ** order < total:
            value += max(Fraction(1, GRAIN), value / GRAIN)
        if best is None or value < best.value:
            best = Part(value, order, "moment", (("order", order),))
    assert best is not None
    return best


def best_spread(qubits: int) -> Part:
    """The smaller bound on tr B^2 of those that need no peak."""
    fourth = Part(_cubic(2**qubits, 11.0, 4.0), 4, "fourth")
    return min(_pauli(2**qubits), fourth, key=lambda part: part.value)


def _pauli(size: int) -> Part:
    return Part(Fraction(size * (size - 1), size + 1), 2, "pauli")


def _stands(qubits: int, peak: Part, spread: Part) -> bool:
    """Whether the checker accepts the two bounds; one bit is needed for any score."""
    record = {
        "kind": "cross-entropy",
        "qubits": qubits,
        "score": 1,
        "bits": 1,
        "tilt": "1/2",
        "peak": peak.record,
        "spread": spread.record,
    }
    return certificates.check(record).valid


def _with_peak(size: int, peak: Part, spread: Part) -> Part:
    """The smaller of `spread` and what the fourth moment gives below `peak`."""
    if peak.route == "spread" or peak.value < 1:
        return spread
    square = peak.value**2
    scale = Fraction(size**4, (size + 1) * (size + 2) * (size + 4))
    low, high = 0.0, 2 * float(spread.value)
    for _ in range(60):
        x = (low + high) / 2
        forth = float(most_fourth_power(Fraction(x), square))
        low, high = (x, high) if x**4 < scale * (5 * x**2 + 6 * forth + 4 * x) else (low, x)
    own = Part(_up(high * (1 + 1e-12)), max(4, peak.order), "peak")
    return min(own, spread, key=lambda part: part.value)


def _polynomial(qubits: int) -> Part | None:
    """The largest eigenvalue by one polynomial of y."""
    if qubits not in POLYNOMIALS:
        return None
    means = [float(mean_moment(qubits, t, Fraction(1))) for t in range(DEGREE + 1)]
    about = float(single_moment(qubits, DEGREE).value) + 1
    found = best_envelope(2**qubits, means, 3, about)
    part = _part(found, DEGREE, "envelope", ()) if found else None
    return part if part and _stands(qubits, part, best_spread(qubits)) else None


def _joint(qubits: int) -> Part | None:
    """The least M such that B of peak M has a top state whose moments allow no more than M."""
    size = 2**qubits
    if qubits not in POLYNOMIALS:
        return None
    high, best = float(single_moment(qubits, DEGREE).value), None
    low = 0.7 * high
    for _ in range(9):
        peak = (low + high) / 2
        spread = _with_peak(size, Part(_up(peak), 5, "joint"), best_spread(qubits))
        means, extra = _means(qubits, _up(peak), spread.value)
        found = best_envelope(size, means, 5, peak + 1) if means else None
        part = found and _part(found, 5, "joint", extra, _up(peak))
        if part and _stands(qubits, part, spread):
            best, high = part, peak
        else:
            low = peak
    return best


def _means(
    qubits: int, peak: Fraction, spread: Fraction
) -> tuple[list[float], tuple[tuple[str, Any], ...]]:
    """Moments of y to the fifth for a state on top of B, and the floor and slope behind them.

    Among the lines floor + slope z above a^2, z = (1 - 1/(M a))_+^2 and 0 <= a <= 1, the lowest at
    z = F/M^2 - 1 is taken.
    """
    m, size = float(peak), 2.0**qubits
    a = 1 / m + (1 - 1 / m) * np.linspace(0, 1, 2001) ** 2
    slopes = np.geomspace(0.05, 50, 200)
    floors = (a**2 - slopes[:, None] * (1 - 1 / (m * a)) ** 2).max(axis=1)
    eps = max(0.0, float(spread) / m**2 - 1)
    place = int((floors + slopes * eps).argmin())
    floor, slope = float(floors[place]) * (1 + 1e-4), float(slopes[place]) * (1 + 1e-4)
    fourth = min(1.0, 1 / size + floor + slope * eps)
    exact = Fraction(ceil(floor * GRAIN), GRAIN), Fraction(ceil(slope * GRAIN), GRAIN)
    means = [float(mean_moment(qubits, t, Fraction(fourth))) for t in range(6)]
    return means, (("floor", str(exact[0])), ("slope", str(exact[1])))


def _part(
    found: Envelope, order: int, route: str, extra: tuple[tuple[str, Any], ...], value: Any = None
) -> Part:
    own = (
        ("threshold", str(found.threshold)),
        ("coefficients", [str(number) for number in found.coefficients]),
    )
    return Part(value or _up(found.value - 1 + 1e-9), order, route, own + extra)


def _cubic(size: int, linear: float, constant: float) -> Fraction:
    """A rational just above the positive root of x^3 = K (linear x + constant)."""
    scale = Fraction(size**4, (size + 1) * (size + 2) * (size + 4))
    x = sqrt(float(scale) * linear) + 1
    for _ in range(200):
        x = sqrt(float(scale) * (linear + constant / x))
    found = _up(x)
    while found**3 < scale * (Fraction(linear) * found + Fraction(constant)):
        found += max(Fraction(1, GRAIN), found / GRAIN)
    return found


def _root(square: Fraction) -> Fraction:
    value = _up(sqrt(float(square)))
    while value**2 < square:
        value += max(Fraction(1, GRAIN), value / GRAIN)
    return value


def _up(value: float) -> Fraction:
    return Fraction(ceil(value * GRAIN), GRAIN)
