"""Classical protocols as trees, and the vectors that bound their gamma_2 by 2^{c/2}.

A leaf is reached by a rectangle of inputs, after a bits of Alice's and b of Bob's. Give input x
the entry 2^{-b/2} at each leaf that it may reach, and y the entry 2^{-a/2} times the output.
Seen from x, Bob's bits are a fair walk to the leaves, so every such vector has norm 1 (Kraft), and
their product is the output times 2^{-c/2}.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import flint
import numpy as np


@dataclass(frozen=True)
class Leaf:
    """The inputs that may reach a leaf, the bits of each party on the way, and Bob's outputs."""

    rows: tuple[int, ...]
    columns: tuple[int, ...]
    spoken: tuple[int, int]
    outputs: dict[int, int]


def random_tree(bits: int, inputs: int, rng: np.random.Generator) -> list[Leaf]:
    """The leaves of a protocol of `bits` bits on `inputs` x `inputs`, who speaks is random too."""

    def grow(rows: list[int], columns: list[int], spoken: tuple[int, int]) -> list[Leaf]:
        if sum(spoken) == bits:
            outputs = {y: 1 - 2 * int(rng.integers(2)) for y in columns}
            return [Leaf(tuple(rows), tuple(columns), spoken, outputs)]
        leaves = []
        alice = bool(rng.integers(2))
        told = {v: int(rng.integers(2)) for v in (rows if alice else columns)}
        for bit in (0, 1):
            kept = [v for v in told if told[v] == bit]
            if alice:
                leaves += grow(kept, columns, (spoken[0] + 1, spoken[1]))
            else:
                leaves += grow(rows, kept, (spoken[0], spoken[1] + 1))
        return leaves

    return grow(list(range(inputs)), list(range(inputs)), (0, 0))


def outputs(leaves: list[Leaf], inputs: int) -> list[list[int]]:
    """The matrix of outputs, rows x, columns y."""
    table = [[0] * inputs for _ in range(inputs)]
    for leaf in leaves:
        for x in leaf.rows:
            for y in leaf.columns:
                table[x][y] += leaf.outputs[y]
    return table


def norms(leaves: list[Leaf], inputs: int) -> list[Fraction]:
    """The squared norms of all vectors of x and of y."""
    found = []
    for party in (0, 1):
        for v in range(inputs):
            reached = (leaf for leaf in leaves if v in (leaf.rows, leaf.columns)[party])
            weights = (Fraction(1, 2 ** leaf.spoken[1 - party]) for leaf in reached)
            found.append(sum(weights, Fraction(0)))
    return found


def rank(table: list[list[int]]) -> int:
    """The rank over the rationals, exact."""
    return int(flint.fmpz_mat(table).rank())
