"""What k copies of |x> can express: every form of degree 2k in x, and nothing else.

An observable O on k copies has mean <x|^k O |x>^k = sum O_ij x_i1...x_ik x_j1...x_jk / ||x||^2k.
On data in {+1,-1}^N these are the even functions of degree up to 2k. The best observable for the
parity of N = 2k bits pairs every half of the coordinates with the other half.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import cache
from itertools import combinations_with_replacement, product
from math import comb, factorial, prod

import flint
import numpy as np
import numpy.typing as npt

from qdml.errors import InputError
from qdml.expressivity.freedom import PRIME
from qdml.model.contraction import Contraction
from qdml.network import Network, Transcript
from qdml.quantum.gates import Pauli
from qdml.quantum.reference import amplitude_encoding

Integers = npt.NDArray[np.int64]

#: Matrices on k copies have at most N^k rows of this many.
LARGEST = 4096


def forms(dimension: int, degree: int) -> int:
    """C(N+d-1, d): the number of monomials of degree d in N variables."""
    return comb(dimension + degree - 1, degree)


def even_functions(dimension: int, degree: int) -> int:
    """Dimension of the functions on {+1,-1}^N of even degree up to d: sum of C(N, j), j even."""
    return sum(comb(dimension, j) for j in range(0, min(degree, dimension) + 1, 2))


def hypercube(dimension: int) -> list[tuple[int, ...]]:
    """All 2^N points of {+1,-1}^N."""
    return list(product((1, -1), repeat=dimension))


def span(points: Iterable[Sequence[int]], copies: int) -> int:
    """Dimension of the span, over these points, of all matrix elements of k copies, modulo a prime.

    Never above the rational dimension; with points in general position, or all of a finite set,
    it is that of the functions that observables on k copies can have.
    """
    rows = []
    for point in points:
        half = [prod(chosen) for chosen in combinations_with_replacement(point, copies)]
        rows.append([one * other for one, other in combinations_with_replacement(half, 2)])
    entries = [entry % PRIME for row in rows for entry in row]
    return int(flint.nmod_mat(len(rows), len(rows[0]), entries, PRIME).rank())


def correlation(dimension: int, copies: int) -> Integers:
    """N^k times the mean of parity(x) |x><x|^k over {+1,-1}^N, summed over all points: (N^k, N^k).

    Entry (i, j) is 1 where every coordinate occurs an odd number of times in i and j together.
    """
    if dimension**copies > LARGEST:
        raise InputError(
            f"{copies} copies of dimension {dimension}: expected N^k up to {LARGEST}; take fewer"
        )
    points = np.array(hypercube(dimension), dtype=np.int64)
    many = np.ones((len(points), 1), dtype=np.int64)
    for _ in range(copies):
        many = (many[:, :, None] * points[:, None, :]).reshape(len(points), -1)
    total: Integers = (many * points.prod(axis=1)[:, None]).T @ many
    # Every entry is a whole number of cubes: a character sums to 0 or 2^N.
    return total // len(points)


def parity_signal(dimension: int) -> Fraction:
    """N!/((N/2)! N^(N/2)): the largest mean of parity times outcome from N/2 copies, N even."""
    if dimension < 2 or dimension % 2:
        raise InputError(
            f"N = {dimension}: parity of an odd number of bits is an odd function, which no number "
            "of copies sees; expected an even N"
        )
    half = dimension // 2
    return Fraction(factorial(dimension), factorial(half) * dimension**half)


@cache
def parity_observable(dimension: int) -> Contraction:
    """The observable that attains `parity_signal`: it pairs orderings of halves. N a power of 2."""
    half = dimension // 2
    paired = correlation(dimension, half) / factorial(half)
    values, vectors = np.linalg.eigh(paired)
    return Contraction(vectors, np.clip(values, -1.0, 1.0))


def estimate_parity(point: Sequence[int], runs: int, seed: int) -> tuple[float, Transcript]:
    """Alice sends N/2 copies of her point `runs` times; Bob measures the parity observable.

    point: N = 2 or 4 entries of +-1. Returns the mean outcome, whose expectation is
    parity(point) * `parity_signal`, and the transcript.
    """
    dimension = len(point)
    observable = parity_observable(dimension)
    network = Network(seed)
    alice, bob = network.party("alice", x=point), network.party("bob", gate=observable.gate())
    with alice:
        encoded = amplitude_encoding(alice.private("x"))
        parts = [alice.prepare(encoded, "copy", runs) for _ in range(dimension // 2)]
        register = network.channel.send(alice.join(*parts, name="copies"), to=bob)
    with bob:
        ancilla = bob.prepare(np.array([1.0, 0.0], dtype=complex), "ancilla", runs)
        joined = bob.join(ancilla, register)
        bob.apply([bob.private("gate")], joined)
        count = bob.measure(joined, Pauli.single("Z", 0, joined.qubits)).read(bob)
    return 2 * count / runs - 1, network.transcript
