"""graph-classical-competitors: five classical ways to a pooled score, metered, at one promise."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
import sympy

from proofs_checks._graph_competitors import Case, case, matching, matching_form, ways
from proofs_checks._graph_runs import held_to
from qdml.bounds import graph_costs, hidden_matching
from qdml.claims import Claim, Context, Evidence, Method, Mutant, Scalar, Step, Sweep, Tag
from qdml.claims.symbolic import identities
from qdml.protocols import graph_bits

#: Entries of vectors whose sign vectors and draws are all listed.
LISTED = 3

#: Vertices of matchings that are sketched, and of those decided in two ways.
SKETCHED, TWO_WAY = (2**10, 2**12), (2**10, 2**16, 2**20)

#: Failure probability of every decision here.
FAILURE = Fraction(1, 4)

#: Bits of a product and of a sign in runs on matchings, and their stable rank over N.
NUMBER, SIGN, RANK = 8, 2, Fraction(1, 2)


@dataclass(frozen=True)
class Hypothesis:
    """The constants of the statement, and what it would forbid if it were false."""

    moments_extra: int = 1
    pairs_independent: bool = False
    row_sums: bool = True
    sketch_power: Fraction = Fraction(1, 2)
    two_way: bool = False

    def asks(self, vertices: int, one_way: bool) -> Fraction:
        """The square of the bits that matchings with N/4 edges are said to need."""
        return Fraction(9, 64) * vertices if one_way or self.two_way else Fraction(0)


@dataclass(frozen=True)
class Matched:
    """One run on a matching: its products or samples, what it says and the right answer."""

    vertices: int
    way: str
    size: int
    answer: int
    told: graph_bits.Told


@dataclass(frozen=True)
class Data:
    """A network on which all ways decide; small whole operators; matchings that were decided."""

    case: Case
    small: tuple[tuple[npt.NDArray[Any], npt.NDArray[Any]], ...]
    matched: tuple[Matched, ...]


def gather(context: Context) -> Data:
    """Draw them."""
    small = [
        (np.array([[0, 1, 1], [1, 0, 1], [1, 1, 0]], dtype=object), np.ones(LISTED, dtype=object)),
        (np.array([[0, 2, 0], [2, 0, 0], [0, 0, 0]], dtype=object), np.ones(LISTED, dtype=object)),
    ]
    for i in range(context.grid.instances):
        rng = context.rng("small", i)
        half = rng.integers(-3, 4, (LISTED, LISTED))
        x = rng.choice((-3, -2, -1, 1, 2, 3), size=LISTED)
        small.append(((half + half.T).astype(object), x.astype(object)))
    return Data(case(context.rng("case")), tuple(small), tuple(_matched(context)))


def sampling_moments(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """j with chance x_j^2/||x||^2, i with |O_ij|/R_j; the estimate is ||x||^2 R_j s_ij x_i/x_j."""
    n = LISTED
    x = sympy.symbols(f"x:{n}", positive=True)
    size = sympy.Matrix(n, n, lambda i, j: sympy.Symbol(f"o{min(i, j)}{max(i, j)}", positive=True))
    total, row = sum(a**2 for a in x), [sum(size[:, j]) for j in range(n)]
    law = [
        (x[j] ** 2 / total * size[i, j] / row[j], total * row[j] * x[i] / x[j])
        for i, j in product(range(n), repeat=2)
    ]
    pairs = list(product(range(n), repeat=2))
    second = total * sum(size[i, j] * row[j] * x[i] ** 2 for i, j in pairs)
    gap = sympy.symbols("s m g", positive=True)
    return identities(
        "moments of one sample, signs of O aside, which cancel in the square",
        [
            ("mean", sum(p * z for p, z in law), sum(x[i] * size[i, j] * x[j] for i, j in pairs)),
            ("second moment", sum(p * z**2 for p, z in law), second),
            # With m the largest row sum, what is left in every term is not negative.
            ("below m^2 ||x||^4", gap[0] * (gap[1] - gap[2]) - gap[0] * gap[1], -gap[0] * gap[2]),
        ],
    )


def sketch_moments(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """Gaussian moments in the plane that two vectors span, and the pairs of a mean over pairs."""
    a, b, c, d, t, z1, z2, y, delta = sympy.symbols("a b c d t z1 z2 y delta", positive=True)
    q1, q2, q3 = sympy.symbols("q1 q2 q3", positive=True)
    u, v = sympy.symbols("u v")
    known = {0: 1, 1: 0, 2: 1, 3: 0, 4: 3}

    def mean(power: sympy.Expr) -> sympy.Expr:
        terms = sympy.Poly(sympy.expand(power), u, v).terms()
        return sum((coef * known[i] * known[j] for (i, j), coef in terms), sympy.Integer(0))

    both = (a**2 + b**2) * (c**2 + d**2) + 2 * (a * c + b * d) ** 2
    quadratic = q1 * u**2 + q2 * v**2 + 2 * q3 * u * v
    inside = q1 * a**2 + q2 * b**2 + 2 * q3 * a * b
    pairs = t * (t - 1) / 2
    variance = (pairs * z2 + t * (t - 1) * (t - 2) * z1) / pairs**2
    spread = delta / (1 - delta) * y**2
    return identities(
        "moments of Gaussian products, and Hoeffding's variance",
        [
            (
                "E <g,x>^2 <g,u>^2 = |x|^2 |u|^2 + 2 <x,u>^2",
                mean((a * u + b * v) ** 2 * (c * u + d * v) ** 2),
                both,
            ),
            (
                "E <g,x>^2 g^T Q g = |x|^2 tr Q + 2 x^T Q x",
                mean((a * u + b * v) ** 2 * quadratic),
                (a**2 + b**2) * (q1 + q2) + 2 * inside,
            ),
            ("pairs that share one vector", variance, (2 * (t - 2) * z1 + z2) * 2 / (t * (t - 1))),
            ("Cantelli at that variance is delta", spread / (spread + y**2), delta),
        ],
    )


def listed(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """All sign vectors and all draws for small operators: exact variances against the formulas."""
    sweep, size = Sweep(Method.EXACT), 64
    signs = [np.array(g, dtype=object) for g in product((-1, 1), repeat=LISTED)]
    for number, (operator, x) in enumerate(data.small):
        value = int(x @ operator @ x)
        point = {"operator": str(operator.tolist()), "x": str(x.tolist()), "instance": number}
        kernel = [
            [Fraction(int((g @ x) * (h @ x) * (g @ operator @ h))) for h in signs] for g in signs
        ]
        means = [sum(row) / len(signs) for row in kernel]
        sweep.equal(point, "mean of a pair", sum(means) / len(signs), value)
        one = sum(m**2 for m in means) / len(signs) - value**2
        two = sum(k**2 for row in kernel for k in row) / len(signs) ** 2 - value**2
        exactly = (2 * (size - 2) * one + two) * Fraction(2, size * (size - 1))
        square, moved = int((x**2).sum()), int(((operator @ x) ** 2).sum())
        frobenius = int((operator**2).sum())
        if stated.pairs_independent:
            whole = square**2 * frobenius + 4 * square * moved + 3 * value**2
            bound = Fraction(2 * whole, size * (size - 1))
        else:
            bound = graph_costs.sketch_variance(
                size, Fraction(square), moved, frobenius, Fraction(value)
            )
        sweep.at_most(point, "variance of the sketch", exactly, exactly, bound)
        columns = abs(operator).sum(axis=0)
        second = Fraction(0)
        for i, j in product(range(LISTED), repeat=2):
            if operator[i, j]:
                chance = Fraction(int(x[j] ** 2 * abs(operator[i, j])), int(square * columns[j]))
                second += chance * Fraction(int(square * columns[j] * x[i]), int(x[j])) ** 2
        formula = Fraction(int(graph_costs.sampling_second_moment(operator, x)))
        sweep.equal(point, "second moment of a sample", second, formula)
    return sweep.evidence("no small operator varies more than is stated")


def operators(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """The second moment against the bound by row sums: matchings, cycles, and a dense operator."""
    sweep = Sweep(Method.EXACT)
    for size in (4, 16, 64):
        swap = np.eye(size, dtype=int)[np.arange(size) ^ 1]
        cycle = np.roll(np.eye(size, dtype=int), 1, axis=0)
        places = np.arange(size)
        hadamard = 1 - 2 * (np.bitwise_count(places[:, None] & places).astype(int) % 2)
        # Squared norms are known: 1, 4 and N.
        for name, matrix, norm in (
            ("matching", swap, 1),
            ("cycle", cycle + cycle.T, 4),
            ("Hadamard", hadamard, size),
        ):
            for x in (np.ones(size, dtype=int), context.rng(name, size).choice((-2, 1), size)):
                found = int(graph_costs.sampling_second_moment(matrix, x))
                most = int(abs(matrix).sum(axis=0).max()) ** 2 if stated.row_sums else norm
                bound = most * int((x**2).sum()) ** 2
                sweep.at_most({"operator": name, "N": size}, "second moment", found, found, bound)
    return sweep.evidence("the second moment is at most the largest row sum squared")


def ledger(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """Bills of runs against the formulas."""
    sweep, own = Sweep(Method.EXACT), data.case
    nodes, dimension = own.rows.shape
    for bits, size in ((4, 3), (9, 20)):
        told = {
            "features": graph_bits.features(own.rows, own.form, bits),
            "moments": graph_bits.moments(own.rows, own.form, bits),
            "nodes": graph_bits.nodes(own.rows, own.form, size, bits, 1),
            "sketch": graph_bits.sketch(own.rows, own.form, size, bits, 1),
            "sampling": graph_bits.sampling(own.rows, own.operator, size, bits, 1),
        }
        formulas = {
            "features": graph_costs.features_bits(nodes, dimension, bits),
            "moments": dimension * (dimension + stated.moments_extra) // 2 * bits,
            "nodes": graph_costs.nodes_bits(size, dimension, bits),
            "sketch": graph_costs.sketch_bits(size, bits),
            "sampling": graph_costs.sampling_bits(size, own.rows.size, bits),
        }
        for name, formula in formulas.items():
            point = {"way": name, "V": nodes, "D": dimension, "b": bits, "size": size}
            sweep.equal(point, "bits", told[name].transcript.bits, formula)
            sweep.equal(point, "rounds", told[name].transcript.rounds, 1 + 2 * (name == "sampling"))
    return sweep.evidence("every bill is its formula")


def matchings(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """Matchings with N/4 edges: the sketch takes about sqrt N, two ways take about log N."""
    sweep, table = Sweep(Method.EXACT), list[dict[str, Scalar]]()
    for item in data.matched:
        point = {"N": item.vertices, "way": item.way, "size": item.size}
        bits, one_way = item.told.transcript.bits, item.way == "sketch"
        asked = stated.asks(item.vertices, one_way)
        sweep.at_most(point, "square of the bits", asked, asked, bits**2)
        if one_way:
            rank = RANK * item.vertices
            needs = Fraction(9, 64) ** 2 * rank ** int(4 * stated.sketch_power)
            sweep.at_most(point, "fourth power of the products", needs, needs, item.size**4)
            formula = graph_costs.sketch_bits(item.size, NUMBER)
        else:
            hit = item.told.mean * item.answer
            sweep.holds(point, "a sample that is not 0 is b", hit in (0.0, 1.0))
            formula = graph_costs.sampling_bits(item.size, item.vertices, SIGN)
        sweep.equal(point, "bits", bits, formula)
        table.append({"N": item.vertices, "way": item.way, "bits": bits})
    for power in (40, 60):
        # At epsilon = 1/2, terms that do not grow like the rank are less than a hundredth here.
        size = graph_costs.sketch_size(Fraction(1, 2), Fraction(2**power), FAILURE)
        leading = 8 * (1 - FAILURE) / FAILURE * 2 ** int(2 * stated.sketch_power * power)
        point = {"stable rank": 2**power, "products": size}
        sweep.at_most(point, "products squared", size**2, size**2, leading * Fraction(101, 100))
        sweep.at_most(point, "their leading term", leading, leading, size**2)
    return sweep.evidence("sqrt N in one way, log N in two", table=tuple(table))


def _matched(context: Context) -> list[Matched]:
    found = []
    for size in SKETCHED:
        # The score is half of ||x||^2, and ||W||_F^2 = N/2.
        products = graph_costs.sketch_size(Fraction(1, 2), RANK * size, FAILURE)
        signs, weights, answer = matching(size, context.rng("sketch", size))
        told = graph_bits.sketch(signs, matching_form(weights), products, NUMBER, size)
        found.append(Matched(size, "sketch", products, answer, told))
    for size in TWO_WAY:
        # Every sample is b or 0, and 0 as often as a copy of the state misses all edges.
        samples = hidden_matching.copies(size, size // 4, 1 - FAILURE)
        signs, weights, answer = matching(size, context.rng("two", size))
        told = graph_bits.sampling(signs, weights, samples, SIGN, size)
        found.append(Matched(size, "sampling", samples, answer, told))
    return found


def equal_accuracy(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """All ways at the sizes that promise a wrong sign at most every fourth time."""
    sweep, runs, table = Sweep(Method.STATISTICS), context.grid.runs, list[dict[str, Scalar]]()
    all_ways = ways(data.case, FAILURE)
    for way in all_ways:
        seeds = context.rng("equal", way.name).integers(2**62, size=runs)
        told = [way.run(int(seed)) for seed in seeds]
        wrong = sum(sign != data.case.sign for sign, _ in told)
        point: dict[str, Scalar] = {"way": way.name, "size": way.size}
        point |= {"cost": told[0][1], "unit": way.unit}
        table.append(held_to(sweep, point, wrong, runs, FAILURE, context.alarm / len(all_ways)))
    return sweep.evidence("all decide as promised", alarm=context.alarm, table=tuple(table))


_CLAIMED = Hypothesis()

CLAIM: Claim[Hypothesis, Data] = Claim(
    id="graph-classical-competitors",
    topic="graphs",
    title="Five classical ways to a pooled score leave an advantage little room",
    statement=(
        r"For the sign of a pooled score $x^TOx$ a classical Alice may send her features; the "
        r"pooled second moments, $D(D+1)/2$ numbers whatever $V$, where the graph is hers; rows of "
        r"as many sampled nodes as a quantum reading takes copies, $D$ numbers each; products with "
        r"public sign vectors, about $\sqrt{2r(1-\delta)/\delta}/\epsilon$ of them for large "
        r"stable rank $r=\|O\|_F^2/\|O\|^2$ and $|x^TOx|\ge\epsilon\|O\|\|x\|^2$; or, in two ways, "
        r"entries drawn like $x_j^2$ and neighbours like $|O_{ij}|$, with the second moment below, "
        r"at most $\|x\|^4\max_jR_j^2$. So an exponential gap in $V$ needs a high stable rank, and "
        r"one-way communication or a dense operator."
    ),
    formulas=(
        r"E[Z^2]=\|x\|^2\sum_{ij}|O_{ij}|\,R_j\,x_i^2,\qquad R_j=\sum_i|O_{ij}|",
        r"\mathrm{Var}=\tfrac{2}{t(t-1)}\left(2(t-2)\zeta_1+\zeta_2\right)",
        r"\zeta_1=\|x\|^2\|Ox\|^2+y^2,\quad\zeta_2=\|x\|^4\|O\|_F^2+4\|x\|^2\|Ox\|^2+3y^2",
    ),
    source="Alon, Matias, Szegedy 1999; Hoeffding 1948; Tang 2019; combined and metered: here",
    hypothesis=_CLAIMED,
    data=gather,
    notes=("Public coins are free; messages are scaled by their largest entry, unbilled.",),
    steps=(
        Step(
            "sampling moments", Tag.PROVED, "mean and second moment of a sample", sampling_moments
        ),
        Step("sketch moments", Tag.PROVED, "the variance of a sketch", sketch_moments),
        Step("listed", Tag.EXACT, "small operators, all sign vectors and draws", listed),
        Step("operators", Tag.EXACT, "row sums bound the second moment", operators),
        Step("ledger", Tag.EXACT, "bills are formulas", ledger),
        Step("matchings", Tag.EXACT, "matchings: sqrt N one way, log N two ways", matchings),
        Step("equal accuracy", Tag.NUMERIC, "all decide as promised, metered", equal_accuracy),
    ),
    mutants=(
        Mutant(
            "exponential advantage for sparse graph operators with two-way communication",
            r"matchings take $\frac38\sqrt N$ bits in two ways too",
            replace(_CLAIMED, two_way=True),
            "matchings",
        ),
        Mutant(
            "products like the stable rank",
            r"a sketch takes products in proportion to $r$",
            replace(_CLAIMED, sketch_power=Fraction(1)),
            "matchings",
        ),
        Mutant(
            "products like the fourth root",
            r"a sketch takes products in proportion to $r^{1/4}$",
            replace(_CLAIMED, sketch_power=Fraction(1, 4)),
            "matchings",
        ),
        Mutant(
            "norms bound the second moment",
            r"$E[Z^2]\le\|O\|^2\|x\|^4$, so that two ways are enough for dense operators too",
            replace(_CLAIMED, row_sums=False),
            "operators",
        ),
        Mutant(
            "second moments without the diagonal",
            r"$D(D-1)/2$ numbers",
            replace(_CLAIMED, moments_extra=-1),
            "ledger",
        ),
        Mutant(
            "pairs are independent",
            r"$\mathrm{Var}=2\zeta_2/(t(t-1))$",
            replace(_CLAIMED, pairs_independent=True),
            "listed",
        ),
    ),
)
