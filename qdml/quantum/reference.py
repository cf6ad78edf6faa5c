"""The reference engine: plain numpy, gate by gate, obviously right; others are held to it."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from qdml.errors import InputError
from qdml.quantum import numbers
from qdml.quantum.gates import Gate, Pauli, Rotation
from qdml.quantum.numbers import State, imaginary, inner, is_exact, no_state, real


def basis_state(index: int, qubits: int, *, exact: bool = False) -> State:
    """|index> on `qubits` qubits, shape (N,). Raises `InputError` unless 0 <= index < N."""
    if not 1 <= qubits <= 30 or not 0 <= index < 2**qubits:
        raise InputError(
            f"|{index}> on {qubits} qubits: expected 1 to 30 qubits and an index below 2^n"
        )
    column = np.zeros(2**qubits, dtype=int)
    column[index] = 1
    return numbers.exact(column) if exact else column.astype(complex)


def expectation(observable: Pauli, state: State) -> Any:
    """<state|O|state>/<state|state>: a float, an array over batch axes, or an exact fraction.

    Raises `InputError` for a state that cannot be normalised.
    """
    return real(inner(state, observable.apply(state))) / _weight(state)


def gradient(
    gates: Sequence[Gate], state: State, observable: Pauli
) -> list[float] | list[Fraction]:
    """Derivative of the expectation value in every rotation angle, in gate order, by adjoint sweep.

    `state` is the input (N,). After gate j the derivative is Im <lambda|Q_j|psi>, with psi the
    state and lambda the observable's image carried back through the later gates. Raises
    `InputError` for a state that cannot be normalised.
    """
    for gate in gates:
        state = gate.apply(state)
    image = observable.apply(state)
    found: list[Any] = []
    for gate in reversed(gates):
        if isinstance(gate, Rotation):
            # Both vectors carry the same factors when exact, so the ratio is the derivative.
            slope = imaginary(inner(image, gate.pauli.apply(state))) / _weight(state)
            found.append(slope)
        back = gate.inverse()
        state, image = back.apply(state), back.apply(image)
    return found[::-1]


def row_probabilities(state: State) -> npt.NDArray[np.float64]:
    """Born probabilities of the first axis of a state (N, ...), shape (N,), summing to one."""
    flat = state.reshape(state.shape[0], -1)
    weights: npt.NDArray[np.float64]
    if is_exact(flat):
        # Exact states are not normalised: only the ratio is sure to fit a float.
        exactly = [sum(real(z) ** 2 + imaginary(z) ** 2 for z in row) for row in flat]
        total = sum(exactly)
        weights = np.array([float(square / total) for square in exactly])
    else:
        squares = (np.abs(flat) ** 2).sum(axis=1)
        weights = squares / squares.sum()
    return weights


def sample_sign(mean: float, copies: int, rng: np.random.Generator) -> int:
    """Number of +1 among `copies` outcomes of +-1 with that mean: one binomial draw."""
    return int(rng.binomial(copies, min(1.0, max(0.0, (1 + mean) / 2))))


def sample_rows(state: State, copies: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Outcomes when the first axis of a state (N, ...) is measured, shape (copies,)."""
    cumulative = np.cumsum(row_probabilities(state))
    draws = np.searchsorted(cumulative, rng.random(copies) * cumulative[-1], side="right")
    outcomes: npt.NDArray[np.int64] = draws.astype(np.int64)
    return outcomes


def amplitude_encoding(values: npt.ArrayLike) -> State:
    """|x> = sum_i x_i |i> / ||x|| for a vector of length N = 2^n; shape (N,) complex.

    Raises `InputError` for a length that is not a power of two (padding by zeros is offered), for
    entries that are not finite, and for the zero vector.
    """
    try:
        vector = np.ascontiguousarray(values, dtype=complex)
    except (TypeError, ValueError, OverflowError) as error:
        raise InputError(f"input is not a vector of numbers: {error}") from None
    if vector.ndim != 1 or vector.size < 2 or vector.size & (vector.size - 1):
        padded = max(2, 1 << max(0, vector.size - 1).bit_length())
        raise InputError(
            f"input of shape {vector.shape}: amplitude encoding needs a vector of length 2, 4, 8, "
            f"...; pad with zeros to {padded} (qdml.data.pad_to_power_of_two)"
        )
    if not np.isfinite(vector).all():
        where = int(np.flatnonzero(~np.isfinite(vector))[0])
        raise InputError(
            f"input entry {where} is {complex(vector[where])}: entries must be finite numbers"
        )
    # Scaling by a power of two first, which is exact, keeps squares of very small and very large
    # entries representable; a quotient by a denormal number would not be.
    parts = vector.view(float)
    largest = np.abs(parts).max()
    if largest == 0:
        raise InputError("input is the zero vector: it has no direction, so no quantum state")
    vector = np.ldexp(parts, -np.frexp(largest)[1]).view(complex)
    encoded: State = vector / np.linalg.norm(vector)
    return encoded


def _weight(state: State) -> Any:
    """<state|state>, over batch axes."""
    weight = real(inner(state, state))
    if not np.all((weight > 0) & (weight < np.inf)):
        raise no_state()
    return weight
