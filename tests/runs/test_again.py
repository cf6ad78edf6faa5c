"""Records that another try may change are removed, and no other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from qdml.data import entries
from qdml.io import write_json
from qdml.runs.again import clear


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No data are here, neither in a mirror nor in a cache."""
    monkeypatch.delenv("QDML_DATA_MIRROR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def job(folder: Path, record: dict[str, Any], missed: tuple[str, ...] = ()) -> Path:
    write_json(folder / "one.json", record)
    write_json(folder / "one.provenance.json", {"missed": missed})
    return folder / "one.json"


@pytest.mark.parametrize(
    ("record", "again"),
    [
        ({"steps": [{"failure": None}], "mutants": [{"failure": None}]}, False),
        ({"steps": [{"failure": None}, {"failure": "MemoryError"}], "mutants": []}, True),
        ({"steps": [], "mutants": [{"failure": "TimeoutError"}]}, True),
        ({"failure": "OSError: no space left"}, True),
        ({"failure": None, "absent": "no data"}, False),
    ],
)
def test_what_failed_is_tried_again(tmp_path: Path, record: dict[str, Any], again: bool) -> None:
    written = job(tmp_path / "evidence", record)
    assert clear(tmp_path) == ({"evidence/one.json": "a part of it failed"} if again else {})
    assert written.exists() is not again
    assert clear(tmp_path) == {}


def test_data_are_looked_for_again_where_they_have_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = next(entry for entry in entries() if entry.forms)
    written = job(tmp_path / "experiments", {"absent": "no data"}, (one.name, "no longer known"))
    assert clear(tmp_path) == {}
    for file in one.forms[0].files:
        place = tmp_path / "mirror" / file.path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.touch()
    monkeypatch.setenv("QDML_DATA_MIRROR", str(tmp_path / "mirror"))
    assert clear(tmp_path) == {"experiments/one.json": f"{one.name} can be had now"}
    assert not written.exists()


def test_a_record_that_cannot_be_read_is_left_to_others(tmp_path: Path) -> None:
    written = job(tmp_path / "evidence", {"failure": "MemoryError"})
    written.write_text("{")
    assert clear(tmp_path) == {}
