"""privacy-local-dp: what noise on a message buys in differential privacy, and what it costs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product

import flint
import numpy as np
import sympy

from proofs_checks._noisy_pairs import (
    STRENGTHS,
    TRIPLES,
    Pair,
    basis,
    block,
    disturbance,
    gather,
    pauli,
    real_qubits,
    rounding,
    search,
    tensor_power,
)
from qdml.claims import Claim, Context, Evidence, Method, Mutant, Step, Sweep, Tag
from qdml.claims.symbolic import identities
from qdml.errors import InputError
from qdml.privacy import operators
from qdml.privacy.balls import rational
from qdml.privacy.gram import Gaussian, nonnegative, overlap
from qdml.quantum.reflections import random_orthogonal

#: Levels gamma = e^eps.
LEVELS = (Fraction(1), Fraction(3, 2), Fraction(5))


@dataclass(frozen=True)
class Hypothesis:
    """The constants of the statement, each with a false variant."""

    dimension_counts: bool = True
    composes: bool = True
    tau_exact: bool = False
    shots_power: int = 2
    flip_power: int = 2
    gentle_divisor: int = 4

    def __post_init__(self) -> None:
        if self.gentle_divisor not in (2, 4, 8):
            raise InputError(f"gentle_divisor = {self.gentle_divisor}: expected 2, 4 or 8")

    def level(self, d: int, p: Fraction, tau: Fraction = Fraction(1)) -> Fraction:
        """The stated e^eps of one copy for pairs at trace distance tau."""
        return 1 + (1 - p) * tau * (d if self.dimension_counts else 1) / p

    def hockey_stick(self, d: int, p: Fraction, gamma: Fraction) -> Fraction:
        """The stated hockey-stick divergence."""
        lost = (gamma - 1) * p / (d if self.dimension_counts else 1)
        return max(Fraction(0), 1 - p - lost)


def algebra(stated: Hypothesis, data: tuple[Pair, ...], context: Context) -> Evidence:
    """Noise, composition, pure pairs, the price in shots, and gentleness, for all values."""
    p, d, b, tau, g = sympy.symbols("p d b tau g", positive=True)
    a, c, y, n, k, gamma = sympy.symbols("a c y N k gamma", positive=True)
    r, s, u, v = sympy.symbols("r s u v", commutative=False)
    counted = d if stated.dimension_counts else sympy.Integer(1)
    needed = sympy.solve(1 + (1 - p) * d / p - (1 + g), p)[0]
    price = ((d + g) / g) ** stated.shots_power
    pencil = ((1 + b) * (1 + 2 * b) - (1 - tau**2) - b) / (b * (1 + b))
    top = 1 + tau / b
    # <A>^2/<A^2> for a <= A <= c has <A^2> <= (a+c)<A> - ac; y stands for <A>.
    kantorovich = y**2 * (a + c) ** 2 - 4 * a * c * ((a + c) * y - a * c)
    rho, sigma = sympy.symbols("rho sigma", positive=True)
    one, other = ((1 - p) * state + p / d for state in (rho, sigma))
    level, near = (1 + (1 - p) * counted * t / p for t in (1, tau))
    most = 1 - p - (gamma - 1) * p / counted
    return identities(
        "noise on a message",
        [
            (
                "slack at e^eps, a sum of what is not negative",
                level * other - one,
                (1 - p) * (level * sigma + (1 - rho)),
            ),
            (
                "slack at distance tau, where rho - sigma <= tau",
                near * other - one,
                (1 - p) * ((near - 1) * sigma + (tau - (rho - sigma))),
            ),
            (
                "slack of the hockey stick",
                most * rho - (one - gamma * other),
                (1 - p) * gamma * sigma + (gamma - 1) * (p / d) * (1 - rho),
            ),
            ("e^eps of orthogonal states", (1 - p + p / d) / (p / d), 1 + (1 - p) * counted / p),
            ("two copies: a telescope", sympy.expand((r - s) * u + s * (u - v)), r * u - s * v),
            ("pure pairs: x + 1/x", sympy.expand(pencil), 2 + tau**2 / (b * (1 + b))),
            (
                "what the bound at tau is above",
                top + 1 / top - 2 - tau**2 / (b * (1 + b)),
                tau**2 * (1 - tau) / (b * (b + tau) * (1 + b)),
            ),
            ("price in shots", 1 / (1 - needed) ** 2, price),
            ("d^2/(e^eps-1)^2 for large d", d * sympy.limit(price / d**2, d, sympy.oo), d / g**2),
            ("Kantorovich is a square", kantorovich, ((a + c) * y - 2 * a * c) ** 2),
            ("gentleness", 1 - 4 * a * c / (a + c) ** 2, ((c - a) / (c + a)) ** 2),
            (
                "flipping one of N equal entries",
                1 - (((n - 1) - 1) / n) ** (2 * k),
                1 - (1 - 2 / n) ** (stated.flip_power * k),
            ),
        ],
    )


def noise(stated: Hypothesis, data: tuple[Pair, ...], context: Context) -> Evidence:
    """e^eps D(sigma) - D(rho) >= 0 for every pair; orthogonal states reach e^eps."""
    sweep = Sweep(Method.EXACT)
    for pair, p in product(data, STRENGTHS):
        d, point = pair.dimension, pair.point | {"p": p}
        level = stated.level(d, p)
        one, other = (operators.depolarised(state, p) for state in pair.states)
        for left, right in ((one, other), (other, one)):
            slack = rational(level) * right - left
            sweep.holds(point, "e^eps D(sigma) - D(rho) >= 0", nonnegative(slack))
        if pair.name == "orthogonal":
            found = [operators.expectation(basis(d, 0), state) for state in (one, other)]
            sweep.equal(point, "ratio reached", found[0] / found[1], level)
    return sweep.evidence("no pair and no outcome exceeds e^eps, and one pair reaches it")


def copies(stated: Hypothesis, data: tuple[Pair, ...], context: Context) -> Evidence:
    """Two and three copies of real qubit states, as tensor products."""
    sweep = Sweep(Method.EXACT)
    for pair in real_qubits():
        for p, k in product(STRENGTHS, (2, 3)):
            point = {"pair": pair.name, "p": p, "k": k}
            level = stated.level(2, p) ** (k if stated.composes else 1)
            one, other = (tensor_power(block(operators.depolarised(s, p)), k) for s in pair.states)
            slack = rational(level) * other - one
            sweep.holds(point, "e^(k eps) D(sigma)^k - D(rho)^k >= 0", nonnegative(slack))
            if pair.name == "orthogonal":
                ratio = one[0, 0] / other[0, 0]
                sweep.equal(point, "ratio", Fraction(int(ratio.p), int(ratio.q)), level)
    return sweep.evidence("k copies have k times the eps")


def hockey(stated: Hypothesis, data: tuple[Pair, ...], context: Context) -> Evidence:
    """c rho - (D(rho) - gamma D(sigma)) >= 0 with c the bound, reached by orthogonal states."""
    sweep = Sweep(Method.EXACT)
    for pair, p, gamma in product(data, STRENGTHS, LEVELS):
        d, point = pair.dimension, pair.point | {"p": p, "gamma": gamma}
        bound = stated.hockey_stick(d, p, gamma)
        one, other = (operators.depolarised(state, p) for state in pair.states)
        difference = one - rational(gamma) * other
        slack = rational(bound) * pair.states[0] - difference
        sweep.holds(point, "divergence", nonnegative(slack))
        if pair.name == "orthogonal":
            diagonal = (operators.expectation(basis(d, i), difference) for i in range(d))
            sweep.equal(point, "divergence reached", sum(q for q in diagonal if q > 0), bound)
    return sweep.evidence("hockey-stick divergence of depolarised states")


def distance(stated: Hypothesis, data: tuple[Pair, ...], context: Context) -> Evidence:
    """Pairs at trace distance tau: mixed pairs reach the bound, pure ones only at tau = 1."""
    sweep = Sweep(Method.EXACT)
    for (tau_up, _, below), p, d in product(TRIPLES, STRENGTHS, (2, 3)):
        tau, b = Fraction(tau_up, below), p / (d * (1 - p))
        level, point = stated.level(d, p, tau), {"tau": tau, "p": p, "d": d}
        parts = [operators.projector(basis(d, i)) for i in range(2)]
        mixed = operators.mixture(parts, [tau, 1 - tau])
        found = [
            operators.expectation(basis(d, 0), operators.depolarised(state, p))
            for state in (mixed, parts[1])
        ]
        sweep.equal(point, "ratio of a mixed pair", found[0] / found[1], level)
        # For a pure pair e^eps is the larger root of x^2 - (2 + tau^2/(b(1+b))) x + 1.
        value = level**2 - (2 + tau**2 / (b * (1 + b))) * level + 1
        sweep.at_most(point, "pure pairs stay below", -value, -value, 0)
        if stated.tau_exact:
            sweep.equal(point, "pure pairs reach it", value, 0)
        sweep.equal(point | {"case": "reached"}, "at tau = 1", int(value == 0), int(tau == 1))
    for pair in data:
        search(sweep, stated.level, pair)
    return sweep.evidence("the bound at trace distance tau")


def shots(stated: Hypothesis, data: tuple[Pair, ...], context: Context) -> Evidence:
    """Noise for e^eps = 1 + g and its price; random Pauli measurements pay as much."""
    sweep = Sweep(Method.EXACT)
    for n, g in product((1, 2), (Fraction(1, 2), Fraction(1), Fraction(9))):
        size, point = 2**n, {"N": 2**n, "e^eps": 1 + g}
        strength = size / (size + g)
        sweep.equal(point, "e^eps", 1 + (1 - strength) * size / strength, 1 + g)
        price = ((size + g) / g) ** stated.shots_power
        sweep.equal(point, "price of depolarising", 1 / (1 - strength) ** 2, price)
        # Randomised response keeps the sign of a Pauli outcome with mean g/(2 + g).
        kept = g / (2 + g)
        turn = random_orthogonal(size, context.rng("observable", n))
        signs = [1 if i < size // 2 else -1 for i in range(size)]
        observable = (turn.T * np.array(signs, dtype=object)) @ turn
        squares = (pauli(observable, x, z) ** 2 for x in range(size) for z in range(size))
        second = sum(squares, Fraction(0)) * Fraction(size**4, size**2) / kept**2
        bound = Fraction(size) ** stated.shots_power / kept**2
        sweep.equal(point, "second moment of a random Pauli estimate", second, bound)
    return sweep.evidence("pure privacy costs about N^2 times the shots")


def flips(stated: Hypothesis, data: tuple[Pair, ...], context: Context) -> Evidence:
    """Square of the trace distance between k copies of x and of x with one sign flipped."""
    sweep, grid = Sweep(Method.EXACT), context.grid
    for n, k in product(sorted({4, *grid.dimensions}), sorted({1, 2, *grid.copies})):
        x: Gaussian = [(1, 0)] * n
        y: Gaussian = [(-1, 0), *[(1, 0)] * (n - 1)]
        square = 1 - Fraction(overlap(x, y)[0] ** 2, n**2) ** k
        stated_square = 1 - Fraction(n - 2, n) ** (stated.flip_power * k)
        point = {"N": n, "k": k}
        sweep.equal(point, "square of the distance", square, stated_square)
        if k == 1:
            spectrum = (operators.projector(x) - operators.projector(y)).charpoly()
            factor = flint.fmpq_poly([-rational(stated_square), 0, 1])
            expected = (factor * flint.fmpq_poly([0, 1]) ** (n - 2)) ** 2
            sweep.holds(point, "spectrum of the difference", spectrum == expected)
    return sweep.evidence("flipping one of N equal entries, without noise")


def gentle(stated: Hypothesis, data: tuple[Pair, ...], context: Context) -> Evidence:
    """Square of the disturbance by outcomes with rational roots; two levels reach the bound."""
    sweep = Sweep(Method.EXACT)
    for root in (Fraction(2), Fraction(3), Fraction(3, 2)):
        # e^eps = root^8, so that every variant of the bound is rational.
        ratio, power = root**4, {2: 8, 4: 4, 8: 2}[stated.gentle_divisor]
        bound = ((root**power - 1) / (root**power + 1)) ** 2
        point = {"e^(eps/8)": root}
        worst = disturbance([ratio, Fraction(1)], [Fraction(1), ratio])
        sweep.equal(point, "worst disturbance, squared", worst, bound)
        for i in range(context.grid.instances * 5):
            rng = context.rng("outcome", str(root), i)
            inner = [1 + (ratio - 1) * Fraction(int(s), 12) for s in rng.integers(0, 13, 3)]
            weights = [Fraction(int(w)) for w in rng.integers(1, 30, 5)]
            found = disturbance([ratio, Fraction(1), *inner], weights)
            sweep.at_most(point | {"draw": i}, "disturbance, squared", found, found, bound)
    return sweep.evidence("one outcome moves a state by at most tanh(eps/4)")


def numbers(stated: Hypothesis, data: tuple[Pair, ...], context: Context) -> Evidence:
    """Formulas in floating point against rationals, far beyond the matrices."""
    sweep = Sweep(Method.EXACT)
    for d in sorted({2, 3, *context.grid.large_dimensions}):
        for name, off in rounding(d):
            sweep.at_most({"d": d, "formula": name}, "relative error", off, off, _ROUNDING)
    return sweep.evidence("formulas keep twelve digits")


_ROUNDING = Fraction(1, 10**12)


_CLAIMED = Hypothesis()

CLAIM: Claim[Hypothesis, tuple[Pair, ...]] = Claim(
    id="privacy-local-dp",
    topic="privacy",
    title="Noise makes messages differentially private, at a price that eats the advantage",
    statement=(
        r"Depolarising with strength $p$ on dimension $d$ is exactly "
        r"$\varepsilon$-private with $\varepsilon=\ln(1+(1-p)d/p)$, and $k$ copies "
        r"$k\varepsilon$-private. For pairs at trace distance $\tau$, $\ln(1+(1-p)d\tau/p)$ is "
        r"reached by mixed pairs in every dimension, by pure ones only at $\tau=1$: theirs is "
        r"$2\,\mathrm{arsinh}\frac{\tau}{2\sqrt{b(1+b)}}$, $b=\frac{p}{d(1-p)}$. Pure privacy by "
        r"depolarising multiplies shots by about $N^2$, and so does a random Pauli measurement "
        r"with randomised response. Without noise, flipping one of $N$ equal entries is "
        r"$(0,\sqrt{1-(1-2/N)^{2k}})$-private. One Lueders outcome moves a state by at most "
        r"$\tanh(\varepsilon/4)$, exactly."
    ),
    formulas=(
        r"\varepsilon=\ln\left(1+\frac{(1-p)\,d}{p}\right)",
        r"\sup E_\gamma=\max\left(0,\ 1-p-(\gamma-1)\frac pd\right)",
        r"\mathrm{shots}\times\left(\frac{d+e^{\varepsilon}-1}{e^{\varepsilon}-1}\right)^{2}",
    ),
    source=(
        "Zhou, Ying 2017; Hirche, Rouze, Franca 2023; Aaronson, Rothblum 2019; pure pairs: new here"
    ),
    notes=("No lower bound over all private mechanisms is claimed: two mechanisms are priced.",),
    hypothesis=_CLAIMED,
    data=gather,
    steps=(
        Step("algebra", Tag.PROVED, "identities for all $p$, $d$, $\\tau$, $N$, $k$", algebra),
        Step("noise", Tag.EXACT, r"$\varepsilon$ is exact: search and a pair that reaches", noise),
        Step("copies", Tag.EXACT, r"$k$ copies, $k\varepsilon$", copies),
        Step("hockey stick", Tag.EXACT, "the divergence at every level", hockey),
        Step("distance", Tag.EXACT, r"pairs at trace distance $\tau$", distance),
        Step("shots", Tag.EXACT, "the price of pure privacy", shots),
        Step("flips", Tag.EXACT, "one flipped sign, no noise", flips),
        Step("numbers", Tag.EXACT, "formulas in floating point", numbers, "counterexample"),
        Step("gentle", Tag.EXACT, r"$\tanh(\varepsilon/4)$ is exact", gentle),
    ),
    mutants=(
        Mutant(
            "eps without d",
            r"$\varepsilon=\ln(1+(1-p)/p)$",
            replace(_CLAIMED, dimension_counts=False),
            "noise",
        ),
        Mutant(
            "hockey stick without d",
            r"$E_\gamma\le\max(0,1-p-(\gamma-1)p)$",
            replace(_CLAIMED, dimension_counts=False),
            "hockey stick",
        ),
        Mutant(
            "tanh(eps/8)",
            r"the worst disturbance is $\tanh(\varepsilon/8)$",
            replace(_CLAIMED, gentle_divisor=8),
            "gentle",
        ),
        Mutant(
            "tanh(eps/2)",
            r"the worst disturbance is $\tanh(\varepsilon/2)$",
            replace(_CLAIMED, gentle_divisor=2),
            "gentle",
        ),
        Mutant(
            "the tau bound called exact",
            r"pure pairs at distance $\tau$ reach $\ln(1+(1-p)d\tau/p)$",
            replace(_CLAIMED, tau_exact=True),
            "distance",
        ),
        Mutant(
            "copies are free",
            r"$k$ copies are $\varepsilon$-private",
            replace(_CLAIMED, composes=False),
            "copies",
        ),
        Mutant(
            "N times the shots",
            r"pure privacy costs $N$ times the shots",
            replace(_CLAIMED, shots_power=1),
            "shots",
        ),
        Mutant(
            "flip with power k",
            r"a flip is $(0,\sqrt{1-(1-2/N)^{k}})$-private",
            replace(_CLAIMED, flip_power=1),
            "flips",
        ),
    ),
)
