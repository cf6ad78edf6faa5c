"""The compiled state-vector engine: forward, adjoint gradient, expectation values, sampling.

Answers agree with the reference engine up to rounding. With M gates the relative error of a state
is at most 4 M eps in norm, eps = 2.2e-16 for complex128 and 1.2e-7 for complex64, which is used
where the input state is complex64 and only there. A derivative is off by at most 16 M eps. Where a
wide batch is multiplied by the whole unitary, each of its columns has that error, so that a state
is off by at most (4 M + N) sqrt(N) eps.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from qdml.errors import InputError
from qdml.quantum import layers, measures, strings
from qdml.quantum.choice import is_wide
from qdml.quantum.gates import Gate, Pauli, Rotation
from qdml.quantum.normal_form import Layers, Plain, Program
from qdml.quantum.numbers import State, no_state
from qdml.quantum.spans import masks
from qdml.quantum.vectors import (
    by_reference,
    contiguous,
    cut,
    fitting,
    fitting_program,
    precision,
    qubits,
    widened,
)


def forward(gates: Iterable[Gate] | Program, state: State) -> State:
    """Apply gates in order to a state (N, ...), which is left as it is; (N, ...).

    Raises `InputError` if N is not a power of two, or is not that of the gates.
    """
    program, n = fitting_program(gates, state)
    if state.ndim == 1:
        return cut(run(program, widened(state, program)), program)
    rows = state.reshape(2**n, -1).T
    if is_wide(state):
        images = forward(program, np.eye(2**n, dtype=precision(state)))
        whole: State = (images @ rows.T.astype(images.dtype)).reshape(state.shape)
        return whole
    done = [cut(run(program, widened(row, program)), program) for row in rows]
    out: State = np.array(done).T.reshape(state.shape)
    return out


def run(program: Program, vector: State) -> State:
    """Apply a program in place to a contiguous vector of all its qubits, the idle ones last.

    Returns the vector, which is another one if the program has a gate of the reference engine.
    """
    n = program.qubits + program.idle
    for segment in program.segments:
        if isinstance(segment, Plain):
            vector = by_reference(segment.gate, vector, program)
        else:
            kernel = layers.forward if isinstance(segment, Layers) else strings.rotate
            kernel(_floats(vector), n, *segment.arrays)
    return vector


def gradient(
    gates: Iterable[Gate] | Program, state: State, observable: Pauli
) -> npt.NDArray[np.float64]:
    """Derivative of the expectation value in every rotation angle, in gate order, shape (M,).

    Besides the input (N,), two vectors are held: the state and the observable's image, both
    carried back through the gates. Raises `InputError` as `forward` does.
    """
    program, _ = fitting_program(gates, state)
    n = program.qubits + program.idle
    psi = run(program, widened(state, program))
    norm = _weight(psi)
    image = np.empty_like(psi)
    x, z, turns = masks(fitting(observable, program.qubits).letters)
    measures.image(psi, image, x << program.idle, z << program.idle, turns)
    slopes = np.zeros(program.rotations)
    for segment in reversed(program.segments):
        if isinstance(segment, Plain):
            if isinstance(segment.gate, Rotation):
                turned = by_reference(segment.gate.pauli, psi, program)
                slopes[segment.number] = np.vdot(image, turned).imag
            back = segment.gate.inverse()
            psi, image = by_reference(back, psi, program), by_reference(back, image, program)
            continue
        if isinstance(segment, Layers):
            found = np.empty(sum(array.size for array in segment.arrays[:2] + segment.arrays[3:4]))
            layers.adjoint(_floats(psi), _floats(image), n, found, *segment.arrays)
        else:
            found = np.empty(len(segment.arrays[0]))
            strings.adjoint(_floats(psi), _floats(image), n, found, *segment.arrays)
        slopes[segment.numbers] = found[segment.slots]
    return slopes / norm


def expectations(observables: Sequence[Pauli], state: State) -> npt.NDArray[np.float64]:
    """<state|O|state>/<state|state> for every observable; state (N,) or (N, B), shape (K, ...)."""
    n = qubits(state)
    strings_ = [masks(fitting(observable, n).letters) for observable in observables]
    columns = state.reshape(2**n, -1)
    out = np.empty((len(strings_), columns.shape[1]))
    for b in range(columns.shape[1]):
        vector = contiguous(columns[:, b])
        norm = _weight(vector)
        out[:, b] = [measures.expectation(vector, *string) / norm for string in strings_]
    return out.reshape(len(strings_), *state.shape[1:])


def overlap(left: State, right: State) -> complex:
    """<left|right> for two vectors (N,)."""
    if left.shape != right.shape or left.ndim != 1:
        raise InputError(f"overlap of shapes {left.shape} and {right.shape}: expected (N,) twice")
    return complex(np.vdot(left, right))


def sample(state: State, copies: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Independent outcomes when every qubit of a vector (N,) is measured, shape (copies,).

    Each is where the partial sums of the probabilities pass a uniform draw. Rounding moves the law
    by at most (2 N + 64) eps of complex128 in total variation, whatever the precision of the state.
    """
    qubits(state)
    vector = contiguous(state)
    out = np.empty(copies, dtype=np.int64)
    _checked(measures.outcomes(vector, rng.random(copies), out))
    return out


def sample_first(state: State, copies: int, rng: np.random.Generator) -> int:
    """Number of +1 among `copies` outcomes of Z_0 on a vector (N,): one binomial draw."""
    qubits(state)
    vector = contiguous(state)
    upper = measures.weight(vector[: len(vector) // 2])
    return int(rng.binomial(copies, min(1.0, upper / _weight(vector))))


def _floats(vector: State) -> npt.NDArray[np.floating]:
    return vector.view(np.float32 if vector.dtype == np.complex64 else np.float64)


def _weight(vector: State) -> float:
    return _checked(float(measures.weight(vector)))


def _checked(norm: float) -> float:
    if not 0 < norm < np.inf:
        raise no_state()
    return norm
