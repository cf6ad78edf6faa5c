"""What all engines that hold vectors do before and after: fit gates to states, widen, cut."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from qdml.errors import InputError
from qdml.quantum.gates import Gate, Pauli
from qdml.quantum.normal_form import Program, compile_gates
from qdml.quantum.numbers import State


def fitting_program(gates: Iterable[Gate] | Program, state: State) -> tuple[Program, int]:
    """The program of gates, and the number of qubits of a state (N, ...).

    Raises `InputError` if N is not a power of two, or is not that of the gates.
    """
    n = qubits(state)
    if not isinstance(gates, Program):
        return compile_gates(gates, n), n
    if gates.qubits != n:
        raise InputError(f"a program on {gates.qubits} qubits, but a state of shape {state.shape}")
    return gates, n


def qubits(state: State) -> int:
    """n of a floating-point state (2^n, ...), n at least 1; raises `InputError` for others."""
    size = state.shape[0] if state.ndim else 0
    if size < 2 or size & (size - 1) or state.dtype == object:
        raise InputError(
            f"state of shape {state.shape} and type {state.dtype}: expected floating-point numbers "
            "and 2, 4, 8, ... amplitudes"
        )
    return size.bit_length() - 1


def fitting(observable: Pauli, count: int) -> Pauli:
    """The observable, if it is one on `count` qubits; raises `InputError` if not."""
    if observable.qubits != count:
        raise InputError(f"observable {observable.letters!r} does not fit {count} qubits")
    return observable


def precision(state: State) -> type[np.complexfloating]:
    """complex64 where the state is, and complex128 for everything else."""
    return np.complex64 if state.dtype == np.complex64 else np.complex128


def contiguous(state: State) -> State:
    """The state in one piece and one of the two precisions, a copy only where it has to be."""
    return np.ascontiguousarray(state, dtype=precision(state))


def widened(state: State, program: Program) -> State:
    """A contiguous copy of a vector (N,), with the idle qubits of a program in |0> at the end."""
    if not program.idle:
        return np.array(state, dtype=precision(state), order="C")
    wide = np.zeros((len(state), 2**program.idle), dtype=precision(state))
    wide[:, 0] = state
    return wide.reshape(-1)


def cut(vector: State, program: Program) -> State:
    """The vector without its idle qubits."""
    return vector[:: 2**program.idle].copy() if program.idle else vector


def by_reference(gate: Gate, vector: State, program: Program) -> State:
    """A gate of the reference engine on a vector of all qubits of a program."""
    acted = gate.apply(vector.reshape(2**program.qubits, -1)).reshape(-1)
    return np.ascontiguousarray(acted, dtype=vector.dtype)
