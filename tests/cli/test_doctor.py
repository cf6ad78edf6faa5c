"""`qdml doctor`: what is here is ok, what is not is said with what goes without it."""

from __future__ import annotations

import json
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from qdml.cli import doctor
from tests.cli.conftest import Call


def parts(call: Call) -> dict[str, dict[str, object]]:
    return {one["name"]: one for one in json.loads(call("doctor", "--json").stdout)["parts"]}


def test_what_the_tests_run_with_is_all_here(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QDML_DATA_MIRROR", str(tmp_path))
    result = call("doctor")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[0].startswith("ok      qdml")
    assert result.stdout.endswith("all that is needed is here\n")
    found = parts(call)
    assert str(found["mirror"]["found"]).startswith(f"{tmp_path}, with 0 of ")
    assert Path(str(found["compile cache"]["found"])).is_absolute()
    assert {"cores", "memory", "accelerator", "chromium", "sbatch", "git"} <= set(found)


def test_what_is_wanting_is_named_with_what_goes_without_it(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def version(package: str) -> str:
        if package == "python-flint":
            raise PackageNotFoundError(package)
        return "1"

    def breaks() -> str:
        raise RuntimeError("no driver\nat all")

    monkeypatch.setattr(doctor, "version", version)
    monkeypatch.setattr(doctor, "_accelerator", breaks)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("QDML_DATA_MIRROR", str(tmp_path / "nowhere"))
    result = call("doctor")
    assert result.exit_code == 1
    said = result.stdout
    assert "MISSING python-flint    not installed: nothing is certified\n" in said
    assert "absent  chromium        not on PATH: pages are not tested in a browser" in said
    assert "RuntimeError: no driver at all: large circuits run on the processor\n" in said
    assert "absent  mirror          NotADirectoryError: QDML_DATA_MIRROR is" in said
    assert said.endswith("something that is needed is missing\n")
    monkeypatch.delenv("QDML_DATA_MIRROR")
    assert parts(call)["mirror"] == {
        "name": "mirror",
        "present": False,
        "needed": False,
        "found": "none",
        "without": "larger data sets are downloaded, or absent",
    }
