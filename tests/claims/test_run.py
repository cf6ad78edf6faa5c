"""Running claims: shared data, crashes kept, settings, seeds, and the record's way to disk."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofs_checks import inference_by_sampling
from qdml.claims import (
    Claim,
    ClaimRecord,
    Context,
    Evidence,
    Finding,
    Method,
    Mutant,
    Outcome,
    Step,
    Sweep,
    Tag,
    generator,
    judge,
    run,
)
from qdml.claims.seeds import CLAIM_SLOTS, FALSE_ALARM_BUDGET, alarm_share
from qdml.config import LearningGrid
from qdml.errors import DataAbsent, EvidenceError, InputError
from qdml.io import read_json, write_json


@dataclass(frozen=True)
class Sum:
    """1 + ... + m = m (m + offset)/2."""

    offset: int = 1
    scale: Fraction = Fraction(1)


def check(stated: Sum, data: list[int], context: Context) -> Evidence:
    sweep = Sweep(Method.EXACT)
    for m in data:
        sweep.equal({"m": m}, "sum", sum(range(m + 1)), stated.scale * m * (m + stated.offset) / 2)
    return sweep.evidence("sum")


def claim(**changes) -> Claim:
    base = Claim(
        id="sum",
        topic="learning",
        title="",
        statement="",
        source="",
        hypothesis=Sum(),
        data=lambda context: list(range(10 * context.grid.instances)),
        steps=(Step("sum", Tag.EXACT, "", check),),
        mutants=(
            Mutant("no offset", "", Sum(offset=0), "sum"),
            Mutant("twice", "", Sum(scale=Fraction(2)), "sum"),
        ),
    )
    return replace(base, **changes)


GRID = LearningGrid()


def test_a_true_claim_stands_and_its_mutants_die() -> None:
    record, seconds = run(claim(), GRID, 1)
    verdict = judge(record)
    assert verdict.outcome is Outcome.STANDS
    assert verdict.strength == "certified"
    assert record.mutants[0].evidence.point == {"m": 19}
    assert set(seconds) == {"data", "sum", "no offset", "twice"}


def test_claim_and_checks_say_where_they_are_written() -> None:
    partly = partial(check, data=[1])
    steps = (Step("sum", Tag.EXACT, "", check), Step("part", Tag.EXACT, "", partly))
    record, _ = run(claim(steps=steps), GRID, 1)
    root = Path(__file__).parents[2]
    for one, text in (
        (inference_by_sampling.CLAIM.at, "CLAIM: Claim"),
        (record.steps[0].at, "def check"),
        (record.steps[1].at, "def check"),
    ):
        file, line = one.split(":")
        assert (root / file).read_text().splitlines()[int(line) - 1].startswith(text)


def test_data_is_computed_once() -> None:
    calls = []
    run(claim(data=lambda context: calls.append(1) or [1, 2]), GRID, 1)
    assert calls == [1]


def test_a_crash_is_kept_and_the_rest_goes_on() -> None:
    def broken(stated, data, context):
        raise ZeroDivisionError("by nothing")

    steps = (Step("broken", Tag.EXACT, "", broken), Step("sum", Tag.EXACT, "", check))
    record, _ = run(claim(steps=steps), GRID, 1)
    assert "ZeroDivisionError: by nothing" in record.steps[0].failure
    assert record.steps[1].evidence.finding is Finding.SUPPORTS
    assert judge(record).outcome is Outcome.FAILED


def test_broken_data_fail_every_part() -> None:
    def data(context):
        raise RuntimeError("no data today")

    record, _ = run(claim(data=data), GRID, 1)
    assert all("no data today" in part.failure for part in (*record.steps, *record.mutants))
    assert judge(record).outcome is Outcome.FAILED


def test_absent_data_are_undecided() -> None:
    def data(context):
        raise DataAbsent("mutag: not here")

    record, _ = run(claim(data=data), GRID, 1)
    assert judge(record).reason == "data absent: mutag: not here"


def test_a_users_constant_is_put_to_the_check() -> None:
    record, _ = run(claim(), GRID, 1, settings={"offset": "3"})
    assert judge(record).outcome is Outcome.REFUTED
    record, _ = run(claim(), GRID, 1, settings={"scale": "3/3", "instances": "1"})
    assert judge(record).outcome is Outcome.STANDS
    assert record.settings == {"scale": "3/3", "instances": "1"}


def test_symbols_reach_the_grid() -> None:
    seen = []
    run(
        claim(
            data=lambda context: seen.append((context.grid.accuracy, context.grid.qubits)) or [1]
        ),
        GRID,
        1,
        settings={"eps": "0.05", "n": "4"},
    )
    assert seen == [((0.05,), (4,))]


def test_a_setting_that_is_never_read_is_refused() -> None:
    with pytest.raises(InputError, match="--set eps: sum does not depend on it"):
        run(claim(), GRID, 1, settings={"eps": "0.05"})


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"offst": "3"}, r"no such constant \(nearest: 'offset'\)"),
        ({"offset": "three"}, "expected int"),
        ({"scale": "1/0"}, "expected Fraction"),
        ({"eps": "3"}, "accuracy.*less than 2"),
        ({"qubits": "x"}, "qubits.*valid integer"),
    ],
)
def test_bad_settings(settings: dict[str, str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        run(claim(), GRID, 1, settings=settings)


def test_a_claim_is_checked_when_it_is_written() -> None:
    with pytest.raises(ValueError, match="names no step"):
        claim(mutants=(Mutant("m", "", Sum(0), "nowhere"),))
    with pytest.raises(ValueError, match="equals the claim"):
        claim(mutants=(Mutant("m", "", Sum(), "sum"),))
    with pytest.raises(ValueError, match="share a name"):
        claim(steps=(Step("sum", Tag.EXACT, "", check),) * 2)


def test_evidence_round_trips(tmp_path) -> None:
    record, _ = run(claim(), GRID, 1)
    write_json(tmp_path / "e.json", record.model_dump(mode="json"))
    raw = read_json(tmp_path / "e.json")
    raw.pop("schema_version")
    assert ClaimRecord.model_validate(raw) == record


def test_hand_edited_evidence_is_refused(tmp_path) -> None:
    record, _ = run(claim(), GRID, 1)
    path = tmp_path / "e.json"
    write_json(path, record.model_dump(mode="json"))
    path.write_text(path.read_text().replace("supports", "refutes", 1))
    with pytest.raises(EvidenceError, match=r"e\.json: content was changed"):
        read_json(path)


def test_an_empty_sweep_supports_nothing() -> None:
    assert Sweep(Method.EXACT).evidence("nothing").finding is Finding.UNDECIDED


@given(st.fractions(), st.fractions(), st.fractions(min_value=0))
def test_enclosures_are_decided_only_when_they_can_be(low, bound, width) -> None:
    sweep = Sweep(Method.EXACT)
    sweep.at_most({}, "x", low, low + width, bound)
    finding = sweep.evidence("x").finding
    assert (finding is Finding.SUPPORTS) == (low + width <= bound)
    assert (finding is Finding.REFUTES) == (low > bound)


@given(st.integers(0, 2**62), st.text(max_size=8), st.text(max_size=8))
def test_streams_are_keyed(root: int, first: str, second: str) -> None:
    a, b = (generator(root, "claim", key).integers(2**60, size=4) for key in (first, second))
    assert np.array_equal(a, b) == (first == second)


def test_a_key_is_not_its_neighbours_joined() -> None:
    a, b = generator(1, "ab", "c").integers(2**60), generator(1, "a", "bc").integers(2**60)
    assert a != b


def test_the_alarm_budget_is_not_overspent() -> None:
    assert CLAIM_SLOTS * 5 * alarm_share("NNNNN") <= FALSE_ALARM_BUDGET * (1 + 1e-12)
