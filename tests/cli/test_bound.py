"""`qdml bound` and `qdml verify`: what they print, write, refuse, and how they end."""

from __future__ import annotations

import json
import re
from math import log2
from pathlib import Path

import pytest

from qdml.bounds.families import FAMILIES
from tests.cli.conftest import Call

SMALL = {
    "disjointness": ("--n", "2"),
    "gap-hamming": ("--n", "3", "--gap", "1"),
    "inner-product": ("--n", "2"),
    "majority": ("--n", "3"),
}


@pytest.mark.parametrize("family", SMALL)
def test_a_family_is_bounded_certified_and_verified(family, call: Call, tmp_path: Path) -> None:
    result = call(
        "bound", "--family", family, *SMALL[family], "--alpha", "3", "--json",
        "--out", "low.json", "--primal-out", "high.json",
    )  # fmt: skip
    assert (result.exit_code, result.stderr) == (0, "")
    said = json.loads(result.stdout)
    assert {
        "bound", "exact", "certified", "route", "quantum_qubits", "classical_bits", "primal",
    } <= set(said)  # fmt: skip
    assert said["certified"] is True
    assert said["bound"] <= said["primal"] <= said["bound"] * (1 + 1e-5)
    assert said["quantum_qubits"] == pytest.approx(log2(said["bound"]) - log2(3), abs=1e-12)
    assert said["classical_bits"] == pytest.approx(2 * said["quantum_qubits"], abs=1e-12)
    low = json.loads(call("verify", "low.json", "--json").stdout)
    assert (low["valid"], low["exact"]) == (True, said["exact"])
    assert low["bound"] == pytest.approx(said["bound"], abs=1e-15)
    high = json.loads(call("verify", "high.json", "--json").stdout)
    assert (high["valid"], high["bound"]) == (True, pytest.approx(said["primal"]))


def test_a_matrix_of_the_user(call: Call, tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text("1,1,1\n1,-1,\n1,,-1\n")
    said = json.loads(call("bound", "m.csv", "--alpha", "5/2", "--json", "--out", "c.json").stdout)
    assert said["alpha"] == "5/2"
    record = json.loads((tmp_path / "c.json").read_text())
    assert record["matrix"] == [[1, 1, 1], [1, -1, None], [1, None, -1]]
    valid = call("verify", "c.json")
    assert valid.exit_code == 0
    assert re.match(r"valid: gamma_2\^5/2 of the 3 x 3 matrix, from below: 1\.\d+", valid.stdout)


def test_people_get_numbers_theorem_and_side(call: Call) -> None:
    said = call("bound", "--family", "inner-product", "--n", "4").stdout
    assert "gamma_2^3 >= 4.000000000, certified (dense route); at most 4.0" in said
    assert "quantum at error 0.333333, any prior entanglement: at least 0.415037499 qubits" in said
    assert "classical at error 0.333333, public coins: at least 0.830074998 bits" in said
    assert "Linial and Shraibman 2009" in said
    assert "rounded down" in said


def test_a_bound_below_alpha_is_called_none(call: Call) -> None:
    said = call("bound", "--family", "disjointness", "--n", "1").stdout
    assert said.count("no bound (-") == 2


def test_a_rejected_certificate_ends_with_1(call: Call, tmp_path: Path) -> None:
    call("bound", "--family", "majority", "--n", "3", "--out", "c.json")
    record = json.loads((tmp_path / "c.json").read_text())
    (tmp_path / "c.json").write_text(json.dumps(record | {"bound": "100"}))
    result = call("verify", "c.json", "--json")
    assert result.exit_code == 1
    said = json.loads(result.stdout)
    assert (said["valid"], said["bound"]) == (False, None)
    assert "more is claimed" in said["reason"]
    assert call("verify", "c.json").stdout.startswith("rejected: bound: more is claimed")
    (tmp_path / "c.json").write_text(json.dumps(record)[:-30])
    assert call("verify", "c.json").exit_code == 1


def test_no_file_ends_with_2(call: Call) -> None:
    result = call("verify", "none.json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "none.json: No such file or directory" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "name either a CSV file or a --family"),
        (["m.csv", "--family", "majority"], "name either a CSV file or a --family"),
        (["none.csv"], "none.csv: No such file"),
        (["m.csv", "--n", "3"], "--n: an option of families"),
        (["--family", "majorty", "--n", "3"], r"no such family \(nearest: 'majority'\)"),
        (["--family", "majority"], "--n is missing"),
        (["--family", "majority", "--n", "3", "--gap", "1"], "--gap is not its option"),
        (["--family", "majority", "--n", "4"], "n: 4: a majority needs an odd number"),
        (["--family", "majority", "--n", "0"], "n: 0: allowed are integers 1"),
        (["--family", "majority", "--n", "-3"], "n: -3: allowed are integers 1"),
        (["--family", "inner-product", "--n", "99999999"], "n: 99999999: allowed"),
        (["--family", "gap-hamming", "--n", "4"], "--gap is missing"),
        (["--family", "gap-hamming", "--n", "4", "--gap", "9"], "gap: 9: allowed"),
        (["--family", "majority", "--n", "3", "--alpha", "1"], "--alpha 1: expected a number"),
        (["--family", "majority", "--n", "3", "--alpha", "-2"], "--alpha -2: expected"),
        (["--family", "majority", "--n", "3", "--alpha", "nan"], "--alpha 'nan': expected a"),
        (["--family", "majority", "--n", "3", "--alpha", "inf"], "--alpha 'inf': expected a"),
        (["--family", "majority", "--n", "3", "--alpha", "1/0"], "--alpha '1/0': expected"),
        (["--family", "majority", "--n", "3", "--alpha", "9" * 50], "expected a number such as"),
        (["--family", "majority", "--n", "3", "--alpha", "1e999999999"], "expected a number such"),
    ],
)  # fmt: skip
def test_bad_input_is_one_line(arguments, says: str, call: Call, tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text("1,1\n1,-1\n")
    result = call("bound", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert re.search(says, result.stderr)
    assert result.stderr.count("\n") == 1


def test_every_family_can_be_found() -> None:
    from importlib import import_module

    for name, family in FAMILIES.items():
        module, function = family.function.split(":")
        assert callable(getattr(import_module(module), function)), name


def test_rank_and_discrepancy_stand_beside(call: Call) -> None:
    said = json.loads(
        call("bound", "--family", "inner-product", "--n", "2", "--beside", "--json").stdout
    )
    assert said["beside"]["rank"] == said["beside"]["rank_mod_p"] == 4
    assert said["beside"]["discrepancy_at_least"] < said["beside"]["discrepancy_at_most"] == 0.5
    lines = call("bound", "--family", "inner-product", "--n", "2", "--beside").stdout
    assert "rank 4: log2 rank bits without error" in lines
    assert "discrepancy 0.07" in lines
