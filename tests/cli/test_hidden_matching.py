"""`qdml bound --family hidden-matching`: for machines, for people, and what it writes."""

from __future__ import annotations

import json

import pytest

from qdml.bounds.hidden_matching import family
from tests.cli.conftest import Call


def bound(call: Call, *options: str):
    return call("bound", "--family", "hidden-matching", *options)


def test_the_contract_for_machines(call: Call) -> None:
    result = bound(call, "--qubits", "20", "--success", "0.75", "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    said, found = json.loads(result.stdout), family(20, "0.75")
    assert said["certified"] is True
    assert (said["classical_bits"], said["quantum_qubits"]) == (found.classical_bits, 20)
    many = json.loads(bound(call, "--qubits", "20", "--success", "9/10", "--json").stdout)
    assert many["quantum_qubits"] == 60


def test_what_it_writes_is_verified(call: Call) -> None:
    written = bound(call, "--qubits", "40", "--success", "3/4", "--out", "cert.json")
    assert written.exit_code == 0
    verified = call("verify", "cert.json", "--json")
    assert verified.exit_code == 0
    said = json.loads(verified.stdout)
    assert said["valid"] is True
    assert f"at least {int(said['bound'])} bits" in written.stdout


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--qubits", "20"), "--success is missing"),
        (("--qubits", "1", "--success", "0.75"), "1 qubits: hidden matching takes 2 to 256"),
        (("--qubits", "20", "--success", "1/2"), "success 0.5: expected a number between"),
        (("--qubits", "20", "--success", "2"), "success 2: expected a number between"),
        (("--qubits", "20", "--success", "0.75", "--n", "3"), "--n is not its option"),
    ],
)
def test_bad_input_is_one_line(call: Call, options: tuple[str, ...], message: str) -> None:
    result = bound(call, *options)
    assert result.exit_code == 2
    said = str(result.exception) if not result.stderr else result.stderr
    assert message in said
    assert said.strip().count("\n") == 0
