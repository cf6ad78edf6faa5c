"""inference-by-amplitude-estimation: O(L n/eps) qubits and O(L/eps) rounds estimate the loss."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from math import log, pi

import flint
import numpy as np
import sympy

from proofs_checks._amplitude_estimation import (
    ANCHOR,
    POWERS,
    SHOWN,
    SHOWN_FAILURE,
    Data,
    born,
    cross,
    gather,
    hardest,
    picture,
    promises,
)
from qdml.bounds.costs import (
    amplitude_estimation_lines,
    inference_by_amplitude_estimation,
    iterative_lines,
)
from qdml.bounds.phases import median_misses, reading_probability
from qdml.claims import (
    Claim,
    Context,
    Evidence,
    Finding,
    Method,
    Mutant,
    Step,
    Sweep,
    Tag,
)
from qdml.claims.evidence import Scalar
from qdml.claims.intervals import (
    PRECISION,
    amplitude_evaluations,
    clopper_pearson,
    exact_fraction,
    sampling_copies,
)
from qdml.claims.majority import enclosure, median_runs
from qdml.claims.symbolic import identities
from qdml.protocols import amplitude_estimation, drawn, iterative_estimation
from qdml.quantum.numbers import inner, real

#: Losses that are looked at whatever the grid: false variants show there.
ANCHOR_LOSSES = (Fraction(3, 10), Fraction(-2, 5))


@dataclass(frozen=True)
class Hypothesis:
    """M = ceil(factor pi/(sqrt(1+2 eps)-1)), r by the median unless `single`, and the bill."""

    factor: Fraction = Fraction(2)
    single: bool = False
    walks_per_evaluation: int = 2
    qubits_offset: int = 0
    crossover: Fraction = Fraction(1)
    turns: int = 2
    share_power: int = 2

    def evaluations(self, eps: Fraction) -> int:
        """The stated M."""
        return amplitude_evaluations(eps, self.factor)

    def runs(self, delta: Fraction) -> int:
        """The stated r."""
        return 1 if self.single else median_runs(delta)


def bhmt(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """The imported error of phase estimation."""
    return Evidence(
        finding=Finding.SUPPORTS,
        method=Method.CITATION,
        summary=(
            "Brassard, Hoyer, Mosca, Tapp 2002 (quant-ph/0005055), theorem 12: |a' - a| <= "
            "2 pi sqrt(a(1-a))/M + pi^2/M^2 with probability 8/pi^2 or more"
        ),
    )


def evaluations(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """The iterate turns by arccos(loss), and the stated M brings a to eps/2."""
    eps, a, t, u = sympy.symbols("epsilon a t u", positive=True)
    factor = sympy.Rational(stated.factor.numerator, stated.factor.denominator)
    y = (sympy.sqrt(1 + 2 * eps) - 1) / factor
    half = sympy.Rational(1, 2)
    psi = sympy.Matrix([sympy.cos(t), sympy.sin(t)])
    iterate = (2 * psi * psi.T - sympy.eye(2)) * sympy.diag(1, -1)
    turned = iterate * sympy.Matrix([sympy.cos(u), sympy.sin(u)])
    return identities(
        "R O is a turn by 2t, cos 2t = loss, and y + y^2 = eps/2 at y = pi/M",
        [
            ("y + y^2 at the stated M", y + y**2, eps / 2),
            ("1/4 - a(1-a) is a square", half**2 - a * (1 - a), (a - half) ** 2),
            ("R O, +1 component", turned[0], sympy.cos(u + 2 * t)),
            ("R O, -1 component", turned[1], sympy.sin(u + 2 * t)),
            ("loss", (psi.T * sympy.diag(1, -1) * psi)[0], sympy.cos(2 * t)),
            ("loss is 1 - 2a, so eps/2 for a is eps", (1 - 2 * a) - (1 - 2 * (a + eps / 2)), eps),
        ],
    )


def powers(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """Exact inner products of the powers against Chebyshev polynomials; readings against balls."""
    sweep = Sweep(Method.EXACT)
    for number, item in enumerate(data.powers):
        gram = [[inner(left, right) for right in item.rows] for left in item.rows]
        norm = real(gram[0][0])
        chebyshev = [Fraction(1), item.loss]
        while len(chebyshev) < 2 * POWERS:
            chebyshev.append(2 * item.loss * chebyshev[-1] - chebyshev[-2])
        point = {"n": item.circuit.qubits, "L": item.circuit.layers, "instance": number}
        for j in range(POWERS):
            for k in range(POWERS):
                place = {**point, "j": j, "k": k}
                sweep.equal(place, "inner product", real(gram[j][k]) / norm, chebyshev[abs(j - k)])
            # The iterative variant measures O on power j.
            image = item.circuit.observable.apply(item.rows[j])
            mean = real(inner(item.rows[j], image)) / norm
            power = stated.turns * j + 1
            sweep.equal({**point, "j": j}, "mean of O after j iterates", mean, chebyshev[power])
        for y in range(POWERS // 2 + 1):
            low, high = born(item.rows, y)
            stated_low, stated_high = reading_probability(item.loss, POWERS, y, y)
            place = {**point, "y": y, "M": POWERS}
            sweep.at_most(place, "reading, lower end", low, low, stated_high)
            sweep.at_most(place, "reading, upper end", -high, -high, -stated_low)
    return sweep.evidence("powers, their Fourier transform and the odd means follow the law")


def tails(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """Exact chances that the median misses, and that one run does, on a grid of losses."""
    sweep, steps = Sweep(Method.EXACT), context.grid.loss_steps
    losses = {Fraction(i, steps) for i in range(-steps, steps + 1)} | {*ANCHOR_LOSSES}
    with flint.ctx.workprec(PRECISION):
        allowed = enclosure(1 - 8 / flint.arb.pi() ** 2)[1]
    for eps, delta in promises(context):
        m, r = stated.evaluations(eps), stated.runs(delta)
        for loss in sorted(losses):
            point = {"eps": eps, "delta": delta, "loss": loss, "M": m, "r": r}
            sweep.at_most(point, "the median misses", *median_misses(loss, m, eps, r), delta)
            if delta == ANCHOR[1]:
                sweep.at_most(point, "one run misses", *median_misses(loss, m, eps, 1), allowed)
    return sweep.evidence("a miss is rarer than delta, by the exact law of the readings")


def ledger(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """The transcript of every run against the formula, line by line."""
    sweep = Sweep(Method.EXACT)
    for run in data.runs:
        m, bill = run.evaluations, run.transcript
        walks = (stated.walks_per_evaluation * m - 1) * (2 * run.layers - 1)
        qubits = run.qubits + stated.qubits_offset
        point = {"n": run.qubits, "L": run.layers, "M": m, "r": run.runs}
        sweep.equal(point, "messages", bill.messages, walks + run.announced)
        sweep.equal(point, "rounds", bill.rounds, walks + run.announced)
        sweep.equal(point, "qubits", bill.qubits, walks * qubits * run.runs)
        lines = amplitude_estimation_lines(qubits, run.runs, 2 * run.layers - 1, m)
        sweep.same(point, "lines", bill.lines, lines if run.announced else lines[:-1])
        longest = max((line.qubits for line in bill.lines), default=0)
        sweep.at_most(point, "longest message", longest, longest, run.runs * (run.qubits + 1))
        if run.promise:
            cost = inference_by_amplitude_estimation(run.qubits, run.layers, *run.promise)
            for name in ("messages", "qubits", "bits", "copies"):
                sweep.equal(point, name, getattr(bill, name), getattr(cost, name))
    return sweep.evidence("(2M-1)(2L-1) messages of r n qubits, and the reading")


def crossover(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """Qubits against sampling on both sides of eps* = ln(2/delta)/(2 pi r), for every n."""
    sweep, rows = Sweep(Method.EXACT), list[dict[str, Scalar]]()
    for delta in sorted({delta for _, delta in promises(context)}):
        r = median_runs(delta)
        guess = Fraction(log(2 / delta) / (2 * pi * r)).limit_denominator(10**6)
        star = guess * stated.crossover
        for eps, cheaper in ((star * 3 / 4, True), (min(star * 5 / 4, Fraction(19, 10)), False)):
            k, walks = sampling_copies(eps, delta), r * (2 * amplitude_evaluations(eps) - 1)
            point = {"delta": delta, "eps": eps, "walks, sampling": k, "walks, iterates": walks}
            less, more = (walks, k) if cheaper else (k, walks)
            sweep.at_most(point, "the cheaper way", less, less, more)
        rows += [
            {"n": n, "delta": float(delta), "r": r, "eps*": cross(guess, delta, r, n, False)}
            | {"eps* with a control that travels, L = 1": cross(guess, delta, r, n, True)}
            for n in sorted(set(context.grid.qubits))
        ]
    says = "amplitude estimation sends fewer qubits below eps*, sampling above"
    return sweep.evidence(says, table=tuple(rows))


def looks(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """The bill of the iterative variant is that of the looks which it took."""
    sweep, batch = Sweep(Method.EXACT), iterative_estimation.BATCH
    for n, layers in ((1, 1), (2, 2)):
        for eps in (0.5, 0.1):
            circuit, state = drawn.random_instance(n, layers, context.seed)
            found = iterative_estimation.run(circuit, state, eps, SHOWN_FAILURE, seed=n)
            iterates = [look.iterates for look in found.looks]
            point = {"n": n, "L": layers, "eps": eps, "iterates": str(iterates)}
            qubits = n + stated.qubits_offset
            lines = iterative_lines(qubits, 2 * layers - 1, batch, iterates)
            sweep.same(point, "lines", found.transcript.lines, lines)
            longest = stated.turns * max(iterates) + 1
            # K half turns fit in an interval that is still wider than 2 eps.
            sweep.at_most(point, "longest walk", longest, longest, int(pi / (2 * eps)) + 1)
    return sweep.evidence("looks of (2j+1)(2L-1) messages, and their counts")


def guarantee(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """Look r at the j-th K has its share of delta; sums over all r, as if it never ended, and j."""
    r, m = sympy.symbols("r m", integer=True, positive=True)
    x, delta = sympy.symbols("x delta", positive=True)
    share = 6 / (sympy.pi * r) ** stated.share_power
    return identities(
        "a union bound over all looks, and cosines that are invertible on a half turn",
        [
            ("shares sum to delta", delta * sympy.summation(share, (r, 1, sympy.oo)) ** 2, delta),
            (
                "cos(m pi + x) = (-1)^m cos x",
                sympy.expand_trig(sympy.cos(m * sympy.pi + x)),
                (-1) ** m * sympy.cos(x),
            ),
            ("odd half turns: -cos x = cos(pi - x)", -sympy.cos(x), sympy.cos(sympy.pi - x)),
        ],
    )


def measured(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """Metered medians against their exact law, iterative runs against delta; the figure."""
    sweep, rng = Sweep(Method.STATISTICS), context.rng("measured")
    circuit, state = hardest(context)
    loss, delta = float(circuit.loss(state)), exact_fraction(SHOWN_FAILURE)
    m, r = amplitude_evaluations(SHOWN[1]), median_runs(delta)
    groups = context.grid.runs // 2 * 2 + 1
    found = amplitude_estimation.run(circuit, state, m, r * groups, int(rng.integers(2**62)))
    medians = [sorted(found.readings[i::groups])[r // 2] for i in range(groups)]
    wrong = sum(abs(np.cos(2 * pi * y / m) - loss) > SHOWN[1] for y in medians)
    near = [sum(y <= m // 4 for y in found.readings), len(found.readings)]
    low, high = clopper_pearson(near[0], near[1], context.alarm / 3)
    exactly = float(reading_probability(exact_fraction(loss), m, 0, m // 4)[0])
    point = {"loss": loss, "M": m, "readings": near[1]}
    sweep.at_most(point, "readings of a positive loss, lower limit", low, low, exactly)
    sweep.at_most(point, "minus the upper one", -high, -high, -exactly)
    low, _ = clopper_pearson(wrong, groups, context.alarm / 3)
    sweep.at_most({**point, "r": r, "misses": wrong}, "miss rate", low, low, SHOWN_FAILURE)
    spent, missed, runs = [], 0, max(12, context.grid.runs // 20)
    for eps in SHOWN:
        bills = []
        for seed in rng.integers(2**62, size=runs):
            one = iterative_estimation.run(circuit, state, eps, SHOWN_FAILURE, int(seed))
            missed += not one.interval[0] <= loss <= one.interval[1]
            bills.append(one.transcript.qubits)
        spent.append((float(np.mean(bills)), min(bills), max(bills)))
    low, _ = clopper_pearson(missed, runs * len(SHOWN), context.alarm / 3)
    sweep.at_most({"misses": missed}, "miss rate, iterative", low, low, SHOWN_FAILURE)
    return sweep.evidence(
        f"{wrong} of {groups} medians and {missed} of {runs * len(SHOWN)} iterative runs miss",
        alarm=context.alarm,
        figure=picture(spent, runs),
    )


_CLAIMED = Hypothesis()

CLAIM: Claim[Hypothesis, Data] = Claim(
    id="inference-by-amplitude-estimation",
    topic="learning",
    title="Amplitude estimation finds the loss with O(L n/eps) qubits, in O(L/eps) rounds",
    statement=(
        r"Phase estimation over $M$ powers of the distributed Grover iterate, $M-1$ iterates, "
        r"misses the loss by more than $\varepsilon$ with probability at most $1-8/\pi^2$, and the "
        r"median of $r$ runs, $r$ the least odd number with a small enough binomial tail, at most "
        r"$\delta$. That is $(2M-1)(2L-1)$ messages of $rn$ qubits in as many rounds: the phase "
        r"register never travels. It sends fewer qubits than sampling at three quarters of "
        r"$\varepsilon^*=\ln(2/\delta)/(2\pi r)$ and more at five quarters, for the $\delta$ "
        r"listed. An iterative variant without phase register keeps the same promise."
    ),
    formulas=(
        r"M=\left\lceil\frac{2\pi}{\sqrt{1+2\varepsilon}-1}\right\rceil",
        r"P(y)=\frac{1}{M^2}\sum_{|d|<M}(M-|d|)\,T_d(\mathrm{loss})\cos\frac{2\pi yd}{M}",
        r"\mathrm{qubits}=r\,n\,(2M-1)(2L-1)",
    ),
    source=(
        "Brassard, Hoyer, Mosca, Tapp, quant-ph/0005055; Grinko, Gacon, Zoufal, Woerner 2021; "
        "arXiv:2310.07136"
    ),
    hypothesis=_CLAIMED,
    data=gather,
    notes=("A control that travels, one qubit more there and back, adds 2(M-1) r qubits.",),
    steps=(
        Step(
            "phase estimation",
            Tag.IMPORTED,
            r"$M$ powers find $a$ to $2\pi\sqrt{a(1-a)}/M+\pi^2/M^2$ (Brassard et al. 2002)",
            bhmt,
        ),
        Step("evaluations", Tag.PROVED, "the iterate is a turn, and M brings eps", evaluations),
        Step("powers", Tag.EXACT, "exact powers over the network follow the law", powers),
        Step("tails", Tag.EXACT, "exact chances of a miss, of the median and of one run", tails),
        Step("ledger", Tag.EXACT, "the transcript of every run equals the formula", ledger),
        Step("crossover", Tag.EXACT, "fewer qubits than sampling below eps*", crossover),
        Step("looks", Tag.EXACT, "the bill of the iterative variant", looks),
        Step("guarantee", Tag.PROVED, "the iterative variant keeps its promise", guarantee),
        Step(
            "measured",
            Tag.NUMERIC,
            "metered runs do not miss more often than they may",
            measured,
            role="counterexample",
        ),
    ),
    mutants=(
        Mutant("M/2", r"$M/2$ powers do", replace(_CLAIMED, factor=Fraction(1)), "tails"),
        Mutant("M/4", r"$M/4$ powers do", replace(_CLAIMED, factor=Fraction(1, 2)), "tails"),
        Mutant(
            "a single run",
            r"one run keeps every $\delta$, $0.01$ too",
            replace(_CLAIMED, single=True),
            "tails",
        ),
        Mutant(
            "one percent fewer",
            r"the imported error allows $0.99\,M$ powers",
            replace(_CLAIMED, factor=Fraction(198, 100)),
            "evaluations",
        ),
        Mutant(
            "one walk an iterate",
            r"a run is $(M-1)(2L-1)$ messages",
            replace(_CLAIMED, walks_per_evaluation=1),
            "ledger",
        ),
        Mutant(
            "a travelling phase qubit",
            r"messages have $n+1$ qubits each",
            replace(_CLAIMED, qubits_offset=1),
            "ledger",
        ),
        Mutant(
            "eps* twice as large",
            r"it is cheaper below $\ln(2/\delta)/(\pi r)$",
            replace(_CLAIMED, crossover=Fraction(2)),
            "crossover",
        ),
        Mutant(
            "a turn an iterate",
            r"after $j$ iterates the mean of $O$ is $T_{j+1}(\mathrm{loss})$",
            replace(_CLAIMED, turns=1),
            "powers",
        ),
        Mutant(
            "shares of the fourth power",
            r"shares $36\delta/(\pi jr)^4$ sum to $\delta$",
            replace(_CLAIMED, share_power=4),
            "guarantee",
        ),
    ),
)
