"""The best average fidelity with which k copies of an unknown pure state can be estimated.

Complex states: (k+1)/(k+N) (Massar and Popescu 1995; Bruss and Macchiavello 1999). Real states:
with K = k+1, a = N-2 and l distributed as the degrees of t^K in zonal functions,
F = E[((1-c) sqrt(1+(l+a)/K) + c sqrt(1-l/K))^2], c = (l+a)/(2l+a), which is derived in
`proofs_checks/privacy_estimation_real.md`. Every term is positive, so nothing cancels.
"""

from __future__ import annotations

from fractions import Fraction
from math import sqrt
from typing import Any

import flint
import numpy as np
import numpy.typing as npt

from qdml.errors import InputError, nearest
from qdml.privacy.arguments import check
from qdml.privacy.balls import PRECISION, ball

FIELDS = ("complex", "real")

Floats = npt.NDArray[np.float64]


def fidelity(field: str, dimension: int, copies: int) -> float:
    """Best average fidelity for `copies` of a Haar state of the `field` in `dimension`.

    Relative error below 1e-12 up to N = 2^20 and k = 10^4. Raises `InputError` for another field,
    a dimension outside 2 ... 2^60 or copies outside 1 ... 10^6.
    """
    _check(field, dimension, copies)
    if field == "complex":
        return (copies + 1) / (copies + dimension)
    total, a = copies + 1, dimension - 2
    level = np.arange(total % 2, total + 1, 2, dtype=float)
    rise = _rise(dimension, level)
    # One minus the rise would cancel in large dimensions.
    root = level / np.maximum(2 * level + a, 1) * np.sqrt((total + level + a) / total)
    root += rise * np.sqrt((total - level) / total)
    weight = _weights(dimension, total, level)
    return float((weight * root**2).sum() / weight.sum())


def infidelity(field: str, dimension: int, copies: int) -> float:
    """One minus `fidelity`, as accurate when that is near one: E[m/(2K+a+2 sqrt(K(K+a)-m))]/K.

    m = l(l+a). Raises `InputError` as `fidelity` does.
    """
    _check(field, dimension, copies)
    if field == "complex":
        return (dimension - 1) / (copies + dimension)
    total, a = copies + 1, dimension - 2
    level = np.arange(total % 2, total + 1, 2, dtype=float)
    weight = _weights(dimension, total, level)
    root = np.sqrt((total - level) * (total + level + a))
    lost = level * (level + a) / (2 * total + a + 2 * root) / total
    return float((weight * lost).sum() / weight.sum())


def real_limits(dimension: int, copies: int) -> tuple[float, float]:
    """(2k+1)/(2k+N) and 1 - (N-1)/(2k+N+2 sqrt(k(k+1))): the real fidelity lies between them.

    Raises `InputError` as `fidelity` does.
    """
    check(dimension, copies)
    low = (2 * copies + 1) / (2 * copies + dimension)
    root = 2 * sqrt(copies * (copies + 1))
    return low, (2 * copies + 1 + root) / (2 * copies + dimension + root)


def enclosure(
    field: str, dimension: int, copies: int, precision: int = PRECISION
) -> tuple[flint.arb, flint.arb]:
    """Best average fidelity and what it lacks of one, in ball arithmetic.

    Raises `InputError` as `fidelity` does.
    """
    _check(field, dimension, copies)
    with flint.ctx.workprec(precision):
        if field == "complex":
            lost = ball(Fraction(dimension - 1, copies + dimension))
            return 1 - lost, lost
        total, a = copies + 1, dimension - 2
        weight, mass, sum_ = flint.arb(1), flint.arb(0), flint.arb(0)
        for level in range(total % 2, total + 1, 2):
            root = flint.arb((total - level) * (total + level + a)).sqrt()
            mass += weight
            sum_ += weight * (level * (level + a)) / (2 * total + a + 2 * root)
            weight *= flint.arb(_rise_exact(dimension, level)) * flint.arb(
                flint.fmpq(*_ratio(dimension, total, level))
            )
        lost = sum_ / mass / total
        return 1 - lost, lost


def _weights(dimension: int, copies: int, level: Floats) -> Floats:
    """p_l of t^k up to a factor, the largest being 1: multiplied up outwards from there."""
    lower = level[:-1]
    above, below = _ratio(dimension, copies, lower)
    ratio = _rise(dimension, lower) * above / below
    logarithm = np.concatenate([[0.0], np.cumsum(np.log(ratio))])
    mode = int(np.argmax(logarithm))
    falling = np.cumprod(1 / ratio[:mode][::-1])[::-1]
    return np.concatenate([falling, [1.0], np.cumprod(ratio[mode:])])


def _ratio(dimension: int, copies: int, level: Any) -> tuple[Any, Any]:
    """p_{l+2}/p_l divided by c_l, as numerator and denominator; for numbers and for arrays."""
    above = (2 * level + dimension + 2) * (dimension + level - 1) * (copies - level)
    return above, (level + 1) * (level + 2) * (dimension + copies + level)


def _rise(dimension: int, level: Floats) -> Floats:
    """c_l = (l+N-2)/(2l+N-2), and 1 at l = 0."""
    a = dimension - 2
    return np.where(level == 0, 1.0, (level + a) / np.maximum(2 * level + a, 1))


def _rise_exact(dimension: int, level: int) -> flint.fmpq:
    a = dimension - 2
    return flint.fmpq(level + a, 2 * level + a) if level else flint.fmpq(1)


def _check(field: str, dimension: int, copies: int) -> None:
    if field not in FIELDS:
        hint = nearest(field, FIELDS)
        raise InputError(f"field {field!r}: allowed are {' and '.join(FIELDS)}{hint}")
    check(dimension, copies)
