"""Positive semidefiniteness in integers: what is called proved is true, what is clear is proved."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from qdml.bounds.certificates.psd import is_psd
from tests.bounds.certificates import exact

ENTRIES = st.integers(-9, 9)


@st.composite
def symmetric(draw, entries=ENTRIES):
    size = draw(st.integers(1, 4))
    rows = [[0] * size for _ in range(size)]
    for i in range(size):
        for j in range(i + 1):
            rows[i][j] = rows[j][i] = draw(entries)
    return rows


@given(symmetric() | symmetric(st.integers(-(2**200), 2**200)), st.integers(0, 60))
def test_what_is_called_proved_is_true(matrix, lift: int) -> None:
    lifted = [[x + lift * (i == j) for j, x in enumerate(row)] for i, row in enumerate(matrix)]
    if is_psd(lifted):
        assert exact.is_psd(lifted)


@given(symmetric(), st.integers(0, 300))
def test_what_is_clearly_positive_is_proved(matrix, bits: int) -> None:
    size = len(matrix)
    gram = [
        [sum(matrix[i][k] * matrix[j][k] for k in range(size)) * 2**bits for j in range(size)]
        for i in range(size)
    ]
    positive = [[x + 2**bits * (i == j) for j, x in enumerate(row)] for i, row in enumerate(gram)]
    assert is_psd(positive)
    # Just below the least eigenvalue that a diagonal entry allows.
    least = min(positive[i][i] for i in range(size))
    broken = [[x - (least + 1) * (i == j) for j, x in enumerate(row)] for i, row in enumerate(gram)]
    assert not is_psd(broken)


def test_the_border_is_as_close_as_it_says() -> None:
    """[[a, b], [b, a]] is positive semidefinite iff |b| <= a; 2^-60 of an entry is told."""
    a = 2**80
    for b in (a - 2**20, -(a - 2**20)):
        assert is_psd([[a, b], [b, a]])
    for b in (a + 1, -a - 1, 2 * a):
        assert not is_psd([[a, b], [b, a]])


def test_zero_is_proved_and_a_matrix_without_a_diagonal_is_not() -> None:
    assert is_psd([])
    assert is_psd([[0]])
    assert is_psd([[0, 0], [0, 0]])
    assert not is_psd([[0, 1], [1, 0]])
    assert not is_psd([[-1]])


def test_what_is_not_symmetric_or_not_square_proves_nothing() -> None:
    assert not is_psd([[1, 0], [1, 1]])
    assert not is_psd([[2**80, 1], [0, 2**80]])
    assert not is_psd([[1, 0]])
    assert not is_psd([[1, 0], [0]])


def test_the_reference_knows_a_singular_matrix() -> None:
    assert exact.is_psd([[Fraction(1), Fraction(1)], [Fraction(1), Fraction(1)]])
    assert not exact.is_psd([[Fraction(0), Fraction(1)], [Fraction(1), Fraction(5)]])
