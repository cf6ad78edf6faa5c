"""Ensembles of states as exact numbers, made from a user's floating-point arrays.

What is certified is an ensemble of Gaussian integers; `rounding` bounds how far any guessing
probability of the ensemble that was meant can lie from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, ldexp

import numpy as np
from numpy.typing import NDArray

from qdml.bounds.certificates.guessing import MOST_COLUMNS, MOST_COPIES, Gaussian, State, Vector
from qdml.errors import InputError

Complex = NDArray[np.complex128]

#: How far a norm, a trace or a sum of priors may be from one and count as a rounding.
SLACK = 1e-8

#: A smaller prior than this changes no guess by as much as rounding does; zero is allowed.
LEAST_PRIOR = 1e-200

#: Entries are kept to this many bits below the largest of their vector: doubles above 2^-47 of
#: it are kept exactly.
BITS = 100

#: What is told of each coordinate is not asked of longer vectors. Values in one coordinate are
#: equal if they are so to this many digits of the largest entry of all.
MOST_COORDINATES, DIGITS = 1024, 12


@dataclass(frozen=True)
class Ensemble:
    """States x with prior p_x, of which `copies` copies are handed over.

    A state is a list of vectors of Gaussian integers; it is the sum of their projectors, divided
    by the trace. A pure state is one vector of any norm. `values` (N rows of m numbers, or none)
    says which states have equal entries, in the vectors that were given, in each coordinate.
    """

    states: tuple[State, ...]
    prior: tuple[Fraction, ...]
    copies: int
    rounding: float = 0.0
    values: tuple[tuple[int, ...], ...] = ()

    def __post_init__(self) -> None:
        if not 1 <= self.copies <= MOST_COPIES:
            raise InputError(f"copies = {self.copies}: expected 1 to {MOST_COPIES}")
        if len(self.prior) != len(self.states):
            raise InputError(f"{len(self.prior)} priors for {len(self.states)} states")
        if min(self.prior) < 0 or sum(self.prior) != 1:
            raise InputError("priors: expected numbers of at least zero that sum to one")
        columns = self.columns
        if columns > MOST_COLUMNS:
            size = _bytes(16 * columns**2)
            raise InputError(
                f"an ensemble of {_count(columns)} columns (states times rank to the power of "
                f"copies) has matrices of {size} before exact arithmetic; at most {MOST_COLUMNS} "
                "columns are handled: take fewer states, copies or ranks"
            )

    @property
    def columns(self) -> int:
        """Number of vectors that the k-copy states are sums of."""
        return sum(len(state) ** self.copies for state in self.states)

    @property
    def dimension(self) -> int:
        """Dimension N of one copy."""
        return len(self.states[0][0])

    @property
    def pure(self) -> bool:
        """Whether every state is one vector."""
        return all(len(state) == 1 for state in self.states)

    def likely(self) -> Ensemble:
        """The same without the states of prior zero, which no guess has to name."""
        kept = [x for x, p in enumerate(self.prior) if p]
        states = tuple(self.states[x] for x in kept)
        prior = tuple(self.prior[x] for x in kept)
        values = tuple(tuple(row[x] for x in kept) for row in self.values)
        return Ensemble(states, prior, self.copies, self.rounding, values)


def from_integers(
    vectors: Sequence[Sequence[int | Gaussian]],
    copies: int,
    prior: Sequence[Fraction] | None = None,
) -> Ensemble:
    """Pure states along vectors of integers or (real, imaginary) pairs; uniform by default."""
    states = tuple(
        [[entry if isinstance(entry, tuple) else (int(entry), 0) for entry in vector]]
        for vector in vectors
    )
    uniform = [Fraction(1, len(states))] * len(states)
    values = _values(np.array([[complex(*entry) for entry in state[0]] for state in states]))
    return Ensemble(states, tuple(prior or uniform), copies, values=values)


def from_vectors(
    vectors: Complex, copies: int, prior: NDArray[np.float64] | None = None
) -> Ensemble:
    """Pure states along the rows of `vectors` (m, N) of any norm but zero: amplitude encoding."""
    states = []
    for place, vector in enumerate(vectors):
        if not np.any(vector):
            raise InputError(f"vectors[{place}]: the zero vector encodes no state")
        states.append(_integers(vector[None]))
    # A vector is off by at most sqrt(2N) 2^-BITS of its norm, and so is the trace distance.
    rounding = copies * (2 * vectors.shape[1]) ** 0.5 * ldexp(1, -BITS)
    exact, off = _prior(prior, len(states))
    return Ensemble(tuple(states), exact, copies, rounding + off, _values(vectors))


def from_states(states: Complex, copies: int, prior: NDArray[np.float64] | None = None) -> Ensemble:
    """Normalised state vectors (m, N), or density matrices (m, N, N).

    Raises `InputError` for a state that is not normalised, not Hermitian or not positive.
    """
    with np.errstate(over="ignore"):
        largest = np.abs(states).reshape(len(states), -1).max(axis=1)
    # Norms and traces of numbers far above one overflow.
    place = int(largest.argmax())
    if largest[place] > 2:
        raise InputError(
            f"states[{place}]: an entry of size {largest[place]:.3g}; normalise it, or name the "
            "array `vectors`"
        )
    if states.ndim == 2:
        norms = np.linalg.norm(states, axis=1)
        _check(np.abs(norms - 1), "states[{}]: its norm is off one by {:.3g}; normalise it, or "
               "name the array `vectors`")  # fmt: skip
        return from_vectors(states, copies, prior)
    traces = np.trace(states, axis1=1, axis2=2)
    _check(np.abs(traces - 1), "states[{}]: its trace is off one by {:.3g}; normalise it")
    skew = np.abs(states - states.conj().transpose(0, 2, 1)).max(axis=(1, 2))
    _check(skew, "states[{}]: it is not Hermitian, by {:.3g}")
    values, bases = np.linalg.eigh((states + states.conj().transpose(0, 2, 1)) / 2)
    _check(-values.min(axis=1), "states[{}]: it is not positive: an eigenvalue is minus {:.3g}")
    found, worst = [], 0.0
    size = states.shape[1]
    least = size * np.finfo(float).eps
    for state, weights, basis in zip(states, values, bases, strict=True):
        kept = weights > least
        factors = basis[:, kept] * np.sqrt(weights[kept])
        remade = factors @ factors.conj().T / weights[kept].sum()
        # Rounding of the comparison itself is below its dimension times that of one product.
        off = np.abs(np.linalg.eigvalsh(state - remade)).sum() / 2 + size * least
        worst = max(worst, float(off) + float(skew.max()) * size)
        found.append(_integers(factors.T))
    exact, off = _prior(prior, len(found))
    return Ensemble(tuple(found), exact, copies, copies * worst + off)


def _integers(vectors: Complex) -> list[Vector]:
    """Vectors (r, N) as integers over one power of two, BITS below the largest entry."""
    largest = max(np.abs(vectors.real).max(), np.abs(vectors.imag).max())
    unit = Fraction(2) ** (BITS - int(np.frexp(largest)[1]))

    def whole(value: float) -> int:
        return round(Fraction(float(value)) * unit)

    made = [[(whole(entry.real), whole(entry.imag)) for entry in vector] for vector in vectors]
    common = gcd(*(part for vector in made for entry in vector for part in entry))
    return [[(a // common, b // common) for a, b in vector] for vector in made]


def _values(vectors: Complex) -> tuple[tuple[int, ...], ...]:
    """For each coordinate, the number of the value that each of the vectors (m, N) has there."""
    if vectors.shape[1] > MOST_COORDINATES:
        return ()
    scale = max(np.abs(vectors.real).max(), np.abs(vectors.imag).max())
    with np.errstate(under="ignore"):
        rounded = np.round(vectors / scale, DIGITS) + 0.0
    return tuple(tuple(np.unique(column, return_inverse=True)[1].tolist()) for column in rounded.T)


def _prior(prior: NDArray[np.float64] | None, count: int) -> tuple[tuple[Fraction, ...], float]:
    """The prior as fractions that sum to one, and how far that moved it."""
    if prior is None:
        return (Fraction(1, count),) * count, 0.0
    if prior.shape != (count,):
        raise InputError(f"prior of shape {prior.shape}: expected ({count},), one a state")
    least = float(prior.min())
    if not np.isfinite(prior).all() or least < 0:
        raise InputError(f"prior: {least}: expected finite numbers of at least zero")
    if (small := min((float(p) for p in prior if p), default=1.0)) < LEAST_PRIOR:
        raise InputError(f"prior: {small:.3g}: expected zero, or {LEAST_PRIOR:g} or more")
    meant = [Fraction(float(p)) for p in prior]
    total = sum(meant, Fraction(0))
    if abs(total - 1) > SLACK:
        raise InputError(f"prior: it sums to {float(total):.9g}; expected one")
    return tuple(p / total for p in meant), abs(float(total - 1))


def _check(excess: NDArray[np.float64], text: str) -> None:
    place = int(excess.argmax())
    if not float(excess[place]) <= SLACK:
        raise InputError(text.format(place, float(excess[place])))


def _bytes(size: int) -> str:
    power = min((max(size, 1).bit_length() - 1) // 10, 4)
    unit = ("bytes", "KiB", "MiB", "GiB", "TiB")[power]
    return f"{_count(size // 1024**power)} {unit}"


def _count(number: int) -> str:
    """A number, or about how large it is where nobody would read it."""
    return str(number) if number < 2**100 else f"2^{number.bit_length() - 1}"
