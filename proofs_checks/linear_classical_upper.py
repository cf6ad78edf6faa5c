"""linear-classical-upper: random hyperplanes tell the sign of <x, w> in O(1/gamma^2) bits."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product

import numpy as np
import sympy

from qdml.bounds.linear import (
    hyperplane_error,
    majority_bits,
    majority_constant,
    simhash_bits,
    weighted_bits,
)
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
from qdml.claims.evidence import Scalar
from qdml.claims.intervals import clopper_pearson, exact_fraction
from qdml.claims.majority import majority_error
from qdml.claims.symbolic import identities
from qdml.protocols import simhash

THIRD = Fraction(1, 3)

#: The margin that is looked at whatever the grid: false variants show there.
ANCHOR = Fraction(1, 10)

#: Least number of metered runs, and the dimension of their vectors.
LEAST_RUNS, DIMENSION = 200, 64


@dataclass(frozen=True)
class Hypothesis:
    """The constants of the statement; with `slope` the bits are slope/gamma + 1 instead."""

    factor: Fraction = Fraction(1, 2)
    angle_share: Fraction = Fraction(1)
    linear_share: Fraction = Fraction(0)
    growth: Fraction = Fraction(1)
    slope: Fraction = Fraction(0)
    weighted_factor: Fraction = Fraction(1)
    whole_offset: int = 0

    def bits(self, margin: Fraction, failure: Fraction) -> int:
        """The stated number of hyperplanes."""
        if self.slope:
            return int(self.slope / margin) + 1
        return simhash_bits(margin, failure, self.factor)


def gather(context: Context) -> tuple[tuple[Fraction, Fraction], ...]:
    """Every margin with every failure probability, one third and the anchor among them."""
    margins = sorted({ANCHOR, *(Fraction(1, m) for m in context.grid.inverse_margins)})
    failures = sorted({THIRD, *map(exact_fraction, context.grid.failure_probability)})
    return tuple((margin, failure) for margin in margins for failure in failures)


Data = tuple[tuple[Fraction, Fraction], ...]


def angle(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """P(the signs agree) = 1/2 + asin(s)/pi, by its value at 0 and its derivative."""
    r, h = sympy.symbols("r h", positive=True)
    # s = sin of an angle with tangent r: given <g,w> = h, the mean of <g,x> is r h deviations.
    s = r / sympy.sqrt(1 + r**2)
    density = sympy.exp(-(h**2) / 2) / sympy.sqrt(2 * sympy.pi)
    inner = (1 + sympy.erf(r * h / sympy.sqrt(2))) / 2
    primitive = -sympy.exp(-(h**2) * (1 + r**2) / 2) / (2 * sympy.pi * (1 + r**2))
    shares = (_exactly(share) for share in (stated.angle_share, stated.linear_share))
    values = (sympy.asin(s) / sympy.pi, s)
    parts = (share * value for share, value in zip(shares, values, strict=True))
    agreement = sum(parts, start=sympy.Rational(1, 2))
    return identities(
        "two quadrants of a Gaussian pair of correlation s",
        [
            (
                "twice the growth of the primitive is the derivative of the agreement",
                -2 * primitive.subs(h, 0),
                sympy.diff(agreement, r),
            ),
            (
                "a primitive of the derivative in r",
                sympy.diff(primitive, h),
                sympy.diff(inner, r) * density,
            ),
            ("it vanishes at infinity", sympy.limit(primitive, h, sympy.oo), sympy.Integer(0)),
            (
                "half of all h are positive; agreement at s = 0",
                2 * sympy.Rational(1, 2) * inner.subs(r, 0),
                agreement.subs(r, 0),
            ),
        ],
    )


def _exactly(value: Fraction) -> sympy.Rational:
    return sympy.Rational(value.numerator, value.denominator)


def hoeffding(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """The proof of Hoeffding's bound for votes of range 1 and advantage a, and k from it."""
    p, h, k, a, u, delta = sympy.symbols("p h k a u delta", positive=True)
    weight = p * sympy.exp(h) / (1 - p + p * sympy.exp(h))
    cumulant = -p * h + sympy.log(1 - p + p * sympy.exp(h))
    factor = _exactly(stated.factor)
    half = sympy.Rational(1, 2)
    exponent = k * h**2 / 8 - k * h * a
    return identities(
        "Chernoff's bound with Hoeffding's lemma, range 1",
        [
            ("L(0) = 0", cumulant.subs(h, 0), sympy.Integer(0)),
            ("L'(0) = 0", sympy.diff(cumulant, h).subs(h, 0), sympy.Integer(0)),
            ("L'' = u(1-u)", sympy.diff(cumulant, h, 2), weight * (1 - weight)),
            ("1/4 - u(1-u) is a square", half**2 - u * (1 - u), (u - half) ** 2),
            ("the exponent is least at h = 4a", exponent, k * (h - 4 * a) ** 2 / 8 - 2 * k * a**2),
            (
                "the tail at k is delta",
                sympy.exp(-2 * k * a**2).subs(k, factor * sympy.log(1 / delta) / a**2),
                delta,
            ),
        ],
    )


def weights(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """Votes weighed by |<g, w>|: the moment, its bound, and k from it."""
    t, s, u, x, k, delta = sympy.symbols("t s u x k delta", positive=True)
    phi = sympy.exp(-(x**2) / 2) / sympy.sqrt(2 * sympy.pi)
    below = (1 + sympy.erf(x / sympy.sqrt(2))) / 2
    spread = sympy.exp(t**2 * (1 - s**2) / 2)
    factor = _exactly(stated.weighted_factor)
    root = sympy.sqrt(2 / sympy.pi)
    exponent = t**2 / 2 - t * s * root
    return identities(
        "E exp(-t sign(u) h) = 2 exp(t^2/2) Phi(-ts) <= exp(-s^2/pi) at its best t",
        [
            (
                "the tail at k is delta",
                sympy.exp(-k * s**2 / sympy.pi).subs(
                    k, factor * sympy.pi * sympy.log(1 / delta) / s**2
                ),
                delta,
            ),
            (
                "the square in exp(-t(su + cz)) phi(u) is completed",
                spread * sympy.exp(-t * s * u) * phi.subs(x, u),
                sympy.exp(t**2 / 2) * phi.subs(x, u + t * s),
            ),
            ("phi has the primitive Phi", sympy.diff(below, x), phi),
            ("x Phi + phi has derivative Phi > 0", sympy.diff(x * below + phi, x), below),
            (
                "so ln Phi is concave",
                sympy.diff(sympy.log(below), x, 2) * below**2,
                -phi * (x * below + phi),
            ),
            ("its slope at 0", sympy.diff(sympy.log(below), x).subs(x, 0), root),
            ("the exponent is least", exponent, (t - s * root) ** 2 / 2 - s**2 / sympy.pi),
        ],
    )


def tails(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """The exact chance that half of the stated votes or more are wrong, against delta."""
    sweep = Sweep(Method.EXACT)
    for margin, failure in data:
        bits = stated.bits(margin, failure)
        low, high = majority_error(hyperplane_error(margin), bits)
        point = {"1/gamma": 1 / margin, "delta": failure, "k": bits}
        sweep.at_most(point, "probability of a wrong sign", low, high, failure)
    return sweep.evidence("a wrong sign is rarer than delta, by exact binomial sums")


def optimum(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """The least odd k of the exact law, and its growth like (pi z/2)^2/gamma^2 at delta = 1/3."""
    sweep, rows = Sweep(Method.EXACT), list[dict[str, Scalar]]()
    low, high = (end * stated.growth for end in majority_constant(THIRD))
    for margin, failure in data:
        least = majority_bits(margin, failure)
        point = {"1/gamma": 1 / margin, "delta": failure, "k": least}
        bound = simhash_bits(margin, failure)
        sweep.at_most(point, "least odd k against Hoeffding", least, least, bound)
        if failure == THIRD:
            # k is odd, so it may lie two above the smooth line and one below.
            line = (low / margin**2, high / margin**2)
            sweep.at_most(point, "least k above c/gamma^2", least - line[1], least - line[0], 3)
            sweep.at_most(point, "least k below c/gamma^2", line[0] - least, line[1] - least, 2)
        if least > 1:
            fewer = majority_error(hyperplane_error(margin), least - 2)
            sweep.holds(point, "two votes fewer break the promise", fewer[1] > failure)
        rows.append(
            {
                "1/gamma": int(1 / margin),
                "delta": float(failure),
                "least odd k": least,
                "Hoeffding's k": bound,
                "weighted k": weighted_bits(margin, failure),
            }
        )
    says = f"the plain majority needs about {float(high):.4f}/gamma^2 bits at delta = 1/3"
    return sweep.evidence(says, table=tuple(rows))


def ledger(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """One message of k bits, or of N bits where x is +-1/sqrt N and N is not larger than k."""
    sweep = Sweep(Method.EXACT)
    for number, dimension in enumerate((2, 7, 16, 33)):
        x, w = _pair(dimension, 0.3, context.rng("ledger", number))
        for k in (1, dimension - 1, dimension, dimension + 5):
            found = simhash.run(x, w, k, seed=number)
            point = {"N": dimension, "k": k}
            whole = dimension + stated.whole_offset
            sweep.equal(point, "bits", found.transcript.bits, min(k, whole))
            sweep.equal(point, "messages", found.transcript.messages, 1)
            sweep.equal(point, "qubits", found.transcript.qubits, 0)
            if k >= dimension:
                sweep.equal(point, "sign from all of x", found.sign, 1)
    return sweep.evidence("one message of min(k, N) bits and no qubit")


def _pair(dimension: int, product: float, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    """x in {+-1}^N/sqrt N, and a unit vector w with that inner product."""
    x = rng.choice((-1.0, 1.0), size=dimension) / np.sqrt(dimension)
    aside = rng.normal(size=dimension)
    aside -= (aside @ x) * x
    return x, product * x + np.sqrt(1 - product**2) * aside / np.linalg.norm(aside)


def frequency(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """Metered runs at the anchor margin, plain and weighted, against the law and the bound."""
    sweep, runs = Sweep(Method.STATISTICS), max(LEAST_RUNS, context.grid.runs)
    margin, counts = float(ANCHOR), (11, 23, 47)
    lines: dict[bool, list[tuple[float, float, float]]] = {False: [], True: []}
    confidence = context.alarm / (2 * len(counts))
    for weighted, k in product((False, True), counts):
        rng, wrong = context.rng("frequency", k, int(weighted)), 0
        for seed in rng.integers(2**62, size=runs):
            sign = int(rng.choice((-1, 1)))
            x, w = _pair(DIMENSION, sign * margin, rng)
            wrong += simhash.run(x, w, k, int(seed), weighted=weighted).sign != sign
        low, high = clopper_pearson(wrong, runs, confidence)
        lines[weighted].append((wrong / runs, low, high))
        point = {"k": k, "runs": runs, "wrong": wrong, "weighted": weighted}
        if weighted:
            bound = float(np.exp(-k * margin**2 / np.pi))
            sweep.at_most(point, "lower confidence limit", low, low, bound)
        else:
            exactly = float(majority_error(hyperplane_error(ANCHOR), k)[1])
            sweep.at_most(point, "lower confidence limit", low, low, exactly)
            sweep.at_most(point, "minus the upper one", -high, -high, -exactly)
    ks = tuple(range(1, counts[-1] + 1, 2))
    errors = [float(majority_error(hyperplane_error(ANCHOR), k)[1]) for k in ks]
    series = [Series(label="plain majority, exactly", kind="exact", x=ks, y=tuple(errors))]
    for weighted, label in ((False, "plain, metered"), (True, "weighted, metered")):
        y, lows, highs = zip(*lines[weighted], strict=True)
        series.append(Series(label=label, kind="measured", x=counts, y=y, low=lows, high=highs))
    figure = Figure(
        title=f"How often {runs} metered runs tell the wrong sign at margin {margin}",
        x_label="bits k",
        y_label="probability of a wrong sign",
        series=(
            *series,
            Series(label="delta = 1/3", kind="formula", x=(1, ks[-1]), y=(1 / 3, 1 / 3)),
        ),
        caption=(
            f"Vectors of dimension {DIMENSION}, public coins. Bars are Clopper-Pearson intervals, "
            f"each wrong with probability {confidence:.1e}. Weighing votes costs no bit."
        ),
    )
    return sweep.evidence(
        "runs err as often as the exact law says", alarm=context.alarm, figure=figure
    )


_CLAIMED = Hypothesis()

CLAIM: Claim[Hypothesis, Data] = Claim(
    id="linear-classical-upper",
    topic="linear",
    title="Random hyperplanes classify with margin gamma in about 0.46/gamma^2 bits, one way",
    statement=(
        r"With public coins, one message of $k$ bits tells the sign of $\langle x,w\rangle$ for "
        r"real unit vectors with $|\langle x,w\rangle|\ge\gamma$, except with probability "
        r"$\delta$; for $x\in\{\pm1\}^N/\sqrt N$ never more than $N$ bits. The least odd $k$ of "
        r"the plain majority grows like $c/\gamma^2$, $c=(\pi z/2)^2$ with $\Phi(-z)=\delta$: "
        r"0.458 at $\delta=1/3$. A receiver who weighs each vote by $|\langle g,w\rangle|$ needs "
        r"at most $\lceil\pi\ln(1/\delta)/\gamma^2\rceil$ bits."
    ),
    formulas=(
        r"k=\left\lceil\frac{\pi^{2}\ln(1/\delta)}{2\arcsin(\gamma)^{2}}\right\rceil",
        r"\Pr[\mathrm{signs\ agree}]=\frac12+\frac{\arcsin\langle x,w\rangle}{\pi}",
        r"E\,e^{-t\,\mathrm{sign}(u)h}=2e^{t^{2}/2}\Phi(-ts)\le e^{-s^{2}/\pi}",
    ),
    source="Goemans and Williamson 1995; Charikar 2002; Hoeffding 1963; weighing the votes: here",
    hypothesis=_CLAIMED,
    data=gather,
    notes=("Public coins are free here; private ones would add O(log N) bits (Newman 1991).",),
    steps=(
        Step("angle", Tag.PROVED, "one hyperplane is right with 1/2 + asin(gamma)/pi", angle),
        Step("hoeffding", Tag.PROVED, "Hoeffding's inequality with range 1 gives k", hoeffding),
        Step("weights", Tag.PROVED, "weighed votes need pi ln(1/delta)/gamma^2 bits", weights),
        Step(
            "tails",
            Tag.EXACT,
            "exact binomial tails are below delta, always also at gamma 1/10, delta 1/3",
            tails,
        ),
        Step("optimum", Tag.EXACT, "the least odd k, and c/gamma^2 at delta 1/3", optimum),
        Step("ledger", Tag.EXACT, "a run is one message of min(k, N) bits", ledger),
        Step(
            "frequency",
            Tag.NUMERIC,
            "metered runs err as the exact law says",
            frequency,
            role="counterexample",
        ),
    ),
    mutants=(
        Mutant(
            "2/gamma + 1 bits",
            r"$2/\gamma+1$ hyperplanes are enough",
            replace(_CLAIMED, slope=Fraction(2)),
            "tails",
        ),
        Mutant(
            "half of the bits",
            r"Hoeffding's bound allows $k/2$ bits",
            replace(_CLAIMED, factor=Fraction(1, 4)),
            "hoeffding",
        ),
        Mutant(
            "advantage gamma/2",
            r"one hyperplane is right with probability $(1+\gamma)/2$",
            replace(_CLAIMED, angle_share=Fraction(0), linear_share=Fraction(1, 2)),
            "angle",
        ),
        Mutant(
            "growth without pi/2",
            r"the least $k$ grows like $z^2/\gamma^2$",
            replace(_CLAIMED, growth=Fraction(2, 5)),
            "optimum",
        ),
        Mutant(
            "weights twice as good",
            r"$\lceil\pi\ln(1/\delta)/(2\gamma^2)\rceil$ weighed votes follow from the bound",
            replace(_CLAIMED, weighted_factor=Fraction(1, 2)),
            "weights",
        ),
        Mutant(
            "N-1 bits",
            r"$N-1$ bits tell $x\in\{\pm1\}^N/\sqrt N$ in whole",
            replace(_CLAIMED, whole_offset=-1),
            "ledger",
        ),
    ),
)
