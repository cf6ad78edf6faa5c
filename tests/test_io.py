"""Files: whole or absent, sealed, and read with distrust."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qdml.errors import EvidenceError
from qdml.io import dumps, read_json, source_hash, write_atomic, write_json


def test_a_failed_write_leaves_the_old_file(tmp_path, monkeypatch) -> None:
    path = tmp_path / "f"
    write_atomic(path, "old")

    def full(handle: int) -> None:
        raise OSError(28, "no space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        write_atomic(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_what_a_killed_writer_left_is_taken_over(tmp_path) -> None:
    path = tmp_path / "f"
    write = "import sys; from qdml.io import write_atomic; import os; os.fsync = lambda _: os.kill("
    write += "os.getpid(), 9); write_atomic(sys.argv[1], 'long' * 9)"
    killed = subprocess.run([sys.executable, "-c", write, path])
    assert killed.returncode == -9
    assert len(list(tmp_path.iterdir())) == 1
    assert not path.exists()
    write_atomic(path, "new")
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_writers_at_once_leave_one_whole_file(tmp_path) -> None:
    path, contents = tmp_path / "f", [str(k) * 10**5 for k in range(4)]

    def write(content: str) -> None:
        for _ in range(50):
            write_atomic(path, content)
            assert path.read_text() in contents

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, contents))
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not a readable JSON"),
        ('{"a": 1', "not a readable JSON"),
        ("[]", "schema_version is None"),
        ('{"schema_version": 99}', "schema_version is 99"),
        ('{"schema_version": 1, "a": 1}', "content was changed"),
        ('{"schema_version": 1, "a": NaN, "seal": ""}', "not a record that qdml writes"),
    ],
)
def test_bad_files_are_refused(tmp_path, text: str, message: str) -> None:
    path = tmp_path / "bad.json"
    path.write_text(text)
    with pytest.raises(EvidenceError, match=message) as caught:
        read_json(path)
    assert "\n" not in str(caught.value)


def test_a_missing_file(tmp_path) -> None:
    with pytest.raises(EvidenceError, match="run the pipeline first"):
        read_json(tmp_path / "none.json")


@given(cut=st.integers(min_value=2, max_value=60))
def test_a_truncated_file_is_refused(tmp_path_factory, cut: int) -> None:
    path = tmp_path_factory.mktemp("cut") / "e.json"
    write_json(path, {"values": [1.5, 2, "three"], "name": "x"})
    whole = path.read_bytes()
    path.write_bytes(whole[:-cut])
    with pytest.raises(EvidenceError, match=r"e\.json"):
        read_json(path)


RECORDS = st.dictionaries(
    st.text().filter(lambda key: key not in ("seal", "schema_version")),
    st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text() | st.none(),
)


@given(RECORDS)
def test_round_trip(tmp_path_factory, record) -> None:
    try:
        dumps(record).encode()
    except UnicodeEncodeError:
        return
    path = tmp_path_factory.mktemp("round") / "r.json"
    write_json(path, record)
    assert read_json(path) == record | {"schema_version": 1}
    assert json.loads(path.read_text())["schema_version"] == 1


def test_the_source_hash_sees_content_and_names(tmp_path) -> None:
    (tmp_path / "a.py").write_text("1")
    first = source_hash([tmp_path])
    (tmp_path / "a.py").write_text("2")
    second = source_hash([tmp_path])
    (tmp_path / "a.py").rename(tmp_path / "b.py")
    assert len({first, second, source_hash([tmp_path])}) == 3
