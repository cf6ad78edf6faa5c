"""The accelerator engine against the reference and the compiled one, here on the processor."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qdml.errors import InputError
from qdml.model.ansatz import random_line, random_pauli, random_string
from qdml.model.circuit import DistributedCircuit
from qdml.quantum import accelerator, choice, reference, statevector
from qdml.quantum.gates import ControlledZ, Dense, Gate, Pauli, Rotation, act
from qdml.quantum.numbers import Radians, State
from qdml.quantum.tables import GROUP
from qdml.testing import line_circuits, pauli_circuits, states

PRECISIONS = [np.complex128, np.complex64]


def tolerance(kind: type, gates: int) -> float:
    """The bound of `qdml.quantum.statevector` on a state's error, with the encoding's own."""
    return 4 * (gates + 1) * float(np.finfo(kind).eps)


def random_state(qubits: int, rng: np.random.Generator, kind: type) -> State:
    vector = rng.normal(size=2**qubits) + 1j * rng.normal(size=2**qubits)
    state: State = (vector / np.linalg.norm(vector)).astype(kind)
    return state


def check(gates: tuple[Gate, ...], state: State, observable: Pauli) -> None:
    kind, exact = state.dtype.type, state.astype(complex)
    bound = tolerance(kind, len(gates))
    found = accelerator.forward(gates, state)
    assert found.dtype == kind
    assert np.linalg.norm(found - act(gates, exact)) <= bound
    np.testing.assert_allclose(
        accelerator.gradient(gates, state, observable),
        reference.gradient(gates, exact, observable),
        rtol=0,
        atol=4 * bound,
    )


@pytest.mark.parametrize("kind", PRECISIONS)
@pytest.mark.parametrize("qubits", [1, 4, GROUP + 1, 11])
def test_random_models_agree_with_the_reference(qubits: int, kind: type) -> None:
    rng = np.random.default_rng(qubits)
    state, observable = random_state(qubits, rng, kind), random_string(qubits, rng)
    check(random_line(qubits, 2, rng).gates, state, observable)
    check(random_pauli(qubits, 1, 6, rng).gates, state, observable)


def test_all_pairs_and_gates_of_the_reference() -> None:
    n, rng = GROUP + 1, np.random.default_rng(1)
    gates: list[Gate] = []
    for a in range(n):
        for b in range(a):
            letters = ["I"] * n
            letters[a] = letters[b] = "Z"
            gates.append(Rotation(Pauli("".join(letters)), Radians(rng.uniform(-7, 7))))
    gates += [Rotation(Pauli.single("Y", q, n), Radians(rng.uniform(-7, 7))) for q in range(n)]
    gates += [Pauli("XYZIZYXX"), Dense(np.linalg.qr(rng.normal(size=(2**n, 2**n)))[0])]
    gates += [Rotation(Pauli.single("X", q, n), Radians(0.1 * q)) for q in range(n)]
    gates += [ControlledZ(0, n - 1, n), Rotation(Pauli("Z" * n), Radians(0.3))]
    check(tuple(gates), random_state(n, rng, np.complex128), Pauli("ZX" + "I" * (n - 2)))


@settings(max_examples=3)
@given(
    st.integers(3, 4).flatmap(lambda n: st.tuples(line_circuits(n) | pauli_circuits(n), states(n)))
)
def test_adversarial_models_agree_with_the_reference(
    pair: tuple[DistributedCircuit, State],
) -> None:
    circuit, state = pair
    check(circuit.gates, state, circuit.observable)


def test_expectations_and_batches_are_those_of_the_compiled_engine() -> None:
    rng = np.random.default_rng(3)
    batch = np.stack([2 * random_state(5, rng, np.complex128) for _ in range(3)], axis=1)
    gates, strings = random_line(5, 1, rng).gates, [random_string(5, rng) for _ in range(4)]
    bound = 2 * tolerance(np.complex128, len(gates))
    for found, expected in (
        (accelerator.forward(gates, batch), statevector.forward(gates, batch)),
        (accelerator.expectations(strings, batch), statevector.expectations(strings, batch)),
    ):
        assert found.shape == expected.shape
        np.testing.assert_allclose(found, expected, rtol=0, atol=2 * bound)


def test_going_back_stores_no_state_on_the_way() -> None:
    # Reverse mode would keep one state for every layer: far more than two and their products.
    from qdml.quantum import device_kernels
    from qdml.quantum.normal_form import compile_gates
    from qdml.quantum.tables import tables

    n, circuit = 14, random_line(14, 20, np.random.default_rng(4))
    (segment,) = compile_gates(circuit.gates, n).segments
    with device_kernels.double():
        v = accelerator.up(random_state(n, np.random.default_rng(5), np.complex128))
        prepared = tables(segment, v.dtype)
        compiled = device_kernels.undo_layers.lower(v, v, prepared).compile()
    taken = compiled.memory_analysis().temp_size_in_bytes
    assert taken <= 8 * 16 * 2**n < 40 * 16 * 2**n


def test_the_choice_takes_it_by_name_or_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(6)
    circuit, state = random_line(5, 1, rng), random_state(5, rng, np.complex128)
    with choice.using("accelerator"):
        assert str(circuit.engine(state)) == "accelerator, 5 qubits, 512 B"
        bound = 8 * tolerance(np.complex128, len(circuit.gates))
        assert (
            abs(
                circuit.loss(state)
                - reference.expectation(circuit.observable, act(circuit.gates, state))
            )
            <= bound
        )
        np.testing.assert_allclose(
            circuit.gradient(state),
            reference.gradient(circuit.gates, state, circuit.observable),
            rtol=0,
            atol=bound,
        )
    many = np.zeros(2**choice.WORTH_A_DEVICE, dtype=np.complex64)
    gates = random_line(choice.WORTH_A_DEVICE, 1, rng).gates
    for there, name in ((None, "state vector"), (2**40, "accelerator"), (2**20, "state vector")):
        monkeypatch.setattr(accelerator, "memory", lambda there=there: there)
        assert choice.choose(gates, many).name == name
    wrong = pytest.raises(InputError, match=r"22 qubits: .* has 1 MiB; the engine 'state vector'")
    with choice.using("accelerator"), wrong:
        choice.choose(gates, many)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: accelerator.forward([], np.ones(3)), r"shape \(3,\).*2, 4, 8"),
        (lambda: accelerator.gradient([], np.ones(4), Pauli("X")), "'X' does not fit 2 qubits"),
        (lambda: accelerator.gradient([], np.zeros(4), Pauli("XX")), "norm zero"),
    ],
)
def test_bad_input_is_named(call: object, message: str) -> None:
    assert callable(call)
    with pytest.raises(InputError, match=message):
        call()
