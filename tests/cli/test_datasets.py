"""`qdml datasets`: what is registered, where it is, and whether it is what was registered."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from qdml.data import entries, entry
from tests.cli.conftest import Call


@pytest.fixture
def listed(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """List the sets with a mirror of the given files, as a dictionary by name."""

    def ask(**files: bytes) -> dict[str, Any]:
        mirror = tmp_path / "mirror"
        for name, content in files.items():
            place = mirror / entry(name).forms[0].files[0].path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
        monkeypatch.setenv("QDML_DATA_MIRROR", str(mirror))
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
        result = call("datasets", "--json")
        assert (result.exit_code, result.stderr) == (0, "")
        return {one.pop("name"): one for one in json.loads(result.stdout)["datasets"]}

    return ask


def test_what_is_nowhere(listed: Any) -> None:
    found = listed()
    assert list(found) == [one.name for one in entries()]
    for one in found.values():
        assert set(one) == {"task", "counts", "where", "sha256_ok"}
    assert found["karate"]["where"] == "embedded"
    assert found["karate"]["sha256_ok"] is True
    assert found["MUTAG"] == {
        "task": "graph-classification",
        "counts": dict(entry("MUTAG").published | entry("MUTAG").counts),
        "where": "absent",
        "sha256_ok": None,
    }
    assert (found["reddit"]["where"], found["reddit"]["sha256_ok"]) == ("download", None)


def test_what_is_in_the_mirror_is_compared(listed: Any) -> None:
    found = listed(MUTAG=b"another")
    assert (found["MUTAG"]["where"], found["MUTAG"]["sha256_ok"]) == ("mirror", False)
    # There is nothing to compare ogbn-products with.
    found = listed(**{"ogbn-products": b"another"})
    assert found["ogbn-products"]["where"] == "mirror"
    assert found["ogbn-products"]["sha256_ok"] is None


def test_the_table_has_a_line_a_set(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("QDML_DATA_MIRROR", raising=False)
    result = call("datasets")
    lines = result.stdout.splitlines()
    assert [line.split()[0] for line in lines] == [one.name for one in entries()]
    assert "embedded  sha256 agrees" in lines[0]


@pytest.mark.usefixtures("mirror")
def test_the_real_mirror_agrees(call: Call) -> None:
    found = json.loads(call("datasets", "--json").stdout)["datasets"]
    assert {one["sha256_ok"] for one in found if one["where"] == "mirror"} == {True}
