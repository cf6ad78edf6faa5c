"""graph-crossover: from which N on the copies take fewer qubits than features take bits."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from math import log2

import flint
import sympy

from qdml.bounds import graph_costs
from qdml.bounds.linear import qubits_for
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
from qdml.claims.intervals import rational, rounded_up
from qdml.claims.symbolic import identities

#: Copies k and bits b a number of which every N up to LAST is tried.
TRIED, LAST = tuple((k, b) for k in (1, 2, 5, 20, 100) for b in (1, 2, 8)), 2**11

#: Powers p in eps = range N^-p, and the failure probability.
POWERS = (Fraction(1, 4), Fraction(1, 3), Fraction(2, 5), Fraction(1, 2), Fraction(2, 3))
FAILURE = Fraction(1, 4)

#: N = 2^n at which powers are compared: multiples of 60, so that all powers of N are whole.
LARGE = (60, 300, 1200)


@dataclass(frozen=True)
class Hypothesis:
    """Where the crossing lies, and which accuracies have one."""

    critical: Fraction = Fraction(1, 2)
    reach: int = 4
    below: int = 1
    logarithm: bool = True

    def above(self, copies: int, bits: int) -> Fraction:
        """No N beyond this one has as many qubits as bits: reach c log2(reach c), c = k/b."""
        scaled = Fraction(self.reach * copies, bits)
        return scaled * _log2_up(scaled) if self.logarithm else scaled


def _log2_up(value: Fraction) -> Fraction:
    """log2, rounded up to a 64th and to no less than 1."""

    def scaled() -> flint.arb:
        return 64 * flint.arb(rational(value)).log() / flint.arb.const_log2()

    if value <= 2:
        return Fraction(1)
    # A power of two has a whole logarithm, which no ball can be told from.
    if value.denominator == 1 and value.numerator & (value.numerator - 1) == 0:
        return Fraction(value.numerator.bit_length() - 1)
    return Fraction(rounded_up(scaled), 64)


def gather(context: Context) -> None:
    """Nothing is drawn."""


def algebra(stated: Hypothesis, data: None, context: Context) -> Evidence:
    """Doubling keeps the order; and N = 4 c t, t = log2(4c) >= 1, has fewer qubits than bits.

    There ceil(log2 N) < log2(2N) = 1 + t + log2 t <= 4 t, and N/log2(2N) grows from there on.
    At N = c s, s = log2 c >= 1, log2 N = s + log2 s, so N <= c log2 N; so has the whole number
    below it, N/log2 N growing from e on, and 2 fails as well: N* lies above.
    """
    k, b, n, c, t, x, s = sympy.symbols("k b n c t x s", positive=True)
    size = stated.reach * c * (t if stated.logarithm else 1)
    room = 3 * t - 1 - sympy.log(t, 2)

    def expanded(value: sympy.Expr) -> sympy.Expr:
        return sympy.expand_log(value, force=True)

    return identities(
        "the crossing in c = k/b",
        [
            (
                "2 k n/b - k(n+1)/b = k(n-1)/b, not negative for n >= 1",
                2 * k * n / b - k * (n + 1) / b,
                k * (n - 1) / b,
            ),
            (
                "log2(2N) = 1 + t + log2 t",
                expanded(sympy.log(2 * size, 2)),
                expanded(1 + sympy.log(4 * c, 2) + sympy.log(t, 2)),
            ),
            ("c (1 + t + log2 t) + c room = N", c * (1 + t + sympy.log(t, 2)) + c * room, size),
            ("room is positive at t = 1", room.subs(t, 1), sympy.Integer(2)),
            ("and grows, since 3 > 1/ln 2", sympy.diff(room, t), 3 - 1 / (t * sympy.log(2))),
            (
                "N/log2(2N) grows where ln 2N > 1",
                sympy.diff(x / sympy.log(2 * x), x),
                (sympy.log(2 * x) - 1) / sympy.log(2 * x) ** 2,
            ),
            (
                "c log2 N = N + c log2 s at N = c s",
                expanded(c * sympy.log(stated.below * c * s, 2)),
                expanded(c * (stated.below * sympy.log(c, 2) + sympy.log(s, 2))),
            ),
            (
                "N/log2 N grows where ln N > 1",
                sympy.diff(x / sympy.log(x), x),
                (sympy.log(x) - 1) / sympy.log(x) ** 2,
            ),
        ],
    )


def powers(stated: Hypothesis, data: None, context: Context) -> Evidence:
    """eps = range N^-p: the ratio of qubits to bits is log2(N) N^(2p-1) times a constant."""
    size, s, constant, a, b, delta = sympy.symbols("N s C a b delta", positive=True)
    critical = sympy.Rational(stated.critical.numerator, stated.critical.denominator)
    ratio = constant * sympy.log(size, 2) * size ** (2 * critical - 1)
    below = constant * sympy.log(size, 2) * size ** (-2 * s)
    root = a**2 * 2 * b / sympy.log(2 / delta)
    return identities(
        "qubits over bits as N grows",
        [
            ("any power less makes it vanish", sympy.limit(below, size, sympy.oo), 0 * s),
            (
                "at the critical power it is the logarithm alone",
                ratio,
                constant * sympy.log(size, 2),
            ),
            (
                "eps = a range N^(-1/2): it is log2(N)/root",
                (size / a**2 * sympy.log(2 / delta) / 2 * sympy.log(size, 2)) / (b * size),
                sympy.log(size, 2) / root,
            ),
        ],
    )


def tried(stated: Hypothesis, data: None, context: Context) -> Evidence:
    """Every N up to a limit, against the function and the bounds."""
    sweep = Sweep(Method.EXACT)
    for copies, bits in TRIED:
        fails = [n for n in range(2, LAST) if copies * qubits_for(n) >= bits * n]
        found = max(fails, default=1) + 1
        point = {"k": copies, "b": bits, "N*": found}
        sweep.equal(point, "N*", found, graph_costs.crossover(copies, bits))
        ratio = Fraction(copies, bits)
        if 2 * ratio >= 1:
            most = stated.above(copies, bits)
            sweep.at_most(point, "last N that fails", found - 1, found - 1, most)
        if ratio >= 2:
            low = stated.below * ratio * _log2_up(ratio)
            sweep.at_most(point, "c log2 c", low, low, found - 1)
    return sweep.evidence("N* is where it is stated")


def large(stated: Hypothesis, data: None, context: Context) -> Evidence:
    """Copies at eps = range N^-p for N = 2^n, whole numbers, against N bits."""
    sweep = Sweep(Method.EXACT)
    for power in POWERS:
        for n in LARGE:
            share = Fraction(1, 2 ** int(n * power))
            copies = graph_costs.hoeffding_copies(Fraction(1), share, FAILURE)
            point = {"p": power, "n": n}
            ratio = Fraction(copies * n, 2**n)
            if power >= stated.critical:
                sweep.at_most(point, "bits over qubits", 1 / ratio, 1 / ratio, 1)
            elif n == max(LARGE):
                sweep.at_most(point, "qubits over bits", ratio, ratio, 1)
    figure = _figure()
    return sweep.evidence("accuracies below the critical power cross, others never", figure=figure)


def _figure() -> Figure:
    shares = [Fraction(1, 2**i) for i in range(1, 11)]
    series = []
    for bits in (1, 8, 32):
        crossings = [
            graph_costs.crossover(graph_costs.hoeffding_copies(Fraction(1), s, FAILURE), bits)
            for s in shares
        ]
        label = f"features of {bits} bit{'s' if bits > 1 else ''}"
        xs = tuple(float(1 / s) for s in shares)
        series.append(Series(label=label, kind="exact", x=xs, y=tuple(map(float, crossings))))
    return Figure(
        title="From which N on a pooled score takes fewer qubits than features take bits",
        x_label="range of outcomes over accuracy, B Delta/eps",
        y_label="numbers N",
        x_scale="log",
        y_scale="log",
        series=tuple(series),
        caption=(
            f"Failure probability {float(FAILURE):g}. The crossing grows like the square of "
            f"the range over the accuracy, times its logarithm: at 1024 it lies at 2^"
            f"{log2(series[0].y[-1]):.0f} for single bits. Other competitors cross later or never."
        ),
    )


_CLAIMED = Hypothesis()

CLAIM: Claim[Hypothesis, None] = Claim(
    id="graph-crossover",
    topic="graphs",
    title="Against features in bits a pooled score wins from N* on, and never at 1/sqrt N accuracy",
    statement=(
        r"$k=\lceil(B\Delta/\varepsilon)^2\ln(2/\delta)/2\rceil$ copies of "
        r"$\lceil\log_2N\rceil$ qubits against $N$ features of $b$ bits: with $c=k/b$, qubits are "
        r"fewer for every $N\ge N^*$, where $N^*-1\le4c\,\log_2(4c)$ for $c\ge\frac12$ and "
        r"$N^*>c\log_2c$ for $c\ge2$. If $\varepsilon=B\Delta N^{-p}$, they become fewer exactly "
        r"when $p<\frac12$. For $\varepsilon=aB\Delta/\sqrt N$ they are fewer at most where "
        r"$\log_2N<2a^2b/\ln(2/\delta)$, so never if that is at most 1."
    ),
    formulas=(
        r"\frac{k\log_2N}{bN}=\frac{\ln(2/\delta)}{2b}\,N^{2p-1}\log_2N",
        r"c\log_2c<N^*\le1+4c\log_2(4c)",
    ),
    source="here",
    hypothesis=_CLAIMED,
    data=gather,
    notes=(
        (
            "Features are the simplest competitor; where the graph is Alice's, second moments take "
            "a number of bits that does not grow with the graph, and there is no crossing in V."
        ),
    ),
    steps=(
        Step("algebra", Tag.PROVED, "the crossing in c = k/b", algebra),
        Step("powers", Tag.PROVED, r"$\varepsilon\sim N^{-p}$ crosses for $p<1/2$ only", powers),
        Step("tried", Tag.EXACT, "every N up to a limit", tried, role="counterexample"),
        Step("large", Tag.EXACT, "whole numbers up to 2^1200", large, role="counterexample"),
    ),
    mutants=(
        Mutant(
            "crosses at 1/sqrt N",
            r"accuracies $N^{-p}$ cross for every $p<1$",
            replace(_CLAIMED, critical=Fraction(1)),
            "powers",
        ),
        Mutant(
            "crosses below N^(-1/3) only",
            r"accuracies $N^{-p}$ cross exactly when $p<\frac13$",
            replace(_CLAIMED, critical=Fraction(1, 3)),
            "large",
        ),
        Mutant(
            "no logarithm",
            r"$N^*\le1+4c$",
            replace(_CLAIMED, logarithm=False),
            "algebra",
        ),
        Mutant("c log2 c", r"$N^*\le1+c\log_2c$", replace(_CLAIMED, reach=1), "tried"),
        Mutant("beyond 2c log2 c", r"$N^*>2c\log_2c$", replace(_CLAIMED, below=2), "tried"),
    ),
)
