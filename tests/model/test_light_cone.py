"""Losses from tensor networks: against the reference where it fits, by other means at 60 qubits."""

from __future__ import annotations

from collections import defaultdict
from functools import reduce
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from qdml.errors import InputError
from qdml.model import DistributedCircuit
from qdml.model.ansatz import direction, random_line, random_pauli, random_string
from qdml.model.circuit import Block
from qdml.model.light_cone import (
    causal,
    contraction,
    expectation,
    gradient,
    input_state,
    operations,
)
from qdml.quantum.gates import ControlledZ, Dense, Gate, Pauli, Permutation, Rotation, swap
from qdml.quantum.numbers import Direction, Radians, exact
from qdml.tensor import build, flatten, prepare, sandwich
from qdml.testing import line_circuits, pauli_circuits, rounding

#: What is promised against the reference.
TOLERANCE = 1e-12
SEEDS = st.integers(0, 2**32 - 1)
MANY = 60


def vectors(qubits: int, rng: np.random.Generator) -> NDArray[np.complex128]:
    """Random one-qubit vectors, shape (n, 2), not normalised."""
    found = rng.normal(size=(qubits, 2)) + 1j * rng.normal(size=(qubits, 2))
    return found * rng.uniform(0.1, 10, size=(qubits, 1))


def measured(circuit: DistributedCircuit, observable: Pauli) -> DistributedCircuit:
    return DistributedCircuit(circuit.qubits, circuit.blocks, observable)


def random_gate(qubits: int, rng: np.random.Generator) -> Gate:
    """Any gate of the reference engine."""
    choice = rng.integers(5)
    first, second = (int(q) for q in rng.choice(qubits, size=2, replace=False))
    if choice == 0:
        return random_string(qubits, rng)
    if choice == 1:
        return Rotation(random_string(qubits, rng), direction(rng))
    if choice == 2:
        return ControlledZ(first, second, qubits)
    if choice == 3:
        return swap(first, second, qubits)
    shape = (2**qubits, 2**qubits)
    return Dense(np.linalg.qr(rng.normal(size=shape) + 1j * rng.normal(size=shape))[0])


def in_floats(gate: Gate) -> Gate:
    """The gate with its exact angle in radians: the reference does not mix the two."""
    if not isinstance(gate, Rotation):
        return gate
    assert isinstance(gate.angle, Direction)
    angle = 2 * np.arctan2(gate.angle.sine, gate.angle.cosine)
    return Rotation(gate.pauli, Radians(float(angle)))


@settings(max_examples=100)
@given(
    qubits=st.integers(1, 7),
    layers=st.integers(1, 3),
    ansatz=st.sampled_from(["line", "pauli"]),
    whole=st.booleans(),
    seed=SEEDS,
)
def test_the_loss_is_that_of_the_reference(
    qubits: int, layers: int, ansatz: str, whole: bool, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    if ansatz == "line":
        circuit = random_line(qubits, layers, rng)
    else:
        circuit = random_pauli(qubits, layers, 3, rng)
    circuit = measured(circuit, random_string(qubits, rng) if whole else circuit.observable)
    factors = vectors(qubits, rng)
    state = reduce(np.kron, factors)
    assert expectation(circuit, factors) == pytest.approx(circuit.loss(state), abs=TOLERANCE)
    if whole:
        state = rng.normal(size=2**qubits) + 1j * rng.normal(size=2**qubits)
    assert expectation(circuit, state) == pytest.approx(circuit.loss(state), abs=TOLERANCE)


@settings(max_examples=40)
@given(qubits=st.integers(2, 6), gates=st.integers(1, 8), seed=SEEDS)
def test_every_gate_is_that_of_the_reference(qubits: int, gates: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    block = [random_gate(qubits, rng) for _ in range(gates)]
    circuit = DistributedCircuit.alternating([block], qubits, random_string(qubits, rng))
    factors = vectors(qubits, rng)
    state = reduce(np.kron, factors)
    for gate in block:
        state = in_floats(gate).apply(state)
    expected = np.vdot(state, circuit.observable.apply(state)).real / np.vdot(state, state).real
    assert expectation(circuit, factors) == pytest.approx(expected, abs=TOLERANCE)


def test_trivial_strings_cost_nothing() -> None:
    circuit = DistributedCircuit.alternating([[Rotation(Pauli("II"), Radians(0.3))]], 2)
    assert expectation(circuit, [[1, 0], [1, 1]]) == pytest.approx(1, abs=TOLERANCE)
    plan = contraction(measured(circuit, Pauli("II")), [[1, 0], [1, 1]]).plan
    assert (plan.tensors, plan.flops, plan.peak_bytes) == (0, 0, 0)


def window(
    circuit: DistributedCircuit, factors: NDArray[np.complex128], qubit: int, reach: int
) -> float:
    """<Z_qubit> by the reference on the qubits at most `reach` away, without gates that leave."""
    low, high = max(0, qubit - reach), min(circuit.qubits, qubit + reach + 1)
    size = high - low
    gates: list[Gate] = []
    for gate in circuit.gates:
        if isinstance(gate, ControlledZ):
            if low <= gate.first and gate.second < high:
                gates.append(ControlledZ(gate.first - low, gate.second - low, size))
        else:
            assert isinstance(gate, Rotation)
            letters = gate.pauli.letters[low:high]
            if letters.strip("I"):
                gates.append(Rotation(Pauli(letters), gate.angle))
    small = DistributedCircuit.alternating([gates], size, Pauli.single("Z", qubit - low, size))
    return float(small.loss(reduce(np.kron, factors[low:high])))


@pytest.mark.parametrize(("layers", "qubit"), [(1, 0), (2, 0), (1, 30), (2, 30), (3, 30), (3, 59)])
def test_sixty_qubits_agree_with_the_reference_on_the_cone(layers: int, qubit: int) -> None:
    rng = np.random.default_rng(layers)
    observable = Pauli.single("Z", qubit, MANY)
    circuit = measured(random_line(MANY, layers, rng), observable)
    factors = vectors(MANY, rng)
    expected = window(circuit, factors, qubit, reach=2 * layers)
    assert expectation(circuit, factors) == pytest.approx(expected, abs=TOLERANCE)
    # One qubit too few on either side is another number: the window is not wider than it must be.
    narrow = window(circuit, factors, qubit, reach=2 * layers - 2)
    assert abs(narrow - expected) > 1e-6


_MATRICES = {
    "I": np.eye(2),
    "X": np.array([[0, 1], [1, 0]]),
    "Y": np.array([[0, -1j], [1j, 0]]),
    "Z": np.diag([1, -1]),
}


def _times(left: str, right: str) -> tuple[complex, str]:
    """The phase and the letter of a product of two Pauli letters."""
    matrix = _MATRICES[left] @ _MATRICES[right]
    overlaps = {name: np.trace(other @ matrix) / 2 for name, other in _MATRICES.items()}
    name = max(overlaps, key=lambda other: abs(overlaps[other]))
    return complex(overlaps[name]), name


def _through_cz(pair: str) -> tuple[int, str]:
    """The sign and the letters of CZ (P (x) Q) CZ."""
    flip = np.diag([1, 1, 1, -1])
    matrix = flip @ np.kron(_MATRICES[pair[0]], _MATRICES[pair[1]]) @ flip
    for a, b in product("IXYZ", repeat=2):
        overlap = np.trace(np.kron(_MATRICES[a], _MATRICES[b]) @ matrix).real / 4
        if abs(overlap) > 0.5:
            return round(overlap), a + b
    raise AssertionError(pair)


TIMES = {(a, b): _times(a, b) for a, b in product("IXYZ", repeat=2)}
THROUGH_CZ = {a + b: _through_cz(a + b) for a, b in product("IXYZ", repeat=2)}


def propagated(circuit: DistributedCircuit, factors: NDArray[np.complex128]) -> float:
    """<O> by carrying O back through the gates as a sum of Pauli strings; no state, no cone."""
    terms = {circuit.observable.letters: 1.0}
    for gate in reversed(circuit.gates):
        after: dict[str, float] = defaultdict(float)
        for letters, weight in terms.items():
            if isinstance(gate, ControlledZ):
                a, b = gate.first, gate.second
                sign, (left, right) = THROUGH_CZ[letters[a] + letters[b]]
                through = letters[:a] + left + letters[a + 1 : b] + right + letters[b + 1 :]
                after[through] += sign * weight
                continue
            assert isinstance(gate, Rotation)
            assert isinstance(gate.angle, Radians)
            phase, moved = 1.0 + 0j, list(letters)
            for q, letter in enumerate(gate.pauli.letters):
                if letter != "I":
                    factor, moved[q] = TIMES[letter, letters[q]]
                    phase *= factor
            if abs(phase.imag) < 0.5:
                after[letters] += weight
                continue
            # Q anticommutes with P, so Q P = +-i R and P becomes cos P + i sin Q P.
            angle = gate.angle.value
            after[letters] += np.cos(angle) * weight
            after["".join(moved)] -= np.sin(angle) * phase.imag * weight
        terms = after
    means = [
        {
            letter: (np.vdot(v, matrix @ v) / np.vdot(v, v)).real
            for letter, matrix in _MATRICES.items()
        }
        for v in factors
    ]
    return sum(
        weight * np.prod([mean[letter] for mean, letter in zip(means, letters, strict=True)])
        for letters, weight in terms.items()
    )


def test_sixty_qubits_agree_with_pauli_strings_carried_back_on_a_line() -> None:
    rng = np.random.default_rng(10)
    circuit = random_line(MANY, 1, rng)
    factors = vectors(MANY, rng)
    correlation = Pauli("I" * 29 + "XZ" + "I" * 20 + "Y" + "I" * 8)
    for observable in (Pauli.single("Z", 30, MANY), correlation):
        asked = measured(circuit, observable)
        expected = propagated(asked, factors)
        assert expectation(asked, factors) == pytest.approx(expected, abs=TOLERANCE)
        assert abs(expected) > 1e-6


def test_sixty_qubits_agree_with_pauli_strings_carried_back_for_rotations_of_full_weight() -> None:
    rng = np.random.default_rng(11)
    circuit = random_pauli(MANY, 1, 3, rng)
    assert max(gate.pauli.weight for gate in circuit.gates if isinstance(gate, Rotation)) > 40
    # Near |0...0> strings of high weight do not average out.
    factors = [1, 0] + 0.2 * vectors(MANY, rng) / 10
    circuit = measured(circuit, Pauli.single("Z", 30, MANY))
    expected = propagated(circuit, factors)
    untouched = DistributedCircuit.alternating([[]], MANY, circuit.observable)
    assert abs(expected - propagated(untouched, factors)) > 1e-3
    assert expectation(circuit, factors) == pytest.approx(expected, abs=TOLERANCE)


def test_sixty_qubits_without_any_cancellation_have_norm_one_and_the_value_of_the_cone() -> None:
    rng = np.random.default_rng(12)
    observable = Pauli.single("Z", 30, MANY)
    circuit, factors = measured(random_line(MANY, 1, rng), observable), vectors(MANY, rng)
    everything = input_state(factors, MANY)
    everything += [op for gate in circuit.gates for op in operations(gate, MANY)]

    norm = prepare(flatten(*build(sandwich(everything, []))))
    assert norm.plan.tensors == 2 * (60 + 2 * (60 + 60 + 59))
    assert norm.run() == pytest.approx(1, abs=TOLERANCE)
    value = prepare(flatten(*build(sandwich(everything, operations(observable, MANY))))).run()
    assert expectation(circuit, factors) == pytest.approx(value, abs=TOLERANCE)


def test_the_plan_is_known_before_and_the_budget_is_kept() -> None:
    rng = np.random.default_rng(13)
    circuit = measured(random_line(MANY, 2, rng), Pauli.single("Z", 30, MANY))
    factors = vectors(MANY, rng)
    plan = contraction(circuit, factors).plan
    assert plan.width <= 7
    assert 0 < plan.largest_bytes < plan.peak_bytes < 2**15
    assert expectation(circuit, factors, memory_budget=plan.peak_bytes) == pytest.approx(
        expectation(circuit, factors, seed=1), abs=TOLERANCE
    )
    with pytest.raises(InputError, match=r"needs .* KiB, allowed are 1 KiB; use fewer layers"):
        expectation(circuit, factors, memory_budget=2**10)


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        (np.ones((3, 2)), r"shape \(3, 2\) for 2 qubits: .* shape \(2, 2\), or a whole vector"),
        (np.ones(8), r"shape \(8,\) for 2 qubits"),
        ([[1, 0], [0, 0]], "zero vector"),
        ([[1, 0], [np.nan, 0]], "entry 0 is .*nan.*: entries must be finite"),
        ([[1, 0], [1]], "no array of complex numbers"),
        ([["a", 0], [1, 0]], "no array of complex numbers"),
    ],
)
def test_inputs_that_are_no_states_are_refused(inputs: object, message: str) -> None:
    circuit = DistributedCircuit.alternating([[ControlledZ(0, 1, 2)]], 2)
    with pytest.raises(InputError, match=message):
        expectation(circuit, inputs)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("gate", "qubits", "message"),
    [
        (Permutation(tuple(range(2**9))), 9, "Permutation gate on 9 qubits: .* at most 8 qubits"),
        (Rotation(Pauli("ZZ"), Radians(1.0)), 3, "Rotation gate for 2 qubits in a circuit of 3"),
        (ControlledZ(0, 1, 4), 3, "ControlledZ gate for 4 qubits in a circuit of 3"),
        (Dense(np.ones((2, 2))), 1, "Dense gate: its matrix is not unitary"),
        (Dense(exact(np.eye(2, dtype=int))), 1, "Dense gate of exact numbers"),
    ],
)
def test_gates_that_are_no_operations_are_refused(gate: Gate, qubits: int, message: str) -> None:
    circuit = DistributedCircuit.alternating([[gate]], qubits)
    with pytest.raises(InputError, match=message):
        expectation(circuit, np.ones((qubits, 2)))


@given(
    st.integers(1, 4).flatmap(
        lambda n: st.tuples(line_circuits(n) | pauli_circuits(n), st.integers(0, 2**32))
    )
)
@settings(max_examples=25)
def test_the_gradient_is_that_of_the_adjoint_sweep(pair: tuple[DistributedCircuit, int]) -> None:
    circuit, seed = pair
    inputs = vectors(circuit.qubits, np.random.default_rng(seed))
    state = reduce(np.kron, [v / np.linalg.norm(v) for v in inputs])
    found = gradient(circuit, inputs)
    error = rounding(4 * len(circuit.gates), 2**circuit.qubits)
    np.testing.assert_allclose(found, circuit.gradient(state), rtol=0, atol=error)


def test_the_gradient_at_a_hundred_qubits_knows_its_cone() -> None:
    rng = np.random.default_rng(4)
    circuit, inputs = random_line(100, 2, rng), vectors(100, rng)
    slopes = gradient(circuit, inputs)
    places = [j for j, gate in enumerate(circuit.gates) if isinstance(gate, Rotation)]
    inside = set(causal(circuit))
    assert len(inside) < 60
    assert all(slope == 0 for j, slope in zip(places, slopes, strict=True) if j not in inside)
    # A finite difference of second order: halving the step quarters its error.
    at = int(np.argmax(np.abs(slopes)))
    errors = []
    for step in (1e-1, 5e-2):
        ends = []
        for sign in (1, -1):
            gates = list(circuit.gates)
            rotation = gates[places[at]]
            turned = Radians(rotation.angle.value + sign * step)
            gates[places[at]] = Rotation(rotation.pauli, turned)
            moved = DistributedCircuit(100, (Block(tuple(gates)),), circuit.observable)
            ends.append(expectation(moved, inputs))
        errors.append(abs((ends[0] - ends[1]) / (2 * step) - slopes[at]))
    assert errors[0] / errors[1] == pytest.approx(4, rel=0.01)
