"""Sets of nodes from the bytes of their files: arrays, planetoid, OGB and Reddit.

The planetoid files are those of Yang et al. 2016 (arXiv:1603.08861), the archives of text those of
Hu et al. 2020 (arXiv:2005.00687), and Reddit that of Hamilton et al. 2017 (arXiv:1706.02216) as DGL
packs it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from qdml.data.archive import arrays, gunzip, members, require
from qdml.data.checks import column, finite, integers, table, within
from qdml.data.sets import Ints, Nodes
from qdml.data.unpickle import unpickle

#: Nodes after the training nodes that the public planetoid split keeps for validation.
PLANETOID_VALIDATION = 500


def node_npz(content: bytes) -> Nodes:
    """Nodes from arrays: CSR features x_*, classes y, edge_src, edge_dst, and the split if any."""
    from scipy.sparse import csr_array

    found = arrays(content)
    shape = integers(found, "x_shape")
    require(len(shape) == 2 and bool((shape > 0).all()), "x_shape is not two positive numbers")
    rows, columns = map(int, shape)
    values, pointers = column(found, "x_data", "fiu"), integers(found, "x_indptr")
    indices = integers(found, "x_indices")
    require(len(values) == len(indices), "x_data and x_indices differ in length")
    require(
        len(pointers) == rows + 1
        and pointers[0] == 0
        and pointers[-1] == len(values)
        and bool((np.diff(pointers) >= 0).all()),
        "x_indptr does not describe the rows",
    )
    require(within(indices, columns), "a feature index out of range")
    source, target = integers(found, "edge_src"), integers(found, "edge_dst")
    require(len(source) == len(target), "edge_src and edge_dst differ in length")
    keys = ("train_idx", "val_idx", "test_idx")
    split = [integers(found, key) if key in found else _none() for key in keys]
    features = csr_array((values.astype(np.float64), indices, pointers), shape=(rows, columns))
    return _checked(features, integers(found, "y"), source, target, *split)


def planetoid(*contents: bytes) -> Nodes:
    """Nodes from the files x, tx, allx, y, ty, ally, graph and test.index, in this order.

    Training nodes come first, then the rest, then those tested, which test.index shuffles. Numbers
    that it leaves out are nodes without features and class.
    """
    from scipy.sparse import csr_array, issparse, vstack

    x, tx, allx, y, ty, ally, graph = map(unpickle, contents[:7])
    require(all(map(issparse, (x, tx, allx))), "features that are not a sparse matrix")
    require(len({one.shape[1] for one in (x, tx, allx)}) == 1, "features of different lengths")
    classes = [np.asarray(one) for one in (y, ty, ally)]
    require(
        all(one.ndim == 2 and one.shape[1] == classes[0].shape[1] for one in classes),
        "classes that are not rows of one length",
    )
    require(
        [len(one) for one in classes] == [one.shape[0] for one in (x, tx, allx)],
        "not one class a row of features",
    )
    test = table(contents[7], "test.index", np.int64, 1)[:, 0]
    known, size = allx.shape[0], int(test.max()) + 1
    require(len(test) == tx.shape[0], "test.index does not number the rows of tx")
    require(test.min() >= known and len(np.unique(test)) == len(test), "a node is listed twice")
    # The largest number decides how much memory is taken: it can be trusted no more than the rest.
    require(isinstance(graph, dict) and size == len(graph), "not one node of the graph a number")
    place = csr_array((np.ones(len(test)), (test, np.arange(len(test)))), shape=(size, len(test)))
    features = (vstack([allx, csr_array((size - known, allx.shape[1]))]) + place @ tx).tocsr()
    one_hot = np.zeros((size, classes[0].shape[1]))
    one_hot[:known], one_hot[test] = classes[2], classes[1]
    label = np.where(one_hot.any(axis=1), one_hot.argmax(axis=1), -1)
    lists = all(isinstance(others, list) for others in graph.values())
    # A pickle can hold one list and name it for every node: a number that it holds takes a byte.
    lists = lists and sum(map(len, graph.values())) <= len(contents[6])
    ends = [(node, other) for node, others in graph.items() for other in others] if lists else []
    numbers = all(type(end) is int for pair in ends for end in pair)
    require(lists and numbers, "a graph that is not lists of numbers")
    require(all(0 <= end < size for pair in ends for end in pair), "a node id out of range")
    entries = np.array(ends, np.int64).reshape(-1, 2)
    train = np.arange(len(y))
    val = np.arange(len(y), len(y) + PLANETOID_VALIDATION)
    require(val[-1] < known, f"fewer than {PLANETOID_VALIDATION} nodes to validate on")
    return _checked(
        features.astype(np.float64), label, entries[:, 0], entries[:, 1], train, val, test
    )


def ogb_zip(content: bytes) -> Nodes:
    """Nodes from the gzipped tables raw/edge, raw/node-feat, raw/node-label and split/*/*."""
    from scipy.sparse import csr_array

    packed = members(content)

    def member(end: str, dtype: type, columns: int | None = None) -> NDArray[Any]:
        names = [name for name in packed if name.endswith(f"/{end}.csv.gz")]
        require(len(names) == 1, f"not an OGB archive: {len(names)} members end in {end}.csv.gz")
        return table(gunzip(packed.pop(names[0]), len(content)), f"{end}.csv", dtype, columns)

    ends, label = member("raw/edge", np.int64, 2), member("raw/node-label", np.int64, 1)
    split = [member(part, np.int64, 1)[:, 0] for part in ("train", "valid", "test")]
    features = csr_array(member("raw/node-feat", np.float32), dtype=np.float64)
    return _checked(features, label[:, 0], ends[:, 0], ends[:, 1], *split)


def reddit(content: bytes) -> Nodes:
    """Nodes from an archive of reddit_data.npz and reddit_graph.npz, a sparse matrix of entries."""
    from scipy.sparse import csr_array

    packed = {name.rpartition("/")[2]: data for name, data in members(content).items()}
    for name in ("reddit_data.npz", "reddit_graph.npz"):
        require(name in packed, f"no member is called {name}")
    data = arrays(packed.pop("reddit_data.npz"), ("feature", "label", "node_types"))
    edges = arrays(packed.pop("reddit_graph.npz"), ("row", "col"))
    types = integers(data, "node_types")
    split = [np.flatnonzero(types == part) for part in (1, 2, 3)]
    features = csr_array(column(data, "feature", "f", axes=2), dtype=np.float64)
    require(len(types) == features.shape[0], "not one type a node")
    ends = integers(edges, "row"), integers(edges, "col")
    return _checked(features, integers(data, "label"), *ends, *split)


def _checked(
    features: Any, label: Ints, source: Ints, target: Ints, train: Ints, val: Ints, test: Ints
) -> Nodes:
    rows = features.shape[0]
    require(len(label) == rows and bool((label >= -1).all()), "not one class a node")
    finite(features.data, "a feature")
    require(len(source) == len(target), "not two ends to every edge")
    parts = source, target, train, val, test
    require(all(within(ids, rows) for ids in parts), "a node id out of range")
    joined = np.concatenate([train, val, test])
    require(len(np.unique(joined)) == len(joined), "a node in two parts of the split")
    return Nodes(features, label, source, target, train, val, test)


def _none() -> Ints:
    return np.zeros(0, np.int64)
