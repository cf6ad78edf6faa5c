"""The cross-entropy task over a metered network: one quantum message, or a classical code book.

Alice holds a Haar-random state psi, Bob a uniform Clifford basis U; he outputs z and scores
N |<z|U|psi>|^2 - 1. Kretschmer et al., arXiv:2509.07255.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from qdml.errors import InputError
from qdml.network import Network, Transcript
from qdml.network.network import Noise, no_noise
from qdml.network.record import Record
from qdml.network.register import World
from qdml.quantum import clifford
from qdml.quantum.clifford import Clifford
from qdml.quantum.gates import Dense

Complex = npt.NDArray[np.complex128]

_ERRORS = (
    np.array([[0, 1], [1, 0]], dtype=complex),
    np.array([[0, -1j], [1j, 0]]),
    np.diag([1, -1]).astype(complex),
)


@dataclass(frozen=True)
class Played:
    """One round: Bob's score N |<z|U|psi>|^2 - 1 and the transcript."""

    score: float
    transcript: Transcript


def haar_states(qubits: int, count: int, rng: np.random.Generator) -> Complex:
    """Haar-random unit vectors, shape (count, N)."""
    drawn = rng.normal(size=(count, 2**qubits, 2)) @ np.array([1, 1j])
    return np.asarray(drawn / np.linalg.norm(drawn, axis=1)[:, None])


def matrices(bases: Sequence[Clifford]) -> Complex:
    """The matrices of some Clifford circuits, shape (bases, N, N)."""
    size = 2 ** bases[0].qubits
    return np.array([basis.apply(np.eye(size, dtype=complex)) for basis in bases])


def stabiliser_book(qubits: int, bits: int, rng: np.random.Generator) -> Complex:
    """2^c stabiliser states, rows of random bases; shape (2^c, N)."""
    found: list[Complex] = []
    while len(found) * 2**qubits < 2**bits:
        found.append(
            clifford.random(qubits, rng).inverse().apply(np.eye(2**qubits, dtype=complex)).T
        )
    return np.concatenate(found)[rng.permutation(len(found) * 2**qubits)[: 2**bits]]


def lloyd_book(
    qubits: int, bits: int, rng: np.random.Generator, samples: int = 2000, sweeps: int = 12
) -> Complex:
    """A book improved by Lloyd's iteration: each state moves to the top of its region's mean."""
    states, drawn = haar_states(qubits, 2**bits, rng), haar_states(qubits, samples, rng)
    for _ in range(sweeps):
        nearest = np.abs(drawn @ states.conj().T).argmax(axis=1)
        for m in np.unique(nearest):
            mine = drawn[nearest == m]
            states[m] = np.linalg.eigh(mine.T @ mine.conj())[1][:, -1]
    return states


def region_means(book: Complex, rng: np.random.Generator, samples: int = 2000) -> Complex:
    """The mean state of what is nearest to each code state, (2^c, N, N), from Haar samples.

    A code state that no sample is nearest to stands for itself.
    """
    means = book[:, :, None] * book.conj()[:, None, :]
    drawn = haar_states(book.shape[1].bit_length() - 1, samples, rng)
    nearest = np.abs(drawn @ book.conj().T).argmax(axis=1)
    for m in np.unique(nearest):
        mine = drawn[nearest == m]
        means[m] = mine.T @ mine.conj() / len(mine)
    return means


def play_classical(
    book: Complex, means: Complex, psi: Complex, bases: Complex, seed: int
) -> Played:
    """Alice names the nearest of the public code states (2^c, N) in c bits; Bob answers to it.

    His best answer is the likeliest outcome of the mean state, `means` (2^c, N, N), of all that
    Alice would have named so; the score is the mean over his `bases`, the rows <z|U, shape
    (bases, N, N). Raises `InputError` unless the book is a power of two.
    """
    size = len(book)
    if size & (size - 1) or not size:
        raise InputError(f"{size} code states: expected a power of two, one for each message")
    network = Network(seed)
    alice, bob = network.party("alice", psi=psi), network.party("bob", bases=bases)
    told = 0
    if size > 1:
        with alice:
            nearest = int(np.abs(book.conj() @ alice.private("psi")).argmax())
            record = Record(nearest, size, alice)
            network.channel.announce(record, alice, bob)
        with bob:
            told = record.read(bob)
    with bob:
        own = bob.private("bases")
        weights = np.einsum("bzi,ij,bzj->bz", own, means[told], own.conj()).real
        outcomes = weights.argmax(axis=1)
        rows = own[np.arange(len(own)), outcomes]
    score = len(psi) * float(np.mean(np.abs(rows @ psi) ** 2)) - 1
    return Played(score, network.transcript)


def play_quantum(psi: Complex, basis: Clifford, seed: int, noise: Noise = no_noise) -> Played:
    """Alice sends psi itself, n qubits; Bob measures in his basis and outputs what he finds."""
    network = Network(seed, noise)
    alice, bob = network.party("alice", psi=psi), network.party("bob", basis=basis)
    with alice:
        register = alice.prepare(alice.private("psi"))
        register = network.channel.send(register, to=bob)
    with bob:
        bob.apply([bob.private("basis")], register)
        outcome = int(bob.measure_basis(register).read(bob)[0])
    weight = float(np.abs(basis.apply(psi)[outcome]) ** 2)
    return Played(len(psi) * weight - 1, network.transcript)


def depolarising(strength: float, rng: np.random.Generator) -> Noise:
    """Each qubit sent is replaced by the maximally mixed one with probability `strength`.

    Raises `InputError` unless 0 <= strength <= 1.
    """
    if not 0 <= strength <= 1:
        raise InputError(f"noise {strength}: expected a probability in [0, 1]")

    def act(world: World, slots: list[Any]) -> None:
        for slot in slots:
            # The mixed qubit is an even mixture of the four Pauli errors, one of them none.
            error = int(rng.integers(4)) if rng.random() < strength else 0
            if error:
                world.apply([Dense(_ERRORS[error - 1])], [slot])

    return act


def noisy_score(qubits: int, strength: float) -> float:
    """(N^2 f - 1)/(N+1)^2 with entanglement fidelity f = (1 - 3p/4)^n: the mean under noise."""
    size = 2**qubits
    kept: float = (1 - 0.75 * strength) ** qubits
    mean: float = (size**2 * kept - 1) / (size + 1) ** 2
    return mean
