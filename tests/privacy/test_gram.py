"""Exact Gram matrices and operators against floating-point linear algebra."""

from __future__ import annotations

from fractions import Fraction

import flint
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from qdml.privacy import gram, operators
from qdml.privacy.balls import apart, ball, binary_entropy, ends, entropy, log2

ENTRY = st.tuples(st.integers(-3, 3), st.integers(-3, 3))
VECTORS = st.integers(2, 3).flatmap(
    lambda n: st.lists(st.lists(ENTRY, min_size=n, max_size=n), min_size=1, max_size=4)
)


def states(vectors, copies: int) -> np.ndarray:
    """Normalised k-copy states, as columns."""
    columns = []
    for vector in vectors:
        x = state = np.array([a + 1j * b for a, b in vector]) / np.sqrt(sum(map(norm, vector)))
        for _ in range(copies - 1):
            state = np.kron(state, x)
        columns.append(state)
    return np.array(columns).T


def norm(entry: tuple[int, int]) -> int:
    return entry[0] ** 2 + entry[1] ** 2


def nonzero(vectors) -> bool:
    return all(any(map(norm, vector)) for vector in vectors)


@given(VECTORS, st.integers(1, 3))
def test_ranks_and_entropies(vectors, k: int) -> None:
    assume(nonzero(vectors))
    columns = states(vectors, k)
    values = np.linalg.svd(columns, compute_uv=False)
    # Whole entries up to 3 keep true singular values far from rounding.
    assert gram.state_rank(vectors, k) == int((values > 1e-7).sum())
    weights = [Fraction(1, len(vectors) * length) for length in gram.norms(vectors, k)]
    found = float(gram.entropy(gram.gram(vectors, k), weights))
    squares = values[values > 1e-7] ** 2 / len(vectors)
    assert found == pytest.approx(-(squares * np.log2(squares)).sum(), abs=1e-9)


@given(VECTORS)
def test_operator_rank(vectors) -> None:
    assume(nonzero(vectors))
    matrices = [np.outer(x, x.conj()).ravel() for x in states(vectors, 1).T]
    found = np.linalg.matrix_rank(np.array(matrices), tol=1e-7)
    assert gram.operator_rank(vectors, 1) == found


@given(VECTORS, st.lists(st.integers(-3, 3), min_size=4, max_size=4))
def test_trace_norm(vectors, signs) -> None:
    assume(nonzero(vectors))
    lengths = gram.norms(vectors, 2)
    weights = [Fraction(s, length) for s, length in zip(signs, lengths, strict=False)]
    columns = states(vectors, 2)
    operator = (columns * signs[: len(vectors)]) @ columns.conj().T
    expected = np.abs(np.linalg.eigvalsh(operator)).sum()
    found = float(gram.trace_norm(gram.gram(vectors, 2), weights))
    assert found == pytest.approx(expected, abs=1e-9)


@given(st.lists(st.integers(-2, 2), min_size=6, max_size=6), st.integers(-3, 3))
def test_nonnegative_is_decided_exactly(entries, shift: int) -> None:
    a, b, c, d, e, f = entries
    rows = [[a + shift, b, c], [b, d + shift, e], [c, e, f + shift]]
    least = np.linalg.eigvalsh(np.array(rows, float))[0]
    assume(abs(least) > 1e-9)
    assert gram.nonnegative(flint.fmpq_mat(rows)) == (least > 0)


def test_nonnegative_at_the_edge() -> None:
    assert gram.nonnegative(flint.fmpq_mat([[1, 1], [1, 1]]))
    tiny = flint.fmpq(1, 10**40)
    assert not gram.nonnegative(flint.fmpq_mat([[flint.fmpq(1) - tiny, 1], [1, 1]]))


@pytest.mark.parametrize("k", [1, 2, 3, 4])
def test_the_octahedron_is_a_design_for_three_copies(k: int) -> None:
    lengths = gram.norms(gram.OCTAHEDRON, k)
    weights = [Fraction(k + 1, 6 * length) for length in lengths]
    assert gram.complete(gram.gram(gram.OCTAHEDRON, k), weights) == (k <= 3)


@given(st.lists(ENTRY, min_size=2, max_size=3), st.fractions(0, 1, max_denominator=20))
def test_operators_agree_with_floating_point(vector, p: Fraction) -> None:
    assume(nonzero([vector]))
    x = states([vector], 1)[:, 0]
    expected = float(1 - p) * np.outer(x, x.conj()) + float(p) * np.eye(len(x)) / len(x)
    found = operators.depolarised(operators.projector(vector), p)
    size = len(x)
    entry = np.array([[float(found[i, j]) for j in range(2 * size)] for i in range(2 * size)])
    assert np.allclose(entry[:size, :size] + 1j * entry[size:, :size], expected, atol=1e-14)
    assert np.allclose(entry[:size, :size], entry[size:, size:])
    assert np.allclose(entry[:size, size:], -entry[size:, :size])
    basis = [(1, 0), *[(0, 0)] * (size - 1)]
    assert float(operators.expectation(basis, found)) == pytest.approx(expected[0, 0].real)


def test_kronecker() -> None:
    a, b = flint.fmpq_mat([[1, 2], [3, 4]]), flint.fmpq_mat([[0, 1], [5, 2]])
    found = np.array([[int(v.p) for v in row] for row in operators.kronecker(a, b).table()])
    assert (found == np.kron([[1, 2], [3, 4]], [[0, 1], [5, 2]])).all()


@given(st.fractions(0, 1, max_denominator=1000))
def test_binary_entropy(p: Fraction) -> None:
    found = float(binary_entropy(ball(p))) if 0 < p < 1 else 0.0
    q = np.array([float(p), float(1 - p)])
    q = q[q > 0]
    assert found == pytest.approx(-(q * np.log2(q)).sum(), abs=1e-12)


def test_ends_hold_the_number() -> None:
    low, high = ends(log2(3))
    assert low < high
    assert Fraction(2) ** 0 < low
    assert float(high) == pytest.approx(np.log2(3))
    assert apart(ball(Fraction(1, 3)), ball(Fraction(1, 3)))[1] < Fraction(1, 2**200)
    assert apart(ball(Fraction(1, 4)), ball(3)) == (Fraction(11, 4), Fraction(11, 4))
    # A ball around zero must not be taken for zero.
    vague = flint.arb(0, 1e-30)
    assert not entropy([(1, vague)]).is_finite()
