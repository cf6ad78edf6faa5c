"""vector-in-subspace: one copy, one message of n qubits, and the outcome is certain."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from qdml.bounds.costs import inference_lines
from qdml.claims import (
    Claim,
    Context,
    Evidence,
    Figure,
    Finding,
    Method,
    Mutant,
    Series,
    Step,
    Sweep,
    Tag,
)
from qdml.errors import InputError
from qdml.model.circuit import DistributedCircuit
from qdml.protocols import inference, vector_in_subspace
from qdml.quantum.numbers import State, exact
from qdml.quantum.reference import basis_state, expectation
from qdml.quantum.reflections import Rational, preparation, random_orthogonal, reflection

#: Exact matrices of more qubits than this add time and no insight.
LARGEST_EXACT = 4


@dataclass(frozen=True)
class Hypothesis:
    """What Bob applies, how large his subspace may be, and the bill."""

    transpose: bool = True
    dimension_excess: int = 0
    messages: int = 1
    qubits_offset: int = 0

    def __post_init__(self) -> None:
        if self.dimension_excess not in (0, 1):
            raise InputError(f"dimension_excess = {self.dimension_excess}: expected 0 or 1")


@dataclass(frozen=True)
class Instance:
    """An exact orthogonal Q, unit vectors in its first N/2 (+1) columns, and one in the others."""

    qubits: int
    basis: Rational
    inside: dict[int, Rational]
    outside: Rational


def gather(context: Context) -> tuple[Instance, ...]:
    """Random rational Q, vectors in its first columns and one in the others, for every n."""
    # A rotation that is no multiple of a right angle: every false variant shows on it.
    rotation = reflection(np.array([1, 2])) @ reflection(np.array([1, 0]))
    found = [_instance(rotation, context.rng("fixed"))]
    for n in sorted({min(n, LARGEST_EXACT) for n in context.grid.qubits}):
        for i in range(2 * context.grid.instances):
            rng = context.rng("instance", n, i)
            found.append(_instance(random_orthogonal(2**n, rng), rng))
    return tuple(found)


def _instance(basis: Rational, rng: np.random.Generator) -> Instance:
    half = len(basis) // 2
    inside = {excess: basis[:, : half + excess] @ _unit(half + excess, rng) for excess in (0, 1)}
    outside = basis[:, half:] @ _unit(half, rng)
    return Instance(len(basis).bit_length() - 1, basis, inside, outside)


def _unit(dimension: int, rng: np.random.Generator) -> Rational:
    while True:
        vector: Rational = random_orthogonal(dimension, rng)[:, 0]
        # A vector of the larger subspace that happens to lie in the smaller tests nothing.
        if vector[0] != 0 and vector[-1] != 0:
            return vector


def _circuit(item: Instance, vector: Rational, stated: Hypothesis) -> DistributedCircuit:
    prepare: State = exact(preparation(vector.copy()))
    return vector_in_subspace.circuit(prepare, exact(item.basis), stated.transpose)


def _mean(item: Instance, vector: Rational, stated: Hypothesis) -> Fraction:
    """The exact mean outcome of what reaches Bob over the network."""
    circuit = _circuit(item, vector, stated)
    _, _, register = inference.walked(circuit, basis_state(0, item.qubits, exact=True), 1, 0)
    mean: Fraction = expectation(circuit.observable, register.world.state)
    return mean


def completeness(stated: Hypothesis, data: tuple[Instance, ...], context: Context) -> Evidence:
    """Exact loss +1 on H."""
    sweep = Sweep(Method.EXACT)
    for number, item in enumerate(data):
        dimension = 2**item.qubits // 2 + stated.dimension_excess
        vector = item.inside[stated.dimension_excess]
        loss = _mean(item, vector, stated)
        point = {"n": item.qubits, "instance": number, "dim H": dimension}
        sweep.equal(point, "loss for x in H", loss, 1)
    return sweep.evidence("the loss is +1 for every x in H")


def soundness(stated: Hypothesis, data: tuple[Instance, ...], context: Context) -> Evidence:
    """Exact loss -1 on the orthogonal complement of H."""
    sweep = Sweep(Method.EXACT)
    for number, item in enumerate(data):
        loss = _mean(item, item.outside, stated)
        point = {"n": item.qubits, "instance": number}
        sweep.equal(point, "loss for x orthogonal to H", loss, -1)
    return sweep.evidence("the loss is -1 for every x orthogonal to H")


def one_copy(stated: Hypothesis, data: tuple[Instance, ...], context: Context) -> Evidence:
    """A run with one copy: its bill and its answer."""
    sweep, counted = Sweep(Method.EXACT), dict[int, int]()
    for number, item in enumerate(data):
        for sign, vector in ((1, item.inside[0]), (-1, item.outside)):
            circuit = _circuit(item, vector, _CLAIMED)
            seed = int(context.rng("one copy", number, sign).integers(2**62))
            run = inference.run(circuit, basis_state(0, item.qubits, exact=True), 1, seed)
            point = {"n": item.qubits, "instance": number, "promise": sign}
            sweep.equal(point, "answer", 2 * run.count - 1, sign)
            qubits = item.qubits + stated.qubits_offset
            sweep.equal(point, "messages", run.transcript.messages, stated.messages + 1)
            sweep.equal(point, "qubits", run.transcript.qubits, stated.messages * qubits)
            lines = inference_lines(qubits, 1, stated.messages)
            sweep.same(point, "lines", run.transcript.lines, lines)
            counted[item.qubits] = run.transcript.qubits
    ns = tuple(range(2, 41))
    figure = Figure(
        title="One quantum message against the classical lower bound",
        x_label="qubits n (dimension N = 2^n)",
        y_label="communication",
        y_scale="log",
        series=(
            Series(
                label="qubits sent, counted",
                kind="measured",
                x=tuple(counted),
                y=tuple(counted.values()),
            ),
            Series(label="n qubits", kind="formula", x=ns, y=ns),
            Series(
                label="N^(1/3), shape of the bound",
                kind="bound",
                x=ns,
                y=tuple(2 ** (n / 3) for n in ns),
            ),
        ),
        caption=(
            "The classical bound is imported: Omega(N^(1/3)) bits, with a constant that the "
            "theorem does not state; the line shows its growth only."
        ),
    )
    return sweep.evidence("one copy, one message of n qubits, one bit back", figure=figure)


def lower_bound(stated: Hypothesis, data: tuple[Instance, ...], context: Context) -> Evidence:
    """The imported classical bound."""
    return Evidence(
        finding=Finding.SUPPORTS,
        method=Method.CITATION,
        summary=(
            "Klartag and Regev, STOC 2011, arXiv:1009.3640: randomised two-way protocols with "
            "error 1/3 need Omega(N^(1/3)) bits"
        ),
    )


_CLAIMED = Hypothesis()

CLAIM: Claim[Hypothesis, tuple[Instance, ...]] = Claim(
    id="vector-in-subspace",
    topic="learning",
    title="One message of n qubits tells a vector in a subspace from one orthogonal to it",
    statement=(
        r"$A_1$ prepares $x$, and $B_1=Q^{T}$ maps Bob's subspace $H$ of dimension $N/2$, spanned "
        r"by the first half of the columns of $Q$, to the half of the space with $Z_0=+1$. The "
        r"loss is $+1$ if $x\in H$ and $-1$ if $x\perp H$: one copy, one message of $n$ qubits, no "
        r"error."
    ),
    formulas=(
        r"x=\sum_{i<N/2}c_i\,q_i\ \Rightarrow\ Q^{T}x=(c,0)\ \Rightarrow\ \langle Z_0\rangle=+1",
    ),
    source="Raz 1999; Klartag and Regev, arXiv:1009.3640; arXiv:2310.07136",
    hypothesis=_CLAIMED,
    data=gather,
    steps=(
        Step("completeness", Tag.EXACT, "the loss is exactly +1 on H", completeness),
        Step("soundness", Tag.EXACT, "the loss is exactly -1 on the complement", soundness),
        Step("one copy", Tag.EXACT, "the bill of a run with one copy, and its answer", one_copy),
        Step(
            "classical bound",
            Tag.IMPORTED,
            r"classical two-way communication is $\Omega(N^{1/3})$ (Klartag and Regev 2011)",
            lower_bound,
        ),
    ),
    mutants=(
        Mutant(
            "Q for its transpose",
            r"Bob applies $Q$ in place of $Q^{T}$",
            replace(_CLAIMED, transpose=False),
            "completeness",
        ),
        Mutant(
            "dimension N/2 + 1",
            r"the subspace may have dimension $N/2+1$",
            replace(_CLAIMED, dimension_excess=1),
            "completeness",
        ),
        Mutant(
            "n-1 qubits",
            r"the message has $n-1$ qubits",
            replace(_CLAIMED, qubits_offset=-1),
            "one copy",
        ),
        Mutant(
            "two messages", r"two messages are needed", replace(_CLAIMED, messages=2), "one copy"
        ),
    ),
)
