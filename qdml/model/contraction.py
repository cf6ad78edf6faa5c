"""The convex quadratic classifier: Bob's symmetric contraction A, its training and its block.

On Alice's unit vector |x> Bob measures an outcome of +1 or -1 whose mean is x^T A x, which is
possible for all x exactly when A is symmetric with spectral norm at most 1; the decision is the
sign of the mean. No separate threshold is needed: x^T A x + b = x^T (A + b 1) x on unit vectors.
What Bob measures is the Halmos dilation [[A, -sqrt(1-A^2)], [-sqrt(1-A^2), -A]] of A on one
ancilla qubit more, which starts in |0>.

Training minimises a logistic loss over the spectral ball, a convex problem, by accelerated
projected gradients (Beck and Teboulle 2009) that start afresh when the momentum points uphill
(O'Donoghue and Candes 2015); projecting is clipping eigenvalues.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from qdml.claims.seeds import generator
from qdml.data.splits import stratified_folds
from qdml.errors import InputError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Values of the sharpness s in log(1 + exp(-s y x^T A x)); cross-validation chooses one.
SHARPNESS = (4.0, 16.0, 64.0)

#: Folds of that cross-validation, and the part of the training steps that each of its fits gets.
FOLDS, TRIAL_STEPS = 4, 1 / 4

#: Training ends early when the loss is proved to be this close to its minimum (a coin has log 2).
GAP = 1e-6

#: Steps between two looks at the gap.
LOOK = 20


@dataclass(frozen=True, eq=False)
class Contraction:
    """A symmetric matrix A of spectral norm at most 1, given on its support.

    eigenvectors: (N, r) orthonormal columns; eigenvalues: (r,) in [-1, 1]; A is zero on the rest.
    `sharpness` is the s it was trained with. `duality_gap` bounds how far its training loss lies
    above the least possible one: zero at an optimum; floating point, so not certified.
    """

    eigenvectors: Floats
    eigenvalues: Floats
    sharpness: float = 1.0
    duality_gap: float = 0.0

    @property
    def dimension(self) -> int:
        """N."""
        return int(self.eigenvectors.shape[0])

    @property
    def matrix(self) -> Floats:
        """A, shape (N, N)."""
        product: Floats = (self.eigenvectors * self.eigenvalues) @ self.eigenvectors.T
        return product

    def expectation(self, inputs: Floats) -> Floats:
        """x^T A x for every row of `inputs`: (m, N) unit rows -> (m,) in [-1, 1]."""
        weights: Floats = (inputs @ self.eigenvectors) ** 2
        return weights @ self.eigenvalues

    def decide(self, inputs: Floats) -> Ints:
        """The sign of x^T A x, +1 at zero: (m, N) -> (m,)."""
        return np.where(self.expectation(inputs) >= 0, 1, -1).astype(np.int64)

    def dilation(self) -> Floats:
        """The matrix (2N, 2N) of `gate`, ancilla first; small N only."""
        return self.gate().apply(np.eye(2 * self.dimension))

    def gate(self) -> Dilation:
        """Bob's block on (ancilla, register), to be followed by Z on the ancilla."""
        return Dilation(self)


@dataclass(frozen=True, eq=False)
class Dilation:
    """D = [[C, -S], [S, C]] with C = sqrt((1+A)/2), S = sqrt((1-A)/2), ancilla as qubit 0.

    That is: rotate into the eigenbasis of A, turn the ancilla by RY with cos(2 angle) = eigenvalue,
    controlled by the index, and rotate back. C and S commute and C^2 + S^2 = 1, so D is orthogonal,
    and <0,x| D^T (Z (x) 1) D |0,x> = x^T (C^2 - S^2) x = x^T A x.
    """

    contraction: Contraction
    inverted: bool = False

    def apply(self, state: NDArray[Any]) -> NDArray[Any]:
        """Act on (2N, ...) float64 or complex128, without ever forming the matrix."""
        vectors, values = self.contraction.eigenvectors, self.contraction.eigenvalues
        # D is real: real and imaginary parts become columns, so that no product turns complex.
        parts = np.ascontiguousarray(state).view(np.float64).reshape(2, len(vectors), -1)
        upper, lower = parts[0], parts[1] * (-1.0 if self.inverted else 1.0)
        # Off the support of A both C and S are sqrt(1/2); on it that much is taken off again.
        keep = (np.sqrt((1 + values) / 2) - np.sqrt(0.5))[:, None]
        turn = (np.sqrt((1 - values) / 2) - np.sqrt(0.5))[:, None]
        inner_upper, inner_lower = vectors.T @ upper, vectors.T @ lower
        turned = [
            np.sqrt(0.5) * (upper - lower) + vectors @ (keep * inner_upper - turn * inner_lower),
            np.sqrt(0.5) * (upper + lower) + vectors @ (keep * inner_lower + turn * inner_upper),
        ]
        if self.inverted:
            turned[1] *= -1.0
        return np.stack(turned).view(state.dtype).reshape(state.shape)

    def inverse(self) -> Dilation:
        """The transpose: the same block between two Z on the ancilla."""
        return Dilation(self.contraction, not self.inverted)


def train(inputs: Floats, labels: Ints, steps: int, seed: int) -> Contraction:
    """Learn a contraction from unit rows `inputs` (m, N) and labels (m,) of +1 and -1.

    Minimises the logistic loss, both classes weighing the same, over all symmetric A with
    ||A||_2 <= 1. The sharpness is the one that decides best in a cross-validation within these
    inputs, dealt out by `seed`; the smallest on a tie, since it leaves the widest margins.

    Only the span of the inputs matters. Let the columns of U be an orthonormal basis of it. For
    every A the compression B = U^T A U has ||B|| <= ||A||, and x^T A x = (U^T x)^T B (U^T x) on
    every training input; and every B comes from U B U^T, of the same norm. So both problems have
    the same least loss, and the one that is solved is of the smaller dimension.

    Raises `InputError` for N that is not a power of two, rows that are not unit vectors, labels
    other than +1 and -1; `DataError` when a class is missing or has fewer members than folds.
    """
    _check(inputs, labels, steps)
    fold = stratified_folds(labels, FOLDS, generator(seed, "folds"))
    scores = [_cross_validate(inputs, labels, fold, sharpness, steps) for sharpness in SHARPNESS]
    return _fit(inputs, labels, SHARPNESS[int(np.argmax(scores))], steps)


def _cross_validate(
    inputs: Floats, labels: Ints, fold: Ints, sharpness: float, steps: int
) -> float:
    """Balanced accuracy of the decisions on every fold, learnt from the other folds."""
    decisions = np.zeros_like(labels)
    for held in range(FOLDS):
        rest, out = fold != held, fold == held
        trial = _fit(inputs[rest], labels[rest], sharpness, max(1, round(TRIAL_STEPS * steps)))
        decisions[out] = trial.decide(inputs[out])
    hits = decisions == labels
    return float((hits[labels > 0].mean() + hits[labels < 0].mean()) / 2)


def _fit(inputs: Floats, labels: Ints, sharpness: float, steps: int) -> Contraction:
    _, spread, span = np.linalg.svd(inputs, full_matrices=False)
    # The usual rank tolerance: what is smaller is rounding.
    rank = int((spread > spread[0] * max(inputs.shape) * np.finfo(float).eps).sum())
    basis = span[:rank].T
    matrix, gap = _minimise(_Loss(inputs @ basis, labels, sharpness), steps)
    values, vectors = np.linalg.eigh(matrix)
    return Contraction(basis @ vectors, np.clip(values, -1.0, 1.0), sharpness, gap)


class _Loss:
    """Weighted mean of log(1 + exp(-s y x^T A x)) with its gradient in A; x: rows (m, r)."""

    def __init__(self, inputs: Floats, labels: Ints, sharpness: float) -> None:
        members = np.where(labels > 0, (labels > 0).sum(), (labels < 0).sum())
        self.inputs, self.weights = inputs, 1 / (2 * members)
        self.slopes = -sharpness * labels
        # |x|^4 <= 1 bounds every curvature, and those of the logistic function are at most 1/4.
        self.curvature = sharpness**2 / 4

    def value(self, matrix: Floats) -> float:
        """The loss at A (r, r)."""
        return float(self.weights @ np.logaddexp(0.0, self._exponents(matrix)))

    def with_gradient(self, matrix: Floats) -> tuple[float, Floats]:
        """The loss at A and its gradient (r, r)."""
        exponents = self._exponents(matrix)
        pull = self.weights * self.slopes * expit(exponents)
        gradient: Floats = (self.inputs * pull[:, None]).T @ self.inputs
        return float(self.weights @ np.logaddexp(0.0, exponents)), gradient

    def gap(self, matrix: Floats) -> float:
        """max over ||B|| <= 1 of <gradient, A - B>, at least loss(A) - min loss by convexity."""
        _, gradient = self.with_gradient(matrix)
        nuclear = np.abs(np.linalg.eigvalsh(gradient)).sum()
        return max(0.0, float(nuclear + (gradient * matrix).sum()))

    def _exponents(self, matrix: Floats) -> Floats:
        values: Floats = ((self.inputs @ matrix) * self.inputs).sum(axis=1)
        return self.slopes * values


def _minimise(loss: _Loss, steps: int) -> tuple[Floats, float]:
    """The matrix after at most `steps` accelerated projected gradient steps, and its gap."""
    size = loss.inputs.shape[1]
    best = ahead = np.zeros((size, size))
    momentum, curvature = 1.0, loss.curvature / 64
    for step in range(1, steps + 1):
        value, gradient = loss.with_gradient(ahead)
        while True:
            new = _clip(ahead - gradient / curvature)
            move = new - ahead
            model = value + (gradient * move).sum() + curvature / 2 * (move * move).sum()
            # The bound on the curvature needs no test, and rounding could fail it for ever.
            if curvature >= loss.curvature or loss.value(new) <= model:
                break
            curvature = min(2 * curvature, loss.curvature)
        uphill = (move * (new - best)).sum() < 0
        following = 1.0 if uphill else (1 + np.sqrt(1 + 4 * momentum**2)) / 2
        ahead = new + (0.0 if uphill else (momentum - 1) / following) * (new - best)
        best, momentum, curvature = new, following, 0.9 * curvature
        if step % LOOK == 0 and loss.gap(best) <= GAP:
            break
    return best, loss.gap(best)


def _clip(matrix: Floats) -> Floats:
    values, vectors = np.linalg.eigh(matrix)
    clipped: Floats = (vectors * np.clip(values, -1.0, 1.0)) @ vectors.T
    return clipped


def _check(inputs: Floats, labels: Ints, steps: int) -> None:
    count, size = inputs.shape
    if size < 2 or size & (size - 1):
        raise InputError(
            f"inputs of dimension {size}: expected a power of two, at least 2; "
            "pad with zeros (qdml.data.pad_to_power_of_two)"
        )
    if labels.shape != (count,) or not np.isin(labels, (-1, 1)).all():
        raise InputError(f"labels of shape {labels.shape}: expected {count} of +1 and -1")
    norms = np.linalg.norm(inputs, axis=1)
    if not np.allclose(norms, 1.0, rtol=0, atol=1e-9):
        worst = norms[np.abs(norms - 1).argmax()]
        raise InputError(f"an input of norm {worst:g}: expected unit vectors (encode them first)")
    if steps < 1:
        raise InputError(f"{steps} training steps: at least one is needed")
