"""Any two-party protocol of single-qubit messages, as data, run exactly over the metered network.

A program says how many qubits each party starts with (in |0...0>), how many Bell pairs they share
before, who sends in each step, and which gates each party applies for each of its inputs. The
sender parts with the first of its qubits, the receiver puts it in front of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from qdml.errors import InputError
from qdml.network import Network, Register, Transcript
from qdml.quantum.gates import Dense, Gate, Permutation
from qdml.quantum.numbers import State, exact, gaussian, inner, real
from qdml.quantum.placing import Leading
from qdml.quantum.reference import basis_state
from qdml.quantum.reflections import random_orthogonal

#: Qubits that each party of a random program has of its own.
MEMORY = 2

#: Gates on all qubits that a party holds, in order.
Turn = tuple[Gate, ...]


@dataclass(frozen=True, eq=False)
class Program:
    """A protocol: `turns[party][input]` has one turn before each message, and one at the end.

    Party 0 is Alice. `memory` counts the qubits that a party owns at first, its halves of the
    `pairs` Bell pairs come after them. The first qubit of party `output` is measured in Z.
    """

    memory: tuple[int, int]
    pairs: int
    senders: tuple[int, ...]
    output: int
    turns: tuple[tuple[tuple[Turn, ...], ...], tuple[tuple[Turn, ...], ...]]

    def __post_init__(self) -> None:
        if not self.senders:
            raise InputError("a program without messages: at least one is needed")
        for party in (0, 1):
            if min(self.held(party)) < 1:
                raise InputError(f"party {party} runs out of qubits: it has to keep one at least")
            if any(len(turns) != len(self.senders) + 1 for turns in self.turns[party]):
                raise InputError(f"party {party}: expected {len(self.senders) + 1} turns an input")

    def held(self, party: int) -> list[int]:
        """Qubits that a party holds at the start and after each message."""
        counts = [self.memory[party] + self.pairs]
        for sender in self.senders:
            counts.append(counts[-1] + (-1 if sender == party else 1))
        return counts


@dataclass(frozen=True, eq=False)
class Final:
    """The joint state at the end (Alice's qubits first), E[output], exact, and the bill."""

    state: State
    mean: Fraction
    transcript: Transcript


def random_program(messages: int, pairs: int, inputs: int, rng: np.random.Generator) -> Program:
    """A program with random senders, output party and rational unitary gates.

    No party is ahead of the other by more than one message, so that few qubits do.
    """
    senders: list[int] = []
    while len(senders) < messages:
        ahead = 2 * sum(senders) - len(senders)
        senders.append(int(ahead < 0) if ahead else int(rng.integers(2)))
    output = int(rng.integers(2))
    bare = Program((MEMORY, MEMORY), pairs, tuple(senders), output, ((), ()))

    def turns(party: int) -> tuple[tuple[Turn, ...], ...]:
        return tuple(
            tuple(_random_turn(qubits, rng) for qubits in bare.held(party)) for _ in range(inputs)
        )

    return Program(bare.memory, pairs, bare.senders, output, (turns(0), turns(1)))


def run(program: Program, x: int, y: int) -> Final:
    """Run the program on inputs x and y in exact numbers, up to the measurement.

    Every Bell pair and nothing else multiplies the state by sqrt 2.
    """
    network = Network(0)
    parties = [
        network.party(name, turns=program.turns[party][chosen])
        for party, (name, chosen) in enumerate((("alice", x), ("bob", y)))
    ]
    held: list[Register] = []
    halves: Sequence[Register] = ()
    if program.pairs:
        halves = network.entangle(parties[0], parties[1], program.pairs, exact_numbers=True)
    for party, person in enumerate(parties):
        with person:
            own = person.prepare(basis_state(0, program.memory[party], exact=True), "memory")
            held.append(person.join(own, halves[party]) if halves else own)
    for step in range(len(program.senders) + 1):
        for party, person in enumerate(parties):
            with person:
                person.apply(person.private("turns")[step], held[party])
        if step < len(program.senders):
            sender = program.senders[step]
            with parties[sender]:
                message, held[sender] = parties[sender].split(held[sender], 1)
                message = network.channel.send(message, to=parties[1 - sender])
            with parties[1 - sender] as receiver:
                held[1 - sender] = receiver.join(message, held[1 - sender])
    world = held[0].world
    order = [world.slots.index(slot) for register in held for slot in register.slots]
    state = world.state.reshape([2] * len(order)).transpose(order).reshape(-1)
    return Final(state, _mean(program, state), network.transcript)


def _mean(program: Program, state: State) -> Fraction:
    table = state.reshape(2 ** program.held(0)[-1], -1)
    if program.output:
        table = table.T
    parts = (part.ravel() for part in np.split(table, 2))
    plus, minus = (real(inner(part, part)) for part in parts)
    found: Fraction = (plus - minus) / (plus + minus)
    return found


def _random_turn(qubits: int, rng: np.random.Generator) -> Turn:
    """Two rounds of a dense gate on the first two qubits and a cyclic shift of all."""
    gates: list[Gate] = []
    width = min(2, qubits)
    for _ in range(2):
        # An orthogonal matrix times phases is unitary and has complex entries.
        phases = [(gaussian(1), gaussian(0, 1))[int(b)] for b in rng.integers(2, size=2**width)]
        matrix = exact(random_orthogonal(2**width, rng)) * np.array(phases, dtype=object)
        gates.append(Leading(Dense(matrix), width))
        top = 2 ** (qubits - 1)
        gates.append(Permutation(tuple((v % top) * 2 + v // top for v in range(2**qubits))))
    return tuple(gates)
