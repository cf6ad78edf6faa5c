"""privacy-estimation-complex: k copies of a Haar state are estimated with fidelity (k+1)/(k+N)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations_with_replacement
from math import comb

import sympy

from qdml.claims import Claim, Context, Evidence, Method, Mutant, Step, Sweep, Tag
from qdml.claims.symbolic import identities
from qdml.errors import InputError
from qdml.privacy import estimation
from qdml.privacy.balls import ball
from qdml.privacy.gram import OCTAHEDRON, complete, gram, norms

_FORMULAS = ("complex", "2k+1", "one fewer")


@dataclass(frozen=True)
class Hypothesis:
    """Which formula, and what the dimension of the symmetric subspace is counted to be."""

    formula: str = "complex"
    copies_averaged: int = 1

    def __post_init__(self) -> None:
        if self.formula not in _FORMULAS:
            raise InputError(f"formula = {self.formula!r}: expected one of {_FORMULAS}")

    def fidelity(self, n: sympy.Expr, k: sympy.Expr) -> sympy.Expr:
        """The stated fidelity, for numbers or symbols."""
        if self.formula == "2k+1":
            return (2 * k + 1) / (2 * k + n)
        return k / (k + n - 1) if self.formula == "one fewer" else (k + 1) / (k + n)

    def at(self, n: int, k: int) -> Fraction:
        """The stated fidelity at one point."""
        found = self.fidelity(sympy.Integer(n), sympy.Integer(k))
        return Fraction(int(found.p), int(found.q))


def gather(context: Context) -> tuple[tuple[int, int], ...]:
    """The points of the grid; k = 2 is always there, since some false variants hold at k = 1."""
    grid = context.grid
    return tuple((n, k) for n in sorted({2, *grid.dimensions}) for k in sorted({2, *grid.copies}))


def proof(stated: Hypothesis, data: tuple[tuple[int, int], ...], context: Context) -> Evidence:
    """Two lines: the upper bound is a ratio of traces, coherent measurements reach it."""
    n, k, t = sympy.symbols("N k t", positive=True)
    projector, one = sympy.symbols("P 1", commutative=False)

    def count(copies: sympy.Expr) -> sympy.Expr:
        return sympy.gamma(n + copies) / (sympy.gamma(copies + 1) * sympy.gamma(n))

    def beta(x: sympy.Expr, y: sympy.Expr) -> sympy.Expr:
        return sympy.gamma(x) * sympy.gamma(y) / sympy.gamma(x + y)

    q = k + stated.copies_averaged
    # The overlap of a fixed with a Haar state has density (N-1)(1-t)^(N-2).
    reached = count(k) * (n - 1) * beta(q + 1, n - 1)
    rest = sympy.expand((one - projector) ** 2).subs(
        {
            projector**2: projector,
            one**2: one,
            one * projector: projector,
            projector * one: projector,
        }
    )
    return identities(
        "F <= sum of tr(E_m (x) phi_m P)/D_(k+1) <= D_k/D_(k+1), with equality for coherent E_m",
        [
            ("D_k/D_(k+1)", count(k) / count(k + 1), stated.fidelity(n, k)),
            ("coherent measurement", reached, stated.fidelity(n, k)),
            ("1 - P is a projector", rest, one - projector),
            (
                "normalisation of the overlap's law",
                sympy.diff(-((1 - t) ** (n - 1)), t),
                (n - 1) * (1 - t) ** (n - 2),
            ),
        ],
    )


def integral(stated: Hypothesis, data: tuple[tuple[int, int], ...], context: Context) -> Evidence:
    """D_k times the exact integral of t^(k+1) (N-1)(1-t)^(N-2)."""
    sweep = Sweep(Method.EXACT)
    for n, k in data:
        power = k + stated.copies_averaged
        terms = ((-1) ** j * Fraction(comb(n - 2, j), power + j + 1) for j in range(n - 1))
        reached = comb(n + k - 1, k) * (n - 1) * sum(terms)
        sweep.equal({"N": n, "k": k}, "coherent measurement", reached, stated.at(n, k))
    return sweep.evidence("the fidelity of coherent measurements, integrated exactly")


def upper(stated: Hypothesis, data: tuple[tuple[int, int], ...], context: Context) -> Evidence:
    """Counting photons in modes, then guessing the fullest: exact fidelity, below the bound."""
    sweep = Sweep(Method.EXACT)
    for n, k in data:
        fullest = sum(
            max(word.count(i) for i in range(n))
            for word in combinations_with_replacement(range(n), k)
        )
        states = comb(n + k - 1, k)
        # tr_k (|a><a| (x) 1) P_(k+1) is diagonal with entries (a_i + 1)/(k + 1).
        counted = Fraction(fullest + states, k + 1) / comb(n + k, k + 1)
        point = {"N": n, "k": k}
        sweep.at_most(point, "counting", counted, counted, stated.at(n, k))
        one = Fraction(2, n + 1)
        sweep.at_most({"N": n, "k": 1}, "one copy, counted", one, one, stated.at(n, 1))
    return sweep.evidence("a basis measurement stays below, and reaches the bound at k = 1")


def octahedron(stated: Hypothesis, data: tuple[tuple[int, int], ...], context: Context) -> Evidence:
    """A finite measurement along six states reaches the bound on a qubit for k = 1, 2, 3."""
    sweep = Sweep(Method.EXACT)
    for k in (1, 2, 3):
        lengths = norms(OCTAHEDRON, k)
        weight = Fraction(k + 1, 6)
        scaled = [weight / length for length in lengths]
        point = {"N": 2, "k": k}
        sweep.holds(point, "complete", complete(gram(OCTAHEDRON, k), scaled))
        reached = 6 * weight / comb(k + 2, k + 1)
        sweep.equal(point, "fidelity reached", reached, stated.at(2, k))
    return sweep.evidence("six outcomes are enough on a qubit")


def stable(stated: Hypothesis, data: tuple[tuple[int, int], ...], context: Context) -> Evidence:
    """The floating-point number and its enclosure against the rational."""
    sweep, grid = Sweep(Method.EXACT), context.grid
    for n in sorted({*grid.large_dimensions, 2**20}):
        for k in sorted({*grid.many_copies, 10**4}):
            point, exact = {"N": n, "k": k}, stated.at(n, k)
            off = abs(Fraction(estimation.fidelity("complex", n, k)) / exact - 1)
            sweep.at_most(point, "relative error", off, off, Fraction(1, 2**52))
            found = estimation.enclosure("complex", n, k)[0]
            sweep.holds(point, "the ball holds the fraction", found.contains(ball(exact)))
    return sweep.evidence("floating point is correctly rounded, up to one unit")


_CLAIMED = Hypothesis()

CLAIM: Claim[Hypothesis, tuple[tuple[int, int], ...]] = Claim(
    id="privacy-estimation-complex",
    topic="privacy",
    title="What k copies tell about a complex state: fidelity (k+1)/(k+N)",
    statement=(
        r"The best average fidelity of an estimate from $k$ copies of a Haar-random state of "
        r"$\mathbb C^N$ is $(k+1)/(k+N)=D_k/D_{k+1}$. Two lines: the average of "
        r"$\mathrm{tr}(E_m\psi^{\otimes k})\langle\phi_m|\psi|\phi_m\rangle$ is "
        r"$\mathrm{tr}[(E_m\otimes\phi_m)P_{k+1}]/D_{k+1}\le\mathrm{tr}(E_m)/D_{k+1}$, and "
        r"$\sum_m\mathrm{tr}\,E_m=D_k$; equality if every $E_m$ is a multiple of "
        r"$\phi_m^{\otimes k}$."
    ),
    formulas=(r"F_{\mathrm{complex}}(N,k)=\frac{D_k}{D_{k+1}}=\frac{k+1}{k+N}",),
    source="Massar, Popescu 1995; Bruss, Macchiavello 1999",
    premises=(r"the Haar average of $\psi^{\otimes k}$ is $P_k/D_k$ (Schur's lemma)",),
    hypothesis=_CLAIMED,
    data=gather,
    steps=(
        Step("proof", Tag.PROVED, "both lines of the proof", proof),
        Step(
            "integral",
            Tag.EXACT,
            "coherent measurements, integrated exactly",
            integral,
            "counterexample",
        ),
        Step("counting", Tag.EXACT, "a basis measurement stays below", upper, "counterexample"),
        Step(
            "octahedron",
            Tag.EXACT,
            "six outcomes reach it on a qubit",
            octahedron,
            "counterexample",
        ),
        Step("stable", Tag.EXACT, "the floating-point number", stable, "counterexample"),
    ),
    mutants=(
        Mutant(
            "k/(k+N-1)",
            r"$F=k/(k+N-1)$",
            replace(_CLAIMED, formula="one fewer"),
            "counting",
        ),
        Mutant(
            "(2k+1)/(2k+N)",
            r"$F=(2k+1)/(2k+N)$, which real data reaches",
            replace(_CLAIMED, formula="2k+1"),
            "octahedron",
        ),
        Mutant(
            "(2k+1)/(2k+N), proved",
            r"$D_k/D_{k+1}=(2k+1)/(2k+N)$",
            replace(_CLAIMED, formula="2k+1"),
            "proof",
        ),
        Mutant(
            "one copy too many",
            r"the overlap enters with the power $k+2$",
            replace(_CLAIMED, copies_averaged=2),
            "integral",
        ),
    ),
)
