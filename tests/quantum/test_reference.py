"""The reference engine: encoding, expectation, sampling and exact arithmetic by second routes."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mp, mpc
from scipy.stats import binom, binomtest

from qdml.errors import InputError
from qdml.model.ansatz import random_line
from qdml.model.circuit import DistributedCircuit
from qdml.quantum import reference
from qdml.quantum.gates import Pauli
from qdml.quantum.numbers import exact, gaussian, imaginary, real
from qdml.quantum.reference import amplitude_encoding
from qdml.quantum.reflections import preparation, random_orthogonal
from qdml.testing import (
    exact_circuits,
    exact_states,
    line_circuits,
    pauli_strings,
    rounding,
    states,
    vectors,
)

#: Each statistical test below raises a false alarm with at most this probability.
ALARM = 1e-9
sizes = st.integers(1, 4)


def floating(state: np.ndarray) -> np.ndarray:
    whole = np.array([complex(real(z), imaginary(z)) for z in state])
    return whole / np.linalg.norm(whole)


@given(sizes.flatmap(vectors))
def test_encoding_keeps_the_direction_of_any_vector(vector: np.ndarray) -> None:
    found = amplitude_encoding(vector)
    assert abs(np.linalg.norm(found) - 1) <= rounding(1)
    with mp.workdps(400):
        exactly = [mpc(z.real, z.imag) for z in vector.tolist()]
        norm = mp.sqrt(sum(abs(z) ** 2 for z in exactly))
        expected = np.array([complex(z / norm) for z in exactly])
    # Entries far below the largest may lose their last bits in the denormal range.
    np.testing.assert_allclose(found, expected, rtol=0, atol=rounding(1))


@pytest.mark.parametrize("power", [-1074, -1023, -600, 0, 600, 1023])
def test_encoding_does_not_depend_on_the_scale(power: int) -> None:
    size = 2.0**power
    np.testing.assert_array_equal(amplitude_encoding([size, -size]), amplitude_encoding([1, -1]))
    both = amplitude_encoding(np.array([complex(size, size), 0]))
    np.testing.assert_array_equal(both, amplitude_encoding([1 + 1j, 0]))


def test_encoding_takes_strided_input_and_leaves_it_alone() -> None:
    source = np.arange(16.0).reshape(4, 4)
    before = source.copy()
    column = amplitude_encoding(source[:, 1])
    np.testing.assert_array_equal(column, amplitude_encoding([1, 5, 9, 13]))
    np.testing.assert_array_equal(source, before)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([0, 0], "zero vector: it has no direction"),
        ([1, np.nan], r"entry 1 is \(nan\+0j\): entries must be finite"),
        ([1, 0, np.inf, 0], "entry 2 is"),
        ([1, complex(0, np.nan)], "entry 1 is .*nanj"),
        ([1, 2, 3], r"shape \(3,\).*pad with zeros to 4"),
        ([1], r"shape \(1,\).*pad with zeros to 2"),
        ([], r"shape \(0,\).*pad with zeros to 2"),
        (np.ones(65), "pad with zeros to 128"),
        (np.ones((2, 2)), r"shape \(2, 2\)"),
        (["a", "b"], "not a vector of numbers"),
        ([[1], [2, 3]], "not a vector of numbers"),
        ([10**400, 1], "not a vector of numbers"),
    ],
)
def test_what_cannot_be_encoded_is_refused(values: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        amplitude_encoding(values)  # type: ignore[arg-type]


@given(sizes.flatmap(lambda n: st.tuples(exact_states(n), exact_circuits(n))))
def test_exact_arithmetic_agrees_with_floating_point(
    pair: tuple[np.ndarray, DistributedCircuit],
) -> None:
    state, circuit = pair
    loss = circuit.loss(state)
    assert isinstance(loss, Fraction)
    assert -1 <= loss <= 1
    final = circuit.forward(state)
    squares = [real(z) ** 2 + imaginary(z) ** 2 for z in final]
    born = np.array([float(Fraction(square) / sum(squares)) for square in squares])
    np.testing.assert_array_equal(reference.row_probabilities(final), born)
    dense = Pauli(circuit.observable.letters).apply(np.eye(len(state), dtype=complex))
    psi = floating(final)
    assert float(loss) == pytest.approx(np.vdot(psi, dense @ psi).real, abs=rounding(2, len(psi)))


def test_exact_states_of_any_size_have_probabilities() -> None:
    np.testing.assert_array_equal(reference.row_probabilities(exact([3 * 10**400, 0])), [1, 0])
    huge = exact([gaussian(10**200), gaussian(0, 10**200)])
    np.testing.assert_array_equal(reference.row_probabilities(huge), [0.5, 0.5])
    tiny = exact([Fraction(1, 10**300), Fraction(1, 10**300)])
    np.testing.assert_array_equal(reference.row_probabilities(tiny), [0.5, 0.5])


@settings(max_examples=10)
@given(st.integers(1, 3), st.integers(0, 2**32))
def test_the_norm_survives_two_hundred_blocks(qubits: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    state = amplitude_encoding(rng.normal(size=2**qubits) + 1j * rng.normal(size=2**qubits))
    circuit = random_line(qubits, 100, rng)
    gates = len(circuit.gates)
    final = circuit.forward(state)
    assert abs(np.linalg.norm(final) - 1) <= rounding(gates)
    np.testing.assert_allclose(circuit.backward(final, 0), state, atol=rounding(2 * gates))


@given(sizes.flatmap(lambda n: st.tuples(line_circuits(n), states(n), states(n))))
def test_a_batch_is_its_columns(drawn: tuple[DistributedCircuit, np.ndarray, np.ndarray]) -> None:
    circuit, first, second = drawn
    for batch in (np.stack([first, second], 1), np.stack([first, second]).T):
        found = circuit.loss(batch)
        separately = [circuit.loss(first), circuit.loss(second)]
        np.testing.assert_allclose(found, separately, atol=rounding(len(circuit.gates)))


@given(sizes.flatmap(lambda n: st.tuples(pauli_strings(n), states(n))), st.integers(-300, 300))
def test_expectation_does_not_see_the_norm(pair: tuple[Pauli, np.ndarray], power: int) -> None:
    observable, state = pair
    scaled = reference.expectation(observable, state * 2.0**power)
    assert scaled == pytest.approx(reference.expectation(observable, state), abs=rounding(1))
    assert -1 - rounding(1) <= scaled <= 1 + rounding(1)


@pytest.mark.parametrize("mean", [-1.0, -1 - 1e-16, -0.9, 0.0, 0.3, 1.0, 1 + 1e-16])
def test_sign_counts_are_binomial(mean: float) -> None:
    copies, draws = 7, 3000
    rng = np.random.default_rng(11)
    counts = Counter(reference.sample_sign(mean, copies, rng) for _ in range(draws))
    plus = min(1.0, max(0.0, (1 + mean) / 2))
    for value in range(copies + 1):
        test = binomtest(counts[value], draws, min(1.0, binom.pmf(value, copies, plus)))
        assert test.pvalue > ALARM / (copies + 1)


@settings(max_examples=15)
@given(sizes.flatmap(states), st.integers(0, 2**32))
def test_full_register_sampling_follows_born(state: np.ndarray, seed: int) -> None:
    draws = 4000
    outcomes = reference.sample_rows(state, draws, np.random.default_rng(seed))
    counts = np.bincount(outcomes, minlength=len(state))
    assert len(counts) == len(state)
    for amplitude, count in zip(state, counts, strict=True):
        born = min(1.0, abs(amplitude) ** 2)
        if born * draws < ALARM:
            assert count == 0
            continue
        # Examples are many: the budget is shared among all of them and all outcomes.
        assert binomtest(int(count), draws, born).pvalue > ALARM / 15 / len(state)


@given(sizes.flatmap(vectors))
def test_a_reflection_prepares_any_real_unit_vector(vector: np.ndarray) -> None:
    if not vector.real.any():
        return
    x = amplitude_encoding(vector.real).real
    before = x.copy()
    matrix = preparation(x)
    tolerance = rounding(2, len(x))
    np.testing.assert_array_equal(x, before)
    np.testing.assert_allclose(matrix[:, 0], x, atol=tolerance)
    np.testing.assert_allclose(matrix @ matrix.T, np.eye(len(x)), atol=tolerance)


@pytest.mark.parametrize("small", [0.0, 5e-324, 1e-200, 1e-160, 1e-17, 1e-12, 1e-8, 1e-4])
@pytest.mark.parametrize("sign", [-1.0, 1.0])
def test_a_vector_close_to_the_first_axis_is_prepared_to_rounding(
    small: float, sign: float
) -> None:
    x = amplitude_encoding([sign, small]).real
    matrix = preparation(x)
    np.testing.assert_allclose(matrix[:, 0], x, rtol=0, atol=rounding(1))
    np.testing.assert_allclose(matrix @ matrix.T, np.eye(2), atol=rounding(2))


def test_a_vector_just_short_of_the_first_axis_is_not_turned_around() -> None:
    np.testing.assert_array_equal(preparation(np.array([1 - 2.0**-53, 0.0]))[:, 0], [1, 0])


@settings(max_examples=20)
@given(st.integers(1, 8), st.integers(0, 2**32), st.integers(1, 3))
def test_random_orthogonal_matrices_are_exactly_orthogonal(
    size: int, seed: int, factors: int
) -> None:
    matrix = random_orthogonal(size, np.random.default_rng(seed), factors)
    assert (matrix @ matrix.T == np.eye(size, dtype=int)).all()
    column = matrix[:, 0]
    assert (preparation(column.copy())[:, 0] == column).all()


@pytest.mark.parametrize("draw", [0.0, 0.5, 1 - 2.0**-53])
def test_no_draw_hits_an_outcome_of_probability_zero(draw: float) -> None:
    class Fixed:
        def random(self, size: int) -> np.ndarray:
            return np.full(size, draw)

    state = np.array([0, 1, 0, 1, 0]) / np.sqrt(2)
    [outcome] = reference.sample_rows(state, 1, Fixed())  # type: ignore[arg-type]
    assert state[outcome] != 0
