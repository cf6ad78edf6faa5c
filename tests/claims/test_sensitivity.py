"""The least refuted change of a constant, on claims for which it is known."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qdml.claims import Claim, Finding, Method, Mutant, Step, Sweep, Tag, run
from qdml.claims.evidence import Limit
from qdml.claims.sensitivity import ladder
from qdml.config import for_scale
from qdml.errors import InputError

GRID = for_scale("quick").grids.learning


@dataclass(frozen=True)
class Hypothesis:
    """A number lies in [low, high]; `side` is 1 or -1; nobody reads `idle`."""

    low: Fraction = Fraction(2)
    high: float = 3.0
    count: int = 100
    side: int = -1
    idle: int = 5
    strict: bool = True

    def __post_init__(self) -> None:
        if abs(self.side) != 1:
            raise InputError(f"side = {self.side}: expected 1 or -1")


@dataclass(frozen=True)
class Truth:
    """From which size on a change is refuted, in the direction that the check bars."""

    low: Fraction = Fraction(1, 50)
    high: Fraction = Fraction(1, 3)
    count: int = 9


def claim(truth: Truth, **dear: bool) -> Claim:
    def ends(stated: Hypothesis, data: None, context: object) -> object:
        sweep = Sweep(Method.EXACT)
        sweep.holds({"end": "low"}, "a lower bound", stated.low < 2 * (1 + truth.low))
        sweep.holds({"end": "high"}, "an upper bound", stated.high > 3 * (1 - truth.high))
        return sweep.evidence("the ends")

    def counted(stated: Hypothesis, data: None, context: object) -> object:
        sweep = Sweep(Method.EXACT)
        sweep.holds({"at": 0}, "the count", abs(stated.count - 100) < truth.count)
        sweep.holds({"at": 1}, "the side", stated.side == -1)
        if stated.count > 120:
            raise ZeroDivisionError("a change of which the check makes no sense")
        return sweep.evidence("the count")

    own = Hypothesis()
    return Claim(
        id="toy",
        topic="learning",
        title="A toy",
        statement="A toy.",
        source="nobody",
        hypothesis=own,
        data=lambda context: None,
        steps=(
            Step("ends", Tag.EXACT, "the ends", ends),
            Step("counted", Tag.EXACT, "the count", counted, **dear),
        ),
        mutants=(
            Mutant("low", "too high", replace(own, low=Fraction(3)), "ends"),
            Mutant("side", "the other", replace(own, side=1), "counted"),
        ),
    )


def searched(truth: Truth, **dear: bool) -> dict:
    record, _ = run(claim(truth, **dear), GRID, 0, search=True)
    return {each.constant: each for each in record.sensitivity}


def test_one_sided_bounds_two_sided_counts_signs_and_what_nobody_reads() -> None:
    found = searched(Truth())
    assert set(found) == {"low", "high", "count", "side", "idle"}
    # From 2(1 + 1/50) on, and 1/64 is too little: the next rung is 1/16.
    assert found["low"].increase == Limit(tried="17/8", step="ends")
    assert found["low"].decrease == Limit(tried="0")
    # A third is refuted by the whole only, of 1/4 and 1.
    assert found["high"].increase == Limit(tried="6.0")
    assert found["high"].decrease == Limit(tried="0.0", step="ends")
    assert found["count"].increase == Limit(tried="116", step="counted")
    assert found["count"].decrease == Limit(tried="84", step="counted")
    assert found["side"].increase == Limit(tried="1", step="counted")
    assert found["side"].decrease == Limit()
    assert found["idle"].increase == found["idle"].decrease == Limit()


@given(st.fractions(Fraction(1, 10**6), 2), st.integers(1, 40))
def test_the_least_rung_is_found_by_looking_at_all(low: Fraction, count: int) -> None:
    found = searched(Truth(low=low, count=count))
    rungs = [change for change in ladder(Fraction(2)) if change / 2 >= low]
    assert found["low"].increase.tried == str(2 + (rungs[0] if rungs else 2))
    assert (found["low"].increase.step is None) == (not rungs)
    # Above 120 the check breaks, which refutes nothing.
    down = next(change for change in ladder(100) if change >= count)
    assert found["count"].decrease == Limit(tried=str(100 - down), step="counted")


def test_a_check_that_breaks_refutes_nothing_and_is_told() -> None:
    assert searched(Truth(count=40))["count"].increase == Limit(tried="132", broke=True)


def test_a_dear_step_is_named_and_not_asked() -> None:
    found = searched(Truth(), dear=True)
    assert found["count"].unasked == found["side"].unasked == ("counted",)
    assert found["count"].increase == Limit()
    assert found["low"].unasked == ()


def test_nothing_is_searched_unless_it_is_asked_for() -> None:
    record, seconds = run(claim(Truth()), GRID, 0)
    assert record.sensitivity is None
    assert "sensitivity" not in seconds
    assert all(step.evidence.finding is Finding.SUPPORTS for step in record.steps)


@pytest.mark.parametrize(
    ("value", "changes"),
    [
        (0, [1, 2]),
        (-1, [1, 2]),
        (5, [1, 2, 4]),
        (Fraction(0), [Fraction(1, 4**j) for j in (5, 4, 3, 2, 1, 0)]),
        (-2.0, [2 / 4**j for j in (5, 4, 3, 2, 1, 0)]),
    ],
)
def test_ladders(value: object, changes: list) -> None:
    assert ladder(value) == changes
