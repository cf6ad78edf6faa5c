"""Checks that a score in the cross-entropy task needs so many classical bits, in balls alone.

With M >= largest eigenvalue and F >= squared Frobenius norm of every B = A - 1, and 0 < u < 1,
c bits score at most (M/u)(1 - N/(N+1) exp(-(c ln 2 + (F/M^2)(-ln(1-u) - u))/N)); the proof of
every line is proofs_checks/cross_entropy_one_way.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise
from math import prod
from typing import Any

import flint

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

MOST_QUBITS = 40
MOST_ORDER = 24
MOST_DEGREE = 16

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
        raise Rejected(f"score: {float(score):.6g}: allowed are numbers between 0 and 2^{qubits}")
    if not 0 < tilt < 1:
        raise Rejected("tilt: allowed are numbers between 0 and 1")
    spread = _spread(field(record, "spread"), qubits)
    peak = _peak(field(record, "peak"), qubits, spread)
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


def _spread(given: object, qubits: int) -> Fraction:
    """A number that tr B^2 cannot exceed.

    `pauli`: N(N-1)/(N+1). `fourth`: x^3 <= K (11 x + 4), K = N^4/((N+1)(N+2)(N+4)), which holds
    for x = tr B^2 and fails for every larger x once it fails for one.
    """
    record = _part(given, "spread", {"route", "value"})
    value, size = _positive(record, "spread"), 2**qubits
    if choice(record, "route", ("pauli", "fourth")) == "pauli":
        proven = value >= Fraction(size * (size - 1), size + 1)
    else:
        scale = Fraction(size**4, (size + 1) * (size + 2) * (size + 4))
        proven = value**3 >= scale * (11 * value + 4)
    if not proven:
        raise Rejected(f"spread: {float(value):.6g} is not proven to bound tr B^2")
    return value


def _peak(given: object, qubits: int, spread: Fraction) -> Fraction:
    """A number that no eigenvalue of B exceeds.

    `moment`: (1+M)^t >= N^(t+1) m_t. `spread`: M^2 >= F. `envelope`: 1 + M >= x + N E[q(y)] for
    a polynomial q that is at least max(0, y - x) for 0 <= y <= N.
    """
    known = {"route", "value", "order", "threshold", "coefficients"}
    record = _part(given, "peak", known)
    value, size = _positive(record, "peak"), 2**qubits
    route = choice(record, "route", ("moment", "spread", "envelope"))
    used = {"moment": {"order"}, "spread": set[str](), "envelope": {"threshold", "coefficients"}}
    only(record, {"route", "value"} | used[route])
    if route == "moment":
        order = integer(record, "order", 2, MOST_ORDER)
        proven = (1 + value) ** order >= size * scaled_moment(qubits, order)
    elif route == "spread":
        proven = value**2 >= spread
    else:
        proven = 1 + value >= _envelope(record, qubits)
    if not proven:
        raise Rejected(f"peak: {float(value):.6g} is not proven to bound the eigenvalues of B")
    return value


def scaled_moment(qubits: int, order: int) -> Fraction:
    """The largest E y^t, y = N |<z|U phi>|^2: product over k <= t-2 of N (2^k+1)/(N+2^k)."""
    size, steps = 2**qubits, range(order - 1)
    return Fraction(
        size ** max(0, order - 1) * prod(2**k + 1 for k in steps),
        prod(size + 2**k for k in steps),
    )


def _envelope(record: Mapping[str, Any], qubits: int) -> Fraction:
    threshold = rational(field(record, "threshold"), "threshold")
    given = field(record, "coefficients")
    if not isinstance(given, list) or not 2 <= len(given) <= MOST_DEGREE + 1:
        raise Rejected(f"coefficients: a list of 2 to {MOST_DEGREE + 1} numbers is needed")
    numbers = rationals(given, "coefficients", len(given))
    if threshold < 0 or any(number < 0 for number in numbers[4:]):
        # Up to the third the moments are those of a design; beyond, only upper ends are known.
        raise Rejected("envelope: the threshold and coefficients beyond the third are negative")
    above = [numbers[0] + threshold, numbers[1] - 1, *numbers[2:]]
    if not all(_never_negative(one, 2**qubits) for one in (numbers, above)):
        raise Rejected("envelope: the polynomial is not above max(0, y - threshold)")
    terms = (q * scaled_moment(qubits, t) for t, q in enumerate(numbers))
    return threshold + Fraction(2**qubits) * sum(terms, Fraction(0))


def _never_negative(numbers: list[Fraction], end: int) -> bool:
    """Whether a polynomial is positive on (0, end), by Sturm's theorem; not >= 0 is not told."""
    polynomial = flint.fmpq_poly([flint.fmpq(q.numerator, q.denominator) for q in numbers])
    while polynomial.degree() > 0 and polynomial[0] == 0:
        polynomial = flint.fmpq_poly(polynomial.coeffs()[1:])
    chain = [polynomial, polynomial.derivative()]
    while chain[-1].degree() >= 0:
        chain.append(-(chain[-2] % chain[-1]))

    def changes(at: int) -> int:
        signs = [value > 0 for p in chain if (value := p(flint.fmpq(at))) != 0]
        return sum(one != other for one, other in pairwise(signs))

    return bool(polynomial(flint.fmpq(end)) > 0 and changes(0) == changes(end))


def _part(given: object, name: str, known: set[str]) -> Mapping[str, Any]:
    if not isinstance(given, dict):
        raise Rejected(f"{name}: a JSON object is needed")
    only(given, known)
    return given


def _positive(record: Mapping[str, Any], name: str) -> Fraction:
    value = rational(field(record, "value"), name)
    if value <= 0:
        raise Rejected(f"{name}: a number above 0 is needed")
    return value


def _ball(value: Fraction) -> flint.arb:
    return flint.arb(flint.fmpq(value.numerator, value.denominator))
