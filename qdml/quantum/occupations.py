"""k identical copies held together: the symmetric subspace, and how many copies give +1 there.

A symmetric state of k copies in N modes is a vector over the D_k = C(N+k-1, k) rows of occupation
numbers. In the eigenbasis of a Pauli string Q, modes in pairs (a +- Q a)/sqrt 2, the number of
copies that would give Q = +1 is a sum of occupation numbers, and every function of it is diagonal.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import combinations
from math import comb

import numpy as np
import numpy.typing as npt
from scipy.linalg import eigh_tridiagonal
from scipy.special import gammaln

from qdml.quantum.gates import Pauli
from qdml.quantum.numbers import State
from qdml.quantum.spans import masks

Integers = npt.NDArray[np.int64]

#: Entries of a basis change below this are too small to read a sign off.
_READABLE = 1e-6


def dimension(modes: int, copies: int) -> int:
    """D_k = C(N+k-1, k)."""
    return comb(modes + copies - 1, copies)


@lru_cache(maxsize=64)
def occupations(modes: int, copies: int) -> Integers:
    """All rows (D_k, N) of whole numbers from 0 on that sum to k."""
    # Bars between k stars: the gaps are the numbers.
    bars = np.array(list(combinations(range(copies + modes - 1), modes - 1)), dtype=np.int64)
    ends = np.full((len(bars), 1), copies + modes - 1)
    edges = np.hstack([np.full_like(ends, -1), bars.reshape(len(bars), -1), ends])
    return np.diff(edges, axis=1) - 1


def product(state: State, copies: int) -> State:
    """|psi>^(x)k in the symmetric subspace: (N,) of norm one to (D_k,)."""
    rows = occupations(len(state), copies)
    sizes = np.log(np.maximum(np.abs(state), np.finfo(float).tiny))
    ways = (gammaln(copies + 1) - gammaln(rows + 1).sum(axis=1)) / 2
    together: State = np.exp(ways + rows @ sizes + 1j * (rows @ np.angle(state)))
    return together


def to_eigenbasis(state: State, copies: int, string: Pauli) -> State:
    """Coefficients (D_k, ...) in the eigenmodes of a string: a +- Qa in the places of a and Qa."""
    for first, second, phase in _pairs(string):
        state = _gauged(state, copies, 2**string.qubits, second, -phase)
        state = _mixed(state, copies, 2**string.qubits, first, second)
    return state


def from_eigenbasis(state: State, copies: int, string: Pauli) -> State:
    """The inverse of `to_eigenbasis`."""
    for first, second, phase in _pairs(string):
        state = _mixed(state, copies, 2**string.qubits, first, second)
        state = _gauged(state, copies, 2**string.qubits, second, phase)
    return state


def counts(copies: int, string: Pauli) -> Integers:
    """How many copies give +1, for every vector (D_k,) of the eigenbasis."""
    modes = 2**string.qubits
    flips, signs, _ = masks(string.letters)
    plus = [first for first, _, _ in _pairs(string)]
    if not flips:
        plus = [a for a in range(modes) if (a & signs).bit_count() % 2 == 0]
    total: Integers = occupations(modes, copies)[:, plus].sum(axis=1)
    return total


def _pairs(string: Pauli) -> list[tuple[int, int, int]]:
    """(a, b, p) with Q|a> = i^p |b>, each pair once; none for a diagonal string."""
    flips, signs, ys = masks(string.letters)
    top = 1 << (flips.bit_length() - 1) if flips else 0
    return [
        (a, a ^ flips, (ys + 2 * (a & signs).bit_count()) % 4)
        for a in range(2**string.qubits)
        if flips and not a & top
    ]


def _gauged(state: State, copies: int, modes: int, mode: int, power: int) -> State:
    """Multiply by i^(power n) where `mode` holds n."""
    phases = np.array([1, 1j, -1, -1j])[power * occupations(modes, copies)[:, mode] % 4]
    gauged: State = state * phases.reshape(-1, *[1] * (state.ndim - 1))
    return gauged


def _mixed(state: State, copies: int, modes: int, first: int, second: int) -> State:
    """The Hadamard matrix on two modes of every copy; its own inverse."""
    mixed = np.empty_like(state)
    for rows in _groups(copies, modes, first, second):
        own = state[rows].reshape(*rows.shape, -1)
        mixed[rows] = (hadamard(rows.shape[1] - 1) @ own).reshape(*rows.shape, *state.shape[1:])
    return mixed


@lru_cache(maxsize=2048)
def _groups(copies: int, modes: int, first: int, second: int) -> list[Integers]:
    """Rows (groups, m+1) that differ in how m quanta are shared by two modes, for every m."""
    rows = occupations(modes, copies)
    shared = rows[:, first] + rows[:, second]
    others = np.delete(rows, [first, second], axis=1)
    order = np.lexsort((rows[:, first], *others.T, shared))
    found = []
    for m in range(copies + 1):
        own = order[shared[order] == m]
        if len(own):
            found.append(own.reshape(-1, m + 1))
    return found


@lru_cache(maxsize=512)
def hadamard(quanta: int) -> npt.NDArray[np.float64]:
    """The Hadamard matrix on m two-level copies, in the basis of counts, (m+1, m+1).

    Its rows are the eigenvectors of J_x. Their signs are such that the amplitude of m copies in the
    first mode is positive. It may be too small to be seen; but beyond its largest entries the signs
    of an eigenvector stay as they are, or alternate where the eigenvalue is negative.
    """
    if not quanta:
        return np.ones((1, 1))
    j = np.arange(quanta)
    vectors = eigh_tridiagonal(np.zeros(quanta + 1), np.sqrt((j + 1) * (quanta - j)) / 2)[1].T
    seen = np.abs(vectors) > _READABLE
    last = quanta - np.argmax(seen[:, ::-1], axis=1)
    signs = np.sign(vectors[np.arange(quanta + 1), last])
    signs *= np.where(2 * np.arange(quanta + 1) < quanta, -1.0, 1.0) ** (quanta - last)
    turned: npt.NDArray[np.float64] = vectors * signs[:, None]
    return turned
