"""inference-by-sampling: k = ceil(2 ln(2/delta)/eps^2) copies estimate the loss."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

import flint
import numpy as np
import sympy

from qdml.bounds.costs import inference_by_sampling, inference_lines
from qdml.bounds.tails import estimate_misses
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
from qdml.claims.intervals import clopper_pearson, exact_fraction, sampling_copies
from qdml.claims.symbolic import identities
from qdml.model.ansatz import direction, random_line, random_pauli
from qdml.model.circuit import DistributedCircuit
from qdml.network import Transcript
from qdml.protocols import inference
from qdml.quantum.numbers import State, exact, imaginary, real
from qdml.quantum.reference import amplitude_encoding

#: Exact states of more qubits than this add time and no insight.
LARGEST_EXACT = 3

#: Copies with which one loss far from zero is estimated.
FAR_COPIES = 10000

#: Accuracy and failure probability at which tails are summed whatever the grid: at crude promises
#: half of the copies may in fact be enough.
ANCHOR = Fraction(1, 10), Fraction(1, 100)


@dataclass(frozen=True)
class Hypothesis:
    """The constants of the statement."""

    factor: Fraction = Fraction(2)
    inside: Fraction = Fraction(2)
    copies_offset: int = 0
    messages_per_layer: int = 2
    messages_offset: int = -1
    qubits_offset: int = 0
    lower_outcome: int = -1

    def copies(self, eps: Fraction, delta: Fraction) -> int:
        """The stated number of copies, ceil(factor ln(inside/delta)/eps^2) + offset."""
        return sampling_copies(eps, delta, self.factor, self.inside) + self.copies_offset


@dataclass(frozen=True)
class Run:
    """One metered run and where it was made."""

    qubits: int
    layers: int
    accuracy: float
    failure_probability: float
    copies: int
    transcript: Transcript


@dataclass(frozen=True)
class Data:
    """Metered runs on the grid, and exact circuits with exact inputs."""

    runs: tuple[Run, ...]
    instances: tuple[tuple[DistributedCircuit, State], ...]


def gather(context: Context) -> Data:
    """Run the protocol at every grid point; draw exact instances at every small one."""
    grid, runs, instances = context.grid, [], []
    for n in grid.qubits:
        for layers in grid.layers:
            rng = context.rng("circuit", n, layers)
            circuit = random_line(n, layers, rng)
            state = amplitude_encoding(rng.normal(size=2**n))
            for eps in grid.accuracy:
                for delta in grid.failure_probability:
                    copies = sampling_copies(eps, delta)
                    seed = int(context.rng("run", n, layers, str(eps), str(delta)).integers(2**62))
                    found = inference.run(circuit, state, copies, seed)
                    runs.append(Run(n, layers, eps, delta, copies, found.transcript))
    for n in sorted({min(n, LARGEST_EXACT) for n in grid.qubits}):
        for layers in sorted({min(layers, LARGEST_EXACT) for layers in grid.layers}):
            rngs = (context.rng("exact", n, layers, i) for i in range(grid.instances))
            instances += [_instance(n, layers, rng) for rng in rngs]
    return Data(tuple(runs), tuple(instances))


def _instance(n: int, layers: int, rng: np.random.Generator) -> tuple[DistributedCircuit, State]:
    circuit = random_pauli(n, layers, 2, rng, direction)
    return circuit, exact([int(v) for v in rng.integers(1, 5, 2**n)])


def _loss(instance: tuple[DistributedCircuit, State]) -> Fraction:
    loss: Fraction = instance[0].loss(instance[1])
    return loss


def ledger(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """The transcript of each run against the formula."""
    sweep = Sweep(Method.EXACT)
    for run in data.runs:
        point = {
            "n": run.qubits,
            "L": run.layers,
            "eps": run.accuracy,
            "delta": run.failure_probability,
            "k": run.copies,
        }
        crossings = stated.messages_per_layer * run.layers + stated.messages_offset
        qubits = run.qubits + stated.qubits_offset
        total = run.copies * qubits * crossings
        sweep.equal(point, "messages", run.transcript.messages, crossings + 1)
        sweep.equal(point, "qubits", run.transcript.qubits, total)
        lines = inference_lines(qubits, run.copies, crossings)
        sweep.same(point, "lines", run.transcript.lines, lines)
        cost = inference_by_sampling(run.qubits, run.layers, run.accuracy, run.failure_probability)
        for name in ("messages", "qubits", "bits", "copies"):
            sweep.equal(point, name, getattr(run.transcript, name), getattr(cost, name))
    return sweep.evidence("the bill counted from the run equals the formula")


def outcome_law(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """Born's rule on what reaches Bob over the network against the loss, both exact."""
    sweep = Sweep(Method.EXACT)
    for number, (circuit, state) in enumerate(data.instances):
        _, _, register = inference.walked(circuit, state, 1, 0)
        squares = [real(z) ** 2 + imaginary(z) ** 2 for z in register.world.state]
        plus = sum(squares[: len(squares) // 2]) / sum(squares)
        mean = plus + stated.lower_outcome * (1 - plus)
        point = {"n": circuit.qubits, "L": circuit.layers, "instance": number}
        sweep.equal(point, "loss", circuit.loss(state), mean)
    return sweep.evidence("the outcomes +1 and -1 of qubit 0 have the loss as their mean")


def copies(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """The stated k against the least k with exp(k eps^2/2) >= 2/delta, found by bisection."""
    sweep = Sweep(Method.EXACT)
    for eps, delta in _promises(context):
        least = _least_copies(eps, delta)
        point = {"eps": eps, "delta": delta}
        sweep.equal(point, "copies", least, stated.copies(eps, delta))
    return sweep.evidence("k is the least number that Hoeffding's bound allows")


def _least_copies(eps: Fraction, delta: Fraction) -> int:
    def enough(k: int) -> bool:
        exponent = k * eps**2 / 2
        with flint.ctx.workprec(256):
            power = flint.arb(flint.fmpq(exponent.numerator, exponent.denominator)).exp()
            bound = flint.arb(flint.fmpq((2 / delta).numerator, (2 / delta).denominator))
            if power.overlaps(bound):
                raise ArithmeticError(f"256 bits do not decide k = {k} at eps {eps}, delta {delta}")
            return bool(power > bound)

    above = 1
    while not enough(above):
        above *= 2
    below = above // 2
    while above - below > 1:
        middle = (above + below) // 2
        above, below = (middle, below) if enough(middle) else (above, middle)
    return above


def _promises(context: Context) -> list[tuple[Fraction, Fraction]]:
    grid = context.grid
    accuracies = sorted({*map(exact_fraction, grid.accuracy), ANCHOR[0]})
    failures = sorted({*map(exact_fraction, grid.failure_probability), ANCHOR[1]})
    return [(eps, delta) for eps in accuracies for delta in failures]


def hoeffding(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """The proof of Hoeffding's bound for outcomes of range 2, and the copies that follow."""
    p, h, t, k, eps, u, delta = sympy.symbols("p h t k epsilon u delta", positive=True)
    weight = p * sympy.exp(h) / (1 - p + p * sympy.exp(h))
    cumulant = -p * h + sympy.log(1 - p + p * sympy.exp(h))
    half, factor, inside = (
        sympy.Rational(x.numerator, x.denominator)
        for x in (Fraction(1, 2), stated.factor, stated.inside)
    )
    copies = factor * sympy.log(inside / delta) / eps**2
    tail = sympy.exp(k * t**2 / 2 - k * t * eps)
    return identities(
        "Chernoff's bound with Hoeffding's lemma, range 2",
        [
            ("L(0) = 0", cumulant.subs(h, 0), sympy.Integer(0)),
            ("L'(0) = 0", sympy.diff(cumulant, h).subs(h, 0), sympy.Integer(0)),
            ("L'' = u(1-u)", sympy.diff(cumulant, h, 2), weight * (1 - weight)),
            ("1/4 - u(1-u) is a square", half**2 - u * (1 - u), (u - half) ** 2),
            ("h^2/8 at h = 2t", (2 * t) ** 2 / 8, t**2 / 2),
            (
                "the exponent is least at t = eps",
                sympy.log(tail),
                k * ((t - eps) ** 2 - eps**2) / 2,
            ),
            ("two tails at k sum to delta", 2 * tail.subs(t, eps).subs(k, copies), delta),
        ],
    )


def tails(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """The exact binomial probability of a miss against delta, on a grid of losses."""
    sweep, steps = Sweep(Method.EXACT), context.grid.loss_steps
    losses = [Fraction(i, steps) for i in range(-steps, steps + 1)]
    for eps, delta in _promises(context):
        k = stated.copies(eps, delta)
        for loss in losses:
            low, high = estimate_misses(k, loss, eps)
            point = {"eps": eps, "delta": delta, "k": k, "loss": loss}
            sweep.at_most(point, "probability of a miss", low, high, delta)
    return sweep.evidence("a miss is rarer than delta, by exact binomial sums")


def frequency(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """Misses of many metered runs with k copies and with fewer; the figure of the claim."""
    grid = context.grid
    eps, delta = max(grid.accuracy), max(grid.failure_probability)
    rng = context.rng("frequency")
    # A loss near zero has the largest variance, so the bound is put to its hardest test; one far
    # from zero tells the loss from a toss of a coin.
    drawn = sorted((_instance(2, 1, rng) for _ in range(16)), key=lambda pair: abs(_loss(pair)))
    (circuit, state), far = drawn[0], drawn[-1]
    loss, tolerance = circuit.loss(state), exact_fraction(eps)
    full = stated.copies(tolerance, exact_fraction(delta))
    counts = sorted({max(1, -(-full * step // 8)) for step in (1, 2, 4, 6, 8)})
    confidence = context.alarm / (len(counts) + 1)
    rows, missed = [], 0
    for copies in counts:
        seeds = rng.integers(2**62, size=grid.runs)
        found = (inference.run(circuit, state, copies, int(seed)).count for seed in seeds)
        missed = sum(abs(Fraction(2 * count, copies) - 1 - loss) > tolerance for count in found)
        low, high = clopper_pearson(missed, grid.runs, confidence)
        true = float(estimate_misses(copies, loss, tolerance)[0])
        bound = min(1.0, 2 * float(np.exp(-copies * eps**2 / 2)))
        rows.append((copies, missed / grid.runs, low, high, true, bound))
    sweep = Sweep(Method.STATISTICS)
    point = {"eps": eps, "delta": delta, "k": full, "runs": grid.runs, "misses": missed}
    sweep.at_most(point, "lower confidence limit of the miss rate", rows[-1][2], rows[-1][2], delta)
    many = inference.run(*far, FAR_COPIES, int(rng.integers(2**62)))
    ends = [2 * end - 1 for end in clopper_pearson(many.count, FAR_COPIES, confidence)]
    point = {"loss": float(_loss(far)), "copies": FAR_COPIES, "estimate": many.value}
    sweep.at_most(point, "lower confidence limit", ends[0], ends[0], point["loss"])
    sweep.at_most(point, "minus the upper one", -ends[1], -ends[1], -point["loss"])
    k, rates, lows, highs, exact_tails, bounds = zip(*rows, strict=True)
    figure = Figure(
        title=f"How often {grid.runs} metered runs miss the loss by more than {eps}",
        x_label="copies k",
        y_label="probability of a miss",
        series=(
            Series(label="measured", kind="measured", x=k, y=rates, low=lows, high=highs),
            Series(label="exact binomial tail", kind="exact", x=k, y=exact_tails),
            Series(label="Hoeffding's bound", kind="bound", x=k, y=bounds),
            Series(label="promise delta", kind="formula", x=(k[0], k[-1]), y=(delta, delta)),
        ),
        caption=(
            f"One exact circuit on two qubits. Bars are Clopper-Pearson intervals, each wrong with "
            f"probability {confidence:.1e}. The last point uses the stated number of copies."
        ),
    )
    return sweep.evidence(
        f"{missed} of {grid.runs} runs miss, {delta} is allowed", alarm=context.alarm, figure=figure
    )


_CLAIMED = Hypothesis()

CLAIM: Claim[Hypothesis, Data] = Claim(
    id="inference-by-sampling",
    topic="learning",
    title="The loss of a distributed circuit is learnt from k copies of its input state",
    statement=(
        r"$k$ copies of the encoded input estimate the loss to accuracy $\varepsilon$ with "
        r"probability at least $1-\delta$. A copy is $2L-1$ messages of $n$ qubits; $k$ copies in "
        r"parallel are $2L-1$ messages of $kn$ qubits, and one more classical message of "
        r"$\lceil\log_2(k+1)\rceil$ bits tells both parties the answer."
    ),
    formulas=(
        r"k=\left\lceil\frac{2\ln(2/\delta)}{\varepsilon^{2}}\right\rceil",
        r"\Pr\left[\,\left|\tfrac{2S}{k}-1-\mathrm{loss}\right|>\varepsilon\right]\le\delta",
        r"\mathrm{qubits}=k\,n\,(2L-1)",
    ),
    source="Gilboa, Michaeli, Soudry, McClean, arXiv:2310.07136; Hoeffding 1963",
    hypothesis=_CLAIMED,
    data=gather,
    steps=(
        Step("ledger", Tag.EXACT, "the transcript of every run equals the formula", ledger),
        Step("mean", Tag.EXACT, "outcomes are +1 and -1, and their mean is the loss", outcome_law),
        Step("copies", Tag.EXACT, "k is the least number that the bound allows", copies),
        Step("hoeffding", Tag.PROVED, "Hoeffding's inequality with range 2 gives k", hoeffding),
        Step(
            "tails",
            Tag.EXACT,
            "exact binomial tails are below delta, always also at eps 1/10, delta 1/100",
            tails,
        ),
        Step(
            "frequency",
            Tag.NUMERIC,
            "metered runs do not miss more often than delta, nor estimate another loss",
            frequency,
            role="counterexample",
        ),
    ),
    mutants=(
        Mutant(
            "a quarter of the copies",
            r"$k/4$ copies are enough",
            replace(_CLAIMED, factor=Fraction(1, 2)),
            "tails",
        ),
        Mutant(
            "half of the copies",
            r"$k/2$ copies are enough",
            replace(_CLAIMED, factor=Fraction(1)),
            "tails",
        ),
        Mutant(
            "ln(1/delta)",
            r"$k=\lceil 2\ln(1/\delta)/\varepsilon^2\rceil$",
            replace(_CLAIMED, inside=Fraction(1)),
            "hoeffding",
        ),
        Mutant(
            "one copy fewer",
            r"Hoeffding's bound allows $k-1$ copies",
            replace(_CLAIMED, copies_offset=-1),
            "copies",
        ),
        Mutant(
            "2L messages",
            r"a copy is $2L$ messages",
            replace(_CLAIMED, messages_offset=0),
            "ledger",
        ),
        Mutant(
            "n-1 qubits",
            r"a copy costs $n-1$ qubits a message",
            replace(_CLAIMED, qubits_offset=-1),
            "ledger",
        ),
        Mutant(
            "outcomes 0 and 1",
            r"the outcomes are $0$ and $1$ with the loss as their mean",
            replace(_CLAIMED, lower_outcome=0),
            "mean",
        ),
    ),
)
