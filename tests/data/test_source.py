"""Files come from mirror, cache or network in that order, and nothing unchecked is ever kept."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from qdml.data import Entry, source
from qdml.errors import DataAbsent, DataError
from tests.data.conftest import Server

Build = Callable[..., tuple[Entry, bytes]]


def served(entry: Entry, server: Server, content: bytes, path: str = "/toy.npz") -> Entry:
    server.files["/toy.npz"] = content
    return server.serve(entry, lambda _: path)


def fetched(entry: Entry) -> bytes:
    (content,) = source.obtain(entry)[1]
    return content


def kept() -> list[Path]:
    return [path for path in source.cache_folder().rglob("*") if path.is_file()]


def test_the_mirror_is_asked_first(build: Build, server: Server) -> None:
    entry, content = build("graphs-npz")
    assert fetched(served(entry, server, b"other")) == content
    assert server.asked == 0
    assert not kept()


@pytest.mark.parametrize("variable", ["QDML_DATA_MIRROR", "XDG_CACHE_HOME"])
def test_a_path_that_cannot_be_looked_up(
    build: Build, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    entry, _ = build("graphs-npz", mirrored=False)
    monkeypatch.setenv(variable, "x" * 5000)
    with pytest.raises(
        DataError, match=r"^x{60}\.\.\.: File name too long; expected a path in the"
    ):
        source.locate(entry)


def test_a_download_is_checked_kept_and_not_repeated(build: Build, server: Server) -> None:
    entry, content = build("graphs-npz", mirrored=False)
    entry = served(entry, server, content)
    assert fetched(entry) == content
    assert [path.name for path in kept()] == ["toy.npz"]
    assert fetched(entry) == content
    assert server.asked == 1


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda content: bytes([content[0] ^ 1]) + content[1:], r"sha256 is .*, registered is"),
        (lambda content: content + b"more", r"more than \d+ bytes, registered are"),
        (lambda content: content[:-1], r"\d+ bytes, registered are"),
        (lambda _content: b"", r": 0 bytes, registered are"),
    ],
)
def test_a_wrong_download_is_refused_and_nothing_is_kept(
    build: Build, server: Server, spoil: Callable[[bytes], bytes], message: str
) -> None:
    entry, content = build("graphs-npz", mirrored=False)
    with pytest.raises(DataError, match=message) as caught:
        source.obtain(served(entry, server, spoil(content)))
    assert not isinstance(caught.value, DataAbsent)
    assert "nothing was kept" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not kept()


@pytest.mark.parametrize("ranges", [True, False])
def test_a_download_that_breaks_off_is_gone_on_with(
    build: Build, server: Server, ranges: bool
) -> None:
    entry, content = build("graphs-npz", mirrored=False)
    entry = served(entry, server, content)
    server.breaks_at, server.ranges = 100, ranges
    with pytest.raises(DataAbsent, match="run again to go on from byte 100"):
        source.obtain(entry)
    assert [path.read_bytes() for path in kept()] == [content[:100]]
    assert source.locate(entry)[0] == "download"
    server.breaks_at = None
    assert fetched(entry) == content
    assert server.sent == 100 + len(content) - (100 if ranges else 0)
    assert [path.name for path in kept()] == ["toy.npz"]


def test_a_wrong_beginning_is_not_gone_on_with_for_ever(build: Build, server: Server) -> None:
    entry, content = build("graphs-npz", mirrored=False)
    entry = served(entry, server, content)
    part = source.cache_folder() / "toy" / ".toy.npz.download"
    part.parent.mkdir(parents=True)
    for beginning in (b"x" * 100, b"x" * (len(content) + 9)):
        part.write_bytes(beginning)
        with pytest.raises(DataError, match="nothing was kept"):
            source.obtain(entry)
        assert not kept()
    server.files["/toy.npz"] = content[:50]
    part.write_bytes(b"x" * 50)
    with pytest.raises(DataAbsent, match="416"):
        source.obtain(entry)
    assert not kept()


def test_two_downloads_at_once_are_one(build: Build, server: Server) -> None:
    entry, content = build("graphs-npz", mirrored=False)
    entry = served(entry, server, content)
    found: list[bytes] = []
    threads = [threading.Thread(target=lambda: found.append(fetched(entry))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [content] * 4
    assert server.asked == 1


def test_a_server_that_stalls_is_given_up(
    build: Build, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "STALL_SECONDS", 0.2)
    entry, content = build("graphs-npz", mirrored=False)
    entry = served(entry, server, content)
    server.breaks_at, server.stalls = 0, True
    with pytest.raises(DataAbsent, match="cannot be fetched"):
        source.obtain(entry)
    assert not kept()


def test_a_trickle_is_given_up(
    build: Build, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "DOWNLOAD_SECONDS", -1.0)
    entry, content = build("graphs-npz", mirrored=False)
    with pytest.raises(DataAbsent, match="not finished after"):
        source.obtain(served(entry, server, content))


def test_progress_is_shown_on_a_terminal_only(
    build: Build, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    entry, content = build("graphs-npz", mirrored=False)
    fetched(served(entry, server, content))
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "")


def test_a_missing_page_says_what_to_do(build: Build, server: Server) -> None:
    entry, content = build("graphs-npz", mirrored=False)
    with pytest.raises(DataAbsent, match=r"404.*set QDML_DATA_MIRROR to a folder that holds toy"):
        source.obtain(served(entry, server, content, "/elsewhere"))


def test_nothing_registered_says_what_to_do(build: Build) -> None:
    entry, _ = build("graphs-npz", mirrored=False)
    with pytest.raises(
        DataAbsent, match=r"not set\), and no address.*set QDML_DATA_MIRROR"
    ) as caught:
        source.obtain(entry)
    assert "\n" not in str(caught.value)


def test_an_empty_mirror_is_not_an_error_of_its_own(
    build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry, _ = build("graphs-npz", mirrored=False)
    monkeypatch.setenv("QDML_DATA_MIRROR", str(tmp_path / "not there"))
    with pytest.raises(DataAbsent, match=r"no file toy/toy\.npz in the folder QDML_DATA_MIRROR"):
        source.obtain(entry)
    assert "toy" in source.missed


def test_a_wrong_file_in_the_mirror_is_refused_and_left_alone(build: Build, tmp_path: Path) -> None:
    entry, content = build("graphs-npz")
    place = tmp_path / "mirror" / "toy" / "toy.npz"
    place.write_bytes(content[::-1])
    with pytest.raises(DataError, match="sha256"):
        source.obtain(entry)
    assert place.read_bytes() == content[::-1]


def test_a_spoilt_file_in_the_cache_is_removed(build: Build, server: Server) -> None:
    entry, content = build("graphs-npz", mirrored=False)
    entry = served(entry, server, content)
    source.obtain(entry)
    kept()[0].write_bytes(content[:-1])
    with pytest.raises(DataError, match="registered are"):
        source.obtain(entry)
    assert not kept()
    assert fetched(entry) == content
