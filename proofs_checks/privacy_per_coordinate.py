"""privacy-per-coordinate: what k copies of a sign vector tell about each relative sign."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product

import flint
import sympy

from qdml.claims import Claim, Context, Evidence, Figure, Method, Mutant, Series, Step, Sweep, Tag
from qdml.claims.symbolic import identities
from qdml.privacy import coordinates, span
from qdml.privacy.balls import PRECISION, apart, ball, binary_entropy, ends, log2
from qdml.privacy.gram import Gaussian, diagonal, gram, norms, trace_norm

#: Points that are looked at whatever the grid: one where a false variant is false by a margin.
ANCHORS = ((2, 1), (3, 2), (16, 2), (64, 1))

#: Two enclosures of one number agree to this.
CLOSE = Fraction(1, 10**25)

#: Sign vectors up to this dimension are listed, and characteristic polynomials taken.
LARGEST_LISTED = 5

#: With more copies than this times N, what is still unknown is below the working precision.
SETTLED = 4

#: More copies than this make numbers that take long and show nothing new.
MOST_COPIES = 100


@dataclass(frozen=True)
class Hypothesis:
    """p = 1/2 + slope/N at one copy, whether k copies add up, and what the leakage is held to."""

    slope: Fraction = Fraction(1)
    copies_add: bool = False
    more_coordinates: int = 0
    one_copy_entropy: bool = False


def gather(context: Context) -> tuple[tuple[int, int], ...]:
    """All points, small and large."""
    grid = context.grid
    large = product(grid.large_dimensions, (k for k in grid.many_copies if k <= MOST_COPIES))
    return tuple(sorted({*product(grid.dimensions, grid.copies), *large, *ANCHORS}))


def blocks(stated: Hypothesis, data: tuple[tuple[int, int], ...], context: Context) -> Evidence:
    """The difference of the two average states falls into blocks of two characters."""
    n, w = sympy.symbols("N w", positive=True)
    g, h, x = sympy.symbols("g h x", positive=True)
    block = sympy.Matrix([[0, sympy.sqrt(g * h)], [sympy.sqrt(g * h), 0]])

    def choose(a: sympy.Expr, b: sympy.Expr) -> sympy.Expr:
        return sympy.gamma(a + 1) / (sympy.gamma(b + 1) * sympy.gamma(a - b + 1))

    pairs = n * (n - 1)
    one = sympy.Rational(stated.slope.numerator, stated.slope.denominator)
    # At k = 1 the characters 0 and i have weight 1/N each, and are joined by one block.
    norm = (2 * sympy.sqrt(g * h)).subs({g: 1 / n, h: 1 / n})
    return identities(
        "a guess of x_0 x_i is right with probability 1/2 + ||Delta||_1/2",
        [
            ("eigenvalues", (block - x * sympy.eye(2)).det(), x**2 - g * h),
            (
                "characters with one of two places",
                sympy.gammasimp(choose(n - 2, w - 1) / choose(n, w)),
                w * (n - w) / pairs,
            ),
            (
                "with both",
                sympy.gammasimp(choose(n - 2, w - 2) / choose(n, w)),
                w * (w - 1) / pairs,
            ),
            (
                "with neither, two levels below",
                sympy.gammasimp(choose(n - 2, w - 2) / choose(n, w - 2)),
                (n - w + 2) * (n - w + 1) / pairs,
            ),
            ("one copy", (1 + norm) / 2, sympy.Rational(1, 2) + one / n),
        ],
    )


def one_copy(stated: Hypothesis, data: tuple[tuple[int, int], ...], context: Context) -> Evidence:
    """p at k = 1 for every N, and what is said of more copies."""
    sweep = Sweep(Method.EXACT)
    for n, k in data:
        found = coordinates.guessing_enclosure(n, 1)
        off = apart(found, ball(Fraction(1, 2) + stated.slope / n))
        sweep.at_most({"N": n, "k": 1}, "distance", *off, CLOSE)
        if stated.copies_add and k < n / 2:
            many = ends(coordinates.guessing_enclosure(n, k))
            bound = Fraction(1, 2) + stated.slope * Fraction(k, n)
            sweep.at_most({"N": n, "k": k}, "success", *many, bound)
    return sweep.evidence("one copy betrays a relative sign with probability 1/2 + 1/N")


def listed(stated: Hypothesis, data: tuple[tuple[int, int], ...], context: Context) -> Evidence:
    """All sign vectors: the trace norm from the characteristic polynomial of their Gram matrix."""
    sweep = Sweep(Method.EXACT)
    for n, k in data:
        if n > LARGEST_LISTED or k > LARGEST_LISTED:
            continue
        words = list(product((1, -1), repeat=n - 1))
        states: list[Gaussian] = [[(1, 0), *((s, 0) for s in word)] for word in words]
        weights = [
            Fraction(word[-1], len(words) * length)
            for word, length in zip(words, norms(states, k), strict=True)
        ]
        with flint.ctx.workprec(PRECISION):
            found = (1 + trace_norm(gram(states, k), weights)) / 2
        off = apart(found, coordinates.guessing_enclosure(n, k))
        sweep.at_most({"N": n, "k": k}, "distance", *off, CLOSE)
    return sweep.evidence("Helstrom's measurement on all sign vectors")


def budget(stated: Hypothesis, data: tuple[tuple[int, int], ...], context: Context) -> Evidence:
    """Sum over relative signs of 1 - h(p) against the entropy of the average state and log2 r."""
    sweep = Sweep(Method.EXACT)
    for n, k in data:
        if k > SETTLED * n:
            continue
        point = {"N": n, "k": k}
        most = ends(coordinates.entropy_enclosure(n, 1 if stated.one_copy_entropy else k))
        leaked = _leaked(n, k)
        count = n - 1 + stated.more_coordinates
        # At N = 2 there is one relative sign and it is known: both sides are one bit.
        slack = CLOSE if n == 2 else 0
        sweep.at_most(point, "leakage", count * leaked[0], count * leaked[1], most[1] + slack)
        r = ends(log2(span.sign_dimension(n, k)))
        entropy = ends(coordinates.entropy_enclosure(n, k))
        sweep.at_most(point, "entropy", *entropy, r[0] + CLOSE)
    return sweep.evidence("all relative signs together leak at most the entropy", figure=_figure())


def _leaked(n: int, k: int) -> tuple[Fraction, Fraction]:
    if n == 2:
        return Fraction(1), Fraction(1)
    found = coordinates.guessing_enclosure(n, k)
    with flint.ctx.workprec(PRECISION):
        return ends(1 - binary_entropy(found))


def absolute(stated: Hypothesis, data: tuple[tuple[int, int], ...], context: Context) -> Evidence:
    """The average of x_i psi_x vanishes: no measurement learns an absolute sign."""
    sweep = Sweep(Method.EXACT)
    for n, k in data:
        if n > LARGEST_LISTED - 1 or k > LARGEST_LISTED:
            continue
        words = list(product((1, -1), repeat=n))
        states: list[Gaussian] = [[(s, 0) for s in word] for word in words]
        matrix = gram(states, k)
        # sum_x x_0 <y|x><x|z> = 0 for all y, z.
        signs = diagonal([Fraction(word[0]) for word in words])
        vanishes = matrix * signs * matrix == matrix - matrix
        sweep.holds({"N": n, "k": k}, "the average of x_0 psi_x vanishes", vanishes)
    return sweep.evidence("absolute signs are not in the state")


def _figure() -> Figure:
    ns = tuple(2**i for i in range(1, 11))
    series: list[Series] = []
    for k in (1, 4, 16):
        told = tuple(coordinates.sign_entropy(n, k) for n in ns)
        leaked = tuple(
            (n - 1) * coordinates.leakage(min(1.0, coordinates.sign_guessing(n, k))) for n in ns
        )
        series.append(Series(label=f"relative signs, k = {k}", kind="exact", x=ns, y=leaked))
        series.append(Series(label=f"entropy, k = {k}", kind="bound", x=ns, y=told))
    return Figure(
        title="What k copies tell about all relative signs, one by one",
        x_label="dimension N",
        y_label="bits",
        x_scale="log",
        y_scale="log",
        series=tuple(series),
        caption="Sum over the N-1 relative signs of 1 - h(p), p the best guess of each alone.",
    )


_CLAIMED = Hypothesis()

CLAIM: Claim[Hypothesis, tuple[tuple[int, int], ...]] = Claim(
    id="privacy-per-coordinate",
    topic="privacy",
    title="Each relative sign leaks little, and all of them together at most the entropy",
    statement=(
        r"For $x$ uniform in $\{\pm1\}^N$ let $p_i$ be the best probability to guess $x_0x_i$ from "
        r"$k$ copies. The $N-1$ relative signs leak together at most the entropy of the average "
        r"state. At $k=1$, $p_i=\frac12+\frac1N$ exactly. Absolute signs are not in the state."
    ),
    formulas=(
        r"\sum_i\left(1-h(p_i)\right)\le S(\rho)\le\log_2 r",
        r"p_i=\tfrac12+\tfrac12\left\Vert\mathbb E\,x_0x_i\,\psi_x^{\otimes k}\right\Vert_1",
    ),
    source="Holevo 1973; Nayak 1999 (random access codes); Helstrom 1969",
    premises=(
        "Holevo 1973: no measurement tells more than S(rho) of pure states",
        "Nayak 1999: independent bits add up, and a guess right with probability p tells 1 - h(p)",
    ),
    hypothesis=_CLAIMED,
    data=gather,
    steps=(
        Step("blocks", Tag.PROVED, "blocks of two characters; $k=1$ for every $N$", blocks),
        Step("one copy", Tag.EXACT, r"$p_i=\frac12+\frac1N$", one_copy),
        Step("listed", Tag.EXACT, "the same from all sign vectors", listed),
        Step("budget", Tag.EXACT, "leakage, entropy and rank", budget),
        Step("absolute signs", Tag.EXACT, "the sign of $x$ itself is not there", absolute),
    ),
    mutants=(
        Mutant(
            "p_i = 1/2",
            r"one copy tells nothing of a relative sign",
            replace(_CLAIMED, slope=Fraction(0)),
            "one copy",
        ),
        Mutant(
            "1/2 + 1/(2N)",
            r"$p_i=\frac12+\frac1{2N}$ at $k=1$",
            replace(_CLAIMED, slope=Fraction(1, 2)),
            "blocks",
        ),
        Mutant(
            "copies add",
            r"$p_i\le\frac12+\frac kN$ for $k$ copies",
            replace(_CLAIMED, copies_add=True),
            "one copy",
        ),
        Mutant(
            "N coordinates",
            r"$N(1-h(p_i))\le S(\rho)$",
            replace(_CLAIMED, more_coordinates=1),
            "budget",
        ),
        Mutant(
            "entropy of one copy",
            r"$k$ copies leak no more than the entropy of one",
            replace(_CLAIMED, one_copy_entropy=True),
            "budget",
        ),
    ),
)
