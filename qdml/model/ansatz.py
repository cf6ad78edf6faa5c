"""Families of blocks: the RY/RZ/CZ line and products of Pauli rotations, floating or exact."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations, pairwise

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


def random_diagonal(
    qubits: int,
    layers: int,
    parameters: int,
    rng: np.random.Generator,
    draw: Draw = radians,
) -> DistributedCircuit:
    """Diagonal blocks between fixed mixers: strings of X in Alice's blocks, of Y in Bob's.

    A block of X is a diagonal block between Hadamard gates, a block of Y one between fixed quarter
    turns. The strings are the first of all, by weight. Raises `InputError` beyond 2^n - 1 of them.
    """
    supports = [s for w in range(1, qubits + 1) for s in combinations(range(qubits), w)]
    if not 1 <= parameters <= len(supports):
        raise InputError(
            f"{parameters} rotations in a diagonal block: expected 1 to {len(supports)} on "
            f"{qubits} qubits"
        )
    blocks = []
    for b in range(2 * layers):
        strings = [
            Pauli("".join("XY"[b % 2] if q in support else "I" for q in range(qubits)))
            for support in supports[:parameters]
        ]
        blocks.append(pauli_block(strings, [draw(rng) for _ in strings]))
    return DistributedCircuit.alternating(blocks, qubits)


def random_paired(
    qubits: int,
    layers: int,
    parameters: int,
    rng: np.random.Generator,
    draw: Draw = radians,
) -> DistributedCircuit:
    """Blocks that commute, but not qubit by qubit: XY, YX and ZZ on disjoint pairs of neighbours.

    Pairs begin at qubit 0 in Alice's blocks and at qubit 1, round the end, in Bob's; then come
    products of strings of neighbouring pairs. Raises `InputError` for fewer than two qubits or
    too many rotations.
    """
    blocks = []
    for b in range(2 * layers):
        order = [(q + b % 2) % qubits for q in range(qubits)]
        pairs = list(zip(order[::2], order[1::2], strict=False))
        single = [
            [{first: one, second: other} for one, other in ("XY", "YX", "ZZ")]
            for first, second in pairs
        ]
        found = [letters for pair in single for letters in pair]
        for left, right in pairwise(single):
            found += [{**one, **other} for one in left for other in right]
        if not 1 <= parameters <= len(found):
            raise InputError(
                f"{parameters} rotations in a block of pairs: expected 1 to {len(found)} on "
                f"{qubits} qubits"
            )
        strings = [
            Pauli("".join(letters.get(q, "I") for q in range(qubits)))
            for letters in found[:parameters]
        ]
        blocks.append(pauli_block(strings, [draw(rng) for _ in strings]))
    return DistributedCircuit.alternating(blocks, qubits)


def random_string(qubits: int, rng: np.random.Generator) -> Pauli:
    """A uniform Pauli string other than the identity."""
    if qubits < 1:
        raise InputError(f"a Pauli string on {qubits} qubits: at least one is needed")
    while True:
        letters = "".join(rng.choice(list("IXYZ"), size=qubits))
        if letters.strip("I"):
            return Pauli(letters)
