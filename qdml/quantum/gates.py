"""Gates on the first axis of an array: Pauli strings, rotations, controlled Z, dense, permutation.

Qubit 0 is the most significant bit of an index. Every gate acts on states of shape (N, ...), in
floating point or exactly, and returns a new array.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from qdml.errors import InputError
from qdml.quantum.numbers import Angle, Direction, Radians, State, conjugate, exact, imaginary_unit


class Gate(Protocol):
    """What an engine needs to know of a gate."""

    def apply(self, state: State) -> State:
        """Act on a state (N, ...)."""
        ...

    def inverse(self) -> Gate:
        """The gate that undoes this one (exactly up to a positive factor for exact angles)."""
        ...


@dataclass(frozen=True)
class Pauli:
    """A Pauli string such as "ZIX"; letter i acts on qubit i."""

    letters: str

    def __post_init__(self) -> None:
        if not self.letters or set(self.letters) - set("IXYZ"):
            raise InputError(f"Pauli string {self.letters!r}: allowed are the letters I, X, Y, Z")

    @classmethod
    def single(cls, letter: str, qubit: int, qubits: int) -> Pauli:
        """`letter` on one qubit of `qubits`, the identity elsewhere."""
        if not 0 <= qubit < qubits:
            raise InputError(f"qubit {qubit}: expected 0 to {qubits - 1} among {qubits} qubits")
        return cls("I" * qubit + letter + "I" * (qubits - qubit - 1))

    @property
    def qubits(self) -> int:
        """Length of the string."""
        return len(self.letters)

    @property
    def weight(self) -> int:
        """Number of letters that are not the identity."""
        return sum(letter != "I" for letter in self.letters)

    def tensor(self, other: Pauli) -> Pauli:
        """This string on the first qubits, `other` on the ones after."""
        return Pauli(self.letters + other.letters)

    def apply(self, state: State) -> State:
        """P|state>: entry k is i^(number of Y) (-1)^(z . (k xor x)) state[k xor x]."""
        _check_fit(self.letters, 2**self.qubits, state)
        source, sign, turns = self._action
        if state.dtype == object:
            factor = sign.astype(object) * imaginary_unit(state) ** turns
        else:
            factor = self._factor
        moved: State = state.take(source, axis=0) * factor.reshape(-1, *[1] * (state.ndim - 1))
        return moved

    def inverse(self) -> Pauli:
        """A Pauli string is its own inverse."""
        return self

    @cached_property
    def _factor(self) -> State:
        _, sign, turns = self._action
        factor: State = sign * 1j**turns
        return factor

    @cached_property
    def _action(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], int]:
        flips = int("".join("1" if letter in "XY" else "0" for letter in self.letters), 2)
        phases = int("".join("1" if letter in "YZ" else "0" for letter in self.letters), 2)
        source = np.arange(2**self.qubits) ^ flips
        sign = 1 - 2 * (np.bitwise_count(source & phases) % 2).astype(np.int64)
        return source, sign, self.letters.count("Y") % 4


@dataclass(frozen=True)
class Rotation:
    """exp(-i angle Q/2) for a Pauli string Q."""

    pauli: Pauli
    angle: Angle

    def apply(self, state: State) -> State:
        """cos(angle/2) state - i sin(angle/2) Q state."""
        cosine, sine = self.angle.half
        turned: State = self.pauli.apply(state) * (imaginary_unit(state) * sine)
        rotated: State = state * cosine - turned
        return rotated

    def inverse(self) -> Rotation:
        """The rotation by minus the angle."""
        if isinstance(self.angle, Direction):
            return Rotation(self.pauli, Direction(self.angle.cosine, -self.angle.sine))
        assert isinstance(self.angle, Radians)
        return Rotation(self.pauli, Radians(-self.angle.value))


@dataclass(frozen=True)
class ControlledZ:
    """Sign flip where both qubits are 1."""

    first: int
    second: int
    qubits: int

    def __post_init__(self) -> None:
        if self.first == self.second or not {self.first, self.second} <= set(range(self.qubits)):
            raise InputError(
                f"controlled Z on qubits {self.first} and {self.second}: expected two different "
                f"ones from 0 to {self.qubits - 1}"
            )

    def apply(self, state: State) -> State:
        """Multiply the entries whose two bits are both set by -1."""
        _check_fit("controlled Z", 2**self.qubits, state)
        index = np.arange(2**self.qubits)
        bits = (index >> (self.qubits - 1 - self.first)) & (
            index >> (self.qubits - 1 - self.second)
        )
        sign = 1 - 2 * (bits & 1)
        column = sign.reshape(-1, *[1] * (state.ndim - 1))
        signed: State = state * (column.astype(object) if state.dtype == object else column)
        return signed

    def inverse(self) -> ControlledZ:
        """Its own inverse."""
        return self


@dataclass(frozen=True, eq=False)
class Dense:
    """A full matrix (N, N), unitary, or unitary up to a positive factor when exact."""

    matrix: State

    def apply(self, state: State) -> State:
        """Matrix times state."""
        _check_fit("dense gate", len(self.matrix), state)
        flat: State = state.reshape(state.shape[0], -1)
        return (self.matrix @ flat).reshape(-1, *state.shape[1:])

    def inverse(self) -> Dense:
        """The conjugate transpose."""
        return Dense(conjugate(self.matrix).T)


@dataclass(frozen=True, eq=False)
class Mirror:
    """2|a><a|/<a|a> - 1: keeps the vector a (N,), turns the sign of what is orthogonal to it."""

    axis: State

    def apply(self, state: State) -> State:
        """(N, ...) -> (N, ...)."""
        _check_fit("mirror", len(self.axis), state)
        flat: State = state.reshape(state.shape[0], -1)
        bra = conjugate(self.axis)
        turned: State = np.multiply.outer(self.axis, (bra @ flat) * 2 / (bra @ self.axis)) - flat
        return turned.reshape(state.shape)

    def inverse(self) -> Mirror:
        """Its own inverse."""
        return self


@dataclass(frozen=True)
class Permutation:
    """|v> -> |images[v]>."""

    images: tuple[int, ...]

    def __post_init__(self) -> None:
        if sorted(self.images) != list(range(len(self.images))):
            raise InputError(f"not a permutation of 0..{len(self.images) - 1}: {self.images[:16]}")

    def apply(self, state: State) -> State:
        """Move the entry at v to images[v]."""
        _check_fit("permutation", len(self.images), state)
        out = np.empty_like(state)
        out[list(self.images)] = state
        return out

    def inverse(self) -> Permutation:
        """The inverse permutation."""
        back = [0] * len(self.images)
        for source, image in enumerate(self.images):
            back[image] = source
        return Permutation(tuple(back))


def swap(first: int, second: int, qubits: int) -> Permutation:
    """The permutation that exchanges two qubits."""
    a, b = qubits - 1 - first, qubits - 1 - second
    images = []
    for v in range(2**qubits):
        differ = ((v >> a) ^ (v >> b)) & 1
        images.append(v ^ (differ << a) ^ (differ << b) if a != b else v)
    return Permutation(tuple(images))


def _check_fit(gate: str, size: int, state: State) -> None:
    if state.shape[0] != size:
        raise InputError(
            f"{gate} acts on {size} amplitudes, but the state has {state.shape[0]}: the register "
            "and the gate need the same number of qubits"
        )


def checked(gate: Any) -> Gate:
    """The gate; raises `InputError` for what is none."""
    if hasattr(gate, "apply") and hasattr(gate, "inverse"):
        found: Gate = gate
        return found
    raise InputError(f"{gate!r} is no gate: it needs the methods apply and inverse")


def act(gates: Iterable[Gate], state: State) -> State:
    """Apply gates in order to a state (N, ...)."""
    for gate in gates:
        state = gate.apply(state)
    return state


def undo(gates: Sequence[Gate], state: State) -> State:
    """Apply the inverses in reverse order."""
    for gate in reversed(gates):
        state = gate.inverse().apply(state)
    return state


def hadamard(exact_numbers: bool = False) -> State:
    """The Hadamard matrix (2, 2); in exact numbers times sqrt 2."""
    signs: State = np.array([[1, 1], [1, -1]])
    return exact(signs) if exact_numbers else signs / np.sqrt(2)
