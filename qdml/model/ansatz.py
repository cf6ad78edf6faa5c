"""Families of blocks: the RY/RZ/CZ line and products of Pauli rotations, floating or exact."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from qdml.errors import InputError
from qdml.model.circuit import DistributedCircuit
from qdml.quantum import clifford
from qdml.quantum.gates import ControlledZ, Gate, Pauli, Rotation
from qdml.quantum.numbers import Angle, Direction, Radians

#: Draws one angle.
Draw = Callable[[np.random.Generator], Angle]


def radians(rng: np.random.Generator) -> Angle:
    """A uniform floating-point angle in [-pi, pi)."""
    return Radians(float(rng.uniform(-np.pi, np.pi)))


def direction(rng: np.random.Generator) -> Angle:
    """An exact angle from small integers, never a multiple of pi/2."""
    cosine, sine = (int(k) for k in rng.choice(np.arange(1, 6), size=2, replace=False))
    return Direction(cosine, sine if rng.random() < 0.5 else -sine)


def line_block(qubits: int, angles: Sequence[Angle]) -> list[Gate]:
    """RY on every qubit, RZ on every qubit, then CZ on neighbours; 2n angles."""
    if len(angles) != 2 * qubits:
        raise InputError(f"{len(angles)} angles for {qubits} qubits: the line takes {2 * qubits}")
    layers = [Rotation(Pauli.single("Y", q, qubits), angles[q]) for q in range(qubits)]
    layers += [Rotation(Pauli.single("Z", q, qubits), angles[qubits + q]) for q in range(qubits)]
    return [*layers, *(ControlledZ(q, q + 1, qubits) for q in range(qubits - 1))]


def pauli_block(strings: Sequence[Pauli], angles: Sequence[Angle]) -> list[Gate]:
    """The product of exp(-i angle_j Q_j/2), first string first."""
    if len(strings) != len(angles):
        raise InputError(f"{len(strings)} Pauli strings, but {len(angles)} angles")
    return [Rotation(pauli, angle) for pauli, angle in zip(strings, angles, strict=True)]


def random_line(
    qubits: int,
    layers: int,
    rng: np.random.Generator,
    draw: Draw = radians,
    parties: int = 2,
) -> DistributedCircuit:
    """A circuit of `layers` layers, a block for each of K parties: lines with random angles."""
    angles = ([draw(rng) for _ in range(2 * qubits)] for _ in range(parties * layers))
    blocks = [line_block(qubits, drawn) for drawn in angles]
    return DistributedCircuit.alternating(blocks, qubits, parties=parties)


def random_pauli(
    qubits: int,
    layers: int,
    parameters: int,
    rng: np.random.Generator,
    draw: Draw = radians,
) -> DistributedCircuit:
    """A circuit whose 2L blocks are products of `parameters` random Pauli rotations."""
    blocks = []
    for _ in range(2 * layers):
        strings = [random_string(qubits, rng) for _ in range(parameters)]
        blocks.append(pauli_block(strings, [draw(rng) for _ in strings]))
    return DistributedCircuit.alternating(blocks, qubits)


def random_commuting(
    qubits: int,
    layers: int,
    parameters: int,
    rng: np.random.Generator,
    draw: Draw = radians,
    parties: int = 2,
) -> DistributedCircuit:
    """Blocks of `parameters` rotations whose strings commute with each other.

    The strings of a block are the images of random strings of I and Z under a random Clifford
    unitary: diagonal in a basis of its own, so that blocks need not commute with each other.
    """
    blocks = []
    for _ in range(parties * layers):
        turn = clifford.random(qubits, rng)
        masks = rng.integers(2, size=(parameters, qubits))
        masks[~masks.any(axis=1), rng.integers(qubits)] = 1
        diagonal = [Pauli("".join(np.where(mask, "Z", "I"))) for mask in masks]
        strings = [turn.image(string)[1] for string in diagonal]
        blocks.append(pauli_block(strings, [draw(rng) for _ in strings]))
    return DistributedCircuit.alternating(blocks, qubits, parties=parties)


def random_string(qubits: int, rng: np.random.Generator) -> Pauli:
    """A uniform Pauli string other than the identity."""
    if qubits < 1:
        raise InputError(f"a Pauli string on {qubits} qubits: at least one is needed")
    while True:
        letters = "".join(rng.choice(list("IXYZ"), size=qubits))
        if letters.strip("I"):
            return Pauli(letters)
