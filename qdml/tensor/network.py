"""Operations as a network of tensornetwork nodes, and the network as (arrays, index lists).

This is the only place that imports tensornetwork. A qubit is a wire; a diagonal gate takes hold of
the wire without cutting it, so a wire with more than two holders is a hyperedge: a copy node.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qdml.errors import InputError
from qdml.tensor.operations import Array, Kind, Operation

if TYPE_CHECKING:
    from tensornetwork import AbstractNode, Edge

#: The tensor of one qubit in a parity gate: a bond b multiplies the entry at bit z by (-1)^(b z).
_SIGNS = np.array([[1, 1], [1, -1]], dtype=complex)


@dataclass(frozen=True, eq=False)
class Network:
    """Arrays, the index of every axis of each, and the indices that stay open.

    An index may be on any number of axes and is summed over unless it is in `output`.
    """

    arrays: tuple[Array, ...]
    inputs: tuple[tuple[int, ...], ...]
    output: tuple[int, ...] = ()


def build(operations: Iterable[Operation]) -> tuple[list[AbstractNode], list[Edge]]:
    """Nodes of the product of `operations` in order of time, and its open edges by qubit.

    A qubit that no effect ends stays open: without effects the network is the final state. Raises
    `InputError` for a gate on a qubit that no state has started, and for a second state on one.
    """
    wiring = _Wiring()
    for op in operations:
        wiring.apply(op)
    ends = [wiring.release(wire) for _, wire in sorted(wiring.wires.items())]
    return wiring.nodes, ends


def flatten(nodes: Iterable[AbstractNode], open_edges: Sequence[Edge] = ()) -> Network:
    """The arrays of all nodes but the copy nodes, with one index for all edges of a copy node."""
    import tensornetwork as tn

    nodes = list(nodes)
    # By identity: two edges may have the same name.
    same: dict[int, int] = {}

    def root(edge: int) -> int:
        while same.setdefault(edge, edge) != edge:
            edge = same[edge]
        return edge

    for node in nodes:
        if isinstance(node, tn.CopyNode):
            for edge in node.edges:
                same[root(id(edge))] = root(id(node.edges[0]))
    index: dict[int, int] = {}

    def label(edge: Edge) -> int:
        return index.setdefault(root(id(edge)), len(index))

    tensors = [node for node in nodes if not isinstance(node, tn.CopyNode)]
    inputs = tuple(tuple(label(edge) for edge in node.edges) for node in tensors)
    arrays = tuple(np.asarray(node.tensor) for node in tensors)
    return Network(arrays, inputs, tuple(label(edge) for edge in open_edges))


class _Wiring:
    """Nodes so far, and for every living qubit the edges that hold its wire."""

    def __init__(self) -> None:
        self.nodes: list[AbstractNode] = []
        self.wires: dict[int, list[Edge]] = {}

    def apply(self, op: Operation) -> None:
        """Add an operation."""
        known = [q in self.wires for q in op.qubits]
        if any(known) if op.kind is Kind.STATE else not all(known):
            raise InputError(
                f"{op.kind.name.lower()} operation on qubits {op.qubits}: a qubit starts with "
                "exactly one state, before anything acts on it"
            )
        if op.kind is Kind.PARITY:
            self._hold(op.qubits, self._parity(op))
            return
        edges = self._node(op.array)
        if op.kind is Kind.DIAGONAL:
            self._hold(op.qubits, edges)
            return
        outputs = edges[: 0 if op.kind is Kind.EFFECT else len(op.qubits)]
        for q, edge in zip(op.qubits, edges[len(outputs) :], strict=False):
            self._join([*self.wires.pop(q), edge])
        self.wires |= {q: [edge] for q, edge in zip(op.qubits, outputs, strict=False)}

    def release(self, wire: list[Edge]) -> Edge:
        """The open end of a wire."""
        return wire[0] if len(wire) == 1 else self._copy(wire, ends=1)[-1]

    def _parity(self, op: Operation) -> list[Edge]:
        even, odd = op.array
        bond = self._node(np.array([(even + odd) / 2, (even - odd) / 2], dtype=complex))
        held = []
        for _ in op.qubits:
            inner, outer = self._node(_SIGNS)
            bond.append(inner)
            held.append(outer)
        self._join(bond)
        return held

    def _node(self, array: Array) -> list[Edge]:
        import tensornetwork as tn

        self.nodes.append(tn.Node(array, backend="numpy"))
        return list(self.nodes[-1].edges)

    def _hold(self, qubits: Sequence[int], edges: Sequence[Edge]) -> None:
        for q, edge in zip(qubits, edges, strict=True):
            self.wires[q].append(edge)

    def _join(self, wire: list[Edge]) -> None:
        import tensornetwork as tn

        if len(wire) == 2:
            tn.connect(*wire)
        else:
            self._copy(wire)

    def _copy(self, wire: list[Edge], ends: int = 0) -> list[Edge]:
        import tensornetwork as tn

        # Its dense tensor, of 2^rank entries, is never made: nobody asks the node for it.
        copy = tn.CopyNode(len(wire) + ends, 2, backend="numpy", dtype=np.complex128)
        self.nodes.append(copy)
        for axis, edge in enumerate(wire):
            tn.connect(copy[axis], edge)
        return list(copy.edges)
