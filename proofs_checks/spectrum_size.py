"""spectrum-size: with Haar-random layers a coefficient has mean square 3^-(L+1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

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
from qdml.expressivity import averages, series
from qdml.expressivity.spectrum import frequencies, powers
from qdml.protocols import inference
from qdml.quantum.numbers import Radians
from qdml.quantum.reference import basis_state

#: Means over all Clifford layers take 36 * 24^(L-1) models.
DEEPEST_MEAN = 2


@dataclass(frozen=True)
class Hypothesis:
    """The constants of the statement: mean square (1/share)^(L+extra), shots of that order."""

    share: int = 3
    extra: int = 1
    base: int = 3
    root: bool = False
    conjugate: bool = True

    def __post_init__(self) -> None:
        if self.share < 2 or self.base not in (1, 3):
            raise InputError(
                f"share = {self.share}, base = {self.base}: expected a share of 2 or more, and "
                "base 3 or 1"
            )

    def mean_square(self, layers: int) -> Fraction:
        """The stated mean of |c_m|^2."""
        mean: Fraction = Fraction(1, self.share) ** (layers + self.extra)
        return mean


@dataclass(frozen=True)
class Data:
    """Exact means of |c_m|^2 over Clifford layers, by base of the weights and depth."""

    means: dict[tuple[int, int], dict[int, Fraction]]


def gather(context: Context) -> Data:
    """The exact means, for ternary and for equal weights."""
    depths = sorted({min(depth, DEEPEST_MEAN) for depth in (*context.grid.layers, DEEPEST_MEAN)})
    bases = {3, 1}
    return Data({(b, L): averages.mean_squares(powers(b, L)) for b in bases for L in depths})


def third(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """The mean of every squared spin-1 matrix element over a uniform cosine."""
    t = sympy.symbols("t", real=True)
    sine = 1 - t**2
    squares = {
        "00": t**2,
        "0+": sine / 2,
        "+0": sine / 2,
        "++": ((1 + t) / 2) ** 2,
        "+-": ((1 - t) / 2) ** 2,
    }
    share = sympy.Rational(1, stated.share)
    equations = [
        (f"|D_{name}|^2", sympy.integrate(square, (t, -1, 1)) / 2, share)
        for name, square in squares.items()
    ]
    # A symbol keeps the point of a refutation: the density of a layer at any depth is the same.
    scale = sympy.symbols("a", positive=True)
    scaled = [(name, scale * left, scale * right) for name, left, right in equations]
    return identities("a squared matrix element of a Haar-random layer is 1/3 on average", scaled)


def product(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """Independent layers multiply, and all coefficients together give the mean square loss."""
    layers = sympy.symbols("L", positive=True, integer=True)
    share = sympy.Rational(1, stated.share)
    stated_mean = share ** (layers + stated.extra)
    return identities(
        "L+1 independent layers, 3^L paths",
        [
            ("one path", sympy.Rational(1, 3) ** layers / 3, stated_mean),
            ("the mean square of the loss", 3**layers * stated_mean, sympy.Rational(1, 3)),
        ],
    )


def design(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """Exact means over all Clifford layers, coefficient by coefficient."""
    sweep = Sweep(Method.EXACT)
    for (base, depth), means in data.means.items():
        if base == stated.base:
            for m in frequencies(powers(base, depth)):
                point = {"L": depth, "m": m}
                found = means.get(int(m), Fraction(0))
                sweep.equal(point, "mean of |c_m|^2", found, stated.mean_square(depth))
    return sweep.evidence("the mean over all Clifford layers is the stated one")


def shots(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """The variance of the estimator, and the shots at which it equals the mean square."""
    f, u, v, c, d, layers = sympy.symbols("f u v c d L", positive=True)
    # An outcome b = +-1 of mean f at a uniform input with e^(-imx) = u + i v; c_m = c + i d.
    up, down = (1 + f) / 2, (1 - f) / 2
    sign = 1 if stated.conjugate else -1
    deviation = sum(
        weight * ((b * u - c) ** 2 + (sign * b * v - d) ** 2) for weight, b in ((up, 1), (down, -1))
    )
    # On average f u = c and f v = d, and u^2 + v^2 = 1 always.
    averaged = sympy.expand(deviation).subs({f * u: c, f * v: d}).subs(v**2, 1 - u**2)
    count = sympy.Integer(3) ** (layers + 1)
    if stated.root:
        count = sympy.sqrt(count)
    mean = sympy.Integer(stated.share) ** (-(layers + stated.extra))
    return identities(
        "S outcomes at uniform inputs estimate c_m with mean square error (1-|c_m|^2)/S",
        [
            ("the deviation of one outcome", averaged, 1 - c**2 - d**2),
            ("error equals size at S = 3^(L+1) - 1", (1 - mean) / (count - 1), mean),
        ],
    )


def measured(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """Haar-random models, and one coefficient estimated from outcomes over the network."""
    sweep, runs = Sweep(Method.STATISTICS), context.grid.runs
    rng, share = context.rng("haar"), context.alarm / 3
    draws = ([averages.haar_layer(rng) for _ in range(2)] for _ in range(runs))
    squares = [abs(_coefficient(layers)) ** 2 for layers in draws]
    radius = hoeffding_radius(runs, share, width=1.0)
    mean = float(np.mean(squares))
    point: dict[str, object] = {"L": 1, "m": 1, "models": runs, "mean of |c_m|^2": mean}
    off = abs(mean - float(stated.mean_square(1)))
    sweep.at_most(point, "distance of the mean", off, off, radius)
    layers = [averages.haar_layer(rng) for _ in range(2)]
    exact, total = _coefficient(layers), 0j
    for _ in range(runs):
        x = float(rng.uniform(-np.pi, np.pi))
        circuit = series.circuit((1,), layers, Radians(x))
        found = inference.run(circuit, basis_state(0, 1), 1, int(rng.integers(2**62)))
        total += found.value * np.exp(-1j * x)
    radius = hoeffding_radius(runs, share)
    for part, off in (
        ("real", (total / runs - exact).real),
        ("imaginary", (total / runs - exact).imag),
    ):
        point = {"m": 1, "shots": runs, "estimate": str(total / runs), "exact": str(exact)}
        sweep.at_most(point, f"error of the {part} part", abs(off), abs(off), radius)
    return sweep.evidence(
        "random models and sampled outcomes agree", alarm=context.alarm, figure=_figure(data, mean)
    )


def _coefficient(layers: Sequence[series.Layer]) -> complex:
    """c_1 of a model with one encoding gate, from three inputs."""
    angles = 2 * np.pi * np.arange(3) / 3
    state = basis_state(0, 1)
    losses = [series.circuit((1,), layers, Radians(float(x))).loss(state) for x in angles]
    return complex(np.mean(np.array(losses) * np.exp(-1j * angles)))


def _figure(data: Data, mean: float) -> Figure:
    depths = tuple(range(1, 11))
    exact = sorted((depth, means[1]) for (base, depth), means in data.means.items() if base == 3)
    return Figure(
        title="Random coefficients shrink like 3^-(L+1)",
        x_label="encoding gates L",
        y_label="mean of |c_m|^2",
        y_scale="log",
        series=(
            Series(
                label="3^-(L+1)",
                kind="formula",
                x=depths,
                y=tuple(float(_CLAIMED.mean_square(depth)) for depth in depths),
            ),
            Series(
                label="mean over all Clifford layers",
                kind="exact",
                x=tuple(depth for depth, _ in exact),
                y=tuple(float(square) for _, square in exact),
            ),
            Series(label="Haar-random models", kind="measured", x=(1,), y=(mean,)),
        ),
        caption=(
            "Ternary weights; the same for each of the 3^L frequencies. One outcome has variance "
            "nearly 1, so some 3^(L+1) outcomes go into one coefficient."
        ),
    )


_CLAIMED = Hypothesis()

CLAIM: Claim[Hypothesis, Data] = Claim(
    id="spectrum-size",
    topic="expressivity",
    title="A random coefficient has mean square 3^-(L+1), and costs as many outcomes",
    statement=(
        r"With ternary weights and independent Haar-random $W_0,\dots,W_L$, every coefficient has "
        r"$\mathbb{E}|c_m|^2=3^{-(L+1)}$. Outcomes $b_j=\pm1$ at $S$ uniform inputs $x_j$ give "
        r"$\hat c_m=\frac1S\sum_jb_je^{-imx_j}$ with mean square error $(1-|c_m|^2)/S$, which is "
        r"as large as the coefficient itself on average until $S=3^{L+1}-1$."
    ),
    formulas=(
        r"\mathbb{E}|c_m|^2=3^{-(L+1)}",
        r"\mathbb{E}|\hat c_m-c_m|^2=\frac{1-|c_m|^2}{S}",
    ),
    source="Schur orthogonality for spin 1; proved here",
    hypothesis=_CLAIMED,
    data=gather,
    steps=(
        Step("third", Tag.PROVED, r"$|D_{ab}|^2$ is $1/3$ on average", third),
        Step("product", Tag.PROVED, "independent layers multiply along the one path", product),
        Step("design", Tag.EXACT, "exact means over all Clifford layers", design),
        Step("shots", Tag.PROVED, "the error of the estimator, and when it is small", shots),
        Step(
            "measured",
            Tag.NUMERIC,
            "random models, and a coefficient estimated over the network",
            measured,
            role="counterexample",
        ),
    ),
    mutants=(
        Mutant(
            "3^-L",
            r"$\mathbb{E}|c_m|^2=3^{-L}$",
            replace(_CLAIMED, extra=0),
            "design",
        ),
        Mutant(
            "spin 1/2",
            r"$\mathbb{E}|c_m|^2=2^{-(L+1)}$",
            replace(_CLAIMED, share=2),
            "third",
        ),
        Mutant(
            "equal weights too",
            r"with equal weights all coefficients have mean square $3^{-(L+1)}$",
            replace(_CLAIMED, base=1),
            "design",
        ),
        Mutant(
            "the square root of the shots",
            r"$3^{(L+1)/2}$ outcomes are enough",
            replace(_CLAIMED, root=True),
            "shots",
        ),
        Mutant(
            "the wrong phase",
            r"$\hat c_m=\frac1S\sum_jb_je^{imx_j}$",
            replace(_CLAIMED, conjugate=False),
            "shots",
        ),
        Mutant(
            "all of the square loss",
            r"$3^{L+2}$ in place of $3^{L+1}$",
            replace(_CLAIMED, extra=2),
            "product",
        ),
    ),
    notes=(
        "The number of outcomes is that of this estimator, not a lower bound for every estimator.",
    ),
)
