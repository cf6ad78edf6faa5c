"""How a classical party writes a state: rounded to few bits, at random or not, or sketched.

A message is N complex amplitudes as 2N floats (`qdml.model.floats`), or count sketches of them
(Charikar, Chen, Farach-Colton 2002): sums over m buckets with random signs, buckets and signs being
shared coins. What is needed for a promise is found in `qdml.model.vector_plans`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from qdml.model.floats import Codes, Floats
from qdml.quantum.gates import Pauli
from qdml.quantum.numbers import State

#: Bucket and sign of every coordinate (N,), chain by chain.
Hashes = list[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]


class Plan(Protocol):
    """What is agreed on before: how vectors are written, and how the loss is."""

    @property
    def floats(self) -> Floats:
        """The numbers of a message."""
        ...

    @property
    def answer(self) -> Floats:
        """The numbers for the loss."""
        ...

    @property
    def numbers(self) -> int:
        """Floats in a message."""
        ...

    @property
    def columns(self) -> int:
        """c, the vectors that are carried."""
        ...

    def start(self, state: State) -> State:
        """The columns (N, c) of the first party."""
        ...

    def toss(self, coins: np.random.Generator) -> Hashes:
        """What shared coins decide for one message."""
        ...

    def write(self, columns: State, rng: np.random.Generator, tossed: Hashes) -> Codes:
        """The message of codes; `rng` is the sender's own."""
        ...

    def read(self, codes: Codes, tossed: Hashes) -> State:
        """The columns (N, c) that the receiver goes on with."""
        ...

    def loss(self, columns: State, observable: Pauli) -> float:
        """The estimate that the last party has, in [-1, 1]."""
        ...


@dataclass(frozen=True)
class Rounded:
    """The amplitudes (N,) themselves, rounded to the nearest numbers, or at random."""

    qubits: int
    floats: Floats
    answer: Floats
    random: bool = False

    @property
    def numbers(self) -> int:
        """2N."""
        return 2 << self.qubits

    @property
    def columns(self) -> int:
        """One."""
        return 1

    def start(self, state: State) -> State:
        """One column."""
        return state.reshape(-1, 1)

    def toss(self, coins: np.random.Generator) -> Hashes:
        """Nothing."""
        return []

    def write(self, columns: State, rng: np.random.Generator, tossed: Hashes) -> Codes:
        """Real parts, then imaginary ones."""
        return self.floats.encode(_reals(columns), rng if self.random else None)

    def read(self, codes: Codes, tossed: Hashes) -> State:
        """The rounded vector."""
        return _complex(self.floats.decode(codes), 1)

    def loss(self, columns: State, observable: Pauli) -> float:
        """<v|O|v>, cut to [-1, 1]."""
        return _cut(float(np.vdot(columns, observable.apply(columns)).real))


@dataclass(frozen=True)
class Sketched:
    """Two count sketches of m complex numbers for each of `runs` runs, an odd number."""

    qubits: int
    size: int
    runs: int
    floats: Floats
    answer: Floats

    @property
    def numbers(self) -> int:
        """4 m for each run."""
        return 4 * self.size * self.runs

    @property
    def columns(self) -> int:
        """Two chains for each run."""
        return 2 * self.runs

    def start(self, state: State) -> State:
        """The same vector for every chain."""
        return np.repeat(state.reshape(-1, 1), self.columns, axis=1)

    def toss(self, coins: np.random.Generator) -> Hashes:
        """A bucket 0 ... m-1 and a sign for every coordinate, anew for each chain."""
        dimension = 2**self.qubits
        return [
            (coins.integers(self.size, size=dimension), coins.choice((-1, 1), size=dimension))
            for _ in range(self.columns)
        ]

    def write(self, columns: State, rng: np.random.Generator, tossed: Hashes) -> Codes:
        """Sums over buckets of coordinates with random signs, rounded at random."""
        sums = np.zeros((self.size, self.columns), dtype=complex)
        for chain, (bucket, sign) in enumerate(tossed):
            np.add.at(sums[:, chain], bucket, sign * columns[:, chain])
        return self.floats.encode(_reals(sums), rng)

    def read(self, codes: Codes, tossed: Hashes) -> State:
        """Every coordinate from its bucket."""
        sums = _complex(self.floats.decode(codes), self.columns)
        columns = [sign * sums[bucket, chain] for chain, (bucket, sign) in enumerate(tossed)]
        return np.stack(columns, axis=1)

    def loss(self, columns: State, observable: Pauli) -> float:
        """The median over runs, cut to [-1, 1]."""
        left, right = columns[:, 0::2], observable.apply(columns[:, 1::2])
        return _cut(float(np.median((left.conj() * right).sum(axis=0).real)))


def _reals(columns: State) -> npt.NDArray[np.float64]:
    return np.concatenate([columns.real.ravel(), columns.imag.ravel()])


def _complex(numbers: npt.NDArray[np.float64], columns: int) -> State:
    real, imaginary = np.split(numbers, 2)
    found: State = (real + 1j * imaginary).reshape(-1, columns)
    return found


def _cut(loss: float) -> float:
    return min(1.0, max(-1.0, loss))
