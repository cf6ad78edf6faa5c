"""The least bits with which classical parties find the loss, by rounded or by sketched states.

With u half a unit in the last place, s the least step and X messages; a vector that is off by d
puts the loss off by (2 + d) d at most.

Rounding to the nearest: a message adds u (1 + d) + s sqrt(2N)/2 to d, unitary blocks nothing, and
cutting coordinates to [-1, 1] brings them nearer to the true ones. So d = X (u + s sqrt(2N)/2)/
(1 - X u). For a derivative Im <nu|Q|mu>, mu after i messages and nu after 2X - i, the error is at
most (1 + d_i)(1 + d_(2X-i)) - 1, largest at i = X: the same bound.

Rounding at random is unbiased, so errors form a martingale. With l = ln(4/delta), q = sqrt(2 X l)
and w = 2u(1+r) + s sqrt(2N), the error of the vector stays below r = q w except with probability
delta/2 (Pinelis, Ann. Probab. 22 (1994) 1679), and its first-order effect on the loss, a sum of
independent terms of range 2u(1+r) or s at most, below q (2u(1+r) + s) (Hoeffding, Azuma). The
loss is off by their sum, r^2 for the second order: u grows with sqrt(X) here, not X. For each of M
derivatives forward errors count twice, in mu and in nu, and backward ones once: squares of 5 X in
sum, where a loss over 2 X messages, each counted twice, allows 8 X. So the plan for that loss, at
delta/M, serves all derivatives.

Sketches of m numbers give an unbiased vector v with covariance at most (|v|^2 1 + conj(v) v^T)/m.
Two independent chains give Re <v1|O|v2>, of variance at most 2 c + f^2 with c and f the 2- and
Frobenius norms of the covariance at the end; a median of runs, each wrong with probability 1/8
(Chebyshev), keeps delta. For one message m is about sqrt(N)/eps, for X N^(1 - 1/(2X)).
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from math import isqrt, sqrt

import flint

from qdml.claims.intervals import check_promise, exact_fraction, rational, rounded_up
from qdml.claims.majority import least_votes
from qdml.errors import InputError
from qdml.model.floats import Floats
from qdml.model.vectors import Plan, Rounded, Sketched

#: Share of the accuracy that rounding the announced loss may take.
ANSWER = Fraction(1, 16)

#: A sketched run is wrong with this probability, and a median of runs as rarely as promised.
ONE_SKETCH = Fraction(1, 8)

#: Shorter sketches at least double the square of the norm with every message, so that after this
#: many messages beyond n nothing but noise is left.
SLACK_MESSAGES = 8

#: Exponent and mantissa bits that are tried; mantissas of sketches need not be long.
EXPONENT_BITS, SKETCH_MANTISSAS = range(16), range(1, 11)


#: Ways to write vectors, in the order in which they are told.
METHODS = ("classical-vectors", "classical-stochastic", "classical-sketches")


@lru_cache(maxsize=64)
def plans(
    qubits: int,
    crossings: int,
    accuracy: float | Fraction,
    failure_probability: float | Fraction,
) -> dict[str, Plan]:
    """The least bits for the loss over `crossings` messages, by method.

    There are no sketches where they would be as long as the vector. Raises `InputError` for an
    accuracy outside (0, 2), or a failure probability outside (0, 1).
    """
    check_promise(accuracy, failure_probability)
    promise = qubits, crossings, accuracy, failure_probability
    found: dict[str, Plan] = {
        METHODS[0]: nearest(qubits, crossings, accuracy),
        METHODS[1]: stochastic(*promise),
    }
    sketches = sketched(*promise)
    return found | ({METHODS[2]: sketches} if sketches else {})


def gradient_plans(
    qubits: int,
    crossings: int,
    entries: int,
    accuracy: float | Fraction,
    failure_probability: float | Fraction,
) -> dict[str, Rounded]:
    """The least bits for all `entries` derivatives over X messages there and X back, by method.

    Raises `InputError` for an accuracy outside (0, 2), or a failure probability outside (0, 1).
    """
    check_promise(accuracy, failure_probability)
    share = exact_fraction(failure_probability) / max(1, entries)
    return {
        METHODS[0]: nearest(qubits, crossings, accuracy),
        METHODS[1]: stochastic(qubits, 2 * crossings, accuracy, share),
    }


def nearest(qubits: int, crossings: int, accuracy: float | Fraction) -> Rounded:
    """The least floats for the loss and every derivative to `accuracy`, without fail.

    Raises `InputError` for an accuracy outside (0, 2).
    """
    check_promise(accuracy, Fraction(1, 2))
    answer, left = _answer(accuracy)

    def enough(floats: Floats) -> bool:
        once = floats.unit + floats.step * _root(2 ** (qubits + 1)) / 2
        room = 1 - crossings * floats.unit
        return room > 0 and _off(crossings * once / room) <= left

    return Rounded(qubits, _least(enough, 0), answer)


def stochastic(
    qubits: int,
    crossings: int,
    accuracy: float | Fraction,
    failure_probability: float | Fraction,
) -> Rounded:
    """The least floats, rounded at random, for the loss to `accuracy` with the given confidence.

    Raises `InputError` for an accuracy outside (0, 2), or a failure probability outside (0, 1).
    """
    check_promise(accuracy, failure_probability)
    answer, left = _answer(accuracy)
    inside = 4 / exact_fraction(failure_probability)
    fine = 2**16
    q = Fraction(
        rounded_up(
            lambda: (2 * max(1, crossings) * flint.arb(rational(inside)).log()).sqrt() * fine
        ),
        fine,
    )

    def enough(floats: Floats) -> bool:
        room = 1 - 2 * q * floats.unit
        if room <= 0:
            return False
        far = q * (2 * floats.unit + floats.step * _root(2 ** (qubits + 1))) / room
        linear = q * (2 * floats.unit * (1 + far) + floats.step)
        # Half of the way to 2, the end of the range, which coordinates then do not reach.
        return 2 * far <= 1 and linear + far**2 <= left

    return Rounded(qubits, _least(enough, 1), answer, random=True)


def sketched(
    qubits: int,
    crossings: int,
    accuracy: float | Fraction,
    failure_probability: float | Fraction,
) -> Sketched | None:
    """The cheapest sketches for the loss, or None where they would be as long as the vector.

    Raises `InputError` for an accuracy outside (0, 2), or a failure probability outside (0, 1).
    """
    check_promise(accuracy, failure_probability)
    answer, left = _answer(accuracy)
    runs = least_votes(lambda: flint.arb(rational(ONE_SKETCH)), exact_fraction(failure_probability))
    allowed = float(left**2 * ONE_SKETCH)
    if crossings > qubits + SLACK_MESSAGES:
        return None
    # No coordinate of a sketch is larger, whatever the coins are: 2 sqrt(N) (2N)^(X-1) times one.
    top = (qubits + 1) * max(1, crossings) + 1
    found: list[Sketched] = []
    for mantissa in SKETCH_MANTISSAS:
        best: int | None = None
        for exponent in EXPONENT_BITS:
            floats = Floats(mantissa, 2**exponent - 1, top)
            size = _least_size(qubits, crossings, floats, allowed)
            # Steps that are short enough change nothing when they become shorter.
            if size is not None and best == size:
                break
            if size is not None:
                found.append(Sketched(qubits, size, runs, floats, answer))
            best = size
    return min(found, key=lambda plan: plan.numbers * plan.floats.bits, default=None)


def spread(qubits: int, crossings: int, floats: Floats, size: float) -> float:
    """The bound 2 c + f^2 on the variance of one sketched run; `size` is m.

    One message takes a covariance C to at most C + a 1 + b (1 + C) in each of the three norms, with
    a = (1 + u^2)(1 + tr C)/m + s^2/2 and b = (1 + 2 u^2)/m + u^2: rounding x at random has a
    variance of at most u^2 x^2 + s^2/4.
    """
    if floats.step > 1:
        return float("inf")
    u2, s2, inverse = float(floats.unit) ** 2, float(floats.step) ** 2, 1 / size
    norm = frobenius = trace = 0.0
    dimension = 2.0**qubits
    for _ in range(crossings):
        a = inverse * (1 + u2) * (1 + trace) + s2 / 2
        b = inverse * (1 + 2 * u2) + u2
        norm += a + b * (1 + norm)
        frobenius += a * sqrt(dimension) + b * (1 + frobenius)
        trace += a * dimension + b * (1 + trace)
        if not 2 * norm + frobenius * frobenius < 16:
            return float("inf")
    return 2 * norm + frobenius * frobenius


def _least_size(qubits: int, crossings: int, floats: Floats, allowed: float) -> int | None:
    """The least m below N, up to a thousandth, for which the variance is allowed."""
    low, high = 0.0, float(qubits)
    # Rounding in the bound itself is far smaller than this.
    slack = 1 - 1e-9
    if spread(qubits, crossings, floats, 2.0**high) > allowed * slack:
        return None
    while high - low > 1e-3:
        middle = (low + high) / 2
        fits = spread(qubits, crossings, floats, 2.0**middle) <= allowed * slack
        low, high = (low, middle) if fits else (middle, high)
    size = int(-(-(2.0**high) // 1))
    return size if size < 2**qubits else None


def _answer(accuracy: float | Fraction) -> tuple[Floats, Fraction]:
    """Fixed-point numbers for the loss itself, and what is left of the accuracy."""
    share = exact_fraction(accuracy) * ANSWER
    mantissa = 0
    # The largest number is one step below 1.
    while Fraction(1, 2**mantissa) > share:
        mantissa += 1
    return Floats(mantissa, 0), exact_fraction(accuracy) - share


def _least(enough: Callable[[Floats], bool], top: int) -> Floats:
    """The format of fewest bits that is enough, exponents and mantissas being tried in turn."""
    best, last = None, 0
    for exponent in EXPONENT_BITS:
        octaves, most = 2**exponent - 1, 1
        while most < 2**14 and not enough(Floats(most, octaves, top)):
            most *= 2
        low, high = 0, most
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if enough(Floats(middle, octaves, top)) else (middle, high)
        floats = Floats(high, octaves, top)
        if not enough(floats):
            continue
        if best is None or floats.bits < best.bits:
            best = floats
        # Mantissas that short steps no longer shorten stay as they are.
        if high == last:
            break
        last = high
    if best is None:
        raise InputError("no floating-point numbers of a few thousand bits keep the promise")
    return best


def _off(distance: Fraction) -> Fraction:
    """How far the loss is off for a vector that is off by `distance`."""
    return (2 + distance) * distance


def _root(value: int) -> Fraction:
    """An upper bound on the square root, to ten digits."""
    return Fraction(isqrt(value * 4**32 - 1) + 1, 2**32)
