"""The distributed circuit: blocks of gates dealt to parties, its loss and its gradients."""

from qdml.model.circuit import Block, DistributedCircuit

__all__ = ["Block", "DistributedCircuit"]
