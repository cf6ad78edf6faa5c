"""Steps of cross-entropy-one-way that carry its proof; the page beside the claim has every line."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import prod

import numpy as np
import sympy

from qdml.bounds.certificates.clifford import mean_moment
from qdml.bounds.cross_entropy import moments
from qdml.bounds.cross_entropy.bases import Integers, all_bases, operator, paulis, trace
from qdml.bounds.cross_entropy.search import Need, certified_bits
from qdml.bounds.cross_entropy.tail import tail_bound, two_level_tail
from qdml.claims import Context, Evidence, Method, Sweep
from qdml.claims.intervals import exact_fraction
from qdml.claims.symbolic import identities

#: The point of the record: qubits, score, and the bits of each level it has to need.
RECORD = 12, Fraction("0.36"), 75, 91, 160

#: Two-level spectra at which the tail is held against its exact value: N, rank, M, s.
SPECTRA = (
    (16, 8, Fraction(3), Fraction(1, 2)),
    (16, 1, Fraction(3), Fraction(1, 2)),
    (8, 2, Fraction(2), Fraction(1, 3)),
    (64, 4, Fraction(5), Fraction(1, 2)),
)


@dataclass(frozen=True)
class Hypothesis:
    """The constants of the proof."""

    spread_shift: int = 1
    moments: str = "clifford"
    frobenius: bool = True
    fourth: int = 11
    remainder: int = 1
    union: bool = True

    def spread(self, size: int) -> Fraction:
        """The stated bound on tr B^2."""
        return Fraction(size * (size - 1), size + self.spread_shift)

    def moment(self, qubits: int, order: int) -> Fraction:
        """The stated largest t-th moment of |<z|U phi>|^2."""
        if self.moments == "haar":
            return moments.haar_moment(qubits, order)
        return moments.scaled_moment(qubits, order) / (1 << qubits * order)


@dataclass(frozen=True)
class BookRun:
    """A metered code book: its bits, the mean score of its rounds, and the bits that were sent."""

    qubits: int
    bits: int
    kind: str
    rounds: int
    mean: float
    sent: tuple[int, ...]


@dataclass(frozen=True)
class Data:
    """For one and two qubits all bases, and the Pauli coefficients (4^n,) of integers B; bounds."""

    bases: dict[int, Integers]
    operators: dict[int, tuple[Integers, ...]]
    strategies: dict[int, tuple[Integers, ...]]
    states: dict[int, tuple[Integers, ...]]
    needs: tuple[tuple[Need, Need, Need], ...]
    books: tuple[BookRun, ...] = ()


def gather(context: Context) -> Data:
    """Draw integer operators and Bob's strategies; certify every point of the grid."""
    bases = {n: all_bases(n) for n in (1, 2)}
    operators: dict[int, tuple[Integers, ...]] = {}
    states: dict[int, tuple[Integers, ...]] = {}
    strategies: dict[int, tuple[Integers, ...]] = {}
    for n in (1, 2):
        rng, operators[n], strategies[n] = context.rng("operators", n), (), ()
        states[n] = tuple(_state(n, rng) for _ in range(context.grid.instances))
        for k in range(context.grid.instances):
            drawn = rng.integers(-4, 5, 4**n)
            # A single Pauli and a stabiliser state are the extremes of the fourth moment.
            fixed = (np.eye(4**n, dtype=int)[1], bases[n][0, 0])
            operators[n] += ((fixed[k] if k < 2 else drawn) * (np.arange(4**n) > 0),)
            scores = bases[n] @ (drawn if k else np.ones(4**n, dtype=int))
            chosen = bases[n][np.arange(len(bases[n])), scores.argmax(axis=1)]
            strategies[n] += (chosen.sum(axis=0),)
    wanted = [exact_fraction(score) for score in context.grid.scores]
    points = {(n, score) for n in context.grid.record_qubits for score in wanted}
    needs = tuple(
        (
            certified_bits(n, score, "stated", 4),
            certified_bits(n, score, "stated"),
            certified_bits(n, score),
        )
        for n, score in sorted(points | {RECORD[:2]})
        if score < 2**n
    )
    return Data(bases, operators, strategies, states, needs)


def _state(n: int, rng: np.random.Generator) -> Integers:
    """<v|P|v> for a random Gaussian integer vector v, exact."""
    v = rng.integers(-3, 4, 2**n) + 1j * rng.integers(-3, 4, 2**n)
    v[0] += 4
    return np.array([round((v.conj() @ pauli @ v).real) for pauli in paulis(n)])


def spread_exact(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """Pauli coefficients and tr B^2 of strategies over all bases of one and two qubits."""
    sweep = Sweep(Method.EXACT)
    for n, bases in data.bases.items():
        size, count = 2**n, len(bases)
        share = np.abs(bases[:, 0, 1:]).sum(axis=0)
        for k, chosen in enumerate(data.strategies[n]):
            point = {"n": n, "bases": count, "strategy": k}
            # A has coefficients N chosen/count, and tr B^2 is the mean of their squares times N.
            spread = Fraction(size * int((chosen[1:] ** 2).sum()), count**2)
            sweep.at_most(point, "tr B^2", spread, spread, stated.spread(size))
            most = Fraction(size * int(np.abs(chosen[1:]).max()), count)
            sweep.at_most(point, "Pauli coefficient", most, most, Fraction(size, size + 1))
        for place, found in enumerate(share.tolist(), start=1):
            point = {"n": n, "Pauli": place}
            sweep.equal(point, "share of bases", Fraction(found, count), Fraction(1, size + 1))
    return sweep.evidence("strategies over all 3 and all 15 bases obey the bound on tr B^2")


def spread_proof(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """The two-design step and its fixed point."""
    size, x, top, m, w, floor, slope = sympy.symbols("N x L M w f k", positive=True)
    mean = x / (size * (size + 1))
    claimed = size * (size - 1) / (size + stated.spread_shift)
    pauli = (size**2 - 1) * (size / (size + 1)) ** 2 / size
    scale = size**4 / ((size + 1) * (size + 2) * (size + 4))
    fourth = (stated.fourth * x**2 + 4 * x) / (size * (size + 1) * (size + 2) * (size + 4))
    return identities(
        "the bounds on tr B^2",
        [
            (
                "Cauchy-Schwarz: x^2 = N^2 (1 - 1/N) N E b^2 at the bound",
                claimed**2,
                size**2 * (1 - 1 / size) * size * mean.subs(x, claimed),
            ),
            ("N^2 - 1 Pauli coefficients of N/(N+1)", pauli, claimed),
            ("x^4 = N^4 N E b^4", size**5 * fourth, scale * (11 * x**2 + 4 * x)),
            (
                "one eigenvalue and the rest: the bound on tr B^4 rises where L >= x/2",
                sympy.diff(top**2 + (x - top) ** 2, top),
                2 * (top - (x - top)),
            ),
            (
                "at a fixed peak both sides over x^2 cross once: a square and a positive part",
                sympy.diff(-(12 * top - 4) / x + 12 * top**2 / x**2, x),
                -(12 * top * (2 * top - x) + 4 * x) / x**3,
            ),
            (
                "floor + slope (1 - 1/y)^2 - y^2/M^2 at y = 1 + w",
                ((floor + slope * (w / (1 + w)) ** 2) * m**2 - (1 + w) ** 2) * (1 + w) ** 2,
                floor * m**2 * (1 + w) ** 2 + slope * m**2 * w**2 - (1 + w) ** 4,
            ),
            (
                "the quartic of the checker",
                floor * m**2 * (1 + w) ** 2 + slope * m**2 * w**2 - (1 + w) ** 4,
                (floor * m**2 - 1)
                + (2 * floor * m**2 - 4) * w
                + (floor * m**2 + slope * m**2 - 6) * w**2
                - 4 * w**3
                - w**4,
            ),
            ("eigenvalues: 3 + 6 + 2 codes", 3 * x**2 + 6 * x**2 + 2 * x**2, stated.fourth * x**2),
        ],
    )


def fourth_moment(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """E b^4 over all bases from the codes of order 4, and the bounds on each of them."""
    sweep = Sweep(Method.EXACT)
    for n, bases in data.bases.items():
        size, strings = 2**n, paulis(n)
        norm = size * (size + 1) * (size + 2) * (size + 4)
        for k, c in enumerate(data.operators[n]):
            b, point = operator(c), {"n": n, "operator": k}
            whole = sum(int(v) ** 4 for v in (bases @ c).ravel())
            mean = Fraction(whole, len(bases) * size)
            square, forth = Fraction(trace(b, b)), trace(b, b, b, b)
            one = Fraction(sum(int(v) ** 4 for v in c) * size**4, size)
            both = list(zip(strings, c.tolist(), strict=True))
            two = Fraction(size * sum(trace(p, b, p, b) * v**2 for p, v in both))
            three = Fraction(sum(trace(p, b, p, b, p, b) * v for p, v in both))
            total = 3 * square**2 + 6 * forth + one + 3 * two + 2 * three
            sweep.equal(point, "E b^4", mean, total / norm)
            sweep.at_most(point, "three-cycle code", abs(three), abs(three), square**2)
            sweep.at_most(point, "transposition code", two, two, one)
            limit = (stated.fourth * square**2 + 4 * one) / norm
            sweep.at_most(point, "fourth moment", mean, mean, limit)
        for k, c in enumerate(data.states[n]):
            weight = int(c[0])
            fourth = Fraction(sum(int(v) ** 4 for v in c), size * weight**4)
            for order in (2, 3, 4, 5):
                whole = sum(int(v) ** order for v in (bases @ c).ravel())
                mean = Fraction(whole, len(bases) * size * weight**order)
                claimed = mean_moment(n, order, fourth)
                sweep.equal({"n": n, "state": k, "t": order}, "E y^t", mean, claimed)
    return sweep.evidence("the fourth and fifth moments over all bases are sums over codes")


def moment_sums(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """The stated largest moments against sums over the supports of stabiliser states."""
    sweep, grid = Sweep(Method.EXACT), context.grid
    for n in range(1, grid.support_qubits + 1):
        for order in range(2, grid.orders + 1):
            found = moments.support_sum(n, order)
            sweep.equal({"n": n, "t": order}, "moment", found, stated.moment(n, order))
    return sweep.evidence("the product is the moment of stabiliser states")


def codes(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """Every code has complementary information sets, so that no state exceeds 1."""
    sweep = Sweep(Method.EXACT)
    for order in range(2, context.grid.code_orders + 1):
        listed = moments.codes(order)
        sweep.equal({"t": order}, "codes", len(listed), prod(2**k + 1 for k in range(order - 1)))
        for k, code in enumerate(listed):
            point = {"t": order, "code": k}
            split = moments.halves(code, order)
            sweep.holds(point, f"complementary information sets {split}", split is not None)
    free = [c for c in moments.codes(4) if not any(17 << i in c for i in range(4))]
    split_pairs = sum(moments.halves(code, 4, paired=True) is not None for code in free)
    sweep.equal({"t": 4}, "codes without a fixed pair", len(free), 15)
    sweep.equal({"t": 4}, "of them split by pairs", split_pairs, 14)
    return sweep.evidence("a code and its complement determine each other's words")


def recursion(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """The average over supports and phases equals the average over codes, by induction."""
    a, b, c = sympy.symbols("a b c", positive=True)
    # L(n, t, r): tuples of rank r agree with a fraction L of stabiliser states; R: of codes.
    # a = 2^r, b = 2^t, c = 2^n; both ratios are those of consecutive products.
    left_t = (1 + 2 * a / b) / (a * (1 + 2 * c / b))
    right_t = (b / (2 * a) + 1) / (b / 2 + c)
    left_r = 4 * a / b / (1 + 4 * a / b)
    right_r = 1 / (b / (4 * a) + 1)
    return identities(
        "phases and supports against codes",
        [
            ("t to t + 1", left_t, right_t),
            ("r to r + 1", left_r, right_r),
            (
                "largest moment, t to t + 1: N (2^(t-1) + 1)/(N + 2^(t-1))",
                c * (b / 2 + 1) / (c + b / 2),
                (b / 2 + 1) / (1 + b / (2 * c)),
            ),
        ],
    )


def tail_proof(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """Chernoff's bound on the quadratic form, and the convexity of -ln(1-y) - y."""
    lam, m, s, u, v, y = sympy.symbols("lambda M s u v y", positive=True)
    theta = (u / m) / (1 - u * s / m)
    remainder = (1 - y) / (y**2 * (v * y - 1)) - sympy.log(1 - v * y) / y**2
    kept, size = sympy.symbols("x N", positive=True)
    level = sympy.Symbol("sigma", positive=True)
    rest = m / u * kept / (size + 1)
    drop = m / u * kept * sympy.Integer(1 - stated.remainder) / (size + 1)
    primitive = -(m / u) * (1 - u * level / m) ** (size + 1) / (size + 1)
    return identities(
        "Chernoff's bound and the integral over levels",
        [
            (
                "1 - theta(lambda - s)",
                1 - theta * (lam - s),
                (1 - u * lam / m) / (1 - u * s / m),
            ),
            ("Taylor's remainder", sympy.diff(remainder, v), (1 - v) / (1 - v * y) ** 2),
            (
                "-ln(1-y) - y = y^2 times its integral",
                y**2 * (remainder.subs(v, 1) - remainder.subs(v, 0)),
                -sympy.log(1 - y) - y,
            ),
            ("primitive of the level", sympy.diff(primitive, level), (1 - u * level / m) ** size),
            (
                "level plus rest",
                m / u * (1 - kept) + rest - drop,
                m / u * (1 - kept * size / (size + 1)),
            ),
        ],
    )


def tail_exact(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """The tail bound against exact Beta tails of two-level spectra."""
    sweep = Sweep(Method.EXACT)
    for size, rank, peak, level in SPECTRA:
        found = two_level_tail(size, rank, peak, level)
        spread = peak**2 * rank * Fraction(size, size - rank)
        tilts = [Fraction(j, 16) for j in range(1, 16)]
        # Without the norm nothing keeps the tilt below 1.
        for tilt in tilts if stated.frobenius else [Fraction(1)]:
            bound = tail_bound(size, peak, spread * stated.frobenius, tilt, level)
            point = {"N": size, "rank": rank, "M": peak, "s": level, "u": tilt}
            sweep.at_most(point, "P(<B> >= s)", found, found, bound)
    return sweep.evidence("exact tails stay below the bound")
