"""spectrum-reached: every ternary frequency is used, unless an angle is a multiple of pi/2."""

from __future__ import annotations

from dataclasses import dataclass, replace

import sympy

from qdml.claims import Claim, Context, Evidence, Method, Mutant, Step, Sweep, Tag
from qdml.claims.symbolic import identities
from qdml.errors import InputError
from qdml.expressivity import series
from qdml.expressivity.spectrum import powers
from qdml.model.ansatz import direction
from qdml.quantum.numbers import Direction

#: The least depth with a spin-1 matrix in the middle, looked at whatever the grid.
ANCHOR = 2

#: Paths are multiplied out up to this depth, 3^5 of them a model.
DEEPEST_PRODUCT = 5

#: cos = 3/5, sin = 4/5.
PLAIN = Direction(2, 1)


@dataclass(frozen=True)
class Hypothesis:
    """The variants of the statement.

    Exceptions are the multiples of `quarters` times pi/2; the matrix elements are those of a turn
    by the angle divided by `divisor`; `swap` exchanges the elements that keep and flip the sign.
    """

    quarters: int = 1
    divisor: int = 1
    swap: bool = False
    base: int = 3

    def __post_init__(self) -> None:
        if min(self.quarters, self.divisor, self.base) < 1:
            raise InputError(
                f"quarters = {self.quarters}, divisor = {self.divisor}, base = {self.base}: "
                "expected 1 or more"
            )

    def matrix(self, cosine: sympy.Expr, sine: sympy.Expr) -> list[list[sympy.Expr]]:
        """The stated elements on (r_+, r_-, r_z) of a turn about y by an angle."""
        keep, flip = (1 + cosine) / 2, -(1 - cosine) / 2
        if self.swap:
            keep, flip = -flip, -keep
        return [[keep, flip, sine], [flip, keep, sine], [-sine / 2, -sine / 2, cosine]]


@dataclass(frozen=True)
class Instance:
    """One ternary model: half angles of its Y rotations, and its exact coefficients."""

    angles: tuple[Direction, ...]
    found: series.Series

    @property
    def depth(self) -> int:
        """L."""
        return len(self.angles) - 1


def gather(context: Context) -> tuple[Instance, ...]:
    """Models with cos = 3/5 everywhere, with random angles, and with one right angle."""
    found = []
    for depth in sorted({*context.grid.layers, ANCHOR}):
        plain = (PLAIN,) * (depth + 1)
        drawn = [plain, (*plain[:-1], Direction(1, 1)), (*plain[:-1], Direction(0, 1))]
        for i in range(context.grid.instances):
            rng = context.rng("angles", depth, i)
            random = tuple(direction(rng) for _ in range(depth + 1))
            assert all(isinstance(angle, Direction) for angle in random)
            drawn.append(random)
        for angles in drawn:
            layers = [(("Y", angle),) for angle in angles]
            found.append(Instance(angles, series.coefficients(powers(3, depth), layers)))
    return tuple(found)


def spin_one(stated: Hypothesis, data: tuple[Instance, ...], context: Context) -> Evidence:
    """W r W^dagger for the 2x2 turn about y, entry by entry against the 3x3 matrix."""
    beta = sympy.symbols("beta", real=True)
    half = beta / 2
    turn = sympy.Matrix([[sympy.cos(half), -sympy.sin(half)], [sympy.sin(half), sympy.cos(half)]])
    angle = beta / stated.divisor
    matrix = stated.matrix(sympy.cos(angle), sympy.sin(angle))
    units = ([[0, 0], [1, 0]], [[0, 1], [0, 0]], [[1, 0], [0, -1]])
    equations = []
    for column, unit in enumerate(units):
        image = turn * sympy.Matrix(unit) * turn.T
        for row, entry in enumerate((image[1, 0], image[0, 1], image[0, 0])):
            equations.append((f"element {row}{column}", entry, matrix[row][column]))
    return identities("a unitary acts on the Bloch vector as a spin-1 matrix", equations)


def vanishing(stated: Hypothesis, data: tuple[Instance, ...], context: Context) -> Evidence:
    """Products of the elements that a layer uses: zero where one of them is."""
    cosine, sine = sympy.symbols("c s", real=True)
    matrix = stated.matrix(cosine, sine)
    product = matrix[0][0] * matrix[0][1] * matrix[0][2] * matrix[2][2]
    beta = sympy.symbols("beta", real=True)
    on_circle = {cosine: sympy.cos(beta), sine: sympy.sin(beta)}
    right = sympy.sin(beta) * sympy.cos(beta)
    ends = matrix[2][0] * matrix[2][2]
    return identities(
        "an element vanishes exactly where sin or cos does",
        [
            (
                "inner layers use every element",
                product.subs(on_circle),
                -(sympy.sin(beta) ** 2) * right / 4,
            ),
            ("outer layers use two", ends.subs(on_circle), -right / 2),
            # The zeros of the right side are the multiples of quarters times pi/2, each simple.
            ("the exceptions", right, sympy.sin(2 * beta / stated.quarters) / 2),
        ],
    )


def one_path(stated: Hypothesis, data: tuple[Instance, ...], context: Context) -> Evidence:
    """Every frequency is the sum of one sign string only."""
    sweep = Sweep(Method.EXACT)
    for depth in sorted({min(depth, DEEPEST_PRODUCT) for depth in (*context.grid.layers, ANCHOR)}):
        for frequency, strings in series.paths(powers(stated.base, depth)).items():
            sweep.equal({"L": depth, "m": frequency}, "paths", len(strings), 1)
    return sweep.evidence("balanced ternary digits are unique")


def products(stated: Hypothesis, data: tuple[Instance, ...], context: Context) -> Evidence:
    """Coefficients of whole models against products of elements along their paths."""
    sweep = Sweep(Method.EXACT)
    for number, item in enumerate(data):
        if item.depth > DEEPEST_PRODUCT:
            continue
        matrices = [series.elements((("Y", angle),)) for angle in item.angles]
        for frequency, strings in series.paths(powers(stated.base, item.depth)).items():
            if abs(frequency) <= item.found.largest:
                point = {"L": item.depth, "instance": number, "m": frequency}
                product = series.along(strings[0], matrices)
                same = item.found.coefficient(frequency) == product
                sweep.holds(point, f"c_m = {product} along {strings[0]}", same)
    return sweep.evidence("a coefficient is the product of the elements along its path")


def reached(stated: Hypothesis, data: tuple[Instance, ...], context: Context) -> Evidence:
    """All 3^L coefficients differ from zero where no angle is an exception, else some do not."""
    sweep = Sweep(Method.EXACT)
    for number, item in enumerate(data):
        exceptional = any(_is_multiple(angle, stated.quarters) for angle in item.angles)
        used, size = len(item.found.support), 3**item.depth
        point = {"L": item.depth, "instance": number, "last angle": _show(item.angles[-1])}
        if exceptional:
            sweep.holds(point, f"{used} of {size} coefficients are not zero", used < size)
        else:
            sweep.equal(point, "coefficients not zero", used, size)
    return sweep.evidence("every frequency has a coefficient, but for right angles")


def _is_multiple(half: Direction, quarters: int) -> bool:
    """Whether the angle is a multiple of `quarters` times pi/2, exactly."""
    turn = series.multiple(half, 2)
    assert isinstance(turn, Direction)
    if turn.cosine != 0 and turn.sine != 0:
        return False
    number = {(1, 0): 0, (0, 1): 1, (-1, 0): 2, (0, -1): 3}[_sign(turn.cosine), _sign(turn.sine)]
    return number % quarters == 0


def _sign(value: int) -> int:
    return (value > 0) - (value < 0)


def _show(half: Direction) -> str:
    return f"2 atan2({half.sine}, {half.cosine})"


_CLAIMED = Hypothesis()

CLAIM: Claim[Hypothesis, tuple[Instance, ...]] = Claim(
    id="spectrum-reached",
    topic="expressivity",
    title="Every one of the 3^L frequencies is used",
    statement=(
        r"With weights $3^{l-1}$ and Bob's unitaries $W_0,\dots,W_L$ with middle Euler angles "
        r"$\beta_l$, the coefficient of frequency $m$ is a product of $L+1$ spin-1 matrix elements "
        r"along the one path $s_1,\dots,s_L$ with $m=\sum_l s_l3^{l-1}$. All $3^L$ coefficients "
        r"differ from zero if and only if no $\beta_l$ is a multiple of $\pi/2$."
    ),
    formulas=(
        r"c_m=D^{(L)}_{0,s_L}D^{(L-1)}_{s_L,s_{L-1}}\cdots D^{(0)}_{s_1,0}",
        r"D_{00}=\cos\beta,\quad D_{\pm0}=\sin\beta,\quad D_{0\pm}=-\frac{\sin\beta}{2}",
        r"D_{\pm\pm}=\frac{1+\cos\beta}{2},\quad D_{\pm\mp}=-\frac{1-\cos\beta}{2}",
    ),
    source="Schuld, Sweke, Meyer, Phys. Rev. A 103 (2021) 032430; proved here",
    hypothesis=_CLAIMED,
    data=gather,
    steps=(
        Step("spin one", Tag.PROVED, "unitaries act on Bloch vectors by the matrix", spin_one),
        Step("vanishing", Tag.PROVED, r"an element is zero iff $\sin\beta\cos\beta=0$", vanishing),
        Step("one path", Tag.EXACT, "a frequency has one path", one_path),
        Step("products", Tag.EXACT, "coefficients are products along paths", products),
        Step("reached", Tag.EXACT, r"all coefficients, exactly, with $\cos=3/5$", reached),
    ),
    mutants=(
        Mutant(
            "only multiples of pi",
            r"the only exceptions are multiples of $\pi$",
            replace(_CLAIMED, quarters=2),
            "reached",
        ),
        Mutant(
            "the half angle",
            r"the elements are those of $\beta/2$",
            replace(_CLAIMED, divisor=2),
            "spin one",
        ),
        Mutant(
            "keep and flip exchanged",
            r"$D_{\pm\pm}=(1-\cos\beta)/2$",
            replace(_CLAIMED, swap=True),
            "spin one",
        ),
        Mutant(
            "binary too",
            r"with weights $2^{l-1}$ every frequency has one path",
            replace(_CLAIMED, base=2),
            "one path",
        ),
        Mutant(
            "equal weights too",
            r"with equal weights coefficients are single products",
            replace(_CLAIMED, base=1),
            "products",
        ),
    ),
    notes=(
        r"Turns about $z$ only multiply coefficients by phases.",
        r"In the orthonormal spin basis $D_{\pm0}=\mp\sin\beta/\sqrt2$: roots cancel on a path.",
    ),
)
