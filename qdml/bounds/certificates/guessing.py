"""Checks both sides of the guessing probability of an ensemble of quantum states, k copies each.

State x, of prior p_x, is the sum of |v><v| over vectors v of Gaussian integers, divided by its
trace t_x. All k-fold products of the vectors are the columns w_i of W, and H = W^dagger W comes
from their integer inner products. With q_x = p_x/t_x^k and Pi_x the projection on the columns of x:

- K = W C W^dagger is at least every p_x rho_x if C >= q_x Pi_x. Given C > 0 that is
  q_x (C^-1)_xx <= 1 in the block of x; then p_guess <= tr K = tr(C H).
- column j of W B is a measurement vector of the state that column j belongs to; the measurement
  exists if B^dagger H B < 1, and then p_guess >= sum_x q_x |(B^dagger H)_xx|^2 (Frobenius norm).

This is the semidefinite program of Yuen, Kennedy and Lax (IEEE Trans. Inf. Theory 21 (1975) 125) in
coordinates that need no basis of the span: nothing is lost when the states are dependent. C and B
are integers over 2^bits. Positivity is decided by an LDL^T decomposition in ball arithmetic.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import product
from typing import Any

import flint

from qdml.bounds.certificates import reading
from qdml.bounds.certificates.reading import Checked, Rejected

KIND = "guessing"

#: More columns take minutes; more copies and bits lengthen the numbers, up to 512 MiB in all.
MOST_COLUMNS = 256
MOST_COPIES = 10**4
MOST_BITS = 4096
MOST_MEMORY = 2**32

#: Working precision of the balls, on top of what the entries have.
PRECISION = 256

Gaussian = tuple[int, int]
Vector = Sequence[Gaussian]
State = Sequence[Vector]


def check(record: Mapping[str, Any]) -> Checked:
    """The upper bound on the guessing probability; the reason names the lower one as well."""
    low, high = bounds(record)
    # A dual of huge numbers proves no more than that this is a probability.
    high = min(high, Fraction(1))
    if high.denominator.bit_length() > MOST_BITS:
        # Many copies make fractions too long to be printed: rounded up, the bound stays true.
        high = Fraction(-(-(high.numerator << MOST_BITS) // high.denominator), 2**MOST_BITS)
    return Checked(True, high, f"guessing probability in [{float(low):.12g}, {float(high):.12g}]")


def bounds(record: Mapping[str, Any]) -> tuple[Fraction, Fraction]:
    """Exact lower and upper bound. Raises `Rejected` for a certificate that does not prove them."""
    reading.only(record, ("kind", "copies", "prior", "states", "bits", "dual", "measurement"))
    reading.choice(record, "kind", [KIND])
    copies = reading.integer(record, "copies", 1, MOST_COPIES)
    bits = reading.integer(record, "bits", 0, MOST_BITS)
    states = _states(reading.field(record, "states"))
    prior = reading.rationals(reading.field(record, "prior"), "prior", len(states))
    if not all(p > 0 for p in prior) or sum(prior) != 1:
        raise Rejected("prior: it has to be positive and to sum to one")
    gram, weights, groups = problem(states, prior, copies)
    size = len(weights)
    dual = _matrix(record, "dual", size, bits)
    measurement = _matrix(record, "measurement", size, bits)
    if dual != dual.transpose():
        raise Rejected("dual: it is not Hermitian")
    images = measurement.transpose() * gram
    with flint.ctx.workprec(PRECISION + 4 * bits):
        if not positive(flint.arb_mat(2 * size, 2 * size, 1) - flint.arb_mat(images * measurement)):
            raise Rejected("measurement: its vectors are not shown to belong to a measurement")
        ball = flint.arb_mat(dual)
        if not positive(ball):
            raise Rejected("dual: it is not shown to be positive")
        inverse = ball.inv()
        for place, (start, end) in enumerate(groups):
            block = range(2 * start, 2 * end)
            slack = [[int(i == j) - weights[start] * inverse[i, j] for j in block] for i in block]
            if not positive(flint.arb_mat(slack)):
                raise Rejected(f"dual: it is not shown to dominate state {place}")
    low = high = flint.fmpq(0)
    for start, end in groups:
        for i, j in product(range(2 * start, 2 * end), repeat=2):
            low += weights[start] * images[i, j] ** 2
    for i, j in product(range(2 * size), repeat=2):
        high += dual[i, j] * gram[i, j]
    # A complex number a is the block [[a, 0], [0, a]]: traces and squares count twice.
    return _fraction(low / 2), _fraction(high / 2)


def problem(
    states: Sequence[State], prior: Sequence[Fraction], copies: int
) -> tuple[flint.fmpq_mat, list[flint.fmpq], list[tuple[int, int]]]:
    """H (2R, 2R), the weight q of each of the R columns, and the first and last column of states.

    Each complex entry a + ib of a matrix is the block [[a, -b], [b, a]]. The columns of a state are
    divided by a power of two that brings their k-copy trace into [1, 4), and q is adapted to it.
    """
    vectors = [vector for state in states for vector in state]
    inner = _inner(vectors)
    count = sum(len(state) ** copies for state in states)
    length = copies * max(int(inner[i][i][0, 0]) for i in range(len(vectors))).bit_length()
    if count > MOST_COLUMNS or length * count**2 > MOST_MEMORY:
        raise Rejected(f"states: {count} columns of {length} bits an entry: too large to check")
    columns: list[tuple[int, ...]] = []
    groups, weights, shifts = [], [], []
    start = 0
    for state, p in zip(states, prior, strict=True):
        own, start = range(start, start + len(state)), start + len(state)
        trace = sum(int(inner[i][i][0, 0]) for i in own) ** copies
        if not trace:
            raise Rejected("states: a state is the zero vector")
        shift = (trace.bit_length() - 1) // 2
        added = list(product(own, repeat=copies)) if len(own) > 1 else [(own[0],) * copies]
        groups.append((len(columns), len(columns) + len(added)))
        columns += added
        weight = flint.fmpq(p.numerator, p.denominator) * flint.fmpq(4**shift, trace)
        weights += [weight] * len(added)
        shifts += [shift] * len(added)
    gram = flint.fmpq_mat(2 * len(columns), 2 * len(columns))
    for i, left in enumerate(columns):
        for j, right in enumerate(columns[: i + 1]):
            block = flint.fmpz_mat([[1, 0], [0, 1]])
            for (a, b), count in Counter(zip(left, right, strict=True)).items():
                block *= inner[a][b] ** count
            for r, c in product((0, 1), repeat=2):
                entry = flint.fmpq(block[r, c], 2 ** (shifts[i] + shifts[j]))
                gram[2 * i + r, 2 * j + c] = gram[2 * j + c, 2 * i + r] = entry
    return gram, weights, groups


def positive(matrix: flint.arb_mat) -> bool:
    """Whether a symmetric matrix of balls is positive definite for sure, by LDL^T."""
    rows = matrix.tolist()
    for i, pivot in enumerate(rows):
        if not pivot[i] > 0:
            return False
        for k in range(i + 1, len(rows)):
            factor, row = pivot[k] / pivot[i], rows[k]
            for j in range(k, len(rows)):
                row[j] -= factor * pivot[j]
    return True


def _inner(vectors: Sequence[Vector]) -> list[list[flint.fmpz_mat]]:
    """Inner products <v_i|v_j> of vectors of Gaussian integers, each as a block of integers."""
    rows = []
    for vector in vectors:
        rows.append([part for a, b in vector for part in (a, b)])
        rows.append([part for a, b in vector for part in (-b, a)])
    wide = flint.fmpz_mat(rows)
    full = wide * wide.transpose()
    pairs = range(0, len(rows), 2)
    return [
        [flint.fmpz_mat([[full[i + r, j + c] for c in (0, 1)] for r in (0, 1)]) for j in pairs]
        for i in pairs
    ]


def _matrix(record: Mapping[str, Any], name: str, size: int, bits: int) -> flint.fmpq_mat:
    """A complex matrix (R, R) of integers over 2^bits, as real blocks."""
    parts = reading.field(record, name)
    if not isinstance(parts, list) or len(parts) != 2:
        raise Rejected(f"{name}: two matrices, real and imaginary part, are needed")
    real, imaginary = (reading.integer_matrix(part, name, size, size) for part in parts)
    matrix = flint.fmpq_mat(2 * size, 2 * size)
    for i, j in product(range(size), repeat=2):
        a, b = (flint.fmpq(part[i][j], 2**bits) for part in (real, imaginary))
        matrix[2 * i, 2 * j] = matrix[2 * i + 1, 2 * j + 1] = a
        matrix[2 * i + 1, 2 * j], matrix[2 * i, 2 * j + 1] = b, -b
    return matrix


def _states(value: object) -> list[State]:
    """States as lists of vectors, each vector a list of real and one of imaginary parts."""
    if not isinstance(value, list) or not value or not all(isinstance(s, list) for s in value):
        raise Rejected("states: a list of lists of vectors is needed")
    states: list[State] = []
    dimension = None
    for state in value:
        if not state:
            raise Rejected("states: a state without vectors")
        vectors = []
        for vector in state:
            parts = reading.integer_matrix(vector, "states", 2, dimension)
            dimension = len(parts[0])
            vectors.append(list(zip(*parts, strict=True)))
        states.append(vectors)
    return states


def _fraction(value: flint.fmpq) -> Fraction:
    return Fraction(int(value.p), int(value.q))
