"""Random programs with illegal acts in between: each is refused and changes nothing."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from contextlib import nullcontext

import numpy as np
import pytest
from hypothesis import settings
from hypothesis.stateful import precondition, rule

from qdml.errors import InputError, LocalityError, NoCloningError
from qdml.network import Party, Register
from qdml.quantum.gates import Pauli
from tests.network.programs import Programs, picks


class Trespasses(Programs):
    """The legal programs, with every trespass in between."""

    @precondition(lambda self: self.live)
    @rule(which=picks, who=picks, act=picks)
    def trespass(self, which: int, who: int, act: int) -> None:
        register = self._pick(which)
        thief = [party for party in self.parties if party is not register.owner][who % 2]
        victim = register.owner
        for agent in (thief, victim):
            # The thief acts in its own name, and then in the victim's, inside its own block.
            acts = self._acts(agent, register)
            self._refused(
                acts[act % len(acts)], LocalityError, thief, f"(?s).*{register.name}", victim.name
            )

    @precondition(lambda self: self.live)
    @rule(which=picks, act=picks)
    def act_outside_any_block(self, which: int, act: int) -> None:
        register = self._pick(which)
        acts = self._acts(register.owner, register)
        self._refused(acts[act % len(acts)], LocalityError, None, "nobody", register.name, "with")

    @precondition(lambda self: self.dead)
    @rule(which=picks, act=picks)
    def use_again(self, which: int, act: int) -> None:
        register = self.dead[which % len(self.dead)]
        acts = self._acts(register.owner, register)
        self._refused(
            acts[act % len(acts)],
            NoCloningError,
            register.owner,
            register.name,
            f"of {register.owner.name} was",
            "use the handle that came back",
        )

    @precondition(lambda self: self.live)
    @rule(which=picks)
    def duplicate(self, which: int) -> None:
        register = self._pick(which)
        named = (register.name, register.owner.name, "copies=k")
        for clone in (
            lambda: copy.copy(register),
            lambda: copy.deepcopy(register),
            lambda: copy.deepcopy([register]),
            lambda: pickle.dumps(register),
        ):
            self._refused(clone, NoCloningError, register.owner, *named)
        party = register.owner
        self._refused(
            lambda: party.join(register, register), NoCloningError, party, party.name, register.name
        )

    @precondition(lambda self: any(not self._measurable(register) for register in self.live))
    @rule(which=picks)
    def measure_a_part_of_many_copies(self, which: int) -> None:
        register = self._pick(which, lambda each: not self._measurable(each))
        party = register.owner
        for act in self._acts(party, register)[1:3]:
            self._refused(
                act, NoCloningError, party, party.name, register.name, "measure all of it"
            )

    @precondition(lambda self: self.live)
    @rule(which=picks)
    def send_to_oneself(self, which: int) -> None:
        register = self._pick(which)
        party = register.owner
        self._refused(
            lambda: self.network.channel.send(register, to=party),
            LocalityError,
            party,
            party.name,
            register.name,
            "send to another party",
        )

    @precondition(lambda self: self.live)
    @rule(which=picks)
    def give_wrong_arguments(self, which: int) -> None:
        register = self._pick(which)
        party, n = register.owner, register.qubits
        other = Pauli("Z" * (n + 1))
        for act, message in (
            (lambda: party.apply([Pauli("X" * n), other], register), "acts on"),
            (lambda: party.measure(register, other), "does not fit a register"),
            (lambda: party.split(register, n), f"split at {n}"),
            (lambda: party.split(register, 0), "split at 0"),
        ):
            self._refused(act, InputError, party, message)

    @precondition(lambda self: self.records)
    @rule(which=picks, who=picks)
    def read_what_one_was_not_told(self, which: int, who: int) -> None:
        record, _, knowers = self.records[which % len(self.records)]
        party = self.parties[who % 3]
        if party not in knowers:
            self._refused(
                lambda: record.read(party), LocalityError, party, party.name, "announce it"
            )

    @rule(who=picks)
    def act_inside_anothers_block(self, who: int) -> None:
        inner, outer = self.parties[who % 3], self.parties[(who + 1) % 3]
        self._refused(inner.__enter__, LocalityError, outer, f"{outer.name} is acting")
        named = f"{outer.name} is acting, but {inner.name} is asked"
        self._refused(lambda: inner.private("secret"), LocalityError, outer, named)
        self._refused(lambda: inner.prepare(np.array([1.0, 0])), LocalityError, outer, named)

    def _acts(self, party: Party, register: Register) -> list[Callable[[], object]]:
        others = [each for each in self.parties if each is not register.owner]
        string = Pauli("Z" * register.qubits)
        return [
            lambda: party.apply([string], register),
            lambda: party.measure(register, string),
            lambda: party.measure_basis(register),
            lambda: party.split(register, 1),
            lambda: party.join(register),
            lambda: self.network.channel.send(register, to=others[0]),
        ]

    def _refused(
        self,
        act: Callable[[], object],
        error: type[Exception],
        acting: Party | None,
        *named: str,
    ) -> None:
        before = self._snapshot()
        with pytest.raises(error) as caught, acting or nullcontext():
            act()
        for words in named:
            caught.match(words)
        assert self._snapshot() == before


TestPrograms = Trespasses.TestCase
TestPrograms.settings = settings(max_examples=120, stateful_step_count=30)
