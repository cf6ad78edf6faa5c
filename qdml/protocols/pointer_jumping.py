"""Pointer jumping: 2L jumps of a pointer along two functions, one block a jump.

For permutations the blocks are permutation matrices on n qubits. A function that is not injective
is made so by rank slots: (v, 0) -> (f(v), rank of v among the arguments with the same value), with
a fresh slot for every jump. The last block also swaps the lowest bit of the pointer to qubit 0, so
loss = (-1)^(lowest bit after 2L jumps).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from qdml.errors import InputError
from qdml.model.circuit import DistributedCircuit
from qdml.network import Network, Record, Transcript
from qdml.quantum.gates import Permutation, swap


@dataclass(frozen=True)
class Chased:
    """Where the pointer ends, and the bill."""

    end: int
    transcript: Transcript


def chase(start: int, alice: Sequence[int], bob: Sequence[int], layers: int) -> int:
    """The pointer after `layers` times Alice's function, then Bob's."""
    for _ in range(layers):
        start = bob[alice[start]]
    return start


def chased(start: int, alice: Sequence[int], bob: Sequence[int], layers: int) -> Chased:
    """The same over the network, in turns: 2L-1 classical messages of log2 N bits, no error.

    `start` is Alice's. Bob is the one who knows the end.
    """
    qubits = _pointer_qubits(alice, bob, layers)
    network = Network(0)
    parties = (
        network.party("alice", jumps=tuple(alice), start=start),
        network.party("bob", jumps=tuple(bob)),
    )
    with parties[0] as holder:
        told = Record(holder.private("start"), 2**qubits, holder)
    for jump in range(2 * layers):
        holder, other = parties[jump % 2], parties[1 - jump % 2]
        with holder:
            told = Record(holder.private("jumps")[told.read(holder)], 2**qubits, holder)
            if jump < 2 * layers - 1:
                network.channel.announce(told, holder, to=other)
    with holder:
        return Chased(told.read(holder), network.transcript)


def permutation_circuit(
    alice: Sequence[int], bob: Sequence[int], layers: int, read_lowest: bool = True
) -> DistributedCircuit:
    """The circuit for two permutations of 0 ... N-1 on n qubits; the input is |start>."""
    qubits = _pointer_qubits(alice, bob, layers)
    blocks: list[list[Permutation]] = []
    for _ in range(layers):
        blocks += [[Permutation(tuple(alice))], [Permutation(tuple(bob))]]
    if read_lowest:
        blocks[-1].append(swap(0, qubits - 1, qubits))
    return DistributedCircuit.alternating(blocks, qubits)


def largest_load(*functions: Sequence[int]) -> int:
    """The largest number of arguments that share a value."""
    return max(max(Counter(function).values()) for function in functions)


def ranks(function: Sequence[int]) -> list[int]:
    """Rank of every argument among those with the same value, counted from 0."""
    seen: Counter[int] = Counter()
    out = []
    for image in function:
        out.append(seen[image])
        seen[image] += 1
    return out


def function_circuit(
    alice: Sequence[int], bob: Sequence[int], layers: int, slot_qubits: int
) -> DistributedCircuit:
    """The circuit for any two functions on 0 ... N-1, with a rank slot of `slot_qubits` a jump.

    n + 2 L slot_qubits qubits, the pointer first; the input is |start, 0, ..., 0>. Raises
    `InputError` when a slot is too small to keep the step reversible.
    """
    pointer = _pointer_qubits(alice, bob, layers)
    qubits = pointer + 2 * layers * slot_qubits
    blocks = []
    for b in range(2 * layers):
        step = _reversible((alice, bob)[b % 2], slot_qubits)
        below = (2 * layers - 1 - b) * slot_qubits
        blocks.append([Permutation(_spread(step, pointer, slot_qubits, below, qubits))])
    blocks[-1].append(swap(0, pointer - 1, qubits))
    return DistributedCircuit.alternating(blocks, qubits)


def _pointer_qubits(alice: Sequence[int], bob: Sequence[int], layers: int) -> int:
    """log2 N for two maps of 0 ... N-1 and at least one layer."""
    size = len(alice)
    if size < 2 or size & (size - 1) or len(bob) != size:
        raise InputError(
            f"maps of {size} and {len(bob)} arguments: expected the same power of two, at least 2; "
            "pad both with fixed points"
        )
    if not 0 <= min(*alice, *bob) <= max(*alice, *bob) < size:
        raise InputError(f"a map has values outside 0 to {size - 1}, where the pointer lives")
    if layers < 1:
        raise InputError(f"layers = {layers}: at least one layer is needed")
    return size.bit_length() - 1


def _reversible(function: Sequence[int], slot_qubits: int) -> list[int]:
    """A permutation of (value, slot) pairs with (v, 0) -> (f(v), rank of v)."""
    width = 2**slot_qubits
    fixed = {v * width: function[v] * width + rank for v, rank in enumerate(ranks(function))}
    if max(ranks(function)) >= width:
        raise InputError(
            f"a rank slot of {slot_qubits} qubits cannot tell {max(ranks(function)) + 1} arguments "
            "with the same value apart; ceil(log2 of the largest load) qubits can"
        )
    free = iter(sorted(set(range(len(function) * width)) - set(fixed.values())))
    return [fixed[i] if i in fixed else next(free) for i in range(len(function) * width)]


def _spread(
    step: Sequence[int], pointer: int, slot: int, below: int, qubits: int
) -> tuple[int, ...]:
    """The step on (pointer, one slot) as a permutation of the whole register."""
    slot_mask = ((1 << slot) - 1) << below
    pointer_shift = qubits - pointer
    images = []
    for index in range(2**qubits):
        local = (index >> pointer_shift) << slot | (index & slot_mask) >> below
        image = step[local]
        kept = index & ~slot_mask & ((1 << pointer_shift) - 1)
        images.append(
            (image >> slot) << pointer_shift | kept | (image & ((1 << slot) - 1)) << below
        )
    return tuple(images)
