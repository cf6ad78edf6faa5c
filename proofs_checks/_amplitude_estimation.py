"""Data of the claim on amplitude estimation: exact powers of the iterate, and metered runs."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import flint
import numpy as np

from qdml.bounds.costs import inference_by_vectors
from qdml.claims import Context, Figure, Series
from qdml.claims.intervals import (
    PRECISION,
    amplitude_evaluations,
    exact_fraction,
    rational,
    sampling_copies,
)
from qdml.claims.majority import enclosure, median_runs
from qdml.model.ansatz import direction, random_pauli
from qdml.model.circuit import DistributedCircuit
from qdml.model.vector_plans import nearest
from qdml.network import Transcript
from qdml.protocols import amplitude_estimation, drawn
from qdml.quantum.numbers import State, exact, imaginary, real

#: Exact states of more qubits or layers than this add time and no insight.
LARGEST_EXACT = 2

#: Powers on exact states: all smaller ones are entries of the same matrix.
POWERS = 5

#: Accuracies of the metered comparison, and its failure probability.
SHOWN, SHOWN_FAILURE = (0.4, 0.2, 0.1, 0.05), 0.05

#: Qubits of the state for which the classical parties are priced beside.
SHOWN_QUBITS = 10

#: The promise that is looked at whatever the grid: false variants show there.
ANCHOR = Fraction(1, 10), Fraction(1, 100)


@dataclass(frozen=True)
class Powers:
    """What the last party holds after M - 1 iterates of an exact circuit, one row a power."""

    circuit: DistributedCircuit
    loss: Fraction
    rows: State


@dataclass(frozen=True)
class Run:
    """One metered run and what was asked of it."""

    qubits: int
    layers: int
    evaluations: int
    runs: int
    transcript: Transcript
    promise: tuple[Fraction, Fraction] | None = None
    announced: bool = True


@dataclass(frozen=True)
class Data:
    """Exact states before the Fourier transform, and metered runs."""

    powers: tuple[Powers, ...]
    runs: tuple[Run, ...]


def gather(context: Context) -> Data:
    """Exact instances at small sizes; metered runs for small M, and for promises of the grid."""
    grid, powers, runs = context.grid, list[Powers](), list[Run]()
    for n in sorted({min(n, LARGEST_EXACT) for n in grid.qubits}):
        for layers in sorted({min(layers, LARGEST_EXACT) for layers in grid.layers}):
            for i in range(2):
                found, bill = _powers(n, layers, context.rng("exact", n, layers, i))
                powers.append(found)
                runs.append(Run(n, layers, POWERS, 1, bill, announced=False))
    wanted = promises(context)
    for n in sorted({min(n, 3) for n in grid.qubits}):
        for layers in grid.layers:
            circuit, state = drawn.random_instance(n, layers, context.seed)
            for m, r in ((2, 1), (5, 3), (8, 7)):
                run = amplitude_estimation.run(circuit, state, m, r, seed=n)
                runs.append(Run(n, layers, m, r, run.transcript))
            asked = wanted if n == layers == 1 else wanted[-1:]
            for eps, delta in asked:
                m, r = amplitude_evaluations(eps), median_runs(delta)
                run = amplitude_estimation.run(circuit, state, m, r, seed=n)
                runs.append(Run(n, layers, m, r, run.transcript, (eps, delta)))
    return Data(tuple(powers), tuple(runs))


def _powers(n: int, layers: int, rng: np.random.Generator) -> tuple[Powers, Transcript]:
    circuit = random_pauli(n, layers, 2, rng, direction)
    state = exact([int(v) for v in rng.integers(1, 5, 2**n)])
    network, parties, phase, register = amplitude_estimation.phases(circuit, state, POWERS, 1, 0)
    last = parties[circuit.owners[-1]]
    with last:
        # Joining puts the phase register first, whatever the order in which qubits were made.
        joined = last.join(phase, register)
        last.apply([], joined)
    order = [joined.world.slots.index(slot) for slot in joined.slots]
    tensor = joined.world.state.reshape([2] * len(order)).transpose(order)
    rows = tensor.reshape(-1, 2**n)[:POWERS]
    return Powers(circuit, circuit.loss(state), rows), network.transcript


def hardest(context: Context) -> tuple[DistributedCircuit, State]:
    """Of 16 random instances on one qubit the one of loss nearest to 0: outcomes vary most."""
    instances = [drawn.random_instance(1, 1, context.seed + i) for i in range(16)]
    return min(instances, key=lambda pair: abs(float(pair[0].loss(pair[1]))))


def promises(context: Context) -> list[tuple[Fraction, Fraction]]:
    """Every accuracy of the grid with every failure probability, and the anchor."""
    grid = context.grid
    accuracies = sorted({*map(exact_fraction, grid.accuracy), ANCHOR[0]})
    failures = sorted({*map(exact_fraction, grid.failure_probability), ANCHOR[1]})
    return [(eps, delta) for eps in accuracies for delta in failures]


def born(rows: State, y: int) -> tuple[Fraction, Fraction]:
    """The probability of a reading by transforming the state itself, in balls."""
    m = len(rows)
    squares = [real(z) ** 2 + imaginary(z) ** 2 for z in rows.ravel()]
    total = sum(squares, start=Fraction(0))
    with flint.ctx.workprec(PRECISION):
        weight = flint.arb(0)
        for outcome in {y, (m - y) % m}:
            for column in rows.T:
                amplitude = flint.acb(0)
                for j, z in enumerate(column):
                    entry = flint.acb(rational(real(z)), rational(imaginary(z)))
                    angle = flint.fmpq(-2 * j * outcome, m)
                    turn = flint.acb(flint.arb.cos_pi_fmpq(angle), flint.arb.sin_pi_fmpq(angle))
                    amplitude += entry * turn
                weight += amplitude.real**2 + amplitude.imag**2
        return enclosure(weight / (m * flint.arb(rational(total))))


def cross(guess: Fraction, delta: Fraction, r: int, n: int, travels: bool) -> float:
    """Where both cost the same at L = 1, by bisection; the phase register itself never moves."""
    low, high = guess / 8, min(guess * 2, Fraction(19, 10))
    for _ in range(14):
        eps = ((low + high) / 2).limit_denominator(10**6)
        m = amplitude_evaluations(eps)
        qubits = r * ((2 * m - 1) * n + (2 * (m - 1) if travels else 0))
        low, high = (eps, high) if qubits < n * sampling_copies(eps, delta) else (low, eps)
    return float(f"{float(low):.4g}")


def picture(spent: list[tuple[float, int, int]], runs: int) -> Figure:
    """Qubits of sampling, phase estimation and metered iterative runs, by accuracy."""
    eps = tuple(float(e) for e in np.geomspace(SHOWN[-1] / 2, SHOWN[0], 16))
    r = median_runs(exact_fraction(SHOWN_FAILURE))
    mean, least, most = zip(*spent, strict=True)
    iterates = tuple(r * (2 * amplitude_evaluations(e) - 1) for e in eps)
    copies = tuple(sampling_copies(e, SHOWN_FAILURE) for e in eps)
    plans = (nearest(SHOWN_QUBITS, 1, e) for e in eps)
    bits = tuple(inference_by_vectors(plan, 1).bits / SHOWN_QUBITS for plan in plans)
    return Figure(
        title=f"Qubits that one loss costs, at failure probability {SHOWN_FAILURE}",
        x_label="accuracy eps",
        y_label="qubits, or bits, over n(2L-1)",
        x_scale="log",
        y_scale="log",
        series=(
            Series(label="sampling", kind="formula", x=eps, y=copies),
            Series(label="phase estimation, median", kind="formula", x=eps, y=iterates),
            Series(
                label=f"classical vectors at n = {SHOWN_QUBITS}, L = 1, bits",
                kind="formula",
                x=eps,
                y=bits,
            ),
            Series(
                label="iterative, metered", kind="measured", x=SHOWN, y=mean, low=least, high=most
            ),
        ),
        caption=(
            f"Means of {runs} metered iterative runs on one circuit, n = L = 1, loss near 0; bars "
            "reach from the least bill to the largest. Phase estimation pays for its median; the "
            "iterative variant needs neither phase register nor Fourier transform."
        ),
    )
