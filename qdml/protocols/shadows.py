"""Local Pauli shadows: every copy measured in a random Pauli basis, and what follows for strings.

A copy is measured in X, Y or Z on every qubit at random. Where the basis agrees with a Pauli string
of weight w on its support, 3^w times the product of the outcomes is kept, elsewhere 0: the mean is
the expectation value, the second moment 3^w. Medians of means of groups of copies do for many
strings at once (Huang, Kueng and Preskill, Nature Physics 16 (2020) 1050).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from qdml.errors import InputError
from qdml.network import Party, Register
from qdml.quantum.gates import Pauli, Rotation, act
from qdml.quantum.numbers import Angle, Direction, Radians, State, imaginary, is_exact, real

#: A real sum of Pauli strings: string -> coefficient, all strings of one length.
Sum = Mapping[Pauli, Any]

LETTERS = "XYZ"


@dataclass(frozen=True, eq=False)
class Shadows:
    """What was measured: bases (k, n) as places in "XYZ", and outcomes (k, n) of +1 and -1."""

    bases: npt.NDArray[np.int64]
    outcomes: npt.NDArray[np.int64]

    @property
    def copies(self) -> int:
        """k."""
        return len(self.bases)

    def values(self, observable: Sum) -> npt.NDArray[np.float64]:
        """The unbiased value of every copy, shape (k,)."""
        total = np.zeros(self.copies)
        for string, coefficient in observable.items():
            if string.qubits != self.bases.shape[1]:
                raise InputError(
                    f"{string.letters!r} does not fit shadows of {self.bases.shape[1]} qubits"
                )
            value = np.ones(self.copies)
            for qubit, letter in enumerate(string.letters):
                if letter != "I":
                    agrees = self.bases[:, qubit] == LETTERS.index(letter)
                    value *= 3 * agrees * self.outcomes[:, qubit]
            total += float(coefficient) * value
        return total

    def estimate(self, observable: Sum, groups: int) -> float:
        """Median of the means of `groups` groups of equal size; copies that are left are unused."""
        if not 1 <= groups <= self.copies:
            raise InputError(f"{groups} groups of {self.copies} copies: expected 1 up to as many")
        size = self.copies // groups
        values = self.values(observable)[: groups * size]
        return float(np.median(values.reshape(groups, size).mean(axis=1)))


def measure(party: Party, register: Register) -> Shadows:
    """Measure all copies of an own register in random Pauli bases; consumes it."""
    copies, qubits = register.copies, register.qubits
    bases = party.rng.integers(3, size=(copies, qubits))
    kinds, place, counts = np.unique(bases, axis=0, return_inverse=True, return_counts=True)
    outcomes = np.empty_like(bases)
    for number, part in enumerate(party.divide(register, [int(count) for count in counts])):
        party.apply(_turns("".join(LETTERS[b] for b in kinds[number]), part.world.state), part)
        found = party.measure_basis(part).read(party)
        bits = found[:, None] >> np.arange(qubits - 1, -1, -1) & 1
        outcomes[place.ravel() == number] = 1 - 2 * bits
    return Shadows(bases, outcomes)


def moments(state: State, observable: Sum) -> tuple[Any, Any]:
    """Mean and second moment of the value of one copy of a state (2^n,), over bases and outcomes.

    Exact fractions for an exact state and exact coefficients; work grows like 6^n.
    """
    qubits = len(state).bit_length() - 1
    mean = second = Fraction(0) if is_exact(state) else 0.0
    for letters in product(LETTERS, repeat=qubits):
        turned = act(_turns("".join(letters), state), state)
        weights = [real(z) ** 2 + imaginary(z) ** 2 for z in turned]
        norm = sum(weights) * 3**qubits
        for index, weight in enumerate(weights):
            signs = [1 - 2 * (index >> (qubits - 1 - q) & 1) for q in range(qubits)]
            value = sum(c * _kept(string, letters, signs) for string, c in observable.items())
            mean += weight / norm * value
            second += weight / norm * value**2
    return mean, second


def norm_bound(observable: Sum) -> Any:
    """(sum of |coefficients|)^2 3^w, w the largest weight: at least the second moment, any state.

    Equal to it for one string; for a sum by the triangle inequality.
    """
    total = sum(abs(coefficient) for coefficient in observable.values())
    return total**2 * 3 ** max(string.weight for string in observable)


def _kept(string: Pauli, letters: tuple[str, ...], signs: list[int]) -> int:
    support = [q for q, letter in enumerate(string.letters) if letter != "I"]
    if any(string.letters[q] != letters[q] for q in support):
        return 0
    factors = [3 * signs[q] for q in support]
    return prod(factors)


def _turns(letters: str, state: State) -> list[Rotation]:
    """Gates that turn the basis of every qubit to Z, in the number system of the state."""
    gates = []
    for qubit, letter in enumerate(letters):
        if letter != "Z":
            about, sign = ("Y", -1) if letter == "X" else ("X", 1)
            quarter: Angle = Direction(1, sign) if is_exact(state) else Radians(sign * np.pi / 2)
            gates.append(Rotation(Pauli.single(about, qubit, len(letters)), quarter))
    return gates
