"""Provenance: everything that decides a number, and nothing that changes between two runs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import qdml
from qdml.config import for_scale
from qdml.runs import depends
from qdml.runs.provenance import git_state, provenance


def git(folder: Path, *arguments: str) -> str:
    author = ("-c", "user.name=Nobody", "-c", "user.email=nobody@example.org")
    command = ["git", "-C", str(folder), *author, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    root = tmp_path / "checkout"
    (root / "qdml").mkdir(parents=True)
    (root / "qdml" / "code.py").write_text("x = 1\n")
    (root / "NOTES").write_text("a note\n")
    git(tmp_path, "init", "--quiet", str(root))
    git(root, "add", ".")
    git(root, "commit", "--quiet", "-m", "first")
    return root


def test_a_record_says_what_decides_a_number_and_no_more() -> None:
    settings = depends.settings(for_scale("quick"), "learning")
    record = provenance("a-claim", settings, "0123456789abcdef")
    assert set(record) == {
        "claim", "version", "commit", "dirty", "source_hash", "config_hash", "seed", "scale",
        "python", "packages", "missed",
    }  # fmt: skip
    assert record["version"] == qdml.__version__
    assert (record["seed"], record["scale"]) == (20231011, "quick")
    assert record["python"] == f"{sys.version_info.major}.{sys.version_info.minor}"
    assert re.fullmatch(r"[0-9a-f]{16}", record["config_hash"])
    assert record["packages"]["numpy"]
    assert record == provenance("a-claim", settings, "0123456789abcdef")


def test_the_hash_of_the_configuration_sees_a_change_of_the_grid() -> None:
    quick, default = (depends.settings(for_scale(s), "learning") for s in ("quick", "default"))
    hashes = {
        provenance("a", settings, "")["config_hash"]
        for settings in (quick, default, quick | {"seed": 1}, quick | {"grids": {}})
    }
    assert len(hashes) == 4


@pytest.mark.needs("git")
def test_a_clean_checkout_has_its_commit(checkout: Path) -> None:
    assert git_state(checkout) == (git(checkout, "rev-parse", "HEAD"), False)


@pytest.mark.needs("git")
@pytest.mark.parametrize(
    ("name", "dirty"), [("qdml/code.py", True), ("qdml/new.py", True), ("NOTES", False)]
)
def test_only_what_decides_a_run_makes_it_dirty(checkout: Path, name: str, dirty: bool) -> None:
    (checkout / name).write_text("changed\n")
    assert git_state(checkout)[1] is dirty


@pytest.mark.needs("git")
def test_code_inside_another_checkout_has_no_commit(checkout: Path) -> None:
    assert git_state(checkout / "qdml") == (None, None)


@pytest.mark.needs("git")
def test_a_checkout_without_a_commit_has_none(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    assert git_state(tmp_path) == (None, None)


def test_a_folder_that_is_no_checkout_has_no_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert git_state(tmp_path) == (None, None)


def test_without_git_there_is_no_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path) + os.pathsep)
    assert git_state(depends.ROOT) == (None, None)
