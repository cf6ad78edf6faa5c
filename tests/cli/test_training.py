"""`qdml run training`: the curves are those of the library, and bad asks are answered."""

from __future__ import annotations

import json
import re

import pytest

from tests.cli.conftest import Call

ASKED = ("run", "training", "--data", "synthetic", "--parameters", "7", "--steps", "6")


def test_the_curves_are_printed_for_machines(call: Call) -> None:
    result = call(*ASKED, "--seed", "3", "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    said = json.loads(result.stdout)
    points = len(said["loss"])
    assert points == 7
    for name in ("accuracy", "qubits", "bits"):
        assert len(said[name]) == points
    assert said["qubits"][-1] == said["transcript"]["qubits"] == sum(said["copies"]) * 16 * 10
    assert all(loss >= said["least_loss"] for loss in said["loss"])
    ways = {(line["way"], line["precision"]) for line in said["classical"]}
    assert ways == {(w, b) for w in ("features", "activations") for b in (4, 8, 16, 32)}
    for line in said["classical"]:
        assert line["loss"][0] == pytest.approx(said["loss"][0])
        assert line["qubits"][-1] == 0 < line["bits"][-1]
    assert said == json.loads(call(*ASKED, "--seed", "3", "--json").stdout)
    assert set(said["leakage"]) == {"alice", "bob"}


def test_people_get_a_table_and_the_bill(call: Call) -> None:
    result = call(*ASKED, "--method", "parameter-shift", "--family", "paired", "--parameters", "3")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "least training loss of any circuit: 0." in result.stdout
    assert "features, 4 bits: " in result.stdout
    assert "cost    " in result.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--data", "digit"), "data 'digit': allowed are digits, .*nearest: 'digits'"),
        (("--method", "direct"), "method 'direct': allowed are commuting-block, parameter-shift"),
        (("--family", "lines"), "family 'lines': allowed are .*nearest: 'line'"),
        (("--optimiser", "adm"), "optimiser 'adm': allowed are .*nearest: 'adam'"),
        (("--rate", "0"), "rate 0.0: expected a positive number"),
        (("--rate", "1e308"), "rate 1e.308: expected a positive number up to 1000"),
        (("--rate", "nan"), "rate nan: expected a positive number"),
        (("--steps", "0"), "0: allowed are whole numbers from 1"),
        (("--parameters", "8"), "8 rotations in a diagonal block: expected 1 to 7 on 3 qubits"),
        (("--family", "paired", "--parameters", "4"), "in a block of pairs: expected 1 to 3"),
        (
            ("--method", "parameter-shift", "--steps", "9999"),
            "279972 walks, expected up to 100000; take fewer steps or angles",
        ),
    ],
)
def test_what_cannot_be_trained_is_one_line(
    call: Call, arguments: tuple[str, ...], message: str
) -> None:
    result = call(*ASKED, *arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert re.search(message, " ".join(result.stderr.split()))
