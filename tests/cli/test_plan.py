"""`qdml plan`: what a run will take."""

from __future__ import annotations

import json

import pytest

from qdml.config import Grids
from tests.cli.conftest import Call


def test_the_plan_for_people_and_for_machines_agree(call: Call) -> None:
    answer = json.loads(call("plan", "--scale", "quick", "--nodes", "3", "--json").stdout)
    assert [row["section"] for row in answer["sections"]] == list(Grids.model_fields)
    assert answer["jobs"] == sum(row["jobs"] for row in answer["sections"]) == 5 + 2
    assert (answer["scale"], answer["nodes"]) == ("quick", 3)
    assert 0 < answer["hours"] <= answer["core_hours"] <= answer["hours"] * answer["cores"]
    lines = call("plan", "--scale", "quick", "--nodes", "3").stdout.splitlines()
    assert [line.split()[:2] for line in lines[1:9]] == [
        [row["section"], str(row["jobs"])] for row in answer["sections"]
    ]
    assert lines[9].split()[:4] == ["in", "all", "7", f"{answer['core_hours']:.3f}"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--scale", "ful"), "qdml: config scale: 'ful': allowed are quick, default, full (near"),
        (
            ("--nodes", "0"),
            "qdml: Invalid value for '--nodes': 0: allowed are whole numbers from 1",
        ),
    ],
)
def test_a_wrong_option_is_one_line(call: Call, arguments: tuple[str, ...], words: str) -> None:
    result = call("plan", *arguments)
    assert result.exit_code == 2
    assert result.stderr.startswith(words)
    assert result.stderr.count("\n") == 1
