"""Operations, their reductions and their networks against a naive state vector."""

from __future__ import annotations

import numpy as np
import pytest
import tensornetwork as tn
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from qdml.errors import InputError
from qdml.tensor import (
    Kind,
    Network,
    Operation,
    build,
    flatten,
    fuse,
    light_cone,
    prepare,
    sandwich,
)

Array = NDArray[np.complex128]
#: Rounding of a few dozen unitary gates.
TOLERANCE = 1e-13
SEEDS = st.integers(0, 2**32 - 1)
Z = np.array([1, -1], dtype=complex)
X = np.array([[0, 1], [1, 0]], dtype=complex)


def unitary(qubits: int, rng: np.random.Generator) -> Array:
    shape = (2**qubits, 2**qubits)
    found, _ = np.linalg.qr(rng.normal(size=shape) + 1j * rng.normal(size=shape))
    return found.reshape((2,) * 2 * qubits)


def unit(qubits: int, rng: np.random.Generator) -> Array:
    vector = rng.normal(size=2**qubits) + 1j * rng.normal(size=2**qubits)
    return (vector / np.linalg.norm(vector)).reshape((2,) * qubits)


def phases(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    return np.exp(1j * rng.uniform(-np.pi, np.pi, size=shape))


def random_gate(qubits: int, rng: np.random.Generator) -> Operation:
    held = tuple(int(q) for q in rng.permutation(qubits)[: rng.integers(1, min(qubits, 3) + 1)])
    kind = rng.choice([Kind.DENSE, Kind.DIAGONAL, Kind.PARITY])
    if kind is Kind.DENSE:
        return Operation(kind, unitary(len(held), rng), held)
    shape = (2,) if kind is Kind.PARITY else (2,) * len(held)
    return Operation(kind, phases(shape, rng), held)


def random_circuit(qubits: int, gates: int, rng: np.random.Generator) -> list[Operation]:
    """Product or joint states, then gates."""
    if rng.random() < 0.5:
        start = [Operation(Kind.STATE, unit(1, rng), (q,)) for q in range(qubits)]
    else:
        start = [Operation(Kind.STATE, unit(qubits, rng), tuple(range(qubits)))]
    return start + [random_gate(qubits, rng) for _ in range(gates)]


def matrix(op: Operation) -> Array:
    """The gate as a matrix on its own qubits."""
    count = len(op.qubits)
    if op.kind is Kind.DENSE:
        return op.array.reshape(2**count, 2**count)
    if op.kind is Kind.DIAGONAL:
        return np.diag(op.array.ravel())
    return np.diag([op.array[i.bit_count() % 2] for i in range(2**count)])


def naive(operations: list[Operation], qubits: int) -> Array:
    """The final state, shape (N,), one gate at a time."""
    state = np.ones((), dtype=complex)
    order: list[int] = []
    for op in operations:
        if op.kind is Kind.STATE:
            state = np.multiply.outer(state, op.array)
            order += op.qubits
            continue
        axes = [order.index(q) for q in op.qubits]
        state = np.moveaxis(state, axes, range(len(axes)))
        shape = state.shape
        state = (matrix(op) @ state.reshape(2 ** len(axes), -1)).reshape(shape)
        state = np.moveaxis(state, range(len(axes)), axes)
    return state.transpose(np.argsort(order)).reshape(2**qubits)


def contract(operations: list[Operation]) -> Array:
    return prepare(flatten(*build(operations))).run()


@settings(max_examples=60)
@given(qubits=st.integers(1, 6), gates=st.integers(0, 12), seed=SEEDS)
def test_a_network_with_open_edges_is_the_final_state(qubits: int, gates: int, seed: int) -> None:
    circuit = random_circuit(qubits, gates, np.random.default_rng(seed))
    expected = naive(circuit, qubits)
    for form in (circuit, fuse(circuit)):
        assert contract(form).ravel() == pytest.approx(expected, abs=TOLERANCE)


@settings(max_examples=60)
@given(qubits=st.integers(1, 6), gates=st.integers(0, 12), diagonal=st.booleans(), seed=SEEDS)
def test_the_light_cone_keeps_the_expectation_value(
    qubits: int, gates: int, diagonal: bool, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    circuit = random_circuit(qubits, gates, rng)
    target = int(rng.integers(qubits))
    observable = [Operation(Kind.DIAGONAL, Z, (target,))]
    if not diagonal:
        observable = [Operation(Kind.DENSE, X, (target,))]
    state = naive(circuit, qubits)
    expected = np.vdot(state, naive([*circuit, *observable], qubits))
    cone = light_cone(circuit, observable)
    for form in (sandwich(circuit, observable), sandwich(cone, observable)):
        assert contract(form) == pytest.approx(expected, abs=TOLERANCE)
        assert contract(fuse(form)) == pytest.approx(expected, abs=TOLERANCE)


@settings(max_examples=15)
@given(qubits=st.integers(2, 4), gates=st.integers(1, 5), seed=SEEDS)
def test_tensornetwork_contracts_the_same_nodes_to_the_same_value(
    qubits: int, gates: int, seed: int
) -> None:
    circuit = random_circuit(qubits, gates, np.random.default_rng(seed))
    form = fuse(sandwich(circuit, [Operation(Kind.DIAGONAL, Z, (0,))]))
    nodes, open_edges = build(form)
    ours = prepare(flatten(nodes, open_edges)).run()
    theirs = tn.contractors.greedy(nodes).tensor
    assert ours == pytest.approx(theirs, abs=TOLERANCE)


def line(qubits: int, blocks: int, rng: np.random.Generator) -> list[Operation]:
    """States, then blocks of dense gates on qubits and diagonal ones on neighbours, shuffled."""
    found = [Operation(Kind.STATE, unit(1, rng), (q,)) for q in range(qubits)]
    for _ in range(blocks):
        found += [Operation(Kind.DENSE, unitary(1, rng), (q,)) for q in range(qubits)]
        found += [
            Operation(Kind.DIAGONAL, phases((2, 2), rng), (int(q), int(q) + 1))
            for q in rng.permutation(qubits - 1)
        ]
    return found


@pytest.mark.parametrize("blocks", [1, 2, 3, 4])
def test_the_cone_of_a_line_grows_by_one_qubit_a_block_in_any_order_of_its_gates(
    blocks: int,
) -> None:
    rng = np.random.default_rng(5)
    cone = light_cone(line(20, blocks, rng), [Operation(Kind.DIAGONAL, Z, (10,))])
    # The last diagonal gates commute with Z, so the first block adds nothing.
    reached = {q for op in cone if op.kind is Kind.STATE for q in op.qubits}
    assert reached == set(range(10 - (blocks - 1), 10 + blocks))
    wider = light_cone(line(20, blocks, rng), [Operation(Kind.DENSE, X, (10,))])
    assert {q for op in wider for q in op.qubits} == set(range(10 - blocks, 11 + blocks))


def test_one_qubit_gates_melt_together() -> None:
    rng = np.random.default_rng(6)
    basis = Operation(Kind.DENSE, unitary(1, rng), (0,))
    phase = Operation(Kind.DIAGONAL, phases((2,), rng), (0,))
    both = Operation(Kind.DIAGONAL, phases((2, 2), rng), (0, 1))
    assert fuse([basis, basis.adjoint()]) == []
    (left,) = fuse([basis.adjoint(), basis, phase])
    assert left.kind is Kind.DIAGONAL
    assert left.array == pytest.approx(phase.array, abs=TOLERANCE)
    # A phase slides past a diagonal gate, a change of basis does not.
    assert [op.qubits for op in fuse([phase, both, phase.adjoint()])] == [(0, 1)]
    assert len(fuse([basis, both, basis.adjoint()])) == 3


def test_a_copy_node_has_one_index_also_next_to_another_copy_node() -> None:
    vectors = [tn.Node(np.array([1.0, k])) for k in (2, 3, 5, 7)]
    left, right = tn.CopyNode(3, 2), tn.CopyNode(3, 2)
    for node, axis, vector in zip((left, left, right, right), (0, 1, 1, 2), vectors, strict=True):
        tn.connect(node[axis], vector[0])
    tn.connect(left[2], right[0])
    network = flatten([left, *vectors, right])
    assert network.inputs == ((0,),) * 4
    assert prepare(network).run() == 1 + 2 * 3 * 5 * 7


def test_a_hyperedge_may_have_more_holders_than_an_array_has_axes() -> None:
    rng = np.random.default_rng(7)
    start = Operation(Kind.STATE, unit(1, rng), (0,))
    gates = [Operation(Kind.DIAGONAL, phases((2,), rng), (0,)) for _ in range(100)]
    state = contract([start, *gates])
    assert state == pytest.approx(naive([start, *gates], 1), abs=TOLERANCE)


def test_an_empty_network_is_one() -> None:
    assert contract([]) == 1
    assert prepare(Network((), ())).plan.peak_bytes == 0


@pytest.mark.parametrize(
    ("operations", "message"),
    [
        ([(Kind.DIAGONAL, Z, (0,))], r"diagonal operation on qubits \(0,\): a qubit starts with"),
        ([(Kind.STATE, Z, (0,))] * 2, "state operation .* exactly one state"),
        ([(Kind.STATE, Z, (0,)), (Kind.EFFECT, Z, (0,)), (Kind.EFFECT, Z, (0,))], "effect operat"),
        ([(Kind.DENSE, Z, (0,))], r"an array of shape \(2,\) was given, \(2, 2\) is needed"),
        ([(Kind.DENSE, np.ones((2,) * 4), (0, 0))], r"qubits \(0, 0\): they must differ"),
    ],
)
def test_operations_that_make_no_circuit_are_refused(
    operations: list[tuple[Kind, Array, tuple[int, ...]]], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        contract([Operation(*fields) for fields in operations])
    with pytest.raises(InputError, match=message):
        contract(fuse(Operation(*fields) for fields in operations))
