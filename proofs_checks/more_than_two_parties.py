"""more-than-two-parties: a bill counts changes of hands, whoever the blocks are dealt to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
import sympy

from qdml.bounds import costs
from qdml.claims import Claim, Context, Evidence, Method, Mutant, Step, Sweep, Tag
from qdml.claims.evidence import Scalar
from qdml.claims.intervals import amplitude_evaluations, sampling_copies
from qdml.claims.majority import median_runs
from qdml.claims.symbolic import identities
from qdml.model.ansatz import direction, random_commuting, random_pauli
from qdml.model.circuit import PARTIES, DistributedCircuit, dealt, route
from qdml.model.gradient_task import Task, copies
from qdml.network import Message, Transcript
from qdml.protocols import (
    amplitude_estimation,
    gradient,
    gradient_methods,
    inference,
    iterative_estimation,
)
from qdml.quantum.numbers import State, exact, imaginary, real
from qdml.quantum.reference import amplitude_encoding, expectation

#: Numbers of parties, blocks beyond one for each, rotations in a block, and the largest register.
COUNTS, SPARE, ROTATIONS, LARGEST = range(2, len(PARTIES) + 1), 3, 2, 3

#: The promise of every metered run: who sends what is the question, not how often.
PROMISE = Fraction(4, 5), Fraction(1, 2)

METHODS = ("parameter-shift", "direct", "commuting-block")


@dataclass(frozen=True)
class Hypothesis:
    """One message a change of hands (else one a block), n+1 qubits back, one answer."""

    merged: bool = True
    counted: int | None = None
    offset: int = 0
    ancilla: int = 1
    answers_to_all: bool = False
    slope: int = 3

    def visited(self, owners: Sequence[str]) -> Sequence[str]:
        """Who holds the state in turn, by the statement."""
        if self.counted:
            return dealt(len(owners) // len(set(owners)) * self.counted, self.counted)
        holders = [*(route(owners) if self.merged else owners)]
        return holders + holders[:1] * self.offset


@dataclass(frozen=True)
class Ran:
    """All protocols on one deal: transcripts by name, and totals of the gradient methods."""

    circuit: DistributedCircuit
    copies: int
    sampling: Transcript
    phase: Transcript
    iterative: Transcript
    iterates: tuple[int, ...]
    states: tuple[Transcript, ...]
    gradients: dict[str, gradient_methods.Found]


@dataclass(frozen=True)
class Data:
    """Metered runs of every deal, and exact circuits."""

    runs: tuple[Ran, ...]
    instances: tuple[tuple[DistributedCircuit, State], ...]


def deal(parties: int, rng: np.random.Generator) -> tuple[str, ...]:
    """Every party has a block, in any order; two neighbouring blocks have the same owner."""
    names = [*PARTIES[:parties], *rng.choice(PARTIES[:parties], SPARE - 1)]
    drawn = [str(name) for name in rng.permutation(names)]
    place = int(rng.integers(len(drawn)))
    return (*drawn[: place + 1], *drawn[place:])


def gather(context: Context) -> Data:
    """For every K a pipeline and deals by lot; every protocol, and exact circuits."""
    sizes = sorted({min(n, LARGEST) for n in context.grid.qubits})
    runs, instances = list[Ran](), list[tuple[DistributedCircuit, State]]()
    for parties in COUNTS:
        n, rng = sizes[parties % len(sizes)], context.rng("deal", parties)
        circuits = [random_commuting(n, 1, ROTATIONS, rng, parties=parties)]
        for _ in range(max(1, context.grid.instances // 2)):
            owners = deal(parties, rng)
            circuits.append(_dealt(random_commuting(n, len(owners), ROTATIONS, rng), owners))
            angles = random_pauli(1, len(owners), ROTATIONS, rng, direction)
            values = [int(v) for v in rng.integers(1, 5, 2)]
            instances.append((_dealt(angles, owners), exact(values)))
        state = amplitude_encoding(rng.normal(size=2**n))
        runs += [_run(circuit, state, int(rng.integers(2**62))) for circuit in circuits]
    return Data(tuple(runs), tuple(instances))


def _dealt(circuit: DistributedCircuit, owners: tuple[str, ...]) -> DistributedCircuit:
    return replace(circuit, blocks=circuit.blocks[: len(owners)], owners=owners)


def _run(circuit: DistributedCircuit, state: State, seed: int) -> Ran:
    eps, delta = map(float, PROMISE)
    k, m = sampling_copies(eps, delta), amplitude_evaluations(eps)
    looked = iterative_estimation.run(circuit, state, eps, delta, seed)
    return Ran(
        circuit,
        k,
        inference.run(circuit, state, k, seed).transcript,
        amplitude_estimation.run(circuit, state, m, median_runs(PROMISE[1]), seed).transcript,
        looked.transcript,
        tuple(look.iterates for look in looked.looks),
        tuple(
            gradient.prepare(circuit, state, b).transcript
            for b in range(1, len(circuit.blocks) + 1)
        ),
        {
            method: gradient_methods.run(method, circuit, state, eps, delta, seed)
            for method in METHODS
        },
    )


def _point(circuit: DistributedCircuit) -> dict[str, object]:
    return {"K": len(set(circuit.owners)), "n": circuit.qubits, "owners": " ".join(circuit.owners)}


def _in_turn(circuit: DistributedCircuit) -> bool:
    return circuit.owners == dealt(len(circuit.blocks), len(set(circuit.owners)))


def losses(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """Born's rule on what reaches the last owner, gate by gate, against the loss: one line each."""
    sweep, rows = Sweep(Method.EXACT), list[dict[str, Scalar]]()
    eps, delta = PROMISE
    for run in data.runs:
        circuit, point = run.circuit, _point(run.circuit)
        n, visited = circuit.qubits, stated.visited(circuit.owners)
        at = len(visited) - 1, visited
        m, r = amplitude_evaluations(eps), median_runs(delta)
        stated_lines = {
            "sampling": costs.inference_lines(n, run.copies, *at),
            "amplitude estimation": costs.amplitude_estimation_lines(n, r, at[0], m, visited),
            "iterative": costs.iterative_lines(
                n, at[0], iterative_estimation.BATCH, run.iterates, visited
            ),
        }
        bills = run.sampling, run.phase, run.iterative
        for (name, lines), bill in zip(stated_lines.items(), bills, strict=True):
            last, told = lines[-1], list[Message]()
            if stated.answers_to_all and last.bits:
                others = sorted({*circuit.owners} - {last.sender, last.receiver})
                told = [replace(last, receiver=other) for other in others]
            sweep.same(point, f"lines of {name}", bill.lines, lines + told)
        if _in_turn(circuit):
            known = costs.inference(n, circuit.layers, eps, delta, len(set(circuit.owners)))
            for name, bill in (("sampling", run.sampling), ("amplitude-estimation", run.phase)):
                for what in ("messages", "qubits", "bits", "copies"):
                    sweep.equal(
                        point, f"{what}, {name}", getattr(bill, what), getattr(known[name], what)
                    )
        sizes: dict[str, Scalar] = {"sampling": run.sampling.qubits, "phase": run.phase.qubits}
        rows.append({"K": len(set(circuit.owners)), "owners": " ".join(circuit.owners), **sizes})
    return sweep.evidence("transcripts of three ways to the loss", table=tuple(rows))


def states(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """The transcript of |g_b> for every block, and of all blocks together where dealt in turn."""
    sweep = Sweep(Method.EXACT)
    for run in data.runs:
        circuit, point = run.circuit, _point(run.circuit)
        n, blocks = circuit.qubits, len(circuit.blocks)
        there = len(stated.visited(circuit.owners)) - 1
        for b, bill in enumerate(run.states, start=1):
            place = {**point, "b": b}
            back = len(stated.visited(circuit.owners[b - 1 :])) - 1
            sweep.equal(place, "messages", bill.messages, there + back)
            total = there * n + back * (n + stated.ancilla)
            sweep.equal(place, "qubits", bill.qubits, total)
            known = costs.gradient_state_lines(n, circuit.owners, b)
            sweep.same(place, "lines", bill.lines, known)
        if _in_turn(circuit):
            total = blocks * (blocks - 1) * (stated.slope * n + 1) // 2
            sweep.equal(point, "qubits in all", sum(bill.qubits for bill in run.states), total)
            known_total = costs.all_gradient_states(n, circuit.layers, len(set(circuit.owners)))
            messages = sum(bill.messages for bill in run.states)
            sweep.equal(point, "messages in all", messages, known_total.messages)
    return sweep.evidence("n qubits there and n+1 back, a message for each change of hands")


def gradients(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """Qubits and announced bits of three methods against what their states cost."""
    sweep = Sweep(Method.EXACT)
    for run in data.runs:
        circuit, n = run.circuit, run.circuit.qubits
        owners = circuit.owners
        task = Task(n, circuit.layers, ROTATIONS, *PROMISE, owners)
        walk = (len(stated.visited(owners)) - 1) * n
        pairs = [
            sum(line.qubits for line in costs.gradient_state_lines(n, owners, b))
            for b in range(1, len(owners) + 1)
        ]
        for method, found in run.gradients.items():
            k, point = copies(method, task), {**_point(circuit), "method": method}
            each = ROTATIONS if method == "direct" else 1
            shifts = 2 * task.entries if method == "parameter-shift" else 0
            total = k * (shifts * walk if shifts else each * sum(pairs))
            sweep.equal(point, "copies", found.copies, k)
            sweep.equal(point, "qubits", found.qubits, total)
            told = sum(owner != owners[-1] for owner in owners) * 2 * ROTATIONS if shifts else 0
            sweep.equal(point, "bits", found.bits, told * costs.announcement_bits(k))
    return sweep.evidence("three gradient methods: the owner of a block is told its shifts")


def means(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """Loss and derivatives over the network of many parties against the circuit alone, exactly."""
    sweep = Sweep(Method.EXACT)
    for circuit, state in data.instances:
        _, _, register = inference.walked(circuit, state, 1, 0)
        sweep.equal(
            _point(circuit), "loss", _mean(circuit, register.world.state), circuit.loss(state)
        )
        slopes = iter(circuit.gradient(state))
        for b in range(1, len(circuit.blocks) + 1):
            for j in range(ROTATIONS):
                prepared = gradient.prepare(circuit, state, b)
                with prepared.holder as holder:
                    string = gradient.aim(prepared, j)
                point = {**_point(circuit), "b": b, "j": j}
                found: Fraction = -expectation(string, prepared.register.world.state)
                sweep.equal(point, "derivative", found, next(slopes))
                sweep.holds(point, f"held by {holder.name}", holder.name == circuit.owners[b - 1])
    return sweep.evidence("the same loss and derivatives, each in the hands of its owner")


def _mean(circuit: DistributedCircuit, final: State) -> Fraction:
    weights = [real(z) ** 2 + imaginary(z) ** 2 for z in final]
    half = len(weights) // 2
    mean: Fraction = (sum(weights[:half]) - sum(weights[half:])) / sum(weights)
    return mean


def sums(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """The bills of all B = KL states, added up, and what they are for two parties."""
    b, blocks, n, layers = sympy.symbols("b B n L", positive=True, integer=True)
    messages = 2 * blocks - 1 - b
    qubits = (blocks - 1) * n + (blocks - b) * (n + stated.ancilla)
    total = blocks * (blocks - 1) * (stated.slope * n + 1) / 2
    return identities(
        "one copy of every gradient state",
        [
            ("messages", sympy.summation(messages, (b, 1, blocks)), 3 * blocks * (blocks - 1) / 2),
            ("qubits", sympy.summation(qubits, (b, 1, blocks)), total),
            (
                "two parties",
                total.subs(blocks, 2 * layers),
                layers * (2 * layers - 1) * (3 * n + 1),
            ),
        ],
    )


_CLAIMED = Hypothesis()

CLAIM: Claim[Hypothesis, Data] = Claim(
    id="more-than-two-parties",
    topic="learning",
    title="With any number of parties a protocol costs one message for each change of hands",
    statement=(
        r"Blocks $1,\ldots,B$ are dealt to $K$ parties in any order, and $X$ neighbouring pairs of "
        r"blocks have different owners; in a pipeline, $K$ parties in turn, $B=KL$ and $X=KL-1$. "
        r"Sampling then takes $X$ messages of $kn$ qubits, phase estimation $(2M-1)X$ of $rn$, and "
        r"either one more with the answer, if the last owner is not the first. One copy of "
        r"$|g_b\rangle$ takes $X$ messages of $n$ qubits and $X_b$ of $n+1$, $X_b$ the changes of "
        r"hands after block $b$; one copy of all states of a pipeline takes the sums below."
    ),
    formulas=(
        r"\mathrm{qubits}=k\,n\,(KL-1)",
        r"\sum_b\mathrm{messages}=\frac{3}{2}B(B-1)",
        r"\sum_b\mathrm{qubits}=\frac{1}{2}B(B-1)(3n+1)",
    ),
    source="arXiv:2310.07136, stated there for two parties",
    hypothesis=_CLAIMED,
    data=gather,
    steps=(
        Step("sums", Tag.PROVED, "the bills of all gradient states of a pipeline", sums),
        Step("means", Tag.EXACT, "loss and derivatives do not depend on the deal", means),
        Step("losses", Tag.EXACT, "bills of sampling and both amplitude estimations", losses),
        Step("states", Tag.EXACT, "bills of every gradient state", states),
        Step("gradients", Tag.EXACT, "bills of whole gradients", gradients),
    ),
    mutants=(
        Mutant(
            "KL messages", "a pipeline sends $KL$ messages", replace(_CLAIMED, offset=1), "losses"
        ),
        Mutant(
            "the ledger of two parties",
            r"$2L-1$ messages for any number of parties",
            replace(_CLAIMED, counted=2),
            "losses",
        ),
        Mutant(
            "a message for every block",
            "neighbouring blocks of one owner need a message too",
            replace(_CLAIMED, merged=False),
            "states",
        ),
        Mutant(
            "the ancilla stays",
            "messages back have $n$ qubits",
            replace(_CLAIMED, ancilla=0),
            "states",
        ),
        Mutant(
            "everybody is told",
            "the answer is announced to all other parties",
            replace(_CLAIMED, answers_to_all=True),
            "losses",
        ),
        Mutant(
            "two n for three",
            r"all states take $\frac{1}{2}B(B-1)(2n+1)$ qubits",
            replace(_CLAIMED, slope=2),
            "sums",
        ),
    ),
)
