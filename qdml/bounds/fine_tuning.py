"""What fine-tuning costs: copies or vectors sent once, or copies anew for every derivative."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import ceil, comb

from qdml.bounds.costs import TWO, Cost, inference_lines
from qdml.claims.intervals import check_promise, exact_fraction, sampling_copies
from qdml.errors import InputError
from qdml.model.vector_plans import nearest
from qdml.network.transcript import Message


def lines(qubits: int, copies: int, crossings: int, parties: Sequence[str] = TWO) -> list[Message]:
    """The transcript: copies pass to the last block, and nothing comes back."""
    walked = inference_lines(qubits, copies, crossings, parties)
    return [line for line in walked if line.qubits]


def shadow_groups(
    estimates: int,
    norm: Fraction,
    accuracy: float | Fraction,
    failure_probability: float | Fraction,
    group_factor: Fraction = Fraction(8),
    size_factor: Fraction = Fraction(4),
) -> tuple[int, int]:
    """(K, B) = (ceil(8 ln(TP/delta)), ceil(4 S/eps^2)): groups, and copies in each.

    `estimates` is TP, `norm` S bounds second moments. A mean of B copies misses with probability at
    most 1/4 (Chebyshev), so that half of K means miss with at most exp(-K/8) (Hoeffding).
    """
    check_promise(accuracy, failure_probability)
    _check(estimates)
    groups = sampling_copies(
        Fraction(1), failure_probability, group_factor, Fraction(max(1, estimates))
    )
    return groups, max(1, ceil(size_factor * norm / exact_fraction(accuracy) ** 2))


def direct_copies(
    estimates: int, accuracy: float | Fraction, failure_probability: float | Fraction
) -> int:
    """ceil(2 ln(2TP/delta)/eps^2) copies for each of TP derivatives."""
    check_promise(accuracy, failure_probability)
    _check(estimates)
    return sampling_copies(accuracy, exact_fraction(failure_probability) / estimates)


def fine_tuning(
    qubits: int,
    layers: int,
    estimates: int,
    norm: Fraction,
    accuracy: float | Fraction,
    failure_probability: float | Fraction,
    parties: int = 2,
) -> dict[str, Cost]:
    """The bill of stored shadows, of direct measurement and of a vector, for TP derivatives.

    The vector is rounded and sent once: the last party computes from it whatever it likes, at every
    step, within the accuracy.
    """
    groups, size = shadow_groups(estimates, norm, accuracy, failure_probability)
    each = direct_copies(estimates, accuracy, failure_probability)
    crossings = parties * layers - 1
    plan = nearest(qubits, crossings, accuracy)
    vector = crossings * plan.numbers * plan.floats.bits
    return {
        "shadows": Cost(crossings, groups * size * crossings * qubits, 0, groups * size),
        "direct": Cost(
            estimates * crossings, estimates * each * crossings * qubits, 0, estimates * each
        ),
        "classical-vectors": Cost(crossings, 0, vector, 0),
    }


def median_misses(groups: int) -> Fraction:
    """P(at least half of K independent means miss), each with probability 1/4: exactly."""
    first = (groups + 1) // 2
    ways = sum(comb(groups, i) * 3 ** (groups - i) for i in range(first, groups + 1))
    return Fraction(ways, 4**groups)


def _check(estimates: int) -> None:
    if estimates < 1:
        raise InputError(f"{estimates} derivatives: expected at least one step and one angle")
