"""Span, Holevo quantity and limits of ensembles, by a second route each; and what is refused."""

from __future__ import annotations

import zipfile
from fractions import Fraction
from itertools import product
from math import comb, log2

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qdml.errors import DataError, InputError
from qdml.privacy import archive, spanned
from qdml.privacy.archive import load
from qdml.privacy.coordinates import leakage as fano
from qdml.privacy.coordinates import sign_entropy, sign_guessing
from qdml.privacy.ensemble import LEAST_PRIOR, Ensemble, from_integers, from_states, from_vectors
from qdml.privacy.gram import state_rank
from qdml.privacy.leak import coordinates, holevo, leak
from qdml.privacy.spanned import Span, span

SIGNS = np.array(list(product((1, -1), repeat=3)))


def kron_power(matrix, copies):
    full = np.ones((1, 1))
    for _ in range(copies):
        full = np.kron(full, matrix)
    return full


def entropy(matrix):
    values = np.linalg.eigvalsh(matrix)
    values = values[values > 1e-15]
    return float(-(values * np.log2(values)).sum())


@pytest.mark.parametrize("copies", [1, 2, 3])
def test_sign_vectors_span_what_their_characters_do(copies) -> None:
    wanted = sum(comb(3, j) for j in range(copies + 1) if j % 2 == copies % 2)
    # In floating point too, where no dependence is exact.
    assert span(from_integers(SIGNS, copies)) == Span(wanted, wanted)
    assert span(from_vectors(SIGNS / np.sqrt(3) + 0j, copies)) == Span(wanted, wanted)
    turned = np.linalg.qr(np.random.default_rng(copies).normal(size=(3, 3)))[0]
    assert span(from_vectors(SIGNS @ turned + 0j, copies)).least == wanted


@pytest.mark.parametrize("copies", [1, 2, 3])
@pytest.mark.parametrize("rank", [1, 2])
def test_holevo_is_the_entropy_of_the_average_minus_the_average_entropy(copies, rank) -> None:
    rng = np.random.default_rng(copies + 10 * rank)
    factors = rng.normal(size=(3, 3, rank)) + 1j * rng.normal(size=(3, 3, rank))
    states = factors @ factors.conj().transpose(0, 2, 1)
    states /= np.trace(states, axis1=1, axis2=2)[:, None, None]
    prior = rng.dirichlet(np.ones(3))
    full = [kron_power(state, copies) for state in states]
    average = sum(p * one for p, one in zip(prior, full, strict=True))
    wanted = entropy(average) - sum(p * entropy(one) for p, one in zip(prior, full, strict=True))
    ensemble = from_states(states, copies, prior)
    assert holevo(ensemble) == pytest.approx(wanted, abs=1e-9)
    found = leak(ensemble)
    assert found.certified
    assert found.holevo <= found.limits["bits_from_span"] + 1e-9
    assert found.span == np.linalg.matrix_rank(average)


@pytest.mark.parametrize("copies", [1, 2, 3])
def test_limits_are_obeyed_and_nested(copies) -> None:
    found = leak(from_integers(SIGNS, copies))
    limits = found.limits
    assert limits["dimension"] == comb(3 + copies - 1, copies)
    assert found.guessing_lower <= limits["guessing_from_span"]
    assert limits["guessing_from_span"] <= limits["guessing_from_dimension"]
    assert found.holevo <= limits["bits_from_span"] + 1e-12 <= limits["bits_from_dimension"] + 2e-12
    assert limits["bits_from_dimension"] <= limits["bits_from_qubits"] + 1e-12
    assert limits["bits_from_qubits"] == copies * log2(3)


def test_states_of_prior_zero_leak_nothing() -> None:
    prior = [Fraction(1, 2), Fraction(1, 2), Fraction(0)]
    found = leak(from_integers([[1, 0], [1, 0], [0, 1]], 1, prior))
    assert (found.span, found.holevo) == (1, 0)
    assert found.guessing_lower <= 0.5 <= found.guessing_upper


@pytest.mark.parametrize("name", ["vectors", "states"])
def test_an_archive_is_an_ensemble(tmp_path, name) -> None:
    rows = np.eye(3)[[0, 1, 1]]
    np.savez(tmp_path / "a.npz", **{name: rows, "prior": [0.5, 0.25, 0.25], "other": rows})
    found = load(tmp_path / "a.npz", 2)
    assert found.prior == (Fraction(1, 2), Fraction(1, 4), Fraction(1, 4))
    assert (found.dimension, found.columns, found.copies) == (3, 3, 2)


BAD = {
    "norm": ({"states": np.eye(2) * 1.001}, "states\\[0\\]: its norm is off one by 0.001"),
    "trace": ({"states": np.eye(2)[None]}, "its trace is off one by 1"),
    "positive": ({"states": np.diag([1.1, -0.1])[None]}, "an eigenvalue is minus 0.1"),
    "Hermitian": ({"states": np.array([[[0.5, 0.5], [0, 0.5]]])}, "not Hermitian, by 0.5"),
    "square": ({"states": np.ones((2, 2, 3))}, "have to be square"),
    "axes": ({"states": np.ones(3)}, r"shape \(3,\): expected \(m, N\) or \(m, N, N\)"),
    "matrices": ({"vectors": np.ones((2, 2, 2))}, r"expected \(m, N\)$"),
    "empty": ({"vectors": np.ones((0, 2))}, "shape"),
    "zero": ({"vectors": np.zeros((1, 2))}, "the zero vector"),
    "nan": ({"vectors": np.array([[np.nan, 1]])}, "not a finite number"),
    "text": ({"vectors": np.array([["a"]])}, "vectors is of type <U1"),
    "sum": ({"vectors": np.eye(2), "prior": np.array([0.5, 0.4])}, "sums to 0.9; expected one"),
    "sign": ({"vectors": np.eye(2), "prior": np.array([1.5, -0.5])}, "-0.5: expected"),
    "count": ({"vectors": np.eye(2), "prior": np.ones(3) / 3}, r"shape \(3,\): expected \(2,\)"),
    "small": ({"vectors": np.eye(2), "prior": np.array([1, 1e-300])}, "expected zero, or 1e-200"),
    "huge": ({"states": np.full((2, 2), 1.7e308)}, r"states\[0\]: an entry of size 1.7e\+308"),
    "long": ({"vectors": np.array([[np.finfo(np.longdouble).max, 1]])}, "not a finite number"),
    "both": ({"vectors": np.eye(2), "states": np.eye(2)}, "found states, vectors; expected one"),
    "neither": ({"rows": np.eye(2)}, "found no array; expected one"),
    "large": ({"vectors": np.random.default_rng(0).normal(size=(300, 2))}, "300 columns"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_ensemble_is_one_line(tmp_path, case) -> None:
    arrays, words = BAD[case]
    np.savez(tmp_path / "bad.npz", **arrays)
    with pytest.raises(InputError, match=words) as caught:
        load(tmp_path / "bad.npz", 1)
    assert "\n" not in str(caught.value)


def test_the_least_prior_is_guessed_with(tmp_path) -> None:
    np.savez(tmp_path / "a.npz", vectors=np.array([[1, 0], [3, 4]]), prior=[1, LEAST_PRIOR])
    found = leak(load(tmp_path / "a.npz", 2))
    assert found.certified
    assert found.guessing_upper == 1


def test_many_copies_of_mixed_states_say_their_size() -> None:
    with pytest.raises(InputError, match=r"1152921504606846976 columns .* matrices of .* TiB"):
        from_states(np.eye(2)[None] / 2 + 0j, 60)
    with pytest.raises(InputError, match=r"2\^9999 columns .* matrices of 2\^19962 TiB"):
        from_states(np.eye(2)[None] / 2 + 0j, 9999)


def test_copies_are_whole_and_positive() -> None:
    with pytest.raises(InputError, match="copies = 0: expected 1 to"):
        from_integers([[1, 0]], 0)


def test_an_ensemble_needs_a_prior_for_every_state() -> None:
    with pytest.raises(InputError, match="1 priors for 2 states"):
        Ensemble((((((1, 0),)),),) * 2, (Fraction(1),), 1)
    with pytest.raises(InputError, match="sum to one"):
        from_integers([[1, 0], [0, 1]], 1, [Fraction(1, 2), Fraction(1, 3)])


def test_files_that_are_no_archive_are_one_line(tmp_path) -> None:
    objects = np.empty(2, dtype=object)
    objects[:] = [[1], [1, 2]]
    np.savez(tmp_path / "ragged.npz", vectors=objects)
    np.save(tmp_path / "plain.npy", np.eye(2))
    (tmp_path / "text.npz").write_text("not an archive")
    with zipfile.ZipFile(tmp_path / "junk.npz", "w") as file:
        file.writestr("vectors.npy", b"junk")
    for name, header in (
        ("wide.npz", b"{'descr': '<f8', 'fortran_order': False, 'shape': (%d,), }\n" % 2**44),
        ("torn.npz", b"{'descr': [[[[ \n"),
    ):
        with zipfile.ZipFile(tmp_path / name, "w") as file:
            length = len(header).to_bytes(2, "little")
            file.writestr("vectors.npy", b"\x93NUMPY\x01\x00" + length + header + bytes(16))
    locked = bytearray((tmp_path / "junk.npz").read_bytes())
    locked[6] |= 1
    locked[locked.find(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "locked.npz").write_bytes(locked)
    for name, words in (
        ("wide.npz", "too large for memory .*128. TiB"),
        ("torn.npz", "not plain arrays"),
        ("locked.npz", "password"),
        ("ragged.npz", "states of different dimensions do not fit in one array"),
        ("plain.npy", "not an .npz archive"),
        ("text.npz", "not an .npz archive"),
        ("junk.npz", "not plain arrays"),
        ("absent.npz", "no such file"),
    ):
        with pytest.raises((DataError, InputError), match=words) as caught:
            load(tmp_path / name, 1)
        assert "\n" not in str(caught.value)


def test_an_archive_too_large_for_memory_says_its_size(tmp_path, monkeypatch) -> None:
    np.savez_compressed(tmp_path / "big.npz", vectors=np.zeros((1000, 1000)))
    monkeypatch.setattr(archive, "MOST_BYTES", 2**22)
    with pytest.raises(InputError, match=r"unpack to 0.0 GiB, too large"):
        load(tmp_path / "big.npz", 1)


def test_states_at_a_billionth_of_a_turn_are_two() -> None:
    assert span(from_vectors(np.array([[1, 0], [1, 1e-9]]) + 0j, 1)) == Span(2, 2)


@given(st.integers(1, 3), st.integers(2, 4), st.integers(0, 2**32 - 1))
def test_the_span_of_integers_is_their_exact_rank(copies, size, seed) -> None:
    rng = np.random.default_rng(seed)
    few = rng.integers(-2, 3, size=(3, size, 2))
    mixed = np.einsum("ab,bcd->acd", rng.integers(-1, 2, size=(7, 3)), few)
    vectors = [[(int(a), int(b)) for a, b in vector] for vector in mixed if vector.any()]
    if vectors:
        wanted = state_rank(vectors, copies)
        assert span(from_integers(vectors, copies)) == Span(wanted, wanted)


def test_a_span_that_rounding_decides_is_not_certified() -> None:
    third = np.random.default_rng(1).normal(size=(2, 5))
    found = span(from_vectors(np.vstack([third, third.sum(axis=0) / 3]) + 0j, 1))
    assert (found.least, found.most, found.certified) == (2, 3, False)
    assert leak(from_vectors(np.vstack([third, third.sum(axis=0) / 3]) + 0j, 1)).limits["span"] == 3


def test_coordinates_that_are_always_zero_give_no_room() -> None:
    rows = np.random.default_rng(2).normal(size=(9, 5)) * [1, 0, 1, 0, 0]
    assert span(from_vectors(rows + 0j, 2)) == Span(3, 3)


def test_work_without_end_is_not_begun(monkeypatch) -> None:
    monkeypatch.setattr(spanned, "_WORK", 10)
    assert span(from_integers(SIGNS, 2)) == Span(4, 6)


@pytest.mark.parametrize("copies", [1, 2, 3])
def test_relative_signs_leak_less_than_their_share(copies) -> None:
    signs = np.array([(1, *word) for word in product((1, -1), repeat=3)])
    told = coordinates(from_integers(signs, copies))
    # The first sign is the reference; the others are the relative signs of the theory.
    assert told[0] == 0
    for bits in told[1:]:
        assert bits == pytest.approx(told[1])
        assert fano(sign_guessing(4, copies)) <= bits <= 1 + 1e-12
    assert sum(told) <= sign_entropy(4, copies) + 1e-12
    if copies == 1:
        assert told[1] == pytest.approx(2 / 4)


def test_a_coordinate_that_names_the_state_leaks_what_the_state_does() -> None:
    rows = np.random.default_rng(0).normal(size=(5, 3))
    rows[:, 2] = [1, 1, 1, 2, 2]
    prior = np.array([0.3, 0.2, 0.1, 0.2, 0.2])
    ensemble = from_vectors(rows + 0j, 2, prior)
    told = coordinates(ensemble)
    assert told[0] == told[1] == pytest.approx(holevo(ensemble))
    units = rows / np.linalg.norm(rows, axis=1)[:, None]
    full = [kron_power(np.outer(x, x), 2) for x in units]
    parts = [sum(p * one for p, one in zip(prior[own], full[own], strict=True)) / prior[own].sum()
             for own in (slice(0, 3), slice(3, 5))]  # fmt: skip
    average = 0.6 * parts[0] + 0.4 * parts[1]
    wanted = entropy(average) - 0.6 * entropy(parts[0]) - 0.4 * entropy(parts[1])
    assert told[2] == pytest.approx(wanted, abs=1e-9)


def test_values_that_differ_by_rounding_are_equal() -> None:
    angles = 2 * np.pi * np.arange(3) / 3
    rows = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    assert rows[1, 0] != rows[2, 0]
    assert from_vectors(rows + 0j, 1).values == ((1, 0, 0), (1, 2, 0))
    huge = from_vectors(np.array([[1e308, -0.0], [1e308, 0.0], [1e-308, 1e-300]]) + 0j, 1)
    assert huge.values == ((1, 1, 0), (0, 0, 0))


def test_density_matrices_and_long_vectors_have_no_coordinates() -> None:
    assert coordinates(from_states(np.eye(2)[None] / 2 + 0j, 1)) == []
    assert coordinates(from_vectors(np.ones((2, 2000)) + 0j, 1)) == []


def test_copies_of_mixed_states_are_not_confined_to_the_symmetric_subspace() -> None:
    found = leak(from_states(np.array([np.eye(2) / 2, np.diag([1.0, 0.0])]) + 0j, 2))
    assert found.span == found.limits["dimension"] == 4
