"""Legal programs over three parties, held to a plain simulation with Kronecker products."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from qdml.errors import InputError, LocalityError
from qdml.network import Network, Party, Record, Register
from qdml.quantum.gates import ControlledZ, Permutation, Rotation
from qdml.quantum.numbers import Radians
from qdml.testing import pauli_strings, states
from tests.network.simulation import Plain, distance, kron

MOST_QUBITS = 6
picks = st.integers(0, 10**6)
angles = st.floats(-7, 7)


class Programs(RuleBasedStateMachine):
    """All that parties may do with registers and outcomes, and what always holds."""

    #: How prepared states are held, gates that all holders know, and what an act may cut off.
    hold = staticmethod(lambda state: state)
    gates = ("rotation", "permutation", "cz")
    cut = 0.0

    def __init__(self) -> None:
        super().__init__()
        self.network = Network(seed=5)
        self.parties = [self.network.party(name, secret=name) for name in ("alice", "bob", "eve")]
        self.live: list[Register] = []
        self.dead: list[Register] = []
        self.worlds: list[Any] = []
        self.records: list[tuple[Record[Any], Any, set[Party]]] = []
        self.lines: list[tuple[str, str, int, int, int]] = []
        self.pairs = 0
        self.plain = Plain()

    # What is done, in the library and in the plain simulation.

    @precondition(lambda self: len(self.plain.order) <= MOST_QUBITS - 2)
    @rule(who=picks, state=st.integers(1, 2).flatmap(states), copies=st.integers(1, 3))
    def prepare(self, who: int, state: np.ndarray, copies: int) -> None:
        party = self.parties[who % 3]
        with party:
            register = party.prepare(self.hold(state), f"register {len(self.worlds)}", copies)
        assert (register.copies, 2**register.qubits) == (copies, len(state))
        self.worlds.append(register.world)
        self.live.append(register)
        self.plain.grow(state, register.slots)

    @precondition(lambda self: len(self.plain.order) <= MOST_QUBITS - 4)
    @rule(who=picks, pairs=st.integers(1, 2))
    def entangle(self, who: int, pairs: int) -> None:
        first, second = self.parties[who % 3], self.parties[(who + 1) % 3]
        left, right = self.network.entangle(first, second, pairs)
        assert (left.owner, right.owner) == (first, second)
        self.worlds.append(left.world)
        self.live += [left, right]
        self.pairs += pairs
        for one, other in zip(left.slots, right.slots, strict=True):
            self.plain.grow(np.array([1, 0, 0, 1]) / np.sqrt(2), [one, other])

    @precondition(lambda self: self.live)
    @rule(which=picks, data=st.data())
    def apply(self, which: int, data: st.DataObject) -> None:
        register = self._pick(which)
        n = register.qubits
        kind = data.draw(st.sampled_from(self.gates if n > 1 else ["rotation"]))
        if kind == "rotation":
            pauli, angle = data.draw(pauli_strings(n)), data.draw(angles)
            gate: Any = Rotation(pauli, Radians(angle))
            matrix = np.cos(angle / 2) * np.eye(2**n) - 1j * np.sin(angle / 2) * kron(pauli.letters)
        elif kind == "permutation":
            images = data.draw(st.permutations(range(2**n)))
            gate, matrix = Permutation(tuple(images)), np.eye(2**n)[:, list(images)]
        else:
            one = np.diag([0, 1])
            gate = ControlledZ(0, n - 1, n)
            matrix = np.eye(2**n) - 2 * reduce(np.kron, [one, *[np.eye(2)] * (n - 2), one])
        with register.owner as party:
            party.apply([gate], register)
        self.plain.act(matrix, register.slots)

    @precondition(lambda self: len(self.live) > 1)
    @rule(one=picks, other=picks)
    def join(self, one: int, other: int) -> None:
        first, second = self._pick(one), self._pick(other)
        if first is second or first.owner is not second.owner:
            return
        before = self._snapshot()
        with first.owner as party:
            if first.copies != second.copies:
                with pytest.raises(InputError, match="copies cannot be joined"):
                    party.join(first, second)
                joined = None
            else:
                joined = party.join(first, second)
        if joined is None:
            assert self._snapshot() == before
            return
        assert joined.slots == first.slots + second.slots
        self._end(first, second)
        self.live.append(joined)

    @precondition(lambda self: any(register.qubits > 1 for register in self.live))
    @rule(which=picks, at=picks)
    def split(self, which: int, at: int) -> None:
        register = self._pick(which, lambda each: each.qubits > 1)
        cut = 1 + at % (register.qubits - 1)
        with register.owner as party:
            first, second = party.split(register, cut)
        assert (first.slots, second.slots) == (register.slots[:cut], register.slots[cut:])
        self._end(register)
        self.live += [first, second]

    @precondition(lambda self: self.live)
    @rule(which=picks, to=picks)
    def send(self, which: int, to: int) -> None:
        register = self._pick(which)
        sender = register.owner
        receiver = [party for party in self.parties if party is not sender][to % 2]
        with sender:
            moved = self.network.channel.send(register, to=receiver)
        assert (moved.owner, moved.slots, moved.copies) == (
            receiver,
            register.slots,
            register.copies,
        )
        bill = register.qubits * register.copies
        self.lines.append((sender.name, receiver.name, bill, 0, register.copies))
        self._end(register)
        self.live.append(moved)

    @precondition(lambda self: any(self._measurable(register) for register in self.live))
    @rule(which=picks, data=st.data())
    def measure(self, which: int, data: st.DataObject) -> None:
        register = self._pick(which, self._measurable)
        pauli = data.draw(pauli_strings(register.qubits))
        copies, slots = register.copies, list(register.slots)
        with register.owner as party:
            record = party.measure(register, pauli)
            count = record.read(party)
        self.plain.front(slots)
        vector = self.plain.vector
        image = np.kron(kron(pauli.letters), np.eye(len(vector) // 2 ** len(slots))) @ vector
        rest: list[np.ndarray] = []
        for sign, seen in ((1, count), (-1, copies - count)):
            projected = (vector + sign * image) / 2
            if seen:
                # An outcome of probability zero never comes up.
                assert np.linalg.norm(projected) > self.plain.error
            if seen or copies > 1:
                rest += list(projected.reshape(2 ** len(slots), -1))
        assert record.bits == int(np.ceil(np.log2(copies + 1)))
        self._end(register)
        self.records.append((record, count, {party}))
        self.plain.collapse(rest, slots, *self._found())

    @precondition(lambda self: any(self._measurable(register) for register in self.live))
    @rule(which=picks)
    def measure_basis(self, which: int) -> None:
        register = self._pick(which, self._measurable)
        copies, slots = register.copies, list(register.slots)
        with register.owner as party:
            record = party.measure_basis(register)
            outcomes = record.read(party)
        assert outcomes.shape == (copies,)
        assert record.bits == copies * len(slots)
        self.plain.front(slots)
        rows = self.plain.vector.reshape(2 ** len(slots), -1)
        assert (np.linalg.norm(rows[outcomes], axis=1) > self.plain.error).all()
        self._end(register)
        self.records.append((record, outcomes, {party}))
        self.plain.collapse([rows[outcomes[0]]], slots, *self._found())

    @precondition(lambda self: self.records)
    @rule(which=picks, sender=picks, to=picks)
    def announce(self, which: int, sender: int, to: int) -> None:
        record, value, knowers = self.records[which % len(self.records)]
        party, receiver = self.parties[sender % 3], self.parties[to % 3]
        before = self._snapshot()
        if party not in knowers or party is receiver:
            with pytest.raises(LocalityError, match=party.name), party:
                self.network.channel.announce(record, party, receiver)
            assert self._snapshot() == before
            return
        with party:
            self.network.channel.announce(record, party, receiver)
        knowers.add(receiver)
        self.lines.append((party.name, receiver.name, 0, record.bits, 0))
        with receiver:
            np.testing.assert_array_equal(record.read(receiver), value)

    # What always holds.

    @invariant()
    def each_slot_is_in_one_live_register(self) -> None:
        held = [slot for register in self.live for slot in register.slots]
        living = {id(world.home): world.home for world in self.worlds}.values()
        slots = [slot for world in living for slot in world.slots]
        assert len(set(held)) == len(held)
        assert set(held) == set(slots) == set(self.plain.order)
        assert len(slots) == len(set(slots))

    @invariant()
    def the_bill_is_the_sum_of_its_lines(self) -> None:
        transcript = self.network.transcript
        depth = dict.fromkeys(("alice", "bob", "eve"), 0)
        rounds = 0
        for line, expected in zip(transcript.lines, self.lines, strict=True):
            sender, receiver, *_ = expected
            found = (line.sender, line.receiver, line.qubits, line.bits, line.copies)
            assert found == expected
            assert line.round == depth[sender] + 1
            depth[receiver] = max(depth[receiver], line.round)
            rounds = max(rounds, line.round)
        _, _, qubits, bits, copies = zip(*self.lines, strict=True) if self.lines else [()] * 5
        assert transcript.totals() == {
            "messages": len(self.lines),
            "qubits": sum(qubits),
            "bits": sum(bits),
            "rounds": rounds,
            "copies": max(copies, default=0),
            "entangled_pairs": self.pairs,
        }
        assert [record["qubits"] for record in transcript.to_records()] == list(qubits)

    @invariant()
    def the_joint_state_is_the_plain_one(self) -> None:
        self.plain.error += self.cut
        found, order = self._found()
        self.plain.front(order)
        assert distance(found, self.plain.vector) <= self.plain.error

    @invariant()
    def nobody_acts(self) -> None:
        assert self.network.acting is None

    # Helpers.

    def _pick(
        self, which: int, fits: Callable[[Register], bool] = lambda register: True
    ) -> Register:
        fitting = [register for register in self.live if fits(register)]
        return fitting[which % len(fitting)]

    @staticmethod
    def _measurable(register: Register) -> bool:
        return register.copies == 1 or set(register.slots) == set(register.world.slots)

    def _snapshot(self) -> object:
        worlds = [world.home for world in self.worlds]
        return (
            [(world.state.tobytes(), tuple(map(id, world.slots))) for world in worlds],
            [
                (r.owner.name, r.name, repr(r), tuple(map(id, r.slots)))
                for r in self.live + self.dead
            ],
            self.network.transcript.to_records(),
            self.network.transcript.totals(),
            [[record.known_to(party) for party in self.parties] for record, _, _ in self.records],
            [party.rng.bit_generator.state for party in self.parties],
            self.network.acting,
        )

    def _end(self, *registers: Register) -> None:
        for register in registers:
            self.live.remove(register)
            self.dead.append(register)

    def _found(self) -> tuple[np.ndarray, list[object]]:
        """The joint state of all worlds that still hold qubits, and the slot of each axis."""
        found, order = np.ones(1), []
        for world in {id(world.home): world.home for world in self.worlds}.values():
            if world.slots:
                found, order = np.kron(found, world.state), order + world.slots
        return found, order
