"""Files come from mirror, cache or network in that order, and nothing unchecked is ever kept."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from qdml.data import Entry, source
from qdml.errors import DataAbsent, DataError

Build = Callable[..., tuple[Entry, bytes]]


class Server:
    """Serves `content` on loopback and counts requests; `claims` is the length that it states."""

    def __init__(self) -> None:
        self.content, self.claims, self.asked = b"", -1, 0
        self.stall = threading.Event()
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.asked += 1
                if self.path != "/toy.npz":
                    self.send_error(404)
                    return
                self.send_response(200)
                length = server.claims if server.claims >= 0 else len(server.content)
                self.send_header("Content-Length", str(length))
                self.end_headers()
                self.wfile.write(server.content)
                if server.claims > len(server.content):
                    server.stall.wait(10)

            def log_message(self, *_: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}"
        self.thread = threading.Thread(target=self.http.serve_forever)
        self.thread.start()

    def close(self) -> None:
        self.stall.set()
        self.http.shutdown()
        self.thread.join()
        self.http.server_close()


@pytest.fixture
def server() -> Iterator[Server]:
    one = Server()
    yield one
    one.close()


def served(entry: Entry, server: Server, content: bytes, path: str = "/toy.npz") -> Entry:
    server.content = content
    return entry.model_copy(update={"url": server.url + path})


def kept() -> list[Path]:
    return [path for path in source.cache_folder().rglob("*") if path.is_file()]


def test_the_mirror_is_asked_first(build: Build, server: Server) -> None:
    entry, content = build("graphs-npz")
    assert source.obtain(served(entry, server, b"other")) == content
    assert server.asked == 0
    assert not kept()


def test_a_download_is_checked_kept_and_not_repeated(build: Build, server: Server) -> None:
    entry, content = build("graphs-npz", mirrored=False)
    entry = served(entry, server, content)
    assert source.obtain(entry) == content
    assert [path.name for path in kept()] == ["toy.npz"]
    assert source.obtain(entry) == content
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


def test_a_download_that_breaks_off_is_refused(build: Build, server: Server) -> None:
    entry, content = build("graphs-npz", mirrored=False)
    server.claims = len(content)
    server.stall.set()
    with pytest.raises(DataError, match="registered are"):
        source.obtain(served(entry, server, content[:100]))
    assert not kept()


def test_a_server_that_stalls_is_given_up(
    build: Build, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "STALL_SECONDS", 0.2)
    entry, content = build("graphs-npz", mirrored=False)
    server.claims = len(content)
    with pytest.raises(DataAbsent, match="cannot be fetched"):
        source.obtain(served(entry, server, content[:100]))
    assert not kept()


def test_a_trickle_is_given_up(
    build: Build, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "DOWNLOAD_SECONDS", -1.0)
    entry, content = build("graphs-npz", mirrored=False)
    with pytest.raises(DataAbsent, match="not finished after"):
        source.obtain(served(entry, server, content))
    assert not kept()


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
    assert source.obtain(entry) == content
