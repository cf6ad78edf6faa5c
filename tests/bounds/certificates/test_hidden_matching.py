"""The checker of hidden matching: it accepts what is true and nothing else."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from fractions import Fraction
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qdml.bounds import hidden_matching
from qdml.bounds.certificates import check
from qdml.bounds.certificates.reading import parse

GOOD = hidden_matching.certificate(256, 64, Fraction(3, 4), 8)


def changed(**fields: object) -> dict[str, object]:
    return {**GOOD, **fields}


def test_a_good_one_is_valid_after_a_journey() -> None:
    found = check(parse(json.dumps(GOOD)))
    assert found.valid, found.reason
    assert found.bound == 8


def test_a_tie_excludes_nothing() -> None:
    # One edge on nine vertices and no bit: s = 1/36 exactly, so that success 7/12 stays open.
    tie = changed(vertices=9, edges=1, bits=0, success="7/12", blocks=[[1, "1"]])
    assert not check(tie).valid
    assert check({**tie, "success": "8/13"}).bound == 1


def test_large_ones_are_valid() -> None:
    for n in (40, 128):
        bits = hidden_matching.least_bits(2**n, 2 ** (n - 2), Fraction(3, 4))
        record = hidden_matching.certificate(2**n, 2 ** (n - 2), Fraction(3, 4), bits)
        assert check(parse(json.dumps(record))).bound == bits


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (changed(bits=8), "8 bits are not excluded"),
        (changed(edges=128), "not excluded|no converging series"),
        (changed(success="2/3"), "7 bits are not excluded"),
        (changed(success="1/2"), "success: 1/2: allowed"),
        (changed(success="5/4"), "success: 5/4: allowed"),
        (changed(bits=20, success=f"{10**3000 + 1}/{2 * 10**3000}"), "q of at most 50 digits"),
        (changed(success="0.75"), "success: '0.75': not an integer nor a rational"),
        (changed(vertices=1), "vertices: 1: allowed"),
        (changed(vertices=2**600), "vertices: .*: allowed"),
        (changed(edges=129), "edges: 129: allowed"),
        (changed(bits=-1), "bits: -1: allowed"),
        (changed(bits=True), "bits: True: allowed"),
        (changed(blocks=[]), "blocks: a list of 1 to"),
        (changed(blocks="all"), "blocks: a list of 1 to"),
        (changed(blocks=[[1, "1/2"]] * 5000), "blocks: a list of 1 to"),
        (changed(blocks=[[1]]), r"blocks\[0\]: a pair"),
        (changed(blocks=[[3, "1/2"]]), r"leaves out k = 1"),
        (changed(blocks=[[1, "1/2"], [1, "1/2"]]), r"blocks\[1\]: an odd first k from 3"),
        (changed(blocks=[[1, "1/2"], [4, "1/2"]]), r"blocks\[1\]: an odd first k"),
        (changed(blocks=[[1, "1/2"], [65, "1/2"]]), r"blocks\[1\]: an odd first k"),
        (changed(blocks=[[1, "0"]]), r"d = 0: allowed"),
        (changed(blocks=[[1, "3/2"]]), r"d = 3/2: allowed"),
        (changed(blocks=[[1, "1/0"]]), "division by zero"),
        (changed(blocks=[[1, "1/64"]]), "no converging series"),
        (changed(extra=1), "'extra': unknown key"),
        ({key: value for key, value in GOOD.items() if key != "blocks"}, "blocks: missing"),
    ],
)
def test_others_are_rejected_with_a_reason(record, reason: str) -> None:
    found = check(record)
    assert not found.valid
    assert found.bound is None
    assert re.search(reason, found.reason), found.reason


def weight(vertices: int, edges: int, bits: int, blocks: list[tuple[int, Fraction]]) -> float:
    """The sum s in floats, term by term, from whole binomials."""
    total = 0.0
    for k in range(1, edges + 1, 2):
        d = next(d for first, d in reversed(blocks) if first <= k)
        share = comb(edges, k) / comb(vertices, 2 * k)
        total += share * float(d) ** (-2 * k) * 2 ** float(2 * bits * d / (1 + d))
    return total


@given(
    st.integers(2, 300),
    st.integers(1, 80),
    st.integers(0, 40),
    st.fractions(Fraction(51, 100), 1, max_denominator=100),
    st.lists(st.tuples(st.integers(0, 40), st.fractions(0, 1, max_denominator=30)), max_size=6),
)
def test_whatever_is_accepted_is_true(
    vertices: int, edges: int, bits: int, success: Fraction, pairs: list[tuple[int, Fraction]]
) -> None:
    blocks = [[1, "1/3"], *([2 * half + 1, str(d)] for half, d in sorted(pairs))]
    record = {
        "kind": "hidden-matching",
        "vertices": vertices,
        "edges": edges,
        "success": str(success),
        "bits": bits,
        "blocks": blocks,
    }
    found = check(record)
    if found.valid:
        exact = [(first, Fraction(d)) for first, d in blocks]
        slack = 1 + 1e-9  # a thousand roundings in double precision
        assert weight(vertices, edges, bits, exact) < (2 * success - 1) ** 2 * slack
        assert found.bound == bits + 1


@given(st.data())
def test_no_change_of_a_certificate_proves_more(data: st.DataObject) -> None:
    record = json.loads(json.dumps(GOOD))
    place = data.draw(st.integers(0, len(record["blocks"]) - 1))
    scale = data.draw(st.fractions(Fraction(1, 4), 4, max_denominator=20))
    record["blocks"][place][1] = str(Fraction(record["blocks"][place][1]) * scale)
    record["bits"] += data.draw(st.integers(0, 3))
    found = check(record)
    assert not found.valid or found.bound <= 8


def test_it_needs_no_solver() -> None:
    heavy = ["numpy", "scipy", "cvxpy", "scs", "clarabel", "sympy"]
    code = (
        "import sys, qdml.bounds.certificates.hidden_matching; "
        f"print([m for m in {heavy!r} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
