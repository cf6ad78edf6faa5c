"""`qdml run gradient` and `qdml cost gradient`: what they print, and what they refuse."""

from __future__ import annotations

import json
from math import copysign

import pytest

from qdml.model.gradient_task import METHODS
from tests.cli.conftest import Call

POINT = ("--qubits", "2", "--layers", "1", "--parameters", "2", "--accuracy", "0.5")


def test_a_run_finds_the_gradient_and_pays_the_price(call: Call) -> None:
    price = json.loads(call("cost", "gradient", *POINT, "--json").stdout)["methods"]
    assert set(price) == set(METHODS)
    for method in ("parameter-shift", "direct", "commuting-block", "tomography"):
        ran = call("run", "gradient", "--method", method, *POINT, "--json")
        said = json.loads(ran.stdout)
        assert len(said["gradient"]) == len(said["exact"]) == 4
        errors = [abs(a - b) for a, b in zip(said["gradient"], said["exact"], strict=True)]
        assert said["max_error"] == pytest.approx(max(errors))
        assert said["transcript"]["qubits"] == price[method]["qubits"]
        assert set(said["leakage"]) == {"alice", "bob"}
        for limits in said["leakage"].values():
            assert 0 < limits["honest"] <= limits["malicious"] <= 2 * said["transcript"]["qubits"]


def test_more_parties_pay_for_more_changes_of_hands(call: Call) -> None:
    asked = (*POINT, "--parties", "4")
    price = json.loads(call("cost", "gradient", *asked, "--json").stdout)["methods"]
    for method in ("parameter-shift", "direct", "commuting-block"):
        ran = json.loads(call("run", "gradient", "--method", method, *asked, "--json").stdout)
        assert len(ran["gradient"]) == 8
        assert ran["transcript"]["qubits"] == price[method]["qubits"]


def test_backpropagation_runs_and_is_priced_beside(call: Call) -> None:
    asked = ("--qubits", "5", "--layers", "2", "--parameters", "7", "--accuracy", "0.01")
    priced = json.loads(call("cost", "gradient", *asked, "--json").stdout)
    for method in ("classical-vectors", "classical-stochastic"):
        ran = call("run", "gradient", "--method", method, *asked, "--json")
        said = json.loads(ran.stdout)
        assert said["max_error"] <= 0.01
        bill = {name: said["transcript"][name] for name in ("messages", "bits")}
        assert bill == priced["classical"][method] == said["classical"][method]
    assert set(priced["advantage"]) == set(METHODS)
    assert priced["advantage"]["clifford-shadows"] is None
    lines = call("cost", "gradient", *asked).stdout
    assert f"classical-stochastic: {bill['bits']} bits" in lines
    assert "clifford-shadows: " in lines
    assert "less than classical bits at no n in reach" in lines


def test_shadow_tomography_is_run_where_it_can_be(call: Call) -> None:
    point = ("--qubits=1", "--layers=1", "--parameters=1", "--accuracy=1.5")
    price = json.loads(call("cost", "gradient", *point, "--weight=1", "--json").stdout)
    asked = "run", "gradient", "--method", "shadow-tomography"
    said = json.loads(call(*asked, *point, "--json").stdout)
    assert said["max_error"] <= 1.5
    paid = price["methods"]["shadow-tomography"]
    assert (said["transcript"]["qubits"], said["transcript"]["copies"]) == tuple(
        paid[name] for name in ("qubits", "copies")
    )
    refused = call(*asked, *POINT)
    assert refused.exit_code == 2
    assert "copies of |g_b> together" in refused.stderr


def test_people_get_lines(call: Call) -> None:
    ran = call("run", "gradient", "--method", "direct", *POINT).stdout
    assert ran.startswith("entries 4, ")
    assert "leak    bob learns at most, in bits, " in ran
    said = call("cost", "gradient", *POINT).stdout
    assert "commuting-block: " in said
    assert "shadow tomography with C = 1 beats parameter-shift" in said
    assert "shadow tomography with the constants that are proved beats direct" in said


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("run", "gradient", "--method", "directly", *POINT), "nearest: 'direct'"),
        (
            ("run", "gradient", "--method", "classical-vector", *POINT),
            "classical-vectors, classical-stochastic (nearest: 'classical-vectors')",
        ),
        (("run", "gradient", "--method", "direct", *POINT[:-1], "0"), "accuracy 0"),
        (("cost", "gradient", *POINT, "--weight", "9"), "weight 9: expected 1 to n+1 = 3"),
        (
            ("run", "gradient", "--method", "pauli-shadows", *POINT[:-1], "1e-8"),
            "accuracy 1e-08: more than the 1000000 copies of which outcomes are drawn",
        ),
        (
            ("run", "gradient", "--method=direct", "--qubits=1", "--layers=999", "--parameters=5"),
            "direct on 999 layers with 5 parameters: up to 29940030 messages",
        ),
        (("cost", "gradient", *POINT[:4], "--parameters", "0"), "0: allowed are whole numbers"),
        (("cost", "gradient", *POINT[:-1], "0"), "accuracy 0.0: expected a number in (0, 2)"),
        (
            ("cost", "gradient", *POINT, "--failure-probability", "0"),
            "failure probability 0.0: expected a number in (0, 1)",
        ),
        (
            ("run", "gradient", "--method", "direct", *POINT, "--failure-probability", "0"),
            "failure probability 0.0: expected a number in (0, 1)",
        ),
        (
            ("run", "gradient", "--method", "commuting-block", *POINT[:-1], "1e-17"),
            "accuracy 1e-17: more than the 9007199254740992 copies of which outcomes are drawn",
        ),
        (
            ("run", "gradient", "--method", "classical-vectors", *POINT[:-1], "1e-17"),
            "accuracy 1e-17: below what double precision holds; expected",
        ),
        (("run", "gradient", "--method", "direct", *POINT, "--parties", "1"), "1: allowed are"),
    ],
)
def test_bad_numbers_are_one_line(arguments: tuple[str, ...], message: str, call: Call) -> None:
    result = call(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr


def test_one_qubit_has_a_price_for_strings_as_heavy_as_it_allows(call: Call) -> None:
    asked = ("cost", "gradient", "--qubits", "1", "--layers", "1", "--parameters", "1", "--json")
    result = call(*asked)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == call(*asked, "--weight", "2").stdout


def test_a_derivative_of_zero_has_no_sign(call: Call) -> None:
    asked = ("--qubits", "3", "--layers", "1", "--parameters", "2", "--accuracy", "0.3")
    rest = ("--failure-probability", "0.1", "--seed", "1", "--json")
    said = json.loads(call("run", "gradient", "--method=commuting-block", *asked, *rest).stdout)
    zeros = [value for value in said["gradient"] if value == 0]
    assert zeros
    assert all(copysign(1, value) == 1 for value in zeros)


@pytest.mark.parametrize("promise", [("--accuracy", "1e-90"), ("--failure-probability", "1e-320")])
def test_promises_near_the_smallest_numbers_have_a_price(
    promise: tuple[str, str], call: Call
) -> None:
    said = json.loads(call("cost", "gradient", *POINT[:6], *promise, "--json").stdout)
    assert said["methods"]["direct"]["qubits"] > 0
    assert len(said["crossovers"]) == 8
