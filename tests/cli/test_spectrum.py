"""`qdml spectrum`: what the library says, and one line for what is no list of weights."""

from __future__ import annotations

import json
import re

import pytest

from tests.cli.conftest import Call


def test_three_ternary_weights(call: Call) -> None:
    result = call("spectrum", "--weights", "1,3,9", "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    said = json.loads(result.stdout)
    assert (said.pop("schema_version"), said.pop("schema")) == (1, "qdml/spectrum/1")
    assert said == {"frequencies": list(range(-13, 14)), "size": 27, "reachable_dimension": 7}


@pytest.mark.parametrize(
    ("weights", "frequencies", "dimension"),
    [
        ("1", [-1, 0, 1], 3),
        ("0", [0], 1),
        ("0,0.5", [-0.5, 0, 0.5], 3),
        ("-1, 1", [-2, -1, 0, 1, 2], 5),
        ("0.5,0.25", [-0.75, -0.5, -0.25, 0, 0.25, 0.5, 0.75], 5),
        ("1.0,+2", [-3, -2, -1, 0, 1, 2, 3], 5),
    ],
)
def test_other_weights(weights: str, frequencies: list[float], dimension: int, call: Call) -> None:
    said = json.loads(call("spectrum", f"--weights={weights}", "--json").stdout)
    assert said["frequencies"] == frequencies
    assert said["size"] == len(frequencies)
    assert said["reachable_dimension"] == dimension


def test_people_get_three_lines(call: Call) -> None:
    said = call("spectrum", "--weights", "1,3,9").stdout.splitlines()
    assert [line.split("  ")[0] for line in said] == ["frequencies", "size", "reachable dimension"]
    assert said[0].endswith(" ... " + " ".join(map(str, range(-6, 14))))


@pytest.mark.parametrize(
    ("weights", "says"),
    [
        ("", "no weights: expected at least one"),
        ("  ", "no weights: expected at least one"),
        ("1,,3", r"--weights: '': expected a number"),
        ("1;3", r"--weights: '1;3': expected a number"),
        ("1,three", r"--weights: 'three': expected a number"),
        ("nan", r"--weights: 'nan'"),
        ("inf", r"--weights: 'inf'"),
        ("1e9", r"--weights: '1e9'"),
        ("1/3", r"--weights: '1/3'"),
        ("\u0663", r"--weights: '\u0663'"),
        ("999999999999.999999,0.000001", r"sizes add up to 1e\+12: expected less than 1e\+09"),
        ("1" * 13, r"--weights: '1{13}'"),
        (",".join(str(3**layer) for layer in range(20)), r"20 weights: the first 14 already take"),
        (",".join(["1"] * 2000), r"2000 weights: the first 1001 already take"),
    ],
)
def test_bad_weights_are_one_clear_line(weights: str, says: str, call: Call) -> None:
    result = call("spectrum", f"--weights={weights}", "--json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert re.search(says, result.stderr)
    assert result.stderr.count("\n") == 1


def test_weights_are_asked_for(call: Call) -> None:
    result = call("spectrum")
    assert result.exit_code == 2
    assert "Missing option '--weights'" in result.stderr
