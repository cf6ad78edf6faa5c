"""The distributed circuit: its loss and gradients by four routes, and what it refuses."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qdml.errors import InputError
from qdml.model.circuit import Block, DistributedCircuit
from qdml.quantum.gates import ControlledZ, Gate, Pauli, Rotation
from qdml.quantum.numbers import Direction, Radians, State, exact, imaginary, real
from qdml.testing import (
    exact_circuits,
    exact_states,
    line_circuits,
    pauli_circuits,
    rounding,
    states,
)

ONE = {
    "I": np.eye(2),
    "X": np.array([[0, 1], [1, 0]]),
    "Y": np.array([[0, -1j], [1j, 0]]),
    "Z": np.diag([1, -1]),
}
sizes = st.integers(1, 3)
floating = sizes.flatmap(lambda n: st.tuples(line_circuits(n) | pauli_circuits(n), states(n)))
exactly = sizes.flatmap(lambda n: st.tuples(exact_circuits(n), exact_states(n)))


def dense(gate: Gate, qubits: int) -> np.ndarray:
    """The matrix of a gate of these circuits, from Kronecker products alone."""
    if isinstance(gate, ControlledZ):
        one = np.diag([0, 1])
        both = [one if q in (gate.first, gate.second) else ONE["I"] for q in range(qubits)]
        return np.eye(2**qubits) - 2 * reduce(np.kron, both)
    assert isinstance(gate, Rotation)
    string = reduce(np.kron, [ONE[letter] for letter in gate.pauli.letters])
    if isinstance(gate.angle, Direction):
        half = np.arctan2(gate.angle.sine, gate.angle.cosine)
    else:
        half = gate.angle.value / 2
    return np.cos(half) * np.eye(2**qubits) - 1j * np.sin(half) * string


def plain_loss(circuit: DistributedCircuit, state: np.ndarray) -> float:
    vector = np.array([complex(real(z), imaginary(z)) for z in state])
    vector = vector / np.linalg.norm(vector)
    for gate in circuit.gates:
        vector = dense(gate, circuit.qubits) @ vector
    observable = reduce(np.kron, [ONE[letter] for letter in circuit.observable.letters])
    return float(np.vdot(vector, observable @ vector).real)


def shifted(circuit: DistributedCircuit, place: int, by: float) -> DistributedCircuit:
    """The circuit with the angle of its `place`-th gate moved."""
    blocks, seen = [], 0
    for block in circuit.blocks:
        gates = list(block.gates)
        if seen <= place < seen + len(gates):
            gate = gates[place - seen]
            gates[place - seen] = Rotation(gate.pauli, Radians(gate.angle.value + by))
        seen += len(gates)
        blocks.append(Block(tuple(gates)))
    return replace(circuit, blocks=tuple(blocks))


def places(circuit: DistributedCircuit) -> list[int]:
    return [i for i, gate in enumerate(circuit.gates) if isinstance(gate, Rotation)]


@given(floating | exactly)
def test_the_loss_is_that_of_dense_matrices(pair: tuple[DistributedCircuit, np.ndarray]) -> None:
    circuit, state = pair
    tolerance = rounding(len(circuit.gates), len(state))
    assert float(circuit.loss(state)) == pytest.approx(plain_loss(circuit, state), abs=tolerance)


@given(floating)
def test_the_adjoint_gradient_is_the_parameter_shift(
    pair: tuple[DistributedCircuit, np.ndarray],
) -> None:
    circuit, state = pair
    by_shift = [
        (shifted(circuit, i, np.pi / 2).loss(state) - shifted(circuit, i, -np.pi / 2).loss(state))
        / 2
        for i in places(circuit)
    ]
    tolerance = rounding(4 * len(circuit.gates))
    np.testing.assert_allclose(circuit.gradient(state), by_shift, atol=tolerance)


@settings(max_examples=40)
@given(floating, st.integers(0, 10**6))
def test_central_differences_converge_to_the_gradient_with_order_two(
    pair: tuple[DistributedCircuit, np.ndarray], pick: int
) -> None:
    circuit, state = pair
    which = pick % len(places(circuit))
    slope = circuit.gradient(state)[which]

    def error(step: float) -> float:
        ends = [
            plain_loss(shifted(circuit, places(circuit)[which], sign * step), state)
            for sign in (1, -1)
        ]
        return abs((ends[0] - ends[1]) / (2 * step) - slope)

    noise = rounding(4 * len(circuit.gates), len(state))
    errors = [error(step) for step in (0.4, 0.2, 0.1)]
    # The loss is a sinusoid in the angle, so the error is (1 - sin h/h) |slope| exactly.
    for step, found in zip((0.4, 0.2, 0.1), errors, strict=True):
        expected = (1 - np.sin(step) / step) * abs(slope)
        assert found == pytest.approx(expected, abs=noise / step)
    for step, coarse, fine in zip((0.4, 0.2), errors, errors[1:], strict=False):
        if fine > 1e6 * noise:
            # log2 of the ratio is 2 - 3 h^2/(80 ln 2) + O(h^4).
            assert abs(np.log2(coarse / fine) - 2) <= step**2 / 16


@settings(max_examples=40)
@given(exactly)
def test_the_exact_gradient_is_the_floating_one(
    pair: tuple[DistributedCircuit, np.ndarray],
) -> None:
    circuit, state = pair
    blocks = tuple(
        Block(
            tuple(
                Rotation(g.pauli, Radians(2 * np.arctan2(g.angle.sine, g.angle.cosine)))
                for g in block.gates
            )
        )
        for block in circuit.blocks
    )
    vector = np.array([complex(real(z), imaginary(z)) for z in state])
    found = replace(circuit, blocks=blocks).gradient(vector / np.linalg.norm(vector))
    exact_slopes = [float(slope) for slope in circuit.gradient(state)]
    np.testing.assert_allclose(found, exact_slopes, atol=rounding(4 * len(circuit.gates)))


@given(floating)
def test_walking_back_undoes_walking_forward(pair: tuple[DistributedCircuit, np.ndarray]) -> None:
    circuit, state = pair
    tolerance = rounding(2 * len(circuit.gates))
    final = circuit.forward(state)
    for block in range(len(circuit.blocks) + 1):
        between = circuit.forward(state, block)
        np.testing.assert_allclose(circuit.backward(final, block), between, atol=tolerance)
    np.testing.assert_array_equal(circuit.forward(state, 0), state)


@given(floating)
def test_input_in_strides_gives_the_same_loss(pair: tuple[DistributedCircuit, np.ndarray]) -> None:
    circuit, state = pair
    wide = np.repeat(state, 3)[::3]
    assert circuit.loss(wide) == circuit.loss(state)
    assert circuit.gradient(wide) == circuit.gradient(state)


def test_blocks_alternate_unless_they_are_dealt() -> None:
    circuit = DistributedCircuit.alternating([[], [], []], 1)
    assert circuit.owners == ("alice", "bob", "alice")
    assert replace(circuit, owners=("a", "b", "c")).owners == ("a", "b", "c")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((1, (), Pauli("Z")), "at least one block"),
        ((1, (Block(()),), Pauli("Z"), ("alice", "bob")), "1 blocks, but 2 owners"),
        ((2, (Block(()),), Pauli("Z")), "observable 'Z' does not fit 2 qubits"),
    ],
)
def test_bad_circuits_are_named(arguments: tuple[object, ...], message: str) -> None:
    with pytest.raises(InputError, match=message):
        DistributedCircuit(*arguments)  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [2, 3, 8])
def test_a_state_of_another_size_is_refused(size: int) -> None:
    circuit = DistributedCircuit.alternating([[Pauli("XX")]], 2)
    with pytest.raises(InputError, match=rf"shape \({size},\): a circuit on 2 qubits takes 4"):
        circuit.loss(np.ones(size))
    with pytest.raises(InputError, match=rf"shape \({size},\): a circuit on 2 qubits takes 4"):
        circuit.gradient(np.ones(size))


@pytest.mark.parametrize("state", [np.zeros(4), np.array([np.nan, 1, 0, 0]), exact([0, 0, 0, 0])])
def test_a_state_without_a_direction_has_no_loss(state: State) -> None:
    turn = Rotation(Pauli("XX"), Direction(2, 1) if state.dtype == object else Radians(1.0))
    circuit = DistributedCircuit.alternating([[turn]], 2)
    for call in (circuit.loss, circuit.gradient):
        with pytest.raises(InputError, match=r"norm zero, or entries that are no numbers"):
            call(state)


def test_what_is_no_gate_is_refused_where_a_block_is_made() -> None:
    with pytest.raises(InputError, match="'swap' is no gate: it needs the methods apply and"):
        DistributedCircuit.alternating([[Pauli("XX")], ["swap"]], 2)  # type: ignore[list-item]
