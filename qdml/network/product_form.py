"""Gates as sums of products of one-qubit matrices: the form that a matrix-product state takes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from qdml.errors import InputError
from qdml.quantum.gates import ControlledZ, Dense, Gate, Pauli, Rotation
from qdml.quantum.numbers import is_exact, real
from qdml.quantum.placing import Controlled, Leading, Trailing
from qdml.tensor.chain import Chain, Product

#: One-qubit matrices (2, 2) by letter.
PAULI: dict[str, npt.NDArray[np.complex128]] = {
    "X": np.array([[0, 1], [1, 0]], dtype=complex),
    "Y": np.array([[0, -1j], [1j, 0]]),
    "Z": np.diag([1, -1]).astype(complex),
}
_IDENTITY: npt.NDArray[np.complex128] = np.eye(2, dtype=complex)
_ZERO, _ONE = np.diag([1, 0]).astype(complex), np.diag([0, 1]).astype(complex)


def product_form(gate: Gate, qubits: int) -> list[Product]:
    """The products, by qubit, whose sum is the gate on `qubits` qubits.

    Pauli strings, their rotations, controlled Z, one-qubit matrices, and these moved or controlled
    by `Leading`, `Trailing` and `Controlled`. Raises `InputError` for any other gate, for exact
    numbers, and for a gate made for another number of qubits.
    """
    made_for = gate.pauli.qubits if isinstance(gate, Rotation) else getattr(gate, "qubits", qubits)
    if isinstance(gate, Leading) and gate.qubits <= qubits:
        return product_form(gate.gate, gate.qubits)
    if isinstance(gate, Trailing):
        inside = product_form(gate.gate, qubits - gate.skipped)
        return [_moved(term, gate.skipped) for term in inside]
    if isinstance(gate, Controlled):
        driven = [_moved(term, 1) for term in product_form(gate.gate, qubits - 1)]
        return [{0: _ZERO}, *({0: _ONE, **term} for term in driven)]
    if made_for != qubits:
        raise InputError(
            f"{type(gate).__name__} gate for {made_for} qubits on a register of {qubits}"
        )
    if isinstance(gate, Pauli):
        return [string(gate)]
    if isinstance(gate, Rotation):
        return _rotation(gate)
    if isinstance(gate, ControlledZ):
        return [{gate.first: _ZERO}, {gate.first: _ONE, gate.second: PAULI["Z"]}]
    if isinstance(gate, Dense) and gate.matrix.shape == (2, 2) and not is_exact(gate.matrix):
        return [{0: gate.matrix}]
    raise InputError(
        f"{type(gate).__name__} gate: a matrix-product state takes Pauli strings, Pauli rotations, "
        "controlled Z and one-qubit matrices; give the input as a vector for other gates"
    )


def string(pauli: Pauli) -> Product:
    """The letters other than I, by qubit."""
    return {q: PAULI[letter] for q, letter in enumerate(pauli.letters) if letter != "I"}


def _rotation(gate: Rotation) -> list[Product]:
    cosine, sine = (float(real(part)) for part in gate.angle.half)
    length = float(np.hypot(cosine, sine))
    even, odd = cosine / length, -1j * sine / length
    sites = string(gate.pauli)
    if len(sites) < 2:
        # On no qubit at all it is a phase, which goes to the first one.
        ((q, matrix),) = sites.items() or [(0, _IDENTITY)]
        return [{q: even * _IDENTITY + odd * matrix}]
    first = next(iter(sites))
    idle: Product = {first: even * _IDENTITY}
    return [idle, {**sites, first: odd * sites[first]}]


def _moved(term: Product, by: int) -> Product:
    return {q + by: matrix for q, matrix in term.items()}


def evolved(chain: Chain, gates: Sequence[Gate], axes: Sequence[int]) -> tuple[Chain, float]:
    """The chain after the gates, of norm one, and the norm that they gave it."""
    norm, bond = 1.0, chain.bond
    for gate in gates:
        chain = chain.times([placed(term, axes) for term in product_form(gate, len(axes))])
        if chain.bond > 2 * bond:
            chain, factor = chain.compressed()
            norm, bond = norm * factor, chain.bond
    chain, factor = chain.compressed()
    return chain, norm * factor


def placed(term: Product, axes: Sequence[int]) -> Product:
    """The same product on the qubits that `axes` name."""
    return {axes[q]: matrix for q, matrix in term.items()}
