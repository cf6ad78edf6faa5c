"""All stabiliser bases of one and two qubits, exactly, in the coordinates of Pauli operators."""

from __future__ import annotations

from functools import lru_cache
from itertools import combinations

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]
Gaussian = npt.NDArray[np.complex128]

_LETTERS = (
    np.eye(2, dtype=complex),
    np.array([[0, 1], [1, 0]], dtype=complex),
    np.array([[0, -1j], [1j, 0]]),
    np.diag([1, -1]).astype(complex),
)


@lru_cache(maxsize=2)
def paulis(qubits: int) -> tuple[Gaussian, ...]:
    """All 4^n Pauli operators, the identity first; entries 0, +-1, +-i are exact."""
    found: tuple[Gaussian, ...] = (np.eye(1, dtype=complex),)
    for _ in range(qubits):
        found = tuple(np.kron(one, letter) for one in found for letter in _LETTERS)
    return found


@lru_cache(maxsize=2)
def all_bases(qubits: int) -> Integers:
    """Every stabiliser basis; shape (bases, N, 4^n), entry = <z|P|z> in {-1, 0, 1}.

    3 bases of one qubit, 15 of two: the maximal sets of commuting Pauli operators.
    """
    everything, size = paulis(qubits), 2**qubits
    found: dict[frozenset[int], Integers] = {}
    for generators in combinations(range(1, 4**qubits), qubits):
        if not all(_commute(everything[a], everything[b]) for a, b in combinations(generators, 2)):
            continue
        states = []
        for signs in range(size):
            projector = np.eye(size, dtype=complex)
            for place, generator in enumerate(generators):
                sign = 1 - 2 * (signs >> place & 1)
                projector = projector @ (np.eye(size) + sign * everything[generator])
            if np.trace(projector).real != size:
                break
            means = [np.trace(projector @ pauli).real / size for pauli in everything]
            states.append(np.array(means).astype(np.int64))
        if len(states) == size:
            found[frozenset(np.flatnonzero(states[0]).tolist())] = np.array(states)
    return np.array([found[key] for key in sorted(found, key=sorted)])


def operator(coefficients: Integers) -> Gaussian:
    """N B for tr(P B) = `coefficients` (4^n,): Gaussian integers, exact below 2^53."""
    qubits = (len(coefficients).bit_length() - 1) // 2
    return np.asarray(np.tensordot(coefficients, np.array(paulis(qubits)), axes=1))


def trace(*factors: Gaussian) -> int:
    """The real part of the trace of a product of Gaussian integer matrices, a whole number."""
    product = factors[0]
    for factor in factors[1:]:
        product = product @ factor
    return round(float(np.trace(product).real))


def _commute(one: Gaussian, other: Gaussian) -> bool:
    return bool((one @ other == other @ one).all())
