"""`qdml diff`: what it prints, its page, and its statuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from qdml.runs import depends, jobs
from tests import toys
from tests.cli.conftest import Call
from tests.report import pages


@pytest.fixture
def other(reports: Path) -> Path:
    """A run of the same toys in which one claim is another, and one more."""
    folder = reports.with_name("other")
    settings = depends.settings(toys.CONFIG, "learning")
    for name in ("sound", "false", "doubtful"):
        jobs.evidence(name, settings, "0123456789abcdef", folder)
        jobs.verdict(name, folder)
    jobs.rejudge(reports)
    jobs.rejudge(folder)
    return folder


def test_the_same_run_twice(call: Call, other: Path) -> None:
    result = call("diff", "reports", "reports", "--html", "same.html")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("3 claims and ")
    assert result.stdout.endswith("; 0 verdicts and 0 values moved\n")
    assert "Nothing moved" in pages.read(Path("same.html").read_text(encoding="utf-8")).text


def test_what_one_run_lacks_is_named(call: Call, other: Path) -> None:
    result = call("diff", "reports", "other")
    assert result.exit_code == 1
    assert "broken: not in other\n" in result.stdout
    assert "doubtful: not in reports\n" in result.stdout


def test_what_moved_is_printed_and_drawn(
    call: Call, other: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(toys.CLAIMS, "sound", toys.claim("sound", offset=3))
    jobs.evidence("sound", depends.settings(toys.CONFIG, "learning"), "0123456789abcdef", other)
    jobs.rejudge(other)
    said = call("diff", "reports", "other", "--html", "<moved>.html").stdout
    assert "sound: outcome: stands -> refuted\n" in said
    assert "  step total, margin: 0 -> 3 (+3)\n" in said
    page = Path("<moved>.html").read_text(encoding="utf-8")
    assert "step total, margin" in pages.read(page).text
    assert not pages.read(page).all("script", "img")
    answer = json.loads(call("diff", "reports", "other", "--json").stdout)
    assert not answer["same"]
    assert answer["missing"] == {"broken": "other", "doubtful": "reports"}
    assert {"of": "sound", "where": "outcome", "first": "stands", "second": "refuted"}.items() <= (
        answer["verdicts"][0].items()
    )


@pytest.mark.parametrize(
    ("folders", "says"),
    [
        (("nowhere", "reports"), "nowhere: no such folder; name the reports of a run"),
        (("reports", "."), "verdicts.json: no such file; run the pipeline first"),
    ],
)
def test_a_bad_folder_is_one_clear_line(
    folders: tuple[str, str], says: str, call: Call, other: Path
) -> None:
    result = call("diff", *folders, "--json")
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", f"qdml: {says}\n")
