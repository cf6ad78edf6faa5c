"""The model with one encoding qubit, and the exact Fourier coefficients of its loss.

Bob's unitaries W_0, ..., W_L stand around Alice's gates exp(-i w_l x Z/2). On the Bloch vector in
the coordinates (r_x + i r_y, r_x - i r_y, r_z) her gates multiply by e^(i w x), e^(-i w x) and 1,
and his are spin-1 matrices, so the loss <Z> is a Laurent polynomial in e^(ix).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

from qdml.errors import InputError
from qdml.model.circuit import Block, DistributedCircuit
from qdml.quantum.gates import Pauli, Rotation
from qdml.quantum.numbers import Angle, Direction, Radians, exact, gaussian

#: One of Bob's unitaries: rotations about Y and Z, first one first.
Layer = Sequence[tuple[str, Angle]]

Integers = npt.NDArray[Any]

PLUS, MINUS, ZERO = 0, 1, 2


@dataclass(frozen=True, eq=False)
class Series:
    """Coefficients c_m = (real + i imaginary)[m + largest]/scale for |m| <= largest, all exact."""

    real: Integers
    imaginary: Integers
    scale: int

    @property
    def largest(self) -> int:
        """The largest frequency."""
        return len(self.real) // 2

    @property
    def support(self) -> tuple[int, ...]:
        """The frequencies whose coefficient is not zero, ascending."""
        there = np.flatnonzero((self.real != 0) | (self.imaginary != 0))
        return tuple(int(m) - self.largest for m in there)

    def coefficient(self, frequency: int) -> Any:
        """One coefficient as a Gaussian rational."""
        place = frequency + self.largest
        parts = (self.real[place], self.imaginary[place])
        return gaussian(*(Fraction(int(part), self.scale) for part in parts))

    def square(self, frequency: int) -> Fraction:
        """|c_m|^2."""
        place = frequency + self.largest
        real, imaginary = int(self.real[place]), int(self.imaginary[place])
        return Fraction(real**2 + imaginary**2, self.scale**2)

    def value(self, half: Direction) -> Fraction:
        """The sum at the angle x whose half points along `half`."""
        c, s = half.cosine, half.sine
        turn, size = (c * c - s * s, 2 * c * s), c * c + s * s
        total, power = Fraction(int(self.real[self.largest])), (1, 0)
        for m in range(1, self.largest + 1):
            power = _times(power, turn)
            real, imaginary = (int(part[self.largest + m]) for part in (self.real, self.imaginary))
            # The coefficient of -m is the conjugate, so that the pair gives twice a real part.
            total += Fraction(2 * (real * power[0] - imaginary * power[1]), size**m)
        return total / self.scale


def multiple(angle: Angle, factor: int) -> Angle:
    """The angle times a whole number; an exact one is the direction (c + i s)^factor."""
    if not isinstance(angle, Direction):
        assert isinstance(angle, Radians)
        return Radians(factor * angle.value)
    base = (angle.cosine, angle.sine if factor >= 0 else -angle.sine)
    power = (1, 0)
    for _ in range(abs(factor)):
        power = _times(power, base)
    return Direction(*power)


def circuit(weights: Sequence[int], layers: Sequence[Layer], x: Angle) -> DistributedCircuit:
    """The model at an input x, exact or in radians: W_0, S(w_1 x), W_1, ... on |0>.

    Alice owns the encoding gates, Bob the L+1 unitaries around them: 2L messages of one qubit.
    """
    _check(weights, layers)
    z = Pauli("Z")
    blocks, owners = [_block(layers[0])], ["bob"]
    for weight, layer in zip(weights, layers[1:], strict=True):
        blocks += [Block((Rotation(z, multiple(x, weight)),)), _block(layer)]
        owners += ["alice", "bob"]
    return DistributedCircuit(1, tuple(blocks), z, tuple(owners))


def coefficients(weights: Sequence[int], layers: Sequence[Layer]) -> Series:
    """Exact coefficients of the loss in e^(imx), |m| <= sum |w_l|, for exact layers.

    Works in Gaussian integers over one common denominator; time and memory grow like sum |w_l|.
    """
    _check(weights, layers)
    real = np.array([[0], [0], [1]], dtype=object)
    imaginary = np.zeros((3, 1), dtype=object)
    scale = 1
    for number, layer in enumerate(layers):
        if number:
            real, imaginary = (_shift(part, weights[number - 1]) for part in (real, imaginary))
        for letter, angle in layer:
            c, s = _whole(angle)
            scale *= c * c + s * s
            if letter == "Y":
                real, imaginary = (_turn_y(part, c, s) for part in (real, imaginary))
            else:
                real, imaginary = _turn_z(real, imaginary, c, s)
    return Series(real[ZERO], imaginary[ZERO], scale)


def elements(layer: Layer) -> list[list[Any]]:
    """The 3x3 matrix of a layer on (r_+, r_-, r_z) in Gaussian rationals, from 2x2 unitaries.

    Column t holds the coordinates of W B_t W^dagger, B_t the operator that coordinate t stands
    for: a route beside the integer formulas of `coefficients`.
    """
    unit = exact(np.eye(2, dtype=int))
    for letter, angle in layer:
        unit = Rotation(Pauli(letter), angle).apply(unit)
    dagger = np.array([[_bar(unit[j][i]) for j in range(2)] for i in range(2)], dtype=object)
    norm = (unit @ dagger)[0][0]
    # A Bloch vector r stands for (1 + r_+ |1><0| + r_- |0><1| + r_z Z)/2.
    units = [exact([[0, 0], [1, 0]]), exact([[0, 1], [0, 0]]), exact([[1, 0], [0, -1]])]
    columns = []
    for operator in units:
        image = unit @ operator @ dagger
        columns.append([image[1][0] / norm, image[0][1] / norm, image[0][0] / norm])
    return [[columns[t][s] for t in range(3)] for s in range(3)]


def paths(weights: Sequence[int]) -> dict[int, list[tuple[int, ...]]]:
    """Frequency -> the sign strings (s_1, ..., s_L) that add up to it; 3^L strings in all."""
    found: dict[int, list[tuple[int, ...]]] = {}
    for signs in product((1, -1, 0), repeat=len(weights)):
        total = sum(sign * weight for sign, weight in zip(signs, weights, strict=True))
        found.setdefault(total, []).append(signs)
    return found


def along(signs: Sequence[int], matrices: Sequence[Sequence[Sequence[Any]]]) -> Any:
    """The product of matrix elements along one path: from 0 through the signs back to 0."""
    row = {1: PLUS, -1: MINUS, 0: ZERO}
    stops = [ZERO, *(row[sign] for sign in signs), ZERO]
    total = matrices[0][stops[1]][stops[0]]
    for number in range(1, len(matrices)):
        total = total * matrices[number][stops[number + 1]][stops[number]]
    return total


def _turn_y(part: Integers, c: int, s: int) -> Integers:
    plus, minus, z = part
    both = plus + minus
    return np.stack(
        [
            c * c * plus - s * s * minus + 2 * c * s * z,
            c * c * minus - s * s * plus + 2 * c * s * z,
            (c * c - s * s) * z - c * s * both,
        ]
    )


def _turn_z(real: Integers, imaginary: Integers, c: int, s: int) -> tuple[Integers, Integers]:
    cosine, sine = c * c - s * s, 2 * c * s
    turned_real = np.stack(
        [
            cosine * real[PLUS] - sine * imaginary[PLUS],
            cosine * real[MINUS] + sine * imaginary[MINUS],
            (c * c + s * s) * real[ZERO],
        ]
    )
    turned_imaginary = np.stack(
        [
            cosine * imaginary[PLUS] + sine * real[PLUS],
            cosine * imaginary[MINUS] - sine * real[MINUS],
            (c * c + s * s) * imaginary[ZERO],
        ]
    )
    return turned_real, turned_imaginary


def _shift(part: Integers, weight: int) -> Integers:
    width, reach = part.shape[1], abs(weight)
    wider = np.zeros((3, width + 2 * reach), dtype=object)
    for row, move in ((PLUS, weight), (MINUS, -weight), (ZERO, 0)):
        wider[row, reach + move : reach + move + width] = part[row]
    return wider


def _times(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    return one[0] * other[0] - one[1] * other[1], one[0] * other[1] + one[1] * other[0]


def _bar(value: Any) -> Any:
    return type(value)(value.x, -value.y)


def _block(layer: Layer) -> Block:
    return Block(tuple(Rotation(Pauli(letter), angle) for letter, angle in layer))


def _whole(angle: Angle) -> tuple[int, int]:
    if not isinstance(angle, Direction):
        raise InputError(f"angle {angle}: exact coefficients need angles of type Direction")
    return angle.cosine, angle.sine


def _check(weights: Sequence[int], layers: Sequence[Layer]) -> None:
    if len(layers) != len(weights) + 1:
        raise InputError(
            f"{len(weights)} weights, {len(layers)} layers: expected one layer more than weights"
        )
    letters = {letter for layer in layers for letter, _ in layer}
    if letters - {"Y", "Z"}:
        raise InputError(f"rotations about {sorted(letters)}: allowed are Y and Z")
