"""What training over the channel costs, by formula; the runs are billed by their transcripts.

A step takes k copies of each of B examples for every estimate: the gradient state of a block for
each of its commuting sections, or the end of the walk for both shifts of each angle, after which
Alice is told how many of k B outcomes were wrong (`qdml.protocols.training`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qdml.bounds.costs import (
    Cost,
    announcement_bits,
    gradient_state_messages,
    gradient_state_qubits,
)


@dataclass(frozen=True)
class Shape:
    """Qubits n, and for each of the 2L blocks of two parties its sections and its rotations."""

    qubits: int
    sections: tuple[int, ...]
    rotations: tuple[int, ...]

    @property
    def layers(self) -> int:
        """L."""
        return len(self.sections) // 2


def copy_qubits(method: str, shape: Shape) -> int:
    """Qubits for one copy of one example in one step, all blocks together."""
    n, layers = shape.qubits, shape.layers
    if method == "parameter-shift":
        return 2 * sum(shape.rotations) * (2 * layers - 1) * n
    return sum(
        count * gradient_state_qubits(n, layers, b)
        for b, count in enumerate(shape.sections, start=1)
    )


def training(method: str, shape: Shape, copies: Sequence[int], batch: int) -> Cost:
    """The bill of a run with so many copies an example in each step; `copies` counts them all.

    Messages carry a whole batch. Odd blocks are Alice's.
    """
    layers = shape.layers
    if method == "parameter-shift":
        hers = sum(shape.rotations[::2])
        messages = 2 * sum(shape.rotations) * (2 * layers - 1) + 2 * hers
        bits = 2 * hers * sum(announcement_bits(k * batch) for k in copies)
    else:
        bits, messages = (
            0,
            sum(
                count * gradient_state_messages(layers, b)
                for b, count in enumerate(shape.sections, start=1)
            ),
        )
    total = sum(copies) * batch
    return Cost(len(copies) * messages, total * copy_qubits(method, shape), bits, total)


def features(count: int, numbers: int, bits: int) -> int:
    """Bits for the features of `count` examples, sent once as floats."""
    return count * numbers * bits


def activations(shape: Shape, steps: int, batch: int, bits: int) -> int:
    """Bits for 2L-1 complex vectors of N amplitudes an example and step, and as many back."""
    crossings = 2 * shape.layers - 1
    return steps * batch * 2 * crossings * 2 * int(2**shape.qubits) * bits
