"""Two runs are told apart by exactly what was changed between them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qdml.claims import Figure, Finding, Series
from qdml.errors import EvidenceError
from qdml.io import write_json
from qdml.runs.diff import diff
from tests.report import records

numbers = st.integers(-(10**6), 10**6) | st.floats(-1e300, 1e300)


def claim(name: str = "one", low: float = 1.0, high: float = 3.0, y: float = 2.0, **more: Any):
    """A claim with a row and a point, around both of which there is the same interval."""
    series = Series(label="loss", kind="measured", x=(1,), y=(y,), low=(low,), high=(high,))
    figure = Figure(title="F", x_label="x", y_label="y", series=(series,), caption="C")
    table = ({"n": 7, "mean": y, "low": low, "high": high},)
    found = records.evidence(table=table, figure=figure, **more)
    return records.claim(name, steps=(records.step(evidence=found),))


def run(folder: Path, *claims: Any, trials: Any = ()) -> Path:
    return records.write_run(folder, claims, trials)


def test_a_run_is_the_same_as_itself(tmp_path: Path) -> None:
    claims = (*records.every_outcome(), records.inference_by_sampling())
    trials = (records.experiment(),)
    found = diff(run(tmp_path / "a", *claims, trials=trials), run(tmp_path / "b", *claims))
    assert found.missing == {trials[0].id: str(tmp_path / "b")}
    assert not found.same
    found = diff(tmp_path / "a", tmp_path / "a")
    assert found.same
    assert found.claims == len(claims)
    assert found.values > 50


@pytest.mark.parametrize(("moved", "beyond"), [(2.9, False), (3.1, False), (4.2, True)])
def test_a_change_is_held_against_both_intervals(
    moved: float, beyond: bool, tmp_path: Path
) -> None:
    other = claim(low=moved - 1, high=moved + 1, y=moved)
    found = diff(run(tmp_path / "a", claim()), run(tmp_path / "b", other))
    (row,) = (one for one in found.numbers if one.where == "step equality, row 1, mean")
    (point,) = (one for one in found.numbers if one.where.endswith("curve loss, point 1, y"))
    for one in (row, point):
        assert (one.first, one.second, one.change) == (2.0, moved, moved - 2.0)
        assert one.uncertainty == pytest.approx(2.0)
        # Intervals that are as wide lie apart exactly where the change is larger than both halves.
        assert (abs(one.change) > one.uncertainty) is beyond is (moved - 1 > 3.0)
    assert found.verdicts == ()
    assert {one.where.rpartition(" ")[2] for one in found.numbers} == {"mean", "low", "high", "y"}


def test_a_number_outside_of_the_interval_of_its_row_has_none(tmp_path: Path) -> None:
    first, second = claim(low=5.0, high=6.0), claim(low=5.0, high=6.0, y=2.5)
    found = diff(run(tmp_path / "a", first), run(tmp_path / "b", second))
    assert [one.uncertainty for one in found.numbers] == [None, None]
    assert [one.change for one in found.numbers] == [0.5, 0.5]


def test_verdicts_that_moved(tmp_path: Path) -> None:
    alive = records.mutant("a quarter", evidence=records.evidence(Finding.UNDECIDED))
    other = records.claim("one", mutants=(alive, records.mutant("one more")))
    found = diff(run(tmp_path / "a", records.claim("one")), run(tmp_path / "b", other))
    assert [(one.where, one.first, one.second) for one in found.verdicts] == [
        ("outcome", "stands", "undecided"),
        ("strength", "certified", None),
        ("alive mutants", None, "a quarter"),
    ]
    assert "mutant a quarter, finding" in {one.where for one in found.numbers}


def test_claims_of_one_run_alone(tmp_path: Path) -> None:
    a, b = run(tmp_path / "a", claim("x"), claim("y")), run(tmp_path / "b", claim("y"), claim("z"))
    found = diff(a, b)
    assert found.missing == {"x": str(b), "z": str(a)}
    assert (found.claims, found.numbers) == (1, ())


@settings(max_examples=15)  # each writes two runs
@given(numbers, numbers)
def test_the_difference_turned_round_is_the_difference_backwards(
    tmp_path_factory: pytest.TempPathFactory, first: float, second: float
) -> None:
    folder = tmp_path_factory.mktemp("runs")
    runs = [
        run(folder / name, claim(point={"value": value}))
        for name, value in (("a", first), ("b", second))
    ]
    there, back = diff(*runs), diff(*reversed(runs))
    assert there.same == (first == second)
    assert [(m.first, m.second) for m in there.numbers] == [
        (m.second, m.first) for m in back.numbers
    ]
    assert [m.change for m in there.numbers] == [m.change and -m.change for m in back.numbers]


def test_folders_without_a_run_that_can_be_trusted(tmp_path: Path) -> None:
    good = run(tmp_path / "good", claim())
    with pytest.raises(EvidenceError, match=r"verdicts\.json: no such file; run the pipeline"):
        diff(good, tmp_path)
    bad = run(tmp_path / "bad", claim())
    (bad / "evidence" / "one.json").write_text("{")
    with pytest.raises(EvidenceError, match=r"evidence/one\.json: not a readable JSON file"):
        diff(good, bad)
    write_json(bad / "verdicts.json", {"scale": "quick"})
    with pytest.raises(EvidenceError, match=r"verdicts\.json: not a list of verdicts"):
        diff(bad, good)
