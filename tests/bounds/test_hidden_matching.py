"""Hidden matching in numbers: rigorous sums, certified bits, and the upper sides."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, pairwise
from math import comb, isclose, log

import flint
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qdml.bounds import hidden_matching as room
from qdml.bounds.certificates import check
from qdml.bounds.certificates import hidden_matching as checker
from qdml.bounds.families import answer
from qdml.errors import InputError

HALF = Fraction(1, 2)


def q(vertices: int, edges: int, k: int) -> Fraction:
    return Fraction(comb(edges, k), comb(vertices, 2 * k))


@given(st.integers(2, 60), st.integers(1, 30), st.integers(1, 6), st.integers(0, 5))
def test_a_sum_of_single_terms_encloses_the_exact_one(
    vertices: int, edges: int, j: int, r: int
) -> None:
    edges = min(edges, vertices // 2)
    d, bits = Fraction(1, 2 * j - 1), j * r
    # 2cd/(1+d) = c/j = r is whole, so that every term is rational.
    exact = sum(q(vertices, edges, k) * d ** (-2 * k) * 2**r for k in range(1, edges + 1, 2))
    with flint.ctx.workprec(checker.precision(vertices)):
        found = checker.odd_weight(vertices, edges, bits, [(k, d) for k in range(1, edges + 1, 2)])
        assert found.contains(flint.fmpq(exact.numerator, exact.denominator))
        assert found.rel_accuracy_bits() > 100


@given(st.integers(8, 400), st.integers(0, 40), st.integers(1, 9))
def test_a_block_majorises_its_terms(vertices: int, bits: int, singles: int) -> None:
    edges = vertices // 4
    chosen = room.blocks(vertices, edges, bits, singles)
    alone = [
        (k, next(d for first, d in chosen[::-1] if first <= k)) for k in range(1, edges + 1, 2)
    ]
    with flint.ctx.workprec(checker.precision(vertices)):
        together = checker.odd_weight(vertices, edges, bits, chosen)
        assert not together.upper() < checker.odd_weight(vertices, edges, bits, alone).lower()


@pytest.mark.parametrize("edges", range(1, 9))
def test_the_last_block_reaches_the_last_edge(edges: int) -> None:
    exact = sum(q(40, edges, k) for k in range(1, edges + 1, 2))
    with flint.ctx.workprec(checker.precision(40)):
        found = checker.odd_weight(40, edges, 0, [(1, Fraction(1))])
        assert not found < flint.arb(flint.fmpq(exact.numerator, exact.denominator))


@given(st.integers(2, 200), st.integers(1, 100), st.data())
def test_the_ratio_of_chances_is_bounded(vertices: int, edges: int, data: st.DataObject) -> None:
    edges = min(edges, vertices // 2)
    first = data.draw(st.integers(0, edges - 1))
    last = data.draw(st.integers(first + 1, edges))
    for k in range(first, last):
        ratio = q(vertices, edges, k + 1) / q(vertices, edges, k)
        assert ratio <= checker.step(vertices, edges, first, last)
    if last == first + 1:
        assert ratio == checker.step(vertices, edges, first, last)


@pytest.mark.parametrize("d", [Fraction(1, 7), Fraction(1, 2), Fraction(9, 10), Fraction(1)])
@pytest.mark.parametrize(("k", "bits"), [(1, 3), (1, 40), (5, 40), (7, 500)])
def test_no_other_d_is_much_better(k: int, bits: int, d: Fraction) -> None:
    best = room._best(k, bits)
    with flint.ctx.workprec(256):
        mine = checker.term(2048, 512, bits, k, best)
        for other in (d, best * Fraction(49, 50), min(Fraction(1), best * Fraction(51, 50))):
            found = checker.term(2048, 512, bits, k, other)
            assert mine < found * (1 + flint.arb(2) ** (3 - room.DIGITS))


def test_bits_grow_like_the_root() -> None:
    bits = [room.least_bits(2**n, 2 ** (n - 2), Fraction(3, 4)) for n in (20, 24, 28, 32, 36)]
    ratios = [later / earlier for earlier, later in pairwise(bits)]
    # The last bit is rounded, and 1/sqrt N corrections fall by a factor 4 a step.
    assert all(abs(ratio - 4) < 16 / bits[0] / 4**i * 4 for i, ratio in enumerate(ratios))


def test_the_bound_is_monotone_and_certified_to_the_bit() -> None:
    for vertices, edges in ((256, 64), (2**20, 2**18), (2**40, 2**38)):
        bits = room.least_bits(vertices, edges, Fraction(3, 4))
        assert room.success_bound(vertices, edges, bits - 1) < flint.arb("0.75")
        assert not room.success_bound(vertices, edges, bits) < flint.arb("0.75")
        assert room.least_bits(vertices, edges // 2, Fraction(3, 4)) >= bits
        assert room.least_bits(vertices, edges, Fraction(9, 10)) >= bits


@given(st.integers(2, 9), st.integers(1, 4), st.data())
def test_birthday_misses_are_counted(vertices: int, edges: int, data: st.DataObject) -> None:
    edges = min(edges, vertices // 2)
    bits = data.draw(st.integers(1, vertices))
    chosen = [set(c) for c in combinations(range(vertices), bits)]
    missed = sum(not any({2 * e, 2 * e + 1} <= c for e in range(edges)) for c in chosen)
    assert room.birthday_miss(vertices, edges, bits) == Fraction(missed, len(chosen))


@pytest.mark.parametrize("bits", [100, 213, 400, 1000])
def test_the_bound_on_birthday_misses_holds(bits: int) -> None:
    vertices = 2**14
    exact = room.birthday_miss(vertices, vertices // 4, bits)
    with flint.ctx.workprec(checker.precision(vertices)):
        above = room._birthday_miss_bound(vertices, vertices // 4, bits)
    assert above > flint.arb(flint.fmpq(exact.numerator, exact.denominator))


@settings(max_examples=30)
@given(st.integers(20, 300), st.data())
def test_the_tail_of_few_matched_vertices_holds(vertices: int, data: st.DataObject) -> None:
    matched = data.draw(st.integers(vertices // 4, 3 * vertices // 4))
    bits = data.draw(st.integers(10, vertices // 2))
    j = data.draw(st.integers(0, matched * bits // vertices))
    ways = sum(comb(matched, i) * comb(vertices - matched, bits - i) for i in range(j + 1))
    with flint.ctx.workprec(128):
        bound = room.short_tail(vertices, matched, bits, j)
        assert not bound < flint.arb(flint.fmpq(ways, comb(vertices, bits)))


def test_the_tail_is_no_better_than_it_is() -> None:
    # Far from the mean an exponent twice as large would be wrong.
    ways = sum(comb(512, i) * comb(512, 60 - i) for i in range(23))
    with flint.ctx.workprec(128):
        exact = flint.arb(flint.fmpq(ways, comb(1024, 60)))
        assert room.short_tail(1024, 512, 60, 22) ** 2 < exact < room.short_tail(1024, 512, 60, 22)


def test_the_birthday_constant() -> None:
    # A quarter of N edges: 1 - exp(-t^2/4N) = 1/2 at t = 2 sqrt(N ln 2).
    assert isclose(room.family(64, 0.75).classical_upper, 2 * (2**64 * log(2)) ** 0.5, rel_tol=1e-3)


@settings(max_examples=30)
@given(st.integers(2, 64), st.fractions(HALF, 1).filter(lambda s: HALF < s < Fraction(999, 1000)))
def test_a_family_holds_together(qubits: int, success: Fraction) -> None:
    found = room.family(qubits, success)
    assert room.answer(qubits=qubits, success=success).fields["certified"] is True
    assert found.quantum_qubits == found.copies * qubits
    assert 1 - Fraction(1, 2) ** found.copies / 2 >= success
    assert found.copies == 1 or 1 - Fraction(1, 2) ** (found.copies - 1) / 2 < success
    assert found.classical_bits <= found.classical_upper


def test_the_headline() -> None:
    found = room.family(40, 0.75)
    assert (found.quantum_qubits, found.copies) == (40, 1)
    assert isclose(found.classical_bits, 0.375 * 2**20, rel_tol=1e-3)


def test_the_answer_for_machines_and_its_certificate() -> None:
    found = answer("hidden-matching", {"qubits": 20, "success": Fraction(3, 4)})
    assert list(found.fields)[:3] == ["classical_bits", "quantum_qubits", "certified"]
    assert check(found.certificates[0]).bound == found.fields["classical_bits"]
    assert found.fields["quantum_qubits"] == 20
    assert str(found.fields["classical_bits"]) in found.says[1]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: room.family(1, 0.75), "1 qubits: hidden matching takes 2 to 256"),
        (lambda: room.family(257, 0.75), "257 qubits"),
        (lambda: room.family(9, 0.5), r"success 0.5: expected a number between 1/2"),
        (lambda: room.family(9, 1), "success 1: expected"),
        (lambda: room.least_bits(8, 5, Fraction(3, 4)), "5 edges on 8 vertices: expected 1 to N/2"),
        (lambda: room.least_bits(2**30, 2**29, Fraction(3, 4)), "too many terms"),
        (lambda: room.certificate(8, 2, Fraction(3, 4), 0), "nothing is excluded"),
    ],
)
def test_bad_input_is_one_line(call, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)
