"""Worst cases of rounding, which refute bounds that are too good; a table and a figure of bits."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np

from qdml.bounds import costs
from qdml.claims import Figure, Series
from qdml.claims.evidence import Scalar
from qdml.model import vector_plans
from qdml.model.circuit import DistributedCircuit
from qdml.model.floats import Floats
from qdml.quantum.gates import Gate, Pauli, Rotation
from qdml.quantum.numbers import Radians, State


def stuck(floats: Floats, qubits: int, crossings: int) -> tuple[DistributedCircuit, State]:
    """A first qubit that blocks turn by less than half a step, which rounding undoes each time.

    The first block does nothing. The loss falls by twice the angle, so that X messages lose about
    (X - 1) sqrt 2 half steps near an angle of pi/4.
    """
    step = 2.0 ** (floats.top - 1 - floats.mantissa) if floats.octaves else float(floats.step)
    first = np.arange(int(np.ceil(0.6 / step)), int(0.8 / step) + 1)
    second = np.rint(np.sqrt(1 - (first * step) ** 2) / step)
    norms = np.hypot(first, second) * step
    best = int(np.argmin(np.abs(norms - 1)))
    state = np.zeros((2, 2 ** (qubits - 1)), dtype=complex)
    state[:, 0] = first[best], second[best]
    state *= step / norms[best]
    room = 0.49 * step - np.abs(norms[best] - 1)
    angle = float(room / np.abs(state).max())
    turn: list[Gate] = [Rotation(Pauli.single("Y", 0, qubits), Radians(2 * angle))]
    blocks: list[list[Gate]] = [[], *([turn] * crossings)]
    return DistributedCircuit.alternating(blocks, qubits), state.ravel()


def leaning(floats: Floats, qubits: int) -> tuple[DistributedCircuit, State]:
    """Halves of a vector that are rounded away from each other: up for +1, down for -1.

    Among some hundred pairs of values the one of largest error, near half a step each.
    """
    step, half = float(floats.step), 2 ** (qubits - 1)
    top = np.sqrt(1 / half)
    up = (np.floor(np.linspace(0.3, 0.9, 400) * top / step) + 0.5 + 1e-6) * step
    up = up[(up > 0) & (up < top)]
    down = np.sqrt(1 / half - up**2)
    numbers = [floats.decode(floats.encode(values)) for values in (up, down)]
    lost = half * (numbers[0] ** 2 - numbers[1] ** 2 - up**2 + down**2)
    best = int(np.argmax(np.abs(lost)))
    state = np.repeat([up[best], down[best]], half).astype(complex)
    return DistributedCircuit.alternating([[], []], qubits), state


def bits_table(failure: Fraction) -> tuple[dict[str, Scalar], ...]:
    rows: list[dict[str, Scalar]] = []
    for n, layers, eps in product((10, 20, 60), (1, 4), (Fraction(1, 10), Fraction(1, 1000))):
        known = vector_plans.plans(n, 2 * layers - 1, eps, failure)
        bits = {f"bits a float, {name}": plan.floats.bits for name, plan in known.items()}
        rows.append({"n": n, "L": layers, "eps": float(eps), **bits})
    return tuple(rows)


def figure(failure: Fraction) -> Figure:
    """Qubits and bits of one loss against n, two layers."""
    sizes = (1, 2, 4, 6, 8, 10, 12, 15, 20, 25, 30, 35, 40)
    bills = [costs.inference(n, 2, Fraction(1, 10), failure) for n in sizes]
    names = {"sampling": "qubits, sampling", "amplitude-estimation": "qubits, phase estimation"}
    lines = [
        Series(label=label, kind="exact", x=sizes, y=[float(bill[name].qubits) for bill in bills])
        for name, label in names.items()
    ]
    for name in vector_plans.METHODS:
        known = [
            (n, float(bill[name].bits))
            for n, bill in zip(sizes, bills, strict=True)
            if name in bill
        ]
        x, y = zip(*known, strict=True)
        lines.append(Series(label=f"bits, {name}", kind="exact", x=x, y=y))
    least = costs.advantage_from("sampling", 2, Fraction(1, 10), failure)
    return Figure(
        title="What one loss costs, L = 2, eps = 1/10, delta = 1/20",
        x_label="qubits n of the state",
        y_label="qubits or bits sent",
        y_scale="log",
        series=tuple(lines),
        caption=(
            f"From n = {least} on sampling sends fewer qubits than any of these classical ways "
            "sends bits. They are upper bounds on what classical parties need, not the least."
        ),
    )
