"""Finds certificates for the cross-entropy task: floats suggest, the checker decides.

The bound is (-N ln(1 - u s/M) - N ln(1 + 1/N) - (F/M^2)(-ln(1-u) - u))/ln 2 bits; M bounds the
eigenvalues of B and F its squared Frobenius norm. Every choice of u, M and F that passes the
checker is a theorem; a better choice is a stronger one.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, exp, expm1, fsum, log, log1p, log2
from typing import Any, Literal

from qdml.bounds.certificates.cross_entropy import MOST_ORDER, MOST_QUBITS, check
from qdml.bounds.cross_entropy import peaks
from qdml.errors import InputError

Level = Literal["stated", "sharp"]

#: Denominator of every number in a certificate.
GRAIN = 2**40

#: The Euler-Mascheroni constant.
EULER = 0.5772156649015329


@dataclass(frozen=True)
class Need:
    """Classical bits that a score needs, with the certificate that says so.

    `bits` is None when no number of bits reaches the score; `order` is the largest moment used.
    """

    qubits: int
    score: Fraction
    bits: int | None
    order: int
    certificate: dict[str, Any] | None


def check_task(qubits: int, score: Fraction) -> None:
    """Raise `InputError` unless 1 <= n <= 40 and 0 < score < N."""
    if not 1 <= qubits <= MOST_QUBITS:
        raise InputError(f"{qubits} qubits: expected 1 to {MOST_QUBITS}")
    if not 0 < score < 2**qubits:
        raise InputError(
            f"score {float(score):g}: expected a number above 0 and below N = 2^{qubits}; one "
            f"quantum message scores {ideal_score(qubits)}"
        )


def ideal_score(qubits: int) -> Fraction:
    """(N-1)/(N+1): the score of one n-qubit message, the state itself."""
    return Fraction(2**qubits - 1, 2**qubits + 1)


def certified_bits(
    qubits: int, score: Fraction, level: Level = "sharp", most_order: int = MOST_ORDER
) -> Need:
    """The largest number of bits that the search can certify, and its certificate.

    `stated` uses the moments of a single order t <= `most_order` and tr B^2 <= N(N-1)/(N+1);
    `sharp` all that is known. Raises `InputError` for a task that is none.
    """
    check_task(qubits, score)
    known = peaks.pairs(qubits, level, most_order)
    peak, spread = max(known, key=lambda pair: _bits(qubits, score, pair[0].value, pair[1].value))
    # Rounding of the harmonic number is far below the slack.
    if score >= peak.value or score > full_score(qubits) + 1e-9:
        return Need(qubits, score, None, max(peak.order, spread.order), None)
    bits, tilt = _bits(qubits, score, peak.value, spread.value)
    count = max(1, ceil(bits) + 1)
    while True:
        record = {
            "kind": "cross-entropy",
            "qubits": qubits,
            "score": str(score),
            "bits": count,
            "tilt": str(Fraction(round(tilt * GRAIN), GRAIN)),
            "peak": peak.record,
            "spread": spread.record,
        }
        found = check(record)
        if found.valid or count == 1:
            return Need(qubits, score, count, max(peak.order, spread.order), record)
        count -= max(1, count >> 40)


def score_at_most(qubits: int, bits: int, union: bool = True) -> float:
    """A score that no protocol of `bits` bits exceeds, in floats: for figures and comparisons.

    The same bound, read the other way round; at most H_N - 1, the score of knowing the state.
    With `union=False` the factor 2^c is left out: a false variant for checks. Raises `InputError`
    for negative bits.
    """
    if bits < 0:
        raise InputError(f"{bits} bits: expected 0 or more")
    if bits == 0 and union:
        return 0.0
    size, lowest = 2.0**qubits, full_score(qubits)
    for peak, spread in peaks.pairs(qubits, "sharp", MOST_ORDER):
        m, k = float(peak.value), float(spread.value / peak.value**2)
        for step in range(1, 400):
            u = -expm1(-step / 20)
            x = (bits * union * log(2) + k * (step / 20 - u)) / size
            lowest = min(lowest, m / u * (1 - exp(-x) * size / (size + 1)))
    return lowest


def full_score(qubits: int) -> float:
    """H_N - 1, the average score of the likeliest outcome; at most this for any protocol at all."""
    size = 1 << qubits
    if qubits <= 12:
        return fsum(1 / k for k in range(2, size + 1))
    return log(size) + EULER + 1 / (2 * size) - 1 / (12 * size**2) - 1


def ideal_bits(qubits: int, score: Fraction, peak: Fraction, spread: Fraction) -> float:
    """The bound in floats for given M and F, at the best tilt; 0 where it says nothing."""
    return max(0.0, _bits(qubits, score, peak, spread)[0])


def _bits(qubits: int, score: Fraction, peak: Fraction, spread: Fraction) -> tuple[float, float]:
    """The bound and the tilt u that gives it: 1 - u = k/(N s/M + k) nearly, k = F/M^2."""
    size, m = 2.0**qubits, float(peak)
    s, k = float(score), float(spread) / m**2
    if s >= m:
        return float("inf"), 0.5
    offset = size * log1p(1 / size)

    def at(logit: float) -> tuple[float, float]:
        u = -expm1(-logit)
        value = -size * log1p(-u * s / m) - offset - k * (logit - u)
        return value / log(2), u

    start = log2(size) + 4
    grid = [start * (step + 1) / 400 for step in range(400)]
    middle = max(grid, key=at)
    fine = [middle + start * (step - 50) / 20000 for step in range(101)]
    value, u = max(at(logit) for logit in fine if logit > 0)
    return value, u
