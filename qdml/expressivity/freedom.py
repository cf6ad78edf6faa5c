"""How many real dimensions the losses of the one-qubit model fill: Jacobian ranks without rounding.

The derivative of the loss in an angle inserts a generator after its rotation, so that a row of the
Jacobian at one input costs one walk forward and one back. The rank modulo a prime is never above
the rank over the rationals; at sum |w_l| pairs of inputs the rational rank is that of the
coefficients themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import flint
import numpy as np

from qdml.quantum.numbers import gaussian

#: A prime with a square root of -1.
PRIME = 2147483629

#: Inputs beyond 2L+1 at which a modular Jacobian is evaluated, against an unlucky draw.
SPARE = 4

#: Half angles (c, s) of the three Euler rotations Z, Y, Z of every layer.
Angles = Sequence[tuple[tuple[int, int], ...]]

Vector = list[Any]


def random_angles(layers: int, rng: np.random.Generator) -> Angles:
    """Whole-number half angles of three rotations for each of `layers` layers, none trivial."""
    # Equal angles make ranks drop: from this many, few are.
    drawn = rng.integers(1, 10**4, size=(layers, 3, 2))
    # An odd cosine beside an even sine rules out multiples of pi/2.
    return [tuple((2 * int(c) + 1, 2 * int(s)) for c, s in layer) for layer in drawn]


def parameters(layers: int) -> int:
    """3(L+1): every angle of L+1 unitaries."""
    return 3 * (layers + 1)


def modular_rank(weights: Sequence[int], angles: Angles, rng: np.random.Generator) -> int:
    """Rank of the Jacobian modulo `PRIME`: a lower bound on the rational rank."""
    root = pow(_non_residue(), (PRIME - 1) // 4, PRIME)
    unit = flint.nmod(root, PRIME)
    one = flint.nmod(1, PRIME)
    count = 2 * len(weights) + 1 + SPARE
    inputs = [flint.nmod(int(v), PRIME) for v in rng.integers(2, PRIME - 1, size=count)]
    rows = [_row(weights, angles, z, 1 / z, unit, one) for z in inputs]
    entries = [int(entry) for row in rows for entry in row]
    return int(flint.nmod_mat(len(rows), len(rows[0]), entries, PRIME).rank())


def exact_rank(weights: Sequence[int], angles: Angles) -> int:
    """Rank of the Jacobian of all coefficients over the rationals.

    A trigonometric sum up to frequency F = sum |w_l| is fixed by its values at 2F+1 inputs, so the
    rank is that of the values there.
    """
    unit, one = gaussian(0, 1), gaussian(1)
    rows = []
    for tangent in range(2 * sum(map(abs, weights)) + 1):
        z = gaussian(1, tangent) / gaussian(1, -tangent)
        row = _row(weights, angles, z, 1 / z, unit, one)
        assert all(entry.y == 0 for entry in row)
        rows.append([flint.fmpq(int(e.x.numerator), int(e.x.denominator)) for e in row])
    entries = [entry for row in rows for entry in row]
    return int(flint.fmpq_mat(len(rows), len(rows[0]), entries).rank())


def _row(weights: Sequence[int], angles: Angles, z: Any, back: Any, unit: Any, one: Any) -> Vector:
    """Derivatives of the loss at the input e^(ix) = z in all angles, in gate order."""
    steps: list[tuple[str, Any, Any]] = []
    for number, layer in enumerate(angles):
        if number:
            weight = weights[number - 1]
            turn = z**weight if weight >= 0 else back ** (-weight)
            steps.append(("encode", turn, 1 / turn))
        for letter, (c, s) in zip("ZYZ", layer, strict=True):
            size = one * (c * c + s * s)
            cosine, sine = one * (c * c - s * s) / size, one * (2 * c * s) / size
            if letter == "Y":
                steps.append(("Y", cosine, sine))
            else:
                steps.append(("Z", cosine + unit * sine, cosine - unit * sine))
    zero = one - one
    vector, visited = [zero, zero, one], []
    for step in steps:
        vector = _forward(step, vector)
        visited.append(vector)
    covector, row = [zero, zero, one], []
    for step, vector in zip(reversed(steps), reversed(visited), strict=True):
        if step[0] != "encode":
            row.append(
                sum(
                    (n * r for n, r in zip(covector, _slope(step[0], vector, unit), strict=True)),
                    zero,
                )
            )
        covector = _backward(step, covector)
    return row[::-1]


def _forward(step: tuple[str, Any, Any], vector: Vector) -> Vector:
    kind, first, second = step
    plus, minus, z = vector
    if kind == "Y":
        x, y = (plus + minus) / 2, (plus - minus) / 2
        x, z = x * first + z * second, z * first - x * second
        return [x + y, x - y, z]
    return [plus * first, minus * second, z]


def _backward(step: tuple[str, Any, Any], covector: Vector) -> Vector:
    """The transpose of `_forward`."""
    kind, first, second = step
    plus, minus, z = covector
    if kind == "Y":
        x, y = plus + minus, plus - minus
        x, z = x * first - z * second, z * first + x * second
        return [(x + y) / 2, (x - y) / 2, z]
    return [plus * first, minus * second, z]


def _slope(kind: str, vector: Vector, unit: Any) -> Vector:
    """The generator of a rotation acting on a Bloch vector."""
    plus, minus, z = vector
    if kind == "Y":
        return [z, z, -(plus + minus) / 2]
    return [unit * plus, -unit * minus, z - z]


def _non_residue() -> int:
    base = 2
    while pow(base, (PRIME - 1) // 2, PRIME) == 1:
        base += 1
    return base
