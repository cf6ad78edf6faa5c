"""Copies as degrees: dimensions by two routes, parity by brute force, outcomes of runs."""

from __future__ import annotations

from itertools import product
from math import prod

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qdml.errors import InputError
from qdml.expressivity import copies


@given(st.integers(1, 4), st.integers(1, 4))
def test_forms_are_counted(dimension: int, degree: int) -> None:
    exponents = product(range(degree + 1), repeat=dimension)
    assert copies.forms(dimension, degree) == sum(sum(e) == degree for e in exponents)


@pytest.mark.parametrize(("dimension", "count"), [(2, 1), (3, 1), (3, 2), (4, 2)])
def test_a_span_is_the_rank_of_all_products(dimension: int, count: int) -> None:
    rng = np.random.default_rng(dimension)
    for points, expected in (
        (rng.integers(-9, 10, size=(60, dimension)), copies.forms(dimension, 2 * count)),
        (np.array(copies.hypercube(dimension)), copies.even_functions(dimension, 2 * count)),
    ):
        rows = []
        for x in points:
            many = np.ones(1)
            for _ in range(2 * count):
                many = np.kron(many, x)
            rows.append(many)
        assert np.linalg.matrix_rank(np.array(rows)) == expected
        assert copies.span([[int(v) for v in x] for x in points], count) == expected


@pytest.mark.parametrize(("dimension", "count"), [(2, 1), (3, 1), (3, 2), (4, 1), (4, 2)])
def test_the_correlation_is_the_mean_over_all_points(dimension: int, count: int) -> None:
    total = 0
    for x in copies.hypercube(dimension):
        many = np.ones(1)
        for _ in range(count):
            many = np.kron(many, x)
        total = total + prod(x) * np.outer(many, many)
    assert (total == 2**dimension * copies.correlation(dimension, count)).all()


@pytest.mark.parametrize("dimension", [2, 4, 6])
def test_the_signal_is_the_trace_norm(dimension: int) -> None:
    half = dimension // 2
    matrix = copies.correlation(dimension, half) / dimension**half
    norm = np.linalg.svd(matrix, compute_uv=False).sum()
    assert norm == pytest.approx(float(copies.parity_signal(dimension)))


@pytest.mark.parametrize("x", [(1, 1), (-1, 1), (1, 1, 1, -1), (-1, -1, 1, 1)])
def test_the_observable_has_that_mean_on_every_point(x: tuple[int, ...]) -> None:
    half = len(x) // 2
    many = np.ones(1)
    for _ in range(half):
        many = np.kron(many, np.array(x) / np.sqrt(len(x)))
    mean = copies.parity_observable(len(x)).expectation(many[None])[0]
    assert mean == pytest.approx(prod(x) * float(copies.parity_signal(len(x))))


def test_xor_takes_one_copy_and_never_errs() -> None:
    for x in copies.hypercube(2):
        mean, bill = copies.estimate_parity(x, 50, 3)
        assert mean == prod(x)
        assert (bill.messages, bill.qubits, bill.bits) == (1, 50, 0)


def test_bad_sizes_are_refused() -> None:
    with pytest.raises(InputError, match="N = 3: parity of an odd number of bits"):
        copies.parity_signal(3)
    with pytest.raises(InputError, match="5 copies of dimension 8: expected N\\^k up to 4096"):
        copies.correlation(8, 5)
