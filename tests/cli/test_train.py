"""`qdml train`: accuracy beside the majority rate, and one line for what cannot be trained."""

from __future__ import annotations

import json
import re

import pytest

from tests.cli.conftest import Call


@pytest.fixture(autouse=True)
def _empty_cache(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def test_grids_of_digits(call: Call) -> None:
    result = call("train", "digits-grids", "--seed", "1", "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    said = json.loads(result.stdout)
    assert said["protocol"] == "nested"
    assert not said["optimistic"]
    assert said["accuracy"] == pytest.approx(sum(said["folds"]) / 10)
    assert said["accuracy"] > 60 > 15 > said["baseline"]
    assert len(said["hyperparameters"]) == 10
    assert said["seconds"] > 0


@pytest.mark.usefixtures("mirror")
def test_mutag_by_both_protocols(call: Call) -> None:
    told = {}
    for protocol in ("nested", "gin"):
        told[protocol] = json.loads(
            call("train", "MUTAG", "--protocol", protocol, "--seed", "0", "--json").stdout
        )
        assert told[protocol]["baseline"] == pytest.approx(100 * 125 / 188)
        assert told[protocol]["accuracy"] > 80
    assert told["gin"]["optimistic"]
    assert told["gin"]["accuracy"] >= told["nested"]["accuracy"]


@pytest.mark.usefixtures("mirror")
def test_mutag_with_prelu(call: Call) -> None:
    result = call("train", "MUTAG", "--activation", "prelu", "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    said = json.loads(result.stdout)
    assert said["accuracy"] == pytest.approx(sum(said["folds"]) / 10)
    assert said["accuracy"] > 75 > said["baseline"]
    assert len(said["hyperparameters"]) == 10
    assert {"recipe", "epoch"} < set(said["hyperparameters"][0])


def test_nodes_of_the_karate_club(call: Call) -> None:
    words = ("train", "karate", "--activation", "prelu", "--splits", "2", "--seed", "1")
    told = call(*words, "--json"), call(*words)
    said = json.loads(told[0].stdout)
    assert said["accuracy"] == pytest.approx(sum(said["accuracies"]) / 2)
    assert said["accuracy"] > 75 > 50 == said["baseline"]
    assert len(said["hyperparameters"]) == 2
    lines = told[1].stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["accuracy", "splits", "majority", "seconds"]
    assert [float(word) for word in lines[1].split()[1:]] == pytest.approx(
        said["accuracies"], abs=0.005
    )


def test_people_get_lines(call: Call) -> None:
    said = call("train", "digits-grids", "--activation", "linear", "--protocol", "gin")
    lines = said.stdout.splitlines()
    assert lines[0].endswith("chosen on the test folds: optimistic")
    first = [line.split()[0] for line in lines]
    assert first == ["accuracy", "majority", "seconds", *["fold"] * 10]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("MUTAGG",), r"'MUTAGG': not a set of graphs or nodes \(nearest: 'MUTAG'\)"),
        (("digits",), "'digits': not a set of graphs or nodes.*allowed are .*MUTAG.*karate"),
        (("karate", "--protocol", "gin"), "--protocol 'gin': sets of nodes choose on validation"),
        (("karate", "--activation", "relu"), r"'relu': allowed are .* \(nearest: 'prelu'\)"),
        (("karate", "--splits", "0"), "0: allowed are whole numbers from 1"),
        (("digits-grids", "--protocol", "nest"), "protocol 'nest': allowed are nested, gin"),
        (("digits-grids", "--activation", "relu"), r"'relu': allowed are .* \(nearest: 'prelu'\)"),
        (("digits-grids", "--splits", "3"), "--splits 3: sets of graphs are divided into ten"),
        (("digits-grids", "--seed", "-1"), "-1: allowed are whole numbers"),
    ],
)
def test_bad_arguments_are_one_clear_line(arguments, says, call: Call) -> None:
    result = call("train", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert re.search(says, result.stderr)
    assert result.stderr.count("\n") == 1
