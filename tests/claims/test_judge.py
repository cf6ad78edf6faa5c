"""The judge on hand-made records: every rule, and that nothing stands that has not earned it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qdml.claims import Evidence, Finding, Method, Outcome, Tag, exit_status, judge
from qdml.claims.evidence import ClaimRecord, MutantRecord, StepRecord
from qdml.claims.judge import ADMISSIBLE
from qdml.claims.seeds import alarm_share

SHARE = alarm_share("N")


def evidence(
    finding: Finding = Finding.SUPPORTS, method: Method = Method.EXACT, **changes: object
) -> Evidence:
    made = {"point": {"n": 1}, "margin": 1.0, "compared": 1, "alarm": SHARE / 8}
    return Evidence(finding=finding, method=method, summary="hand made", **(made | changes))


def step(name="s", tag=Tag.EXACT, finding=Finding.SUPPORTS, method=Method.EXACT, role="support"):
    return StepRecord(name=name, tag=tag, role=role, says=name, evidence=evidence(finding, method))


def mutant(name="m", finding=Finding.REFUTES, failure=None, step="s", **changes):
    found = None if failure else evidence(finding, **changes)
    return MutantRecord(
        name=name, says=name, step=step, hypothesis={"v": name}, evidence=found, failure=failure
    )


def record(steps, mutants=None, **changes) -> ClaimRecord:
    first = next((s for s in steps if s.role == "support" and s.tag != "I"), None)
    if mutants is None and first:
        how = {"step": first.name, "method": first.evidence.method if first.evidence else "exact"}
        mutants = [mutant("m1", **how), mutant("m2", **how)]
    mutants = mutants or []
    header = {
        "id": "a-claim",
        "topic": "learning",
        "title": "t",
        "statement": "s",
        "formulas": (),
        "source": "",
        "premises": (),
        "notes": (),
        "listed_steps": tuple(s.name for s in steps),
        "listed_mutants": tuple(m.name for m in mutants),
        "scale": "quick",
        "seed": 0,
        "settings": {},
        "hypothesis": {},
    }
    return ClaimRecord(**(header | changes), steps=tuple(steps), mutants=tuple(mutants))


def test_stands_with_the_weakest_strength() -> None:
    proved = step("p", Tag.PROVED, method=Method.SYMBOLIC)
    exact = step("x")
    numeric = step("n", Tag.NUMERIC, method=Method.STATISTICS)
    assert judge(record([proved])).strength == "proved"
    assert judge(record([proved, exact])).strength == "certified"
    assert judge(record([proved, exact, numeric])).strength == "measured"
    assert judge(record([proved])).outcome is Outcome.STANDS


def test_a_counterexample_step_adds_no_strength_and_takes_none() -> None:
    witness = step("n", Tag.NUMERIC, method=Method.STATISTICS, role="counterexample")
    verdict = judge(record([step("p", Tag.PROVED, method=Method.SYMBOLIC), witness]))
    assert (verdict.outcome, verdict.strength) == (Outcome.STANDS, "proved")
    assert judge(record([witness])).outcome is Outcome.UNDECIDED
    killed_there = [mutant(m, step="n", method=Method.STATISTICS) for m in ("m1", "m2")]
    verdict = judge(record([step("x"), witness], killed_there))
    assert verdict.reason == "no power shown: no mutant was put to a step that supports"


def test_a_counterexample_refutes() -> None:
    witness = step(
        "n", Tag.NUMERIC, Finding.REFUTES, method=Method.STATISTICS, role="counterexample"
    )
    assert judge(record([step("x"), witness])).outcome is Outcome.REFUTED


@pytest.mark.parametrize("survivor", [Finding.SUPPORTS, Finding.UNDECIDED])
def test_a_surviving_mutant_takes_the_claim_down(survivor: Finding) -> None:
    verdict = judge(record([step()], [mutant("m1"), mutant("m2"), mutant("alive", survivor)]))
    assert verdict.outcome is Outcome.UNDECIDED
    assert "alive survived" in verdict.reason


def test_a_mutant_whose_check_crashed_is_not_dead() -> None:
    verdict = judge(record([step()], [mutant("m1"), mutant("m2"), mutant("m3", failure="boom")]))
    assert verdict.outcome is Outcome.FAILED
    assert not verdict.mutants[2].refuted


@pytest.mark.parametrize("count", [0, 1])
def test_fewer_than_two_mutants_show_no_power(count: int) -> None:
    verdict = judge(record([step()], [mutant(f"m{i}") for i in range(count)]))
    assert verdict.outcome is Outcome.UNDECIDED
    assert "no power shown" in verdict.reason


@pytest.mark.parametrize("method", [Method.EXACT, Method.FLOATING, Method.STATISTICS])
def test_a_grid_never_supports_a_proof(method: Method) -> None:
    verdict = judge(record([step(tag=Tag.PROVED, method=method)]))
    assert verdict.outcome is Outcome.FAILED
    assert "cannot decide" in verdict.reason


@pytest.mark.parametrize("method", [Method.FLOATING, Method.STATISTICS, Method.CITATION])
def test_rounded_numbers_never_support_an_exact_step(method: Method) -> None:
    assert judge(record([step(tag=Tag.EXACT, method=method)])).outcome is Outcome.FAILED


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"point": {}}, "without naming a point"),
        ({"margin": None}, "without naming a point and a margin"),
        ({"margin": 0.0}, "without naming a point and a margin"),
        ({"compared": 0}, "without having compared"),
        ({"method": Method.CITATION}, "cannot decide"),
        ({"method": Method.FLOATING}, "cannot decide"),
    ],
)
def test_a_mutant_dies_for_a_reason(changes: dict, reason: str) -> None:
    verdict = judge(record([step()], [mutant("m1"), mutant("m2", **changes)]))
    assert verdict.outcome is Outcome.FAILED
    assert reason in verdict.reason


def test_one_mutant_twice_is_one_mutant() -> None:
    twins = [mutant("m1"), mutant("m2").model_copy(update={"hypothesis": {"v": "m1"}})]
    assert "1 different mutants" in judge(record([step()], twins)).reason


@pytest.mark.parametrize(("alarm", "fails"), [(0.0, True), (SHARE, False), (2 * SHARE, True)])
def test_statistics_stay_in_their_share(alarm: float, fails: bool) -> None:
    witness = step("n", Tag.NUMERIC, method=Method.STATISTICS, role="counterexample")
    found = evidence(method=Method.STATISTICS, alarm=alarm)
    verdict = judge(record([step(), witness.model_copy(update={"evidence": found})]))
    assert (verdict.outcome is Outcome.FAILED) == fails


def test_a_missing_step_or_mutant_fails() -> None:
    assert judge(record([step()], listed_steps=("s", "forgotten"))).outcome is Outcome.FAILED
    assert judge(record([step()], listed_mutants=("m1", "m2", "m3"))).outcome is Outcome.FAILED


def test_imported_only() -> None:
    cited = step("i", Tag.IMPORTED, method=Method.CITATION)
    verdict = judge(record([cited], []))
    assert (verdict.outcome, verdict.strength) == (Outcome.IMPORTED, None)
    assert verdict.imported == ("i",)


def test_an_imported_premise_is_printed() -> None:
    verdict = judge(record([step(), step("i", Tag.IMPORTED, method=Method.CITATION)]))
    assert verdict.outcome is Outcome.STANDS
    assert verdict.strength == "certified"
    assert verdict.imported == ("i",)


def test_a_crash_is_said_with_its_last_line() -> None:
    broken = StepRecord(
        name="s", tag=Tag.EXACT, role="support", says="", failure="Traceback\nValueError: no"
    )
    verdict = judge(record([broken]))
    assert verdict.outcome is Outcome.FAILED
    assert "ValueError: no" in verdict.reason


def test_absent_data() -> None:
    verdict = judge(record([], [], absent="mutag is not here"))
    assert verdict.outcome is Outcome.UNDECIDED
    assert verdict.reason.startswith("data absent")


def test_exit_statuses() -> None:
    codes = {outcome.value: exit_status(outcome) for outcome in Outcome}
    assert codes == {"stands": 0, "imported": 0, "refuted": 1, "undecided": 1, "failed": 3}


_STEPS = st.lists(
    st.builds(
        step,
        name=st.uuids().map(str),
        tag=st.sampled_from(Tag),
        finding=st.sampled_from(Finding),
        method=st.sampled_from(Method),
        role=st.sampled_from(["support", "counterexample"]),
    ),
    max_size=5,
)
_MUTANTS = st.lists(
    st.builds(
        mutant,
        name=st.uuids().map(str),
        finding=st.sampled_from(Finding),
        method=st.sampled_from(Method),
    ),
    max_size=4,
)


@given(_STEPS, _MUTANTS)
def test_what_stands_has_earned_it(steps, mutants) -> None:
    # Every mutant is put to the first step.
    steps = steps or [step()]
    mutants = [one.model_copy(update={"step": steps[0].name}) for one in mutants]
    verdict = judge(record(steps, mutants))
    if verdict.outcome is not Outcome.STANDS:
        assert verdict.strength is None
        return
    assert len(mutants) >= 2
    assert all(m.evidence.finding is Finding.REFUTES for m in mutants)
    assert all(s.evidence.finding is not Finding.REFUTES for s in steps)
    needed = [s for s in steps if s.role == "support"]
    assert needed
    assert all(s.evidence.finding is Finding.SUPPORTS for s in needed)
    assert all(s.evidence.method in ADMISSIBLE[s.tag] for s in needed)
