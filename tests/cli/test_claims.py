"""`qdml claims`: what it lists, with and without a run, and damaged files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from qdml.io import SCHEMA_VERSION, write_json
from tests.cli.conftest import Call
from tests.toys import OUTCOMES

KEYS = {"id", "topic", "title", "outcome", "strength", "source", "seconds", "mutants"}


def test_the_list_has_every_claim_and_what_came_out(call: Call, reports: Path) -> None:
    result = call("claims", "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    listed = json.loads(result.stdout)
    assert listed["schema_version"] == SCHEMA_VERSION
    assert [one["id"] for one in listed["claims"]] == sorted(OUTCOMES)
    assert all(set(one) == KEYS for one in listed["claims"])
    found = {one["id"]: one for one in listed["claims"]}
    run = {"sound", "false", "broken"}
    assert {name: one["outcome"] for name, one in found.items()} == {
        name: OUTCOMES[name] if name in run else None for name in OUTCOMES
    }
    assert found["sound"] | {"seconds": None} == {
        "id": "sound",
        "topic": "learning",
        "title": "The sound claim",
        "outcome": "stands",
        "strength": "certified",
        "source": "Gauss",
        "seconds": None,
        "mutants": [{"name": "one more", "refuted": True}, {"name": "one less", "refuted": True}],
    }
    assert found["sound"]["seconds"] > 0
    assert found["cited"]["seconds"] is None


def test_before_any_run_every_outcome_is_null(call: Call) -> None:
    listed = json.loads(call("claims", "--json").stdout)["claims"]
    assert len(listed) == len(OUTCOMES)
    assert {one["outcome"] for one in listed} == {None}


def test_the_table_is_one_line_a_claim(call: Call, reports: Path) -> None:
    result = call("claims")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert len(lines) == 1 + len(OUTCOMES)
    (sound,) = [line for line in lines if "sound" in line]
    assert "stands" in sound
    assert "certified" in sound
    assert "2/2" in sound
    assert sum("not run" in line for line in lines) == 2


def test_a_folder_elsewhere(call: Call, reports: Path) -> None:
    elsewhere = reports.rename(reports.with_name("elsewhere"))
    listed = json.loads(call("claims", "--json", "--reports", str(elsewhere)).stdout)["claims"]
    assert [one["outcome"] for one in listed if one["id"] == "sound"] == ["stands"]
    missing = call("claims", "--reports", "nowhere")
    assert missing.exit_code == 2
    assert missing.stderr == "qdml: --reports nowhere: no such folder; run the pipeline first\n"


@pytest.mark.parametrize("kind", ["verdicts", "timings"])
def test_a_file_that_cannot_be_trusted_is_one_clear_line(
    kind: str, call: Call, reports: Path
) -> None:
    path = reports / kind / "sound.json"
    path.write_text(path.read_text().replace("sound", "found"))
    result = call("claims", "--json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"qdml: reports/{kind}/sound.json: content was changed")
    assert result.stderr.count("\n") == 1
    write_json(path, {"id": "sound"})
    result = call("claims", "--json")
    assert result.exit_code == 2
    assert "run the pipeline again" in result.stderr
