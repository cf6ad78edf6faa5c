"""The approximation circuit: exact and floating, against sums; its size, its bill, its errors."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import zeta

from qdml.errors import InputError
from qdml.expressivity import approximation, targets
from qdml.protocols import inference
from qdml.quantum.numbers import Direction, Radians
from qdml.testing import directions, rounding


@given(st.integers(1, 4), st.integers(0, 2**32), directions())
def test_exact_circuits_are_exact(harmonics: int, seed: int, half: Direction) -> None:
    target = targets.draw(harmonics, np.random.default_rng(seed))
    loss = approximation.circuit(harmonics, half).loss(target.encoded())
    assert loss == target.value(half)


@st.composite
def series(draw: st.DrawFn):
    harmonics = draw(st.integers(1, 9))
    number = st.floats(-1, 1)
    found = {0: complex(draw(number))}
    for m in range(1, harmonics + 1):
        found[m] = complex(draw(number), draw(number))
        found[-m] = found[m].conjugate()
    total = max(1.0, sum(map(abs, found.values())))
    return harmonics, {m: value / total for m, value in found.items()}


@given(series(), st.floats(-7, 7))
def test_the_loss_is_the_series(given_series, x: float) -> None:
    harmonics, coefficients = given_series
    made = approximation.state(coefficients, harmonics)
    circuit = approximation.circuit(harmonics, Radians(x / 2))
    stated = sum(value * np.exp(1j * m * x) for m, value in coefficients.items()).real
    slack = rounding(len(circuit.gates), len(made)) * (1 + harmonics * abs(x))
    assert circuit.loss(made) == pytest.approx(stated, abs=slack)


@given(st.integers(1, 2**20))
def test_there_is_just_room_for_all_labels(harmonics: int) -> None:
    qubits = approximation.index_qubits(harmonics)
    assert 2 ** (qubits - 1) < 2 * harmonics + 3 <= 2**qubits
    weights = approximation.data_weights(qubits)
    for m in (-harmonics - 1, -harmonics, -1, 0, 1, harmonics, harmonics + 1):
        index = approximation.label(m, qubits)
        assert sum(w for j, w in enumerate(weights) if index >> j & 1) == m


@settings(max_examples=10)
@given(st.integers(1, 20), st.integers(1, 50))
def test_one_message_then_the_count(harmonics: int, copies: int) -> None:
    made = approximation.state(targets.cosines(2, harmonics), harmonics)
    bill = inference.run(approximation.circuit(harmonics, Radians(0.2)), made, copies, 0).transcript
    index = int(np.ceil(np.log2(2 * harmonics + 3)))
    assert [line.qubits for line in bill.lines] == [copies * (index + 1), 0]
    assert [line.sender for line in bill.lines] == ["bob", "alice"]


@pytest.mark.parametrize("power", [2, 4])
def test_errors_fall_at_the_stated_order(power: int) -> None:
    few, many = (targets.error(targets.cosines(power, K), K)[0] for K in (20, 80))
    assert np.log(many / few) / np.log(4) == pytest.approx(1 - power, abs=0.05 * power)


@given(st.sampled_from([2, 3, 4, 6]), st.integers(1, 50))
def test_tails_are_hurwitz_zeta(power: int, harmonics: int) -> None:
    low, high = targets.tail(power, harmonics)
    exact = float(zeta(power, harmonics + 1))
    assert float(low) * (1 - 1e-12) <= exact <= float(high) * (1 + 1e-12)
    assert high - low <= low / 10


def test_an_entire_function_needs_few_harmonics() -> None:
    error, slack = targets.error(targets.bell(12), 12)
    assert abs(error) <= slack
    assert targets.error(targets.bell(1), 1)[0] > 0.1


@pytest.mark.parametrize(
    ("coefficients", "harmonics", "message"),
    [
        (
            {0: 2.0},
            1,
            r"sum of \|f_m\| = 2: expected at most 1; divide the function by 2 and take 4",
        ),
        ({1: 0.5}, 1, "coefficients 1 and -1: expected conjugates"),
        ({0: 0.5j}, 1, "coefficients 0 and 0: expected conjugates"),
        ({3: 0.1, -3: 0.1}, 2, r"frequency -?3: expected \|m\| <= K = 2"),
        ({0: 1.0}, 0, "harmonics K = 0: expected 1 to 1048576"),
        ({0: 1.0}, 2**20 + 1, "harmonics K = 1048577"),
        ({0: float("nan")}, 1, "sum of"),
    ],
)
def test_bad_functions_are_refused(coefficients, harmonics: int, message: str) -> None:
    with pytest.raises(InputError, match=message):
        approximation.state(coefficients, harmonics)
