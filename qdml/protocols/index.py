"""INDEX over the network: the sender holds signs x_1, ..., x_d, the receiver wants x_i.

As linear classification: x/sqrt d against e_i, with margin 1/sqrt d. One way: all d bits, or a
random access code of two or three bits in one qubit (Ambainis, Nayak, Ta-Shma, Vazirani 2002), or
two bits in one qubit of a shared pair (Bennett and Wiesner 1992). Two way: the receiver asks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from qdml.errors import InputError
from qdml.network import Network, Party, Record, Transcript
from qdml.quantum.gates import Dense, Gate, Pauli, Permutation, hadamard
from qdml.quantum.placing import Leading

#: What the receiver of a random access code measures for each index.
LETTERS = "XYZ"


@dataclass(frozen=True)
class Answer:
    """The receiver's answer, +1 or -1, and the bill."""

    sign: int
    transcript: Transcript


def one_way(signs: Sequence[int], wanted: int, seed: int = 0) -> Answer:
    """Send all d signs; `wanted` = 0 ... d-1."""
    network, alice, bob = _parties(signs, wanted, seed)
    with alice:
        bits = [(1 + sign) // 2 for sign in alice.private("signs")]
        message = Record(sum(bit << i for i, bit in enumerate(bits)), 2 ** len(bits), alice)
        network.channel.announce(message, alice, to=bob)
    with bob:
        bit = message.read(bob) >> bob.private("wanted") & 1
    return Answer(2 * bit - 1, network.transcript)


def two_way(signs: Sequence[int], wanted: int, seed: int = 0) -> Answer:
    """Ask for `wanted` in ceil(log2 d) bits, and be told one: no margin is too small for that."""
    network, alice, bob = _parties(signs, wanted, seed)
    with bob:
        question = Record(bob.private("wanted"), len(signs), bob)
        network.channel.announce(question, bob, to=alice)
    with alice:
        reply = Record((1 + alice.private("signs")[question.read(alice)]) // 2, 2, alice)
        network.channel.announce(reply, alice, to=bob)
    with bob:
        return Answer(2 * reply.read(bob) - 1, network.transcript)


def access_code(signs: Sequence[int], wanted: int, seed: int) -> Answer:
    """One qubit along (x_1, ..., x_d)/sqrt d for d = 2 or 3: right with (1 + 1/sqrt d)/2."""
    if len(signs) not in (2, 3):
        raise InputError(f"{len(signs)} signs in one qubit: expected 2 or 3")
    network, alice, bob = _parties(signs, wanted, seed)
    with alice:
        x, y, z = (*np.array(alice.private("signs")) / np.sqrt(len(signs)), 0.0)[:3]
        half = np.arccos(z) / 2
        turn = np.exp(1j * np.arctan2(y, x))
        qubit = alice.prepare(np.array([np.cos(half), turn * np.sin(half)]), "code")
        qubit = network.channel.send(qubit, to=bob)
    with bob:
        plus = bob.measure(qubit, Pauli(LETTERS[bob.private("wanted")])).read(bob)
    return Answer(2 * plus - 1, network.transcript)


def superdense(signs: Sequence[int], wanted: int, seed: int = 0) -> Answer:
    """Two signs in one qubit of a shared pair, without error."""
    if len(signs) != 2:
        raise InputError(f"{len(signs)} signs by superdense coding: expected 2")
    network, alice, bob = _parties(signs, wanted, seed)
    mine, other = network.entangle(alice, bob, 1)
    with alice:
        letters = [letter for letter, s in zip("XZ", alice.private("signs"), strict=True) if s < 0]
        gates: list[Gate] = [Pauli(letter) for letter in letters]
        alice.apply(gates, mine)
        sent = network.channel.send(mine, to=bob)
    with bob:
        pair = bob.join(sent, other)
        unmix: list[Gate] = [Permutation((0, 1, 3, 2)), Leading(Dense(hadamard()), 1)]
        bob.apply(unmix, pair)
        outcome = int(bob.measure_basis(pair).read(bob)[0])
        # A flip shows on the second qubit, a phase on the first.
        bit = (outcome, outcome >> 1)[bob.private("wanted")] & 1
    return Answer(1 - 2 * bit, network.transcript)


def _parties(signs: Sequence[int], wanted: int, seed: int) -> tuple[Network, Party, Party]:
    if {*signs} - {-1, 1} or not 0 <= wanted < len(signs):
        raise InputError(
            f"entry {wanted} of {len(signs)} signs: expected signs +1 and -1, and an entry from 0 "
            f"to {len(signs) - 1}"
        )
    network = Network(seed)
    return network, network.party("alice", signs=tuple(signs)), network.party("bob", wanted=wanted)
