"""`qdml leak`: the contract of its JSON, its text, and how it answers bad usage."""

from __future__ import annotations

import json

import numpy as np
import pytest

from qdml.bounds.certificates import check_file
from qdml.privacy.estimation import fidelity


@pytest.fixture
def archive(call, tmp_path):
    np.savez(tmp_path / "a.npz", vectors=np.array([[1, 0], [1, 1], [0, 1]]))
    return "a.npz"


def test_json_keeps_its_contract(call, archive) -> None:
    done = call("leak", archive, "--copies", "2", "--json")
    assert done.exit_code == 0
    found = json.loads(done.output)
    names = ["span", "holevo", "guessing_lower", "guessing_upper", "certified", "limits"]
    assert list(found) == ["schema_version", "schema", *names]
    assert found["span"] == found["limits"]["span"] == 3
    assert len(found["limits"]["bits_of_coordinates"]) == 2
    assert found["certified"] is True
    assert 0 < found["guessing_upper"] - found["guessing_lower"] < 1e-6
    assert found["guessing_lower"] <= found["limits"]["guessing_from_span"]


def test_text_names_the_same_numbers(call, archive) -> None:
    done = call("leak", archive)
    assert done.exit_code == 0
    assert "span                    2" in done.output
    assert "limit dimension" in done.output
    bits = next(line for line in done.output.splitlines() if "bits_of_coordinates" in line)
    assert len(bits.split()) == 4


def test_a_span_that_rounding_decides_is_called_uncertified(call, tmp_path) -> None:
    rows = np.random.default_rng(1).normal(size=(2, 5))
    np.savez(tmp_path / "r.npz", vectors=np.vstack([rows, rows.sum(axis=0) / 3]))
    said = call("leak", "r.npz").output
    assert "span                    2  certified: False, up to 3 by rounding" in said


def test_the_certificate_is_kept_and_checks(call, archive, tmp_path) -> None:
    assert call("leak", archive, "--certificate", "proof.json").exit_code == 0
    assert check_file(tmp_path / "proof.json").valid


def test_pickled_arrays_are_not_loaded(call, tmp_path) -> None:
    objects = np.empty(1, dtype=object)
    objects[0] = {"a": 1}
    np.savez(tmp_path / "p.npz", states=objects)
    done = call("leak", "p.npz")
    assert done.exit_code == 2
    assert "not plain arrays of numbers" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["a.npz", "--copies", "0"], "--copies 0: at least one copy is needed"),
        (["absent.npz"], "absent.npz: no such file"),
        ([], "name an ensemble FILE.npz"),
        (["a.npz", "--dimension", "4"], "name an ensemble FILE.npz"),
        (["--estimation", "real"], "--dimension N and --copies k"),
        (["a.npz", "--estimation", "real", "--dimension", "4"], "and no file"),
        (["a.npz", "--copies", "two"], "copies"),
    ],
)
def test_bad_usage_is_one_line(call, archive, arguments, words) -> None:
    done = call("leak", *arguments)
    assert done.exit_code == 2
    assert words in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("field", ["real", "complex"])
def test_estimation_prints_the_best_fidelity(call, field) -> None:
    done = call("leak", "--estimation", field, "--dimension", "64", "--copies", "16", "--json")
    assert done.exit_code == 0
    found = json.loads(done.output)
    assert list(found) == ["schema_version", "schema", "fidelity"]
    assert found["fidelity"] == fidelity(field, 64, 16)
    text = call("leak", "--estimation", field, "--dimension", "64", "--copies", "16")
    assert text.output.startswith("fidelity  0.")


def test_estimation_knows_two_fields(call) -> None:
    done = call("leak", "--estimation", "quaternionic", "--dimension", "4")
    assert done.exit_code == 2
    assert "field 'quaternionic': allowed are" in done.stderr
