"""gamma_2^alpha of f(|x xor y|), a partial sign matrix, by an exact linear program.

Let B(x,y) = b(|x xor y|) on n bits and b(d) = sum_k u_k K_k(d)/C(n,k). Its characters give
gamma_2(B) <= sum_k |u_k|, the l1 norm of the Fourier transform; uniform unit vectors give the
trace norm over 2^n, the same number, as a lower bound. An optimal B may be averaged over all maps
x -> pi(x) xor z, which leave f alone: gamma_2^alpha is the least sum_k |u_k| whose b lies in the
box that alpha and the promise set. Linial and Shraibman, Random Struct. Algorithms 34 (2009).

The matrix: n - 2d >= gap is +1, n - 2d <= -gap is -1, what lies between is off the promise. For
+-1 vectors that is the sign of an inner product with margin gap/n (if n - gap is even).

Two symmetries leave a quarter of the program. b may be odd under d -> n - d, so odd k suffice. Let
n be even, t = (n - gap)/2, and let v solve the program on the distances d = t mod 2. Where the
parity is wrong set b(d) = (d b(d-1) + (n-d) b(d+1))/n, the mean after a random bit is flipped: both
neighbours are in a box that will do, and u_k = (1 - k/n) v_k, u_{n-k} = +-(k/n) v_k has the norm of
v. For odd n append the parity of x to x, and that of y (or its complement) to y: the matrix becomes
the part of the one at n + 1, gap + 1 with the distances t mod 2, so v is found there.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from math import comb, lcm

import flint

from qdml.bounds.certificates import check
from qdml.bounds.gamma2.boxed import Optimum, least_norm
from qdml.bounds.gamma2.found import Found
from qdml.errors import InputError, SolveError

#: The exact search takes seconds here and grows steeply.
LARGEST = 256


@cache
def krawtchouk(n: int) -> tuple[tuple[int, ...], ...]:
    """K_k(d) for k, d = 0 ... n as rows k: the sum of all characters of weight k at weight d.

    From the generating function (1-z)^d (1+z)^(n-d) (MacWilliams and Sloane 1977, chapter 5).
    """
    column = [comb(n, k) for k in range(n + 1)]
    columns = [tuple(column)]
    for _ in range(n):
        # Times (1-z)/(1+z).
        quotient = 0
        for k, entry in enumerate(column):
            quotient = entry - quotient
            column[k] = quotient
        column = [a - b for a, b in zip(column, [0, *column], strict=False)]
        columns.append(tuple(column))
    return tuple(zip(*columns, strict=True))


def box(n: int, gap: int, alpha: Fraction, d: int) -> tuple[Fraction, Fraction]:
    """The values that an alpha-approximation may take at distance d."""
    score = n - 2 * d
    low = Fraction(1) if score >= gap else -alpha
    return low, Fraction(-1) if score <= -gap else alpha


def gap_hamming(*, alpha: Fraction, n: int, gap: int) -> Found:
    """The exact gamma_2^alpha of gap-Hamming on n bits, certified from both sides.

    Raises `InputError` unless alpha > 1 and 1 <= gap <= n <= LARGEST.
    """
    _check(alpha, n)
    if not 1 <= gap <= n:
        raise InputError(f"gap: {gap}: allowed are integers 1 ... {n}, the values of |n - 2d|")
    return _find({"family": "gap-hamming", "n": n, "gap": gap}, n, gap, alpha)


def majority(*, alpha: Fraction, n: int) -> Found:
    """The exact gamma_2^alpha of the majority of x xor y on n bits, n odd.

    Raises `InputError` unless alpha > 1, and n is odd and at most LARGEST.
    """
    _check(alpha, n)
    if n % 2 == 0:
        raise InputError(f"n: {n}: a majority needs an odd number of bits")
    return _find({"family": "majority", "n": n}, n, 1, alpha)


def _check(alpha: Fraction, n: int) -> None:
    if not 1 <= n <= LARGEST:
        raise InputError(f"n: {n}: allowed are integers 1 ... {LARGEST} on the Krawtchouk route")
    if alpha <= 1:
        raise InputError(f"alpha {alpha}: expected a number above 1, for instance 3")


def _find(family: dict[str, str | int], n: int, gap: int, alpha: Fraction) -> Found:
    optimum = _solved(n + n % 2, gap + n % 2, alpha)
    value = str(_fraction(optimum.value))
    common = {**family, "alpha": str(alpha)}
    scale, weights = _whole(_unfolded_weights(n, optimum))
    low = {"kind": "gamma2-krawtchouk", **common, "scale": scale, "weights": weights}
    scale, multipliers = _whole(_unfolded_multipliers(n, gap, optimum))
    high = {"kind": "gamma2-krawtchouk-upper", **common, "scale": scale, "multipliers": multipliers}
    below, above = check(low | {"bound": value}), check(high | {"bound": value})
    if not (below.valid and above.valid):
        reason = above.reason if below.valid else below.reason
        raise SolveError(f"{family['family']}, n = {n}: {reason}")
    return Found("krawtchouk", low | {"bound": value}, above.bound, high | {"bound": value})


def _whole(numbers: Mapping[int, Fraction]) -> tuple[int, list[list[int]]]:
    """A common denominator, and the numerators with their places in rising order."""
    scale = lcm(*(number.denominator for number in numbers.values()))
    return scale, [[place, int(numbers[place] * scale)] for place in sorted(numbers)]


def _solved(n: int, gap: int, alpha: Fraction) -> Optimum:
    """The program for even n on odd k <= n/2 and the distances < n/2 of the parity of t."""
    table = krawtchouk(n)
    rows, columns = range(1, n // 2 + 1, 2), range((n - gap) // 2 % 2, n // 2, 2)
    boxes = [box(n, gap, alpha, d) for d in columns]
    found = least_norm(
        [[flint.fmpq(table[k][d], comb(n, k)) for d in columns] for k in rows],
        [_fmpq(low) for low, _ in boxes],
        [_fmpq(high) for _, high in boxes],
    )
    return Optimum(
        found.value,
        {rows[i]: u for i, u in found.multipliers.items()},
        {columns[i]: w for i, w in found.weights.items()},
    )


def _unfolded_weights(n: int, optimum: Optimum) -> dict[int, Fraction]:
    """Weights of the whole program, odd under d -> n - d."""
    whole: dict[int, Fraction] = {}
    for distance, weight in optimum.weights.items():
        # With a parity bit appended, d + 1 of n + 1 differences are d of n if that bit differs.
        last = Fraction(distance, n + 1) if n % 2 else Fraction(0)
        for d, part in ((distance, 1 - last), (distance - 1, last)):
            for place, sign in ((d, 1), (n - d, -1)):
                if part:
                    share = sign * part * _fraction(weight) / 2
                    whole[place] = whole.get(place, Fraction(0)) + share
    return whole


def _unfolded_multipliers(n: int, gap: int, optimum: Optimum) -> dict[int, Fraction]:
    """Multipliers of the whole program."""
    even, sign = n + n % 2, -1 if (n - gap) // 2 % 2 else 1
    whole: dict[int, Fraction] = {}
    for k, multiplier in optimum.multipliers.items():
        v = _fraction(multiplier)
        for place, part in ((k, v * (even - k) / even), (even - k, sign * v * k / even)):
            whole[place] = whole.get(place, Fraction(0)) + part
    return whole


def _fraction(value: flint.fmpq) -> Fraction:
    return Fraction(int(value.p), int(value.q))


def _fmpq(value: Fraction) -> flint.fmpq:
    return flint.fmpq(value.numerator, value.denominator)
