"""Pointer jumping: circuits against following the pointer by hand, for maps of any load."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qdml.errors import InputError
from qdml.protocols import inference, pointer_jumping
from qdml.quantum.reference import basis_state
from qdml.testing import functions, permutations

sizes = st.integers(1, 4)


def followed(start: int, maps: list[tuple[int, ...]], jumps: int) -> int:
    """Jump by jump, with the two maps in turn."""
    for jump in range(jumps):
        start = maps[jump % 2][start]
    return start


@given(
    sizes.flatmap(lambda n: st.tuples(permutations(n), permutations(n))),
    st.integers(1, 4),
    st.integers(0, 10**6),
)
def test_permutations_carry_the_pointer(
    maps: tuple[tuple[int, ...], tuple[int, ...]], layers: int, pick: int
) -> None:
    alice, bob = maps
    start, n = pick % len(alice), len(alice).bit_length() - 1
    end = followed(start, [alice, bob], 2 * layers)
    assert pointer_jumping.chase(start, alice, bob, layers) == end
    circuit = pointer_jumping.permutation_circuit(alice, bob, layers)
    assert circuit.loss(basis_state(start, n)) == (-1) ** end
    run = inference.run(circuit, basis_state(start, n), 3, seed=pick)
    assert run.value == (-1) ** end
    totals = run.transcript.totals()
    assert (totals["messages"], totals["qubits"]) == (2 * layers, 3 * n * (2 * layers - 1))
    told = pointer_jumping.chased(start, alice, bob, layers)
    assert told.end == end
    totals = told.transcript.totals()
    crossings = 2 * layers - 1
    assert (totals["messages"], totals["rounds"]) == (crossings, crossings)
    assert (totals["bits"], totals["qubits"]) == (n * crossings, 0)


@settings(max_examples=60)
@given(
    st.integers(1, 3).flatmap(lambda n: st.tuples(functions(n), functions(n))),
    st.integers(1, 2),
    st.integers(0, 10**6),
    st.integers(0, 1),
)
def test_functions_of_any_load_carry_the_pointer(
    maps: tuple[tuple[int, ...], tuple[int, ...]], layers: int, pick: int, spare: int
) -> None:
    alice, bob = maps
    n, load = len(alice).bit_length() - 1, pointer_jumping.largest_load(alice, bob)
    assert load == max(f.count(v) for f in maps for v in f)
    slot = (load - 1).bit_length() + spare
    if n + 2 * layers * slot > 12:
        layers, slot = 1, slot - spare
    circuit = pointer_jumping.function_circuit(alice, bob, layers, slot)
    assert circuit.qubits == n + 2 * layers * slot
    start = pick % len(alice)
    state = basis_state(start << (2 * layers * slot), circuit.qubits)
    end = followed(start, [alice, bob], 2 * layers)
    assert circuit.loss(state) == (-1) ** end
    final = circuit.forward(state)
    assert sorted(set(abs(final))) == [0, 1]
    # The last block swapped the pointer's first and last bits; undone, the pointer is there.
    pointer = int(abs(final).argmax()) >> (2 * layers * slot)
    first, last = pointer >> (n - 1) & 1, pointer & 1
    if n > 1:
        pointer ^= (first ^ last) << (n - 1) | (first ^ last)
    assert pointer == end


@given(sizes.flatmap(functions))
def test_a_rank_tells_arguments_with_one_value_apart(function: tuple[int, ...]) -> None:
    ranks = pointer_jumping.ranks(function)
    assert len(set(zip(function, ranks, strict=True))) == len(function)
    assert max(ranks) == pointer_jumping.largest_load(function) - 1


@given(st.integers(1, 3).flatmap(lambda n: st.tuples(functions(n), functions(n))))
def test_a_slot_that_is_too_small_is_refused(
    maps: tuple[tuple[int, ...], tuple[int, ...]],
) -> None:
    load = pointer_jumping.largest_load(*maps)
    enough = (load - 1).bit_length()
    if enough:
        with pytest.raises(
            InputError, match=rf"slot of {enough - 1} qubits cannot tell \d+ arguments"
        ):
            pointer_jumping.function_circuit(*maps, 1, enough - 1)


@pytest.mark.parametrize(
    ("alice", "bob", "layers", "message"),
    [
        ([0, 2, 1], [0, 1, 2], 1, "maps of 3 and 3 arguments: expected the same power of two"),
        ([0, 1], [0, 1, 3, 2], 1, "maps of 2 and 4 arguments"),
        ([0], [0], 1, "maps of 1 and 1 arguments"),
        ([], [], 1, "maps of 0 and 0 arguments"),
        ([0, 2], [0, 1], 1, "values outside 0 to 1"),
        ([0, 1], [0, -1], 1, "values outside 0 to 1"),
        ([0, 1], [0, 1], 0, "layers = 0: at least one layer"),
    ],
)
def test_bad_maps_are_named(alice: list[int], bob: list[int], layers: int, message: str) -> None:
    with pytest.raises(InputError, match=message):
        pointer_jumping.permutation_circuit(alice, bob, layers)
    with pytest.raises(InputError, match=message):
        pointer_jumping.function_circuit(alice, bob, layers, 1)


def test_a_map_that_is_not_injective_is_no_permutation() -> None:
    with pytest.raises(InputError, match=r"not a permutation of 0\.\.1"):
        pointer_jumping.permutation_circuit([0, 0], [0, 1], 1)
