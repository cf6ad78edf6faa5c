"""freedom-is-linear: with any weights the losses of one encoding qubit fill 2L+1 dimensions."""

from __future__ import annotations

from dataclasses import dataclass, replace

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
from qdml.claims.symbolic import identities
from qdml.expressivity import freedom
from qdml.expressivity.spectrum import BASES, frequencies, powers, reachable_dimension

#: Rational ranks are computed up to this sum of weights, modular ones beyond.
LARGEST_SUM = 13

#: Two gates are the fewest with more frequencies than dimensions.
ANCHOR = 2


@dataclass(frozen=True)
class Hypothesis:
    """The stated dimension: factor L + offset, or the least of spectrum and parameters."""

    factor: int = 2
    offset: int = 1
    least: bool = False
    gauge: int = 1
    reflected: bool = True

    def dimension(self, weights: tuple[int, ...]) -> int:
        """The stated dimension for these weights."""
        depth = len(weights)
        if self.least:
            return min(len(frequencies(weights)), freedom.parameters(depth))
        return self.factor * depth + self.offset


@dataclass(frozen=True)
class Ranked:
    """A weighting with the rank of its Jacobian, and whether that rank is a rational one."""

    name: str
    weights: tuple[int, ...]
    rank: int
    rational: bool


def gather(context: Context) -> tuple[Ranked, ...]:
    """Ranks at random points: the three encodings, and random weights of either sign."""
    found = []
    for depth in sorted({*context.grid.layers, ANCHOR}):
        weightings = {name: powers(base, depth) for name, base in BASES.items()}
        for i in range(context.grid.instances):
            rng = context.rng("weights", depth, i)
            sizes, signs = rng.integers(1, 8, size=depth), rng.choice((-1, 1), size=depth)
            weightings[f"random {i}"] = tuple(map(int, sizes * signs))
        for name, weights in weightings.items():
            rng = context.rng("point", depth, name)
            angles = freedom.random_angles(depth + 1, rng)
            rational = sum(map(abs, weights)) <= LARGEST_SUM
            rank = (
                freedom.exact_rank(weights, angles)
                if rational
                else freedom.modular_rank(weights, angles, rng)
            )
            found.append(Ranked(name, weights, rank, rational))
    return tuple(found)


def gauge(stated: Hypothesis, data: tuple[Ranked, ...], context: Context) -> Evidence:
    """At most 2L+1: turns about z slide through the encoding, and do nothing at either end."""
    x, w, phi, layers = sympy.symbols("x w phi L", real=True)
    z = sympy.diag(1, -1)

    def turn(angle: sympy.Expr) -> sympy.Matrix:
        half = sympy.exp(-sympy.I * angle / 2)
        return sympy.diag(half, 1 / half)

    slid = turn(phi) * turn(w * x) - turn(w * x) * turn(stated.gauge * phi)
    first = turn(phi)[:, 0] * turn(phi)[:, 0].H
    last = turn(-phi) * z * turn(phi) - z
    # Three Euler angles a layer, less one at each end, and one shared by every encoding gate.
    left = 3 * (layers + 1) - 2 - layers
    zero = sympy.Integer(0)
    return identities(
        "all but 2L+1 of the 3(L+1) angles can be removed",
        [
            ("a turn about z slides through a gate, upper", slid[0, 0], zero),
            ("a turn about z slides through a gate, lower", slid[1, 1], zero),
            ("|0> does not feel it", first[0, 0], sympy.Integer(1)),
            ("neither does Z, upper", last[0, 0], zero),
            ("neither does Z, lower", last[1, 1], zero),
            # The factor x keeps a point for a refutation.
            ("angles left", x * left, x * (stated.factor * layers + stated.offset)),
        ],
    )


def tangents(stated: Hypothesis, data: tuple[Ranked, ...], context: Context) -> Evidence:
    """At least 2L+1 for positive weights: the tangents where every inner unitary is 1.

    There the inner layer after w_1 + ... + w_l = F of the total T adds the two tangents whose
    complex span is g = a e^(iFx) + b e^(-i(T-F)x) and its conjugate; both ends and one turn about z
    span 1 and e^(+-iTx). With F increasing from 0 to T the coefficients of e^(iFx) and of its
    partner e^(-i(T-F')x), T-F' = F, form [[a, b], [b, a]], so a != 0 and a^2 != b^2 keep all apart.
    """
    begin, end, alpha = sympy.symbols("beta_0 beta_L alpha", real=True)
    now, rest, total = sympy.symbols("F G T", real=True)
    vector = sympy.Matrix(
        [sympy.sin(begin) * sympy.cos(now), sympy.sin(begin) * sympy.sin(now), sympy.cos(begin)]
    )
    axis = sympy.Matrix([sympy.cos(alpha), sympy.sin(alpha), 0])
    onward = sympy.Matrix(
        [
            [sympy.cos(rest), -sympy.sin(rest), 0],
            [sympy.sin(rest), sympy.cos(rest), 0],
            [0, 0, 1],
        ]
    )
    read = sympy.Matrix([[-sympy.sin(end), 0, sympy.cos(end)]])
    tangent = (read * onward * axis.cross(vector))[0]
    a, b = sympy.sin(begin) * sympy.cos(end), sympy.cos(begin) * sympy.sin(end)
    wave = sympy.sin(now - alpha)
    stated_tangent = a * wave - b * sympy.sin(rest + alpha)
    straight = sympy.cos(begin) * sympy.cos(end) - sympy.sin(begin) * sympy.sin(end) * sympy.cos(
        total
    )
    by_begin, by_end = sympy.diff(straight, begin), sympy.diff(straight, end)
    constants = [each.subs(total, sympy.pi / 2) for each in (by_begin, by_end)]
    waves = [
        each.subs(total, 0) - constant
        for each, constant in zip((by_begin, by_end), constants, strict=True)
    ]
    determinant = constants[0] * waves[1] - constants[1] * waves[0]
    point = {
        sympy.sin(begin): sympy.Rational(4, 5),
        sympy.cos(begin): sympy.Rational(3, 5),
        sympy.sin(end): sympy.Rational(5, 13),
        sympy.cos(end): sympy.Rational(12, 13),
    }
    layers = sympy.symbols("L", positive=True)
    count = 2 * (layers - 1) + 3
    return identities(
        "2(L-1) tangents of the inner layers and 3 of the ends are independent",
        [
            ("an inner tangent", sympy.expand_trig(tangent), sympy.expand_trig(stated_tangent)),
            (
                "the complex span of two",
                sympy.I * stated_tangent.subs(alpha, 0) - stated_tangent.subs(alpha, sympy.pi / 2),
                a * (sympy.cos(now) + sympy.I * sympy.sin(now))
                + b * (sympy.cos(rest) - sympy.I * sympy.sin(rest)),
            ),
            ("the ends", determinant, a**2 - b**2),
            ("apart at one point", (a**2 - b**2).subs(point), sympy.Rational(48**2 - 15**2, 65**2)),
            ("their number", now * count, now * (stated.factor * layers + stated.offset)),
        ],
    )


def signs(stated: Hypothesis, data: tuple[Ranked, ...], context: Context) -> Evidence:
    """A negative weight is a positive one between two X, which Bob's unitaries take in."""
    x, w = sympy.symbols("x w", real=True)
    half = sympy.exp(-sympy.I * w * x / 2)
    gate, flip = sympy.diag(half, 1 / half), sympy.Matrix([[0, 1], [1, 0]])
    turned = flip * gate * flip if stated.reflected else gate
    return identities(
        "X S(wx) X = S(-wx)",
        [("upper", turned[0, 0], 1 / half), ("lower", turned[1, 1], half)],
    )


def ranks(stated: Hypothesis, data: tuple[Ranked, ...], context: Context) -> Evidence:
    """Jacobians at random points, over the rationals or modulo a prime, against the formula."""
    sweep = Sweep(Method.EXACT)
    table: list[dict[str, Scalar]] = []
    for item in data:
        size = len(frequencies(item.weights))
        point: dict[str, Scalar] = {
            "weighting": item.name,
            "L": len(item.weights),
            "frequencies": size,
            "parameters": freedom.parameters(len(item.weights)),
            "rank": item.rank,
            "rational": item.rational,
        }
        sweep.equal(point, "rank", item.rank, stated.dimension(item.weights))
        sweep.equal(point, "rank", item.rank, reachable_dimension(item.weights))
        table.append(point)
    depths = tuple(sorted({len(item.weights) for item in data}))
    ternary = {len(item.weights): item.rank for item in data if item.name == "ternary"}
    figure = Figure(
        title="What depth buys: frequencies, parameters, and dimensions reached",
        x_label="encoding gates L",
        y_label="number",
        y_scale="log",
        series=(
            Series(
                label="frequencies, ternary weights",
                kind="formula",
                x=depths,
                y=tuple(3**depth for depth in depths),
            ),
            Series(
                label="angles in the circuit",
                kind="formula",
                x=depths,
                y=tuple(freedom.parameters(depth) for depth in depths),
            ),
            Series(
                label="rank of the Jacobian",
                kind="exact",
                x=depths,
                y=tuple(ternary[depth] for depth in depths),
            ),
        ),
        caption=(
            "Ranks are exact: rational where the weights are small, otherwise modulo a prime, "
            "which can only be too low, while the first step says that they cannot be higher."
        ),
    )
    return sweep.evidence(
        "the rank of the Jacobian is the stated one", table=tuple(table), figure=figure
    )


_CLAIMED = Hypothesis()

CLAIM: Claim[Hypothesis, tuple[Ranked, ...]] = Claim(
    id="freedom-is-linear",
    topic="expressivity",
    title="Exponentially many frequencies are not exponentially many degrees of freedom",
    statement=(
        r"For $L$ encoding gates on one qubit, with any weights different from zero and any "
        r"unitaries between them, the losses fill a set of dimension $2L+1$: no more, since all "
        r"other angles can be removed, and no less, by tangents that are independent. The $3^L$ "
        r"coefficients of ternary weights move together."
    ),
    formulas=(r"\max_\theta\,\mathrm{rank}\,\frac{\partial c}{\partial\theta}=2L+1",),
    source="proved here; the spectrum is Schuld, Sweke and Meyer's (2021)",
    hypothesis=_CLAIMED,
    data=gather,
    steps=(
        Step("gauge", Tag.PROVED, r"at most $2L+1$ angles matter", gauge),
        Step("tangents", Tag.PROVED, r"positive weights reach $2L+1$", tangents),
        Step("signs", Tag.PROVED, "the sign of a weight does not matter", signs),
        Step("ranks", Tag.EXACT, "exact ranks of Jacobians at random points", ranks),
    ),
    mutants=(
        Mutant(
            "spectrum or parameters",
            r"the dimension is $\min(|\Omega|,3(L+1))$",
            replace(_CLAIMED, least=True),
            "ranks",
        ),
        Mutant(
            "2L+2",
            r"the dimension is $2L+2$",
            replace(_CLAIMED, offset=2),
            "gauge",
        ),
        Mutant(
            "2L",
            r"the dimension is $2L$, as for a loss without its mean",
            replace(_CLAIMED, offset=0),
            "tangents",
        ),
        Mutant(
            "L+2",
            r"the dimension is $L+2$",
            replace(_CLAIMED, factor=1, offset=2),
            "ranks",
        ),
        Mutant(
            "turns reverse when they slide",
            r"$S(wx)$ reverses a turn about $z$",
            replace(_CLAIMED, gauge=-1),
            "gauge",
        ),
        Mutant(
            "negative weights as they are",
            r"$S(wx)=S(-wx)$",
            replace(_CLAIMED, reflected=False),
            "signs",
        ),
    ),
    notes=(
        r"A gate of weight zero merges two unitaries into one and adds nothing.",
        r"A rank at one point is a lower bound; that no point has a higher one is the first step.",
    ),
)
