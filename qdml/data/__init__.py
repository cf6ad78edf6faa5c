"""Real data: a registry of sets, checked loading, and the two-class tasks made from them."""

from qdml.data.loaders import load
from qdml.data.padding import pad_to_power_of_two
from qdml.data.registry import Entry, entries, entry
from qdml.data.sets import Dataset, Graphs, Images, Nodes
from qdml.data.tasks import Task, task

__all__ = [
    "Dataset",
    "Entry",
    "Graphs",
    "Images",
    "Nodes",
    "Task",
    "entries",
    "entry",
    "load",
    "pad_to_power_of_two",
    "task",
]
