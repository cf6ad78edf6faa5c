"""Small files of the mirror's layouts, and the entries that register them."""

from __future__ import annotations

import hashlib
import io
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from qdml.data import Entry

Build = Callable[..., tuple[Entry, bytes]]
Register = Callable[..., Entry]

GRAPHS: dict[str, Any] = {
    "num_nodes": np.array([3, 2], np.int32),
    "num_edges": np.array([2, 2], np.int32),
    "edge_u": np.array([0, 1, 0, 1], np.int32),
    "edge_v": np.array([1, 2, 1, 1], np.int32),
    "graph_label": np.array([-1, 1], np.int32),
    "node_label": np.array([0, 1, 0, 2, 0], np.int32),
}
GRAPH_COUNTS = {"graphs": 2, "nodes": 5, "edges": 4, "self_loops": 1, "node_labels": 3}
NODES: dict[str, Any] = {
    "x_data": np.array([1.0, 2.0, 1.0], np.float32),
    "x_indices": np.array([0, 2, 1], np.int32),
    "x_indptr": np.array([0, 2, 2, 3], np.int32),
    "x_shape": np.array([3, 4], np.int64),
    "y": np.array([0, 1, -1], np.int32),
    "edge_src": np.array([0, 1, 1, 2], np.int32),
    "edge_dst": np.array([1, 0, 1, 0], np.int32),
    "train_idx": np.array([0], np.int32),
    "test_idx": np.array([1], np.int32),
}
NODE_COUNTS = {"nodes": 3, "edges_unique": 2, "self_loop_entries": 1, "features": 4, "train": 1}


@pytest.fixture(autouse=True)
def _nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No mirror, an empty cache, and no way out but loopback, whatever the machine has."""
    monkeypatch.delenv("QDML_DATA_MIRROR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for scheme in ("http_proxy", "https_proxy"):
        monkeypatch.delenv(scheme.upper(), raising=False)
        monkeypatch.setenv(scheme, "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture
def register(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Register:
    """Register files of one layout, by the names of their paths, and mirror them unless told."""

    def make(
        layout: str, files: dict[str, bytes], counts: dict[str, int], mirrored: bool = True
    ) -> Entry:
        kinds = {"node-npz", "planetoid", "ogb-zip", "reddit-zip"}
        mirror = tmp_path / "mirror"
        for name, content in files.items() if mirrored else ():
            (mirror / "toy").mkdir(parents=True, exist_ok=True)
            (mirror / "toy" / name).write_bytes(content)
            monkeypatch.setenv("QDML_DATA_MIRROR", str(mirror))
        registered = [
            {
                "path": f"toy/{name}",
                "bytes": max(len(content), 1),
                "sha256": hashlib.sha256(content).hexdigest(),
            }
            for name, content in files.items()
        ]
        return Entry.model_validate(
            {
                "name": "toy",
                "title": "A toy",
                "task": "node-classification" if layout in kinds else "graph-classification",
                "source_url": "https://example.org/toy",
                "reference": "nobody",
                "licence": "none",
                "forms": [{"layout": layout, "files": registered}],
                "counts": counts,
            }
        )

    return make


@pytest.fixture
def build(register: Register) -> Build:
    """Register an archive of arrays of one layout with some of them changed."""

    def make(layout: str, mirrored: bool = True, **changes: Any) -> tuple[Entry, bytes]:
        arrays = (GRAPHS if layout == "graphs-npz" else NODES) | changes
        stream = io.BytesIO()
        np.savez(stream, **{key: array for key, array in arrays.items() if array is not None})
        content = stream.getvalue()
        counts = GRAPH_COUNTS if layout == "graphs-npz" else NODE_COUNTS
        return register(layout, {"toy.npz": content}, counts, mirrored), content

    return make


class Server:
    """Serves files on loopback: counts what it is asked and sends, breaks off or stalls."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.asked = self.sent = 0
        self.breaks_at: int | None = None
        self.ranges, self.stalls = True, False
        self.stall = threading.Event()
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.asked += 1
                content = server.files.get(self.path)
                if content is None:
                    self.send_error(404)
                    return
                wanted = self.headers.get("Range", "") if server.ranges else ""
                start = int(wanted.removeprefix("bytes=").rstrip("-") or 0)
                if start and start >= len(content):
                    self.send_error(416)
                    return
                self.send_response(206 if wanted else 200)
                rest = content[start:]
                self.send_header("Content-Length", str(len(rest)))
                self.end_headers()
                sent = rest[: server.breaks_at]
                server.sent += len(sent)
                self.wfile.write(sent)
                if server.stalls:
                    server.stall.wait(10)

            def log_message(self, *_: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}"
        self.thread = threading.Thread(target=self.http.serve_forever)
        self.thread.start()

    def serve(self, entry: Entry, place: Callable[[str], str] = lambda path: f"/{path}") -> Entry:
        """The entry with addresses of this server for all its files."""
        (form,) = entry.forms
        files = tuple(
            file.model_copy(update={"url": self.url + place(file.path)}) for file in form.files
        )
        return entry.model_copy(update={"forms": (form.model_copy(update={"files": files}),)})

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
