"""Hypothesis strategies for qdml's objects, adversarial ones included, and a bound on rounding."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

from qdml.model.ansatz import line_block, pauli_block
from qdml.model.circuit import DistributedCircuit
from qdml.quantum.gates import Pauli
from qdml.quantum.numbers import Angle, Direction, Radians, State, exact, gaussian
from qdml.quantum.reference import amplitude_encoding

__all__ = [
    "directions",
    "exact_circuits",
    "exact_states",
    "functions",
    "line_circuits",
    "pauli_circuits",
    "pauli_strings",
    "permutations",
    "radians",
    "rounding",
    "states",
    "vectors",
]

T = TypeVar("T")

#: Entries by the trouble that they make; the last kind mixes all magnitudes in one vector.
_ENTRIES = {
    "ordinary": st.floats(-1, 1),
    "sparse": st.sampled_from([0.0, 0.0, 0.0, 1.0, -1.0]),
    "tiny": st.floats(-1e-300, 1e-300),
    "huge": st.floats(1e300, 1.7976931348623157e308) | st.just(0.0),
    "denormal": st.sampled_from([0.0, 5e-324, -5e-324, 1e-310, -2.2250738585072014e-308]),
    "mixed": st.floats(allow_nan=False, allow_infinity=False),
}


def rounding(gates: int, terms: int = 1) -> float:
    """Bound on the error of complex128 amplitudes after `gates` gates of `terms` products a sum.

    A product and a sum of complex numbers err by at most 4 eps in 2-norm; three operations a gate
    and the encoding at the start make 16 generous for every gate of the reference engine.
    """
    return 16 * float(np.finfo(np.float64).eps) * (gates + 1) * terms


@st.composite
def vectors(draw: st.DrawFn, qubits: int) -> npt.NDArray[np.complex128]:
    """Vectors (2^qubits,) that can be encoded: ordinary, sparse, tiny, huge, denormal or mixed."""
    entry = draw(st.sampled_from(list(_ENTRIES)).map(_ENTRIES.__getitem__))
    size = 2**qubits
    parts = st.lists(entry, min_size=size, max_size=size)
    real, imaginary = draw(parts), draw(st.just([0.0] * size) | parts)
    if not any(real) and not any(imaginary):
        real[draw(st.integers(0, size - 1))] = draw(entry.filter(bool))
    out = np.empty(size, dtype=np.complex128)
    # Assigned apart: 1j times a huge number would not do.
    out.real, out.imag = real, imaginary
    return out


def states(qubits: int) -> st.SearchStrategy[State]:
    """Normalised states (2^qubits,), made from `vectors`."""
    return vectors(qubits).map(amplitude_encoding)


def exact_states(qubits: int) -> st.SearchStrategy[State]:
    """Exact states (2^qubits,) of small Gaussian integers, not normalised, never zero."""
    number = st.integers(-3, 3)
    pairs = st.lists(st.tuples(number, number), min_size=2**qubits, max_size=2**qubits)
    nonzero = pairs.filter(lambda drawn: any(map(any, drawn)))
    return nonzero.map(lambda drawn: exact([gaussian(*pair) for pair in drawn]))


def pauli_strings(qubits: int) -> st.SearchStrategy[Pauli]:
    """Pauli strings of that length, the identity included."""
    return st.text("IXYZ", min_size=qubits, max_size=qubits).map(Pauli)


def radians() -> st.SearchStrategy[Angle]:
    """Floating-point angles, among them multiples of pi/2 and angles beyond one turn."""
    quarters = st.integers(-8, 8).map(lambda k: k * np.pi / 2)
    return (st.floats(-4 * np.pi, 4 * np.pi) | quarters).map(Radians)


def directions() -> st.SearchStrategy[Angle]:
    """Exact angles along small integer vectors, multiples of pi/2 included."""
    pairs = st.tuples(st.integers(-5, 5), st.integers(-5, 5)).filter(any)
    return pairs.map(lambda pair: Direction(*pair))


@st.composite
def line_circuits(draw: st.DrawFn, qubits: int, most_layers: int = 2) -> DistributedCircuit:
    """RY/RZ/CZ lines with floating-point angles, 1 to `most_layers` layers."""
    blocks = 2 * draw(st.integers(1, most_layers))
    angles = _tuples(radians(), 2 * qubits)
    dealt = [line_block(qubits, draw(angles)) for _ in range(blocks)]
    return DistributedCircuit.alternating(dealt, qubits)


def pauli_circuits(qubits: int, most_layers: int = 2) -> st.SearchStrategy[DistributedCircuit]:
    """Products of Pauli rotations by floating-point angles; any Pauli string is the observable."""
    return _rotations(qubits, most_layers, radians)


def exact_circuits(qubits: int, most_layers: int = 2) -> st.SearchStrategy[DistributedCircuit]:
    """Products of Pauli rotations by exact angles; any Pauli string is the observable."""
    return _rotations(qubits, most_layers, directions)


def permutations(qubits: int) -> st.SearchStrategy[tuple[int, ...]]:
    """Permutations of 0 ... 2^qubits - 1."""
    return st.permutations(range(2**qubits)).map(tuple)


def functions(qubits: int) -> st.SearchStrategy[tuple[int, ...]]:
    """Functions from 0 ... 2^qubits - 1 to itself, of any load."""
    return _tuples(st.integers(0, 2**qubits - 1), 2**qubits)


@st.composite
def _rotations(
    draw: st.DrawFn, qubits: int, most_layers: int, angles: Callable[[], st.SearchStrategy[Angle]]
) -> DistributedCircuit:
    blocks = []
    for _ in range(2 * draw(st.integers(1, most_layers))):
        pairs = draw(st.lists(st.tuples(pauli_strings(qubits), angles()), min_size=1, max_size=3))
        blocks.append(pauli_block([pauli for pauli, _ in pairs], [angle for _, angle in pairs]))
    return DistributedCircuit.alternating(blocks, qubits, draw(pauli_strings(qubits)))


def _tuples(element: st.SearchStrategy[T], size: int) -> st.SearchStrategy[tuple[T, ...]]:
    return st.lists(element, min_size=size, max_size=size).map(tuple)
