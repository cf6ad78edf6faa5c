"""Real data: a registry of sets, checked loading, and the two-class tasks made from them."""

from qdml.data.graphs import GraphSet, NodeSet, graph_sets, load_graphs, load_nodes, node_sets
from qdml.data.loaders import inspect, load
from qdml.data.padding import pad_to_power_of_two
from qdml.data.registry import Entry, entries, entry
from qdml.data.sets import Dataset, Graphs, Images, Nodes
from qdml.data.tasks import Task, task

__all__ = [
    "Dataset",
    "Entry",
    "GraphSet",
    "Graphs",
    "Images",
    "NodeSet",
    "Nodes",
    "Task",
    "entries",
    "entry",
    "graph_sets",
    "inspect",
    "load",
    "load_graphs",
    "load_nodes",
    "node_sets",
    "pad_to_power_of_two",
    "task",
]
