"""Linear classification with a margin: bits and qubits that suffice, bits that are needed.

Signs of <x, w> for real unit vectors with |<x, w>| >= gamma, one-way or two-way, by public coins.
Sources: Goemans and Williamson 1995 and Charikar 2002 (random hyperplanes), Hoeffding 1963,
Nayak 1999 (random access codes); every formula is derived where it stands.
"""

from __future__ import annotations

from fractions import Fraction

import flint

from qdml.bounds.costs import Cost, reading_bits
from qdml.bounds.phases import reading_probability
from qdml.claims.intervals import PRECISION, amplitude_evaluations, rational, rounded_up
from qdml.claims.majority import Ball, enclosure, least_votes
from qdml.errors import InputError


def check_margin(margin: Fraction) -> None:
    """Raise `InputError` unless the margin is in (0, 1]."""
    if not 0 < margin <= 1:
        raise InputError(f"margin {float(margin)}: expected a number in (0, 1], for instance 0.1")


def hyperplane_error(margin: Fraction) -> Ball:
    """The chance 1/2 - asin(gamma)/pi that one random hyperplane votes for the wrong sign."""
    check_margin(margin)

    def wrong() -> flint.arb:
        return flint.arb(flint.fmpq(1, 2)) - flint.arb(rational(margin)).asin() / flint.arb.pi()

    return wrong


def simhash_bits(margin: Fraction, failure: Fraction, factor: Fraction = Fraction(1, 2)) -> int:
    """k = ceil(factor pi^2 ln(1/delta)/asin(gamma)^2), rounded up rigorously.

    Hyperplanes whose majority errs with probability at most `failure`: Hoeffding's inequality for
    votes of range 1 and advantage asin(gamma)/pi gives the factor 1/2.
    """
    check_margin(margin)

    def count() -> flint.arb:
        angle = flint.arb(rational(margin)).asin() / flint.arb.pi()
        return _log_inverse(failure) / angle**2 * rational(factor)

    return rounded_up(count)


def weighted_bits(margin: Fraction, failure: Fraction, factor: Fraction = Fraction(1)) -> int:
    """k = ceil(factor pi ln(1/delta)/gamma^2): hyperplanes when the receiver weighs the votes.

    He knows h = <g, w> and weighs the vote of the hyperplane g by |h|. With u = <g, x>,
    E exp(-t sign(u) h) = 2 exp(t^2/2) Phi(-t s) <= exp(t^2/2 - t s sqrt(2/pi)), which is least,
    exp(-s^2/pi), at t = s sqrt(2/pi).
    """
    check_margin(margin)
    return rounded_up(lambda: _log_inverse(failure) * flint.arb.pi() * rational(factor / margin**2))


def majority_bits(margin: Fraction, failure: Fraction) -> int:
    """The least odd number of hyperplanes whose plain majority keeps the promise."""
    return least_votes(hyperplane_error(margin), failure)


def majority_constant(failure: Fraction) -> tuple[Fraction, Fraction]:
    """Enclosure of c = (pi z/2)^2, Phi(-z) = delta < 1/2: `majority_bits` grows like c/gamma^2."""
    with flint.ctx.workprec(PRECISION):
        half = flint.arb(rational(1 - 2 * failure)).erfinv()
        return enclosure((half * flint.arb.pi()) ** 2 / 2)


def index_length(margin: Fraction, dimension: int | None = None) -> int:
    """d = min(N, floor(1/gamma^2)): bits of the index problem inside margin gamma."""
    check_margin(margin)
    longest = margin.denominator**2 // margin.numerator**2
    return longest if dimension is None else min(dimension, longest)


def index_bound(length: int, failure: Fraction) -> tuple[Fraction, Fraction]:
    """Enclosure of (1 - H_2(delta)) d: one-way bits or qubits for INDEX on d bits (Nayak 1999)."""
    if not 0 <= failure <= Fraction(1, 2):
        raise InputError(f"failure probability {float(failure)}: expected a number in [0, 1/2]")
    with flint.ctx.workprec(PRECISION):
        entropy = flint.arb(0)
        for part in (failure, 1 - failure):
            if part:
                ball = flint.arb(rational(part))
                entropy -= ball * ball.log() / flint.arb(2).log()
        return enclosure((1 - entropy) * length)


def sign_by_amplitude_estimation(margin: Fraction, dimension: int) -> Cost:
    """One run of phase estimation on the depth-one inner product: 2M-1 messages of n+1 qubits.

    M = `amplitude_evaluations`(gamma) tells the sign with probability 8/pi^2 or more; the reading
    0 ... M/2 is announced. n = ceil(log2 N).
    """
    check_margin(margin)
    evaluations = amplitude_evaluations(margin)
    crossings = 2 * evaluations - 1
    qubits = crossings * (qubits_for(dimension) + 1)
    return Cost(crossings + 1, qubits, reading_bits(evaluations), 1)


def plus_probability(loss: Fraction, evaluations: int) -> tuple[Fraction, Fraction]:
    """Enclosure of the chance that phase estimation over M powers reads a loss of 0 or more."""
    return reading_probability(loss, evaluations, 0, evaluations // 4)


def reduction_dimension(elements: int, repeats: int) -> int:
    """r n' + 3 coordinates carry disjointness of subsets of n' elements, each repeated r times."""
    return elements * repeats + 3


def reduction_elements(margin: Fraction, dimension: int) -> int:
    """The largest n' with 1/(2n'+1) >= gamma and n' + 3 <= N, or 0."""
    check_margin(margin)
    return max(0, min(dimension - 3, int((1 / margin - 1) / 2)))


def two_way_growth(margin: Fraction, dimension: int) -> Fraction:
    """N/max(1, ceil(gamma N)), whose square root is the two-way quantum bound up to constants."""
    check_margin(margin)
    return Fraction(dimension, max(1, -int(-margin * dimension // 1)))


def qubits_for(dimension: int) -> int:
    """ceil(log2 N), at least one."""
    return max(1, (dimension - 1).bit_length())


def _log_inverse(failure: Fraction) -> flint.arb:
    if not 0 < failure < 1:
        raise InputError(f"failure probability {float(failure)}: expected a number in (0, 1)")
    return flint.arb(rational(1 / failure)).log()
