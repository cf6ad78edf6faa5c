"""`qdml check`: verdict, statuses, one JSON object, settings of the user's own."""

from __future__ import annotations

import json
import re

import pytest

from qdml.config import SCALES
from tests.cli.conftest import Call
from tests.cli.test_claims import KEYS
from tests.toys import OUTCOMES

STATUSES = {"stands": 0, "imported": 0, "refuted": 1, "undecided": 1, "failed": 3}


@pytest.mark.parametrize(("name", "outcome"), OUTCOMES.items())
def test_the_exit_status_is_the_outcome(name: str, outcome: str, call: Call) -> None:
    result = call("check", name)
    assert result.exit_code == STATUSES[outcome]
    assert result.stdout.startswith(f"{name}: {outcome}")
    assert result.stderr == ""


def test_the_steps_and_mutants_are_printed(call: Call) -> None:
    said = call("check", "sound").stdout
    assert re.search(r"step +supports +\[X\] total: the sum of the first numbers", said)
    assert re.search(r"mutant +refuted +one more: total: .* found 1, stated 2", said)
    assert "quick grid, seed 20231011" in said
    assert "ALIVE" in call("check", "doubtful").stdout
    assert "ZeroDivisionError: nothing to divide by" in call("check", "broken").stdout


def test_json_is_an_entry_of_the_list_with_steps_and_settings(call: Call) -> None:
    result = call("check", "sound", "--json", "--seed", "7", "--set", "L=5", "--scale", "full")
    assert (result.exit_code, result.stderr) == (0, "")
    found = json.loads(result.stdout)
    more = {"schema_version", "schema", "reason", "steps", "settings", "scale", "seed"}
    assert set(found) == KEYS | more
    assert found["mutants"] == [
        {"name": "one more", "refuted": True},
        {"name": "one less", "refuted": True},
    ]
    assert (found["scale"], found["seed"], found["settings"]) == ("full", 7, {"L": "5"})
    (step,) = found["steps"]
    assert (step["finding"], step["compared"], step["failure"]) == ("supports", 1, None)


def test_json_of_a_broken_check_has_its_traceback(call: Call) -> None:
    result = call("check", "broken", "--json")
    assert result.exit_code == 3
    (step,) = json.loads(result.stdout)["steps"]
    assert step["finding"] is None
    assert "ZeroDivisionError" in step["failure"]


def test_a_constant_of_the_users_own_is_put_to_the_check(call: Call) -> None:
    assert call("check", "sound", "--set", "offset=2").exit_code == 1
    assert call("check", "false", "--set", "offset=0").exit_code == 1  # a mutant is true now
    assert call("check", "sound", "--set", "layers=4").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["soun"], r"claim 'soun': no such claim.*; `qdml claims` lists them"),
        (["sound", "--set", "eps"], r"--set 'eps': expected NAME=VALUE, such as eps=0\.05"),
        (["sound", "--set", "eps="], r"--set 'eps=': expected NAME=VALUE"),
        (["sound", "--set", "n=1", "--set", "n=2"], r"--set 'n=2': n is set twice"),
        (["sound", "--set", "epz=1"], r"--set epz=1: no such constant \(nearest: 'eps'\)"),
        (["sound", "--set", "eps=3"], r"--set accuracy: '3': Input should be less than 2"),
        (["sound", "--set", "offset=x"], r"--set offset=x: expected int, as in offset=0"),
        (["sound", "--scale", "quik"], r"config scale: 'quik': allowed are .*\(nearest: 'quick'\)"),
        (["sound", "--seed", "-1"], r"config seed: -1: .* greater than or equal to 0"),
        (["sound", "--seed", str(2**63)], r"config seed: 9223372036854775808: .* less than"),
    ],
)
def test_bad_input_is_one_clear_line(arguments: list[str], says: str, call: Call) -> None:
    result = call("check", *arguments, "--json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert re.match(f"qdml: {says}", result.stderr)
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "Missing argument 'ID'"),
        (["sound", "--seed", "x"], "Invalid value for '--seed'"),
        (["sound", "--sede", "1"], "No such option"),
        (["sound", "false"], "unexpected extra argument"),
    ],
)
def test_bad_usage_names_what_is_wrong(arguments: list[str], says: str, call: Call) -> None:
    result = call("check", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert says in result.stderr
    assert "Traceback" not in result.stderr


def test_the_help_names_every_scale(call: Call) -> None:
    assert ", ".join(SCALES) in " ".join(call("check", "--help").stdout.split())
