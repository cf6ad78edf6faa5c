"""Copies for threshold search with an online hypothesis, and for plain tomography.

The search holds k = m^2 copies together and asks, entry by entry, whether the count of +1 is
eps k/2 or more from what the hypothesis says, softly: q^d at a distance of d counts, q = m/(m+1).
The claim gradient-by-shadow-tomography proves that for m >= (4/eps)(ln(32P) + 5/8) it finds an
entry that is eps/2 or more away with probability 1/8, if any is eps away. What is found is measured
on copies of its own, to eps/8, and corrects the hypothesis: at most 32 ln(2N)/eps^2 times.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import flint

from qdml.claims.intervals import exact_fraction, rational, rounded_up


@dataclass(frozen=True)
class Plan:
    """Numbers of one search: `scale` is m, zero for a sharp threshold.

    A round holds `batch` copies together and keeps `check` for what is found. It ends after
    `patience` rounds without a correction, or after `rounds` in all. `learn` is False for a
    hypothesis that is never corrected.
    """

    accuracy: float
    scale: int
    batch: int
    check: int
    patience: int
    rounds: int
    learn: bool = True

    @property
    def copies(self) -> int:
        """Copies of one state that are sent."""
        return self.rounds * (self.batch + self.check)


def plan(
    qubits: int,
    states: int,
    parameters: int,
    accuracy: float | Fraction,
    failure_probability: float | Fraction,
    search_factor: Fraction = Fraction(4),
) -> Plan:
    """What learns `parameters` entries of each of `states` states of 1 + `qubits` qubits.

    Every number is rounded up in ball arithmetic.
    """
    eps, delta = exact_fraction(accuracy), exact_fraction(failure_probability)

    def log(inside: Fraction) -> flint.arb:
        return flint.arb(rational(inside)).log()

    scale = rounded_up(
        lambda: (
            (log(Fraction(32 * parameters)) + rational(Fraction(5, 8)))
            * rational(search_factor / eps)
        )
    )
    updates = rounded_up(lambda: log(Fraction(2 ** (qubits + 1))) * rational(32 / eps**2))
    epochs = updates + 1
    patience = rounded_up(lambda: log(2 * states * epochs / delta) / log(Fraction(8, 7)))
    rounds = epochs * patience
    check = rounded_up(lambda: log(4 * states * rounds / delta) * rational(128 / eps**2))
    return Plan(float(eps), scale, scale**2, check, patience, rounds)


def tomography_copies(
    qubits: int,
    states: int,
    accuracy: float | Fraction,
    failure_probability: float | Fraction,
) -> int:
    """ceil(8 (2N + ln(S/delta))/(eps (1 - eps/8))^2) copies of each of S states of 1 + n qubits.

    The best collective estimate misses fidelity 1 - x with probability P(Bin(k+2N-1, x) <= 2N-2),
    by Chernoff's bound at most delta/S.
    """
    eps, delta = exact_fraction(accuracy), exact_fraction(failure_probability)
    inside = rational(states / delta)
    factor = rational(8 / (eps * (1 - eps / 8)) ** 2)
    return rounded_up(lambda: (flint.arb(inside).log() + 2 ** (qubits + 1)) * factor)
