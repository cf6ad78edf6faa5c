"""gradient-states: every derivative is the mean of one observable on |g_b>; its cost."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
import sympy

from qdml.bounds.costs import (
    all_gradient_states,
    gradient_state_lines,
    gradient_state_messages,
    gradient_state_qubits,
)
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
from qdml.claims.intervals import hoeffding_radius
from qdml.claims.symbolic import identities
from qdml.errors import InputError
from qdml.model.ansatz import direction, pauli_block, random_line, random_pauli
from qdml.model.autodiff import loss_and_gradient
from qdml.model.circuit import Block, DistributedCircuit
from qdml.protocols import gradient
from qdml.protocols.gradient import Recipe
from qdml.quantum.gates import Pauli, Rotation
from qdml.quantum.numbers import Direction, State, exact
from qdml.quantum.reference import amplitude_encoding, expectation

#: Gates a block, copies a metered state, and the largest exact and floating registers.
GATES, COPIES, LARGEST_EXACT, LARGEST_FLOAT = 3, 2000, 3, 6


@dataclass(frozen=True)
class Hypothesis:
    """How a derivative is read, the parameter shift in units of pi, and the ledger's offset."""

    ancilla: str = "Y"
    sign: int = -1
    factor: int = 1
    conjugate: bool = True
    observable_in_nu: bool = True
    shift: Fraction = Fraction(1, 2)
    messages_offset: int = 0

    def __post_init__(self) -> None:
        if self.ancilla not in ("X", "Y", "Z"):
            raise InputError(f"ancilla = {self.ancilla!r}: expected 'X', 'Y' or 'Z'")

    @property
    def recipe(self) -> Recipe:
        """The part that the protocol needs."""
        return Recipe(self.ancilla, self.sign, self.factor, self.conjugate, self.observable_in_nu)


@dataclass(frozen=True)
class Data:
    """Exact circuits with their derivatives by parameter shift, and floating ones."""

    exact: tuple[tuple[DistributedCircuit, State, dict[tuple[int, int], Fraction]], ...]
    floating: tuple[tuple[DistributedCircuit, State], ...]


def gather(context: Context) -> Data:
    """Draw the circuits; differentiate the exact ones by shifting every angle by +-pi/2."""
    grid, floating = context.grid, []
    exact_ones = [(_fixed_circuit(), exact([1, 2]))]
    for n in sorted({min(n, LARGEST_EXACT) for n in grid.qubits}):
        for layers in sorted({min(layers, 2) for layers in grid.layers}):
            for i in range(grid.instances):
                rng = context.rng("exact", n, layers, i)
                circuit = random_pauli(n, layers, GATES, rng, direction)
                exact_ones.append((circuit, exact([int(v) for v in rng.integers(1, 5, 2**n)])))
    for n in sorted({min(n, LARGEST_FLOAT) for n in grid.qubits}):
        for layers in grid.layers:
            rng = context.rng("floating", n, layers)
            values = rng.normal(size=2**n) + 1j * rng.normal(size=2**n)
            floating.append((random_line(n, layers, rng), amplitude_encoding(values)))
    slopes = tuple((*pair, shifted_differences(*pair)) for pair in exact_ones)
    return Data(slopes, tuple(floating))


def _fixed_circuit() -> DistributedCircuit:
    # One layer on one qubit whose blocks do not commute: every false variant shows on it.
    angles = (Direction(2, 1), Direction(3, 1), Direction(1, 3))
    blocks = [pauli_block([Pauli(p) for p in letters], angles) for letters in ("XYZ", "YZX")]
    return DistributedCircuit.alternating(blocks, 1)


def shifted_differences(
    circuit: DistributedCircuit, state: State
) -> dict[tuple[int, int], Fraction]:
    """(loss(theta + pi/2) - loss(theta - pi/2))/2 for every (block, gate), exactly."""
    found = {}
    for b, block in enumerate(circuit.blocks, start=1):
        for j in block.rotations:
            plus, minus = (_shift(circuit, b, j, turns).loss(state) for turns in (1, -1))
            found[b, j] = (plus - minus) / 2
    return found


def _shift(circuit: DistributedCircuit, b: int, j: int, turns: int) -> DistributedCircuit:
    gates = list(circuit.blocks[b - 1].gates)
    gate = gates[j]
    assert isinstance(gate, Rotation)
    assert isinstance(gate.angle, Direction)
    gates[j] = Rotation(gate.pauli, gate.angle.shifted(turns))
    blocks = list(circuit.blocks)
    blocks[b - 1] = Block(tuple(gates))
    return replace(circuit, blocks=tuple(blocks))


def generator_rule(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """d/d theta exp(-i theta Q/2) = (-i Q/2) exp(-i theta Q/2), in the algebra of 1 and Q."""
    theta = sympy.Symbol("theta", real=True)
    one, q = sympy.cos(theta / 2), -sympy.I * sympy.sin(theta / 2)
    # (a + b Q) times (-i Q/2) is (-i b/2) + (-i a/2) Q because Q^2 = 1.
    return identities(
        "derivative of a rotation",
        [
            ("coefficient of 1", sympy.diff(one, theta), -sympy.I * q / 2),
            ("coefficient of Q", sympy.diff(q, theta), -sympy.I * one / 2),
        ],
    )


def readout(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """2 Re(-i z/2) for z = <nu|O|mu> against the mean of ancilla Pauli (x) O on |g_b>."""
    a, b, p, q = sympy.symbols("a b p q", real=True)
    z = a + sympy.I * b
    x, y = sympy.Matrix([[0, 1], [1, 0]]), sympy.Matrix([[0, -sympy.I], [sympy.I, 0]])
    pauli = {"X": x, "Y": y, "Z": -sympy.I * x * y}[stated.ancilla]
    # Entries <mu|O|mu> = p, <nu|O|nu> = q, <nu|O|mu> = z of O between the two branches.
    between = sympy.Matrix([[p, sympy.conjugate(z)], [z, q]])
    mean = sum(pauli[i, j] * between[i, j] for i in range(2) for j in range(2)) / 2
    derivative = 2 * sympy.re(sympy.expand(-sympy.I * z / 2))
    return identities(
        "-<Y (x) O> is the derivative",
        [("mean on |g_b>", stated.sign * stated.factor * sympy.expand(mean), derivative)],
    )


def shift_rule(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """The loss is A + B cos theta + C sin theta, so half a difference at +-shift is the slope."""
    theta, a, b, c, u, v, w = sympy.symbols("theta A B C u v w", real=True)
    shift = sympy.pi * sympy.Rational(stated.shift.numerator, stated.shift.denominator)
    loss = a + b * sympy.cos(theta) + c * sympy.sin(theta)
    half_cos, half_sin = sympy.cos(theta / 2), sympy.sin(theta / 2)
    form = u * half_cos**2 + v * half_sin**2 + 2 * w * half_cos * half_sin
    return identities(
        "parameter shift",
        [
            (
                "form of the loss",
                form,
                (u + v) / 2 + (u - v) / 2 * sympy.cos(theta) + w * sympy.sin(theta),
            ),
            (
                "half the difference is the slope",
                sympy.expand_trig(
                    (loss.subs(theta, theta + shift) - loss.subs(theta, theta - shift)) / 2
                ),
                sympy.diff(loss, theta),
            ),
        ],
    )


def instances(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """The mean on |g_b>, made with and without a network, parameter shift, the adjoint sweep."""
    sweep = Sweep(Method.EXACT)
    for number, (circuit, state, shifted) in enumerate(data.exact):
        swept = dict(zip(shifted, circuit.gradient(state), strict=True))
        for (b, j), slope in shifted.items():
            point = {"n": circuit.qubits, "L": circuit.layers, "instance": number, "b": b, "j": j}
            sweep.equal(point, "adjoint sweep", swept[b, j], slope)
            sweep.equal(point, "mean", gradient.entry(circuit, state, b, j, stated.recipe), slope)
            met = _mean_over_the_network(circuit, state, b, j, stated.recipe)
            sweep.equal(point, "mean over the network", met, slope)
    return sweep.evidence("gradient states give parameter shift's derivative exactly")


def _mean_over_the_network(
    circuit: DistributedCircuit, state: State, b: int, j: int, recipe: Recipe
) -> Fraction:
    """The exact mean of what the owner of block b is about to measure."""
    prepared = gradient.prepare(circuit, state, b, recipe=recipe)
    with prepared.holder:
        string = gradient.aim(prepared, j, recipe)
    mean: Fraction = expectation(string, prepared.register.world.state)
    return recipe.sign * recipe.factor * mean


def ledger(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """Transcripts of preparing every |g_b> against the formulas, block by block and in all."""
    sweep = Sweep(Method.EXACT)
    for circuit, state in data.floating:
        n, layers = circuit.qubits, circuit.layers
        messages = qubits = 0
        for b in range(1, 2 * layers + 1):
            bill = gradient.prepare(circuit, state, b).transcript
            point = {"n": n, "L": layers, "b": b}
            said = gradient_state_messages(layers, b) + stated.messages_offset
            sweep.equal(point, "messages", bill.messages, said)
            sweep.equal(point, "qubits", bill.qubits, gradient_state_qubits(n, layers, b))
            sweep.same(point, "lines", bill.lines, gradient_state_lines(n, circuit.owners, b))
            messages, qubits = messages + bill.messages, qubits + bill.qubits
        total = all_gradient_states(n, layers)
        extra = 2 * layers * stated.messages_offset
        sweep.equal({"n": n, "L": layers}, "messages in all", messages, total.messages + extra)
        sweep.equal({"n": n, "L": layers}, "qubits in all", qubits, total.qubits)
    return sweep.evidence("4L-1-b messages for |g_b>; 6L^2-3L and L(2L-1)(3n+1) qubits for all")


def metered(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """Entries measured on metered copies of |g_b> against the exact gradient."""
    circuit, state, shifted = data.exact[-1]
    failure = context.alarm / len(shifted)
    radius = hoeffding_radius(COPIES, failure)
    sweep, rows = Sweep(Method.STATISTICS), []
    for (b, j), slope in shifted.items():
        seed = int(context.rng("metered", b, j).integers(2**62))
        prepared = gradient.prepare(circuit, state, b, COPIES, seed)
        value = gradient.measure(prepared, j)
        sweep.at_most({"b": b, "j": j}, "error", abs(value - slope), abs(value - slope), radius)
        rows.append((float(slope), value))
    entries = tuple(range(1, len(rows) + 1))
    true, found = zip(*rows, strict=True)
    figure = Figure(
        title=f"Gradient measured on {COPIES} copies of each state",
        x_label="parameter, in gate order",
        y_label="derivative of the loss",
        series=(
            Series(
                label="metered",
                kind="measured",
                x=entries,
                y=found,
                low=tuple(y - radius for y in found),
                high=tuple(y + radius for y in found),
            ),
            Series(label="exact", kind="exact", x=entries, y=true),
        ),
        caption=f"Bars are Hoeffding intervals, each wrong with probability {failure:.1e}.",
    )
    return sweep.evidence("metered derivatives", alarm=context.alarm, figure=figure)


def automatic(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """Reverse-mode differentiation of an independent implementation, in floating point."""
    sweep = Sweep(Method.FLOATING)
    # The deepest circuit of every size: each shape is compiled anew.
    for circuit, state in {
        circuit.qubits: (circuit, state) for circuit, state in data.floating
    }.values():
        found = loss_and_gradient(circuit, state)[1]
        gates = len(circuit.gates)
        # Each gate adds a relative rounding of a few units; both routes pass through all gates.
        tolerance = 32 * gates * float(np.finfo(float).eps)
        position = 0
        for b, block in enumerate(circuit.blocks, start=1):
            for j in block.rotations:
                mean: Any = gradient.entry(circuit, state, b, j, stated.recipe)
                point = {"n": circuit.qubits, "L": circuit.layers, "b": b, "j": j}
                sweep.close(point, "autodiff", float(found[position]), float(mean), tolerance)
                position += 1
    return sweep.evidence("automatic differentiation agrees")


_CLAIMED = Hypothesis()

CLAIM: Claim[Hypothesis, Data] = Claim(
    id="gradient-states",
    topic="learning",
    title="All derivatives of a block are observables of one state made with one controlled gate",
    statement=(
        r"Let $|\mu_b\rangle$ be the state after block $b$ and $|\nu_b\rangle$ the image "
        r"$Z_0|\varphi\rangle$ carried back to it. On "
        r"$|g_b\rangle=(|0\rangle|\mu_b\rangle+|1\rangle|\nu_b\rangle)/\sqrt2$ the derivative "
        r"by $\theta_j$ is minus the mean of $Y\otimes V_jQ_jV_j^{\dagger}$, with $V_j$ the gates "
        r"after $j$ inside block $b$. One copy takes $4L-1-b$ messages; one copy of all $2L$ "
        r"states takes $6L^2-3L$ messages and $L(2L-1)(3n+1)$ qubits."
    ),
    formulas=(
        r"|g_b\rangle=\frac{|0\rangle|\mu_b\rangle+|1\rangle|\nu_b\rangle}{\sqrt2}",
        r"\partial_j\,\mathrm{loss}=-\langle g_b|\,Y\otimes V_jQ_jV_j^{\dagger}\,|g_b\rangle",
    ),
    source="arXiv:2310.07136",
    hypothesis=_CLAIMED,
    data=gather,
    steps=(
        Step("generator", Tag.PROVED, "derivative of one rotation", generator_rule),
        Step("readout", Tag.PROVED, "the derivative is minus the mean with Y", readout),
        Step("shift", Tag.PROVED, "parameter shift by pi/2 is exact", shift_rule),
        Step("instances", Tag.EXACT, "four exact routes agree, one over the network", instances),
        Step("ledger", Tag.EXACT, "transcripts equal the formulas", ledger),
        Step(
            "metered",
            Tag.NUMERIC,
            "measured derivatives do not contradict the exact ones",
            metered,
            role="counterexample",
        ),
        Step(
            "autodiff",
            Tag.NUMERIC,
            "automatic differentiation does not contradict them",
            automatic,
            role="counterexample",
        ),
    ),
    mutants=(
        Mutant("sign", "plus the mean", replace(_CLAIMED, sign=1), "readout"),
        Mutant(
            "ancilla X", "the ancilla is measured in X", replace(_CLAIMED, ancilla="X"), "readout"
        ),
        Mutant(
            "ancilla Z", "the ancilla is measured in Z", replace(_CLAIMED, ancilla="Z"), "readout"
        ),
        Mutant("factor 2", "twice the mean", replace(_CLAIMED, factor=2), "readout"),
        Mutant(
            "no conjugation",
            r"$Q_j$ in place of $V_jQ_jV_j^{\dagger}$",
            replace(_CLAIMED, conjugate=False),
            "instances",
        ),
        Mutant(
            "no observable",
            r"$|\nu_b\rangle$ without $Z_0$",
            replace(_CLAIMED, observable_in_nu=False),
            "instances",
        ),
        Mutant(
            "shift by pi/3",
            r"half the difference at $\pm\pi/3$",
            replace(_CLAIMED, shift=Fraction(1, 3)),
            "shift",
        ),
        Mutant(
            "4L-b messages",
            r"$4L-b$ messages for one copy",
            replace(_CLAIMED, messages_offset=1),
            "ledger",
        ),
    ),
)
