"""linear-quantum-lower: two-way qubits for a linear classifier grow like 1/gamma."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

import sympy

from qdml.bounds.certificates import check
from qdml.bounds.gamma2.krawtchouk import box, gap_hamming, krawtchouk
from qdml.bounds.logarithms import log2_enclosure
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
from qdml.claims.symbolic import identities
from qdml.errors import InputError

#: The factor of the approximation, 1/(1 - 2 delta) at delta = 1/3.
ALPHA = Fraction(3)

#: Instances that are always there: the least ratio, and margins small enough to tell a power of
#: log(1/gamma) from 1/gamma.
ANCHORS = ((46, 2), (48, 2), (64, 2), (80, 2), (96, 2))

#: Instances just outside the statement, which says nothing about them.
OUTSIDE = ((6, 4), (37, 1))

#: Digits to which the constant is the least ratio.
UNIT = Fraction(1, 10**4)


@dataclass(frozen=True)
class Hypothesis:
    """log2 gamma_2^3 >= constant/gamma for even N, even gap and gamma = gap/N."""

    constant: Fraction = Fraction(4558, 10**4)
    least_bits: int = 48
    margin_factor: Fraction = Fraction(1)
    largest_margin: Fraction = Fraction(1, 2)
    least_gap: int = 2
    weights_factor: Fraction = Fraction(1)
    upper_factor: Fraction = Fraction(1)
    upper_power: int = 0

    def margin(self, item: Instance) -> Fraction:
        """The stated margin."""
        return self.margin_factor * Fraction(item.gap, item.bits)


@dataclass(frozen=True)
class Instance:
    """A matrix, its certificate, the bound that the checker found and the primal value."""

    bits: int
    gap: int
    certificate: dict[str, object]
    bound: Fraction
    primal: Fraction

    @property
    def point(self) -> dict[str, object]:
        """Where a comparison is made."""
        return {"N": self.bits, "gap": self.gap, "gamma": Fraction(self.gap, self.bits)}


def gather(context: Context) -> tuple[Instance, ...]:
    """Certificates for every listed instance, and for two outside the statement."""
    listed = sorted({*ANCHORS, *context.grid.gap_points})
    for bits, gap in listed:
        if bits % 2 or gap % 2 or bits < 2 * gap:
            raise InputError(f"gap_points ({bits}, {gap}): expected even numbers with N >= 2 gap")
    return tuple(_instance(bits, gap) for bits, gap in (*listed, *OUTSIDE))


def _instance(bits: int, gap: int) -> Instance:
    found = gap_hamming(alpha=ALPHA, n=bits, gap=gap)
    checked = check(found.certificate)
    # Without a valid certificate nothing is proved: gamma_2 >= 1 holds for every sign matrix.
    bound = checked.bound if checked.valid and checked.bound else Fraction(1)
    assert found.primal is not None
    return Instance(bits, gap, found.certificate, bound, found.primal)


def _scope(stated: Hypothesis, data: tuple[Instance, ...]) -> list[Instance]:
    """The instances that the statement speaks of."""
    margins = ((item, Fraction(item.gap, item.bits)) for item in data)
    return [
        item
        for item, margin in margins
        if item.gap >= stated.least_gap and margin <= stated.largest_margin
    ]


def promise(stated: Hypothesis, data: tuple[Instance, ...], context: Context) -> Evidence:
    """The least |<x, w>| on the promise, over all distances, against the stated margin."""
    sweep = Sweep(Method.EXACT)
    for item in data:
        # <x, w> = (N - 2d)/N for vectors of entries +-1/sqrt N that differ in d places.
        least = min(
            abs(Fraction(item.bits - 2 * d, item.bits))
            for d in range(item.bits + 1)
            for low, high in (box(item.bits, item.gap, ALPHA, d),)
            if low > 0 or high < 0
        )
        sweep.equal(item.point, "margin", least, stated.margin(item))
    return sweep.evidence("the margin of every instance")


def certificates(stated: Hypothesis, data: tuple[Instance, ...], context: Context) -> Evidence:
    """What the checker says of every certificate, its weights times the stated factor."""
    sweep, factor = Sweep(Method.EXACT), stated.weights_factor
    for item in data:
        weights: list[list[int]] = item.certificate["weights"]  # type: ignore[assignment]
        scale: int = item.certificate["scale"]  # type: ignore[assignment]
        record = item.certificate | {
            "weights": [[d, w * factor.numerator] for d, w in weights],
            "scale": scale * factor.denominator,
        }
        checked = check(record)
        sweep.holds(item.point, checked.reason, checked.valid)
        if checked.bound is not None:
            sweep.equal(item.point, "certified against primal", checked.bound, item.primal)
    return sweep.evidence("every certificate is valid, and no better one exists")


def bound(stated: Hypothesis, data: tuple[Instance, ...], context: Context) -> Evidence:
    """constant/gamma against log2 gamma_2^3, enclosed by certificate and primal; the figure."""
    sweep = Sweep(Method.EXACT)
    for item in _scope(stated, data):
        line = stated.constant / stated.margin(item)
        low, high = log2_enclosure(item.bound)[0], log2_enclosure(item.primal)[1]
        sweep.at_most(item.point, "constant/gamma - log2 gamma_2^3", line - high, line - low, 0)
    return sweep.evidence("log2 gamma_2^3 >= constant/gamma", figure=_figure(stated, data))


def _figure(stated: Hypothesis, data: tuple[Instance, ...]) -> Figure:
    shown = _scope(_CLAIMED, data)
    inverse = sorted({item.bits / item.gap for item in shown})
    lines = [
        Series(
            label=f"certified, gap {gap}",
            kind="bound",
            x=tuple(item.bits / item.gap for item in shown if item.gap == gap),
            y=tuple(float(item.bound) for item in shown if item.gap == gap),
        )
        for gap in sorted({item.gap for item in shown})
    ]
    claimed = Series(
        label=f"2^({float(stated.constant)}/gamma)",
        kind="formula",
        x=tuple(inverse),
        y=tuple(2 ** (float(stated.constant) * x) for x in inverse),
    )
    return Figure(
        title="gamma_2^3 of the sign of an inner product with margin gamma",
        x_label="1/gamma = N/gap",
        y_label="gamma_2^3",
        y_scale="log",
        series=(*lines, claimed),
        caption=(
            "Every point is the number of a checker that knows no solver, and equals the primal "
            "value. A straight line on this scale is a number of qubits in proportion to 1/gamma; "
            "nothing is claimed between or beyond the points."
        ),
    )


def least(stated: Hypothesis, data: tuple[Instance, ...], context: Context) -> Evidence:
    """The instance with the least gamma log2 gamma_2^3, and the digits of the constant."""
    sweep = Sweep(Method.EXACT)
    ratios = {
        (item.bits, item.gap): tuple(
            end * Fraction(item.gap, item.bits)
            for end in (log2_enclosure(item.bound)[0], log2_enclosure(item.primal)[1])
        )
        for item in _scope(stated, data)
    }
    low, high = ratios[stated.least_bits, 2]
    point = {"N": stated.least_bits, "gap": 2}
    sweep.at_most(point, "constant", stated.constant, stated.constant, low)
    sweep.at_most(point, "least ratio", low, high, stated.constant + UNIT)
    for (bits, gap), (lower, upper) in ratios.items():
        if (bits, gap) != (stated.least_bits, 2):
            what = "stated least ratio less the one here"
            sweep.at_most({"N": bits, "gap": gap}, what, low - upper, high - lower, 0)
    return sweep.evidence("the least gamma log2 gamma_2^3")


def ceiling(stated: Hypothesis, data: tuple[Instance, ...], context: Context) -> Evidence:
    """The certified qubits against a protocol's: N/2 with superdense coding, and the answer."""
    sweep = Sweep(Method.EXACT)
    log_alpha = log2_enclosure(ALPHA)
    for item in _scope(stated, data):
        inverse = log2_enclosure(Fraction(item.bits, item.gap))
        top = Fraction(item.bits, 2) + 1
        if stated.upper_power:
            top = stated.upper_factor * inverse[1] ** stated.upper_power
        low, high = (end - log_alpha[0] for end in log2_enclosure(item.bound))
        sweep.at_most(item.point, "certified qubits", low, high, top)
    return sweep.evidence("no certificate asks for more qubits than a protocol sends")


def krawtchouk_sums(stated: Hypothesis, data: tuple[Instance, ...], context: Context) -> Evidence:
    """Generating functions: orthogonality, the recurrence, and what a flipped bit does."""
    n, d, z, w = sympy.symbols("n d z w", positive=True)
    log_g = d * sympy.log(1 - z) + (n - d) * sympy.log(1 + z)
    slope = sympy.diff(log_g, z)
    return identities(
        "sum_k K_k(d) z^k = (1-z)^d (1+z)^(n-d)",
        [
            (
                "sum_d C(n,d) K_k(d) K_j(d) = 2^n C(n,k) [j = k]",
                (1 + z) * (1 + w) + (1 - z) * (1 - w),
                2 * (1 + z * w),
            ),
            ("(k+1)K_{k+1} = (n-2d)K_k - (n-k+1)K_{k-1}", (1 - z**2) * slope, n - 2 * d - n * z),
            (
                "d K_k(d-1) + (n-d) K_k(d+1) = (n-2k) K_k(d)",
                d * (1 + z) / (1 - z) + (n - d) * (1 - z) / (1 + z),
                n - 2 * z * slope,
            ),
            ("K_k(n-d) = (-1)^k K_k(d)", log_g.subs(d, n - d).subs(z, -z), log_g),
        ],
    )


def tables(stated: Hypothesis, data: tuple[Instance, ...], context: Context) -> Evidence:
    """The sums themselves: multiplicities, orthogonality and the square of the transform."""
    sweep = Sweep(Method.EXACT)
    for bits in sorted({min(item.bits, 32) for item in data}):
        table, point = krawtchouk(bits), {"N": bits}
        sizes = [row[0] for row in table]
        sweep.equal(point, "sum of multiplicities", sum(sizes), 2**bits)
        for k, row in enumerate(table):
            twice = [sum(row[d] * table[d][j] for d in range(bits + 1)) for j in range(bits + 1)]
            sweep.same(point, "K K", twice, [2**bits * (j == k) for j in range(bits + 1)])
            dual = [sizes[d] * row[d] for d in range(bits + 1)]
            sweep.same(point, "symmetry", dual, [sizes[k] * table[d][k] for d in range(bits + 1)])
    return sweep.evidence("the Krawtchouk sums are a transform whose square is 2^N")


_CLAIMED = Hypothesis()

CLAIM: Claim[Hypothesis, tuple[Instance, ...]] = Claim(
    id="linear-quantum-lower",
    topic="linear",
    title="A linear classifier with margin gamma needs qubits in proportion to 1/gamma",
    statement=(
        r"The sign of $\langle x,w\rangle$ for $x,w\in\{\pm1\}^N/\sqrt N$ with "
        r"$|\langle x,w\rangle|\ge\gamma=\mathrm{gap}/N$ is gap-Hamming. On every listed instance "
        r"(even $N$, even gap, $\gamma\le1/2$) $\log_2\gamma_2^{3}\ge 0.4558/\gamma$, hence two "
        r"parties with any number of rounds and any prior entanglement, error at most $1/3$, "
        r"send at least $0.4558/\gamma-\log_2 3$ qubits. The least ratio is at $N=48$, gap 2."
    ),
    formulas=(
        r"b(d)=\sum_k u_k\,K_k(d)/\tbinom Nk,\quad 1\le f(d)\,b(d)\le\alpha",
        r"\gamma_2^{\alpha}=\min_u\ \sum_k|u_k|",
        r"Q^{*}_{1/3}\ \ge\ \log_2\gamma_2^{3}-\log_2 3\ \ge\ \frac{0.4558}{\gamma}-\log_2 3",
    ),
    source="Linial and Shraibman 2009; Chakrabarti and Regev 2012 for the growth",
    premises=(r"protocol-gamma2-bound: $Q^{*}_{1/3}\ge\log_2\gamma_2^{3}-\log_2 3$",),
    notes=(
        "Nothing is claimed of instances that are not listed.",
        "At odd N and gap 1 the ratio falls to 0.235: gamma_2 is that of N + 1 and gap 2.",
    ),
    hypothesis=_CLAIMED,
    data=gather,
    steps=(
        Step("promise", Tag.EXACT, "the margin of an instance is gap/N", promise),
        Step("certificates", Tag.EXACT, "every certificate is valid and optimal", certificates),
        Step("bound", Tag.EXACT, r"$\log_2\gamma_2^3\ge 0.4558/\gamma$ on every instance", bound),
        Step("least", Tag.EXACT, "the least ratio is at N = 48, gap 2", least),
        Step("ceiling", Tag.EXACT, "the bound is below what a protocol sends", ceiling),
        Step("sums", Tag.PROVED, "Krawtchouk orthogonality and recurrence", krawtchouk_sums),
        Step("tables", Tag.EXACT, "multiplicities sum to 2^N, K K = 2^N", tables),
    ),
    mutants=(
        Mutant(
            "polylog",
            r"$2\log_2(1/\gamma)$ qubits suffice",
            replace(_CLAIMED, upper_factor=Fraction(2), upper_power=1),
            "ceiling",
        ),
        Mutant(
            "polylog squared",
            r"$\tfrac12\log_2^2(1/\gamma)$ qubits suffice",
            replace(_CLAIMED, upper_factor=Fraction(1, 2), upper_power=2),
            "ceiling",
        ),
        Mutant(
            "constant 0.4559",
            r"$\log_2\gamma_2^3\ge 0.4559/\gamma$",
            replace(_CLAIMED, constant=Fraction(4559, 10**4)),
            "bound",
        ),
        Mutant(
            "least at N = 46",
            "the least ratio is at N = 46",
            replace(_CLAIMED, least_bits=46),
            "least",
        ),
        Mutant(
            "every gap",
            "the same for odd N and gap 1",
            replace(_CLAIMED, least_gap=1),
            "bound",
        ),
        Mutant(
            "every margin",
            r"the same for $\gamma\le 2/3$",
            replace(_CLAIMED, largest_margin=Fraction(2, 3)),
            "bound",
        ),
        Mutant(
            "margin of half the gap",
            r"the margin is $\mathrm{gap}/(2N)$",
            replace(_CLAIMED, margin_factor=Fraction(1, 2)),
            "promise",
        ),
        Mutant(
            "weights up by 1%",
            "dual weights may be 1.01 times as large",
            replace(_CLAIMED, weights_factor=Fraction(101, 100)),
            "certificates",
        ),
    ),
)
