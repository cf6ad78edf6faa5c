"""Circuits as plain data, and the two reductions made before a tensor network is built of them.

A gate is an array on named qubits. `light_cone` drops the gates that cancel against their inverses
in <O> = <in| U^+ O U |in>, and `fuse` multiplies neighbouring one-qubit gates together. Diagonal
gates never change the basis of a qubit, so both reductions let them slide past each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, auto

import numpy as np
import numpy.typing as npt

from qdml.errors import InputError

Array = npt.NDArray[np.complex128]


class Kind(Enum):
    """What the axes of an operation's array, each of size 2, stand for."""

    DENSE = auto()  # outputs of the k qubits, then their inputs: (2,) * 2k
    DIAGONAL = auto()  # the entries on the diagonal, one axis a qubit: (2,) * k
    PARITY = auto()  # the diagonal entry at even and at odd parity of the k qubits: (2,)
    STATE = auto()  # outputs alone, a unit vector that starts the qubits: (2,) * k
    EFFECT = auto()  # inputs alone, the covector that ends the qubits: (2,) * k


_AXES_PER_QUBIT = {Kind.DENSE: 2, Kind.DIAGONAL: 1, Kind.STATE: 1, Kind.EFFECT: 1}


@dataclass(frozen=True, eq=False)
class Operation:
    """An array of complex numbers that acts on `qubits` in the way that `kind` says.

    Gates are unitary; `light_cone` relies on it.
    """

    kind: Kind
    array: Array
    qubits: tuple[int, ...]

    def __post_init__(self) -> None:
        axes = len(self.qubits) * _AXES_PER_QUBIT[self.kind] if self.kind is not Kind.PARITY else 1
        if len(set(self.qubits)) != len(self.qubits):
            raise InputError(f"operation on qubits {self.qubits}: they must differ")
        if not self.qubits or self.array.shape != (2,) * axes:
            raise InputError(
                f"{self.kind.name.lower()} operation on qubits {self.qubits}: an array of shape "
                f"{self.array.shape} was given, {(2,) * axes} is needed"
            )

    @property
    def diagonal(self) -> bool:
        """Whether the gate commutes with every diagonal gate."""
        return self.kind in (Kind.DIAGONAL, Kind.PARITY)

    def adjoint(self) -> Operation:
        """The conjugate transpose; it turns a state into an effect and back."""
        array, count = self.array.conj(), len(self.qubits)
        if self.kind is Kind.DENSE:
            array = array.transpose([*range(count, 2 * count), *range(count)])
        swapped = {Kind.STATE: Kind.EFFECT, Kind.EFFECT: Kind.STATE}
        return Operation(swapped.get(self.kind, self.kind), array, self.qubits)


def sandwich(operations: Sequence[Operation], observable: Sequence[Operation]) -> list[Operation]:
    """<in| U^+ O U |in> in order of time: `operations` (states and gates), O, the mirror image."""
    return [*operations, *observable, *(op.adjoint() for op in reversed(operations))]


def light_cone(operations: Sequence[Operation], observable: Iterable[Operation]) -> list[Operation]:
    """The states and gates that <O> depends on, in order.

    Going back in time, U^+ O U acts on a qubit as the identity, as something diagonal, or in full.
    A diagonal gate cancels unless it meets a qubit in full, and makes no other qubit worse than
    diagonal; any other gate cancels on identities alone. States are unit vectors, so those of
    qubits that are never reached contribute <in|in> = 1.
    """
    full: dict[int, bool] = {}
    for op in observable:
        full.update((q, full.get(q, False) or not op.diagonal) for q in op.qubits)
    kept = []
    for op in reversed(operations):
        if op.diagonal and any(full.get(q, False) for q in op.qubits):
            kept.append(op)
            full = dict.fromkeys(op.qubits, False) | full
        elif not op.diagonal and any(q in full for q in op.qubits):
            kept.append(op)
            full |= dict.fromkeys(op.qubits, True)
    return kept[::-1]


def fuse(operations: Iterable[Operation]) -> list[Operation]:
    """The same product with the one-qubit gates on a qubit, and its state, multiplied together.

    A product that is the identity up to rounding is dropped; one that is diagonal is said to be so.
    """
    pending: dict[int, Array] = {}
    fused: list[Operation] = []
    for op in operations:
        first, alone = op.qubits[0], len(op.qubits) == 1
        if alone and op.kind is Kind.STATE and first not in pending:
            pending[first] = op.array
        elif alone and op.kind not in (Kind.STATE, Kind.EFFECT):
            gate = np.diag(op.array) if op.diagonal else op.array
            pending[first] = gate @ pending[first] if first in pending else gate
        else:
            for q in op.qubits:
                if q in pending and not (op.diagonal and _is_diagonal(pending[q])):
                    fused += _emit(q, pending.pop(q))
            fused.append(op)
    for q, array in pending.items():
        fused += _emit(q, array)
    return fused


def _emit(qubit: int, array: Array) -> list[Operation]:
    if array.ndim == 1:
        return [Operation(Kind.STATE, array, (qubit,))]
    if not _is_diagonal(array):
        return [Operation(Kind.DENSE, array, (qubit,))]
    entries = np.diagonal(array)
    if _negligible(entries - 1):
        return []
    return [Operation(Kind.DIAGONAL, entries, (qubit,))]


def _is_diagonal(array: Array) -> bool:
    return array.ndim == 2 and _negligible(array[[0, 1], [1, 0]])


def _negligible(entries: Array) -> bool:
    # Products of a few unitary matrices are exact to a few units in the last place.
    return bool(np.abs(entries).max() <= 4 * np.finfo(float).eps)
