"""A tree held against its manifest: what was changed is named, and only that is removed."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qdml.errors import EvidenceError
from qdml.io import write_json
from qdml.runs.audit import Difference, audit, drop_manifest, holds, mend, write_manifest

RECORDS = ("evidence/one.json", "verdicts/one.json", "timings/one.json", "verdicts.json")
FILES = (*RECORDS, "index.html")


def tree(folder: Path) -> Path:
    for name in RECORDS:
        write_json(folder / name, {"id": name})
    (folder / "index.html").write_text("<p>all stands</p>")
    (folder / "logs").mkdir(exist_ok=True)
    (folder / "logs/one.log").write_text("words")
    return folder


def spoil(path: Path, place: int) -> None:
    """Change one byte and keep length and time, as a failing disk does."""
    before = path.stat()
    content = bytearray(path.read_bytes())
    content[place % len(content)] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def test_a_tree_agrees_with_its_own_manifest(tmp_path: Path) -> None:
    write_manifest(tree(tmp_path))
    assert audit(tmp_path) == (len(FILES), [])
    assert holds(tmp_path)
    assert mend(tmp_path) == []
    assert holds(tmp_path)


@pytest.mark.parametrize("name", FILES)
@given(place=st.integers(0, 10**6))
def test_one_changed_byte_is_found_and_it_goes_with_what_is_made_of_it(
    name: str, place: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tree(tmp_path_factory.mktemp("reports"))
    write_manifest(folder)
    spoil(folder / name, place)
    assert audit(folder)[1] == [Difference(name, "changed")]
    assert mend(folder) == [name]
    made_of_it = {"index.html", "verdicts.json"}
    made_of_it |= {"verdicts/one.json"} if name == "evidence/one.json" else set()
    made_of_it |= {"verdicts/one.json"} if name == "timings/one.json" else set()
    assert {one for one in FILES if not (folder / one).exists()} == {name} | made_of_it


def test_a_valid_record_of_another_run_is_a_difference(tmp_path: Path) -> None:
    write_manifest(tree(tmp_path))
    write_json(tmp_path / "evidence/one.json", {"id": "of another run"})
    write_json(tmp_path / "evidence/two.json", {"id": "never made"})
    assert mend(tmp_path) == ["evidence/one.json", "evidence/two.json"]


def test_without_a_manifest_seals_decide_and_pages_go(tmp_path: Path) -> None:
    tree(tmp_path)
    (tmp_path / "evidence/one.json").write_text('{"schema_version": 1')
    assert mend(tmp_path) == ["evidence/one.json", "index.html"]
    assert (tmp_path / "logs/one.log").exists()
    assert mend(tmp_path) == []


@pytest.mark.parametrize("content", ["", "{", '{"schema_version": 1, "files": {}}', None])
def test_a_manifest_that_cannot_be_trusted(tmp_path: Path, content: str | None) -> None:
    write_manifest(tree(tmp_path))
    manifest = tmp_path / "manifest.json"
    if content is None:
        drop_manifest(tmp_path)
    else:
        manifest.write_text(content)
    with pytest.raises(EvidenceError, match=r"manifest\.json: .*run the pipeline"):
        audit(tmp_path)
    assert not holds(tmp_path)
    assert mend(tmp_path) == ["index.html"]
    assert not manifest.exists()


def test_a_manifest_without_files(tmp_path: Path) -> None:
    write_json(tmp_path / "manifest.json", {"files": [1]})
    with pytest.raises(EvidenceError, match="lists no files; run the pipeline again"):
        audit(tmp_path)


def test_the_manifest_is_a_list_of_names_and_sums(tmp_path: Path) -> None:
    write_manifest(tree(tmp_path))
    files = json.loads((tmp_path / "manifest.json").read_text())["files"]
    assert sorted(files) == sorted(FILES)
    assert all(len(value) == 64 for value in files.values())
