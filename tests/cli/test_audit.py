"""`qdml audit`: the files of a run against its manifest."""

from __future__ import annotations

import json
from pathlib import Path

from qdml.runs.audit import write_manifest
from tests.cli.conftest import Call


def test_all_agree_and_one_differs(call: Call, reports: Path) -> None:
    write_manifest(reports)
    result = call("audit", "--json")
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    assert (found["ok"], found["differing"]) == (True, [])
    assert found["files"] == len(list(reports.rglob("*.json"))) - 1

    (reports / "evidence" / "sound.json").write_text("{}")
    result = call("audit", "--json")
    assert result.exit_code == 1
    found = json.loads(result.stdout)
    assert not found["ok"]
    assert found["differing"] == [{"path": "evidence/sound.json", "why": "changed"}]
    assert "changed: reports/evidence/sound.json\n" in call("audit").stdout


def test_no_manifest_is_one_clear_line(call: Call, reports: Path) -> None:
    assert (reports / "evidence").is_dir()
    result = call("audit")
    assert result.exit_code == 2
    assert result.stderr == ("qdml: reports/manifest.json: no such file; run the pipeline first\n")


def test_a_new_report_keeps_a_manifest_that_held(call: Call, reports: Path) -> None:
    assert call("report").exit_code == 0
    assert call("audit").exit_code == 2, "no run has finished here"
    write_manifest(reports)
    assert call("report").exit_code == 0
    assert call("audit").exit_code == 0
    (reports / "index.html").write_text("damaged")
    assert call("report").exit_code == 0
    assert call("audit").exit_code == 2, "a report made on a changed tree vouches for nothing"
