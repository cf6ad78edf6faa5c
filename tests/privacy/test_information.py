"""Bits about Haar states and about single coordinates, by second routes."""

from __future__ import annotations

from itertools import product
from math import comb, log2

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from qdml.errors import InputError
from qdml.privacy import coordinates, information


@given(st.integers(2, 40), st.integers(1, 20))
def test_haar_information_is_an_integral(n: int, k: int) -> None:
    count = comb(n + k - 1, k)

    def told(t: float) -> float:
        weight = (n - 1) * (1 - t) ** (n - 2) * count * t**k
        return weight * log2(count * t**k) if t > 0 else 0.0

    expected = quad(told, 0, 1, epsabs=1e-12, epsrel=1e-10, limit=200)[0]
    assert information.haar_information(n, k) == pytest.approx(expected, abs=1e-7)


@given(st.integers(2, 2**59), st.integers(1, 1000))
def test_it_rises_to_a_limit(n: int, k: int) -> None:
    found = information.haar_information(n, k)
    limit = information.haar_limit(k)
    assert 0 < found <= information.haar_information(2 * n, k) <= limit
    assert limit <= k / np.log(2)
    assert found <= information.holevo_limit(n, k) * (1 + 1e-12)


def test_values() -> None:
    assert information.haar_limit(1) == pytest.approx((1 - np.euler_gamma) / np.log(2))
    # A qubit: 1 - 1/(2 ln 2) bits (Jozsa, Robb and Wootters 1994).
    assert information.haar_information(2, 1) == pytest.approx(1 - 0.5 / np.log(2))
    assert information.holevo_limit(2, 3) == 2.0
    assert information.holevo_limit(4, 2) == pytest.approx(log2(10), rel=1e-15)
    assert information.holevo_limit(2**60, 1) == 60.0


@pytest.mark.parametrize(("n", "k"), [(2, 1), (3, 2), (4, 3), (5, 2)])
def test_one_relative_sign_by_dense_matrices(n: int, k: int) -> None:
    words = np.array(list(product((1.0, -1.0), repeat=n)))
    states = []
    for word in words:
        x = state = word / np.sqrt(n)
        for _ in range(k - 1):
            state = np.kron(state, x)
        states.append(state)
    columns = np.array(states).T
    difference = (columns * (words[:, 0] * words[:, 1])) @ columns.T / len(words)
    best = 0.5 + np.abs(np.linalg.eigvalsh(difference)).sum() / 2
    assert coordinates.sign_guessing(n, k) == pytest.approx(best, abs=1e-13)
    values = np.linalg.eigvalsh(columns @ columns.T / len(words))
    values = values[values > 1e-12]
    expected = -(values * np.log2(values)).sum()
    assert coordinates.sign_entropy(n, k) == pytest.approx(expected, abs=1e-11)


@given(st.integers(3, 2**40), st.integers(1, 20))
def test_signs_leak_at_most_the_entropy(n: int, k: int) -> None:
    p = min(1.0, coordinates.sign_guessing(n, k))
    assert 0.5 + 1 / n <= p * (1 + 1e-15)
    leaked = (n - 1) * coordinates.leakage(p)
    # 1 - h(p) loses digits where p is close to 1/2.
    assert leaked <= coordinates.sign_entropy(n, k) + n * 1e-15
    if k == 1:
        assert p == pytest.approx(0.5 + 1 / n, rel=1e-15)
        assert coordinates.sign_entropy(n, 1) == pytest.approx(log2(n))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: information.haar_information(1, 1), "dimension 1"),
        (lambda: information.haar_limit(0), "copies 0"),
        (lambda: information.holevo_limit(2, 0), "copies 0"),
        (lambda: coordinates.sign_guessing(1, 1), "dimension 1"),
        (lambda: coordinates.sign_entropy(2, 1001), "copies 1001: .* from 1 to 1000"),
        (lambda: coordinates.leakage(1.5), r"probability 1.5: expected a number in \[0, 1\]"),
        (lambda: coordinates.leakage(float("nan")), "probability nan"),
    ],
)
def test_bad_input_gets_one_line(call, message: str) -> None:
    with pytest.raises(InputError, match=message):
        call()


def test_leakage() -> None:
    assert coordinates.leakage(0.5) == 0
    assert coordinates.leakage(0.0) == coordinates.leakage(1.0) == 1
    assert coordinates.leakage(0.89) == pytest.approx(0.5, abs=1e-3)
