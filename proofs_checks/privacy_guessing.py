"""privacy-guessing: nobody guesses the data better than p_max r, nor reads more than log2 r."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product
from math import comb

import flint
import numpy as np
import sympy

from qdml.claims import Claim, Context, Evidence, Figure, Method, Mutant, Series, Step, Sweep, Tag
from qdml.claims.symbolic import identities
from qdml.errors import InputError
from qdml.privacy import gram, span
from qdml.privacy.balls import PRECISION, ball, ends, log2, rational
from qdml.privacy.gram import OCTAHEDRON, Gaussian

#: Characteristic polynomials of more states cost time and show nothing new.
MOST_STATES = 24

_RANKS = ("span", "distinct", "one copy")


@dataclass(frozen=True)
class Hypothesis:
    """The number that multiplies the prior, which prior, and up to which k the octahedron is tight.

    `bits_offset` is added to the stated bits log2 r.
    """

    rank: str = "span"
    prior: str = "max"
    tight_to: int = 3
    bits_offset: int = 0
    real_tight: bool = False

    def __post_init__(self) -> None:
        for name, allowed in (("rank", _RANKS), ("prior", ("max", "mean"))):
            if getattr(self, name) not in allowed:
                raise InputError(f"{name} = {getattr(self, name)!r}: expected one of {allowed}")

    def dimension(self, n: int, k: int, r: int) -> int:
        """The stated number of dimensions that count."""
        return {"span": r, "distinct": comb(n, k), "one copy": n}[self.rank]

    def bound(self, prior: Sequence[Fraction], n: int, k: int, r: int) -> Fraction:
        """The stated limit on the probability to guess."""
        weight = max(prior) if self.prior == "max" else sum(prior, Fraction(0)) / len(prior)
        return weight * self.dimension(n, k, r)


@dataclass(frozen=True)
class Ensemble:
    """States (M, N) of Gaussian integers with a prior, sent in k copies; r is their span."""

    name: str
    states: tuple[Gaussian, ...]
    prior: tuple[Fraction, ...]
    copies: int
    rank: int
    matrix: flint.fmpq_mat

    @property
    def dimension(self) -> int:
        """The dimension N of one copy."""
        return len(self.states[0])

    @property
    def point(self) -> dict[str, object]:
        """Where it is."""
        size = len(self.states)
        return {"ensemble": self.name, "N": self.dimension, "k": self.copies, "states": size}

    def scaled(self, weights: Sequence[Fraction]) -> list[Fraction]:
        """Weights of normalised states as weights of the given vectors."""
        lengths = gram.norms(self.states, self.copies)
        return [w / length for w, length in zip(weights, lengths, strict=True)]


def gather(context: Context) -> tuple[Ensemble, ...]:
    """The octahedron, all sign vectors, and random complex ensembles with an uneven prior."""
    grid, few = context.grid, sorted({*context.grid.copies, 1, 2, 3, 4, 5})
    found = [_ensemble("octahedron", OCTAHEDRON, _even(6), k) for k in few]
    skewed = [Fraction(1, 2), *[Fraction(1, 10)] * 5]
    found.append(_ensemble("octahedron, one state likely", OCTAHEDRON, skewed, 1))
    for n in sorted({2, 3, *(n for n in grid.dimensions if 2**n <= MOST_STATES)}):
        signs = [[(s, 0) for s in word] for word in product((1, -1), repeat=n)]
        found += [_ensemble("signs", signs, _even(2**n), k) for k in sorted({2, *grid.copies})]
    for n, k in product(grid.dimensions, grid.copies):
        size = comb(n + k - 1, k) + 2
        if size > MOST_STATES:
            continue
        for i in range(grid.instances):
            rng = context.rng("ensemble", n, k, i)
            states = [_random(rng, n) for _ in range(size)]
            weights = [int(w) for w in rng.integers(1, 9, size)]
            prior = [Fraction(w, sum(weights)) for w in weights]
            found.append(_ensemble("random", states, prior, k))
    return tuple(found)


def _ensemble(name: str, states: Sequence[Gaussian], prior: Sequence[Fraction], k: int) -> Ensemble:
    matrix = gram.gram(states, k)
    return Ensemble(name, tuple(states), tuple(prior), k, matrix.rank() // 2, matrix)


def _even(size: int) -> list[Fraction]:
    return [Fraction(1, size)] * size


def _random(rng: np.random.Generator, n: int) -> Gaussian:
    parts = [(int(a), int(b)) for a, b in rng.integers(-3, 4, (n - 1, 2))]
    return [(1, 0), *parts]


def algebra(stated: Hypothesis, data: tuple[Ensemble, ...], context: Context) -> Evidence:
    """Both proofs: K = p_max P is dual feasible with trace p_max r; entropy is at most log r."""
    projector, state = sympy.symbols("P s", commutative=False)
    top, weight = sympy.symbols("p_max p", positive=True)
    value, r = sympy.symbols("lambda r", positive=True)
    one_less = projector - state
    slack = top * projector - weight * state
    tangent = value * r - 1 - sympy.log(value * r)
    return identities(
        "p_max P - p_x s_x is a sum of non-negative operators; log x <= x - 1",
        [
            ("P - s is a projector", _reduced(one_less * one_less), one_less),
            ("slack", (top - weight) * projector + weight * one_less, slack),
            ("its part along s", _reduced(slack * state), (top - weight) * state),
            ("x - 1 - log x vanishes at x = 1", tangent.subs(value, 1 / r), sympy.Integer(0)),
            (
                "and falls before it, rises behind it",
                sympy.diff(tangent, value) * value,
                r * (value - 1 / r),
            ),
        ],
    )


def _reduced(product_: sympy.Expr) -> sympy.Expr:
    """Apply P P = P, P s = s P = s, s s = s, which say that s is a state in the span."""
    projector, state = sympy.symbols("P s", commutative=False)
    rules = {projector**2: projector, projector * state: state, state * projector: state}
    reduced = sympy.expand(product_)
    for _ in range(2):
        reduced = sympy.expand(reduced.subs({**rules, state**2: state}))
    return reduced


def dual(stated: Hypothesis, data: tuple[Ensemble, ...], context: Context) -> Evidence:
    """On every ensemble p_max P - p_x psi_x >= 0, in coordinates of its own states."""
    sweep = Sweep(Method.EXACT)
    for item in data:
        top, size = max(item.prior), len(item.states)
        for x, weight in enumerate(item.scaled(item.prior)):
            # v -> sum v_y psi_y turns the slack into p_max G - p_x g g^dagger.
            only = [Fraction(int(y == x)) * weight for y in range(size)]
            part = item.matrix * gram.diagonal(only) * item.matrix
            slack = rational(top) * item.matrix - part
            sweep.holds(item.point | {"x": x}, "slack >= 0", gram.nonnegative(slack))
            if item.name in ("octahedron", "signs"):
                break  # its states are alike
        value = top * item.rank
        sweep.at_most(item.point, "p_max r", value, value, top * span.dimension(*_nk(item)))
    return sweep.evidence("p_max times the projector onto the span is dual feasible")


def _nk(item: Ensemble) -> tuple[int, int]:
    return item.dimension, item.copies


def strategies(stated: Hypothesis, data: tuple[Ensemble, ...], context: Context) -> Evidence:
    """Exact success of measurements that anybody can make against the stated bound."""
    sweep = Sweep(Method.EXACT)
    for item in data:
        bound = stated.bound(item.prior, *_nk(item), item.rank)
        likeliest = max(item.prior)
        sweep.at_most(item.point, "always the likeliest", likeliest, likeliest, bound)
        low, high = _covariant(item)
        if high:
            sweep.at_most(item.point, "covariant measurement", low, high, bound)
    return sweep.evidence("no measurement that was tried beats the bound")


def _covariant(item: Ensemble) -> tuple[Fraction, Fraction]:
    """Success of the pretty good measurement where symmetry makes it explicit, else zero."""
    size = len(item.states)
    if len(set(item.prior)) == 1 and gram.complete(item.matrix, _flat(item)):
        return (Fraction(item.rank, size),) * 2
    if item.name != "signs":
        return Fraction(0), Fraction(0)
    # The Gram matrix is diagonal on characters: success is (sum of roots of eigenvalues)^2/M.
    n, k = _nk(item)
    with flint.ctx.workprec(PRECISION):
        total = flint.arb(0)
        for w, count in enumerate(span.sign_levels(n, k)):
            total += ball(Fraction(count * comb(n, w), n**k)).sqrt()
        return ends(total**2 / size)


def _flat(item: Ensemble) -> list[Fraction]:
    size = len(item.states)
    return item.scaled([Fraction(item.rank, size)] * size)


def equality(stated: Hypothesis, data: tuple[Ensemble, ...], context: Context) -> Evidence:
    """Tight if and only if even weights complete the span, for ensembles whose states are alike."""
    sweep = Sweep(Method.EXACT)
    for item in data:
        even = len(set(item.prior)) == 1
        if item.name == "octahedron" and even:
            expected = item.copies <= stated.tight_to
        elif item.name == "signs":
            # One copy is a tight frame, two rays are orthogonal; else the spectrum is uneven.
            expected = item.copies == 1 or item.dimension == 2 or stated.real_tight
        else:
            continue
        tight = gram.complete(item.matrix, _flat(item))
        sweep.equal(item.point, "tight", int(tight), int(expected))
    return sweep.evidence("equality where the states complete their span, and nowhere else")


def information(stated: Hypothesis, data: tuple[Ensemble, ...], context: Context) -> Evidence:
    """chi = S(average) <= log2 of the dimension <= log2 D_k <= k log2 N."""
    sweep, rows = Sweep(Method.EXACT), []
    for item in data:
        low, high = ends(gram.entropy(item.matrix, item.scaled(item.prior)))
        n, k = _nk(item)
        stated_bits = stated.dimension(n, k, item.rank) * Fraction(2) ** stated.bits_offset
        if stated_bits == 0:
            continue
        bits = ends(log2(stated_bits))
        tight = gram.complete(item.matrix, _flat(item))
        if tight and len(set(item.prior)) == 1:
            # chi = log2 r exactly; balls would leave the comparison open.
            sweep.at_most(item.point, "2^chi", item.rank, item.rank, stated_bits)
        else:
            sweep.at_most(item.point, "Holevo quantity", low, high, bits[0])
        d = span.dimension(n, k)
        sweep.at_most(item.point, "r", item.rank, item.rank, d)
        sweep.at_most(item.point, "D_k", d, d, n**k)
        sweep.holds(item.point, "D_k < N^k from k = 2 on", (d < n**k) == (k > 1))
        if item.name == "octahedron" and k <= 8:
            rows.append((k, float(low), float(bits[0])))
    ks, chi, limits = zip(*sorted(set(rows)), strict=True) if rows else ((), (), ())
    figure = Figure(
        title="What k copies of one of six qubit states can tell",
        x_label="copies k",
        y_label="bits",
        series=(
            Series(label="Holevo quantity", kind="exact", x=ks, y=chi),
            Series(label="log2 r", kind="bound", x=ks, y=limits),
            Series(label="k log2 N", kind="bound", x=ks, y=tuple(float(k) for k in ks)),
        ),
        caption="The six corners of an octahedron, each as likely as the others.",
    )
    return sweep.evidence("the Holevo quantity is at most log2 r", figure=figure)


_CLAIMED = Hypothesis()

CLAIM: Claim[Hypothesis, tuple[Ensemble, ...]] = Claim(
    id="privacy-guessing",
    topic="privacy",
    title="Guessing the data from k copies succeeds with probability at most p_max r",
    statement=(
        r"For data $x$ with prior $p_x$, encoded into states whose $k$-copy versions span $r$ "
        r"dimensions, every measurement guesses $x$ with probability at most $p_{\max}r$, and the "
        r"Holevo quantity is at most $\log_2 r$. For a uniform prior the first is an equality if "
        r"and only if some $c_x\ge0$ give $\sum_x c_x\psi_x^{\otimes k}=P$, the projector onto the "
        r"span: so for the octahedron at $k=1,2,3$ and no further."
    ),
    formulas=(
        r"p_{\mathrm{guess}}\le p_{\max}\,r\le p_{\max}\,D_k",
        r"\chi\le\log_2 r\le\log_2 D_k\le k\log_2 N",
    ),
    source="dual of minimum-error discrimination: Yuen, Kennedy, Lax 1975; Holevo 1973",
    premises=("Holevo 1973: no measurement reads more than chi bits",),
    notes=(
        (
            r"Equality: $p_{\max}r-p_{\mathrm{guess}}=\sum_x\mathrm{tr}\,E_x(p_{\max}P-p_x\psi_x)$ "
            r"vanishes only if every $E_x$ lies along $\psi_x$. Averaging $c_x$ over a group that "
            r"permutes the states makes them equal, so even weights decide it."
        ),
        (
            r"Real data with $k\ge2$ and full span is never tight: $\sum c_x(xx^T)^{\otimes k}$ is "
            r"symmetric in all $2k$ indices, the projector is not."
        ),
    ),
    hypothesis=_CLAIMED,
    data=gather,
    steps=(
        Step("algebra", Tag.PROVED, "$p_{\\max}P$ is dual feasible; $S\\le\\log r$", algebra),
        Step("dual", Tag.EXACT, "the dual slack has no negative eigenvalue", dual),
        Step("strategies", Tag.EXACT, "exact success of explicit measurements", strategies),
        Step("equality", Tag.EXACT, "tight where the states complete their span", equality),
        Step("information", Tag.EXACT, "Holevo quantities, enclosed", information),
    ),
    mutants=(
        Mutant(
            "C(N,k)/|X|",
            r"$p_{\mathrm{guess}}\le\binom Nk/|X|$",
            replace(_CLAIMED, rank="distinct"),
            "strategies",
        ),
        Mutant(
            "N/|X| at k copies",
            r"$p_{\mathrm{guess}}\le N/|X|$ for every $k$",
            replace(_CLAIMED, rank="one copy"),
            "strategies",
        ),
        Mutant(
            "r over the number of states",
            r"$p_{\mathrm{guess}}\le r/|X|$ for every prior",
            replace(_CLAIMED, prior="mean"),
            "strategies",
        ),
        Mutant(
            "tight at k = 4",
            r"the octahedron is tight for $k\le4$",
            replace(_CLAIMED, tight_to=4),
            "equality",
        ),
        Mutant(
            "tight to k = 2 only",
            r"the octahedron is a 2-design and no more",
            replace(_CLAIMED, tight_to=2),
            "equality",
        ),
        Mutant(
            "signs are tight",
            r"all of $\{\pm1\}^N$ reaches $r/2^N$ for every $k$",
            replace(_CLAIMED, real_tight=True),
            "equality",
        ),
        Mutant(
            "log2 N bits",
            r"$\chi\le\log_2 N$ for every $k$",
            replace(_CLAIMED, rank="one copy"),
            "information",
        ),
        Mutant(
            "one bit fewer",
            r"$\chi\le\log_2 r-1$",
            replace(_CLAIMED, bits_offset=-1),
            "information",
        ),
    ),
)
