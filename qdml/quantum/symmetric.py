"""How many dimensions k copies of a pure state have to themselves: D_k = C(N+k-1, k), in bits."""

from __future__ import annotations

import flint

#: log2 D_k has up to 2^66 in front of the point, and what is left of it less than one.
WIDE = 288


def symmetric_enclosure(dimension: int, copies: int) -> flint.arb:
    """log2 C(N+k-1, k) as a ball, for numbers of any size from one."""
    # What the logarithms of factorials have in common cancels.
    with flint.ctx.workprec(WIDE + dimension.bit_length() + copies.bit_length()):
        n, k = flint.arb(dimension), flint.arb(copies)
        return ((n + k).lgamma() - (k + 1).lgamma() - n.lgamma()) / flint.arb(2).log()


def symmetric_bits(qubits: int, copies: int) -> float:
    """The same for N = 2^n: the most that k copies of a pure state of n qubits tell."""
    return float(symmetric_enclosure(2**qubits, copies))
