"""disjointness-certificates: gamma_2^3 of disjointness by symmetric blocks, from both sides."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise, product
from math import comb
from typing import Any

from qdml.bounds.certificates import check
from qdml.bounds.certificates.gamma2_blocks import overlap, pairs
from qdml.bounds.gamma2.blocks import find, kinds
from qdml.bounds.gamma2.krawtchouk import gap_hamming
from qdml.bounds.logarithms import log2_enclosure
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

#: The factor of the approximation, 1/(1 - 2 delta) at delta = 1/3.
ALPHA = Fraction(3)

#: Sizes that are always there: two doublings tell a power law from what is certified.
ANCHORS = (2, 4, 8)

#: Blocks are compared with whole matrices up to here, and counted up to there.
DENSE, COUNTED = 4, 40

#: Lower and primal value are this close, relatively: ten times what the solver aims at.
CLOSE = Fraction(1, 10**5)

#: A matrix that another route solves exactly: gap-Hamming on these bits with this gap.
OTHER = (6, 2)


@dataclass(frozen=True)
class Hypothesis:
    """What is done to a certificate, how the blocks are counted, and how the values grow."""

    p_factor: Fraction = Fraction(1)
    offered_shift: int = 0
    copies_shift: int = 1
    size_offset: int = 1
    pair_sign: int = -1
    growth: Fraction = Fraction(0)
    power_law: bool = False

    def copies(self, n: int, k: int) -> int:
        """The stated number of copies of block k."""
        return comb(n, k) - (comb(n, k - self.copies_shift) if k >= self.copies_shift else 0)

    def size(self, n: int, k: int) -> int:
        """The stated number of rows of block k."""
        return n - 2 * k + self.size_offset


@dataclass(frozen=True)
class Data:
    """For every n: the certificate, the checker's bound and the primal value."""

    records: dict[int, dict[str, Any]]
    bounds: dict[int, tuple[Fraction, Fraction]]
    other: tuple[Fraction, Fraction, Fraction]


def gather(context: Context) -> Data:
    """Certificates and primal values for every size; both routes on one matrix that is in both."""
    records: dict[int, dict[str, Any]] = {}
    bounds: dict[int, tuple[Fraction, Fraction]] = {}
    for n in sorted({*ANCHORS, *context.grid.disjointness_sizes}):
        records[n], *ends = _found({"family": "disjointness", "n": n})
        bounds[n] = ends[0], ends[1]
    bits, gap = OTHER
    _, low, high = _found({"family": "gap-hamming", "n": bits, "gap": gap})
    exact = gap_hamming(alpha=ALPHA, n=bits, gap=gap).primal
    assert exact is not None
    return Data(records, bounds, (low, exact, high))


def _found(family: dict[str, Any]) -> tuple[dict[str, Any], Fraction, Fraction]:
    found = find(family, ALPHA)
    bound = check(found.certificate).bound
    assert bound is not None
    # The row of x = 0 alone bounds nothing from above; 2^n does, for every matrix of entries <= 1.
    return found.certificate, bound, found.primal or Fraction(2 ** family["n"])


def certificates(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """What the checker says of every certificate as it is offered, and how tight it is; figure."""
    sweep = Sweep(Method.EXACT)
    table: list[dict[str, Scalar]] = []
    for n, record in data.records.items():
        size, factor = max(1, n + stated.offered_shift), stated.p_factor
        offered = record | {
            "n": size,
            "p": [p * factor.numerator for p in record["p"][: size + 1]],
            "weights": [
                [i, j, t, w * factor.denominator]
                for i, j, t, w in record["weights"]
                if j <= size and i + j - t <= size
            ],
        }
        checked, (low, high) = check(offered), data.bounds[n]
        sweep.holds({"n": n, "offered as": size}, checked.reason, checked.valid)
        sweep.at_most({"n": n}, "primal over lower", high / low, high / low, 1 + CLOSE)
        table.append({"n": n, "lower": float(low), "primal": float(high)})
    return sweep.evidence(
        "every certificate is valid, and the primal value is next to it",
        table=tuple(table),
        figure=_figure(data),
    )


def _figure(data: Data) -> Figure:
    sizes = tuple(data.bounds)
    return Figure(
        title="gamma_2^3 of disjointness on n elements",
        x_label="elements n",
        y_label="gamma_2^3",
        y_scale="log",
        series=(
            Series(
                label="certified from below",
                kind="bound",
                x=sizes,
                y=tuple(float(data.bounds[n][0]) for n in sizes),
            ),
            Series(
                label="certified from above",
                kind="exact",
                x=sizes,
                y=tuple(float(data.bounds[n][1]) for n in sizes),
            ),
            Series(
                label="2^(n/2), the largest of all sign matrices",
                kind="formula",
                x=sizes,
                y=tuple(2 ** (n / 2) for n in sizes),
            ),
        ),
        caption=(
            "Both certified values are proved in exact arithmetic without a solver; they differ "
            "by less than one part in 10^5. No growth is read off: the exponent still falls, and "
            "below the one half that is known to hold in the end (Razborov 2003)."
        ),
    )


def dimensions(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """Counts of blocks, of their copies and of the kinds of pairs."""
    sweep = Sweep(Method.EXACT)
    for n in range(1, COUNTED + 1):
        sizes = {k: stated.size(n, k) for k in range(n // 2 + 1)}
        rows = sum(stated.copies(n, k) * size for k, size in sizes.items())
        sweep.equal({"n": n}, "rows of all blocks", rows, 2**n)
        numbers = sum(size**2 for size in sizes.values())
        sweep.equal({"n": n}, "entries of all blocks", numbers, comb(n + 3, 3))
        for i in range(n + 1):
            level = sum(stated.copies(n, k) for k in sizes if k <= min(i, n - i))
            sweep.equal({"n": n, "level": i}, "rows of a level", level, comb(n, i))
        if n <= max(data.records):
            ordered = sum(1 if i == j else 2 for i, j, _ in kinds(n))
            sweep.equal({"n": n}, "kinds of pairs", ordered, comb(n + 3, 3))
            total = sum(pairs(n, *kind) * (1 if kind[0] == kind[1] else 2) for kind in kinds(n))
            sweep.equal({"n": n}, "pairs", total, 4**n)
    return sweep.evidence("the blocks fill the algebra")


def blocks(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """Every block against sums over the vectors v_i, pair by pair."""
    sweep = Sweep(Method.EXACT)
    for n in range(1, DENSE + 1):
        vectors = {
            (k, i): _vector(n, k, i, stated.pair_sign)
            for k in range(n // 2 + 1)
            for i in range(k, n - k + 1)
        }
        for (k, i), (m, j) in product(vectors, repeat=2):
            if i > j:
                continue
            sums: dict[int, int] = {}
            for (x, a), (y, b) in product(vectors[k, i].items(), vectors[m, j].items()):
                t = (x & y).bit_count()
                sums[t] = sums.get(t, 0) + a * b
            for t in range(max(0, i + j - n), i + 1):
                # Different k are different spaces of the symmetric group: nothing leads across.
                block = 2**k * overlap(n, k, i, j, t) if k == m else 0
                point = {"n": n, "k": k, "other k": m, "i": i, "j": j, "t": t}
                sweep.equal(point, "entry of a block", sums.get(t, 0), block)
    return sweep.evidence("the blocks are the matrix on highest-weight vectors")


def _vector(n: int, k: int, i: int, sign: int) -> dict[int, int]:
    """(|10> + sign |01>)^k on the first 2k bits times all |z> of weight i - k on the others."""
    tails = [z for z in range(2 ** (n - 2 * k)) if z.bit_count() == i - k]
    vector: dict[int, int] = {}
    for flips in product((0, 1), repeat=k):
        head = sum(1 << (2 * place + flip) for place, flip in enumerate(flips))
        for z in tails:
            vector[head | z << 2 * k] = sign ** sum(flips)
    return vector


def other_route(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """A gap-Hamming matrix by blocks against its exact value from the Krawtchouk program."""
    sweep, (low, exact, high) = Sweep(Method.EXACT), data.other
    point = {"n": OTHER[0], "gap": OTHER[1]}
    sweep.at_most(point, "lower bound by blocks", low, low, exact)
    sweep.at_most(point, "exact value", exact, exact, high)
    sweep.at_most(point, "upper over lower", high / low, high / low, 1 + CLOSE)
    return sweep.evidence("two routes to one matrix agree")


def growth(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """How the values grow from size to size, and over two doublings."""
    sweep, bounds = Sweep(Method.EXACT), data.bounds
    logs = {n: (log2_enclosure(a)[0], log2_enclosure(b)[1]) for n, (a, b) in bounds.items()}
    sizes = sorted(bounds)
    for n, larger in pairwise(sizes):
        point = {"n": n, "larger": larger}
        sweep.at_most(point, "gamma_2^3 at n", *bounds[n], bounds[larger][0])
    for n, (low, high) in logs.items():
        line = stated.growth * n
        sweep.at_most({"n": n}, "stated growth less log2 gamma_2^3", line - high, line - low, 0)
    for n in sizes:
        if 2 * n in logs and 4 * n in logs:
            (a, b), (c, d), (e, f) = logs[n], logs[2 * n], logs[4 * n]
            # l(n) l(4n) = l(2n)^2 would be a power law; less means that the exponent falls.
            low, high = a * e - d**2, b * f - c**2
            point = {"n": n, "2n": 2 * n, "4n": 4 * n}
            sweep.at_most(point, "change of the exponent", low, high, 0)
            if stated.power_law:
                sweep.at_most(point, "fall of the exponent", -high, -low, 0)
    return sweep.evidence("values rise with n, their exponent falls")


_CLAIMED = Hypothesis()

CLAIM: Claim[Hypothesis, Data] = Claim(
    id="disjointness-certificates",
    topic="linear",
    title="Disjointness: certified values, and no exponent read off them",
    statement=(
        r"For every listed $n$ the value $\gamma_2^{3}$ of disjointness on $n$ elements lies "
        r"between a certificate, checked without a solver, and a primal value, less than one part "
        r"in $10^5$ apart. The values rise with $n$; $\log_2\gamma_2^3$ is no power of $n$ in this "
        r"range, so no exponent may be fitted to it."
    ),
    formulas=(
        r"v_i=(|10\rangle-|01\rangle)^{\otimes k}\otimes\sum_{|z|=i-k}|z\rangle",
        r"\sum_{k\le n/2}\left[\tbinom nk-\tbinom n{k-1}\right](n-2k+1)=2^n",
    ),
    source="Schrijver 2005 (blocks); Linial and Shraibman 2009 (duality); Razborov 2003 (growth)",
    premises=(
        "Schur's lemma: invariant matrices are decided on highest-weight vectors, block by block",
    ),
    notes=(
        r"In the end $\log_2\gamma_2^{3}$ grows like $\sqrt n$ (Razborov 2003, imported).",
        "Beyond n = 24 the command line seeks weights where smaller sizes have them, from below.",
    ),
    hypothesis=_CLAIMED,
    data=gather,
    steps=(
        Step("certificates", Tag.EXACT, "every certificate is valid and tight", certificates),
        Step("dimensions", Tag.EXACT, "the blocks fill the algebra", dimensions),
        Step("blocks", Tag.EXACT, "the blocks are the matrix on highest weights", blocks),
        Step("other route", Tag.EXACT, "the Krawtchouk route agrees", other_route),
        Step("growth", Tag.EXACT, "values rise, the exponent falls", growth),
    ),
    mutants=(
        Mutant(
            "p shrunk by 0.1%",
            "the diagonal may be 0.999 times as large",
            replace(_CLAIMED, p_factor=Fraction(999, 1000)),
            "certificates",
        ),
        Mutant(
            "offered for n - 2",
            "what a certificate for n proves holds for n - 2",
            replace(_CLAIMED, offered_shift=-2),
            "certificates",
        ),
        Mutant(
            "C(n,k) - C(n,k-2) copies",
            r"block $k$ has $\binom nk-\binom n{k-2}$ copies",
            replace(_CLAIMED, copies_shift=2),
            "dimensions",
        ),
        Mutant(
            "n - 2k rows",
            r"block $k$ has $n-2k$ rows",
            replace(_CLAIMED, size_offset=0),
            "dimensions",
        ),
        Mutant(
            "symmetric pairs",
            r"highest weights are made of $|10\rangle+|01\rangle$",
            replace(_CLAIMED, pair_sign=1),
            "blocks",
        ),
        Mutant(
            "growth 2^(n/2)",
            r"$\gamma_2^3\ge 2^{n/2}$",
            replace(_CLAIMED, growth=Fraction(1, 2)),
            "growth",
        ),
        Mutant(
            "a power law",
            r"$\log_2\gamma_2^3$ is a power of $n$",
            replace(_CLAIMED, power_law=True),
            "growth",
        ),
    ),
)
