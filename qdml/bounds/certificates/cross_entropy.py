"""Checks that a score in the cross-entropy task needs so many classical bits, in balls alone.

With M >= largest eigenvalue and F >= squared Frobenius norm of every B = A - 1, and 0 < u < 1,
c bits score at most (M/u)(1 - N/(N+1) exp(-(c ln 2 + (F/M^2)(-ln(1-u) - u))/N)); the proof of
every line is proofs_checks/cross_entropy_one_way.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import flint

from qdml.bounds.certificates.clifford import mean_moment, most_fourth_power, scaled_moment
from qdml.bounds.certificates.reading import (
    Checked,
    Rejected,
    choice,
    field,
    integer,
    only,
    rational,
    rationals,
)
from qdml.bounds.certificates.sturm import is_envelope, positive_until

NAMES = ("peak", "spread")
PEAKS = ("moment", "spread", "envelope", "joint")
MOST_QUBITS = 40
MOST_ORDER = 24
MOST_DEGREE = 10
LONGEST = 1024

#: Bits asked for beyond this are no finite bound: the score is out of reach altogether.
MOST_BITS = 2**64

#: Bits of working precision; N = 2^40 costs 40 of them.
PRECISION = 192


def check(record: Mapping[str, Any]) -> Checked:
    """Check that every c-bit protocol of the stated score has c >= `bits`.

    Fields: kind, qubits, score, bits, tilt (u), peak (M) and spread (F), each of the last two with
    `value` and the `route` that proves it.
    """
    only(record, {"kind", "qubits", "score", "bits", "tilt", "peak", "spread"})
    qubits = integer(record, "qubits", 1, MOST_QUBITS)
    bits = integer(record, "bits", 1, MOST_BITS)
    score, tilt = (rational(field(record, name), name) for name in ("score", "tilt"))
    if not 0 < score < 2**qubits:
        raise Rejected(f"score: allowed are numbers between 0 and 2^{qubits}")
    if not 0 < tilt < 1:
        raise Rejected("tilt: allowed are numbers between 0 and 1")
    parts = _part(field(record, "peak"), "peak"), _part(field(record, "spread"), "spread")
    peak, spread = (_positive(part, name) for part, name in zip(parts, NAMES, strict=True))
    _check_spread(parts[1], 2**qubits, peak, spread, choice(parts[0], "route", PEAKS))
    _check_peak(parts[0], qubits, peak, spread)
    # Without a message Bob's guess does not depend on the state, and scores 0.
    if bits > 1 and not _falls_short(qubits, score, bits - 1, tilt, peak, spread):
        reason = f"{bits - 1} bits are not shown to score less than {float(score):.6g}"
        return Checked(False, None, reason)
    return Checked(True, Fraction(bits), f"every protocol of this score sends {bits} bits or more")


def _falls_short(
    qubits: int, score: Fraction, bits: int, tilt: Fraction, peak: Fraction, spread: Fraction
) -> bool:
    with flint.ctx.workprec(PRECISION):
        size, u = 2**qubits, _ball(tilt)
        cost = _ball(spread / peak**2) * (-(1 - u).log() - u)
        kept = (-(flint.arb(bits) * flint.arb(2).log() + cost) / size).exp()
        highest = _ball(peak / tilt) * (1 - kept * size / (size + 1))
        return bool(highest < _ball(score))


def _check_spread(
    record: Mapping[str, Any], size: int, peak: Fraction, value: Fraction, leans: str
) -> None:
    """Refuse a number that tr B^2 could exceed; K = N^4/((N+1)(N+2)(N+4)).

    `pauli`: N(N-1)/(N+1). `fourth`: x^3 <= K (11 x + 4) for x = tr B^2. `peak`: where no
    eigenvalue exceeds M >= 1, x^4 <= K (5 x^2 + 6 g + 4 x), g the most that tr B^4 can be then.
    Each of the two fails for every larger x.
    """
    only(record, {"route", "value"})
    scale = Fraction(size**4, (size + 1) * (size + 2) * (size + 4))
    route = choice(record, "route", ("pauli", "fourth", "peak"))
    if route == "pauli":
        proven = value >= Fraction(size * (size - 1), size + 1)
    elif route == "fourth":
        proven = value**3 >= scale * (11 * value + 4)
    else:
        # A peak that is read off the spread cannot support it.
        above = 5 * value**2 + 6 * most_fourth_power(value, peak**2) + 4 * value
        proven = leans != "spread" and peak >= 1 and value**4 >= scale * above
    if not proven:
        raise Rejected("spread: the value is not proven to bound tr B^2")


def _check_peak(record: Mapping[str, Any], qubits: int, value: Fraction, spread: Fraction) -> None:
    """Refuse a number that an eigenvalue of B could exceed.

    `moment`: (1+M)^t >= N^(t+1) m_t. `spread`: M^2 >= F. `envelope`: 1 + M >= x + N E[q(y)] for
    a polynomial q that is at least max(0, y - x) for 0 <= y <= N. `joint`: the same with the
    fourth and fifth moments that a state has when B of peak M and spread F has it on top.
    """
    route, own = choice(record, "route", PEAKS), {"threshold", "coefficients"}
    used = {"moment": {"order"}, "spread": set[str](), "envelope": own}
    only(record, {"route", "value"} | used.get(route, own | {"floor", "slope"}))
    if route == "moment":
        order = integer(record, "order", 2, MOST_ORDER)
        proven = (1 + value) ** order >= 2**qubits * scaled_moment(qubits, order)
    elif route == "spread":
        proven = value**2 >= spread
    elif route == "envelope":
        proven = 1 + value >= _envelope(record, qubits, 4, [Fraction(1)])
    else:
        most = _pauli_fourth(record, 2**qubits, value, spread)
        proven = 1 + value >= _envelope(record, qubits, 6, [Fraction(0), most])
    if not proven:
        raise Rejected("peak: the value is not proven to bound the eigenvalues of B")


def _pauli_fourth(
    record: Mapping[str, Any], size: int, peak: Fraction, spread: Fraction
) -> Fraction:
    """The most that q = sum_P <P>^4/N can be for the state on top of B: 1/N + floor + slope eps.

    Pauli coefficients of B are at most 1 and tr B^2 <= F, so that sum_P (M |<P>| - 1)_+^2/N, P not
    1, is at most eps M^2 = F - M^2; and a^2 <= floor + slope (1 - 1/(M a))_+^2 for 0 <= a <= 1.
    """
    floor, slope = (rational(field(record, name), name) for name in ("floor", "slope"))
    # With M a = 1 + w: the quartic below is positive for 0 < w <= M - 1.
    scaled, steep = floor * peak**2, slope * peak**2
    quartic = [scaled - 1, 2 * scaled - 4, scaled + steep - 6, Fraction(-4), Fraction(-1)]
    holds = peak > 1 and slope >= 0 and scaled > 1
    if not holds or not positive_until(quartic, peak - 1):
        raise Rejected("peak: floor and slope do not bound the squares of Pauli means")
    excess = max(spread / peak**2 - 1, Fraction(0))
    return min(Fraction(1), Fraction(1, size) + floor + slope * excess)


def _envelope(
    record: Mapping[str, Any], qubits: int, signed: int, fourths: list[Fraction]
) -> Fraction:
    """x + N E[q(y)], the larger of the two ends; coefficients from `signed` on are not negative."""
    threshold = rational(field(record, "threshold"), "threshold")
    given = field(record, "coefficients")
    if not isinstance(given, list) or not 2 <= len(given) <= MOST_DEGREE + 1:
        raise Rejected(f"coefficients: a list of 2 to {MOST_DEGREE + 1} numbers is needed")
    numbers = rationals(given, "coefficients", len(given))
    # The exact test of a polynomial takes its time with long numbers.
    if any(
        q.numerator.bit_length() + q.denominator.bit_length() > LONGEST
        for q in (threshold, *numbers)
    ):
        raise Rejected(f"coefficients: a number of more than {LONGEST} binary digits")
    if threshold < 0 or any(number < 0 for number in numbers[signed:]):
        # Of these moments only upper ends are known.
        raise Rejected(f"peak: the threshold or a coefficient from number {signed} on is negative")
    if not is_envelope(numbers, threshold, 2**qubits):
        raise Rejected("peak: the polynomial is not above max(0, y - threshold)")
    terms = ([c * mean_moment(qubits, t, q) for t, c in enumerate(numbers)] for q in fourths)
    # The mean is linear in q: the larger of its ends bounds it.
    return threshold + Fraction(2**qubits) * max(sum(term, Fraction(0)) for term in terms)


def _part(given: object, name: str) -> Mapping[str, Any]:
    if not isinstance(given, dict):
        raise Rejected(f"{name}: a JSON object is needed")
    return given


def _positive(record: Mapping[str, Any], name: str) -> Fraction:
    value = rational(field(record, "value"), name)
    if value <= 0:
        raise Rejected(f"{name}: a number above 0 is needed")
    return value


def _ball(value: Fraction) -> flint.arb:
    return flint.arb(flint.fmpq(value.numerator, value.denominator))
