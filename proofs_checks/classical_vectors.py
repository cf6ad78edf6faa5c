"""classical-vectors: what classical parties pay for the same loss and the same derivatives."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product

import numpy as np
import sympy

from proofs_checks._classical_vectors import bits_table, figure, leaning, stuck
from qdml.bounds import costs
from qdml.claims import (
    Claim,
    Context,
    Evidence,
    Method,
    Mutant,
    Step,
    Sweep,
    Tag,
)
from qdml.claims.intervals import clopper_pearson
from qdml.claims.symbolic import identities
from qdml.model import vector_plans
from qdml.model.ansatz import random_line
from qdml.model.circuit import DistributedCircuit, route
from qdml.model.floats import Floats
from qdml.model.vectors import Rounded
from qdml.protocols import classical_vectors
from qdml.quantum.gates import Pauli, Rotation
from qdml.quantum.numbers import Radians, State
from qdml.quantum.reference import amplitude_encoding

#: Messages and qubits of the case that gets stuck, qubits of the one that leans, and messages and
#: accuracy where rounding is at random.
STUCK, WIDE, LEANING, RANDOM = 15, 14, 12, 601
LOOSE = Fraction(92, 1000)

#: Failure probability of the methods that may fail, and runs with random rounding.
FAILURE, RUNS = Fraction(1, 20), 24

#: Parties of the pipelines that are billed, and the most qubits that they hold.
COUNTS, LARGEST = (2, 3, 4), 4


@dataclass(frozen=True)
class Hypothesis:
    """What the bounds count; the fields other than the defaults are false variants."""

    messages_add: bool = True
    root: bool = True
    bits_offset: int = 0
    random_messages: bool = True
    sketch_dimension: bool = True
    numbers_each: int = 2
    back: int = 2
    drift: int = 1

    def nearest(self, qubits: int, crossings: int, accuracy: Fraction) -> Rounded:
        """The plan by the stated bound."""
        at = qubits if self.root else 0, crossings if self.messages_add else 1
        plan = vector_plans.nearest(*at, accuracy)
        short = replace(plan.floats, mantissa=plan.floats.mantissa + self.bits_offset)
        return replace(plan, qubits=qubits, floats=short)


@dataclass(frozen=True)
class Data:
    """Random circuits, dealt to two parties or more in turn, with inputs."""

    circuits: tuple[tuple[DistributedCircuit, State], ...]


def gather(context: Context) -> Data:
    """Draw a circuit for every size of the grid and every number of parties."""
    grid, found = context.grid, []
    for n in sorted({min(n, LARGEST) for n in grid.qubits}):
        for layers in sorted({min(layers, 3) for layers in grid.layers}):
            parties = COUNTS[(n + layers) % len(COUNTS)]
            rng = context.rng("circuit", n, layers)
            circuit = random_line(n, layers, rng, parties=parties)
            values = rng.normal(size=2**n) + 1j * rng.normal(size=2**n)
            found.append((circuit, amplitude_encoding(values)))
    return Data(tuple(found))


def bounds(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """Sums of errors over messages, products of two of them, and tails of martingales."""
    x, u, sigma, d = sympy.symbols("X u sigma d", positive=True)
    big, small, ratio, b = sympy.symbols("A a r B", positive=True)
    delta, w = sympy.symbols("delta w", positive=True)
    once = u + sigma

    def sum_of(messages: sympy.Expr) -> sympy.Expr:
        return stated.drift * messages * once / (1 - messages * u)

    q = sympy.sqrt(2 * x * sympy.log(4 / delta))
    gained = (x + 1) * u * once / ((1 - x * u) * (1 - (x + 1) * u))
    middle, ends = (big * small * ratio - b) ** 2, (big * small - b) * (big * small * ratio**2 - b)
    return identities(
        "errors over messages",
        [
            (
                "one more message fits",
                sum_of(x + 1) - (sum_of(x) + u * (1 + sum_of(x)) + sigma),
                gained,
            ),
            ("no message", sum_of(sympy.Integer(0)), sympy.Integer(0)),
            ("loss of a vector that is off by d", (1 + d) ** 2 - 1, (2 + d) * d),
            (
                "derivatives are worst half way",
                middle - ends,
                big * b * small * (ratio - 1) ** 2,
            ),
            (
                "tail of the error (Pinelis)",
                sympy.simplify(2 * sympy.exp(-((q * w) ** 2) / (2 * x * w**2))),
                delta / 2,
            ),
            (
                "tail of its first order (Hoeffding)",
                sympy.simplify(2 * sympy.exp(-2 * (q * w) ** 2 / (x * (2 * w) ** 2))),
                delta / 2,
            ),
        ],
    )


def moments(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """Mean and covariance of a count sketch, over all hash functions of three coordinates."""
    sweep, vector, size = Sweep(Method.EXACT), (2, -1, 3), 2
    hashes = list(product(product(range(size), repeat=3), product((-1, 1), repeat=3)))
    read = []
    for buckets, signs in hashes:
        sums = [
            sum(s * v for b, s, v in zip(buckets, signs, vector, strict=True) if b == bucket)
            for bucket in range(size)
        ]
        read.append([s * sums[b] for b, s in zip(buckets, signs, strict=True)])
    norm = sum(v * v for v in vector)
    for i in range(3):
        mean = Fraction(sum(row[i] for row in read), len(read))
        sweep.equal({"i": i}, "mean", mean, Fraction(vector[i]))
        for j in range(3):
            second = Fraction(sum(row[i] * row[j] for row in read), len(read))
            extra = vector[i] * vector[j] if i != j else norm - vector[i] ** 2
            covariance = second - vector[i] * vector[j]
            sweep.equal({"i": i, "j": j}, "covariance", covariance, Fraction(extra, size))
    return sweep.evidence("a count sketch is unbiased, with the stated covariance")


def sketches(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """The exact variance of two sketches of a uniform vector against what Chebyshev allows."""
    sweep = Sweep(Method.EXACT)
    for n, eps in product((20, 30, 40), (Fraction(1, 10), Fraction(1, 2))):
        plan = vector_plans.sketched(n if stated.sketch_dimension else 12, 1, eps, FAILURE)
        size, dimension = plan.size if plan else 2**12, 2**n
        allowed = (eps * (1 - vector_plans.ANSWER)) ** 2 * vector_plans.ONE_SKETCH
        left = 1 - Fraction(2, dimension)
        variance = 2 * left / size + (left**2 * dimension + 2 * left) / size**2
        point = {"n": n, "eps": eps, "m": size}
        sweep.at_most(point, "variance of one run", variance, variance, allowed)
    return sweep.evidence("one sketched run is wrong with probability 1/8 at most")


def ledger(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """Bits counted from runs of every classical way, and of backpropagation, line by line."""
    sweep = Sweep(Method.EXACT)
    for circuit, state in data.circuits:
        n, crossings = circuit.qubits, len(route(circuit.owners)) - 1
        point = {"n": n, "L": circuit.layers, "K": len(set(circuit.owners))}
        for eps in (Fraction(1, 2), Fraction(1, 100)):
            known = vector_plans.plans(n, crossings, eps, FAILURE)
            priced = costs.classical(n, crossings, eps, FAILURE)
            for method, plan in known.items():
                _, bill = classical_vectors.run(circuit, state, plan, context.seed % 2**32)
                each = stated.numbers_each * 2**n * plan.floats.bits
                total = crossings * each + plan.answer.bits
                place = {**point, "eps": eps, "method": method}
                sweep.equal(place, "bits", bill.bits, total)
                sweep.equal(place, "bits by the library", bill.bits, priced[method].bits)
                sweep.equal(place, "messages", bill.messages, priced[method].messages)
            plan = vector_plans.nearest(n, crossings, eps)
            _, bill = classical_vectors.gradient(circuit, state, plan, 0)
            total = stated.back * crossings * 2 * 2**n * plan.floats.bits
            sweep.equal({**point, "eps": eps}, "bits of a gradient", bill.bits, total)
            library = costs.gradient_by_vectors(plan, crossings)
            sweep.equal(point, "messages of a gradient", bill.messages, library.messages)
    return sweep.evidence("X messages of 2N floats for the loss, 2X for all derivatives")


def worst(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """Errors of rounding to the nearest where each turn is undone, where halves lean, and drawn."""
    sweep = Sweep(Method.FLOATING)
    for exponent in (8, 12):
        # Barely enough for this many mantissa bits, so that none is to spare.
        once = Fraction(STUCK, 2 ** (exponent + 1)) * Fraction(102, 100)
        eps = (2 + once) * once / (1 - vector_plans.ANSWER)
        plan = stated.nearest(WIDE, STUCK, eps)
        _miss(sweep, stuck(plan.floats, WIDE, STUCK), plan, eps, {"stuck": STUCK})
        eps = Fraction(1, 2**exponent)
        plan = stated.nearest(LEANING, 1, eps)
        fixed = replace(plan, floats=_fixed(plan.floats))
        _miss(sweep, leaning(fixed.floats, LEANING), fixed, eps, {"leaning": LEANING})
    for circuit, state in data.circuits:
        crossings = len(route(circuit.owners)) - 1
        for eps in (Fraction(1, 2), Fraction(1, 1000)):
            plan = stated.nearest(circuit.qubits, crossings, eps)
            point = {"n": circuit.qubits, "L": circuit.layers, "eps": eps}
            _miss(sweep, (circuit, state), plan, eps, point)
            found, _ = classical_vectors.gradient(circuit, state, plan, 0)
            error = float(np.abs(found - np.array(circuit.gradient(state))).max())
            sweep.at_most(point, "derivative", error, error, float(eps))
    return sweep.evidence("no worst case misses by more than eps")


def _fixed(floats: Floats) -> Floats:
    """Fixed-point numbers with the same least step, for a vector of equal numbers."""
    return Floats(floats.mantissa + floats.octaves, 0, floats.top)


def _miss(
    sweep: Sweep,
    case: tuple[DistributedCircuit, State],
    plan: Rounded,
    eps: Fraction,
    point: dict[str, object],
) -> None:
    circuit, state = case
    value, _ = classical_vectors.run(circuit, state, plan, 0)
    error = abs(value - float(circuit.loss(state)))
    place = {**point, "eps": eps, "bits": plan.floats.bits}
    sweep.at_most(place, "error of the loss", error, error, float(eps))


def at_random(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """How often random rounding over many messages misses by more than eps; the figure."""
    sweep, eps = Sweep(Method.STATISTICS), LOOSE
    messages = RANDOM if stated.random_messages else 1
    plan = vector_plans.stochastic(1, messages, eps, FAILURE)
    rng = context.rng("random")
    # Turns that end where the loss is 0: there it is most sensitive, and is never cut to [-1, 1].
    angles = rng.uniform(-np.pi, np.pi, RANDOM)
    turns = [*angles, np.pi / 2 - angles.sum()]
    blocks = [[Rotation(Pauli("Y"), Radians(float(angle)))] for angle in turns]
    circuit = DistributedCircuit.alternating(blocks, 1)
    state = np.array([1, 0], dtype=complex)
    exact = float(circuit.loss(state))
    missed, far = 0, 0.0
    for _ in range(RUNS):
        seed = int(rng.integers(2**62))
        error = abs(classical_vectors.run(circuit, state, plan, seed)[0] - exact)
        missed, far = missed + (error > eps), max(far, error)
    low, _ = clopper_pearson(missed, RUNS, context.alarm)
    point = {"X": RANDOM, "eps": eps, "misses": missed, "runs": RUNS, "largest": far}
    sweep.at_most(point, "lower confidence limit of the miss rate", low, low, float(FAILURE))
    return sweep.evidence(
        f"{missed} of {RUNS} runs miss, {FAILURE} of them may",
        alarm=context.alarm,
        figure=figure(FAILURE),
        table=bits_table(FAILURE),
    )


_CLAIMED = Hypothesis()

CLAIM: Claim[Hypothesis, Data] = Claim(
    id="classical-vectors",
    topic="learning",
    title="Classical parties pay 2N short floats a message, for the loss and for all derivatives",
    statement=(
        r"Parties that ship the state as $2N$ floats with half a unit in the last place $u$ and "
        r"least step $s$, rounded to the nearest, find the loss and every derivative with an error "
        r"of at most $(2+d)d$ after $X$ messages there, and $X$ back for derivatives, whatever $P$ "
        r"is. So $b=1+p+e$ bits a float are enough, $p$ near $\log_2(2X/\varepsilon)$ and $e$ near "
        r"$\log_2(n/2)$. Rounding at random replaces $X$ by $\sqrt{X}$ up to confidence. Count "
        r"sketches with shared coins make the first message $O(\sqrt N/\varepsilon)$ numbers, and "
        r"$X$ messages $O(N^{1-1/(2X)})$ each."
    ),
    formulas=(
        r"d=\frac{X\,(u+s\sqrt{2N}/2)}{1-Xu}",
        r"\mathrm{bits}=2N\,X\,b\ \mathrm{(loss)},\quad 4N\,X\,b\ \mathrm{(all\ derivatives)}",
        r"\mathrm{Var}\le\frac{4}{m}+\frac{N+3}{m^2}\ \mathrm{(one\ sketched\ message)}",
    ),
    source="Charikar, Chen, Farach-Colton 2002 (count sketch); Pinelis 1994; Hoeffding 1963",
    premises=("Hoeffding's inequality (1963)", "Pinelis' inequality (1994)"),
    notes=("Upper bounds: no classical way is claimed to be the best.",),
    hypothesis=_CLAIMED,
    data=gather,
    steps=(
        Step("bounds", Tag.PROVED, "how errors of messages add up", bounds),
        Step("moments", Tag.EXACT, "mean and covariance of a count sketch", moments),
        Step("sketches", Tag.EXACT, "their size brings the accuracy", sketches),
        Step("ledger", Tag.EXACT, "bits of every way, counted from runs", ledger),
        Step(
            "worst",
            Tag.NUMERIC,
            "worst cases stay within eps",
            worst,
            role="counterexample",
        ),
        Step(
            "random",
            Tag.NUMERIC,
            "random rounding misses no more often than it may",
            at_random,
            role="counterexample",
        ),
    ),
    mutants=(
        Mutant(
            "errors do not add up",
            "bits for one message are enough for $X$",
            replace(_CLAIMED, messages_add=False),
            "worst",
        ),
        Mutant(
            "one bit fewer",
            "$b-1$ bits are enough",
            replace(_CLAIMED, bits_offset=-1),
            "worst",
        ),
        Mutant(
            "no root of N",
            r"the least step counts once: $d=X(u+s/\sqrt2)/(1-Xu)$",
            replace(_CLAIMED, root=False),
            "worst",
        ),
        Mutant(
            "twice the drift is needed",
            r"$d=2X(u+s\sqrt{2N}/2)/(1-Xu)$ is what one more message leaves",
            replace(_CLAIMED, drift=2),
            "bounds",
        ),
        Mutant(
            "no root of X",
            "random rounding of many messages errs like that of one",
            replace(_CLAIMED, random_messages=False),
            "random",
        ),
        Mutant(
            "sketches without N",
            "a sketch of $2^{12}$ coordinates serves any $N$",
            replace(_CLAIMED, sketch_dimension=False),
            "sketches",
        ),
        Mutant(
            "N floats a message",
            "$N$ floats tell $N$ complex amplitudes",
            replace(_CLAIMED, numbers_each=1),
            "ledger",
        ),
        Mutant(
            "gradients in one pass",
            "all derivatives cost the bits of the loss",
            replace(_CLAIMED, back=1),
            "ledger",
        ),
    ),
)
