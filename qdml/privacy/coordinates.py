"""What k copies of a sign vector tell about one of its coordinates, exactly.

x is uniform in {+-1}^N and encoded as x/sqrt N. Only relative signs x_0 x_i are in the state. The
average k-copy state is diagonal on characters, with the weights of `span.sign_levels`, and
the difference between the two values of x_0 x_i joins characters that differ in the places 0, i.
"""

from __future__ import annotations

from fractions import Fraction
from math import comb

import flint

from qdml.errors import InputError
from qdml.privacy.balls import PRECISION, ball, binary_entropy, entropy
from qdml.privacy.span import sign_levels


def sign_guessing(dimension: int, copies: int) -> float:
    """Best probability to guess x_0 x_i from k copies. Raises `InputError`."""
    return float(guessing_enclosure(dimension, copies))


def sign_entropy(dimension: int, copies: int) -> float:
    """Entropy in bits of the average k-copy state: all that k copies tell of x. `InputError`."""
    return float(entropy_enclosure(dimension, copies))


def leakage(probability: float) -> float:
    """1 - h(p) bits: the least that a guess right with probability p tells of a fair bit.

    Fano's inequality. Raises `InputError` for p outside [0, 1].
    """
    if not 0 <= probability <= 1:
        raise InputError(f"probability {probability}: expected a number in [0, 1]")
    return 1 - float(binary_entropy(flint.arb(probability)))


def guessing_enclosure(dimension: int, copies: int) -> flint.arb:
    """1/2 + ||Delta||_1/2 as a ball; 1/2 + 1/N at k = 1 (Helstrom 1969). Raises `InputError`.

    With P_w the weight of level w: Delta/2 sums P_w w(N-w)/(N(N-1)), where the character holds one
    of the places 0 and i, and sqrt(P_w P_{w-2} w(w-1)(N-w+2)(N-w+1))/(N(N-1)), both against none.
    """
    counts = sign_levels(dimension, copies)
    pairs, total = dimension * (dimension - 1), dimension**copies
    with flint.ctx.workprec(PRECISION):
        found = flint.arb(1) / 2
        for w, count in enumerate(counts):
            found += ball(Fraction(count * w * (dimension - w), pairs * total))
            if w > 1:
                places = w * (w - 1) * (dimension - w + 2) * (dimension - w + 1)
                squared = Fraction(count * counts[w - 2] * places, (pairs * total) ** 2)
                found += ball(squared).sqrt()
        return found


def entropy_enclosure(dimension: int, copies: int) -> flint.arb:
    """`sign_entropy` as a ball."""
    counts, total = sign_levels(dimension, copies), dimension**copies
    with flint.ctx.workprec(PRECISION):
        return entropy(
            (comb(dimension, w), ball(Fraction(count, comb(dimension, w) * total)))
            for w, count in enumerate(counts)
        )
