"""Enclosures: balls of real numbers, their rational ends, and entropies in bits."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

import flint

#: Bits of working precision in ball arithmetic.
PRECISION = 128


def ball(value: int | Fraction) -> flint.arb:
    """A rational number as a ball, finer than what is computed with it."""
    with flint.ctx.workprec(2 * PRECISION):
        return flint.arb(rational(value))


def rational(value: int | Fraction) -> flint.fmpq:
    """A rational number for exact matrices."""
    return flint.fmpq(value.numerator, value.denominator)


def ends(enclosure: flint.arb) -> tuple[Fraction, Fraction]:
    """The rational ends of a ball: what it encloses lies between them."""
    with flint.ctx.workprec(2 * PRECISION):
        low, high = (end.fmpq() for end in (enclosure.lower(), enclosure.upper()))
    return Fraction(int(low.p), int(low.q)), Fraction(int(high.p), int(high.q))


def apart(one: flint.arb, other: flint.arb) -> tuple[Fraction, Fraction]:
    """Rational ends of the distance of two enclosed numbers."""
    with flint.ctx.workprec(2 * PRECISION):
        return ends(abs(one - other))


def log2(value: int | Fraction) -> flint.arb:
    """Binary logarithm of a positive rational number."""
    with flint.ctx.workprec(PRECISION):
        return ball(value).log() / flint.arb(2).log()


def binary_entropy(probability: flint.arb) -> flint.arb:
    """h(p) = -p log2 p - (1-p) log2(1-p) bits, for a ball inside [0, 1]."""
    return entropy((1, p) for p in (probability, 1 - probability))


def entropy(spectrum: Iterable[tuple[int, flint.arb]]) -> flint.arb:
    """-sum of m q log2 q bits over pairs (multiplicity m, eigenvalue q); 0 log 0 = 0."""
    total = flint.arb(0)
    for multiplicity, value in spectrum:
        # Only a certain zero drops out; a ball around zero makes the sum undefined, not small.
        if not value.is_zero():
            total -= multiplicity * value * value.log()
    return total / flint.arb(2).log()
