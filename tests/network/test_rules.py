"""A party that cheats is stopped, and what is refused says how to do it right."""

from __future__ import annotations

import numpy as np
import pytest

from qdml.errors import InputError, LocalityError, NoCloningError
from qdml.network import Network, Party, Record, Register
from qdml.network.register import World
from qdml.quantum.gates import Pauli
from qdml.quantum.numbers import exact
from qdml.quantum.reference import basis_state

ZERO = basis_state(0, 1)


@pytest.fixture
def network() -> Network:
    return Network(seed=3)


@pytest.fixture
def alice(network: Network) -> Party:
    return network.party("alice", x="her secret")


@pytest.fixture
def bob(network: Network) -> Party:
    return network.party("bob", y="his secret")


def prepared(party: Party, copies: int = 1) -> Register:
    with party:
        return party.prepare(ZERO, "hers", copies)


def test_bob_cannot_read_her_input(alice: Party, bob: Party) -> None:
    with bob:
        assert bob.private("y") == "his secret"
        with pytest.raises(LocalityError, match=r"bob is acting.*`with alice:`"):
            alice.private("x")
        with pytest.raises(InputError, match=r"bob has no private input 'x'; it has \['y'\]"):
            bob.private("x")
    with pytest.raises(LocalityError, match="nobody is acting"):
        alice.private("x")


def test_bob_cannot_act_on_her_register(network: Network, alice: Party, bob: Party) -> None:
    register = prepared(alice)
    with bob:
        for act in (
            lambda: bob.apply([Pauli("X")], register),
            lambda: bob.measure(register, Pauli("Z")),
            lambda: bob.measure_basis(register),
            lambda: bob.join(bob.prepare(ZERO), register),
        ):
            with pytest.raises(
                LocalityError,
                match="bob acts on register 'hers', which alice holds; let alice send it first",
            ):
                act()
        # Neither can he make her send it to him, nor call himself the owner.
        with pytest.raises(LocalityError, match="bob is acting, but alice is asked to"):
            network.channel.send(register, to=bob)
        with pytest.raises(AttributeError, match="owner"):
            register.owner = bob  # type: ignore[misc]
    with alice:
        assert alice.measure(register, Pauli("Z")).read(alice) == 1


def test_bob_cannot_read_an_outcome_that_he_was_not_told(
    network: Network, alice: Party, bob: Party
) -> None:
    with alice:
        outcome = alice.measure(alice.prepare(ZERO), Pauli("Z"))
    with bob:
        with pytest.raises(LocalityError, match=r"bob reads an outcome.*announce it to bob"):
            outcome.read(bob)
        with pytest.raises(LocalityError, match="bob is acting, but alice is asked to"):
            outcome.read(alice)
        with pytest.raises(LocalityError, match="bob is acting"):
            network.channel.announce(outcome, alice, to=bob)
    assert not outcome.known_to(bob)
    with alice:
        network.channel.announce(outcome, alice, to=bob)
    with bob:
        assert outcome.read(bob) == 1


def test_bob_cannot_act_inside_her_block(alice: Party, bob: Party) -> None:
    register = prepared(bob)
    with alice:
        with pytest.raises(LocalityError, match="alice is acting and cannot act for bob"):
            bob.__enter__()
        with pytest.raises(LocalityError, match="alice is acting, but bob is asked to"):
            bob.measure(register, Pauli("Z"))
        with pytest.raises(LocalityError, match="alice is acting and cannot act for alice"):
            alice.__enter__()
        assert alice.private("x") == "her secret"


def test_a_block_ends_when_it_breaks(network: Network, alice: Party, bob: Party) -> None:
    with pytest.raises(ZeroDivisionError), alice:
        1 / 0  # noqa: B018
    assert network.acting is None
    with bob:
        assert bob.private("y")


def test_networks_do_not_mix(network: Network, alice: Party) -> None:
    elsewhere = Network(seed=3)
    carol = elsewhere.party("carol")
    register = prepared(alice)
    with alice:
        for channel in (network.channel, elsewhere.channel):
            with pytest.raises(LocalityError, match="alice cannot send register 'hers' to carol"):
                channel.send(register, to=carol)
        told = Record(1, 2, alice)
        with pytest.raises(LocalityError, match="alice cannot send an outcome to carol"):
            network.channel.announce(told, alice, to=carol)
    with pytest.raises(InputError, match=r"entangle\(alice, carol, 1\): expected two parties of"):
        network.entangle(alice, carol, 1)
    assert network.transcript.lines == elsewhere.transcript.lines == []


def test_names_are_unique(network: Network, alice: Party) -> None:
    with pytest.raises(InputError, match="party 'alice' exists already"):
        network.party("alice")


@pytest.mark.parametrize("pairs", [0, -1])
def test_entanglement_needs_pairs(network: Network, alice: Party, bob: Party, pairs: int) -> None:
    with pytest.raises(InputError, match="one pair or more"):
        network.entangle(alice, bob, pairs)
    with pytest.raises(InputError, match="expected two parties"):
        network.entangle(alice, alice, 1)
    assert network.transcript.entangled_pairs == 0


@pytest.mark.parametrize(
    ("state", "message"),
    [
        (np.zeros(4), "norm 0.0: expected 1"),
        (np.array([np.nan, 0]), "norm nan: expected 1"),
        (np.array([np.inf, 0]), "norm inf: expected 1"),
        (np.array([1.0, 1.0]), "norm 1.4.*amplitude_encoding normalises"),
        (np.array([1e-200, 0]), "expected 1"),
        (exact([0, 0]), "zero vector is no state"),
        (np.array([1.0, 0, 0]), r"shape \(3,\): expected \(2\^m,\)"),
        (np.array([1.0]), r"shape \(1,\)"),
        (np.ones((2, 2, 2)), r"shape \(2, 2, 2\)"),
        (np.zeros((2, 0)), r"shape \(2, 0\)"),
        (np.eye(3), r"shape \(3, 3\)"),
        (2 * np.eye(2), "norm 2.0: expected 1"),
        (exact(np.eye(2, dtype=int)), "a batch of exact states"),
    ],
)
def test_what_is_no_state_cannot_be_prepared(alice: Party, state: np.ndarray, message: str) -> None:
    with alice, pytest.raises(InputError, match=message):
        alice.prepare(state)


@pytest.mark.parametrize(("copies", "message"), [(0, "copies = 0"), (2**53 + 1, r"2\^53 copies")])
def test_copies_have_limits(alice: Party, copies: int, message: str) -> None:
    with alice, pytest.raises(InputError, match=message):
        alice.prepare(ZERO, copies=copies)


def test_a_prepared_state_is_the_partys_own(alice: Party) -> None:
    state = ZERO.copy()
    with alice:
        register = alice.prepare(state)
        state[:] = [0, 1]
        assert alice.measure(register, Pauli("Z")).read(alice) == 1


def test_join_wants_registers_of_one_kind(alice: Party) -> None:
    with alice:
        floating, exactly = alice.prepare(ZERO, "f"), alice.prepare(exact([1, 0]), "e")
        many = alice.prepare(ZERO, "m", copies=2)
        with pytest.raises(InputError, match="exact register and a floating one"):
            alice.join(floating, exactly)
        with pytest.raises(InputError, match=r"\[1, 2\] copies cannot be joined"):
            alice.join(floating, many)
        with pytest.raises(InputError, match="joins no register"):
            alice.join()
        with pytest.raises(NoCloningError, match=r"alice joins \['f', 'f'\]"):
            alice.join(floating, floating)
        assert alice.join(floating).qubits == 1


def test_noise_meets_every_qubit_on_the_wire_and_no_other() -> None:
    seen = []

    def flip(world: World, slots: list[object]) -> None:
        seen.append(len(slots))
        world.apply([Pauli("X" * len(slots))], slots)

    network = Network(seed=1, noise=flip)
    alice, bob = network.party("alice"), network.party("bob")
    with alice:
        kept, moved = alice.split(alice.prepare(basis_state(0, 3)), 1)
        moved = network.channel.send(moved, to=bob)
        assert alice.measure_basis(kept).read(alice)[0] == 0
    with bob:
        assert bob.measure_basis(moved).read(bob)[0] == 3
    assert seen == [2]


def test_a_handle_tells_what_became_of_it(alice: Party) -> None:
    register = prepared(alice, copies=5)
    assert repr(register) == "<Register 'hers': 1 qubits x 5, held by alice>"
    with alice:
        alice.measure(register, Pauli("Z"))
    assert repr(register).endswith("measured>")
