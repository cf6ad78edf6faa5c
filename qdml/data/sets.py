"""What a loaded data set is: images, graphs or the nodes of one graph, with its counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Images:
    """Images of equal size: `pixels` (m, d) float holding 0, 1, ..., levels-1; `label` (m,) int."""

    pixels: Floats
    label: Ints
    levels: int

    def counts(self) -> dict[str, float]:
        """The quantities that a registry entry may state."""
        return {
            "images": len(self.pixels),
            "pixels": self.pixels.shape[1],
            "levels": self.levels,
            "classes": len(np.unique(self.label)),
        }


@dataclass(frozen=True)
class Graphs:
    """Labelled undirected graphs, one after the other.

    num_nodes, num_edges, label: (graphs,) int; edge_u <= edge_v: (edges,) int, counted from 0
    within the graph, each edge once; node_label: (nodes,) int from 0 and node_attr: (nodes, k)
    float, or None where there are none.
    """

    num_nodes: Ints
    num_edges: Ints
    edge_u: Ints
    edge_v: Ints
    label: Ints
    node_label: Ints | None
    node_attr: Floats | None = None

    def counts(self) -> dict[str, float]:
        """The quantities that a registry entry may state."""
        return {
            "graphs": len(self.num_nodes),
            "nodes": int(self.num_nodes.sum()),
            "edges": int(self.num_edges.sum()),
            "self_loops": int((self.edge_u == self.edge_v).sum()),
            "classes": len(np.unique(self.label)),
            "max_nodes": int(self.num_nodes.max()),
            "avg_nodes": float(self.num_nodes.mean()),
            "avg_edges": float(self.num_edges.mean()),
            "node_labels": 0 if self.node_label is None else len(np.unique(self.node_label)),
            "node_attributes": 0 if self.node_attr is None else self.node_attr.shape[1],
        }


@dataclass(frozen=True)
class Nodes:
    """One graph whose nodes carry features and a class.

    features: (nodes, d) scipy CSR array of float; label: (nodes,) int, -1 where there is none;
    edge_src, edge_dst: (entries,) int as the source lists them; train, val, test: node ids of the
    public split, empty where there is none.
    """

    features: Any
    label: Ints
    edge_src: Ints
    edge_dst: Ints
    train: Ints
    val: Ints
    test: Ints

    def counts(self) -> dict[str, float]:
        """The quantities that a registry entry may state; `edges` counts repeats, as papers do."""
        low = np.minimum(self.edge_src, self.edge_dst)
        high = np.maximum(self.edge_src, self.edge_dst)
        # A pair as one number sorts faster than a pair.
        pairs = (low * len(self.label) + high)[low < high]
        return {
            "nodes": len(self.label),
            "edge_entries": len(self.edge_src),
            "edges": len(self.edge_src) / 2,
            "edges_unique": len(np.unique(pairs)),
            "self_loop_entries": len(low) - len(pairs),
            "features": self.features.shape[1],
            "feature_nonzeros": self.features.nnz,
            "classes": len(np.unique(self.label[self.label >= 0])),
            "unlabelled": int((self.label < 0).sum()),
            "train": len(self.train),
            "val": len(self.val),
            "test": len(self.test),
        }


Dataset = Images | Graphs | Nodes
