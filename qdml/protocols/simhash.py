"""Random hyperplanes: one message of bits tells the sign of <x, w>, with public coins.

Both parties know the Gaussian vectors g_1, ..., g_k. Alice sends the signs of <g_i, x>, or the
signs of x themselves where those are fewer, and Bob takes the majority of the products with his
own signs, plain or weighed by |<g_i, w>| (Goemans and Williamson 1995, Charikar 2002).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from qdml.claims.seeds import generator
from qdml.errors import InputError
from qdml.network import Network, Party, Record, Transcript

Vector = npt.NDArray[np.float64]

#: Coordinates of hyperplanes that one run may draw.
LARGEST = 2**26


@dataclass(frozen=True)
class Decision:
    """Bob's answer, +1 or -1, and the bill."""

    sign: int
    transcript: Transcript


def run(x: Vector, w: Vector, hyperplanes: int, seed: int, *, weighted: bool = False) -> Decision:
    """Decide the sign of <x, w> for unit vectors (N,) by one message of `hyperplanes` bits.

    Where x is +-1/sqrt N and N is not larger than `hyperplanes`, the message is x in N bits. A tie
    is answered by +1. Raises `InputError` for vectors that do not fit, or too many hyperplanes.
    """
    if x.ndim != 1 or x.shape != w.shape:
        raise InputError(f"vectors of shapes {x.shape} and {w.shape}: expected (N,) twice")
    if not 1 <= hyperplanes <= LARGEST // len(x):
        raise InputError(
            f"{hyperplanes} hyperplanes in dimension {len(x)}: expected 1 to {LARGEST // len(x)}"
        )
    network = Network(seed)
    alice = network.party("alice", x=x, coins=seed)
    bob = network.party("bob", w=w, coins=seed)
    whole = len(x) <= hyperplanes and bool(np.ptp(np.abs(x)) == 0)
    bits = len(x) if whole else hyperplanes
    with alice:
        vector = alice.private("x")
        message = _packed((vector if whole else _planes(alice, bits, len(x)) @ vector) > 0)
        record = Record(message, 2**bits, alice)
        network.channel.announce(record, alice, to=bob)
    with bob:
        votes = _unpacked(record.read(bob), bits)
        heights = bob.private("w")
        if not whole:
            heights = _planes(bob, bits, len(x)) @ heights
        total = votes @ (heights if whole or weighted else np.sign(heights))
    return Decision(1 if total >= 0 else -1, network.transcript)


def _planes(party: Party, number: int, dimension: int) -> Vector:
    coins = generator(party.private("coins"), "hyperplanes")
    planes: Vector = coins.normal(size=(number, dimension))
    return planes


def _packed(positive: npt.NDArray[np.bool_]) -> int:
    return int.from_bytes(np.packbits(positive).tobytes()) >> (-len(positive) % 8)


def _unpacked(message: int, bits: int) -> Vector:
    whole = (message << (-bits % 8)).to_bytes(-(-bits // 8))
    found = np.unpackbits(np.frombuffer(whole, dtype=np.uint8), count=bits)
    votes: Vector = 2 * found.astype(np.float64) - 1
    return votes
