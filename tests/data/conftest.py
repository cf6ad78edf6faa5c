"""Small files of the mirror's layouts, and the entries that register them."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from qdml.data import Entry

Build = Callable[..., tuple[Entry, bytes]]

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
    """No mirror, an empty cache and no proxy, whatever the machine has."""
    monkeypatch.delenv("QDML_DATA_MIRROR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("no_proxy", "*")


@pytest.fixture
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Build:
    """Register an archive of one layout with some arrays changed, and mirror it unless told."""

    def make(layout: str, mirrored: bool = True, **changes: Any) -> tuple[Entry, bytes]:
        arrays = (GRAPHS if layout == "graphs-npz" else NODES) | changes
        stream = io.BytesIO()
        np.savez(stream, **{key: array for key, array in arrays.items() if array is not None})
        content = stream.getvalue()
        entry = Entry(
            name="toy",
            title="A toy",
            task="graph-classification" if layout == "graphs-npz" else "node-classification",
            layout=layout,  # type: ignore[arg-type]
            source_url="https://example.org/toy",
            reference="nobody",
            licence="none",
            path="toy/toy.npz",
            bytes=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            counts=GRAPH_COUNTS if layout == "graphs-npz" else NODE_COUNTS,
        )
        if mirrored:
            mirror = tmp_path / "mirror"
            (mirror / "toy").mkdir(parents=True, exist_ok=True)
            (mirror / "toy" / "toy.npz").write_bytes(content)
            monkeypatch.setenv("QDML_DATA_MIRROR", str(mirror))
        return entry, content

    return make
