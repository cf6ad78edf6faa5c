"""`qdml` as a program: help, version, speed of its imports, pipes, and errors nobody foresaw."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from jsonschema import Draft202012Validator, ValidationError
from typer.testing import CliRunner

import qdml
from qdml import cli
from qdml.cli.progress import progress
from qdml.errors import EvidenceError
from tests.cli import schemas
from tests.cli.conftest import Call

HEAVY = (
    "cotengra", "flint", "hypothesis", "jax", "matplotlib", "pandas", "scipy", "sklearn",
    "snakemake", "sympy", "tensornetwork", "ziamath",
)  # fmt: skip
START = [sys.executable, "-W", "error", "-c", "from qdml.cli import main; main()"]


def imported(folder: Path, *arguments: str) -> set[str]:
    """The top-level modules that a command imported."""
    code = (
        f"import sys; sys.argv[1:] = {list(arguments)!r}\n"
        "from qdml.cli import main\n"
        "try: main()\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        "print('modules', *sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    command = [sys.executable, "-c", code]
    listed = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    return set(listed.stdout.splitlines()[-1].split()[1:])


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["check", "--help"]])
def test_help_imports_nothing_but_the_command_line(arguments: list[str], tmp_path: Path) -> None:
    found = imported(tmp_path, *arguments)
    assert not found & {*HEAVY, "cvxpy", "jinja2", "numpy", "proofs_checks", "rich", "yaml"}
    # The standard library, typer, and this package.
    assert len(found) < 150


def test_listing_the_claims_imports_none_of_them(tmp_path: Path) -> None:
    assert not imported(tmp_path, "claims", "--json") & set(HEAVY)
    assert not imported(tmp_path, "claims") & set(HEAVY)


def test_a_check_in_an_empty_folder(tmp_path: Path) -> None:
    command = [*START, "check", "inference-by-sampling", "--json"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert (ran.returncode, ran.stderr) == (0, "")
    found = json.loads(ran.stdout)
    assert (found["outcome"], found["schema_version"]) == ("stands", 1)
    assert all(mutant["refuted"] for mutant in found["mutants"])
    assert list(tmp_path.iterdir()) == []


def test_the_nearest_claim_is_suggested(tmp_path: Path) -> None:
    command = [*START, "check", "inference-by-samplin"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == (
        "qdml: claim 'inference-by-samplin': no such claim (nearest: 'inference-by-sampling'); "
        "`qdml claims` lists them\n"
    )


def test_a_reader_who_leaves_early_is_no_error(tmp_path: Path) -> None:
    with subprocess.Popen(
        [*START, "claims", "--json"], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as program:
        assert program.stdout is not None
        assert program.stderr is not None
        program.stdout.close()
        assert program.stderr.read() == b""


def test_the_version(call: Call) -> None:
    assert call("--version").stdout == f"qdml {qdml.__version__}\n"


def commands(group: Any, *above: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command of a group, and of the groups in it, by its words."""
    for name, command in group.commands.items():
        yield (*above, name), command
        yield from commands(command, *above, name) if hasattr(command, "commands") else ()


COMMANDS = dict(commands(typer.main.get_command(cli.app)))
GROUPS = {("run",), ("cost",), ("new",)}


@pytest.mark.parametrize("words", [(), *COMMANDS], ids=" ".join)
def test_every_help_has_an_example(words: tuple[str, ...], call: Call) -> None:
    result = call(*words, "--help")
    assert result.exit_code == 0
    if words not in GROUPS:  # they list their commands
        assert "\n  " + " ".join(["qdml", *words]) in result.stdout


@pytest.mark.parametrize("words", [w for w in COMMANDS if w not in GROUPS])
def test_every_command_answers_machines_by_a_schema(words: tuple[str, ...]) -> None:
    assert any("--json" in parameter.opts for parameter in COMMANDS[words].params)
    assert "-".join(words) in schemas.SCHEMAS["$defs"]


def test_the_schemas_are_schemas_and_name_what_they_describe() -> None:
    Draft202012Validator.check_schema(schemas.SCHEMAS)
    for reference in schemas.SCHEMAS["oneOf"]:
        name = reference["$ref"].rpartition("/")[2]
        described = schemas.SCHEMAS["$defs"][name]["properties"]
        assert described["schema"] == {"const": f"qdml/{name}/1"}


def test_a_key_that_no_schema_describes_is_noticed() -> None:
    answer = {"schema_version": 1, "schema": "qdml/audit/1", "ok": True, "files": 0}
    schemas.check(json.dumps(answer | {"differing": []}))
    with pytest.raises(ValidationError, match="'differing' is a required property"):
        schemas.check(json.dumps(answer))
    with pytest.raises(ValidationError, match="'more' was unexpected"):
        schemas.check(json.dumps(answer | {"differing": [], "more": 1}))


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("qdml ch", ["check"]),
        ("qdml check inference-by-s", ["inference-by-sampling"]),
        ("qdml check x --scale d", ["default"]),
        ("qdml train MUT", ["MUTAG"]),
        ("qdml bound --family disj", ["disjointness"]),
    ],
)
def test_the_shell_completes_names(
    typed: str, offered: list[str], monkeypatch: pytest.MonkeyPatch, call: Call
) -> None:
    monkeypatch.undo()  # the claims are the project's own
    asked = {
        "_QDML_COMPLETE": "complete_bash",
        "COMP_WORDS": typed,
        "COMP_CWORD": str(typed.count(" ")),
    }
    found = CliRunner().invoke(cli.app, [], prog_name="qdml", env=asked)
    assert found.stdout.split() == offered


def test_a_bar_is_drawn_on_a_terminal_and_only_there(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for terminal in (True, False):
        monkeypatch.setattr(sys.stderr, "isatty", lambda answer=terminal: answer)
        monkeypatch.setenv("TERM", "xterm")
        with progress("[work]") as move:
            move(1, 3, "the [second] part")
        said = capsys.readouterr()
        assert said.out == ""
        assert ("the [second] part" in said.err) is terminal
        assert bool(said.err) is terminal


def test_a_mistyped_command_is_answered_with_the_nearest(call: Call) -> None:
    result = call("chek")
    assert result.exit_code == 2
    assert "Did you mean 'check'?" in result.stderr


def test_an_error_ends_with_its_own_status(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    class Broke(EvidenceError):
        exit_status = 3

    def fail(*given: object) -> None:
        raise Broke("no good")

    monkeypatch.setattr("qdml.runs.jobs.gather", fail)
    result = call("check", "sound")
    assert (result.exit_code, result.stderr) == (3, "qdml: no good\n")


def test_an_error_nobody_foresaw_does_not_look_like_a_refutation(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(prog_name: str) -> None:
        raise RuntimeError("unforeseen")

    monkeypatch.setattr(cli, "app", fail)
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert end.value.code == 3
    assert "RuntimeError: unforeseen" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["fooo"], "No such command 'fooo'"),
        (["run", "inference", "--qubits", "1.5"], "Invalid value for '--qubits'"),
        (["run", "inference", "--qubits", "2"], "Missing option"),
        (["cost", "inference", "--seed"], "No such option: --seed"),
    ],
)
def test_a_wrong_command_line_gets_one_line(arguments: list[str], words: str, call: Call) -> None:
    ran = call(*arguments)
    assert ran.exit_code == 2
    assert ran.stdout == ""
    assert words in ran.stderr
    assert ran.stderr.count("\n") == 1


def test_numbers_come_from_one_thread(tmp_path: Path) -> None:
    code = (
        "import sys; sys.argv[1:] = ['spectrum', '--weights', '1,3']\n"
        "from qdml.cli import main\n"
        "try: main()\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        "import numpy, threadpoolctl\n"
        "print({pool['num_threads'] for pool in threadpoolctl.threadpool_info()})"
    )
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    free = {key: value for key, value in os.environ.items() if key not in names}
    command = [sys.executable, "-c", code]
    ran = subprocess.run(command, cwd=tmp_path, env=free, capture_output=True, text=True)
    assert ran.stdout.splitlines()[-1] == "{1}", ran.stderr
