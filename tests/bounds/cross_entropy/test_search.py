"""Certified bits of the cross-entropy task: anchors, monotony, scaling and bad input."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from math import log2
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qdml.bounds.certificates import check
from qdml.bounds.cross_entropy import ideas
from qdml.bounds.cross_entropy.answer import answer
from qdml.bounds.cross_entropy.search import (
    certified_bits,
    full_score,
    ideal_score,
    score_at_most,
)
from qdml.errors import InputError

SCORE = Fraction("0.36")


def test_the_record() -> None:
    bits = [certified_bits(12, SCORE, "stated", 4).bits, certified_bits(12, SCORE, "stated").bits]
    assert bits == [82, 93]
    sharp = certified_bits(12, SCORE)
    assert sharp.bits >= 160
    assert check(sharp.certificate).bound == sharp.bits


@pytest.mark.parametrize("qubits", [1, 2, 7, 20, 30, 40])
@pytest.mark.parametrize("score", ["1/1000", "0.36", "0.9"])
def test_every_point_has_a_valid_certificate(qubits: int, score: str) -> None:
    need = certified_bits(qubits, Fraction(score), "stated")
    if need.bits is None:
        assert float(need.score) > full_score(qubits) - 1e-6
    else:
        assert check(need.certificate).bound == need.bits


def test_bits_grow_like_the_dimension() -> None:
    """Doubling N doubles the bits but for the growth of the peak, sqrt(2n) bits in all."""
    stated = [certified_bits(n, SCORE, "stated").bits for n in (24, 28, 32, 36, 40)]
    slopes = [log2(b / a) / 4 for a, b in pairwise(stated)]
    assert all(0.8 < slope < 1 for slope in slopes)
    assert slopes == sorted(slopes)


@settings(max_examples=20)
@given(st.integers(1, 40), st.fractions("1/100", "9/10", max_denominator=100))
def test_a_higher_score_needs_no_fewer_bits(qubits: int, score: Fraction) -> None:
    more = certified_bits(qubits, score + Fraction(1, 20), "stated").bits
    assert more is None or certified_bits(qubits, score, "stated").bits <= more


@pytest.mark.parametrize("bits", [1, 10, 100, 160])
def test_the_bound_reads_the_same_both_ways(bits: int) -> None:
    score = Fraction(score_at_most(12, bits)).limit_denominator(10**9)
    assert abs(certified_bits(12, score).bits - bits - 1) <= 1 + bits // 50


def test_no_message_scores_nothing_and_knowing_the_state_scores_most() -> None:
    assert score_at_most(5, 0) == 0
    assert score_at_most(5, 10**6) == pytest.approx(full_score(5))
    assert full_score(1) == 0.5
    assert full_score(13) == pytest.approx(sum(1 / k for k in range(2, 2**13 + 1)), rel=1e-14)


def test_ideas_are_ordered() -> None:
    worth = ideas.gains(12, SCORE)
    assert worth["order 4"] < worth["stated"] < worth["worst spectrum"] < worth["norm"]
    assert worth["norm"] < worth["joint"] < worth["Haar bases"]
    assert worth["worst spectrum"] - worth["stated"] < 1


def test_the_table_of_the_proof_is_computed() -> None:
    """Every cell of section 6, as far as its digits go."""
    names = ("order 4", "stated", "worst spectrum", "norm", "peak from norm", "joint", "Haar bases")
    page = (Path(__file__).parents[3] / "proofs_checks/cross_entropy_one_way.md").read_text()
    rows = [line.strip("| ").split(" | ") for line in page.splitlines() if line[:4] > "| 0"]
    rows = [row for row in rows if row[0][0].isdigit()]
    assert len(rows) == 4
    for head, *cells in rows:
        qubits, score = head.split(", ")
        worth = ideas.gains(int(qubits), Fraction(score))
        for name, cell in zip(names, cells, strict=True):
            if cell == "none":
                assert name not in worth
                continue
            less = worth["stated"] if cell.startswith("+") else 0
            slack = 0.5001 / 10 ** len(cell.partition(".")[2])
            assert abs(worth[name] - less - float(cell)) <= slack, (head, name)


def test_the_answer_for_machines() -> None:
    found = answer(qubits=12, score=SCORE)
    assert found.fields["classical_bits"] >= 160
    assert found.fields["quantum_qubits"] == 12
    assert found.fields["certified"] is True
    assert check(found.certificates[0]).valid
    assert answer(qubits=2, score=Fraction("0.7")).fields["quantum_qubits"] is None
    above = answer(qubits=12, score=Fraction(9))
    assert above.fields["classical_bits"] is None
    assert above.certificates == ()
    assert ideal_score(1) == Fraction(1, 3)


@pytest.mark.parametrize(
    ("qubits", "score", "message"),
    [
        (0, "0.36", "0 qubits: expected 1 to 40"),
        (41, "0.36", "41 qubits"),
        (3, "0", "score 0: expected a number above 0 and below N = 2\\^3"),
        (3, "-1", "score -1"),
        (3, "8", "score 8"),
    ],
)
def test_bad_tasks_get_one_line(qubits: int, score: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        certified_bits(qubits, Fraction(score))
    assert "\n" not in str(caught.value)


def test_bits_are_not_negative() -> None:
    with pytest.raises(InputError, match="-1 bits: expected 0 or more"):
        score_at_most(3, -1)


@pytest.mark.parametrize(("score", "certified"), [(Fraction(9, 25), True), (Fraction(100), False)])
def test_only_what_a_certificate_proves_is_called_certified(
    score: Fraction, certified: bool
) -> None:
    found = answer(qubits=12, score=score)
    assert found.fields["certified"] is certified is bool(found.certificates)
