"""fourier-approximation: one data gate a bit of frequency; error K^(1-p) for smoothness p."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from math import log
from typing import Any

import numpy as np
import sympy
from scipy.special import zeta

from qdml.bounds.costs import inference_lines
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
from qdml.claims.intervals import hoeffding_radius
from qdml.claims.symbolic import identities
from qdml.expressivity import approximation, targets
from qdml.expressivity.approximation import Recipe
from qdml.protocols import inference
from qdml.quantum.numbers import Direction, Radians

#: Numbers of harmonics that tell true from false, looked at whatever the grid.
ANCHORS = (1, 5)

Data = tuple[targets.Target, ...]

#: Exact circuits are run up to this K.
LARGEST_EXACT = 5

#: The angle x/2 of exact circuits.
INPUT = Direction(2, 1)


@dataclass(frozen=True)
class Hypothesis:
    """The circuit's variant, and the exponents of the error and of the price of an l1 norm."""

    controlled: bool = True
    null_labels: bool = True
    signed: bool = True
    spare: int = 2
    rate: int = 1
    price: int = 2

    @property
    def recipe(self) -> Recipe:
        """How the circuit is made."""
        return Recipe(self.controlled, self.null_labels, self.signed, self.spare)


def gather(context: Context) -> Data:
    """Random functions with exact coefficients, the sum of |f_m| below one."""
    found = []
    for harmonics in sorted({min(K, LARGEST_EXACT) for K in (*context.grid.harmonics, *ANCHORS)}):
        for i in range(context.grid.instances):
            rng = context.rng("function", harmonics, i)
            found.append(targets.draw(harmonics, rng))
    return tuple(found)


def interference(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """One label of index and one data gate, for all values."""
    u1, u2, v1, v2, root = sympy.symbols("u1 u2 v1 v2 r", positive=True)
    a, m, x, w = sympy.symbols("a m x w", real=True)
    up, down = sympy.symbols("s t", real=True)
    plus = ((u1 + v1) / 2) ** 2 + ((u2 + v2) / 2) ** 2
    minus = ((u1 - v1) / 2) ** 2 + ((u2 - v2) / 2) ** 2
    # With signs s of Z on the ancilla and t on the bit, exp of i times this is what gates do.
    both = (1 - up) / 2 if stated.controlled else sympy.Integer(1)
    turned = w * x / 4 * (1 - up - down + up * down)
    bra = sympy.sqrt(root) * sympy.exp(-sympy.I * a)
    ket = sympy.sqrt(root) * sympy.exp(sympy.I * m * x)
    return identities(
        "the branches interfere to the real part of <u|D(x)|v>",
        [
            ("Hadamard gate", plus - minus, u1 * v1 + u2 * v2),
            ("controlled data gate", turned, w * x * both * (1 - down) / 2),
            ("one label", sympy.conjugate(bra) * ket, root * sympy.exp(sympy.I * (a + m * x))),
        ],
    )


def labels(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """Every frequency and both null labels have a label of their own, with the right weight."""
    sweep = Sweep(Method.EXACT)
    for harmonics in sorted({*context.grid.harmonics, *ANCHORS}):
        qubits = approximation.index_qubits(harmonics, stated.recipe)
        weights = approximation.data_weights(qubits, stated.recipe)
        point = {"K": harmonics, "L": qubits}
        named = range(-harmonics - 1, harmonics + 2)
        used = {approximation.label(m, qubits) for m in named}
        sweep.equal(point, "different labels", len(used), 2 * harmonics + 3)
        sweep.holds(
            point, f"2^{qubits - 1} labels are too few", 2 ** (qubits - 1) < 2 * harmonics + 3
        )
        for m in range(-harmonics, harmonics + 1):
            index = approximation.label(m, qubits)
            total = sum(weight for j, weight in enumerate(weights) if index >> j & 1)
            sweep.equal(point | {"m": m}, "frequency of the label", total, m)
    return sweep.evidence("two's complement names every frequency")


def circuits(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """The exact mean of what reaches Alice over the network against the truncated series."""
    sweep = Sweep(Method.EXACT)
    for number, target in enumerate(data):
        model = approximation.circuit(target.harmonics, INPUT, stated.recipe)
        mean = model.loss(target.encoded(stated.recipe))
        point = {"K": target.harmonics, "function": number, "weight left": target.rest**2}
        sweep.equal(point, "loss", mean, target.value(INPUT))
    return sweep.evidence("the loss of the circuit is f_K, exactly")


def smoothness(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """From p derivatives to |f_m| <= V_p |m|^-p, to the tail, to the shots of an l1 norm."""
    x, m, t, p, harmonics = sympy.symbols("x m t p K", positive=True)
    norm, eps, inside = sympy.symbols("S epsilon c", positive=True)
    g = sympy.Function("g")(x)
    wave = sympy.exp(-sympy.I * m * x)
    # For f^(p) the antiderivative's slope gives p = 2, 3, ... one step at a time.
    primitive = t ** (1 - p) / (1 - p)
    copies = 2 * sympy.log(inside) / eps**2
    return identities(
        "integration by parts, the integral test, Hoeffding's copies",
        [
            (
                "by parts: periodic boundary terms cancel",
                sympy.diff(g * wave, x),
                sympy.diff(g, x) * wave - sympy.I * m * g * wave,
            ),
            ("t^-p falls", sympy.diff(t**-p, t), -p * t ** (-p - 1)),
            ("its integral", sympy.diff(primitive, t), t**-p),
            (
                "two tails from K",
                -2 * primitive.subs(t, harmonics),
                2 * harmonics ** (stated.rate - p) / (p - 1),
            ),
            ("copies at eps/S", copies.subs(eps, eps / norm), norm**stated.price * copies),
        ],
    )


def tails(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """Exact tails of sum |m|^-q, the error at x = 0, against the rate from both sides."""
    sweep = Sweep(Method.EXACT)
    for power in sorted({2, *context.grid.orders}):
        for harmonics in sorted({*context.grid.harmonics, *ANCHORS}):
            low, high = targets.tail(power, harmonics)
            # The sum of cos(mx)/m^q / zeta(q) has V = 1/zeta(q), which both sides share.
            bound = 2 * Fraction(1, power - 1) * Fraction(harmonics) ** (stated.rate - power)
            point = {"q": power, "K": harmonics}
            sweep.at_most(point, "error times zeta(q)", low, high, bound)
            below = Fraction(1, (power - 1) * (harmonics + 1) ** (power - 1))
            sweep.at_most(point, "what the rate says at least", below, below, low)
    return sweep.evidence("the error is K^(1-q)/(q-1), within a factor of two")


def ledger(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """Runs over the network: the bill, and where the estimate lands."""
    sweep, runs = Sweep(Method.EXACT), context.grid.runs
    for harmonics in sorted({*context.grid.harmonics, *ANCHORS}):
        qubits = approximation.index_qubits(harmonics, stated.recipe) + 1
        model = approximation.circuit(harmonics, Radians(0.5), stated.recipe)
        made = approximation.state(targets.cosines(2, harmonics), harmonics, stated.recipe)
        found = inference.run(model, made, runs, int(context.rng("ledger").integers(2**62)))
        lines = inference_lines(1 + (2 * harmonics + 2).bit_length(), runs, 1, ("bob", "alice"))
        sweep.same({"K": harmonics, "copies": runs}, "lines", found.transcript.lines, lines)
        sweep.equal({"K": harmonics}, "qubits", found.transcript.qubits, runs * qubits)
    return sweep.evidence("k copies are one message of k(L+1) qubits, and the count back")


def errors(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """The error of circuits that were run against the rate, and its slope between two K."""
    sweep = Sweep(Method.FLOATING)
    depths = sorted({*context.grid.harmonics, *ANCHORS})
    functions: dict[str, Callable[[int], dict[int, float]]]
    functions = {f"smoothness {q}": partial(targets.cosines, q) for q in context.grid.orders}
    lines, table = [], []
    for name, coefficients in {**functions, "exp(cos x - 1)": targets.bell}.items():
        found: list[tuple[int, float]] = []
        for harmonics in depths:
            error, rounding = targets.error(coefficients(harmonics), harmonics, stated.recipe)
            if error > 100 * rounding:
                power = int(name.split()[-1]) if name in functions else None
                table.append(_slope(sweep, name, power, found, harmonics, error, rounding))
                found.append((harmonics, error))
        lines.append(_line(f"{name}, run", "measured", found))
    for power in context.grid.orders:
        shown = [(K, _rate(power, K)) for K in depths]
        lines.append(_line(f"bound for smoothness {power}", "bound", shown))
    figure = Figure(
        title="Smooth functions need few harmonics, and one qubit more doubles their number",
        x_label="harmonics K",
        y_label="largest error",
        x_scale="log",
        y_scale="log",
        series=tuple(line for line in lines if line.x),
        caption=(
            "Errors of the losses of circuits with ceil(log2(2K+3)) data gates that were run, "
            "while they are above rounding, and the bound 2 V K^(1-p)/(p-1)."
        ),
    )
    return sweep.evidence(
        "errors and slopes are the stated ones", table=tuple(table), figure=figure
    )


def _slope(
    sweep: Sweep,
    name: str,
    power: int | None,
    found: list[tuple[int, float]],
    harmonics: int,
    error: float,
    rounding: float,
) -> dict[str, Scalar]:
    """Compare one error with the bound and, by the slope from the last one, with the rate."""
    row: dict[str, Scalar] = {"f": name, "K": harmonics, "error": error, "slope": None}
    if found:
        before, larger = found[-1]
        steps = log(harmonics / before)
        row["slope"] = slope = log(error / larger) / steps
    if power:
        sweep.at_most(row, "error", error, error, _rate(power, harmonics) + rounding)
        if found:
            # Tails lie between the integrals from K+1 and from K: so does the slope.
            blur = 2 * rounding / error / steps
            steep = (power - 1) * log((harmonics + 1) / before) / steps
            flat = (power - 1) * log(harmonics / (before + 1)) / steps
            sweep.at_most(row, "minus the slope", -slope, -slope, steep + blur)
            sweep.at_most(row, "slope", slope, slope, blur - flat)
    return row


def _rate(power: int, harmonics: int) -> float:
    return float(2 * harmonics ** (1.0 - power) / (power - 1) / zeta(power))


def _line(label: str, kind: Any, points: list[tuple[int, float]]) -> Series:
    return Series(
        label=label, kind=kind, x=tuple(K for K, _ in points), y=tuple(e for _, e in points)
    )


def measured(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """Values of f_K estimated from the outcomes of metered runs."""
    sweep, grid = Sweep(Method.STATISTICS), context.grid
    power, harmonics = min(grid.orders), max(grid.harmonics)
    given, radius = (
        targets.cosines(power, harmonics),
        hoeffding_radius(grid.runs, context.alarm / 2),
    )
    for x in (0.3, 2.0):
        model = approximation.circuit(harmonics, Radians(x / 2), stated.recipe)
        made = approximation.state(given, harmonics, stated.recipe)
        seed = int(context.rng("estimate", str(x)).integers(2**62))
        found = inference.run(model, made, grid.runs, seed)
        off = abs(found.value - sum(value * np.cos(m * x) for m, value in given.items()))
        point = {"q": power, "K": harmonics, "x": x, "copies": grid.runs, "estimate": found.value}
        sweep.at_most(point, "error of the estimate", off, off, radius)
    return sweep.evidence("estimates from outcomes lie where they may", alarm=context.alarm)


_CLAIMED = Hypothesis()

CLAIM: Claim[Hypothesis, Data] = Claim(
    id="fourier-approximation",
    topic="expressivity",
    title="log K data gates give every Fourier series up to frequency K",
    statement=(
        r"Let $f$ be real and $2\pi$-periodic with $\sum_m|f_m|\le1$. A circuit on an "
        r"ancilla and $L=\lceil\log_2(2K+3)\rceil$ index qubits with $L$ controlled data gates "
        r"$\mathrm{diag}(1,e^{iw_jx})$, $w_j=2^j$ but $w_{L-1}=-2^{L-1}$, has loss $f_K(x)$: "
        r"$k$ copies are one message of $k(L+1)$ qubits. If $f^{(p-1)}$ has variation $2\pi V_p$, "
        r"$p\ge2$ (for $f\in C^p$, $V_p$ is the mean of $|f^{(p)}|$), the error is at most "
        r"$2V_pK^{1-p}/(p-1)$. A sum $S>1$ of $|f_m|$ costs $S^2$ times the copies."
    ),
    formulas=(
        r"\langle Z\rangle=\mathrm{Re}\,\langle u|D(x)|v\rangle=\sum_{|m|\le K}f_me^{imx}",
        r"|f-f_K|\le\sum_{|m|>K}|f_m|\le\frac{2V_p}{p-1}K^{1-p}",
    ),
    source="proved here; two's complement and an interference test",
    hypothesis=_CLAIMED,
    data=gather,
    steps=(
        Step("interference", Tag.PROVED, "branches interfere to the series", interference),
        Step("labels", Tag.EXACT, "two's complement names all frequencies", labels),
        Step("circuits", Tag.EXACT, "exact circuits have loss $f_K$", circuits),
        Step("smoothness", Tag.PROVED, "from derivatives to error and copies", smoothness),
        Step("tails", Tag.EXACT, "exact errors on both sides of the rate", tails),
        Step("ledger", Tag.EXACT, "the bill of runs over the network", ledger),
        Step(
            "errors",
            Tag.NUMERIC,
            "error and slope of circuits that were run",
            errors,
            role="counterexample",
        ),
        Step("measured", Tag.NUMERIC, "metered runs", measured, role="counterexample"),
    ),
    mutants=(
        Mutant(
            "rate K^-q",
            r"coefficients $|m|^{-q}$ leave an error of order $K^{-q}$",
            replace(_CLAIMED, rate=0),
            "tails",
        ),
        Mutant(
            "no null labels",
            r"the states are normalised without null labels",
            replace(_CLAIMED, null_labels=False),
            "circuits",
        ),
        Mutant(
            "uncontrolled data gates",
            r"data gates act in both branches",
            replace(_CLAIMED, controlled=False),
            "circuits",
        ),
        Mutant(
            "no sign on the last weight",
            r"$w_{L-1}=2^{L-1}$",
            replace(_CLAIMED, signed=False),
            "circuits",
        ),
        Mutant(
            "no room for null labels",
            r"$L=\lceil\log_2(2K+1)\rceil$ index qubits",
            replace(_CLAIMED, spare=0),
            "circuits",
        ),
        Mutant(
            "one null label",
            r"$L=\lceil\log_2(2K+2)\rceil$ index qubits",
            replace(_CLAIMED, spare=1),
            "labels",
        ),
        Mutant(
            "S times the copies",
            r"a sum $S$ of $|f_m|$ costs $S$ times the copies",
            replace(_CLAIMED, price=1),
            "smoothness",
        ),
    ),
    notes=(
        r"Bob's state has some $2^L$ free parameters: free in communication only.",
        r"Alice learns the estimate; a message of $\lceil\log_2(k+1)\rceil$ bits tells Bob.",
    ),
)
