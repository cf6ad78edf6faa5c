"""The dimension that the k-copy states of an ensemble span, from below and from above, proved.

From below: the Gram matrix G of r states minus t^2 is positive definite, by elimination in ball
arithmetic. Then no change of the states of norm t in all makes them dependent. From above: what
the others leave after elimination is det(G of r+1 states)/det(G of r states); it vanishes if the
numerator, an integer, is divisible by primes whose product exceeds Hadamard's bound on it, the
product of the diagonal entries.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import comb, log2
from typing import Any

import flint
import numpy as np

from qdml.bounds.certificates.guessing import problem
from qdml.privacy.ensemble import Ensemble

#: Primes of so many bits, from the first one above; so much work with them, in multiplications, to
#: which reading a limb of an entry is comparable.
_BITS, _WORK, _READ = 62, 2**32, 10

_PRECISION = 512


@dataclass(frozen=True)
class Span:
    """At least `least` dimensions, whatever the rounding of the states; `most` for those given."""

    least: int
    most: int

    @property
    def certified(self) -> bool:
        """Whether the dimension is proved."""
        return self.least == self.most


def span(ensemble: Ensemble) -> Span:
    """Both bounds. A rounding is k sqrt(N) eps of the norm of each of the vectors, in all."""
    gram, _, _ = problem(ensemble.states, ensemble.prior, ensemble.copies)
    size = gram.nrows() // 2
    rounding = ensemble.copies * np.sqrt(ensemble.dimension * size) * np.finfo(float).eps
    pivots, left = _independent(gram, float(rounding))
    most = min(size, room(ensemble))
    if len(pivots) < most and _dependent(gram, pivots, left):
        most = len(pivots)
    return Span(len(pivots), most)


def room(ensemble: Ensemble, dimension: int | None = None) -> int:
    """Dimension of the space of k copies: symmetric for pure states, on the N' < N in use."""
    if dimension is None:
        vectors = [vector for state in ensemble.states for vector in state]
        dimension = sum(any(a or b for a, b in entries) for entries in zip(*vectors, strict=True))
    if ensemble.pure:
        return comb(dimension + ensemble.copies - 1, ensemble.copies)
    return int(dimension**ensemble.copies)


def _independent(gram: flint.fmpq_mat, rounding: float) -> tuple[list[int], list[int]]:
    """States that stay independent whatever the rounding does, and all others."""
    size = gram.nrows() // 2
    real = all(gram[2 * i + 1, 2 * j] == 0 for i in range(size) for j in range(i))
    pivots, left = [], list(range(size))
    with flint.ctx.workprec(_PRECISION):
        rows = [[_entry(gram, i, j, real) for j in range(i + 1)] for i in range(size)]
        spare = flint.arb(rounding) ** 2 * flint.arb(max(gram[i, i] for i in range(2 * size)))
        for i in left:
            rows[i][i] -= spare
        while left:
            pivot = max(left, key=lambda i: float(rows[i][i].real))
            if not rows[pivot][pivot].real > 0:
                break
            left.remove(pivot)
            pivots.append(pivot)
            column = {i: rows[i][pivot] if i > pivot else _mirrored(rows[pivot][i]) for i in left}
            for i in left:
                factor, row = column[i] / rows[pivot][pivot], rows[i]
                for j in left:
                    if j > i:
                        break
                    row[j] -= factor * _mirrored(column[j])
    return pivots, left


def _dependent(gram: flint.fmpq_mat, pivots: list[int], left: list[int]) -> bool:
    """Whether the states `left` are proved to depend on the pivots; False if that is too long."""
    whole, _ = gram.numer_denom()
    sizes = [log2(int(whole[2 * i, 2 * i])) for i in range(len(pivots) + len(left))]
    bound = sum(sizes[i] for i in pivots) + max(sizes[i] for i in left)
    count, rows, columns = int(bound / _BITS) + 2, 2 * len(pivots), len(left)
    read = rows * (rows + columns) * (max(sizes) / _BITS + 1) * _READ
    if count * (rows**2 * (rows + columns) + rows * columns**2 + read) > _WORK:
        return False
    inside = [2 * i + part for i in pivots for part in (0, 1)]
    square = flint.fmpz_mat([[whole[i, j] for j in inside] for i in inside])
    beside = flint.fmpz_mat([[whole[i, 2 * j] for j in left] for i in inside])
    prime = flint.fmpz(2**_BITS)
    while count:
        prime += 1
        if not prime.is_prime():
            continue
        near = flint.nmod_mat(beside, int(prime))
        try:
            solved = flint.nmod_mat(square, int(prime)).solve(near)
        except ZeroDivisionError:
            continue
        reached = near.transpose() * solved
        if any(int(reached[k, k]) != int(whole[2 * j, 2 * j] % prime) for k, j in enumerate(left)):
            return False
        count -= 1
    return True


def _entry(gram: flint.fmpq_mat, i: int, j: int, real: bool) -> Any:
    part = flint.arb(gram[2 * i, 2 * j])
    return part if real else flint.acb(part, flint.arb(gram[2 * i + 1, 2 * j]))


def _mirrored(value: Any) -> Any:
    return value.conjugate() if isinstance(value, flint.acb) else value
