"""The same programs where the states are matrix-product states, and what these cannot do."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qdml.errors import InputError
from qdml.network import Network
from qdml.network.product_form import evolved, product_form
from qdml.network.states import MOST_READ, Chained, joint
from qdml.quantum.gates import ControlledZ, Dense, Gate, Pauli, Permutation, Rotation, act
from qdml.quantum.numbers import Direction, Radians, exact
from qdml.quantum.placing import Controlled, Leading, Trailing
from qdml.quantum.reflections import preparation
from qdml.tensor.chain import TOLERANCE, Chain
from qdml.testing import pauli_strings, radians, rounding, states
from tests.network.programs import MOST_QUBITS, Programs
from tests.network.simulation import distance


class ChainedPrograms(Programs):
    """Registers are prepared as chains; pairs of prior entanglement are vectors that join them."""

    hold = staticmethod(Chain.of)
    gates = ("rotation", "cz")
    # Every act compresses at most twice; a bond loses 2 TOLERANCE, in norm.
    cut = 4 * MOST_QUBITS * TOLERANCE


TestChainedPrograms = ChainedPrograms.TestCase
TestChainedPrograms.settings = settings(max_examples=60, stateful_step_count=25)


@st.composite
def gates(draw: st.DrawFn, qubits: int) -> Gate:
    """Any gate that has a product form."""
    kinds = ["pauli", "rotation", "exact"]
    if qubits > 1:
        kinds += ["cz", "leading", "trailing", "controlled"]
    kind = draw(st.sampled_from(kinds))
    if kind == "cz":
        first, second = draw(st.permutations(range(qubits)))[:2]
        return ControlledZ(first, second, qubits)
    if kind == "leading":
        part = draw(st.integers(1, qubits - 1))
        return Leading(draw(gates(part)), part)
    if kind == "trailing":
        skipped = draw(st.integers(1, qubits - 1))
        return Trailing(draw(gates(qubits - skipped)), skipped)
    if kind == "controlled":
        return Controlled(draw(gates(qubits - 1)))
    pauli = draw(pauli_strings(qubits))
    if kind == "pauli":
        return pauli
    return Rotation(pauli, Direction(3, -4) if kind == "exact" else draw(radians()))


def _floating(gate: Gate) -> Gate:
    """The same gate with angles in radians: the reference leaves a factor on exact ones."""
    if isinstance(gate, Rotation) and isinstance(gate.angle, Direction):
        return Rotation(gate.pauli, Radians(2 * np.arctan2(gate.angle.sine, gate.angle.cosine)))
    if isinstance(gate, Leading):
        return Leading(_floating(gate.gate), gate.qubits)
    if isinstance(gate, Trailing):
        return Trailing(_floating(gate.gate), gate.skipped)
    if isinstance(gate, Controlled):
        return Controlled(_floating(gate.gate))
    return gate


@given(st.data(), st.integers(1, 5))
def test_gates_on_chains_are_the_gates(data: st.DataObject, qubits: int) -> None:
    drawn = data.draw(st.lists(gates(qubits), max_size=4))
    state = data.draw(states(qubits))
    found, norm = evolved(Chain.of(state), drawn, range(qubits))
    expected = act([_floating(gate) for gate in drawn], state)
    # At most one compression a gate, one at each end.
    error = rounding(4 * len(drawn), 2**qubits) + 2 * qubits * (len(drawn) + 2) * TOLERANCE
    np.testing.assert_allclose(found.vector(), expected, rtol=0, atol=error)
    assert abs(norm - 1) <= error
    assert found.error <= error


@st.composite
def parts(draw: st.DrawFn) -> tuple[np.ndarray, list[int], Pauli]:
    """A state, some of its qubits in any order, and a Pauli string on these."""
    qubits = draw(st.integers(2, 4))
    axes = draw(st.permutations(range(qubits)))[: draw(st.integers(1, qubits - 1))]
    return draw(states(qubits)), list(axes), draw(pauli_strings(len(axes)))


@given(parts(), st.sampled_from([1, -1]))
def test_a_sign_that_was_found_projects(
    part: tuple[np.ndarray, list[int], Pauli], sign: int
) -> None:
    state, axes, pauli = part
    n = state.size.bit_length() - 1
    front = np.moveaxis(state.reshape([2] * n), axes, range(len(axes))).reshape(2 ** len(axes), -1)
    held, weight = joint(Chain.of(state)), np.vdot(front, pauli.apply(front)).real
    error = rounding(8 * n, 2**n) + 4 * n * TOLERANCE
    assert abs(held.mean(pauli, axes) - weight) <= 4 * error
    rows = (front + sign * pauli.apply(front)) / 2
    norms = np.linalg.norm(rows, axis=1)
    if 1 + sign * weight < 1e-6:
        return
    held.forget(pauli, sign, axes, np.random.default_rng(0))
    apart = [
        distance(held.vector(), row / norm) * norm
        for row, norm in zip(rows, norms, strict=True)
        if norm > error
    ]
    assert min(apart) <= 8 * error


@given(st.lists(st.integers(0, 1), min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_qubits_are_read_in_the_order_asked_for(bits: list[int], random: Random) -> None:
    axes = list(range(len(bits)))
    random.shuffle(axes)
    held = joint(Chain.product(np.eye(2)[bits]))
    expected = int("".join(str(bits[axis]) for axis in axes), 2)
    assert held.read(axes, 3, np.random.default_rng(0)).tolist() == [expected] * 3


@pytest.mark.parametrize(
    ("gate", "message"),
    [
        (Permutation((1, 0, 3, 2)), "Permutation gate: a matrix-product state takes"),
        (Dense(preparation(np.ones(4) / 2)), "Dense gate: a matrix-product state takes"),
        (Dense(exact([[0, 1], [1, 0]])), "Dense gate"),
        (Pauli("ZZZ"), "Pauli gate for 3 qubits on a register of 2"),
        (Leading(Pauli("ZZZ"), 3), "Leading gate for 3 qubits"),
        (Trailing(Pauli("ZZ"), 1), "Pauli gate for 2 qubits on a register of 1"),
    ],
)
def test_gates_without_product_form(gate: Gate, message: str) -> None:
    with pytest.raises(InputError, match=message):
        product_form(gate, 2)


def test_what_no_whole_number_holds_is_not_read() -> None:
    network = Network(seed=1)
    alice = network.party("alice")
    with alice:
        register = alice.prepare(Chain.product([[1, 1]] * (MOST_READ + 1)))
        with pytest.raises(InputError, match="split the register"):
            alice.measure_basis(register)


def test_a_gate_that_changes_the_norm_is_refused() -> None:
    network = Network(seed=1)
    alice = network.party("alice")
    with alice:
        register = alice.prepare(Chain.product([[1, 1]] * 40))
        with pytest.raises(InputError, match=r"changed the norm of a state to 0\.7"):
            alice.apply([Leading(Dense(np.diag([1.0, 0.0])), 1)], register)


def test_copies_of_a_long_register_are_billed_and_read() -> None:
    network = Network(seed=3)
    alice, bob = network.party("alice"), network.party("bob")
    with alice:
        # Exactly the uniform superposition on the first qubit, |1> on all others.
        register = alice.prepare(Chain.product([[1, 1], *[[0, 1]] * 59]), copies=1000)
        register = network.channel.send(register, to=bob)
    with bob:
        outcomes = bob.measure_basis(register).read(bob)
    assert network.transcript.qubits == 60_000
    assert set(outcomes.tolist()) == {2**59 - 1, 2**60 - 1}
    # Hoeffding: 0.1 off with probability below 2 exp(-20).
    assert abs(np.mean(outcomes >> 59) - 0.5) < 0.1


def test_the_holder_says_what_it_is() -> None:
    held = joint(Chain.product([[1, 0]] * 50))
    assert held.engine == "matrix-product state, 50 qubits, bond 1, truncation error 0.0e+00"
    assert isinstance(held, Chained)
    with pytest.raises(InputError, match="2\\^50 amplitudes is not written out"):
        held.vector()
