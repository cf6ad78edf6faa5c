"""Loading a registered data set: bytes to checked arrays, and nothing that was not checked."""

from __future__ import annotations

import hashlib
import io
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qdml.data.embedded import embedded
from qdml.data.registry import Entry, entry
from qdml.data.sets import Dataset, Graphs, Ints, Nodes
from qdml.data.source import obtain
from qdml.errors import DataError

Arrays = dict[str, NDArray[Any]]


def load(name: str) -> Dataset:
    """The registered data set `name`, checked against its sha256 and its counts.

    Raises `InputError` for an unknown name, `DataAbsent` when the set cannot be had here and
    `DataError` when what was found is not what was registered.
    """
    return read(entry(name))


def read(one: Entry) -> Dataset:
    """Load the set that a registry entry describes; errors as for `load`."""
    if one.layout == "embedded":
        dataset = _embedded(one)
    else:
        arrange: Callable[[Arrays], Dataset] = _graphs if one.layout == "graphs-npz" else _nodes
        try:
            dataset = arrange(_unpack(obtain(one)))
        except _Malformed as error:
            raise DataError(f"data set {one.name!r}: {one.path}: {error}") from None
    found = dataset.counts()
    for key, stated in (one.counts | one.published).items():
        if key not in found:
            raise DataError(f"data set {one.name!r}: {key!r} is registered but cannot be counted")
        # Published averages are rounded to two places; every other count is an integer.
        if abs(found[key] - stated) > 0.005:
            raise DataError(
                f"data set {one.name!r}: {key} is {found[key]:g}, registered is {stated:g}; "
                "this is another edition of the set"
            )
    return dataset


class _Malformed(Exception):
    """What is wrong with a file, to be completed with the name of the set."""


def _embedded(one: Entry) -> Dataset:
    dataset, content = embedded(one.name)
    if hashlib.sha256(content).hexdigest() != one.sha256:
        raise DataError(
            f"data set {one.name!r}: the copy that is installed is not the registered one (sha256 "
            f"{one.sha256[:12]}...); install the locked versions of scikit-learn and networkx"
        )
    return dataset


def _unpack(content: bytes) -> Arrays:
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as archive:
            return {key: archive[key] for key in archive.files}
    except (ValueError, OSError, EOFError, KeyError, AttributeError) as error:
        raise _Malformed(f"not an archive of plain arrays ({error})") from None
    except (zipfile.BadZipFile, zlib.error, NotImplementedError) as error:
        raise _Malformed(f"a damaged archive ({error})") from None


def _graphs(arrays: Arrays) -> Graphs:
    num_nodes, num_edges = _ints(arrays, "num_nodes"), _ints(arrays, "num_edges")
    edge_u, edge_v = _ints(arrays, "edge_u"), _ints(arrays, "edge_v")
    label = _ints(arrays, "graph_label")
    node_label = _ints(arrays, "node_label") if "node_label" in arrays else None
    _require(len(num_nodes) > 0 and bool((num_nodes > 0).all()), "a graph without nodes")
    _require(bool((num_edges >= 0).all()), "a negative number of edges")
    _require(len(num_edges) == len(label) == len(num_nodes), "not one entry a graph in every array")
    _require(len(edge_u) == len(edge_v) == num_edges.sum(), "not one entry an edge in every array")
    size = np.repeat(num_nodes, num_edges)
    inside = (edge_u >= 0) & (edge_u <= edge_v) & (edge_v < size)
    _require(bool(inside.all()), "a node id out of range")
    if node_label is not None:
        _require(len(node_label) == num_nodes.sum(), "not one label a node")
        _require(bool((node_label >= 0).all()), "a negative node label")
    return Graphs(
        num_nodes,
        num_edges,
        edge_u,
        edge_v,
        label,
        node_label,
        _attributes(arrays, num_nodes.sum()),
    )


def _attributes(arrays: Arrays, nodes: int) -> NDArray[np.float64] | None:
    if "node_attr" not in arrays:
        return None
    values = _array(arrays, "node_attr", "fiu", axes=2).astype(np.float64)
    _require(len(values) == nodes, "not one row of attributes a node")
    _require(bool(np.isfinite(values).all()), "an attribute that is not a finite number")
    return values


def _nodes(arrays: Arrays) -> Nodes:
    from scipy.sparse import csr_array

    label = _ints(arrays, "y")
    source, target = _ints(arrays, "edge_src"), _ints(arrays, "edge_dst")
    splits = [
        _ints(arrays, f"{part}_idx") if f"{part}_idx" in arrays else np.zeros(0, np.int64)
        for part in ("train", "val", "test")
    ]
    shape = _ints(arrays, "x_shape")
    _require(len(shape) == 2 and bool((shape > 0).all()), "x_shape is not two positive numbers")
    rows, columns = map(int, shape)
    values, pointers = _array(arrays, "x_data", "fiu"), _ints(arrays, "x_indptr")
    indices = _ints(arrays, "x_indices")
    _require(len(label) == rows and bool((label >= -1).all()), "not one class a node")
    _require(bool(np.isfinite(values).all()), "a feature that is not a finite number")
    _require(len(values) == len(indices), "x_data and x_indices differ in length")
    _require(
        len(pointers) == rows + 1
        and pointers[0] == 0
        and pointers[-1] == len(values)
        and bool((np.diff(pointers) >= 0).all()),
        "x_indptr does not describe the rows",
    )
    _require(_within(indices, columns), "a feature index out of range")
    _require(len(source) == len(target), "edge_src and edge_dst differ in length")
    _require(all(_within(ids, rows) for ids in (source, target, *splits)), "a node id out of range")
    joined = np.concatenate(splits)
    _require(len(np.unique(joined)) == len(joined), "a node in two parts of the split")
    features = csr_array((values.astype(np.float64), indices, pointers), shape=(rows, columns))
    return Nodes(features, label, source, target, *splits)


def _ints(arrays: Arrays, key: str) -> Ints:
    return _array(arrays, key, "iu").astype(np.int64)


def _array(arrays: Arrays, key: str, kinds: str, axes: int = 1) -> NDArray[Any]:
    _require(key in arrays, f"no array {key!r}")
    array = arrays[key]
    _require(array.ndim == axes, f"array {key!r} has {array.ndim} axes, {axes} is wanted")
    _require(array.dtype.kind in kinds, f"array {key!r} has the unexpected type {array.dtype}")
    return array


def _within(ids: Ints, size: int) -> bool:
    return bool(((ids >= 0) & (ids < size)).all())


def _require(truth: bool, otherwise: str) -> None:
    if not truth:
        raise _Malformed(otherwise)
