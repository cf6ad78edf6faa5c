"""The probability to guess which state of an ensemble was sent, certified from both sides.

Maximise sum_x p_x tr(E_x rho_x) over measurements E. With weights c_x (matrices for mixed states)
and Lambda = (sum_x V_x c_x c_x^dagger V_x^dagger)^(1/2), V_x V_x^dagger = p_x rho_x, the iteration
c_x <- R_x c_x with R_x = V_x^dagger Lambda^-1 V_x is that of Jezek, Rehacek and Fiurasek, Phys.
Rev. A 65 (2002) 060301. It starts from the pretty good measurement, and Lambda is the dual
solution as soon as no R_x exceeds one. For pure states the weights |c_x|^2 maximise the concave
function 2 tr Lambda - sum_x |c_x|^2; Newton's method with a barrier ends what it has begun.
Nothing of this is believed: what it finds is rounded, repaired and handed to the exact checker.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import flint
import numpy as np
from numpy.typing import NDArray

from qdml.bounds.certificates.guessing import KIND, bounds, problem
from qdml.privacy.ensemble import Ensemble

Complex = NDArray[np.complex128]
Floats = NDArray[np.float64]
Groups = list[tuple[int, int]]

#: Distance of the two sides at which the search ends; what is certified lies a little apart.
TOLERANCE = 1e-7

#: States are told apart by an extra component of this squared norm, for dependent states too.
APART = 2.0**-50

#: Relative slack of the repaired solutions, well above the rounding and below the tolerance.
SLACK = 1e-11

_PRECISION = 512
_WARM, _STEPS, _NEWTON = 30, 3000, 80


@dataclass(frozen=True)
class Guessing:
    """Lower and upper bound on the guessing probability, and the certificate that proves them."""

    lower: Fraction
    upper: Fraction
    certificate: dict[str, Any]


def guess(ensemble: Ensemble) -> Guessing:
    """Certified bounds on the guessing probability of an ensemble."""
    ensemble = ensemble.likely()
    gram, weights, groups = problem(ensemble.states, ensemble.prior, ensemble.copies)
    root = np.sqrt([float(weight) for weight in weights])
    with flint.ctx.workprec(_PRECISION):
        factor = _cholesky(gram)
        found = _search(_floats(factor).conj().T * root, groups)
        measurement = _balls(found.measurement * (1 - SLACK))
        bits = 90 + max(0, -int(np.log2(root.min())))
        record = {
            "kind": KIND,
            "copies": ensemble.copies,
            "prior": [str(p) for p in ensemble.prior],
            "states": [
                [[list(part) for part in zip(*vector, strict=True)] for vector in state]
                for state in ensemble.states
            ],
            "bits": bits,
            "dual": _rounded(_repaired(found.dual, factor, root, groups), bits),
            "measurement": _rounded(_adjoint(factor).solve(measurement), bits),
        }
    low, high = bounds(record)
    return Guessing(low, min(high, Fraction(1)), record)


def pretty_good(ensemble: Ensemble) -> tuple[Fraction, Fraction]:
    """Rigorous enclosure of the success of the pretty good measurement.

    It is sum_x |S_xx|^2 (Frobenius norm) with S = G^(1/2) and G = V^dagger V. For any positive S',
    |S' - S| <= |S'^2 - G|^(1/2) (Ando 1988).
    """
    ensemble = ensemble.likely()
    gram, weights, groups = problem(ensemble.states, ensemble.prior, ensemble.copies)
    size = len(weights)
    with flint.ctx.workprec(_PRECISION):
        root = [flint.arb(weight).sqrt() for weight in weights]
        exact = flint.acb_mat(
            [[root[i] * _entry(gram, i, j) * root[j] for j in range(size)] for i in range(size)]
        )
        values, basis = np.linalg.eigh(_floats(exact))
        # S'^2 differs from G by the rounding of doubles, and S' = T^dagger T is positive for sure.
        half = _balls((basis * np.maximum(values, 0) ** 0.25).conj().T)
        close = _adjoint(half) * half
        rest = close * close - exact
        off = _norm(rest.entries()).sqrt()
        low = high = flint.arb(0)
        for start, end in groups:
            block = [close[i, j] for i in range(start, end) for j in range(start, end)]
            norm = _norm(block)
            reach = off * flint.arb(end - start).sqrt()
            low += flint.arb.max(norm - reach, flint.arb(0)) ** 2
            high += (norm + reach) ** 2
        return _fraction(low.lower()), _fraction(high.upper())


@dataclass(frozen=True)
class _Step:
    """One step: Lambda = U s U^dagger, and the measurement that goes with it, column by column."""

    left: Complex
    singular: Floats
    measurement: Complex
    ratios: list[Complex]
    gap: float

    @classmethod
    def of(cls, vectors: Complex, factors: list[Complex], groups: Groups) -> _Step:
        """The step for columns `vectors` (R, R), in groups, and the factors c_x of the groups."""
        parts = [vectors[:, a:b] @ c for (a, b), c in zip(groups, factors, strict=True)]
        left, singular, right = np.linalg.svd(np.hstack(parts))
        inside = left.conj().T @ vectors / np.sqrt(singular)[:, None]
        ratios = [inside[:, a:b].conj().T @ inside[:, a:b] for a, b in groups]
        found = left @ right
        images = [vectors[:, a:b].conj().T @ found[:, a:b] for a, b in groups]
        reached = sum(float(np.linalg.norm(image)) ** 2 for image in images)
        excess = max(float(np.linalg.eigvalsh(ratio)[-1]) for ratio in ratios)
        return cls(left, singular, found, ratios, excess * float(singular.sum()) - reached)

    @property
    def dual(self) -> Complex:
        """Lambda."""
        return (self.left * self.singular) @ self.left.conj().T


def _search(vectors: Complex, groups: Groups) -> _Step:
    """The last step of the iteration; see the head of this file."""
    pure = all(end - start == 1 for start, end in groups)
    factors = [np.eye(end - start, dtype=complex) for start, end in groups]
    for _ in range(_WARM if pure else _STEPS):
        step = _Step.of(vectors, factors, groups)
        if step.gap < TOLERANCE:
            return step
        factors = [ratio @ c for ratio, c in zip(step.ratios, factors, strict=True)]
    if pure:
        start = np.array([abs(c[0, 0]) ** 2 for c in factors])
        ended = _barrier(vectors, np.maximum(start, TOLERANCE / len(start)))
        factors = [np.array([[np.sqrt(weight)]], dtype=complex) for weight in ended]
    return _Step.of(vectors, factors, groups)


def _barrier(vectors: Complex, weights: Floats) -> Floats:
    """Maximise 2 tr Lambda - sum weights + mu sum ln weights, with mu going down to nothing.

    The second derivative of tr sqrt A is -sum_ij |E_ij|^2/(2 s_i s_j (s_i + s_j)) along E, in the
    basis where sqrt A is diagonal with entries s. On the path, Lambda is feasible and the gap is
    mu times the number of weights.
    """
    size = len(weights)
    barrier = 0.0
    for _ in range(_NEWTON):
        left, singular, _ = np.linalg.svd(vectors * np.sqrt(weights))
        inside = left.conj().T @ vectors
        ratios = np.sum(np.abs(inside) ** 2 / singular[:, None], axis=0)
        gap = max(ratios.max(), 1.0) * singular.sum() - (2 * singular.sum() - weights.sum())
        if gap < TOLERANCE:
            break
        barrier = barrier or max(gap, 1e-6) / size
        pairs = 1 / np.multiply.outer(singular, singular) / np.add.outer(singular, singular)
        curved = np.array(
            [np.sum((own[:, None] * inside.conj()) * (pairs @ (own.conj()[:, None] * inside)), 0)
             for own in inside.T]
        ).real  # fmt: skip
        slack = np.maximum(1 - ratios, barrier / weights)
        matrix = curved * np.multiply.outer(weights, weights) + np.diag(slack * weights)
        matrix += np.finfo(float).eps * np.trace(matrix) * np.eye(size)
        move = np.linalg.solve(matrix, weights * (ratios - 1) + barrier)
        length = min(1.0, 0.9 / max(-move.min(), 0.9), 2 / max(float(np.abs(move).max()), 2.0))
        weights = weights * (1 + length * move)
        if length > 0.5:
            barrier *= 0.2
    return weights


def _repaired(dual: Complex, factor: flint.acb_mat, root: Floats, groups: Groups) -> flint.acb_mat:
    """C = L^-dagger K L^-1 for the multiple K of the dual that dominates every state."""
    dual = (dual + dual.conj().T) / 2 + SLACK * np.eye(len(dual))
    near = _balls(dual)
    shadow = _floats(factor * near.inv() * _adjoint(factor)) * np.multiply.outer(root, root)
    excess = max(float(np.linalg.eigvalsh(shadow[a:b, a:b])[-1]) for a, b in groups)
    back = factor.inv()
    return _adjoint(back) * near * back * flint.acb(excess * (1 + SLACK))


def _cholesky(gram: flint.fmpq_mat) -> flint.acb_mat:
    """The lower factor L of H + APART, L L^dagger."""
    size = gram.nrows() // 2
    rows = [[flint.acb(0)] * size for _ in range(size)]
    for j in range(size):
        for i in range(j, size):
            rest = _entry(gram, i, j) + (APART if i == j else 0)
            for k in range(j):
                rest -= rows[i][k] * rows[j][k].conjugate()
            rows[i][j] = flint.acb(rest.real.sqrt()) if i == j else rest / rows[j][j]
    return flint.acb_mat(rows)


def _entry(gram: flint.fmpq_mat, i: int, j: int) -> flint.acb:
    return flint.acb(flint.arb(gram[2 * i, 2 * j]), flint.arb(gram[2 * i + 1, 2 * j]))


def _norm(entries: list[flint.acb]) -> flint.arb:
    """The Euclidean norm; from above where the entries are balls around zero."""
    return sum((entry.abs_upper() ** 2 for entry in entries), flint.arb(0)).sqrt()


def _adjoint(matrix: flint.acb_mat) -> flint.acb_mat:
    return matrix.conjugate().transpose()


def _balls(matrix: Complex) -> flint.acb_mat:
    return flint.acb_mat([[complex(entry) for entry in row] for row in matrix])


def _floats(matrix: flint.acb_mat) -> Complex:
    rows = [[complex(entry) for entry in row] for row in matrix.tolist()]
    return np.array(rows, dtype=complex)


def _rounded(matrix: flint.acb_mat, bits: int) -> list[list[list[int]]]:
    """Real and imaginary parts as integers over 2^bits; a matrix near Hermitian becomes so."""
    unit = flint.arb(2) ** bits
    rows = matrix.mid().tolist()

    def whole(part: flint.arb) -> int:
        found = (part * unit + 0.5).floor().unique_fmpz()
        assert found is not None
        return int(found)

    return [
        [[whole(entry.real) for entry in row] for row in rows],
        [[whole(entry.imag) for entry in row] for row in rows],
    ]


def _fraction(exact: flint.arb) -> Fraction:
    mantissa, exponent = exact.man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)
