"""The engine for accelerators: the normal form on jax, forward and adjoint, in one call a segment.

A state is a real array (2, N), its real and its imaginary part. The RY rotations of a layer are
real products on groups of qubits: a group is the leading axis, and goes to the end, so that after
all groups the qubits are in order again. The gradient undoes layer by layer, as in
`qdml.quantum.layers`, and stores no state on the way. Answers agree with the other engines within
the bounds of `qdml.quantum.statevector`. Without an accelerator jax runs it on the processor.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from qdml.errors import InputError
from qdml.quantum import device_kernels as kernels
from qdml.quantum.gates import Gate, Pauli, Rotation
from qdml.quantum.normal_form import Layers, Plain, Program
from qdml.quantum.numbers import State, no_state
from qdml.quantum.spans import masks
from qdml.quantum.tables import derivatives, string_tables, tables
from qdml.quantum.vectors import (
    by_reference,
    contiguous,
    cut,
    fitting,
    fitting_program,
    qubits,
    widened,
)

#: States that a gradient holds at once: two, and for each the product that is being made.
VECTORS = 4


@cache
def memory() -> int | None:
    """Bytes of the accelerator that jax finds, or None where it finds none."""
    import jax

    device = jax.devices()[0]
    if device.platform == "cpu":
        return None
    return int((device.memory_stats() or {}).get("bytes_limit", 0))


def forward(gates: Iterable[Gate] | Program, state: State) -> State:
    """Apply gates in order to a state (N, ...), which is left as it is; (N, ...).

    Raises `InputError` if N is not a power of two, or is not that of the gates.
    """
    program, n = fitting_program(gates, state)
    rows = state.reshape(2**n, -1).T
    done = [cut(down(run(program, up(widened(row, program)))), program) for row in rows]
    out: State = np.array(done).T.reshape(state.shape)
    return out


def run(program: Program, vector: Any) -> Any:
    """Apply a program to a vector (2, N) on the device, which may be overwritten."""
    with kernels.double():
        for segment in program.segments:
            if isinstance(segment, Plain):
                vector = up(by_reference(segment.gate, down(vector), program))
            elif isinstance(segment, Layers):
                vector = kernels.layers(vector, tables(segment, vector.dtype))
            else:
                vector = kernels.strings(vector, string_tables(segment, vector.dtype))
    return vector


def gradient(
    gates: Iterable[Gate] | Program, state: State, observable: Pauli
) -> npt.NDArray[np.float64]:
    """Derivative of the expectation value in every rotation angle, in gate order, shape (M,).

    Two states are held on the device, and room for two products. Raises `InputError` as `forward`.
    """
    program, _ = fitting_program(gates, state)
    slopes = np.zeros(program.rotations)
    x, z, turns = masks(fitting(observable, program.qubits).letters)
    string = x << program.idle, z << program.idle, turns
    with kernels.double():
        psi = run(program, up(widened(state, program)))
        norm = _weight(psi)
        image = kernels.image(psi, *string)
        for segment in reversed(program.segments):
            if isinstance(segment, Plain):
                held = [down(vector) for vector in (psi, image)]
                if isinstance(segment.gate, Rotation):
                    turned = by_reference(segment.gate.pauli, held[0], program)
                    slopes[segment.number] = np.vdot(held[1], turned).imag
                back = segment.gate.inverse()
                psi, image = (up(by_reference(back, vector, program)) for vector in held)
            elif isinstance(segment, Layers):
                layered = tables(segment, psi.dtype)
                psi, image, found = kernels.undo_layers(psi, image, layered)
                parts = [np.asarray(part, dtype=float) for part in found]
                slopes[segment.numbers] = derivatives(segment, *parts)[segment.slots]
            else:
                listed = string_tables(segment, psi.dtype)
                psi, image, found = kernels.undo_strings(psi, image, listed)
                slopes[segment.numbers] = np.asarray(found)[segment.slots]
    return slopes / norm


def expectations(observables: Sequence[Pauli], state: State) -> npt.NDArray[np.float64]:
    """<state|O|state>/<state|state> for every observable; state (N,) or (N, B), shape (K, ...)."""
    n = qubits(state)
    strings = [masks(fitting(observable, n).letters) for observable in observables]
    columns = state.reshape(2**n, -1)
    out = np.empty((len(strings), columns.shape[1]))
    with kernels.double():
        for b in range(columns.shape[1]):
            vector = up(contiguous(columns[:, b]))
            norm = _weight(vector)
            for k, string in enumerate(strings):
                out[k, b] = float(kernels.overlap(vector, kernels.image(vector, *string))) / norm
    return out.reshape(len(strings), *state.shape[1:])


def check_memory(count: int) -> None:
    """Raise `InputError` unless a gradient on `count` qubits in complex128 fits the accelerator."""
    there, needed = memory(), VECTORS * 16 * 2**count
    if there is not None and needed > there:
        raise InputError(
            f"{count} qubits: {VECTORS} state vectors take {needed >> 20} MiB, the accelerator has "
            f"{there >> 20} MiB; the engine 'state vector' uses the memory of the machine"
        )


def up(vector: State) -> Any:
    """A vector (N,) on the device, real and imaginary part apart, (2, N)."""
    with kernels.double():
        return kernels.put(np.stack([vector.real, vector.imag]))


def down(vector: Any) -> State:
    """A vector (2, N) of the device as complex numbers (N,)."""
    parts = np.asarray(vector)
    whole = np.empty(parts.shape[1], np.complex64 if parts.dtype == np.float32 else np.complex128)
    whole.real, whole.imag = parts
    return whole


def _weight(vector: Any) -> float:
    norm = float(kernels.overlap(vector, vector))
    if not 0 < norm < np.inf:
        raise no_state()
    return norm
