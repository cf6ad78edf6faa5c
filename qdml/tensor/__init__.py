"""Circuits as tensor networks: described with tensornetwork, planned by cotengra, run on numpy."""

from qdml.tensor.contraction import MEMORY_BUDGET, Contraction, Plan, prepare
from qdml.tensor.network import Network, build, flatten
from qdml.tensor.operations import Kind, Operation, fuse, light_cone, sandwich

__all__ = [
    "MEMORY_BUDGET",
    "Contraction",
    "Kind",
    "Network",
    "Operation",
    "Plan",
    "build",
    "flatten",
    "fuse",
    "light_cone",
    "prepare",
    "sandwich",
]
