"""linear-disjointness-reduction: a linear classifier with margin 1/(2n'+1) decides disjointness."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product

import sympy

from qdml.bounds.linear import (
    majority_bits,
    reduction_dimension,
    reduction_elements,
    two_way_growth,
)
from qdml.claims import Claim, Context, Evidence, Finding, Method, Mutant, Step, Sweep, Tag
from qdml.claims.intervals import clopper_pearson
from qdml.claims.symbolic import identities
from qdml.protocols import disjointness
from qdml.protocols.disjointness import Recipe

#: Elements of the sets that are decided over the network.
METERED_ELEMENTS = 2


@dataclass(frozen=True)
class Hypothesis:
    """The construction, the margin (1 + `margin_times_r` (r-1))/(2n'+`margin_offset`), and sizes.

    `share` is the part of N/max(1, ceil(gamma N)) that the number of elements reaches.
    """

    offset: Fraction = Fraction(1, 2)
    bob_sign: int = -1
    pads: int = 2
    margin_offset: int = 1
    margin_times_r: int = 0
    share: Fraction = Fraction(1, 5)

    @property
    def recipe(self) -> Recipe:
        """How sets become vectors."""
        return Recipe(self.offset, self.bob_sign, self.pads)

    def margin(self, elements: int, repeats: int) -> Fraction:
        """The stated least margin."""
        return Fraction(1 + self.margin_times_r * (repeats - 1), 2 * elements + self.margin_offset)


@dataclass(frozen=True)
class Pair:
    """Two sets as indicator bits, how often each element is repeated."""

    alice: tuple[int, ...]
    bob: tuple[int, ...]
    repeats: int

    @property
    def common(self) -> int:
        """The number of common elements."""
        return sum(a * b for a, b in zip(self.alice, self.bob, strict=True))


Data = tuple[Pair, ...]


def gather(context: Context) -> Data:
    """All pairs of subsets of up to `elements` elements, repeated up to `repeats` times."""
    sizes = range(1, max(METERED_ELEMENTS, context.grid.elements) + 1)
    return tuple(
        Pair(alice, bob, repeats)
        for n in sizes
        for repeats in range(1, max(2, context.grid.repeats) + 1)
        for alice, bob in product(product((0, 1), repeat=n), repeat=2)
    )


def construction(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """Norm and inner product for sets of a and b elements with i in common, for all values."""
    r, n, a, b, i = sympy.symbols("r n a b i", positive=True)
    offset = sympy.Rational(stated.offset.numerator, stated.offset.denominator)
    norm = r * a + offset * r + r * (n - a)
    inner = stated.bob_sign * r * i + offset * r
    if stated.pads == 1:
        inner += r * sympy.sqrt((n - a) * (n - b))
    value = (1 - 2 * i) / (2 * n + stated.margin_offset)
    value *= 1 + stated.margin_times_r * (r - 1)
    return identities(
        "the normalised inner product is (1 - 2i)/(2n'+1)",
        [
            ("both norms are the same", norm, norm.subs(a, b)),
            ("inner product over norm", inner / norm, value),
            ("1 - 2i is odd: its square is 1 + 4i(i-1)", (1 - 2 * i) ** 2, 1 + 4 * i * (i - 1)),
        ],
    )


def pairs(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """Exact inner products of all pairs: unit norm, sign, dimension, and the least margin."""
    sweep, least = Sweep(Method.EXACT), dict[tuple[int, int], Fraction]()
    for pair in data:
        n, r = len(pair.alice), pair.repeats
        x, w = disjointness.vectors(pair.alice, pair.bob, r, recipe=stated.recipe)
        point = {"n'": n, "r": r, "x": str(pair.alice), "y": str(pair.bob)}
        sign, margin = (-1 if pair.common else 1), stated.margin(n, r)
        low, high = sorted(sign * end for end in disjointness.inner(x, w))
        sweep.at_most(point, "minus sign times product", -high, -low, -margin)
        for vector in (x, w):
            sweep.equal(point, "norm^2", sum(square for _, square in vector), 1)
        sweep.equal(point, "coordinates", len(x), reduction_dimension(n, r) + stated.pads - 2)
        least[n, r] = min(low, least.get((n, r), low))
    for (n, r), margin in least.items():
        sweep.equal({"n'": n, "r": r}, "least margin", margin, stated.margin(n, r))
    return sweep.evidence("the sign tells disjointness for all sets, with that margin")


def sizes(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """n' = min(N-3, floor((1/gamma-1)/2)) reaches a share of N/max(1, ceil(gamma N)), proved."""
    n, u = sympy.symbols("n u", positive=True)
    share = sympy.Rational(stated.share.numerator, stated.share.denominator)
    # With n = 1 + u, u >= 0: 1/gamma < 2n + 3, so n - share/gamma > n - share (2n + 3).
    found = identities(
        "n' >= 1 elements in margin gamma <= 1/3 are a share of 1/gamma",
        [
            (
                "n - share (2n + 3), at n = 1 + u",
                (n - share * (2 * n + 3)).subs(n, 1 + u),
                (1 - 5 * share) + (1 - 2 * share) * u,
            ),
            ("N - 3 - N/4, at N = 4 + u", (4 + u) - 3 - (4 + u) / 4, 3 * u / 4),
        ],
    )
    if 1 - 5 * share >= 0 or found.finding is not Finding.SUPPORTS:
        return found
    # n' = 1 as the margin falls to 1/5, where 1/gamma comes as near to 5 as one likes.
    return found.model_copy(
        update={
            "finding": Finding.REFUTES,
            "summary": "at n' = 1 and 1/gamma close to 5 the share of 1/gamma exceeds n'",
            "point": {"n'": 1, "1/gamma": "5 (limit)"},
            "margin": float(5 * share - 1),
        }
    )


def growth(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """The same on a grid of dimensions and margins, and the vectors fit and keep the margin."""
    sweep = Sweep(Method.EXACT)
    for dimension in (4, 5, 8, 13, 64, 1000, 10**6):
        for inverse in (3, 4, Fraction(499, 100), 5, 10, Fraction(699, 100), 64, 1001, 10**7):
            margin = 1 / Fraction(inverse)
            n, bound = reduction_elements(margin, dimension), two_way_growth(margin, dimension)
            point = {"N": dimension, "1/gamma": inverse, "n'": n}
            sweep.at_most(point, "share", bound * stated.share, bound * stated.share, n)
            sweep.at_most(point, "margin asked", margin, margin, Fraction(1, 2 * n + 1))
            need = reduction_dimension(n, 1)
            sweep.at_most(point, "coordinates", need, need, dimension)
    return sweep.evidence("disjointness on a share of N/max(1, ceil(gamma N)) elements fits")


def razborov(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """The imported quantum bound for disjointness."""
    return Evidence(
        finding=Finding.SUPPORTS,
        method=Method.CITATION,
        summary=(
            "Razborov, Izvestiya Mathematics 67 (2003) 145: two-way quantum protocols with error "
            "1/3 and any prior entanglement need Omega(sqrt n') qubits for disjointness"
        ),
    )


def metered(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """Disjointness of all small sets decided by random hyperplanes over the network."""
    sweep, failure = Sweep(Method.STATISTICS), Fraction(1, 3)
    bits = majority_bits(Fraction(1, 2 * METERED_ELEMENTS + 1), failure)
    chosen = [p for p in data if len(p.alice) == METERED_ELEMENTS and p.repeats == 2]
    runs = max(40, context.grid.runs // 10)
    for number, pair in enumerate(chosen):
        wrong = 0
        for seed in context.rng("metered", number).integers(2**62, size=runs):
            found = disjointness.run(pair.alice, pair.bob, pair.repeats, bits, int(seed))
            wrong += found.sign != (-1 if pair.common else 1)
        low, _ = clopper_pearson(wrong, runs, context.alarm / len(chosen))
        point = {"x": str(pair.alice), "y": str(pair.bob), "r": pair.repeats, "wrong": wrong}
        sweep.at_most(point, "lower confidence limit", low, low, 1 / 3)
    says = f"{bits} bits decide disjointness of {METERED_ELEMENTS} elements"
    return sweep.evidence(says, alarm=context.alarm)


_CLAIMED = Hypothesis()

CLAIM: Claim[Hypothesis, Data] = Claim(
    id="linear-disjointness-reduction",
    topic="linear",
    title="Linear classification with margin 1/(2n'+1) decides disjointness of n' elements",
    statement=(
        r"$x'=(x^r,\sqrt{r/2},\sqrt{r(n'-|x|)},0,\ldots)$ and "
        r"$w'=(-y^r,\sqrt{r/2},0,\sqrt{r(n'-|y|)},\ldots)$ in $N\ge rn'+3$ coordinates have the "
        r"same norm, and after normalising $\langle x',w'\rangle=(1-2|x\wedge y|)/(2n'+1)$: "
        r"positive exactly for disjoint sets, with least margin $1/(2n'+1)$ whatever $r$. So for "
        r"$N\ge4$ and $\gamma\le1/3$ a classifier decides disjointness on at least a fifth of "
        r"$N/\max(1,\lceil\gamma N\rceil)$ elements, and needs two-way the square root of it in "
        r"qubits, up to a constant."
    ),
    formulas=(
        r"\langle x',w'\rangle=\frac{1-2|x\wedge y|}{2n'+1}",
        r"Q^{*}=\Omega\left(\sqrt{\frac{N}{\max(1,\lceil\gamma N\rceil)}}\right)",
    ),
    source="arXiv:2310.07136; Razborov 2003; the construction: here",
    hypothesis=_CLAIMED,
    data=gather,
    steps=(
        Step("construction", Tag.PROVED, "norm and inner product for all sizes", construction),
        Step("pairs", Tag.EXACT, "all pairs of small sets, exactly", pairs),
        Step("sizes", Tag.PROVED, "n' is a fifth of N/max(1, ceil(gamma N)) or more", sizes),
        Step("growth", Tag.EXACT, "the same on a grid, with room and margin", growth),
        Step(
            "disjointness",
            Tag.IMPORTED,
            r"disjointness needs $\Omega(\sqrt{n'})$ qubits (Razborov 2003)",
            razborov,
        ),
        Step(
            "metered",
            Tag.NUMERIC,
            "a classifier over the network decides disjointness",
            metered,
            role="counterexample",
        ),
    ),
    mutants=(
        Mutant(
            "margin 1/(2n')",
            r"the least margin is $1/(2n')$",
            replace(_CLAIMED, margin_offset=0),
            "pairs",
        ),
        Mutant(
            "margin grows with r",
            r"the least margin is $r/(2n'+1)$",
            replace(_CLAIMED, margin_times_r=1),
            "pairs",
        ),
        Mutant(
            "offset sqrt r",
            r"the offset coordinate is $\sqrt r$",
            replace(_CLAIMED, offset=Fraction(1)),
            "construction",
        ),
        Mutant(
            "offset sqrt(r/3)",
            r"the offset coordinate is $\sqrt{r/3}$",
            replace(_CLAIMED, offset=Fraction(1, 3)),
            "pairs",
        ),
        Mutant(
            "one pad",
            r"$rn'+2$ coordinates are enough: both pad in the same one",
            replace(_CLAIMED, pads=1),
            "pairs",
        ),
        Mutant(
            "no minus sign",
            r"$w'$ carries $+y^r$",
            replace(_CLAIMED, bob_sign=1),
            "pairs",
        ),
        Mutant(
            "a quarter of the elements",
            r"$n'$ reaches a quarter of $N/\max(1,\lceil\gamma N\rceil)$",
            replace(_CLAIMED, share=Fraction(1, 4)),
            "sizes",
        ),
    ),
)
