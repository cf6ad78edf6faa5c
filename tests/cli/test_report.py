"""`qdml report`: the report again from evidence alone."""

from __future__ import annotations

from pathlib import Path

from qdml.io import read_json
from tests.cli.conftest import Call


def test_the_report_is_made_from_evidence(call: Call, reports: Path) -> None:
    for path in (reports / "verdicts").iterdir():
        path.unlink()
    result = call("report")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "reports/index.html\n", "")
    page = (reports / "index.html").read_bytes()
    assert b"The sound claim" in page
    assert len(read_json(reports / "verdicts.json")["claims"]) == 3
    assert call("report").exit_code == 0
    assert (reports / "index.html").read_bytes() == page


def test_a_folder_without_a_run(call: Call, tmp_path: Path) -> None:
    assert call("report").stderr == (
        "qdml: --reports reports: no such folder; run the pipeline first\n"
    )
    result = call("report", "--reports", str(tmp_path))
    assert result.exit_code == 2
    assert result.stderr == f"qdml: {tmp_path}: no evidence here; run the pipeline first\n"


def test_edited_evidence_is_one_clear_line_and_the_report_stays(call: Call, reports: Path) -> None:
    call("report")
    page = (reports / "index.html").read_bytes()
    path = reports / "evidence" / "sound.json"
    path.write_text(path.read_text().replace("it holds", "it is so"))
    result = call("report")
    assert result.exit_code == 2
    assert result.stderr.startswith("qdml: reports/evidence/sound.json: content was changed")
    assert result.stderr.count("\n") == 1
    assert (reports / "index.html").read_bytes() == page
