"""Planetoid, OGB and Reddit files give the nodes that were written, or one line."""

from __future__ import annotations

import gzip
import os
import pickle
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from qdml.data import Entry, Nodes, node_formats
from qdml.data.archive import Malformed
from qdml.data.loaders import read
from qdml.data.node_formats import ogb_zip, planetoid, reddit
from qdml.errors import DataError
from tests.data.conftest import Server
from tests.data.test_archive import npy, zipped
from tests.data.test_unpickle import Calls, raw

ORDER = ("x", "tx", "allx", "y", "ty", "ally", "graph", "test.index")

#: Seven nodes: two to train on, one to validate on, one more, then 6 and 4 are tested, 5 is empty.
ALLX = np.array([[1, 0, 2], [0, 1, 0], [0, 0, 3], [4, 0, 0]], np.float32)
TX = np.array([[0, 6, 0], [0, 0, 4]], np.float32)
ALLY = np.array([[1, 0], [0, 1], [1, 0], [0, 1]], np.int32)
TY = np.array([[0, 1], [1, 0]], np.int32)
GRAPH = {0: [1, 1], 1: [0, 0], 2: [3], 3: [2, 6], 4: [4], 5: [], 6: [3]}
COUNTS = {
    "nodes": 7,
    "edge_entries": 9,
    "edges_unique": 3,
    "self_loop_entries": 1,
    "features": 3,
    "feature_nonzeros": 7,
    "unlabelled": 1,
    "train": 2,
    "val": 1,
    "test": 2,
}


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(node_formats, "PLANETOID_VALIDATION", 1)


def sparse(values: np.ndarray) -> bytes:
    """A sparse matrix as it is pickled now."""
    return pickle.dumps(csr_matrix(values), protocol=3)


def files(**changes: Any) -> dict[str, bytes]:
    """The eight planetoid files by name, with some changed."""
    return {
        "x": sparse(ALLX[:2]),
        "tx": sparse(TX),
        "allx": sparse(ALLX),
        "y": raw(ALLY[:2]),
        "ty": raw(TY),
        "ally": raw(ALLY),
        "graph": pickle.dumps(defaultdict(list, GRAPH), protocol=2),
        "test.index": b"6\n4\n",
    } | changes


def test_planetoid_nodes_are_in_their_places() -> None:
    nodes = planetoid(*files().values())
    expected = np.vstack([ALLX, TX[1], np.zeros(3), TX[0]])
    np.testing.assert_array_equal(nodes.features.toarray(), expected)
    assert nodes.label.tolist() == [0, 1, 0, 1, 0, -1, 1]
    assert nodes.counts() | COUNTS == nodes.counts()
    assert [part.tolist() for part in (nodes.train, nodes.val, nodes.test)] == [[0, 1], [2], [6, 4]]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"x": pickle.dumps(Calls(os.system, "true"), 2)}, r"a pickle that calls posix\.system"),
        ({"graph": pickle.dumps(Calls(os.system, "true"), 2)}, r"calls posix\.system"),
        ({"x": raw(ALLY)}, "features that are not a sparse matrix"),
        ({"tx": sparse(TX[:, :2])}, "features of different lengths"),
        ({"tx": sparse(TX * np.nan)}, "a feature that is not a finite number"),
        ({"y": raw(ALLY[0])}, "classes that are not rows of one length"),
        ({"ty": raw(TY[:1])}, "not one class a row of features"),
        ({"test.index": b"6\n"}, "does not number the rows of tx"),
        ({"test.index": b"6\n6\n"}, "a node is listed twice"),
        ({"test.index": b"6\n1\n"}, "a node is listed twice"),
        ({"test.index": b"6\n-4\n"}, "a node is listed twice"),
        ({"test.index": b"9999999999\n4\n"}, "not one node of the graph a number"),
        ({"test.index": b"6\nx\n"}, "test.index is not a table of numbers"),
        ({"graph": pickle.dumps({**GRAPH, 6: [7]}, 2)}, "a node id out of range"),
        ({"graph": pickle.dumps({**GRAPH, 6: ["a"]}, 2)}, "a graph that is not lists of numbers"),
        (
            {"graph": pickle.dumps(dict.fromkeys(GRAPH, [0] * 99), 2)},
            "that is not lists of numbers",
        ),
        ({"graph": raw(ALLY)}, "not one node of the graph a number"),
    ],
)
def test_what_is_wrong_with_planetoid_files(change: dict[str, bytes], message: str) -> None:
    with pytest.raises(Malformed, match=message) as caught:
        planetoid(*files(**change).values())
    assert "\n" not in str(caught.value)


def test_too_few_to_validate_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(node_formats, "PLANETOID_VALIDATION", 3)
    with pytest.raises(Malformed, match="fewer than 3 nodes to validate on"):
        planetoid(*files().values())


def packed(text: str) -> bytes:
    """A gzipped table."""
    return gzip.compress(text.encode(), mtime=0)


def ogb(**changes: Any) -> bytes:
    """An OGB archive of three nodes."""
    texts = {
        "raw/edge": "0,1\n1,2\n",
        "raw/node-feat": "0.5,1\n0,-2\n3,0\n",
        "raw/node-label": "0\n1\n0\n",
        "split/sales/train": "2\n",
        "split/sales/valid": "0\n",
        "split/sales/test": "1\n",
    }
    content = {f"toys/{key}.csv.gz": packed(text) for key, text in texts.items()}
    for key, value in changes.items():
        content[f"toys/raw/{key.replace('_', '-')}.csv.gz"] = value
    return zipped({key: value for key, value in content.items() if value is not None})


def test_ogb_nodes() -> None:
    nodes = ogb_zip(ogb())
    assert nodes.features.toarray().tolist() == [[0.5, 1], [0, -2], [3, 0]]
    assert (nodes.edge_src.tolist(), nodes.edge_dst.tolist()) == ([0, 1], [1, 2])
    assert (nodes.train.tolist(), nodes.val.tolist(), nodes.test.tolist()) == ([2], [0], [1])
    assert nodes.counts()["feature_nonzeros"] == 4


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"edge": None}, "0 members end in raw/edge.csv.gz"),
        ({"edge": b"text"}, "a damaged gzip file"),
        ({"edge": packed("0,1\n")[:-2]}, "a truncated gzip file"),
        ({"edge": packed("0,3\n")}, "a node id out of range"),
        ({"edge": packed("0,1,2\n")}, "edge.csv has 3 columns, not 2"),
        ({"node_label": packed("0\n1\n")}, "not one class a node"),
        ({"node_label": packed("0\n1\nnan\n")}, "node-label.csv is not a table of numbers"),
        ({"node_feat": packed("nan,1\n0,1\n3,1\n")}, "a feature that is not a finite number"),
        ({"node_feat": packed("")}, "node-feat.csv is empty"),
        ({"node_feat": packed("0" * 10**6)}, "would unpack to more than"),
    ],
)
def test_what_is_wrong_with_an_ogb_archive(change: dict[str, Any], message: str) -> None:
    with pytest.raises(Malformed, match=message):
        ogb_zip(ogb(**change))


def posts(**changes: Any) -> bytes:
    """A Reddit archive of three nodes; an array that is None is left out."""
    data = {
        "feature": np.array([[0.5, 1], [0, -2], [3, 0]], np.float32),
        "label": np.array([0, 1, 0]),
        "node_types": np.array([3, 1, 2]),
        "node_ids": np.arange(3),
    } | {key: value for key, value in changes.items() if key not in ("row", "col")}
    graph = {"row": np.array([0, 1]), "col": np.array([1, 0]), "format": np.array("coo")}
    graph |= {key: value for key, value in changes.items() if key in ("row", "col")}
    inner = {
        f"reddit_{name}.npz": zipped(
            {f"{key}.npy": npy(a) for key, a in group.items() if a is not None}
        )
        for name, group in (("data", data), ("graph", graph))
    }
    return zipped(inner)


def test_reddit_nodes() -> None:
    nodes = reddit(posts())
    assert nodes.features.toarray().tolist() == [[0.5, 1], [0, -2], [3, 0]]
    assert (nodes.train.tolist(), nodes.val.tolist(), nodes.test.tolist()) == ([1], [2], [0])
    assert nodes.edge_dst.tolist() == [1, 0]
    assert reddit(posts(node_ids=np.array([None]))).label.tolist() == [0, 1, 0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"feature": np.full((3, 2), np.nan)}, "a feature that is not a finite number"),
        ({"feature": np.zeros(3)}, "'feature' has 1 axes, 2 is wanted"),
        ({"label": None}, "no array 'label'"),
        ({"label": np.array([None] * 3)}, "one holds Python objects"),
        ({"label": np.array([0, 1])}, "not one class a node"),
        ({"node_types": np.array([1])}, "not one type a node"),
        ({"row": np.array([3, 0])}, "a node id out of range"),
        ({"row": np.array([0])}, "not two ends to every edge"),
    ],
)
def test_what_is_wrong_with_a_reddit_archive(change: dict[str, Any], message: str) -> None:
    with pytest.raises(Malformed, match=message):
        reddit(posts(**change))
    with pytest.raises(Malformed, match=r"no member is called reddit_data\.npz"):
        reddit(zipped({"other": b""}))


@pytest.mark.parametrize(
    ("layout", "served", "counts"),
    [
        ("planetoid", {f"ind.toy.{key}": value for key, value in files().items()}, COUNTS),
        ("ogb-zip", {"toys.zip": ogb()}, {"nodes": 3, "edge_entries": 2, "classes": 2}),
        ("reddit-zip", {"reddit.zip": posts()}, {"nodes": 3, "edge_entries": 2, "features": 2}),
    ],
)
def test_downloaded_nodes(
    register: Callable[..., Entry],
    server: Server,
    layout: str,
    served: dict[str, bytes],
    counts: dict[str, int],
) -> None:
    entry = server.serve(register(layout, served, counts, mirrored=False))
    server.files = {f"/toy/{name}": content for name, content in served.items()}
    nodes = read(entry)
    assert isinstance(nodes, Nodes)
    assert server.asked == len(served)
    read(entry)
    assert server.asked == len(served)
    with pytest.raises(DataError, match=r"nodes is .*, registered is 99; this is another edition"):
        read(entry.model_copy(update={"counts": counts | {"nodes": 99}}))


def test_one_wrong_file_of_eight_is_refused(register: Callable[..., Entry], server: Server) -> None:
    served = {f"ind.toy.{key}": value for key, value in files().items()}
    entry = server.serve(register("planetoid", served, COUNTS, mirrored=False))
    server.files = {f"/toy/{name}": content for name, content in served.items()}
    trap = pickle.dumps(Calls(os.abort), 2)
    server.files["/toy/ind.toy.ally"] = trap.ljust(len(served["ind.toy.ally"]), b".")
    with pytest.raises(DataError, match=r"ind\.toy\.ally: sha256 is .* nothing was kept"):
        read(entry)
    server.files["/toy/ind.toy.ally"] = served["ind.toy.ally"]
    assert read(entry)
