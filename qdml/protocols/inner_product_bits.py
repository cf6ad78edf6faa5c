"""The inner product of two strings of bits: superdense coding, and the classical message.

With k Bell pairs and k qubits Alice tells 2k bits (Bennett and Wiesner, Phys. Rev. Lett. 69 (1992)
2881); Bob needs their inner product with his own only, and measures one Pauli string.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qdml.errors import InputError
from qdml.network import Network, Record, Transcript
from qdml.quantum.gates import Pauli


@dataclass(frozen=True)
class Outcome:
    """The sign (-1)^{x.y} that Bob says, and the bill."""

    value: int
    transcript: Transcript


def superdense(x: Sequence[int], y: Sequence[int], seed: int) -> Outcome:
    """Strings of 2k bits with k qubits and k prior pairs; no error."""
    _check(x, y)
    if len(x) % 2:
        raise InputError(f"strings of {len(x)} bits: superdense coding takes an even number")
    pairs = len(x) // 2
    network = Network(seed)
    alice, bob = network.party("alice", x=tuple(x)), network.party("bob", y=tuple(y))
    own, kept = network.entangle(alice, bob, pairs)
    with alice:
        bits = alice.private("x")
        flips, phases = (
            Pauli("".join(letter if bit else "I" for bit in bits[first::2]))
            for first, letter in ((0, "X"), (1, "Z"))
        )
        alice.apply([flips, phases], own)
        message = network.channel.send(own, to=bob)
    with bob:
        asked = bob.private("y")
        # ZZ shows the X, XX the Z, and their product is -YY.
        letters = "".join("IXZY"[2 * a + b] for a, b in zip(asked[::2], asked[1::2], strict=True))
        plus = bob.measure(bob.join(message, kept), Pauli(letters * 2)).read(bob)
        value = (2 * plus - 1) * (-1) ** letters.count("Y")
    return Outcome(value, network.transcript)


def announced(x: Sequence[int], y: Sequence[int], seed: int) -> Outcome:
    """Alice sends x itself, a bit a bit."""
    _check(x, y)
    network = Network(seed)
    alice, bob = network.party("alice", x=tuple(x)), network.party("bob", y=tuple(y))
    with alice:
        message = Record(alice.private("x"), 2 ** len(x), alice)
        network.channel.announce(message, alice, to=bob)
    with bob:
        told = message.read(bob)
        value = (-1) ** sum(a * b for a, b in zip(told, bob.private("y"), strict=True))
    return Outcome(value, network.transcript)


def _check(x: Sequence[int], y: Sequence[int]) -> None:
    if len(x) != len(y) or not x or not {*x, *y} <= {0, 1}:
        raise InputError(f"strings {x} and {y}: expected equally many bits 0 or 1, one or more")
