"""nonlinear-features: XOR, parity and sign(sin x), the best linear fit beside the model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from math import comb, prod

import numpy as np
import sympy

from qdml.claims import (
    Claim,
    Context,
    Evidence,
    Figure,
    Method,
    Mutant,
    Scalar,
    Series,
    Step,
    Sweep,
    Tag,
)
from qdml.claims.intervals import clopper_pearson
from qdml.claims.symbolic import identities
from qdml.expressivity import copies, linear, series
from qdml.protocols import inference
from qdml.quantum.numbers import Angle, Direction, Radians, real
from qdml.quantum.reference import basis_state

#: Numbers of bits and of periods that are looked at whatever the grid.
ANCHORS, PERIODS = (2, 3, 4), (1, 2, 3, 4)

#: Midpoints in every half period.
STEPS = 5

#: Copies with which one sign of sin x is decided over the network; odd, against ties.
DECIDING = 9


@dataclass(frozen=True)
class Hypothesis:
    """The stated accuracies of the best linear classifiers, and the model's copies and phase."""

    fade: bool = True
    better: int = 0
    linear_periods: int = 1
    explained: Fraction = Fraction(0)
    fewer: int = 0
    phase: bool = True

    def parity(self, bits: int) -> Fraction:
        """Stated best linear accuracy on N bits: 1/2 + C(M, M/2)/2^(M+1), M = N or N-1 even."""
        even = bits - bits % 2 if self.fade else 2
        return Fraction(1, 2) + Fraction(comb(even, even // 2), 2 ** (even + 1))

    def sine(self, periods: int) -> Fraction:
        """Stated best linear accuracy over T periods: (T+1)/(2T)."""
        return Fraction(periods + self.linear_periods, 2 * periods)

    def layers(self) -> tuple[series.Layer, series.Layer]:
        """Bob's unitaries around one gate of weight 1, for the loss sin x."""
        up, down = Direction(1, 1), Direction(1, -1)
        return (("Y", up),), (("Z", down if self.phase else Direction(1, 0)), ("Y", down))


def gather(context: Context) -> tuple[int, ...]:
    """The numbers of bits."""
    return tuple(sorted({*context.grid.bits, *ANCHORS}))


def vanishing(stated: Hypothesis, data: tuple[int, ...], context: Context) -> Evidence:
    """Counting: why so many errors are needed, and that the numbers are the stated accuracy."""
    half = sympy.symbols("h", positive=True, integer=True)
    a, z = sympy.symbols("a z")
    one = sympy.Integer(1)
    # N = 2h bits; q of degree h-1 vanishes on any set of fewer than sum of C(N, i), i < h, points.
    degree = 2 * (half - 1 + stated.better) + 1
    central = sympy.binomial(2 * half, half)
    return identities(
        "too few errors would make a vanishing sum positive",
        [
            ("degree of (w.x + b) q^2, one below N", a * degree, a * (2 * half - 1)),
            # A coordinate that a monomial lacks sums parity times the monomial to zero.
            ("a missing coordinate", z * 1 + z * (-1), sympy.Integer(0)),
            (
                "errors: half of all but the middle",
                (4**half - central) / 2 / 4**half,
                one - (sympy.Rational(1, 2) + central / 2 ** (2 * half + 1)),
            ),
        ],
    )


def parities(stated: Hypothesis, data: tuple[int, ...], context: Context) -> Evidence:
    """The fewest errors on parity: what must be, and what a threshold on the ones attains."""
    sweep = Sweep(Method.EXACT)
    for bits in data:
        point = {"N": bits}
        best = 1 - Fraction(linear.parity_errors(bits), 2**bits)
        attained = 1 - Fraction(linear.counting_errors(bits), 2**bits)
        sweep.equal(point, "best linear accuracy", best, stated.parity(bits))
        sweep.equal(point, "accuracy attained", attained, stated.parity(bits))
        points = copies.hypercube(bits)
        fit = linear.least_squares(points, [prod(x) for x in points])
        sweep.equal(point, "R^2 of least squares", fit, stated.explained)
    return sweep.evidence("no affine function tells parity, and XOR is parity of two bits")


def sines(stated: Hypothesis, data: tuple[int, ...], context: Context) -> Evidence:
    """All thresholds, and least squares, on sign(sin x) over T periods."""
    sweep = Sweep(Method.EXACT)
    for periods in PERIODS:
        labels = linear.alternating(periods, STEPS)
        best = 1 - Fraction(linear.threshold_errors(labels), len(labels))
        point = {"periods": periods, "points": len(labels)}
        sweep.equal(point, "best linear accuracy", best, stated.sine(periods))
        fit = linear.least_squares([[2 * j + 1] for j in range(len(labels))], labels)
        # 3/(4T^2) but for the grid.
        fine = Fraction(3 * STEPS**2, 4 * periods**2 * STEPS**2 - 1)
        sweep.equal(point, "R^2 of least squares", fit, fine)
    return sweep.evidence("one threshold cannot follow more than one period")


def model(stated: Hypothesis, data: tuple[int, ...], context: Context) -> Evidence:
    """The sign of the model's exact mean is right on every input."""
    sweep = Sweep(Method.EXACT)
    for bits in data:
        # An odd number of bits is an even one with a constant appended.
        size = bits + bits % 2
        count = size // 2 - stated.fewer
        matrix = copies.correlation(size, count) if count else np.zeros((1, 1), dtype=np.int64)
        for x in copies.hypercube(bits):
            point = {"N": bits, "x": str(x), "copies": count}
            sign = int(np.sign(_mean((*x, 1)[:size], count, matrix)))
            sweep.equal(point, "sign of the mean", sign, prod(x))
    for tangent in range(-7, 8, 2):
        sine = Fraction(2 * 3 * tangent, 3**2 + tangent**2)
        circuit = series.circuit((1,), stated.layers(), Direction(3, tangent))
        loss = circuit.loss(basis_state(0, 1, exact=True))
        sweep.equal({"x": f"2 atan({tangent}/3)"}, "loss against sin x", loss, sine)
    return sweep.evidence("copies and one data gate get every sign right")


def _mean(x: tuple[int, ...], count: int, matrix: copies.Integers) -> int:
    """x^k M x^k for the correlation M of parity with k copies: a multiple of the mean outcome."""
    many = np.ones(1, dtype=np.int64)
    for _ in range(count):
        many = np.multiply.outer(many, np.array(x)).ravel()
    return int(many @ matrix @ many)


def measured(stated: Hypothesis, data: tuple[int, ...], context: Context) -> Evidence:
    """Decisions from outcomes over the network, and how often they are right."""
    sweep, runs = Sweep(Method.STATISTICS), context.grid.runs
    rng, tasks = context.rng("decisions"), _tasks(stated)
    table: list[dict[str, Scalar]] = []
    for name, best, decide in tasks:
        right = sum(decide(rng) for _ in range(runs))
        low, high = clopper_pearson(right, runs, context.alarm / len(tasks))
        point: dict[str, Scalar] = {"task": name, "runs": runs, "right": right}
        point |= {"best linear accuracy": float(best)}
        sweep.at_most(point, "lead of the best linear", float(best) - high, float(best) - low, 0.0)
        table.append(point | {"low": low, "high": high})
    return sweep.evidence(
        "decisions over the network beat every linear classifier",
        alarm=context.alarm,
        table=tuple(table),
        figure=_figure(stated),
    )


def _tasks(stated: Hypothesis) -> list[tuple[str, Fraction, Callable[[np.random.Generator], bool]]]:
    def parity(bits: int) -> Callable[[np.random.Generator], bool]:
        def decide(rng: np.random.Generator) -> bool:
            x = tuple(int(v) for v in rng.choice((-1, 1), size=bits))
            mean, _ = copies.estimate_parity(x, 1, int(rng.integers(2**62)))
            return mean == prod(x)

        return decide

    layers = [[(letter, _radians(angle)) for letter, angle in layer] for layer in stated.layers()]

    def sine(rng: np.random.Generator) -> bool:
        x = float(rng.uniform(0, 4 * np.pi))
        circuit = series.circuit((1,), layers, Radians(x))
        found = inference.run(circuit, basis_state(0, 1), DECIDING, int(rng.integers(2**62)))
        return bool(found.value * np.sin(x) > 0)

    return [
        ("XOR, one copy", stated.parity(2), parity(2)),
        ("parity of 4 bits, two copies", stated.parity(4), parity(4)),
        (f"sign(sin x), two periods, {DECIDING} copies", stated.sine(2), sine),
    ]


def _radians(angle: Angle) -> Radians:
    cosine, sine = (float(real(part)) for part in angle.half)
    return Radians(2 * float(np.arctan2(sine, cosine)))


def _figure(stated: Hypothesis) -> Figure:
    bits, periods = tuple(range(2, 17)), tuple(range(2, 17))
    return Figure(
        title="The best linear classifier falls to a coin",
        x_label="bits N, or periods T",
        y_label="best accuracy",
        series=(
            Series(
                label="parity of N bits",
                kind="exact",
                x=bits,
                y=tuple(1 - linear.parity_errors(n) / 2**n for n in bits),
            ),
            Series(
                label="sign(sin x) over T periods",
                kind="formula",
                x=periods,
                y=tuple(float(stated.sine(t)) for t in periods),
            ),
            Series(label="the model, exact mean", kind="exact", x=bits, y=(1.0,) * len(bits)),
        ),
        caption=(
            "Optimal over all affine classifiers. The model gets every sign right in the mean; how "
            "many repetitions it takes is another matter: see copies-are-degrees."
        ),
    )


_CLAIMED = Hypothesis()

CLAIM: Claim[Hypothesis, tuple[int, ...]] = Claim(
    id="nonlinear-features",
    topic="expressivity",
    title="XOR, parity and sign(sin x) are out of reach of linear models, and not of this one",
    statement=(
        r"The best affine classifier of the parity of $N$ bits (XOR at $N=2$) is right on a part "
        r"$\frac12+2^{-M-1}M!/(M/2)!^2$ of them, $M=2\lfloor N/2\rfloor$, and the best affine fit "
        r"explains nothing; that of $\mathrm{sign}(\sin x)$ over $T$ periods is right on "
        r"$(T+1)/(2T)$. The sign of the model's mean is always right: from $\lceil N/2\rceil$ "
        r"copies (a constant appended for odd $N$), and from one data gate. Over one period "
        r"($T=1$) the linear classifier is perfect too."
    ),
    formulas=(r"\mathrm{errors}(N)\ge\sum_{i<N/2}\frac{N!}{i!\,(N-i)!}\quad(N\ \mathrm{even})",),
    source="Aspnes, Beigel, Furst, Rudich, Combinatorica 14 (1994) 135; proved here",
    hypothesis=_CLAIMED,
    data=gather,
    steps=(
        Step("vanishing", Tag.PROVED, "affine classifiers need that many errors", vanishing),
        Step("parities", Tag.EXACT, "and attain them; least squares, exactly", parities),
        Step("sines", Tag.EXACT, "all thresholds on sign(sin x)", sines),
        Step("model", Tag.EXACT, "the model's exact mean has the right sign", model),
        Step(
            "measured",
            Tag.NUMERIC,
            "decisions over the network",
            measured,
            role="counterexample",
        ),
    ),
    mutants=(
        Mutant(
            "3/4 for every N",
            r"the best linear accuracy on parity is $3/4$ for every $N$",
            replace(_CLAIMED, fade=False),
            "parities",
        ),
        Mutant(
            "one degree more",
            r"$q$ may have degree $N/2$",
            replace(_CLAIMED, better=1),
            "vanishing",
        ),
        Mutant(
            "a coin for the sine",
            r"no threshold beats a coin on $\mathrm{sign}(\sin x)$",
            replace(_CLAIMED, linear_periods=0),
            "sines",
        ),
        Mutant(
            "least squares sees parity",
            r"the best affine fit explains $1/16$ of parity",
            replace(_CLAIMED, explained=Fraction(1, 16)),
            "parities",
        ),
        Mutant(
            "one copy fewer",
            r"$\lceil N/2\rceil-1$ copies get the sign of parity right",
            replace(_CLAIMED, fewer=1),
            "model",
        ),
        Mutant(
            "without the phase",
            r"the model needs no turn about $z$ for $\sin x$",
            replace(_CLAIMED, phase=False),
            "model",
        ),
    ),
)
