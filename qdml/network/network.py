"""A network: its parties, one meter, one seed, and a hook for noise on the wire."""

from __future__ import annotations

from collections.abc import Callable
from operator import index
from typing import Any

import numpy as np

from qdml.errors import InputError
from qdml.network.party import Channel, Party
from qdml.network.register import Register, World
from qdml.network.transcript import Transcript
from qdml.quantum.numbers import exact

#: Acts on the qubits of a world (named by slots) each time they cross a channel.
Noise = Callable[[World, list[object]], None]


def no_noise(world: World, slots: list[object]) -> None:
    """The identity channel."""


class Network:
    """Any number of parties around one transcript.

    Example::

        network = Network(seed=1)
        alice, bob = network.party("alice", x=vector), network.party("bob")
        with alice:
            register = alice.prepare(amplitude_encoding(alice.private("x")), copies=100)
            register = network.channel.send(register, to=bob)
        with bob:
            count = bob.measure(register, Pauli("ZII")).read(bob)
        network.transcript.qubits   # 300
    """

    def __init__(self, seed: int, noise: Noise = no_noise) -> None:
        try:
            self.seed = index(seed)
        except TypeError:
            raise InputError(f"seed {seed!r}: expected a whole number") from None
        if self.seed < 0:
            raise InputError(f"seed {seed}: expected 0 or more")
        self.transcript = Transcript()
        self.channel = Channel(self)
        self.noise = noise
        self.acting: Party | None = None
        self._names: set[str] = set()

    def party(self, name: str, **private: Any) -> Party:
        """A new party with its private inputs. Names are unique."""
        if name in self._names:
            raise InputError(f"party {name!r} exists already; names are unique in a network")
        self._names.add(name)
        return Party(self, name, private)

    def entangle(
        self, first: Party, second: Party, pairs: int, exact_numbers: bool = False
    ) -> tuple[Register, Register]:
        """Prior entanglement: `pairs` Bell pairs, half to each; recorded, and free of qubits.

        In exact numbers a pair is |00> + |11>, times sqrt 2.
        """
        if pairs < 1 or first is second or not first._network is second._network is self:
            raise InputError(
                f"entangle({first.name}, {second.name}, {pairs}): expected two parties of this "
                "network, and one pair or more"
            )
        equal = np.eye(2**pairs, dtype=int).reshape(-1)
        state = exact(equal) if exact_numbers else equal / np.sqrt(2**pairs).astype(complex)
        world = World(state, copies=1)
        self.transcript.entangled_pairs += pairs
        left = Register(first, world, world.slots[:pairs], "entangled half")
        right = Register(second, world, world.slots[pairs:], "entangled half")
        return left, right
