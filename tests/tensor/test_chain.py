"""Matrix-product states against plain vectors, and at sizes where only integrals can tell."""

from __future__ import annotations

from functools import reduce

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import binomtest

from qdml.errors import InputError
from qdml.tensor.chain import TOLERANCE, Chain
from qdml.tensor.quantics import smooth
from qdml.testing import rounding, states

Y, Z = np.array([[0, -1j], [1j, 0]]), np.diag([1, -1]).astype(complex)


def kron(term: dict[int, np.ndarray], qubits: int) -> np.ndarray:
    return reduce(np.kron, [term.get(q, np.eye(2)) for q in range(qubits)])


@st.composite
def sums(draw: st.DrawFn, qubits: int) -> list[dict[int, np.ndarray]]:
    """Sums of products of random one-qubit matrices."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    sites = st.sets(st.integers(0, qubits - 1))
    return [
        {q: rng.normal(size=(2, 2)) + 1j * rng.normal(size=(2, 2)) for q in draw(sites)}
        for _ in range(draw(st.integers(1, 3)))
    ]


@given(st.data(), st.integers(1, 6))
def test_everything_against_vectors(data: st.DataObject, qubits: int) -> None:
    one, other = data.draw(states(qubits)), data.draw(states(qubits))
    left, right = Chain.of(one), Chain.of(other)
    error = rounding(8 * qubits, 2**qubits) + 4 * qubits * TOLERANCE
    np.testing.assert_allclose(left.vector(), one, rtol=0, atol=error)
    assert abs(left.inner(right) - np.vdot(one, other)) <= 2 * error
    terms = data.draw(sums(qubits))
    matrix = sum(kron(term, qubits) for term in terms)
    size = np.linalg.norm(matrix)
    np.testing.assert_allclose(left.times(terms).vector(), matrix @ one, rtol=0, atol=size * error)
    assert abs(left.inner(right, terms) - one.conj() @ matrix @ other) <= 2 * size * error
    for matrix in (Z, Y):
        means = [np.vdot(one, kron({q: matrix}, qubits) @ one).real for q in range(qubits)]
        np.testing.assert_allclose(left.local_means(matrix), means, rtol=0, atol=4 * error)
    joined = left.joined(right)
    np.testing.assert_allclose(joined.vector(), np.kron(one, other), rtol=0, atol=2 * error)


@given(st.data(), st.integers(2, 6))
def test_cutting_bonds_costs_what_it_says(data: st.DataObject, qubits: int) -> None:
    state = data.draw(states(qubits))
    bond = data.draw(st.integers(1, 3))
    cut, norm = Chain.of(state).compressed(most_bond=bond)
    assert cut.bond <= bond
    distance = np.linalg.norm(cut.vector() - state)
    slack = rounding(8 * qubits, 2**qubits)
    assert distance <= cut.error + slack
    assert abs(norm - 1) <= slack + 2 * qubits * TOLERANCE
    # At one bond the loss is that of the singular values themselves.
    if qubits == 2 and bond == 1:
        values = np.linalg.svd(state.reshape(2, 2), compute_uv=False)
        assert cut.error == pytest.approx(2 * values[1], abs=slack + 8 * TOLERANCE)


def test_a_vector_with_larger_bonds_is_cut_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qdml.tensor.chain._kept.__defaults__", (4,))
    rng = np.random.default_rng(5)
    vector = rng.normal(size=2**8)
    vector /= np.linalg.norm(vector)
    chain = Chain.of(3 * vector)
    away = float(np.linalg.norm(chain.vector() - vector))
    assert chain.bond == 4
    assert 0.1 < away <= chain.error


def test_rare_outcomes_enlarge_what_was_cut() -> None:
    rng = np.random.default_rng(7)
    common, rare = (vector / np.linalg.norm(vector) for vector in rng.normal(size=(2, 2**6)))
    for share in (1e-2, 1e-4):
        whole = np.concatenate([np.sqrt(1 - share) * common, np.sqrt(share) * rare])
        cut, _ = Chain.of(whole).compressed(1e-1)
        left = cut.projected({0: 1})
        assert left is not None
        found = left.vector()
        away = float(np.linalg.norm(found - rare * np.sign(found @ rare).real))
        assert away <= left.error
        assert left.error > cut.error or not cut.error


@given(st.data(), st.integers(2, 5))
def test_reading_some_qubits(data: st.DataObject, qubits: int) -> None:
    state = data.draw(states(qubits))
    chain = Chain.of(state)
    bits = chain.sample(1, np.random.default_rng(data.draw(st.integers(0, 99))))[0]
    sites = sorted(data.draw(st.sets(st.integers(0, qubits - 1), max_size=qubits - 1)))
    left = chain.projected({q: int(bits[q]) for q in sites})
    index = tuple(int(bits[q]) if q in sites else slice(None) for q in range(qubits))
    expected = state.reshape([2] * qubits)[index].ravel()
    weight = np.linalg.norm(expected)
    error = (rounding(8 * qubits, 2**qubits) + 4 * qubits * TOLERANCE) / weight
    np.testing.assert_allclose(left.vector(), expected / weight, rtol=0, atol=2 * error)
    assert chain.projected(dict(enumerate(map(int, bits)))) is None


def test_samples_follow_the_law() -> None:
    rng = np.random.default_rng(5)
    state = rng.normal(size=8) + 1j * rng.normal(size=8)
    state /= np.linalg.norm(state)
    bits = Chain.of(state).sample(20000, rng)
    counts = np.bincount(bits @ [4, 2, 1], minlength=8)
    for count, weight in zip(counts, np.abs(state) ** 2, strict=True):
        assert binomtest(int(count), 20000, weight).pvalue > 1e-9


def wave(x: np.ndarray) -> np.ndarray:
    return np.exp(-(((x - 0.4) / 0.1) ** 2)) * np.cos(80 * x + 1)


def bump(x: np.ndarray) -> np.ndarray:
    return np.exp(-(((x - 0.5) / 0.2) ** 2)) * (1 + x)


@pytest.mark.parametrize("qubits", [2, 3, 6, 12])
def test_smooth_functions_are_their_values(qubits: int) -> None:
    values = wave(np.arange(2**qubits) / 2**qubits)
    found = smooth(wave, qubits).vector()
    np.testing.assert_allclose(found, values / np.linalg.norm(values), rtol=0, atol=1e-11)


@pytest.mark.parametrize("qubits", [40, 60, 100])
def test_smooth_functions_at_sizes_beyond_vectors(qubits: int) -> None:
    """Overlaps and means are integrals there: a sum over 2^40 points is one to 2^-40."""

    def integral(values: object) -> float:
        return quad(values, 0, 1, epsabs=1e-13, epsrel=1e-12, limit=400)[0]

    one, other = smooth(wave, qubits), smooth(bump, qubits)
    norm, weight = integral(lambda x: wave(x) ** 2), integral(lambda x: bump(x) ** 2)
    overlap = integral(lambda x: wave(x) * bump(x)) / np.sqrt(norm * weight)
    assert one.inner(other) == pytest.approx(overlap, abs=1e-10)
    # x = sum of bits 2^-(q+1), and bits are (1 - Z)/2.
    mean = ((1 - one.local_means(Z)) / 2) @ 0.5 ** np.arange(1, qubits + 1)
    assert mean == pytest.approx(integral(lambda x: x * wave(x) ** 2) / norm, abs=1e-10)
    assert max(core.shape[2] for core in one.cores[12:]) <= 16


def test_polynomials_have_the_bonds_of_their_degree() -> None:
    for degree in range(4):
        coefficients = [1.0] * (degree + 1)
        assert smooth(lambda x, c=coefficients: np.polyval(c, x), 50).bond == degree + 1


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: smooth(lambda x: 0 * x, 40), "zero everywhere"),
        (lambda: smooth(lambda x: x / 0 * 0, 40), "finite"),
        (lambda: smooth(lambda x: np.sign(x - 1 / 3), 40), "smooth on the scale"),
        (lambda: smooth(wave, 1), "qubits = 1"),
        (lambda: Chain.product([[1, 0], [0, 0]]), "every qubit"),
        (lambda: Chain.product([1, 0]), r"expected \(n, 2\)"),
        (lambda: Chain.of(np.ones(3)), r"expected \(2\^n,\)"),
        (lambda: Chain.of(np.zeros(4)), "norm 0.0 is no state"),
        (lambda: Chain.product([[1, 0]]).inner(Chain.product([[1, 0]] * 2)), "must be equal"),
    ],
)
@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value")
def test_what_is_no_state(make: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        make()
