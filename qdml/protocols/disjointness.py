"""Disjointness as linear classification: sets become unit vectors whose product has its sign.

x' = (x^r, sqrt(r/2), sqrt(r(n'-|x|)), 0, 0...) and w' = (-y^r, sqrt(r/2), 0, sqrt(r(n'-|y|)), ...)
have norm^2 r(n' + 1/2) and inner product r/2 - r|x and y|: positive exactly for disjoint sets,
with margin 1/(2n'+1) or more, in r n' + 3 coordinates or more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt, sqrt

import numpy as np

from qdml.errors import InputError
from qdml.protocols import simhash

#: Bits of the enclosure of a square root that is irrational.
BITS = 64

#: A real number kept as its sign and its square.
Root = tuple[int, Fraction]


@dataclass(frozen=True)
class Recipe:
    """How sets become vectors; the fields other than the defaults are false variants.

    The offset coordinate is sqrt(`offset` r) on both sides; Bob's elements carry `bob_sign`;
    `pads` is 2, or 1 where both parties pad in the same coordinate.
    """

    offset: Fraction = Fraction(1, 2)
    bob_sign: int = -1
    pads: int = 2


TRUE_RECIPE = Recipe()


def vectors(
    alice: Sequence[int],
    bob: Sequence[int],
    repeats: int,
    dimension: int | None = None,
    recipe: Recipe = TRUE_RECIPE,
) -> tuple[list[Root], list[Root]]:
    """The two vectors of indicator bits (n',), each element `repeats` times; norm 1, exactly.

    `dimension` is r n' + 3 unless given, the rest is zero. Raises `InputError` for bits that do
    not fit, or a dimension that is too small.
    """
    elements, least = len(alice), repeats * len(alice) + 1 + recipe.pads
    dimension = least if dimension is None else dimension
    if len(bob) != elements or {*alice, *bob} - {0, 1} or repeats < 1 or dimension < least:
        raise InputError(
            f"sets {tuple(alice)} and {tuple(bob)}, {repeats} times in {dimension} coordinates: "
            f"expected as many bits on both sides, once or more, and {least} coordinates or more"
        )
    found = []
    for place, (sign, bits) in enumerate(((1, alice), (recipe.bob_sign, bob))):
        pads = [Fraction(0)] * recipe.pads
        pads[place % recipe.pads] = Fraction(repeats * (elements - sum(bits)))
        squares = [Fraction(bit) for bit in bits] * repeats
        signs = [sign] * len(squares) + [1] * (dimension - len(squares))
        squares += [recipe.offset * repeats, *pads]
        squares += [Fraction(0)] * (dimension - len(squares))
        norm = sum(squares)
        found.append([(s, square / norm) for s, square in zip(signs, squares, strict=True)])
    return found[0], found[1]


def inner(left: Sequence[Root], right: Sequence[Root]) -> tuple[Fraction, Fraction]:
    """Enclosure of the inner product; both ends agree where every term is rational."""
    low = high = Fraction(0)
    for (s, a), (t, b) in zip(left, right, strict=True):
        if a and b:
            ends = [s * t * end for end in _root(a * b)]
            low, high = low + min(ends), high + max(ends)
    return low, high


def run(
    alice: Sequence[int], bob: Sequence[int], repeats: int, hyperplanes: int, seed: int
) -> simhash.Decision:
    """Decide disjointness by random hyperplanes on the vectors: +1 means disjoint."""
    x, w = (
        np.array([s * sqrt(square) for s, square in vector])
        for vector in vectors(alice, bob, repeats)
    )
    return simhash.run(x, w, hyperplanes, seed)


def _root(square: Fraction) -> tuple[Fraction, Fraction]:
    shift = 0
    while True:
        scaled = square.numerator * square.denominator << 2 * shift
        root, scale = isqrt(scaled), square.denominator << shift
        if root * root == scaled:
            return Fraction(root, scale), Fraction(root, scale)
        if shift:
            return Fraction(root, scale), Fraction(root + 1, scale)
        shift = BITS
