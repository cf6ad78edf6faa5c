"""The public engine: gradients by other routes, expectations, sampling, inputs, and the choice."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from scipy.stats import binom, chi2

from qdml.errors import InputError
from qdml.model.ansatz import random_line, random_pauli, random_string
from qdml.model.autodiff import loss_and_gradient
from qdml.model.circuit import DistributedCircuit
from qdml.protocols.gradient import gradient_state
from qdml.quantum import choice, measures, reference, statevector
from qdml.quantum.gates import Dense, Gate, Pauli, Rotation, act
from qdml.quantum.normal_form import compile_gates
from qdml.quantum.numbers import Radians, State, exact
from qdml.testing import rounding

#: Each statistical test below raises a false alarm with at most this probability.
ALARM = 1e-9


def random_state(qubits: int, seed: int) -> State:
    rng = np.random.default_rng(seed)
    vector: State = rng.normal(size=2**qubits) + 1j * rng.normal(size=2**qubits)
    normalised: State = vector / np.linalg.norm(vector)
    return normalised


def shifted(gates: tuple[Gate, ...], place: int, by: float) -> list[Gate]:
    gate = gates[place]
    assert isinstance(gate, Rotation)
    assert isinstance(gate.angle, Radians)
    turned = Rotation(gate.pauli, Radians(gate.angle.value + by))
    return [*gates[:place], turned, *gates[place + 1 :]]


def loss(gates: list[Gate], state: State, observable: Pauli) -> float:
    return float(statevector.expectations([observable], statevector.forward(gates, state))[0])


def model(kind: str, qubits: int = 7) -> DistributedCircuit:
    rng = np.random.default_rng(2)
    return random_line(qubits, 1, rng) if kind == "line" else random_pauli(qubits, 1, 9, rng)


@pytest.mark.parametrize("kind", ["line", "pauli"])
def test_the_gradient_is_the_parameter_shift(kind: str) -> None:
    circuit, state = model(kind), random_state(7, 1)
    gates, observable = circuit.gates, circuit.observable
    places = [k for k, gate in enumerate(gates) if isinstance(gate, Rotation)]
    rule = [
        (
            loss(shifted(gates, k, np.pi / 2), state, observable)
            - loss(shifted(gates, k, -np.pi / 2), state, observable)
        )
        / 2
        for k in places
    ]
    found = statevector.gradient(gates, state, observable)
    np.testing.assert_allclose(found, rule, rtol=0, atol=4 * rounding(len(gates)))


@pytest.mark.parametrize("kind", ["line", "pauli"])
def test_central_differences_converge_with_order_two(kind: str) -> None:
    circuit, state = model(kind), random_state(7, 3)
    gates, observable = circuit.gates, circuit.observable
    place = next(k for k, gate in enumerate(gates) if isinstance(gate, Rotation))
    slope = statevector.gradient(gates, state, observable)[0]
    third = loss(shifted(gates, place, np.pi / 2), state, observable)
    errors = []
    for step in (0.2, 0.1, 0.05):
        ends = [loss(shifted(gates, place, by), state, observable) for by in (step, -step)]
        errors.append(abs((ends[0] - ends[1]) / (2 * step) - slope))
    assert abs(third) <= 1
    assert abs(slope) > 1e-3
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    np.testing.assert_allclose(orders, 2, atol=0.02)


def test_derivatives_around_a_gate_of_the_reference() -> None:
    rng = np.random.default_rng(4)
    dense = Dense(np.linalg.qr(rng.normal(size=(32, 32)))[0])
    gates = (*random_line(5, 1, rng).gates, dense, *random_pauli(5, 1, 4, rng).gates)
    state, observable = random_state(5, 5), random_string(5, rng)
    np.testing.assert_allclose(
        statevector.gradient(gates, state, observable),
        reference.gradient(gates, state, observable),
        rtol=0,
        atol=4 * rounding(len(gates), 32),
    )


def test_gradient_states_have_the_overlaps_of_the_reference() -> None:
    circuit, state = model("line", 6), random_state(6, 6)
    half = 2**6
    for block in (1, 2):
        vector = gradient_state(circuit, state, block)
        later = [gate for b in circuit.blocks[block:] for gate in b.gates]
        forward = statevector.forward([g for b in circuit.blocks[:block] for g in b.gates], state)
        final = statevector.forward(later, forward)
        back = [gate.inverse() for gate in reversed(later)]
        image = statevector.forward(back, circuit.observable.apply(final))
        expected = complex(np.vdot(vector[:half], vector[half:]))
        assert abs(statevector.overlap(forward, image) - expected) <= rounding(
            2 * len(circuit.gates)
        )


def test_many_observables_and_batches() -> None:
    rng = np.random.default_rng(7)
    strings = [random_string(5, rng) for _ in range(12)] + [Pauli("IIIII")]
    batch = np.stack([3.0 * random_state(5, seed) for seed in range(4)], axis=1)
    expected = [reference.expectation(string, batch) for string in strings]
    found = statevector.expectations(strings, batch)
    assert found.shape == (13, 4)
    np.testing.assert_allclose(found, expected, rtol=0, atol=rounding(1, 32))
    gates = random_line(5, 2, rng).gates
    np.testing.assert_allclose(
        statevector.forward(gates, batch.reshape(32, 2, 2)),
        act(gates, batch.reshape(32, 2, 2)),
        rtol=0,
        atol=6 * rounding(len(gates)),
    )


def test_input_in_strides_of_other_types_is_left_alone() -> None:
    gates = random_line(4, 1, np.random.default_rng(8)).gates
    wide = np.zeros((16, 3), dtype=complex)
    wide[:, 1] = random_state(4, 8)
    column, before = wide[:, 1], wide.copy()
    np.testing.assert_array_equal(
        statevector.forward(gates, column), statevector.forward(gates, column.copy())
    )
    integers = np.arange(16)
    assert np.linalg.norm(statevector.forward(gates, integers)) == pytest.approx(
        np.linalg.norm(integers), rel=rounding(len(gates))
    )
    np.testing.assert_array_equal(wide, before)


@pytest.mark.parametrize("tiny", [5e-324, 1e-310, 1e-300])
@pytest.mark.parametrize("kind", ["line", "pauli"])
def test_denormal_amplitudes_beside_ordinary_ones(tiny: float, kind: str) -> None:
    circuit = model(kind, 6)
    state = np.full(64, tiny, dtype=complex)
    state[17] = 1
    np.testing.assert_allclose(
        statevector.forward(circuit.gates, state),
        act(circuit.gates, state),
        rtol=0,
        atol=rounding(len(circuit.gates)),
    )


def test_the_first_qubit_is_sampled_by_its_law() -> None:
    state, copies = random_state(6, 9), 10**5
    mean = (1 + float(reference.expectation(Pauli("ZIIIII"), state))) / 2
    count = statevector.sample_first(2 * state, copies, np.random.default_rng(10))
    low, high = binom.ppf([ALARM / 2, 1 - ALARM / 2], copies, mean)
    assert low <= count <= high


def test_all_qubits_are_sampled_by_their_law_in_random_order() -> None:
    state, copies = random_state(5, 11), 10**5
    state[3] = state[31] = 0
    found = statevector.sample(state, copies, np.random.default_rng(12))
    expected = reference.row_probabilities(state) * copies
    counts = np.bincount(found, minlength=32)
    assert counts[3] == counts[31] == 0
    kept = expected > 0
    statistic = ((counts[kept] - expected[kept]) ** 2 / expected[kept]).sum()
    assert statistic <= chi2.ppf(1 - ALARM, kept.sum() - 1)
    # In a random order the halves of the sample have the same law.
    first = np.bincount(found[: copies // 2], minlength=32)
    spread = ((2 * first - counts)[kept] ** 2 / counts[kept]).sum()
    assert spread <= chi2.ppf(1 - ALARM, kept.sum())


@pytest.mark.parametrize("shape", ["even", "steep", "one", "last"])
@pytest.mark.parametrize("qubits", [1, 2, 3, 6, 9])
def test_samples_are_where_partial_sums_pass_the_draws(qubits: int, shape: str) -> None:
    state, draws = random_state(qubits, qubits), np.random.default_rng(1).random(500)
    state[1], state[-1] = 0, 0
    if shape == "steep":
        # Nearly everything lies in few entries, and most entries share one cell of the table.
        state *= 2.0 ** -np.arange(2**qubits)
    elif shape != "even":
        state[:] = 0
        state[2**qubits // 3 if shape == "one" else -1] = 1j
    out = np.empty(500, dtype=np.int64)
    total = measures.outcomes(3 * state, draws, out)
    assert total == pytest.approx(9 * np.linalg.norm(state) ** 2)
    sums = np.cumsum(np.abs(state) ** 2)
    np.testing.assert_array_equal(out, np.searchsorted(sums / sums[-1], draws, side="right"))
    # The ends of what can be drawn, and sums that rounding has cut short or made denormal.
    for scale in (1.0, 1e-162):
        ends = np.array([0, np.nextafter(1, 0)])
        measures.outcomes(scale * state, ends, out[:2])
        assert (np.abs(state[out[:2]]) > 0).all()


def test_a_sample_is_a_function_of_the_seed() -> None:
    for kind in (np.complex128, np.complex64):
        state = random_state(7, 1).astype(kind)
        first, again, other = (
            statevector.sample(state, 1000, np.random.default_rng(seed)) for seed in (5, 5, 6)
        )
        np.testing.assert_array_equal(first, again)
        assert (first != other).any()


@pytest.mark.parametrize("kind", ["line", "pauli"])
def test_memory_stays_within_its_bounds(kind: str) -> None:
    n = 18
    circuit = model(kind, n)
    program, state = compile_gates(circuit.gates, n), random_state(n, 13)
    statevector.gradient(program, state, circuit.observable)
    peaks = []
    for call in (
        lambda: statevector.run(program, state),
        lambda: statevector.gradient(program, state, circuit.observable),
    ):
        tracemalloc.start()
        call()
        peaks.append(tracemalloc.get_traced_memory()[1] / state.nbytes)
        tracemalloc.stop()
    # The compiled tables are not traced: 2^11 + 2^12 numbers of 48 bytes here.
    assert peaks[0] <= 0.1 - 0.05
    assert peaks[1] <= 2.2 - 0.05


@pytest.mark.parametrize("size", [5e-324, 1e-300, 1e300])
def test_states_beyond_squares_are_turned_but_not_measured(size: float) -> None:
    circuit, state = model("line", 5), np.zeros(32, dtype=complex)
    state[3] = size
    found = statevector.forward(circuit.gates, state)
    # A denormal number has an absolute error, not a relative one.
    bound = rounding(len(circuit.gates)) * size + 8 * len(circuit.gates) * 5e-324
    assert np.abs(found - act(circuit.gates, state)).max() <= bound
    for call in (
        lambda: statevector.gradient(circuit.gates, state, circuit.observable),
        lambda: statevector.expectations([circuit.observable], state),
        lambda: statevector.sample_first(state, 3, np.random.default_rng(1)),
        lambda: statevector.sample(state, 3, np.random.default_rng(1)),
    ):
        with pytest.raises(InputError, match=r"too small or too large to be squared; .*encoding"):
            call()


@pytest.mark.parametrize("columns", [2, 3, 70])
def test_odd_and_turned_over_batches(columns: int) -> None:
    gates = random_line(5, 1, np.random.default_rng(columns)).gates
    batch = np.array([random_state(5, k) for k in range(2 * columns)]).T[:, ::-2]
    assert not batch.flags.c_contiguous
    error = np.linalg.norm(statevector.forward(gates, batch) - act(gates, batch), axis=0).max()
    assert error <= (4 * (len(gates) + 1) + 32) * np.sqrt(32) * np.finfo(float).eps


def test_the_gradient_is_that_of_automatic_differentiation() -> None:
    circuit, state = random_pauli(4, 1, 5, np.random.default_rng(5)), random_state(4, 5)
    np.testing.assert_allclose(
        statevector.gradient(circuit.gates, state, circuit.observable),
        loss_and_gradient(circuit, state)[1],
        rtol=0,
        atol=4 * rounding(len(circuit.gates), 16),
    )


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: statevector.forward([], np.ones(3)), r"shape \(3,\).*2, 4, 8"),
        (lambda: statevector.forward([], exact([1, 0])), "type object"),
        (lambda: statevector.forward(compile_gates([], 2), np.ones(2)), "program on 2 qubits"),
        (lambda: statevector.gradient([], np.ones(4), Pauli("X")), "'X' does not fit 2 qubits"),
        (lambda: statevector.gradient([], np.zeros(4), Pauli("XX")), "norm zero"),
        (lambda: statevector.overlap(np.ones(2), np.ones(4)), r"\(2,\) and \(4,\)"),
        (lambda: choice.check_memory(50), "50 qubits: 3 state vectors take 48 PiB, this machine"),
    ],
)
def test_bad_input_is_named(call: object, message: str) -> None:
    assert callable(call)
    with pytest.raises(InputError, match=message):
        call()


def test_the_choice_depends_on_the_question_alone() -> None:
    rng = np.random.default_rng(14)
    small, large = random_line(4, 1, rng), random_line(14, 4, rng)
    assert str(small.engine(random_state(4, 1))) == "reference, 4 qubits, 256 B"
    assert small.engine(exact([1] + [0] * 15)).name == "reference"
    state = random_state(14, 1)
    assert str(large.engine(state)) == "state vector, 14 qubits, 256 KiB"
    assert choice.choose(large.gates, exact([0, 1])).name == "reference"
    bound = rounding(len(large.gates))
    expected = reference.expectation(large.observable, act(large.gates, state))
    assert abs(large.loss(state) - expected) <= 2 * bound
    slopes = reference.gradient(large.gates, state, large.observable)
    np.testing.assert_allclose(large.gradient(state), slopes, rtol=0, atol=4 * bound)


def test_the_choice_can_be_overridden() -> None:
    circuit, state = random_line(4, 1, np.random.default_rng(3)), random_state(4, 1)
    with choice.using("state vector"):
        assert circuit.engine(state).name == "state vector"
        assert circuit.engine(exact([1] + [0] * 15)).name == "reference"
        with choice.using("reference"):
            assert circuit.engine(state).name == "reference"
    assert circuit.engine(state).name == "reference"
    with pytest.raises(InputError, match=r"engine 'vector': .*nearest: 'state vector'"):
        choice.using("vector").__enter__()


def test_batches_of_small_states_go_to_the_reference_or_are_one_product() -> None:
    rng = np.random.default_rng(3)
    for qubits, columns, name in ((2, 2**20, "state vector"), (7, 2**13, "reference")):
        gates = random_line(qubits, 1, rng).gates
        assert choice.choose(gates, np.zeros((2**qubits, columns))).name == name


@pytest.mark.parametrize("kind", [np.complex128, np.complex64])
@pytest.mark.parametrize("qubits", [1, 3, 6])
def test_wide_batches_are_their_columns(qubits: int, kind: type) -> None:
    rng = np.random.default_rng(qubits)
    gates = (*random_line(qubits, 1, rng).gates, *random_pauli(qubits, 1, 3, rng).gates)
    batch = np.stack([random_state(qubits, k) for k in range(2**qubits + 1)], axis=1)
    found = statevector.forward(gates, batch.astype(kind))
    assert found.dtype == kind
    error = np.linalg.norm(found - act(gates, batch), axis=0).max()
    size = 2**qubits
    assert error <= (4 * (len(gates) + 1) + size) * np.sqrt(size) * float(np.finfo(kind).eps)


def test_wide_batches_cost_one_product(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    run = statevector.run
    monkeypatch.setattr(statevector, "run", lambda *given: calls.append(1) or run(*given))
    gates = random_line(4, 1, np.random.default_rng(3)).gates
    statevector.forward(gates, np.zeros((16, 5, 20)))
    assert len(calls) == 16
