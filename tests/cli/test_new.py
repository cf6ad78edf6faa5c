"""`qdml new`: what it writes passes its own tests, is judged, and keeps to the house."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from qdml.runs import depends
from tests.cli.conftest import Call

ROOT = Path(__file__).parents[2]
QDML = [sys.executable, "-c", "from qdml.cli import main; main()"]


def test_in_a_copy_of_the_project(tmp_path: Path) -> None:
    for folder in ("qdml", "proofs_checks", "data", "tests"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    for file in ("Snakefile", "pyproject.toml"):
        shutil.copy(ROOT / file, tmp_path / file)

    def run(*command: str) -> str:
        paths = {"PYTHONPATH": str(tmp_path)}
        done = subprocess.run(
            command, cwd=tmp_path, env=os.environ | paths, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    said = run(*QDML, "new", "claim", "a-new-one")
    assert said.endswith("next: qdml check a-new-one\n")
    said += run(*QDML, "new", "protocol", "a-new-way")
    files = [line.removeprefix("wrote ") for line in said.splitlines() if line.startswith("wrote")]
    assert len(files) == 5
    assert run(*QDML, "check", "a-new-one").startswith("a-new-one: stands (certified)")
    tests = [file for file in files if file.startswith("tests")]
    told = run(
        *(sys.executable, "-m", "pytest", "-q", "-n", "0", "-k", "a_new"),
        *("-p", "no:cacheprovider", *tests, "tests/test_house.py"),
    )
    # Two tests of the claim, six of the protocol, and two of the house for each of three files.
    assert "14 passed" in told
    if shutil.which("ruff", path=str(Path(sys.executable).parent)):
        ruff = str(Path(sys.executable).parent / "ruff")
        run(ruff, "check", *files)
        run(ruff, "format", "--check", *files)


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty checkout."""
    (tmp_path / "Snakefile").touch()
    monkeypatch.setattr(depends, "ROOT", tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", ["", "A", "a b", "a--b", "-a", "../a", "1a", "import", "a" * 61])
def test_bad_names_are_one_clear_line(name: str, call: Call, checkout: Path) -> None:
    result = call("new", "claim", "--json", "--", name)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "expected a name of small letters, digits and single hyphens" in result.stderr
    assert result.stderr.count("\n") == 1
    assert [path.name for path in checkout.iterdir()] == ["Snakefile"]


def test_what_exists_is_never_written_over(call: Call, checkout: Path) -> None:
    assert call("new", "protocol", "mine", "--json").exit_code == 0
    (checkout / "qdml/protocols/mine.py").unlink()
    result = call("new", "protocol", "mine")
    assert result.exit_code == 2
    assert "qdml/bounds/mine.py: exists already; take another name" in result.stderr
    assert not (checkout / "qdml/protocols/mine.py").exists()


def test_an_installed_package_says_so(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(depends, "ROOT", tmp_path)
    result = call("new", "claim", "mine")
    assert result.exit_code == 2
    assert f"qdml: {tmp_path}: an installed package; a new claim goes into a checkout" in (
        result.stderr
    )
