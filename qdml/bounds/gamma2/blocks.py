"""gamma_2^alpha of matrices that depend on |x|, |y|, |x and y| alone, block by block.

Averaging over permutations of the bits makes every matrix of the semidefinite program a point of
the Terwilliger algebra of the cube (Schrijver, IEEE Trans. Inform. Theory 51 (2005)): O(n) blocks
of at most n + 1 rows, and O(n^3) numbers w(i,j,t). With w the total weight of all pairs of a kind
and p_i the total weight of a level, all numbers are of order one: block k of D_p +- W is
p_i [i = j] +- sum_t w(i,j,t) phi_k(i,j,t) with |phi_k| <= 1 and phi_0 = 1. The formulas of the
blocks are those of the checker. A solver suggests w and p; they are rounded to whole numbers and p
is enlarged until the checker finds them valid. The multipliers of the solver suggest a feasible B
and its Gram matrix in the same way, checked here in exact arithmetic.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, comb, isqrt, lcm, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qdml.bounds.certificates import check
from qdml.bounds.certificates.gamma2_blocks import SIGNS, Triple, overlap, pairs
from qdml.bounds.certificates.psd import is_psd
from qdml.bounds.gamma2.found import Found
from qdml.errors import InputError, SolveError

Matrix = NDArray[np.float64]
Pair = tuple[Matrix, Matrix]

#: The solver takes minutes here.
LARGEST = 36

#: Up to this size every kind of pair gets a weight, and the multipliers give an upper bound.
WHOLE = 24

#: Whole numbers are these many times the solver's.
_UNIT = 2**40

#: Levels of less weight are left out; they would only make the proof ill-conditioned.
_LEAST = 1e-7

#: What p is enlarged by, against rounding in the search for the factor.
_ROOM = 1e-9


@dataclass(frozen=True)
class Blocks:
    """The program: kinds of pairs, their signs, and for every k its levels and sum phi_k w."""

    n: int
    triples: tuple[Triple, ...]
    signs: tuple[int, ...]
    levels: tuple[tuple[int, ...], ...]
    maps: tuple[Any, ...]


def disjointness(*, alpha: Fraction, n: int) -> Found:
    """gamma_2^alpha of disjointness on n elements, -1 where x and y are disjoint, else +1.

    Certified from below, and from above up to n = WHOLE. Beyond, weights are sought only where
    smaller cases have them: |x and y| near 0, 1, 4 and 10, and levels from n/7 to 3n/4. Raises
    `InputError` unless alpha > 1 and 1 <= n <= LARGEST.
    """
    triples = kinds(n) if n <= WHOLE else _few(n)
    return find({"family": "disjointness", "n": n}, alpha, triples)


def inner_product(*, alpha: Fraction, n: int) -> Found:
    """gamma_2^alpha = 2^(n/2) of (-1)^(x.y), whatever alpha > 1, from its eigenvalues +-2^(n/2).

    For odd n both bounds are rounded outwards. Raises `InputError` as `disjointness` does.
    """
    _check(alpha, n)
    # W = F 2^-n and p = 2^(-n/2), enlarged so that rounding on levels of size 1 ... 2^n proves it.
    norm = isqrt(2**n * _UNIT**2)
    norm += 1 + (norm >> 56 - n)
    certificate = {
        "kind": "gamma2-blocks",
        "family": "inner-product",
        "n": n,
        "alpha": str(alpha),
        "weights": [[i, j, t, (-1) ** t * pairs(n, i, j, t) * _UNIT] for i, j, t in kinds(n)],
        "p": [comb(n, i) * norm for i in range(n + 1)],
    }
    bound = Fraction(2**n * _UNIT, norm)
    primal = Fraction(norm, _UNIT) if n % 2 else Fraction(2 ** (n // 2))
    return Found("blocks", certificate | {"bound": str(bound)}, primal)


def find(
    family: Mapping[str, Any], alpha: Fraction, triples: tuple[Triple, ...] | None = None
) -> Found:
    """A certificate for a family of the checker, with weights on some kinds of pairs, or on all.

    Raises `InputError` for alpha or n out of range, and `SolveError` if the solver fails.
    """
    n = int(family["n"])
    _check(alpha, n)
    sign = SIGNS[family["family"]]
    chosen = kinds(n) if triples is None else triples
    program = _program(n, chosen, tuple(sign(*kind, family) for kind in chosen))
    weights, p, multipliers = _suggested(program, float(alpha))
    certificate: dict[str, Any] = {
        "kind": "gamma2-blocks",
        **family,
        "alpha": str(alpha),
        **_rounded(program, weights, p),
        "bound": "0",
    }
    checked = check(certificate)
    if not checked.valid:
        raise SolveError(f"{family['family']}, n = {n}: {checked.reason}")
    primal = None
    if len(program.levels[0]) == n + 1:
        primal = upper(program, family, alpha, multipliers)
    return Found("blocks", certificate | {"bound": str(checked.bound)}, primal)


def _check(alpha: Fraction, n: int) -> None:
    if not 1 <= n <= LARGEST:
        raise InputError(f"n: {n}: allowed are integers 1 ... {LARGEST} on the route by blocks")
    if alpha <= 1:
        raise InputError(f"alpha {alpha}: expected a number above 1, for instance 3")


def kinds(n: int) -> tuple[Triple, ...]:
    """Every (|x|, |y|, |x and y|) with |x| <= |y|."""
    return tuple(
        (i, j, t)
        for i in range(n + 1)
        for j in range(i, n + 1)
        for t in range(max(0, i + j - n), i + 1)
    )


def _few(n: int) -> tuple[Triple, ...]:
    overlaps, low, high = (0, 1, 4, 5, 10, 11), n // 7, 3 * n // 4
    return tuple((i, j, t) for i, j, t in kinds(n) if low <= i and j <= high and t in overlaps)


def _program(n: int, triples: tuple[Triple, ...], signs: tuple[int, ...]) -> Blocks:
    from scipy.sparse import csr_array

    used = sorted({level for i, j, _ in triples for level in (i, j)})
    levels, maps = [], []
    for k in range(n // 2 + 1):
        own = tuple(i for i in used if k <= i <= n - k)
        place = {i: a for a, i in enumerate(own)}
        entries = [
            (place[a] * len(own) + place[b], column, _phi(n, k, i, j, t))
            for column, (i, j, t) in enumerate(triples)
            if i in place and j in place
            for a, b in {(i, j), (j, i)}
        ]
        rows, columns, values = zip(*entries, strict=True) if entries else ((), (), ())
        shape = (len(own) ** 2, len(triples))
        levels.append(own)
        maps.append(csr_array((values, (rows, columns)), shape=shape))
    return Blocks(n, triples, signs, tuple(levels), tuple(maps))


def _phi(n: int, k: int, i: int, j: int, t: int) -> float:
    """The share of one unit of weight on a kind of pairs in block k, rows of unit vectors."""
    ratio = Fraction(comb(n, i) * comb(n, j), comb(n - 2 * k, i - k) * comb(n - 2 * k, j - k))
    return overlap(n, k, i, j, t) / pairs(n, i, j, t) * sqrt(ratio)


def _suggested(program: Blocks, alpha: float) -> tuple[Matrix, Matrix, list[Pair]]:
    """Weights w, levels p with sum 1, and the multipliers of D_p + W and D_p - W, from a solver."""
    import cvxpy

    from qdml.solve import solve

    # Its names are not declared to a type checker.
    cp: Any = cvxpy
    n, size = program.n, len(program.triples)
    signs = np.array(program.signs)
    double = np.array([1 if i == j else 2 for i, j, _ in program.triples])
    plus, minus = cp.Variable(size, nonneg=True), cp.Variable(size, nonneg=True)
    p = cp.Variable(n + 1, nonneg=True)
    weights = cp.multiply(np.where(signs < 0, -1, 1), plus - minus)
    # Off the promise either sign costs alpha.
    gain = double * np.where(signs == 0, -alpha, 1) @ plus - alpha * double @ minus
    held: list[Any] = []
    for levels, matrix in zip(program.levels, program.maps, strict=True):
        own = cp.reshape(matrix @ weights, (len(levels), len(levels)), order="C")
        held += [cp.diag(p[list(levels)]) + own >> 0, cp.diag(p[list(levels)]) - own >> 0]
    problem = cp.Problem(cp.Maximize(gain), [cp.sum(p) == 1, *held])
    solve(problem)
    found = [np.atleast_2d(constraint.dual_value) for constraint in held]
    return weights.value, p.value, list(zip(found[::2], found[1::2], strict=True))


def _rounded(program: Blocks, weights: Matrix, p: Matrix) -> dict[str, Any]:
    """Whole weights and levels, the levels enlarged by the largest relative norm of a block."""
    kept = p > _LEAST
    whole = {
        (i, j, t): round(w * _UNIT)
        for (i, j, t), w in zip(program.triples, weights, strict=True)
        if kept[i] and kept[j]
    }
    rounded = np.array([whole.get(kind, 0) / _UNIT for kind in program.triples])
    factor = 1.0
    for levels, matrix in zip(program.levels, program.maps, strict=True):
        size = len(levels)
        root = np.array([1 / sqrt(p[i]) if kept[i] else 0.0 for i in levels])
        block = (matrix @ rounded).reshape(size, size) * np.outer(root, root)
        factor = max(factor, float(np.max(np.abs(np.linalg.eigvalsh(block)), initial=0.0)))
    scale = _UNIT * factor * (1 + _ROOM)
    return {
        "weights": [[*kind, w] for kind, w in sorted(whole.items()) if w],
        "p": [ceil(entry * scale) if keep else 0 for entry, keep in zip(p, kept, strict=True)],
    }


def upper(
    program: Blocks, family: Mapping[str, Any], alpha: Fraction, multipliers: list[Pair]
) -> Fraction | None:
    """A proven upper bound on gamma_2^alpha from the multipliers of the program on all levels.

    With Z+ and Z- the multipliers of block k, B(i,j,t) = sum_k phi_k (Z- - Z+)_ij, moved into its
    box, and Z+ + Z- = X gives the Gram matrix: X_k +- B_k >= 0 for all k proves
    gamma_2(B) <= max_i sum_k m_k X_k[i,i]/C(n,i), m_k = C(n,k) - C(n,k-1). None if not proved.
    """
    entries: dict[Triple, Fraction] = {}
    for i, j, t in kinds(program.n):
        value = sum(
            _phi(program.n, k, i, j, t) * (minus - plus)[i - k, j - k]
            for k, (plus, minus) in enumerate(multipliers)
            if k <= i and j <= program.n - k
        )
        sign = SIGNS[family["family"]](i, j, t, family)
        low, high = Fraction(1) if sign > 0 else -alpha, Fraction(-1) if sign < 0 else alpha
        entries[i, j, t] = min(max(Fraction(round(value * _UNIT), _UNIT), low), high)
    for exponent in range(18, 3, -1):
        norms = _gram(program.n, entries, multipliers, Fraction(1, 2 ** (2 * exponent)))
        if norms is not None:
            return max(norms)
    return None


def _gram(
    n: int,
    entries: Mapping[Triple, Fraction],
    multipliers: list[Pair],
    room: Fraction,
) -> list[Fraction] | None:
    """The diagonal of X for every level, or None if X_k +- B_k >= 0 is not proved for some k."""
    norms = [Fraction(0)] * (n + 1)
    for k, (plus, minus) in enumerate(multipliers):
        levels = range(k, n - k + 1)
        copies = comb(n, k) - (comb(n, k - 1) if k else 0)
        own = [comb(n - 2 * k, i - k) for i in levels]
        # Rows are scaled by about 1/sqrt(own C(n,i)/copies): X then is Z+ + Z-.
        scale = [
            Fraction(_UNIT, isqrt(_UNIT**2 * c * comb(n, i) // copies) or 1)
            for c, i in zip(own, levels, strict=True)
        ]
        gram = [[Fraction(round(x * _UNIT), _UNIT) for x in row] for row in plus + minus]
        image = [[Fraction(0)] * len(levels) for _ in levels]
        for (i, j, t), value in entries.items():
            if k <= i and j <= n - k:
                share = value * overlap(n, k, i, j, t) * scale[i - k] * scale[j - k]
                image[i - k][j - k] += share
                if i != j:
                    image[j - k][i - k] += share
        for a, i in enumerate(levels):
            gram[a][a] += room
            norms[i] += gram[a][a] * copies / (own[a] * scale[a] ** 2 * comb(n, i))
        for sign in (1, -1):
            total = [
                [(gram[a][b] + gram[b][a]) / 2 + sign * image[a][b] for b in range(len(levels))]
                for a in range(len(levels))
            ]
            common = lcm(*(x.denominator for row in total for x in row))
            if not is_psd([[int(x * common) for x in row] for row in total]):
                return None
    return norms
