"""privacy-estimation-real: the best average fidelity for real states, about four times nearer to 1.

The proof is on the page `privacy_estimation_real.md` beside this file.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product

import flint

from proofs_checks import _real_estimation as algebra
from qdml.claims import Claim, Context, Evidence, Figure, Method, Mutant, Series, Step, Sweep, Tag
from qdml.errors import InputError
from qdml.privacy import duals, estimation, zonal
from qdml.privacy.balls import PRECISION, apart, ball, ends

#: Points at which every false variant is false, whatever the grid.
ANCHOR = (2, 2)

#: Where the compiled number is asked for: it must hold up there, without overflow.
FARTHEST = (2**20, 10**4)

#: Two enclosures of one number agree to this; a rounded dual bound lies so far above it at most.
CLOSE = Fraction(1, 10**18)

#: Sizes up to which operators are built from their definition, and walks are exact fractions.
MOST_MONOMIALS, LONGEST_WALK = 20, 100

_FORMULAS = ("zonal", "complex", "2k+1")


@dataclass(frozen=True)
class Hypothesis:
    """The stated fidelity, the Jacobi coefficient, the dual that is feasible, and the ratio."""

    formula: str = "zonal"
    jacobi_shift: int = 0
    dual_order: int = 0
    factor: Fraction = Fraction(4)
    at_every_k: bool = False
    excess: Fraction = Fraction(2)

    def __post_init__(self) -> None:
        if self.formula not in _FORMULAS:
            raise InputError(f"formula = {self.formula!r}: expected one of {_FORMULAS}")

    def fidelity(self, n: int, k: int) -> flint.arb:
        """The stated best fidelity."""
        if self.formula == "zonal":
            return estimation.enclosure("real", n, k)[0]
        return ball(Fraction(k + 1, k + n) if self.formula == "complex" else _flat(n, k))


def _flat(n: int, k: int) -> Fraction:
    return Fraction(2 * k + 1, 2 * k + n)


@dataclass(frozen=True)
class Optimum:
    """Both sides of the optimisation at one point: a measurement and rational dual variables."""

    n: int
    k: int
    primal: tuple[Fraction, Fraction]
    bound: dict[int, Fraction]

    @property
    def point(self) -> dict[str, object]:
        """Where it is."""
        return {"N": self.n, "k": self.k}


def gather(context: Context) -> tuple[Optimum, ...]:
    """Solve the small problems."""
    grid = context.grid
    points = sorted({*product(grid.dimensions, grid.copies), ANCHOR, (3, 3)})
    return tuple(Optimum(n, k, ends(duals.primal(n, k)), duals.dual(n, k)) for n, k in points)


def walk(stated: Hypothesis, data: tuple[Optimum, ...], context: Context) -> Evidence:
    """Section 2 of the page; the false variant shifts the Jacobi coefficient."""
    return algebra.walk(stated.jacobi_shift)


def duality(stated: Hypothesis, data: tuple[Optimum, ...], context: Context) -> Evidence:
    """Section 3."""
    return algebra.duality()


def closed(stated: Hypothesis, data: tuple[Optimum, ...], context: Context) -> Evidence:
    """Section 4."""
    return algebra.closed()


def limits(stated: Hypothesis, data: tuple[Optimum, ...], context: Context) -> Evidence:
    """Section 5; the false variant states another limit."""
    return algebra.limits(stated.factor)


def certificates(stated: Hypothesis, data: tuple[Optimum, ...], context: Context) -> Evidence:
    """Rational dual variables: the slack is positive in every sector, and by definition."""
    sweep = Sweep(Method.EXACT)
    for item in data:
        bound = item.bound
        if stated.dual_order:
            bound = duals.dual(item.n, item.k, stated.dual_order)
        for order in zonal.orders(item.n, item.k):
            pivot = duals.least_pivot(item.n, item.k, order, bound)
            sweep.holds(item.point | {"m": order}, "the slack is positive", pivot is not None)
            for level in range(order + 1, item.k + 2 if order else 0):
                # Harmonics of order m are zonal in 2m more dimensions.
                found = zonal.jacobi(item.n, level, order)
                zonal_one = zonal.jacobi(item.n + 2 * order, level - order)
                sweep.equal(item.point | {"m": order, "l": level}, "b^2", found, zonal_one)
        if duals.monomial_count(item.n, item.k) <= MOST_MONOMIALS:
            true = duals.dominates(item.n, item.k, bound)
            sweep.holds(item.point, "the slack by moments of the sphere is positive", true)
        gap = sum(bound.values()) - item.primal[0]
        sweep.at_most(item.point, "gap", gap, gap, CLOSE)
    return sweep.evidence("the dual is feasible and meets the measurement")


def optimum(stated: Hypothesis, data: tuple[Optimum, ...], context: Context) -> Evidence:
    """The stated number against measurement and dual."""
    sweep = Sweep(Method.EXACT)
    for item in data:
        low, high = ends(stated.fidelity(item.n, item.k))
        upper = sum(item.bound.values(), Fraction(0))
        sweep.at_most(item.point, "stated fidelity", low, high, upper)
        sweep.at_most(item.point, "minus it", -high, -low, CLOSE - item.primal[0])
    return sweep.evidence("the stated fidelity is the optimum")


def routes(stated: Hypothesis, data: tuple[Optimum, ...], context: Context) -> Evidence:
    """The closed form, the Jacobi sum, the binomial sum for N = 2, and the value at k = 1."""
    sweep, grid = Sweep(Method.EXACT), context.grid
    for n in sorted({2, *grid.dimensions, *grid.large_dimensions}):
        for k in sorted({1, 2, *grid.copies, *grid.many_copies}):
            point, found = {"N": n, "k": k}, stated.fidelity(n, k)
            if k <= LONGEST_WALK:
                sweep.at_most(point, "Jacobi sum", *apart(found, duals.primal(n, k)), CLOSE)
            if n == 2:
                sweep.at_most(point, "binomial sum", *apart(found, _binomial(k)), CLOSE)
            if k == 1:
                sweep.at_most(point, "3/(N+2)", *apart(found, ball(Fraction(3, n + 2))), CLOSE)
    return sweep.evidence("every route gives the same fidelity")


def _binomial(k: int) -> flint.arb:
    """1/2 + sum of sqrt(q_j q_{j+1})/2 with q binomial(k, 1/2): the circle's own formula."""
    with flint.ctx.workprec(PRECISION):
        total, term = flint.arb(0), flint.arb(1) / flint.arb(2) ** k
        for j in range(k):
            after = term * (k - j) / (j + 1)
            total += (term * after).sqrt()
            term = after
        return (1 + total) / 2


def stable(stated: Hypothesis, data: tuple[Optimum, ...], context: Context) -> Evidence:
    """Relative error of the floating-point number, against balls, below 1e-12."""
    sweep, grid = Sweep(Method.EXACT), context.grid
    for n, k in sorted({*product(grid.large_dimensions, grid.many_copies), FARTHEST}):
        point, lost = {"N": n, "k": k}, estimation.enclosure("real", n, k)[1]
        for name, found, enclosed in (
            ("F", estimation.fidelity("real", n, k), stated.fidelity(n, k)),
            ("1-F", estimation.infidelity("real", n, k), lost),
        ):
            low, high = ends(enclosed)
            off = max(Fraction(found) / low - 1, 1 - Fraction(found) / high)
            sweep.at_most(point, f"relative error of {name}", off, off, Fraction(1, 10**12))
    return sweep.evidence("floating point keeps twelve digits")


def ratio(stated: Hypothesis, data: tuple[Optimum, ...], context: Context) -> Evidence:
    """(1 - F_complex)/(1 - F_real): below 4 at every k, near it only for k >> N."""
    sweep, grid = Sweep(Method.EXACT), context.grid
    for n in sorted({2, *grid.dimensions, *grid.large_dimensions}):
        first = zonal.jacobi(n, 1) + zonal.jacobi(n, 2) - Fraction(1, n)
        excess = first / (Fraction(2, n + 1) - Fraction(1, n))
        stated_excess = stated.excess * Fraction(n + 1, n + 2)
        sweep.equal({"N": n, "k": 1}, "excess over 1/N", excess, stated_excess)
        for k in sorted({2, *grid.copies, *grid.many_copies} - {1}):
            point, lost = {"N": n, "k": k}, estimation.enclosure("real", n, k)[1]
            with flint.ctx.workprec(PRECISION):
                found = ends(ball(Fraction(n - 1, k + n)) / lost)
                root = 2 * flint.arb(k * (k + 1)).sqrt()
                least = ends((n - 1) / (2 * k + n + root))
            sweep.at_most(point, "ratio", *found, stated.factor)
            if stated.at_every_k:
                sweep.at_most(point, "minus the ratio", -found[1], -found[0], -stated.factor)
            low, high = ends(lost)
            sweep.at_most(point, "Jensen's bound", *least, low)
            sweep.at_most(point, "1-F", low, high, 1 - _flat(n, k))
    return sweep.evidence("the gain is less than four, and twice at one copy", figure=_figure())


def _figure() -> Figure:
    n, ks = 16, sorted({round(2 ** (i / 2)) for i in range(21)})
    lost = [estimation.infidelity("real", n, k) for k in ks]
    complex_ = [estimation.infidelity("complex", n, k) for k in ks]
    bounds = [estimation.real_limits(n, k) for k in ks]

    def series(label: str, kind: str, y: list[float]) -> Series:
        return Series.model_validate({"label": label, "kind": kind, "x": ks, "y": y})

    return Figure(
        title=f"What is left to learn about a state of dimension {n} after k copies",
        x_label="copies k",
        y_label="1 - best average fidelity",
        x_scale="log",
        y_scale="log",
        series=(
            series("complex data, (N-1)/(k+N)", "formula", complex_),
            series("real data", "exact", lost),
            series("real data, at most (N-1)/(2k+N)", "bound", [1 - low for low, _ in bounds]),
            series("real data, at least", "bound", [1 - high for _, high in bounds]),
        ),
        caption="The gain of real data is (N+2)/(N+1) at one copy and nears 4 for k far above N.",
    )


_CLAIMED = Hypothesis()

CLAIM: Claim[Hypothesis, tuple[Optimum, ...]] = Claim(
    id="privacy-estimation-real",
    topic="privacy",
    title="What k copies tell about real data: the exact best fidelity",
    statement=(
        r"For $x$ uniform on the unit sphere of $\mathbb R^N$ the best average fidelity "
        r"$\langle x|y\rangle^2$ of an estimate $y$ from $k$ copies is $F$, with $t^k=\sum_l p_lC_l"
        r"(t)$ in Gegenbauer polynomials that are 1 at $t=1$ and $J$ the Jacobi matrix of $t$. It "
        r"also is a mean over the degrees of $t^{K}$, $K=k+1$, and lies between "
        r"$\frac{2k+1}{2k+N}$, reached at $k=1$, and $1-\frac{N-1}{2k+N+2\sqrt{k(k+1)}}$. So "
        r"$(1-F_{\mathrm{complex}})/(1-F)\to4$ for $k\gg N$ and is less at every $k$; at $k=1$ the "
        r"excess over $1/N$ is larger by $2(N+1)/(N+2)$."
    ),
    formulas=(
        r"F(N,k)=\sum_{l,l'}\sqrt{p_lp_{l'}}\,(J^2)_{ll'}",
        r"b_n^2=\frac{n(n+N-3)}{(2n+N-2)(2n+N-4)}",
        r"1-F(N,k)=\frac1K\sum_l p^{(K)}_l\frac{m_l}{2K+N-2+2\sqrt{K(K+N-2)-m_l}}",
        r"m_l=l(l+N-2)",
    ),
    source="new here; the proof is on a page beside the claim. Complex case: Massar, Popescu 1995",
    premises=(
        "Gegenbauer polynomials: three-term recurrence and addition theorem (DLMF 18.9.1, 18.18.8)",
        "spherical harmonics of each degree are irreducible (Schur's lemma for O(N))",
    ),
    hypothesis=_CLAIMED,
    data=gather,
    steps=(
        Step("walk", Tag.PROVED, "weights of $t^k$ and Jacobi coefficients", walk),
        Step("duality", Tag.PROVED, "row sums of the zonal sector are dual feasible", duality),
        Step("closed form", Tag.PROVED, "one minus the fidelity is one mean", closed),
        Step("limits", Tag.PROVED, "both bounds, and the factor four for large $k$", limits),
        Step("certificates", Tag.EXACT, "rational dual slacks are positive", certificates),
        Step("optimum", Tag.EXACT, "measurement and dual enclose the formula", optimum),
        Step("routes", Tag.EXACT, "closed form, Jacobi sum, binomial sum, $3/(N+2)$", routes),
        Step("stable", Tag.EXACT, r"floating point to $10^{-12}$, at $(2^{20},10^4)$", stable),
        Step("ratio", Tag.EXACT, "less than four times nearer to one", ratio),
    ),
    mutants=(
        Mutant(
            "the complex formula",
            r"$F=(k+1)/(k+N)$ for real data too",
            replace(_CLAIMED, formula="complex"),
            "optimum",
        ),
        Mutant(
            "(2k+1)/(2k+N)",
            r"$F=(2k+1)/(2k+N)$, true at $k=1$",
            replace(_CLAIMED, formula="2k+1"),
            "optimum",
        ),
        Mutant(
            "four times faster at every k",
            r"$1-F_{\mathrm{complex}}=4(1-F)$ at every $k$",
            replace(_CLAIMED, at_every_k=True),
            "ratio",
        ),
        Mutant(
            "twice as fast for many copies",
            r"$(1-F_{\mathrm{complex}})/(1-F)\to2$",
            replace(_CLAIMED, factor=Fraction(2)),
            "limits",
        ),
        Mutant(
            "excess of one copy",
            r"at $k=1$ the excess over $1/N$ is larger by $4(N+1)/(N+2)$",
            replace(_CLAIMED, excess=Fraction(4)),
            "ratio",
        ),
        Mutant(
            "dual from the first order",
            r"row sums of the sector $m=1$ are dual feasible",
            replace(_CLAIMED, dual_order=1),
            "certificates",
        ),
        Mutant(
            "b_n^2 with N-2",
            r"$b_n^2=\frac{n(n+N-2)}{(2n+N-2)(2n+N-4)}$",
            replace(_CLAIMED, jacobi_shift=1),
            "walk",
        ),
    ),
)
