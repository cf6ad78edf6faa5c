"""spectrum-by-depth: 3^L, 2^(L+1)-1 or 2L+1 frequencies from L encoding gates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

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
from qdml.errors import InputError
from qdml.expressivity import series
from qdml.expressivity.spectrum import BASES, frequencies, powers, reachable_dimension
from qdml.model.ansatz import direction
from qdml.quantum.numbers import Direction
from qdml.quantum.reference import basis_state

#: Two gates are the fewest that tell the encodings apart, so that depth is always looked at.
ANCHOR = 2

#: Circuits are run at exact inputs up to this depth: the numbers grow like 3^L digits.
DEEPEST_RUN = 4


@dataclass(frozen=True)
class Hypothesis:
    """The constants of the statement."""

    base: int = 3
    binary_base: int = 2
    binary_extra: int = 1
    binary_offset: int = -1
    equal_factor: int = 2
    equal_offset: int = 1
    turns: int = 1

    def __post_init__(self) -> None:
        if min(self.base, self.binary_base) < 2:
            raise InputError(
                f"base = {self.base}, binary_base = {self.binary_base}: expected 2 or more"
            )

    def weights(self, encoding: str, layers: int) -> tuple[int, ...]:
        """The weights of an encoding."""
        return powers(self.base if encoding == "ternary" else BASES[encoding], layers)

    def size(self, encoding: str, layers: int) -> int:
        """The stated number of frequencies."""
        if encoding == "ternary":
            return 2 * self.largest(layers) + 1
        if encoding == "binary":
            size: int = self.binary_base ** (layers + self.binary_extra) + self.binary_offset
            return size
        return self.equal_factor * layers + self.equal_offset

    def largest(self, layers: int) -> int:
        """(3^L-1)/2: the sum of the ternary weights."""
        return sum(powers(self.base, layers))


@dataclass(frozen=True)
class Instance:
    """One model and its exact coefficients; among random ones some may cancel by chance."""

    encoding: str
    weights: tuple[int, ...]
    layers: tuple[series.Layer, ...]
    found: series.Series
    random: bool


def gather(context: Context) -> tuple[Instance, ...]:
    """One fixed model of every encoding and depth, and random exact ones."""
    found = []
    for depth in _depths(context):
        for encoding, base in BASES.items():
            weights = powers(base, depth)
            fixed = tuple((("Y", Direction(number + 2, 1)),) for number in range(depth + 1))
            found.append(_instance(encoding, weights, fixed, random=False))
            for i in range(context.grid.instances if depth <= DEEPEST_RUN else 0):
                rng = context.rng(encoding, depth, i)
                layers = tuple(
                    (("Y", direction(rng)), ("Z", direction(rng))) for _ in range(depth + 1)
                )
                found.append(_instance(encoding, weights, layers, random=True))
    return tuple(found)


def _instance(
    encoding: str, weights: tuple[int, ...], layers: tuple[series.Layer, ...], *, random: bool
) -> Instance:
    return Instance(encoding, weights, layers, series.coefficients(weights, layers), random)


def _depths(context: Context) -> list[int]:
    return sorted({*context.grid.layers, ANCHOR})


def turns(stated: Hypothesis, data: tuple[Instance, ...], context: Context) -> Evidence:
    """An encoding gate multiplies the three Bloch coordinates by e^(iwx), e^(-iwx) and 1."""
    angle, w = sympy.symbols("x w", real=True)
    half = sympy.exp(-sympy.I * w * angle / 2)
    gate = sympy.diag(half, 1 / half)
    entries = sympy.symbols("r00 r01 r10 r11")
    state = sympy.Matrix(2, 2, entries)
    after = gate * state * gate.inv()
    turn = sympy.exp(sympy.I * stated.turns * w * angle)
    return identities(
        "the gate turns the Bloch vector about z by w x",
        [
            ("r_+", after[1, 0], turn * entries[2]),
            ("r_-", after[0, 1], entries[1] / turn),
            ("r_z", after[0, 0] - after[1, 1], entries[0] - entries[3]),
        ],
    )


def induction(stated: Hypothesis, data: tuple[Instance, ...], context: Context) -> Evidence:
    """From L-1 gates to L: three shifted copies of an interval of whole numbers."""
    q, layers = sympy.symbols("q L", positive=True)
    one = sympy.Integer(1)
    reach = (q - 1) / (stated.base - 1)
    binary = (stated.binary_base**stated.binary_extra * q + stated.binary_offset - 1) / 2
    equal = (stated.equal_factor * layers + stated.equal_offset - 1) / 2
    before = equal.subs(layers, layers - 1)
    return identities(
        "the copies shifted by -w, 0 and w join",
        [
            # q = base^(L-1) is the next weight, and 2 reach + 1 the size so far.
            ("ternary: the copies touch", q - reach, reach + one),
            ("ternary: the new reach", reach + q, reach.subs(q, stated.base * q)),
            ("ternary: one gate", reach.subs(q, stated.base), one),
            # q = 2^(L-1): sizes are those of -reach ... reach.
            ("binary: the new reach", binary + q, binary.subs(q, 2 * q)),
            ("binary: q - 1 of two copies are common", binary - (q - binary) + one, q - one),
            ("binary: one gate", binary.subs(q, 2), one),
            ("equal: the new reach", before + one, equal),
            ("equal: one gate", equal.subs(layers, 1), one),
        ],
    )


def enumerated(stated: Hypothesis, data: tuple[Instance, ...], context: Context) -> Evidence:
    """Every sum of signed weights, counted, and the ternary ones without a gap."""
    sweep = Sweep(Method.EXACT)
    for depth in _depths(context):
        for encoding in BASES:
            spectrum = frequencies(stated.weights(encoding, depth))
            point = {"encoding": encoding, "L": depth}
            sweep.equal(point, "frequencies", len(spectrum), stated.size(encoding, depth))
            largest = (stated.size(encoding, depth) - 1) // 2
            gap = next((m for m, above in pairwise(spectrum) if above > m + 1), None)
            sweep.equal(point, "largest frequency", spectrum[-1], largest)
            sweep.holds(point | {"gap above": gap}, f"all |m| <= {largest}", gap is None)
    return sweep.evidence("the spectra are intervals of whole numbers of the stated sizes")


def circuits(stated: Hypothesis, data: tuple[Instance, ...], context: Context) -> Evidence:
    """Exact losses of distributed circuits against sums over the stated frequencies alone."""
    sweep = Sweep(Method.EXACT)
    for number, item in enumerate(data):
        depth = len(item.weights)
        point: dict[str, object] = {"encoding": item.encoding, "L": depth, "instance": number}
        if not item.random:
            used, stands = len(item.found.support), stated.size(item.encoding, depth)
            sweep.equal(point, "coefficients not zero", used, stands)
        if depth > DEEPEST_RUN:
            continue
        for half in _inputs(context, number):
            model = series.circuit(item.weights, item.layers, half)
            loss = model.loss(basis_state(0, 1, exact=True))
            point |= {"input": f"{half.cosine},{half.sine}"}
            sweep.equal(point, "loss", loss, item.found.value(half))
    return sweep.evidence("circuits have these frequencies, and no other")


def _inputs(context: Context, number: int) -> Iterator[Direction]:
    yield Direction(1, 0)
    drawn = direction(context.rng("input", number))
    assert isinstance(drawn, Direction)
    yield drawn


def growth(stated: Hypothesis, data: tuple[Instance, ...], context: Context) -> Evidence:
    """Sizes beside the dimension that is reached: the figure that shows both halves."""
    sweep, depths = Sweep(Method.EXACT), _depths(context)
    lines: list[Series] = []
    table: list[dict[str, Scalar]] = []
    for encoding in BASES:
        sizes = [len(frequencies(powers(BASES[encoding], depth))) for depth in depths]
        for depth, size in zip(depths, sizes, strict=True):
            free = reachable_dimension(powers(BASES[encoding], depth))
            point: dict[str, Scalar] = {"encoding": encoding, "L": depth}
            point |= {"frequencies": size, "dimension": free}
            sweep.at_most(point, "dimension", free, free, stated.size(encoding, depth))
            table.append(point)
        label = f"frequencies, {encoding} weights"
        lines.append(Series(label=label, kind="exact", x=tuple(depths), y=tuple(sizes)))
    reached = tuple(reachable_dimension(powers(1, depth)) for depth in depths)
    label = "reachable dimension, every weighting"
    lines.append(Series(label=label, kind="formula", x=tuple(depths), y=reached))
    figure = Figure(
        title="Frequencies grow exponentially with depth, the freedom to choose them linearly",
        x_label="encoding gates L",
        y_label="number",
        y_scale="log",
        series=tuple(lines),
        caption=(
            "Sizes of the enumerated spectra for weights 3^(l-1), 2^(l-1) and 1. Whatever the "
            "weights, the losses of one encoding qubit fill 2L+1 dimensions: see the claim "
            "freedom-is-linear. The last two lines coincide."
        ),
    )
    return sweep.evidence(
        "no spectrum is smaller than what is reached", table=tuple(table), figure=figure
    )


_CLAIMED = Hypothesis()

CLAIM: Claim[Hypothesis, tuple[Instance, ...]] = Claim(
    id="spectrum-by-depth",
    topic="expressivity",
    title="L encoding gates give up to 3^L frequencies",
    statement=(
        r"A loss in which $x$ enters through $L$ gates $e^{-iw_lxZ/2}$ on one qubit is a "
        r"trigonometric sum over the frequencies $\sum_l s_lw_l$, $s_l\in\{-1,0,1\}$. Weights "
        r"$3^{l-1}$ give every whole number $|m|\le(3^L-1)/2$ exactly once, $3^L$ in all; weights "
        r"$2^{l-1}$ give $2^{L+1}-1$ frequencies and equal weights $2L+1$."
    ),
    formulas=(
        r"\Omega(w)=\{s_1w_1+\cdots+s_Lw_L : s_l\in\{-1,0,1\}\}",
        r"|\Omega(3^{l-1})|=3^L,\quad|\Omega(2^{l-1})|=2^{L+1}-1,\quad|\Omega(1)|=2L+1",
    ),
    source="Schuld, Sweke, Meyer, Phys. Rev. A 103 (2021) 032430; Shin, Teo, Jeong, PRA 107 (2023)",
    hypothesis=_CLAIMED,
    data=gather,
    steps=(
        Step("turns", Tag.PROVED, r"a gate shifts frequencies by $w$, $-w$ and $0$", turns),
        Step("induction", Tag.PROVED, "one gate more: shifted intervals join", induction),
        Step("enumerated", Tag.EXACT, "all signed sums are counted", enumerated),
        Step("circuits", Tag.EXACT, "exact circuits use all of them and no other", circuits),
        Step("growth", Tag.EXACT, "sizes beside the dimension that is reached", growth),
    ),
    mutants=(
        Mutant(
            "4^(l-1) is contiguous",
            r"weights $4^{l-1}$ give all whole numbers up to their sum",
            replace(_CLAIMED, base=4),
            "enumerated",
        ),
        Mutant(
            "shifts by 5^(L-1) touch",
            r"weights $5^{l-1}$ leave no gap",
            replace(_CLAIMED, base=5),
            "induction",
        ),
        Mutant(
            "binary gives 2^L",
            r"weights $2^{l-1}$ give $2^L$ frequencies",
            replace(_CLAIMED, binary_extra=0, binary_offset=0),
            "enumerated",
        ),
        Mutant(
            "binary gives 2^L - 1",
            r"weights $2^{l-1}$ give $2^L-1$ frequencies",
            replace(_CLAIMED, binary_extra=0),
            "circuits",
        ),
        Mutant(
            "equal gives 2L",
            r"equal weights give $2L$ frequencies",
            replace(_CLAIMED, equal_offset=0),
            "enumerated",
        ),
        Mutant(
            "twice the weight",
            r"$e^{-iwxZ/2}$ shifts frequencies by $2w$",
            replace(_CLAIMED, turns=2),
            "turns",
        ),
    ),
)
