"""Clifford unitaries: gates, images and laws agree with plain matrices and with counting."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare

from qdml.errors import InputError
from qdml.quantum import clifford
from qdml.quantum.gates import Pauli
from qdml.testing import pauli_strings, rounding


@given(st.data(), st.integers(1, 4), st.integers(0, 2**32))
def test_strings_go_where_the_unitary_sends_them(
    data: st.DataObject, qubits: int, seed: int
) -> None:
    unitary = clifford.random(qubits, np.random.default_rng(seed))
    pauli = data.draw(pauli_strings(qubits))
    identity = np.eye(2**qubits, dtype=complex)
    matrix = unitary.apply(identity)
    sign, image = unitary.image(pauli)
    moved = matrix @ pauli.apply(identity) @ matrix.conj().T
    error = rounding(2 * len(unitary.steps) + 2, 2**qubits)
    np.testing.assert_allclose(moved, sign * image.apply(identity), rtol=0, atol=error)


def test_all_of_them_come_up_alike() -> None:
    rng = np.random.default_rng(7)
    found = Counter(str(clifford.random(1, rng).tableau) for _ in range(4800))
    assert set(found) == {str(each.tableau) for each in clifford.everyone(1)}
    assert chisquare(list(found.values())).pvalue > 1e-6
    # On two qubits every string goes to each of 15, three of them diagonal.
    drawn = [clifford.random(2, rng).image(Pauli("XY"))[1].letters for _ in range(4000)]
    assert len(set(drawn)) == 15
    assert chisquare(list(Counter(drawn).values())).pvalue > 1e-6


@given(st.integers(1, 5), st.integers(1, 8), st.integers(0, 2**32))
def test_commuting_strings_become_diagonal(qubits: int, count: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    turn = clifford.random(qubits, rng)
    zs = ["".join(rng.choice(["I", "Z"], size=qubits)) for _ in range(count)]
    strings = [turn.image(Pauli(letters))[1] for letters in zs]
    assert all(clifford.commute(one, other) for one in strings for other in strings)
    unitary = clifford.diagonalising(strings)
    for string in strings:
        sign, image = unitary.image(string)
        assert set(image.letters) <= {"I", "Z"}
        assert abs(sign) == 1


@given(st.data(), st.integers(1, 4))
def test_strings_commute_as_their_matrices_do(data: st.DataObject, qubits: int) -> None:
    one, other = data.draw(pauli_strings(qubits)), data.draw(pauli_strings(qubits))
    identity = np.eye(2**qubits, dtype=complex)
    same = np.array_equal(one.apply(other.apply(identity)), other.apply(one.apply(identity)))
    assert clifford.commute(one, other) == same
    if not same:
        with pytest.raises(InputError, match=f"strings {one.letters} and {other.letters} do not"):
            clifford.diagonalising([one, other])


@given(st.data(), st.integers(1, 3), st.integers(1, 7))
def test_a_clash_is_found_where_any_pair_has_one(
    data: st.DataObject, qubits: int, count: int
) -> None:
    strings = [data.draw(pauli_strings(qubits)) for _ in range(count)]
    every = all(clifford.commute(one, other) for one in strings for other in strings)
    found = clifford.first_clash(strings)
    assert (found is None) == every
    if found:
        assert set(found) <= set(strings)
        assert not clifford.commute(*found)
    generators = clifford.generators(strings)
    assert len(generators) <= 2 * qubits
    # Products of the generators are all strings again: one more makes no new generator.
    assert clifford.generators([*generators, *strings]) == generators


def test_thousands_of_strings_need_few_comparisons(monkeypatch) -> None:
    compared, commute = [], clifford.commute

    def counted(one: Pauli, other: Pauli) -> bool:
        compared.append(one)
        return commute(one, other)

    monkeypatch.setattr(clifford, "commute", counted)
    strings = [
        Pauli(f"{number:011b}".replace("0", "I").replace("1", "Z")) for number in range(2048)
    ]
    clifford.diagonalising(strings)
    assert len(compared) <= 22 * 21 // 2


def test_only_short_lists_are_made() -> None:
    assert sum(1 for _ in clifford.everyone(2)) == 11520
    with pytest.raises(InputError, match="3 qubits: all Clifford unitaries are listed for 1 and 2"):
        clifford.everyone(3)
