"""privacy-haar-information: few bits about a Haar-random state, however large its dimension."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product
from math import comb, factorial, prod

import flint
import sympy

from qdml.claims import (
    Claim,
    Context,
    Evidence,
    Figure,
    Finding,
    Method,
    Mutant,
    Series,
    Step,
    Sweep,
    Tag,
)
from qdml.claims.symbolic import identities
from qdml.errors import InputError
from qdml.privacy import information
from qdml.privacy.balls import PRECISION, apart, ball, ends, log2

#: Points that are looked at whatever the grid: four copies are the first to tell over four bits.
ANCHORS = ((2, 1), (3, 2), (2**20, 4), (2**40, 30))

#: Two enclosures of one number agree to this many bits of information.
CLOSE = Fraction(1, 10**25)

#: Dimensions of the figure, and how they are written.
SHOWN = ((2, "2"), (16, "16"), (2**20, "2^20"))

#: Partitions of more copies among more modes take long to list.
MOST_STATES = 60


@dataclass(frozen=True)
class Hypothesis:
    """The harmonic number in the formula, the bits that one copy may tell, and for whom it holds.

    `per_copy` is in units of 1/ln 2 = 1.4427 bits.
    """

    harmonic_offset: int = 0
    copies_factor: bool = True
    per_copy: Fraction = Fraction(1)
    prior: str = "Haar"

    def __post_init__(self) -> None:
        if self.prior not in ("Haar", "any"):
            raise InputError(f"prior = {self.prior!r}: expected 'Haar' or 'any'")

    def information(self, n: int, k: int) -> flint.arb:
        """The stated accessible information in bits."""
        found = information.haar_enclosure(n, k)
        with flint.ctx.workprec(2 * PRECISION):
            unit = 1 / flint.arb(2).log()
            if not self.copies_factor and k > 1:
                drop = information.holevo_enclosure(n, k) - found
                found += drop * (k - 1) / k
            return found - unit * k * self.harmonic_offset / (n + k)


def gather(context: Context) -> tuple[tuple[int, int], ...]:
    """All points, small and large."""
    grid = context.grid
    small = product(grid.dimensions, grid.copies)
    large = product(grid.large_dimensions, grid.many_copies)
    return tuple(sorted({*small, *large, *ANCHORS}))


def proof(stated: Hypothesis, data: tuple[tuple[int, int], ...], context: Context) -> Evidence:
    """The Wehrl entropy of a coherent state, and why the information rises with the dimension."""
    n, k, s, x = sympy.symbols("N k s x", positive=True)
    moment = sympy.gamma(n) * sympy.gamma(s + 1) / sympy.gamma(n + s)
    count = sympy.gamma(n + k) / (sympy.gamma(k + 1) * sympy.gamma(n))
    entropy = -count * k * sympy.diff(moment, s).subs(s, k)
    top = n + k + stated.harmonic_offset
    factor = k if stated.copies_factor else sympy.Integer(1)
    stated_entropy = factor * (sympy.digamma(top) - sympy.digamma(k + 1))
    gain = sympy.log(1 + x) - x / (1 + x)
    ratio = count.subs(n, n + 1) / count
    return identities(
        "I = log D_k minus the least Wehrl entropy; each dimension adds log(1+k/N) - k/(N+k)",
        [
            ("mean of t^k, t the overlap with a Haar state", count * moment.subs(s, k), _ONE),
            ("Wehrl entropy of a coherent state", sympy.simplify(entropy), stated_entropy),
            ("D_k of one more dimension", sympy.gammasimp(ratio), (n + k) / n),
            ("its gain starts at zero", gain.subs(x, 0), sympy.Integer(0)),
            ("and rises", sympy.diff(gain, x), x / (1 + x) ** 2),
        ],
    )


_ONE = sympy.Integer(1)


def integral(stated: Hypothesis, data: tuple[tuple[int, int], ...], context: Context) -> Evidence:
    """log2 D_k plus the exact integral of D_k t^k log t^k against the stated formula."""
    sweep = Sweep(Method.EXACT)
    for n, k in _small(data):
        terms = ((-1) ** j * Fraction(comb(n - 2, j), (k + j + 1) ** 2) for j in range(n - 1))
        mean = -comb(n + k - 1, k) * k * (n - 1) * sum(terms)
        with flint.ctx.workprec(2 * PRECISION):
            found = log2(comb(n + k - 1, k)) + ball(mean) / flint.arb(2).log()
        off = apart(found, stated.information(n, k))
        sweep.at_most({"N": n, "k": k}, "distance", *off, CLOSE)
    return sweep.evidence("coherent measurements, integrated exactly, tell what is stated")


def wehrl(stated: Hypothesis, data: tuple[tuple[int, int], ...], context: Context) -> Evidence:
    """Measuring along states with fixed occupation tells less than along coherent ones."""
    sweep = Sweep(Method.EXACT)
    for n, k in _small(data):
        if comb(n + k - 1, k) > MOST_STATES:
            continue
        best = ends(stated.information(n, k))
        for word in _partitions(k, min(n, k), k):
            found = _told_by(n, k, word)
            point = {"N": n, "k": k, "occupation": "+".join(map(str, word))}
            if len(word) == 1:
                sweep.at_most(point, "coherent", *apart(found, stated.information(n, k)), CLOSE)
            else:
                sweep.at_most(point, "bits told", *ends(found), best[0])
    return sweep.evidence("no state of fixed occupation has a smaller Wehrl entropy")


def _told_by(n: int, k: int, word: tuple[int, ...]) -> flint.arb:
    """log2 D_k minus the Wehrl entropy of |a_1, a_2, ...>, by Dirichlet integrals."""
    with flint.ctx.workprec(2 * PRECISION):
        multinomial = factorial(k) // prod(map(factorial, word))
        logs = flint.arb(0)
        for a in word:
            logs += a * (flint.arb(a + 1).digamma() - flint.arb(n + k).digamma())
        return log2(comb(n + k - 1, k) * multinomial) + logs / flint.arb(2).log()


def _partitions(total: int, parts: int, largest: int) -> Iterator[tuple[int, ...]]:
    if total == 0:
        yield ()
    elif parts:
        for first in range(min(total, largest), 0, -1):
            for rest in _partitions(total - first, parts - 1, first):
                yield (first, *rest)


def _small(data: tuple[tuple[int, int], ...]) -> list[tuple[int, int]]:
    return [(n, k) for n, k in data if n <= 64 and k <= 64]


def bounded(stated: Hypothesis, data: tuple[tuple[int, int], ...], context: Context) -> Evidence:
    """Below its limit by at most k^2/(N ln 2), and the limit at most 1.4427 k bits."""
    sweep = Sweep(Method.EXACT)
    for n, k in data:
        point, found = {"N": n, "k": k}, stated.information(n, k)
        with flint.ctx.workprec(2 * PRECISION):
            unit = 1 / flint.arb(2).log()
            gap = ends(information.limit_enclosure(k) - found)
            spread = ends(unit * k * k / n)
            most = ends(unit * ball(stated.per_copy) * k)
        sweep.at_most(point, "gap to the limit", *gap, spread[0])
        sweep.at_most(point, "minus it", -gap[1], -gap[0], 0)
        sweep.at_most(point, "limit", *ends(information.limit_enclosure(k)), most[0])
    first = ends(information.limit_enclosure(1))
    off = abs(first[0] - _FIRST)
    sweep.at_most({"k": 1}, "0.61 bits, off by", off, off, _ROUNDED)
    return sweep.evidence("however large the dimension, a copy tells at most 1.4427 bits")


_FIRST, _ROUNDED = Fraction(61, 100), Fraction(1, 200)


def code_book(stated: Hypothesis, data: tuple[tuple[int, int], ...], context: Context) -> Evidence:
    """One copy of an orthonormal code book tells log2 N bits."""
    sweep = Sweep(Method.EXACT)
    for n, k in data:
        # Measured in its own basis: N equally likely outcomes, and nothing left open.
        told, haar = ends(log2(n)), ends(stated.information(n, 1))
        point = {"N": n, "k": 1}
        if stated.prior == "any":
            sweep.at_most(point, "bits told by a code book", *told, haar[0])
        sweep.at_most(point, "Haar information", *haar, told[0])
        most = ends(information.holevo_enclosure(n, k))
        sweep.at_most({"N": n, "k": k}, "information", *ends(stated.information(n, k)), most[0])
    return sweep.evidence("Haar states tell less than a code book does", figure=_figure())


def _figure() -> Figure:
    ks = tuple(sorted({round(2 ** (i / 2)) for i in range(15)}))
    haar = {n: tuple(information.haar_information(n, k) for k in ks) for n, _ in SHOWN}
    most = {n: tuple(information.holevo_limit(n, k) for k in ks) for n, _ in SHOWN[1:]}
    return Figure(
        title="Bits that k copies of a Haar-random state can tell",
        x_label="copies k",
        y_label="bits",
        x_scale="log",
        y_scale="log",
        series=(
            *(Series(label=f"told, N = {at}", kind="formula", x=ks, y=haar[n]) for n, at in SHOWN),
            *(
                Series(label=f"log2 D_k, N = {at}", kind="bound", x=ks, y=most[n])
                for n, at in SHOWN[1:]
            ),
            Series(
                label="told, N to infinity",
                kind="formula",
                x=ks,
                y=tuple(information.haar_limit(k) for k in ks),
            ),
        ),
        caption="The limit log2 D_k holds for every prior; the others for Haar states only.",
    )


def imported(stated: Hypothesis, data: tuple[tuple[int, int], ...], context: Context) -> Evidence:
    """The theorem that makes coherent measurements optimal."""
    return Evidence(
        finding=Finding.SUPPORTS,
        method=Method.CITATION,
        summary=(
            "Lieb and Solovej, Acta Math. 212 (2014) 379 and Commun. Math. Phys. 348 (2016) 567: "
            "coherent states have the least Wehrl entropy in every symmetric power"
        ),
    )


_CLAIMED = Hypothesis()

CLAIM: Claim[Hypothesis, tuple[tuple[int, int], ...]] = Claim(
    id="privacy-haar-information",
    topic="privacy",
    title="k copies of a Haar-random state tell at most 1.4427 k bits, whatever its dimension",
    statement=(
        r"The accessible information of $k$ copies of a Haar-random state is $I$. It rises with "
        r"$N$ to a limit that does not depend on $N$: 0.61 bits at $k=1$, at most $k/\ln2$ at any "
        r"$k$. This holds for a Haar prior only: one copy of an orthonormal code book tells "
        r"$\log_2N$ bits."
    ),
    formulas=(
        r"I=\log_2 D_k-\frac{k}{\ln 2}\left(H_{N+k-1}-H_k\right)",
        r"\lim_{N\to\infty}I=\frac{k}{\ln2}(H_k-\gamma)-\log_2 k!\le\frac{k}{\ln 2}",
    ),
    source="Lieb, Solovej 2014 and 2016; k = 1: Jozsa, Robb, Wootters 1994",
    notes=(
        (
            r"A measurement may be taken to have effects $c_m|v_m\rangle\langle v_m|$, with "
            r"$\sum_m c_m=D_k$; it tells $\log_2D_k-\sum_m\frac{c_m}{D_k}S(v_m)$, $S$ the Wehrl "
            r"entropy, and coherent $v_m$ make every term least."
        ),
    ),
    hypothesis=_CLAIMED,
    data=gather,
    steps=(
        Step("entropy", Tag.PROVED, "Wehrl entropy of coherent states; growth with $N$", proof),
        Step("integral", Tag.EXACT, "the same by exact integration", integral),
        Step("occupation", Tag.EXACT, "states of fixed occupation tell less", wehrl),
        Step("bounded", Tag.EXACT, r"the limit, and $k/\ln2$", bounded),
        Step("code book", Tag.EXACT, "an orthonormal code book tells more", code_book),
        Step(
            "Lieb and Solovej",
            Tag.IMPORTED,
            "coherent states have the least Wehrl entropy (Lieb and Solovej 2014, 2016)",
            imported,
        ),
    ),
    mutants=(
        Mutant(
            "the Haar formula on a basis ensemble",
            r"$I$ bounds what any ensemble tells",
            replace(_CLAIMED, prior="any"),
            "code book",
        ),
        Mutant(
            "H_{N+k}",
            r"$I=\log_2D_k-\frac{k}{\ln2}(H_{N+k}-H_k)$",
            replace(_CLAIMED, harmonic_offset=1),
            "integral",
        ),
        Mutant(
            "H_{N+k}, proved",
            r"the Wehrl entropy of a coherent state is $k(H_{N+k}-H_k)$",
            replace(_CLAIMED, harmonic_offset=1),
            "entropy",
        ),
        Mutant(
            "no factor k",
            r"$I=\log_2D_k-\frac{1}{\ln2}(H_{N+k-1}-H_k)$",
            replace(_CLAIMED, copies_factor=False),
            "integral",
        ),
        Mutant(
            "one bit a copy",
            r"the limit is at most one bit a copy",
            replace(_CLAIMED, per_copy=Fraction(6931, 10000)),
            "bounded",
        ),
    ),
)
