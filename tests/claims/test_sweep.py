"""Sweeps: where a comparison supports, stays undecided or refutes, and which point is shown."""

from __future__ import annotations

from fractions import Fraction
from math import inf, nan

import pytest

from qdml.claims import Evidence, Finding, Method
from qdml.claims.sweep import Sweep

SUPPORTS, UNDECIDED, REFUTES = Finding.SUPPORTS, Finding.UNDECIDED, Finding.REFUTES


def close(*pairs: tuple[float, float], tolerance: float = 0.25) -> Evidence:
    """The evidence of a sweep over `pairs` of found and stated, at points i = 0, 1, ..."""
    sweep = Sweep(Method.FLOATING)
    for i, (found, stated) in enumerate(pairs):
        sweep.close({"i": i}, "sum", found, stated, tolerance)
    return sweep.evidence("sums agree")


@pytest.mark.parametrize("side", [-1, 1])
@pytest.mark.parametrize(
    ("off", "finding"),
    [
        (0.0, SUPPORTS),
        (0.25, SUPPORTS),
        (0.375, UNDECIDED),
        (2.5, UNDECIDED),
        (2.625, REFUTES),
        (100.0, REFUTES),
    ],
)
def test_close_has_three_zones(off: float, finding: Finding, side: int) -> None:
    # All numbers here are dyadic, so that the boundaries are met exactly.
    assert close((8.0 + side * off, 8.0)).finding is finding


@pytest.mark.parametrize("pair", [(nan, 1.0), (1.0, nan), (inf, inf)])
def test_what_is_no_number_refutes_closeness(pair: tuple[float, float]) -> None:
    sweep = Sweep(Method.FLOATING)
    sweep.close({}, "sum", 1.0, 1.0, 0.25)
    sweep.close({}, "sum", 3.75, 0.0, 0.25)
    sweep.close({}, "sum", *pair, 0.25)
    assert sweep.evidence("sums agree").finding is REFUTES
    alone = Sweep(Method.FLOATING)
    alone.close({}, "sum", *pair, 0.25)
    assert set(alone._worst) == {REFUTES}


def test_the_worst_disagreement_is_shown() -> None:
    found = close((1.0, 1.0), (5.0, 1.0), (9.0, 1.0), (6.0, 1.0), (2.0, 1.0))
    assert found.finding is REFUTES
    assert found.point == {"i": 2}
    assert found.margin == 8
    assert found.compared == 5
    assert found.method is Method.FLOATING
    assert found.summary.startswith("sums agree: sum: found 9, stated 1, rounding at most")


def test_equal_admits_no_difference() -> None:
    sweep = Sweep(Method.EXACT)
    sweep.equal({"n": 1}, "count", 7, Fraction(14, 2))
    assert sweep.evidence("counts agree").finding is SUPPORTS
    assert sweep.evidence("counts agree").summary == "counts agree: 1 comparisons"
    sweep.equal({"n": 2}, "count", 10**30 + 1, 10**30)
    sweep.equal({"n": 3}, "count", 4, 9)
    sweep.equal({"n": 4}, "count", Fraction(1, 3), Fraction(1, 3) + Fraction(1, 10**40))
    found = sweep.evidence("counts agree")
    assert found.finding is REFUTES
    assert found.point == {"n": 3}
    assert found.margin == 5
    assert found.compared == 4
    assert found.summary == "counts agree: count: found 4, stated 9"


@pytest.mark.parametrize("gap", [Fraction(1, 10**40), 1])
def test_the_least_difference_refutes_equality(gap: Fraction | int) -> None:
    sweep = Sweep(Method.EXACT)
    sweep.equal({}, "count", 5 + gap, 5)
    assert sweep.evidence("counts agree").finding is REFUTES


@pytest.mark.parametrize(
    ("low", "high", "finding", "margin"),
    [
        (1, 3, SUPPORTS, 1),
        (1, 4, SUPPORTS, 0),
        (4, 5, UNDECIDED, -1),
        (1, 5, UNDECIDED, -1),
        (Fraction(9, 2), 5, REFUTES, 0.5),
        (5, 5, REFUTES, 1),
    ],
)
def test_at_most_sees_both_ends(
    low: Fraction | int, high: Fraction | int, finding: Finding, margin: float
) -> None:
    sweep = Sweep(Method.EXACT)
    sweep.at_most({"n": 1}, "cost", low, high, 4)
    found = sweep.evidence("costs are bounded")
    assert (found.finding, found.margin, found.point) == (finding, margin, {"n": 1})


def test_at_most_shows_the_narrowest_support_and_the_strongest_refutation() -> None:
    sweep = Sweep(Method.STATISTICS)
    for n, value in enumerate((1.0, 3.5, 2.0)):
        sweep.at_most({"n": n}, "rate", 0.0, value, 4.0)
    narrow = sweep.evidence("rates are bounded")
    assert (narrow.finding, narrow.point, narrow.margin) == (SUPPORTS, {"n": 1}, 0.5)
    for n, value in enumerate((5.0, 7.0, 6.0), start=3):
        sweep.at_most({"n": n}, "rate", value, value, 4.0)
    strong = sweep.evidence("rates are bounded")
    assert (strong.finding, strong.point, strong.margin) == (REFUTES, {"n": 4}, 3)
    assert strong.compared == 6
    assert strong.summary == "rates are bounded: rate: 7 against the bound 4"


def test_an_enclosure_without_numbers_supports_no_bound() -> None:
    sweep = Sweep(Method.FLOATING)
    sweep.at_most({}, "rate", nan, nan, 4.0)
    assert SUPPORTS not in sweep._worst


def test_a_false_statement_refutes() -> None:
    sweep = Sweep(Method.EXACT)
    sweep.holds({"graph": "path"}, "it is planar", truth=True)
    assert sweep.evidence("planar").finding is SUPPORTS
    sweep.holds({"graph": Fraction(1, 2)}, "it is planar", truth=False)
    sweep.holds({"graph": "cycle"}, "it is planar", truth=True)
    found = sweep.evidence("planar")
    assert found.finding is REFUTES
    assert found.point == {"graph": "1/2"}
    assert found.margin == 1
    assert found.compared == 3
    assert found.summary == "planar: it is planar"


def test_one_undecided_point_keeps_the_whole_from_support() -> None:
    assert close((1.0, 1.0), (2.0, 1.0), (1.0, 1.0)).finding is UNDECIDED
    assert close((1.0, 1.0), (2.0, 1.0), (9.0, 1.0)).finding is REFUTES


def test_nothing_compared_is_undecided() -> None:
    found = Sweep(Method.EXACT).evidence("all is well")
    assert found.finding is UNDECIDED
    assert found.compared == 0
    assert found.summary == "all is well: no point was compared"


@pytest.mark.parametrize("numbers", [(1.0, 1), (1, 1.0)])
def test_exact_evidence_takes_no_floats(numbers: tuple[float, float]) -> None:
    with pytest.raises(TypeError, match="whole numbers and fractions"):
        Sweep(Method.EXACT).equal({}, "count", *numbers)
    for place in range(3):
        ends: list[float] = [0, 1, 2]
        ends[place] = float(ends[place])
        with pytest.raises(TypeError, match="whole numbers and fractions"):
            Sweep(Method.EXACT).at_most({}, "cost", *ends)
