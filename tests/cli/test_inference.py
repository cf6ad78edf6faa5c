"""`qdml run inference` and `qdml cost inference`: as the library says, and as each other says."""

from __future__ import annotations

import json
import re

import pytest

from qdml.bounds import costs
from qdml.model import vector_plans
from qdml.protocols import amplitude_estimation, drawn, iterative_estimation
from qdml.protocols.inference import estimate_random
from tests.cli.conftest import Call

POINT = ("--qubits", "3", "--layers", "2", "--accuracy", "0.5", "--failure-probability", "0.1")


def changed(name: str, value: str) -> list[str]:
    arguments = list(POINT)
    arguments[arguments.index(name) + 1] = value
    return arguments


def test_a_run_prints_what_the_protocol_found(call: Call) -> None:
    result = call("run", "inference", *POINT, "--seed", "1", "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    said = json.loads(result.stdout)
    found = estimate_random(3, 2, 0.5, 0.1, 1)
    assert set(said) == {
        "schema_version", "schema", "method", "value", "interval", "exact", "transcript", "engine",
        "seed", "leakage", "prices",
    }  # fmt: skip
    assert (said["value"], said["exact"], said["seed"]) == (found.value, found.exact, 1)
    assert said["interval"] == list(found.interval)
    assert said["leakage"]["bob"]["honest"] < said["leakage"]["bob"]["malicious"]
    assert said["interval"][0] <= said["exact"] <= said["interval"][1]


def test_the_bill_of_a_run_is_the_price_by_formula(call: Call) -> None:
    bill = json.loads(call("run", "inference", *POINT, "--json").stdout)["transcript"]
    price = json.loads(call("cost", "inference", *POINT, "--json").stdout)["methods"]["sampling"]
    assert set(bill) == {"messages", "qubits", "bits", "rounds", "copies"}
    assert {name: bill[name] for name in price} == price


def test_structured_inputs_and_engines_are_asked_for_by_name(call: Call) -> None:
    asked = ("--qubits", "60", "--layers", "1", "--input", "structured", "--json")
    said = json.loads(call("run", "inference", *asked).stdout)
    assert said["engine"].startswith("matrix-product state, 60 qubits")
    assert said["transcript"]["qubits"] == 60 * said["transcript"]["copies"]
    for name in ("state-vector", "accelerator"):
        chosen = call("run", "inference", *POINT, "--engine", name, "--json")
        assert json.loads(chosen.stdout)["engine"].startswith(f"{name.replace('-', ' ')}, 3 qubits")


def test_a_contraction_says_what_it_takes_beside_the_engine(call: Call) -> None:
    asked = ("--qubits", "100", "--layers", "1", "--input", "product")
    said = json.loads(call("run", "inference", *asked, "--json").stdout)["engine"]
    plan = r"tensor network: \d+ tensors, width \d+, [\d.e+]+ flops, [\d.]+ \w+ at the peak"
    assert re.search(rf"^matrix-product state, 100 qubits, .*; exact loss by a {plan}$", said)
    assert f"engine  {said}, seed 0\n" in call("run", "inference", *asked).stdout


@pytest.mark.parametrize("method", [amplitude_estimation, iterative_estimation])
def test_a_run_by_another_method(method, call: Call) -> None:
    name = {amplitude_estimation: "", iterative_estimation: "iterative-"}[method]
    name += "amplitude-estimation"
    result = call("run", "inference", *POINT, "--method", name, "--seed", "3", "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    said = json.loads(result.stdout)
    found = method.estimate(*drawn.model(3, 2, 3), 0.5, 0.1, 3)
    assert (said["method"], said["value"], said["exact"]) == (name, found.value, found.exact)
    assert said["transcript"]["qubits"] == found.transcript.qubits
    # A phase register stays behind, so that the messages are not all that its holder has.
    honest = said["leakage"]["bob"]["honest"]
    assert (honest is None) == (method is amplitude_estimation)


def test_the_bill_of_amplitude_estimation_is_its_price(call: Call) -> None:
    asked = (*POINT, "--method", "amplitude-estimation")
    bill = json.loads(call("run", "inference", *asked, "--json").stdout)["transcript"]
    priced = json.loads(call("cost", "inference", *POINT, "--json").stdout)["methods"]
    price = priced["amplitude-estimation"]
    assert {name: bill[name] for name in price} == price


@pytest.mark.parametrize("method", vector_plans.METHODS)
def test_classical_methods_run_and_pay_their_price(method: str, call: Call) -> None:
    asked = ("--qubits", "12", "--layers", "1", "--accuracy", "0.6", "--parties", "2")
    ran = call("run", "inference", *asked, "--method", method, "--json")
    assert (ran.exit_code, ran.stderr) == (0, "")
    said = json.loads(ran.stdout)
    promise = ("--failure-probability", "0.05")
    priced = json.loads(call("cost", "inference", *asked, *promise, "--json").stdout)["methods"]
    assert {name: said["transcript"][name] for name in priced[method]} == priced[method]
    assert said["transcript"]["qubits"] == 0
    assert abs(said["value"] - said["exact"]) <= 0.6
    # The other line: what the quantum ways take, and the other classical ones.
    assert said["prices"][method]["bits"] == said["transcript"]["bits"]
    assert said["prices"]["sampling"]["qubits"] == priced["sampling"]["qubits"]


def test_prices_tell_from_which_size_on_qubits_are_fewer(call: Call) -> None:
    said = json.loads(call("cost", "inference", *POINT, "--json").stdout)["crossovers"]
    star = said.pop()
    assert star["accuracy"] == costs.estimation_crossover(0.1)
    assert [one["method"] for one in said] == ["sampling", "amplitude-estimation"]
    for one in said:
        assert one["qubits"] == costs.advantage_from(one["method"], 2, 0.5, 0.1)
    lines = call("cost", "inference", *POINT).stdout
    assert f"any classical way bits from n = {said[0]['qubits']} on" in lines
    assert f"fewer qubits than sampling below accuracy {star['accuracy']:g}" in lines


def test_an_accuracy_below_the_outcomes_that_are_drawn_says_what_is_reached(call: Call) -> None:
    for accuracy in ("1e-12", "1e-300"):
        result = call("run", "inference", *changed("--accuracy", accuracy))
        assert (result.exit_code, result.stdout) == (2, "")
        found = re.search(r"accuracy 1e-\d+: .* expected ([\d.e-]+) or more", result.stderr)
        assert found
        assert call("run", "inference", *changed("--accuracy", found[1])).exit_code == 0


def test_reflections_need_a_vector(call: Call) -> None:
    asked = ("--qubits", "4", "--layers", "1", "--input", "structured", "--accuracy", "0.5")
    refused = call("run", "inference", *asked, "--method", "amplitude-estimation")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "needs the input as a vector; add --engine state-vector" in refused.stderr
    written = (*asked, "--method", "amplitude-estimation", "--engine", "state-vector")
    assert call("run", "inference", *written).exit_code == 0


def test_an_unknown_method_names_the_nearest(call: Call) -> None:
    result = call("run", "inference", *POINT, "--method", "amplitude-estimaton")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "nearest: 'amplitude-estimation'" in result.stderr


@pytest.mark.parametrize("method", ["amplitude-estimation", "iterative-amplitude-estimation"])
def test_an_accuracy_out_of_reach_says_what_is_reached(method: str, call: Call) -> None:
    arguments = [*changed("--accuracy", "1e-300"), "--method", method]
    result = call("run", "inference", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert re.search(r"accuracy 1e-300: too .* expected [\d.e-]+ or more", result.stderr)
    assert len(result.stderr) < 300


def test_the_price_of_every_method(call: Call) -> None:
    result = call("cost", "inference", *POINT, "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    methods = json.loads(result.stdout)["methods"]
    assert set(methods) == set(costs.inference(3, 2, 0.5, 0.1))
    assert all(set(bill) == {"messages", "qubits", "bits", "copies"} for bill in methods.values())


def test_a_run_repeats_with_its_seed_and_not_with_another(call: Call) -> None:
    said = [call("run", "inference", *POINT, "--seed", seed, "--json").stdout for seed in "112"]
    assert said[0] == said[1]
    assert said[0] != said[2]


def test_people_get_lines(call: Call) -> None:
    ran = call("run", "inference", *POINT)
    assert re.match(r"loss +[+-]0\.\d+ in \[.*\], exactly", ran.stdout)
    assert "copies" in ran.stdout
    priced = call("cost", "inference", *POINT).stdout.splitlines()
    assert priced[0].startswith("sampling: ")


@pytest.mark.parametrize("command", ["run", "cost"])
@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("--accuracy", "0", r"accuracy 0\.0: .*\(0, 2\)"),
        ("--accuracy", "2", r"accuracy 2\.0: .*\(0, 2\)"),
        ("--accuracy", "-0.1", r"accuracy -0\.1: .*\(0, 2\)"),
        ("--accuracy", "nan", r"accuracy nan: .*\(0, 2\)"),
        ("--accuracy", "inf", r"accuracy inf: .*\(0, 2\)"),
        ("--accuracy", "small", r"'--accuracy'"),
        ("--failure-probability", "0", r"failure probability 0\.0: .*\(0, 1\)"),
        ("--failure-probability", "1", r"failure probability 1\.0: .*\(0, 1\)"),
        ("--failure-probability", "nan", r"failure probability nan: .*\(0, 1\)"),
        ("--qubits", "0", r"0: .*1 to|qubits = 0: .* 1 to"),
        ("--qubits", "5000", r"5000: .*1 to|qubits = 5000: .* 1 to"),
        ("--qubits", "1.5", r"'--qubits'"),
        ("--layers", "0", r"0: .*1 to|layers = 0: at least one"),
        ("--layers", "-3", r"-3: .*1 to|layers = -3: at least one"),
    ],
)
def test_bad_numbers_are_one_clear_line(
    command: str, name: str, value: str, says: str, call: Call
) -> None:
    result = call(command, "inference", *changed(name, value), "--json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert re.search(says, result.stderr)
    said = [line for line in result.stderr.splitlines() if not line.startswith(("Usage:", "Try"))]
    assert len([line for line in said if line]) == 1


@pytest.mark.parametrize("seed", ["-1", str(2**63)])
def test_a_seed_out_of_range_is_refused(seed: str, call: Call) -> None:
    result = call("run", "inference", *POINT, "--seed", seed)
    assert result.exit_code == 2
    assert f"'--seed': {seed}: allowed are whole numbers from 0 to" in result.stderr


def test_what_is_missing_is_named(call: Call) -> None:
    result = call("cost", "inference", *POINT[2:])
    assert result.exit_code == 2
    assert "Missing option '--qubits'" in result.stderr


@pytest.mark.parametrize("parties", ["2", "3", "6"])
def test_a_pipeline_of_parties_pays_its_price(parties: str, call: Call) -> None:
    asked = (*POINT, "--parties", parties)
    priced = json.loads(call("cost", "inference", *asked, "--json").stdout)["methods"]
    for method in ("sampling", "amplitude-estimation"):
        ran = json.loads(call("run", "inference", *asked, "--method", method, "--json").stdout)
        assert {name: ran["transcript"][name] for name in priced[method]} == priced[method]
    assert len(ran["leakage"]) == int(parties)


@pytest.mark.parametrize("command", ["run", "cost"])
def test_parties_out_of_range_are_refused(command: str, call: Call) -> None:
    result = call(command, "inference", *POINT, "--parties", "7")
    assert result.exit_code == 2
    assert "'--parties': 7: allowed are whole numbers from 2 to 6" in result.stderr
