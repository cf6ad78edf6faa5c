"""The frequencies of a model that encodes x by rotations exp(-i w_l x Z/2) on one qubit.

Between the L encoding gates stand any unitaries, so the loss is a trigonometric sum over the
frequencies sum_l s_l w_l with every s_l in {-1, 0, 1} (Schuld, Sweke and Meyer, Phys. Rev. A 103
(2021) 032430). Its 3^L coefficients are not free: they depend on 2L+1 real parameters.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from qdml.errors import InputError

Weight = int | Fraction

#: Sums that are formed on the way to a spectrum; these many take seconds and some hundred MB.
MOST_SUMS = 3 * 10**6

#: Bases of the three encodings: weight number l is base^(l-1).
BASES = {"ternary": 3, "binary": 2, "equal": 1}


def powers(base: int, layers: int) -> tuple[int, ...]:
    """The weights 1, base, base^2, ... of `layers` encoding gates."""
    if base < 1 or layers < 1:
        raise InputError(f"base {base}, {layers} layers: expected at least one of each")
    return tuple(base**layer for layer in range(layers))


def frequencies(weights: Sequence[Weight]) -> tuple[Weight, ...]:
    """All sums of s_l w_l with s_l in {-1, 0, 1}, each once, in ascending order.

    Raises `InputError` for no weight, and for weights with too many sums for memory.
    """
    if not weights:
        raise InputError("no weights: expected at least one encoding gate, for instance 1,3,9")
    found: set[Weight] = {0}
    formed = 0
    for number, weight in enumerate(weights, start=1):
        formed += 3 * len(found)
        if formed > MOST_SUMS:
            raise InputError(
                f"{len(weights)} weights: the first {number} already take {formed} sums, and at "
                f"most {MOST_SUMS} fit; take fewer weights, or smaller and repeated ones"
            )
        found |= {known + step for known in found for step in (weight, -weight)}
    return tuple(sorted(found))


def reachable_dimension(weights: Sequence[Weight]) -> int:
    """Dimension 2L+1 of the set of losses that the model can have, L the nonzero weights.

    The unitaries around a gate of weight zero merge into one, so it adds nothing.
    """
    return 2 * sum(weight != 0 for weight in weights) + 1
