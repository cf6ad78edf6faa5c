"""Protocols of linear classification: hyperplanes, disjointness and INDEX, as billed and right."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from qdml.bounds.linear import hyperplane_error
from qdml.claims.majority import majority_error
from qdml.claims.seeds import generator
from qdml.errors import InputError
from qdml.protocols import disjointness, index, simhash

#: Each statistical test below raises a false alarm with at most this probability.
ALARM = 1e-9
sets = st.integers(1, 6).flatmap(
    lambda n: st.tuples(*[st.lists(st.integers(0, 1), min_size=n, max_size=n)] * 2)
)
sign_lists = st.lists(st.sampled_from([-1, 1]), min_size=1, max_size=20)


@given(sign_lists, st.integers(1, 50), st.integers(0, 2**40))
def test_hyperplanes_send_their_number_or_all_signs(signs, k: int, seed: int) -> None:
    x = np.array(signs) / np.sqrt(len(signs))
    found = simhash.run(x, x, k, seed)
    assert found.sign == 1
    assert simhash.run(x, -x, max(k, len(signs)), seed).sign == -1
    bill = found.transcript
    assert (bill.messages, bill.qubits, bill.bits) == (1, 0, min(k, len(signs)))


@given(st.integers(1, 70).flatmap(lambda n: st.lists(st.booleans(), min_size=n, max_size=n)))
def test_votes_survive_the_message(votes) -> None:
    message = simhash._packed(np.array(votes))
    assert 0 <= message < 2 ** len(votes)
    assert list(simhash._unpacked(message, len(votes)) > 0) == votes


@given(st.integers(0, 2**40), st.booleans())
def test_votes_are_counted_or_weighed(seed: int, weighted: bool) -> None:
    x, w = np.array([0.6, 0.8, 0.0]), np.array([0.8, -0.6, 0.0])
    planes = generator(seed, "hyperplanes").normal(size=(5, 3))
    votes = np.sign(planes @ x) * np.sign(planes @ w)
    total = votes @ (np.abs(planes @ w) if weighted else np.ones(5))
    assert simhash.run(x, w, 5, seed, weighted=weighted).sign == np.sign(total)


@pytest.mark.parametrize("weighted", [False, True])
def test_hyperplanes_err_as_often_as_computed(weighted: bool) -> None:
    margin, k, runs, wrong = Fraction(1, 5), 9, 1500, 0
    x = np.array([1.0, 0, 0])
    w = np.array([float(margin), np.sqrt(1 - float(margin) ** 2), 0])
    for seed in range(runs):
        wrong += simhash.run(x, w, k, seed, weighted=weighted).sign < 0
    exactly = float(majority_error(hyperplane_error(margin), k)[0])
    test = binomtest(wrong, runs, exactly, alternative="less" if weighted else "two-sided")
    if weighted:
        assert test.pvalue < 0.01, "weighing the votes should help"
    else:
        assert test.pvalue > ALARM


@given(sets, st.integers(1, 4), st.integers(0, 3))
def test_vectors_of_sets_have_the_stated_product(pair, repeats: int, spare: int) -> None:
    alice, bob = pair
    dimension = repeats * len(alice) + 3 + spare
    x, w = disjointness.vectors(alice, bob, repeats, dimension)
    assert len(x) == len(w) == dimension
    common = sum(a * b for a, b in zip(alice, bob, strict=True))
    exactly = Fraction(1 - 2 * common, 2 * len(alice) + 1)
    assert disjointness.inner(x, w) == (exactly, exactly)
    floats = [np.array([s * float(q) ** 0.5 for s, q in vector]) for vector in (x, w)]
    assert floats[0] @ floats[1] == pytest.approx(float(exactly), abs=1e-12)


def test_an_irrational_product_is_enclosed() -> None:
    x, w = disjointness.vectors((1, 0, 0), (0, 0, 0), 1, recipe=disjointness.Recipe(pads=1))
    low, high = disjointness.inner(x, w)
    assert low < high < low + Fraction(1, 10**15)
    assert float(low) == pytest.approx((0.5 + 6**0.5) / 3.5)


def test_all_of_the_vectors_tells_disjointness() -> None:
    for alice, bob in product(product((0, 1), repeat=2), repeat=2):
        found = disjointness.run(alice, bob, 1, 2001, seed=5)
        assert found.sign == (-1 if any(a and b for a, b in zip(alice, bob, strict=True)) else 1)


@given(sign_lists, st.data())
def test_index_is_answered(signs, data) -> None:
    wanted = data.draw(st.integers(0, len(signs) - 1))
    told, asked = index.one_way(signs, wanted), index.two_way(signs, wanted)
    assert told.sign == asked.sign == signs[wanted]
    assert (told.transcript.messages, told.transcript.bits) == (1, len(signs))
    assert asked.transcript.bits == (len(signs) - 1).bit_length() + 1
    assert asked.transcript.rounds == 2


@pytest.mark.parametrize("signs", [*product((-1, 1), repeat=2)])
@pytest.mark.parametrize("wanted", [0, 1])
def test_superdense_coding_carries_two_signs(signs, wanted: int) -> None:
    for seed in range(4):
        found = index.superdense(signs, wanted, seed)
        assert found.sign == signs[wanted]
    assert (found.transcript.qubits, found.transcript.entangled_pairs) == (1, 1)


@pytest.mark.parametrize("d", [2, 3])
def test_a_random_access_code_is_right_as_often_as_it_should(d: int) -> None:
    for signs in product((-1, 1), repeat=d):
        for wanted in range(d):
            answers = [index.access_code(signs, wanted, seed).sign for seed in range(60)]
            right = sum(answer == signs[wanted] for answer in answers)
            assert binomtest(right, 60, (1 + d**-0.5) / 2).pvalue > ALARM


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: simhash.run(np.ones(2), np.ones(3), 1, 0), r"shapes \(2,\) and \(3,\)"),
        (lambda: simhash.run(np.ones(2), np.ones(2), 0, 0), "0 hyperplanes in dimension 2"),
        (lambda: simhash.run(np.ones(2), np.ones(2), 10**9, 0), "1000000000 hyperplanes"),
        (lambda: disjointness.vectors((1,), (1, 0), 1), "expected as many bits on both sides"),
        (lambda: disjointness.vectors((2,), (1,), 1), "expected as many bits"),
        (lambda: disjointness.vectors((1,), (1,), 0), "once or more"),
        (lambda: disjointness.vectors((1,), (1,), 1, 3), "4 coordinates or more"),
        (lambda: index.two_way((1, -1), 2), "entry 2 of 2 signs"),
        (lambda: index.one_way((1, 0), 0), r"expected signs \+1 and -1"),
        (lambda: index.access_code((1,), 0, 0), "1 signs in one qubit: expected 2 or 3"),
        (lambda: index.superdense((1, 1, 1), 0), "3 signs by superdense coding"),
    ],
)
def test_bad_input_is_told(call, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)
