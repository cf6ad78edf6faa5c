"""What a pooled quadratic form costs: copies, the norm with them, crossovers, classical bits.

A copy of psi = H/||H||_F answers (||H||_F^2/|S|) mu at a node of the pooled set S and an eigenvalue
mu of M, or 0 at another node; the mean is the pooled score. Copies are Hoeffding's (JASA 58 (1963)
13) or Bernstein's (Boucheron, Lugosi and Massart 2013, corollary 2.11).
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import log, log1p
from typing import Any

import flint

from qdml.claims.intervals import rational, rounded_up
from qdml.errors import InputError


def hoeffding_copies(
    spread: Fraction, accuracy: Fraction, failure: Fraction, factor: Fraction = Fraction(1, 2)
) -> int:
    """k = ceil(factor spread^2 ln(2/delta)/eps^2) copies estimate a mean to eps, rounded up.

    `spread` is the length of a range of the outcomes, B Delta for pooling. Raises `InputError`
    for numbers out of range.
    """
    _check(spread, accuracy, failure)
    return rounded_up(_scaled(factor * (spread / accuracy) ** 2, failure))


def bernstein_copies(
    variance: Fraction, spread: Fraction, accuracy: Fraction, failure: Fraction
) -> int:
    """k = ceil((2 variance + (2/3) spread eps) ln(2/delta)/eps^2): few where outcomes vary little.

    `spread` bounds the distance of an outcome from the mean. Raises as `hoeffding_copies`.
    """
    _check(spread, accuracy, failure)
    if variance < 0:
        raise InputError(f"variance {float(variance):g}: expected 0 or more")
    share = 2 * variance + Fraction(2, 3) * spread * accuracy
    return rounded_up(_scaled(share / accuracy**2, failure))


def hit_copies(weight: Fraction, failure: Fraction) -> int:
    """The least k with (1 - p)^k <= delta: fewer copies all miss a node of that weight too often.

    `weight` p in (0, 1) is the node's share of ||H||_F^2. Raises `InputError` for others.
    """
    if not 0 < weight < 1:
        raise InputError(f"weight {float(weight):g}: expected a share between 0 and 1")
    _check(Fraction(1), Fraction(1), failure)

    # The quotient of logarithms may be a whole number, so powers decide and not balls.
    copies = max(1, int(log(failure) / log1p(-float(weight))) - 1)
    while (1 - weight) ** copies > failure:
        copies += 1
    return copies


def helstrom_copies(weight: Fraction, failure: Fraction) -> Fraction:
    """(1 - 2 delta)^2/(2 p): what any measurement needs that tells two values at a node apart.

    Two inputs that differ by an orthogonal row at a node of weight p overlap in 1 - p. On k copies
    the trace distance is sqrt(1 - (1-p)^(2k)) <= sqrt(2 k p), and an error delta needs 1 - 2 delta.
    """
    if not 0 < weight < 1 or not 0 < failure < Fraction(1, 2):
        raise InputError(
            f"weight {float(weight):g}, failure probability {float(failure):g}: expected (0, 1) "
            "and (0, 1/2)"
        )
    return (1 - 2 * failure) ** 2 / (2 * weight)


def norm_levels(largest: Fraction, scale: Fraction, accuracy: Fraction) -> tuple[int, Fraction]:
    """Values and step of a grid for ||H||_F^2 in [0, largest] that moves the score by <= eps.

    `scale` = max |mu|/|S| is what one unit of ||H||_F^2 can change. The step is 2 eps/scale; the
    number of values costs ceil(log2 values) bits. Raises `InputError` unless all are positive.
    """
    if min(largest, scale, accuracy) <= 0:
        raise InputError("largest norm, scale and accuracy: expected positive numbers")
    step = 2 * accuracy / scale
    return int(-(-largest // step)) + 1, step


def crossover(copies: int, bits: int) -> int:
    """The least N* >= 2 with copies ceil(log2 N) < bits N for every N >= N*: fewer qubits for good.

    Features are N numbers of `bits` bits. Raises `InputError` unless both are at least 1.
    """
    if copies < 1 or bits < 1:
        raise InputError(f"{copies} copies, {bits} bits: expected at least one of each")
    qubits, least = 1, 2
    # Once 2^(n-1) >= k n/b it stays so: doubling the left adds at least k/b to the right.
    while bits * 2 ** (qubits - 1) < copies * qubits:
        # Of the numbers with this many qubits, 2^(n-1) < N <= 2^n, those up to k n/b fail.
        last = min(2**qubits, copies * qubits // bits)
        if last > 2 ** (qubits - 1):
            least = last + 1
        qubits += 1
    return least


def features_bits(nodes: int, dimension: int, bits: int) -> int:
    """(V(D-1) + 1) b: every row but its constant, and the constant once."""
    return (nodes * (dimension - 1) + 1) * bits


def moments_bits(dimension: int, bits: int) -> int:
    """b D(D+1)/2: the pooled second moments."""
    return dimension * (dimension + 1) // 2 * bits


def nodes_bits(samples: int, dimension: int, bits: int) -> int:
    """b D for every drawn node."""
    return samples * dimension * bits


def sketch_bits(size: int, bits: int) -> int:
    """b for every product with a public vector."""
    return size * bits


def sampling_bits(samples: int, dimension: int, bits: int) -> int:
    """Two names of ceil(log2 n) bits and two numbers a sample, rounded up once a message."""
    if dimension & (dimension - 1) == 0:
        names = samples * (dimension.bit_length() - 1)
    else:
        # No power of any other number is a power of two, so the logarithm is never whole.
        names = rounded_up(lambda: samples * flint.arb(dimension).log() / flint.arb.const_log2())
    return 2 * (names + samples * bits)


def sketch_variance(size: int, square: Any, moved: Any, frobenius: Any, value: Any) -> Any:
    """Variance of the mean over pairs of `size` Gaussian products; signs g vary no more.

    square = ||x||^2, moved = ||Ox||^2, frobenius = ||O||_F^2, value = x^T O x. It is Hoeffding's
    (Ann. Math. Stat. 19 (1948) 293) for a symmetric kernel: (2(t-2) z_1 + z_2) 2/(t(t-1)), with
    z_1 = square moved + value^2 and z_2 = square^2 frobenius + 4 square moved + 3 value^2.
    """
    one = square * moved + value**2
    two = square**2 * frobenius + 4 * square * moved + 3 * value**2
    return (2 * (size - 2) * one + two) * 2 / (size * (size - 1))


def sketch_size(ratio: Fraction, stable_rank: Fraction, failure: Fraction) -> int:
    """The least t that gives the sign of x^T O x >= ratio ||O|| ||x||^2 for sure enough (Cantelli).

    Uses ||Ox|| <= ||O|| ||x|| and ||O||_F^2 = stable_rank ||O||^2. For large stable rank it grows
    like its square root. Raises `InputError` for numbers out of range.
    """
    _check_ratio(ratio, failure)
    # In units in which x^T O x and ||x|| are 1, ||O|| is 1/ratio.
    return least_products(1, 1 / ratio**2, stable_rank / ratio**2, 1, failure)


def least_products(square: Any, moved: Any, frobenius: Any, value: Any, failure: Fraction) -> int:
    """The least t with `sketch_variance` <= delta/(1 - delta) value^2: Cantelli gives the sign.

    Raises `InputError` for a value of 0, which no number of products tells from either sign.
    """
    _check_ratio(Fraction(1), failure)
    if value == 0:
        raise InputError("value 0: expected one that has a sign")
    allowed = failure / (1 - failure) * Fraction(value) ** 2
    return _least(
        lambda size: bool(sketch_variance(size, square, moved, frobenius, value) <= allowed), 2
    )


def sampling_size(second_moment: Fraction, failure: Fraction) -> int:
    """The least m with (second moment - 1)/m <= delta/(1 - delta): Cantelli gives the sign.

    `second_moment` is that of a single estimate over the square of its mean.
    """
    _check_ratio(Fraction(1), failure)
    return max(1, int(-(-(second_moment - 1) * (1 - failure) // failure)))


def sampling_second_moment(operator: Any, x: Any) -> Any:
    """||x||^2 sum_ij |O_ij| R_j x_i^2, R_j = sum_i |O_ij|, for the mean x^T O x.

    operator: (n, n) symmetric; x: (n,). At most ||x||^4 max_j R_j^2.
    """
    size = abs(operator)
    return (x**2).sum() * ((size @ size.sum(axis=0)) * x**2).sum()


def _least(enough: Callable[[int], bool], first: int) -> int:
    """The least number from `first` on at which a monotone statement is true."""
    high = first
    while not enough(high):
        high *= 2
    low = max(first, high // 2)
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle + 1, high)
    return low


def _check_ratio(ratio: Fraction, failure: Fraction) -> None:
    if not 0 < ratio <= 1 or not 0 < failure < 1:
        raise InputError(
            f"ratio {float(ratio):g}, failure probability {float(failure):g}: expected (0, 1] and "
            "(0, 1)"
        )


def _scaled(factor: Fraction, failure: Fraction) -> Callable[[], flint.arb]:
    return lambda: flint.arb(rational(2 / failure)).log() * rational(factor)


def _check(spread: Fraction, accuracy: Fraction, failure: Fraction) -> None:
    if not 0 < failure < 1:
        raise InputError(f"failure probability {float(failure):g}: expected a number in (0, 1)")
    if not (spread >= 0 and accuracy > 0):
        raise InputError(
            f"spread {float(spread):g}, accuracy {float(accuracy):g}: expected numbers of 0 or "
            "more, and above 0"
        )
