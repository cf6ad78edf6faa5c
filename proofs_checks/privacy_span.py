"""privacy-span: the dimension that k copies of encoded data span, complex, real, or signs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product
from math import comb

import flint
import numpy as np
import sympy

from qdml.claims import Claim, Context, Evidence, Method, Mutant, Step, Sweep, Tag
from qdml.claims.symbolic import identities
from qdml.errors import InputError
from qdml.privacy import span
from qdml.privacy.gram import Gaussian, operator_rank, overlap, state_rank

#: Every false variant is false here, whatever the grid: k = 1 cannot tell some of them apart.
ANCHORS = ((2, 2), (3, 2), (2, 3))

#: Entries are drawn from so many integers that a vanishing determinant is out of the question:
#: by Schwartz and Zippel a random point is a root with probability below degree/RANGE.
RANGE = 10**9

_REAL = ("full", "harmonic")
_SIGNS = ("parity", "distinct", "all")
_OPERATORS = ("2k", "symmetric")


@dataclass(frozen=True)
class Hypothesis:
    """Which dimension each kind of data spans, and whether -x is the state of x."""

    real: str = "full"
    signs: str = "parity"
    operators: str = "2k"
    offset: int = 0
    rays: bool = True

    def __post_init__(self) -> None:
        for name, allowed in (("real", _REAL), ("signs", _SIGNS), ("operators", _OPERATORS)):
            if getattr(self, name) not in allowed:
                raise InputError(f"{name} = {getattr(self, name)!r}: expected one of {allowed}")

    def complex_states(self, n: int, k: int) -> int:
        """The stated span of complex data."""
        return span.dimension(n + self.offset, k)

    def real_states(self, n: int, k: int) -> int:
        """The stated span of real data; the false variant keeps harmonic polynomials only."""
        lost = comb(n + k - 3, k - 2) if self.real == "harmonic" and k > 1 else 0
        return self.complex_states(n, k) - lost

    def sign_states(self, n: int, k: int) -> int:
        """The stated span of all of {+-1}^N."""
        if self.signs == "distinct":
            return comb(n, k)
        if self.signs == "parity":
            return span.sign_dimension(n, k)
        return sum(comb(n, j) for j in range(k + 1))

    def real_operators(self, n: int, k: int) -> int:
        """The stated span of the density matrices of real data."""
        d = span.dimension(n, k)
        symmetric = d * (d + 1) // 2
        return symmetric if self.operators == "symmetric" else span.real_operator_dimension(n, k)


@dataclass(frozen=True)
class Ranks:
    """Exact ranks at one point; None where the span is too large for elimination."""

    n: int
    k: int
    real: int | None
    complex: int | None
    signs: int | None
    real_operators: int | None
    complex_operators: int | None


def gather(context: Context) -> tuple[Ranks, ...]:
    """Eliminate the Gram matrices of more generic vectors than can be independent."""
    grid, limit = context.grid, context.grid.largest_span
    points = {(n, k) for n in grid.dimensions for k in grid.copies} | set(ANCHORS)
    return tuple(_ranks(n, k, limit, context.rng("vectors", n, k)) for n, k in sorted(points))


def _ranks(n: int, k: int, limit: int, rng: np.random.Generator) -> Ranks:
    d, operators = comb(n + k - 1, k), comb(n + 2 * k - 1, 2 * k)
    real = [_vector(rng, n, False) for _ in range(max(d, operators) + 2)]
    complex_ = [_vector(rng, n, True) for _ in range(d * d + 2)] if d * d <= limit else []
    signs: list[Gaussian] = [
        [(1, 0), *((s, 0) for s in rest)] for rest in product((1, -1), repeat=n - 1)
    ]
    return Ranks(
        n,
        k,
        state_rank(real[: d + 2], k) if d <= limit else None,
        state_rank(complex_[: d + 2], k) if complex_ else None,
        state_rank(signs, k) if len(signs) <= limit else None,
        operator_rank(real, k) if operators <= limit else None,
        operator_rank(complex_, k) if complex_ else None,
    )


def _vector(rng: np.random.Generator, n: int, imaginary: bool) -> Gaussian:
    parts = rng.integers(-RANGE, RANGE, (n, 2))
    return [(int(a), int(b) if imaginary else 0) for a, b in parts]


def symmetric(stated: Hypothesis, data: tuple[Ranks, ...], context: Context) -> Evidence:
    """Every symmetric product is a derivative of powers of real vectors; counting monomials."""
    x, v, w, t, m = sympy.symbols("x v w t m", positive=True)
    n, k = sympy.symbols("N k", positive=True)

    def count(n: sympy.Expr, k: sympy.Expr) -> sympy.Expr:
        top = sympy.gamma(n + k + stated.offset) / sympy.gamma(n + stated.offset)
        less = 0
        if stated.real == "harmonic":
            less = k * (k - 1) * sympy.gamma(n + k - 2) / sympy.gamma(n)
        return (top - less) / sympy.gamma(k + 1)

    return identities(
        "derivatives of powers of real vectors are all symmetric products, one for each monomial",
        [
            (
                "d/dt (x + tv)^m w at t = 0 is a multiple, not zero, of x^(m-1) v w",
                sympy.diff((x + t * v) ** m * w, t).subs(t, 0) / m,
                x ** (m - 1) * v * w,
            ),
            (
                "monomials without and with the last variable",
                count(n + 1, k + 1),
                count(n, k + 1) + count(n + 1, k),
            ),
            ("one monomial of degree 0", count(n, sympy.Integer(0)), sympy.Integer(1)),
            ("k+1 monomials in two variables", count(sympy.Integer(2), k), k + 1),
            ("one monomial in one variable", count(sympy.Integer(1), k), sympy.Integer(1)),
        ],
    )


def characters(stated: Hypothesis, data: tuple[Ranks, ...], context: Context) -> Evidence:
    """On signs even powers drop out, and what is left is orthogonal."""
    j = sympy.symbols("j", integer=True, nonnegative=True)
    plus, minus = sympy.Integer(1), sympy.Integer(-1)
    equations = []
    for odd in (0, 1):
        m = 2 * j + odd
        mean = (plus**m + minus**m) / 2
        equations.append((f"mean of x^(2j+{odd})", mean, sympy.Integer(1 - odd)))
        # Products are told apart by which coordinates are odd: parity is all that matters.
        kept = odd if stated.signs != "all" else 0
        equations.append((f"(-1)^(2j+{odd})", minus**m, minus**kept))
    return identities("a product of signs is the product of those that occur oddly", equations)


def generic(stated: Hypothesis, data: tuple[Ranks, ...], context: Context) -> Evidence:
    """Exact ranks of generic real and complex ensembles."""
    sweep = Sweep(Method.EXACT)
    for point, found in _points(data):
        if found.real is not None:
            sweep.equal(point, "real span", found.real, stated.real_states(found.n, found.k))
        if found.complex is not None:
            states = stated.complex_states(found.n, found.k)
            sweep.equal(point, "complex span", found.complex, states)
    return sweep.evidence("exact ranks of generic ensembles")


def lattice(stated: Hypothesis, data: tuple[Ranks, ...], context: Context) -> Evidence:
    """One explicit set of real data for each point: whole vectors with entries that sum to k."""
    sweep = Sweep(Method.EXACT)
    for point, found in _points(data):
        if found.real is None:
            continue
        corners = [c for c in product(range(found.k + 1), repeat=found.n) if sum(c) == found.k]
        rank = state_rank([[(c, 0) for c in corner] for corner in corners], found.k)
        sweep.equal(point, "span of the lattice", rank, stated.real_states(found.n, found.k))
        sweep.equal(point, "points of the lattice", len(corners), rank)
    return sweep.evidence("the simplex lattice is independent and spans everything")


def signs(stated: Hypothesis, data: tuple[Ranks, ...], context: Context) -> Evidence:
    """All of {+-1}^N: by elimination, and by the spectrum on characters, up to large N."""
    sweep, grid = Sweep(Method.EXACT), context.grid
    for point, found in _points(data):
        if found.signs is not None:
            sweep.equal(point, "rank", found.signs, stated.sign_states(found.n, found.k))
    sizes = sorted({*grid.dimensions, *(n for n in grid.large_dimensions if n <= 64), 3})
    for n in sizes:
        for k in sorted({*grid.copies, 2, 3, n + 1, n + 2}):
            point = {"N": n, "k": k}
            levels = span.sign_levels(n, k)
            reached = sum(comb(n, w) for w, count in enumerate(levels) if count)
            sweep.equal(point, "characters reached", reached, stated.sign_states(n, k))
            sweep.equal(point, "trace of the state", sum(levels), n**k)
            for w, count in enumerate(levels):
                sweep.equal(point, "eigenvalue", Fraction(count), _krawtchouk(n, k, w))
    return sweep.evidence("exhaustive data of signs")


def _krawtchouk(n: int, k: int, w: int) -> Fraction:
    """C(N, w) times the mean over x of (sum x)^k times a character of weight w."""
    z = flint.fmpz_poly([0, 1])
    coefficients = ((1 - z) ** w * (1 + z) ** (n - w)).coeffs()
    total = sum(int(c) * (n - 2 * j) ** k for j, c in enumerate(coefficients))
    return Fraction(comb(n, w) * total, 2**n)


def operators(stated: Hypothesis, data: tuple[Ranks, ...], context: Context) -> Evidence:
    """Density matrices: real data span the degree 2k, complex data the square."""
    sweep = Sweep(Method.EXACT)
    for point, found in _points(data):
        if found.real_operators is not None:
            expected = stated.real_operators(found.n, found.k)
            sweep.equal(point, "real operators", found.real_operators, expected)
        if found.complex_operators is not None:
            expected = stated.complex_states(found.n, found.k) ** 2
            sweep.equal(point, "complex operators", found.complex_operators, expected)
    return sweep.evidence("exact ranks of density matrices")


def rays(stated: Hypothesis, data: tuple[Ranks, ...], context: Context) -> Evidence:
    """Overlap of the state of x with those of -x, 3x, and of a neighbour."""
    sweep = Sweep(Method.EXACT)
    for point, found in _points(data):
        rng = context.rng("rays", found.n, found.k)
        x = _vector(rng, found.n, False)
        scaled: dict[int, Gaussian] = {c: [(c * a, 0) for a, _ in x] for c in (-1, 3)}
        sweep.equal(point, "overlap with the state of 3x", _same(x, scaled[3], found.k), 1)
        same = int(stated.rays or found.k % 2 == 0)
        sweep.equal(point, "overlap with the state of -x", _same(x, scaled[-1], found.k), same)
        other = _same(x, [(x[0][0] + 1, 0), *x[1:]], found.k)
        sweep.holds(point, "a neighbour is another state", 0 < other < 1)
    return sweep.evidence("x, -x and 3x are one state")


def _same(x: Gaussian, y: Gaussian, k: int) -> Fraction:
    a, b = overlap(x, y)
    return Fraction(a * a + b * b, overlap(x, x)[0] * overlap(y, y)[0]) ** k


def _points(data: tuple[Ranks, ...]) -> list[tuple[dict[str, object], Ranks]]:
    return [({"N": found.n, "k": found.k}, found) for found in data]


_CLAIMED = Hypothesis()

CLAIM: Claim[Hypothesis, tuple[Ranks, ...]] = Claim(
    id="privacy-span",
    topic="privacy",
    title="k copies of encoded data live in few dimensions",
    statement=(
        r"The states $|x\rangle^{\otimes k}$ span the symmetric subspace, of dimension $D_k$, for "
        r"complex and for real $x$ alike. On $\{\pm1\}^N/\sqrt N$ they span $r$ dimensions. The "
        r"density matrices of real data span $\binom{N+2k-1}{2k}$ dimensions. $x$ and $-x$ are one "
        r"ray, and the norm of $x$ is never in the state."
    ),
    formulas=(
        r"D_k=\binom{N+k-1}{k}",
        r"r=\sum_{j\le k,\ j\equiv k\ (2)}\binom{N}{j}",
    ),
    source="symmetric powers: Harrow, arXiv:1308.6595; signs: parity of words",
    hypothesis=_CLAIMED,
    data=gather,
    steps=(
        Step("symmetric powers", Tag.PROVED, "real powers span all monomials", symmetric),
        Step("characters", Tag.PROVED, "signs leave square-free monomials only", characters),
        Step("generic data", Tag.EXACT, "exact ranks of generic ensembles", generic),
        Step("lattice", Tag.EXACT, "whole vectors with sum k are independent", lattice),
        Step("signs", Tag.EXACT, r"exact rank of all of $\{\pm1\}^N$", signs),
        Step("operators", Tag.EXACT, "exact ranks of density matrices", operators),
        Step("rays", Tag.EXACT, "sign and norm are not in the state", rays),
    ),
    mutants=(
        Mutant(
            "real data spans less",
            r"real data spans $D_k-D_{k-2}$, as $\sum x_i^2=1$ were a relation",
            replace(_CLAIMED, real="harmonic"),
            "generic data",
        ),
        Mutant(
            "harmonic count",
            r"the monomials of degree $k$ are counted by $D_k-D_{k-2}$",
            replace(_CLAIMED, real="harmonic"),
            "symmetric powers",
        ),
        Mutant("r = C(N,k)", r"$r=\binom Nk$", replace(_CLAIMED, signs="distinct"), "signs"),
        Mutant(
            "every parity",
            r"$r=\sum_{j\le k}\binom Nj$",
            replace(_CLAIMED, signs="all"),
            "signs",
        ),
        Mutant(
            "symmetric operators",
            r"real density matrices span all $D_k(D_k+1)/2$ symmetric operators",
            replace(_CLAIMED, operators="symmetric"),
            "operators",
        ),
        Mutant(
            "C(N+k,k)", r"$D_k=\binom{N+k}{k}$", replace(_CLAIMED, offset=1), "symmetric powers"
        ),
        Mutant(
            "sign at odd k",
            r"for odd $k$ the state tells $x$ from $-x$",
            replace(_CLAIMED, rays=False),
            "rays",
        ),
    ),
)
