"""copies-are-degrees: k copies of |x> express the forms of degree 2k; parity takes N/2 copies."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from math import comb, factorial

import numpy as np
import sympy

from qdml.claims import (
    Claim,
    Context,
    Evidence,
    Figure,
    Method,
    Mutant,
    Series,
    Step,
    Sweep,
    Tag,
)
from qdml.claims.intervals import hoeffding_radius
from qdml.claims.symbolic import identities
from qdml.errors import InputError
from qdml.expressivity import copies

#: Dimensions that are looked at whatever the grid: an odd one, and one where the signal is not 1.
ANCHORS = (2, 3, 4)

#: Numbers of copies, and the largest span that is ranked.
COPIES, LARGEST_SPAN = (1, 2, 3), 300

#: The registers of copies of dimension 2 and 4 are whole qubits, and few.
RUN = (2, 4)


@dataclass(frozen=True)
class Hypothesis:
    """The constants and variants of the statement."""

    factor: int = 2
    odd_too: bool = False
    full_signal: bool = False
    divide: bool = True
    needed_offset: int = 0

    def __post_init__(self) -> None:
        if self.factor < 0:
            raise InputError(f"factor = {self.factor}: expected 0 or more, as of a degree")

    def degree(self, count: int) -> int:
        """The stated degree from `count` copies."""
        return self.factor * count

    def functions(self, dimension: int, count: int) -> int:
        """The stated number of independent functions on {+1,-1}^N."""
        if self.odd_too:
            top = min(self.degree(count), dimension)
            return sum(comb(dimension, j) for j in range(top + 1))
        return copies.even_functions(dimension, self.degree(count))

    def signal(self, dimension: int) -> Fraction:
        """The stated signal of parity at N/2 copies."""
        half = dimension // 2
        divisor = factorial(half) if self.divide else 1
        return (
            Fraction(1)
            if self.full_signal
            else Fraction(factorial(dimension), divisor * dimension**half)
        )

    def seen(self, dimension: int, count: int) -> bool:
        """Whether `count` copies are said to see the parity of N bits."""
        return dimension % 2 == 0 and count >= dimension // 2 + self.needed_offset


def gather(context: Context) -> tuple[int, ...]:
    """The dimensions."""
    return tuple(sorted({*context.grid.bits, *ANCHORS}))


def degrees(stated: Hypothesis, data: tuple[int, ...], context: Context) -> Evidence:
    """Scaling, the sign of x, and the trace norm of the correlation with parity."""
    t, x, y = sympy.symbols("t x y", positive=True)
    k = sympy.symbols("k", positive=True, integer=True)
    element = x**k * y**k
    scaled = element.subs({x: t * x, y: t * y}, simultaneous=True)
    half, whole = sympy.factorial(k), sympy.factorial(2 * k)
    divisor = half if stated.divide else sympy.Integer(1)
    signal = sympy.Integer(1) if stated.full_signal else whole / divisor / (2 * k) ** k
    # For each of C(2k, k) halves the correlation has one singular value k!/N^k.
    values = sympy.binomial(2 * k, k) * half / (2 * k) ** k
    return identities(
        "forms of degree 2k",
        [
            ("scaling", scaled, t ** (stated.factor * k) * element),
            ("x and -x", sympy.Integer(-1) ** (2 * k), sympy.Integer(1)),
            (
                "halves times k!",
                sympy.gammasimp(values.rewrite(sympy.gamma) / signal),
                sympy.Integer(1),
            ),
        ],
    )


def spans(stated: Hypothesis, data: tuple[int, ...], context: Context) -> Evidence:
    """Ranks of all matrix elements on integer points in general position, and on the hypercube."""
    sweep = Sweep(Method.EXACT)
    for dimension in data:
        for count in COPIES:
            size = copies.forms(dimension, 2 * count)
            if size > LARGEST_SPAN:
                continue
            point = {"N": dimension, "k": count}
            rng = context.rng("points", dimension, count)
            points = [
                [int(v) for v in row]
                for row in rng.integers(-(10**6), 10**6, size=(size + 4, dimension))
            ]
            stated_forms = copies.forms(dimension, stated.degree(count))
            sweep.equal(point, "forms", copies.span(points, count), stated_forms)
            found = copies.span(copies.hypercube(dimension), count)
            sweep.equal(point, "functions of signs", found, stated.functions(dimension, count))
    return sweep.evidence("k copies span all forms of degree 2k")


def parity(stated: Hypothesis, data: tuple[int, ...], context: Context) -> Evidence:
    """The correlation of parity with k copies: zero below N/2, of known trace norm there."""
    sweep = Sweep(Method.EXACT)
    for dimension in data:
        for count in range(1, (dimension + 1) // 2 + 1):
            matrix = copies.correlation(dimension, count)
            point = {"N": dimension, "k": count}
            seen = bool(matrix.any())
            sweep.holds(point, f"parity is seen: {seen}", seen == stated.seen(dimension, count))
            if 2 * count == dimension:
                # M^3 = (k!)^2 M: all singular values that are not zero are k!.
                value = factorial(count)
                cube = matrix @ matrix @ matrix
                sweep.holds(point, "one singular value", bool((cube == value**2 * matrix).all()))
                norm = Fraction(int((matrix * matrix).sum()), value * dimension**count)
                sweep.equal(point, "signal", norm, stated.signal(dimension))
                sweep.equal(point, "signal, by formula", norm, copies.parity_signal(dimension))
    return sweep.evidence("parity of N bits takes N/2 copies, and is faint there")


def network(stated: Hypothesis, data: tuple[int, ...], context: Context) -> Evidence:
    """Parities estimated by Bob from N/2 copies at a time."""
    sweep, runs = Sweep(Method.STATISTICS), context.grid.runs
    rng = context.rng("network")
    chosen = [
        (dimension, copies.hypercube(dimension)[int(rng.integers(2**dimension))])
        for dimension in RUN
        for _ in range(context.grid.instances)
    ]
    radius = hoeffding_radius(runs, context.alarm / len(chosen))
    for dimension, x in chosen:
        mean, bill = copies.estimate_parity(x, runs, int(rng.integers(2**62)))
        expected = float(stated.signal(dimension)) * float(np.prod(x))
        point = {"N": dimension, "x": str(x), "runs": runs, "mean": mean}
        off = abs(mean - expected)
        sweep.at_most(point, "distance from the stated mean", off, off, radius)
        qubits = runs * (dimension // 2) * (dimension.bit_length() - 1)
        sweep.equal(point, "qubits", bill.qubits, qubits)
        sweep.equal(point, "messages", bill.messages, 1)
    return sweep.evidence(
        "outcomes over the network have the stated mean", alarm=context.alarm, figure=_figure()
    )


def _figure() -> Figure:
    sizes = tuple(range(2, 42, 2))
    return Figure(
        title="Parity of N bits fades exponentially even with the copies that it takes",
        x_label="bits N",
        y_label="largest mean of parity times outcome",
        y_scale="log",
        series=(
            Series(
                label="from N/2 copies",
                kind="formula",
                x=sizes,
                y=tuple(float(copies.parity_signal(size)) for size in sizes),
            ),
        ),
        caption=(
            "N!/((N/2)! N^(N/2)), nearly sqrt 2 (2/e)^(N/2): its inverse square is the order of "
            "the repetitions. With fewer than N/2 copies there is nothing to see at all."
        ),
    )


_CLAIMED = Hypothesis()

CLAIM: Claim[Hypothesis, tuple[int, ...]] = Claim(
    id="copies-are-degrees",
    topic="expressivity",
    title="k copies express the forms of degree 2k, and parity needs N/2 of them",
    statement=(
        r"Means of observables on $k$ copies of $|x\rangle$, $x\in\mathbb{R}^N$, are the forms of "
        r"degree $2k$ in $x/\|x\|$, all of them. On $\{+1,-1\}^N$ they are the even functions of "
        r"degree up to $2k$. So the parity of $N$ bits is never seen for odd $N$, nor from $k<N/2$ "
        r"copies; from $N/2$ copies the best observable has mean $\pm N!/((N/2)!\,N^{N/2})$."
    ),
    formulas=(
        r"\dim=\frac{(N+2k-1)!}{(2k)!\,(N-1)!}",
        r"\dim_{\pm1}=\sum_{i\le k}\frac{N!}{(2i)!\,(N-2i)!}",
        r"\max_{\|O\|\le1}\mathbb{E}_x[x_1\cdots x_N\langle O\rangle_x]=\frac{N!}{(N/2)!\,N^{N/2}}",
    ),
    source="proved here",
    hypothesis=_CLAIMED,
    data=gather,
    steps=(
        Step("degrees", Tag.PROVED, "scaling, sign, and the trace norm", degrees),
        Step("spans", Tag.EXACT, "exact dimensions of what is expressed", spans),
        Step("parity", Tag.EXACT, "exact correlations with parity", parity),
        Step(
            "network",
            Tag.NUMERIC,
            "parities estimated over the network",
            network,
            role="counterexample",
        ),
    ),
    mutants=(
        Mutant(
            "signal 1",
            r"$N/2$ copies tell the parity of $N$ bits with certainty",
            replace(_CLAIMED, full_signal=True),
            "parity",
        ),
        Mutant(
            "degree k",
            r"$k$ copies express forms of degree $k$",
            replace(_CLAIMED, factor=1),
            "spans",
        ),
        Mutant(
            "odd functions too",
            r"on signs all functions of degree up to $2k$ are expressed",
            replace(_CLAIMED, odd_too=True),
            "spans",
        ),
        Mutant(
            "one copy fewer",
            r"$N/2-1$ copies see parity",
            replace(_CLAIMED, needed_offset=-1),
            "parity",
        ),
        Mutant(
            "no (N/2)!",
            r"the signal is $N!/N^{N/2}$",
            replace(_CLAIMED, divide=False),
            "degrees",
        ),
    ),
)
