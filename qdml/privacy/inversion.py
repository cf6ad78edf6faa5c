"""Gradient inversion: what a classical partner reads off the gradient that he is sent.

A linear layer z = W x + b hands over dW = d x^T and db = d for d the derivative in z: any row of dW
over its entry of db is x, exactly (Phong et al. 2017; Geiping et al. 2020). A network of which
only the architecture, the weights and the gradient are known is inverted by gradient descent on the
distance of gradients (Zhu, Liu and Han 2019).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: Steps of the optimiser in one attempt, and attempts from random images.
_STEPS, _ATTEMPTS = 400, 3

#: Gradients this close, relative to what was sent, end the search.
_CLOSE = 1e-10


def linear(weight_slope: Sequence[Sequence[Any]], bias_slope: Sequence[Any]) -> list[Any] | None:
    """The input of a linear layer from dL/dW (m, N) and dL/db (m,): exact for exact numbers.

    None if no output had any influence on the loss.
    """
    for row, slope in zip(weight_slope, bias_slope, strict=True):
        if slope:
            return [entry / slope for entry in row]
    return None


def layer_slopes(
    weight: Sequence[Sequence[Fraction]],
    bias: Sequence[Fraction],
    batch: Sequence[tuple[Sequence[Fraction], Sequence[Fraction]]],
) -> tuple[list[list[Fraction]], list[Fraction]]:
    """dL/dW and dL/db of the mean of |W x + b - y|^2/2 over a batch of (x, y), exactly."""
    share = Fraction(1, len(batch))
    weight_slope = [[Fraction(0)] * len(row) for row in weight]
    bias_slope = [Fraction(0)] * len(bias)
    for x, y in batch:
        for i, (row, offset, wanted) in enumerate(zip(weight, bias, y, strict=True)):
            missed = sum((a * b for a, b in zip(row, x, strict=True)), offset) - wanted
            bias_slope[i] += share * missed
            for j, entry in enumerate(x):
                weight_slope[i][j] += share * missed * entry
    return weight_slope, bias_slope


@dataclass(frozen=True)
class Network:
    """Two layers without biases, tanh between them, cross-entropy after: (h, N) and (c, h)."""

    first: Floats
    second: Floats

    @classmethod
    def random(cls, inputs: int, hidden: int, classes: int, rng: np.random.Generator) -> Network:
        """Weights as they are before training."""
        first = rng.normal(size=(hidden, inputs)) / np.sqrt(inputs)
        return cls(first, rng.normal(size=(classes, hidden)) / np.sqrt(hidden))

    def gradient(self, x: Any, label: int, numbers: Any = np) -> tuple[Any, Any]:
        """Derivatives of the loss at an input (N,) in both weights; `numbers` is numpy or jax's."""
        hidden = numbers.tanh(self.first @ x)
        scores = self.second @ hidden
        missed = numbers.exp(scores - scores.max())
        missed = missed / missed.sum() - numbers.eye(len(self.second))[label]
        inner = (self.second.T @ missed) * (1 - hidden**2)
        return numbers.outer(inner, x), numbers.outer(missed, hidden)


def invert(
    network: Network, sent: tuple[Floats, Floats], label: int, rng: np.random.Generator
) -> Floats:
    """The input (N,) whose gradient comes closest to the one that was sent; nothing else is used.

    L-BFGS from random images, on the squared distance of the gradients.
    """
    import jax
    from scipy.optimize import minimize

    distance = _distance()
    with jax.enable_x64(True):

        def target(x: Floats) -> tuple[float, Floats]:
            value, slope = distance(x, network.first, network.second, label, sent)
            return float(value), np.asarray(slope, dtype=float)

        best: Any = None
        for _ in range(_ATTEMPTS):
            start = rng.normal(size=network.first.shape[1]) / np.sqrt(network.first.shape[1])
            found = minimize(
                target, start, jac=True, method="L-BFGS-B",
                options={"maxiter": _STEPS, "ftol": 0.0, "gtol": 1e-14},
            )  # fmt: skip
            best = found if best is None or found.fun < best.fun else best
            if best.fun < _CLOSE:
                break
    image: Floats = np.asarray(best.x, dtype=float)
    return image


@cache
def _distance() -> Any:
    """Distance of gradients, and its slope in the input, compiled once for all networks."""
    import jax
    import jax.numpy as jnp

    def distance(x: Any, first: Any, second: Any, label: Any, sent: tuple[Any, Any]) -> Any:
        found = Network(first, second).gradient(x, label, jnp)
        parts = [((a - b) ** 2).sum() for a, b in zip(found, sent, strict=True)]
        return sum(parts) / sum((part**2).sum() for part in sent)

    return jax.jit(jax.value_and_grad(distance))
