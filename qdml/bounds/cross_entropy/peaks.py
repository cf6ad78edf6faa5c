"""Bounds on the largest eigenvalue and the Frobenius norm of B, each with its proof as a record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import ceil, sqrt
from typing import Any

from qdml.bounds.certificates.cross_entropy import scaled_moment

#: Denominator of the bounds, which are rounded up.
GRAIN = 2**30


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


def spreads(qubits: int, level: str) -> Iterator[Part]:
    """Bounds on tr B^2: Pauli coefficients at most N/(N+1), or the fourth moment as well."""
    size = 2**qubits
    pauli = Fraction(size * (size - 1), size + 1)
    yield Part(pauli, 2, "pauli")
    if level == "sharp":
        scale = Fraction(size**4, (size + 1) * (size + 2) * (size + 4))
        value = sqrt(11 * float(scale))
        for _ in range(60):
            value = sqrt(float(scale) * (11 + 4 / value))
        found = _up(value)
        while found**3 < scale * (11 * found + 4):
            found += max(Fraction(1, GRAIN), found / GRAIN)
        if found < pauli:
            yield Part(found, 4, "fourth")


def peaks(qubits: int, level: str, spread: Part, most_order: int) -> Iterator[Part]:
    """Bounds on the eigenvalues of B: single moments, the Frobenius norm, a polynomial."""
    yield single_moment(qubits, most_order)
    if level == "sharp":
        value = _up(sqrt(float(spread.value)))
        while value**2 < spread.value:
            value += max(Fraction(1, GRAIN), value / GRAIN)
        yield Part(value, spread.order, "spread")


@lru_cache(maxsize=64)
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


def _up(value: float) -> Fraction:
    return Fraction(ceil(value * GRAIN), GRAIN)
