"""Fine-tuning: only the last block is trained, and copies that are sent once serve every step.

Bob's input |mu> to the last block does not change. The derivative of the loss in his angle j is
<mu|O_j(theta)|mu> with an observable of norm at most 1 that he knows, so he measures the copies in
random Pauli bases when they come, and reads every later gradient off the stored outcomes. The
guarantee is for angles that do not depend on the outcomes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from qdml.claims.seeds import generator
from qdml.errors import InputError
from qdml.model.ansatz import Draw, pauli_block, radians, random_pauli, random_string
from qdml.model.circuit import Block, DistributedCircuit
from qdml.network import Transcript
from qdml.protocols import gradient
from qdml.protocols.inference import walked
from qdml.protocols.shadows import Shadows, measure, norm_bound
from qdml.quantum.gates import Gate, Pauli, Rotation
from qdml.quantum.numbers import Angle, Radians, State, real

#: X Y = i Z and so on; the other order has the opposite sign.
_NEXT = {"XY": "Z", "YZ": "X", "ZX": "Y"}


def with_last(circuit: DistributedCircuit, gates: Sequence[Gate]) -> DistributedCircuit:
    """The circuit with another last block."""
    return replace(circuit, blocks=(*circuit.blocks[:-1], Block(tuple(gates))))


def random_path(
    qubits: int,
    layers: int,
    angles: int,
    steps: int,
    width: int,
    rng: np.random.Generator,
    draw: Draw = radians,
) -> list[DistributedCircuit]:
    """`steps` random circuits that differ in the angles of the last block alone.

    Its `angles` strings act on the first `width` qubits, and on qubit 0 by X or Y, so that no
    derivative of <Z_0> is zero for certain.
    """
    circuit = random_pauli(qubits, layers, angles, rng, draw)
    strings: list[Pauli] = []
    while len(strings) < angles:
        letters = random_string(min(width, qubits), rng).letters.ljust(qubits, "I")
        if letters[0] in "XY":
            strings.append(Pauli(letters))
    blocks = (pauli_block(strings, [draw(rng) for _ in strings]) for _ in range(steps))
    return [with_last(circuit, gates) for gates in blocks]


def train(
    shadows: Shadows, circuit: DistributedCircuit, groups: int, steps: int, rate: float
) -> list[DistributedCircuit]:
    """Gradient descent in the last block from stored copies alone: the T+1 circuits on the way.

    Nothing is sent. The angles depend on the outcomes, so nothing is guaranteed. Raises
    `InputError` for angles that are not in radians.
    """
    path = [circuit]
    for _ in range(steps):
        path.append(_descended(path[-1], read(shadows, path[-1], groups), rate))
    return path


def error(shadows: Shadows, circuit: DistributedCircuit, state: State, groups: int) -> float:
    """The largest error among the estimates of all derivatives of the last block."""
    found = read(shadows, circuit, groups)
    exactly = np.array(circuit.gradient(state)[-len(found) :], dtype=float)
    return float(np.abs(found - exactly).max())


def _descended(
    circuit: DistributedCircuit, slopes: npt.NDArray[np.float64], rate: float
) -> DistributedCircuit:
    gates = [_rotation(gate) for gate in circuit.blocks[-1].gates]
    moved = []
    for gate, slope in zip(gates, slopes, strict=True):
        if not isinstance(gate.angle, Radians):
            raise InputError(f"angle {gate.angle}: descent needs angles in radians")
        moved.append(Rotation(gate.pauli, Radians(gate.angle.value - rate * float(slope))))
    return with_last(circuit, moved)


def second_moment_bound(circuit: DistributedCircuit) -> Any:
    """S: at least the second moment of every derivative's values, whatever the state."""
    found = derivatives(circuit.blocks[-1].gates, circuit.observable)
    return max(norm_bound(observable) for observable in found)


def store(
    circuit: DistributedCircuit, state: State, copies: int, seed: int
) -> tuple[Shadows, Transcript]:
    """Send `copies` copies once, as far as the last block, and measure them in random Pauli bases.

    The last block's gates are not used. 2L-1 messages for two parties, and no answer.
    """
    network, parties, register = walked(with_last(circuit, ()), state, copies, seed)
    last = parties[circuit.owners[-1]]
    with last:
        shadows = measure(last, register)
    return shadows, network.transcript


def read(shadows: Shadows, circuit: DistributedCircuit, groups: int) -> npt.NDArray[np.float64]:
    """Bob's estimate of the derivatives in all angles of the last block, shape (P,)."""
    found = derivatives(circuit.blocks[-1].gates, circuit.observable)
    return np.array([shadows.estimate(observable, groups) for observable in found])


def direct(
    steps: Sequence[DistributedCircuit], state: State, copies: int, seed: int
) -> tuple[npt.NDArray[np.float64], list[Transcript]]:
    """Every derivative at every step from `copies` copies of its own, as gradient states.

    steps: T circuits that differ in the last block. Returns estimates (T, P) and T P transcripts.
    """
    rng = generator(seed, "direct")
    estimates, bills = [], []
    for circuit in steps:
        row = []
        for gate in circuit.blocks[-1].rotations:
            made = gradient.prepare(
                circuit, state, len(circuit.blocks), copies, int(rng.integers(2**62))
            )
            row.append(gradient.measure(made, gate))
            bills.append(made.transcript)
        estimates.append(row)
    return np.array(estimates), bills


def derivatives(gates: Sequence[Gate], observable: Pauli) -> list[dict[Pauli, Any]]:
    """O_j(theta) for every rotation of a block, as a sum of Pauli strings, in gate order.

    The observable is carried back through the gates; at gate j its derivative is taken. Exact for
    exact angles. Raises `InputError` for gates that are no rotations.
    """
    found = []
    later: dict[Pauli, Any] = {observable: 1}
    for number in range(len(gates) - 1, -1, -1):
        gate = _rotation(gates[number])
        terms = _carried(later, gate, slope=True)
        for earlier in reversed(gates[:number]):
            terms = _carried(terms, _rotation(earlier))
        found.append(terms or {Pauli("I" * observable.qubits): 0})
        later = _carried(later, gate)
    return found[::-1]


def _carried(terms: dict[Pauli, Any], gate: Rotation, slope: bool = False) -> dict[Pauli, Any]:
    """exp(i angle Q/2) P exp(-i angle Q/2) for every string P, or its derivative in the angle."""
    cosine, sine = _cosine_sine(gate.angle)
    found: dict[Pauli, Any] = {}

    def add(string: Pauli, coefficient: Any) -> None:
        total = found.pop(string, 0) + coefficient
        if total:
            found[string] = total

    for string, coefficient in terms.items():
        turns, letters = _product(gate.pauli.letters, string.letters)
        if turns % 2 == 0:
            # Q and P commute: the rotation does nothing.
            if not slope:
                add(string, coefficient)
            continue
        # i Q P is a string with the sign i^(turns + 1).
        sign = 1 if turns % 4 == 3 else -1
        add(string, coefficient * (-sine if slope else cosine))
        add(Pauli(letters), coefficient * sign * (cosine if slope else sine))
    return found


def _product(left: str, right: str) -> tuple[int, str]:
    """Two strings multiplied: (power of i, letters)."""
    turns, letters = 0, ""
    for one, other in zip(left, right, strict=True):
        if "I" in (one, other):
            letters += other if one == "I" else one
        elif one == other:
            letters += "I"
        elif one + other in _NEXT:
            turns, letters = turns + 1, letters + _NEXT[one + other]
        else:
            turns, letters = turns + 3, letters + _NEXT[other + one]
    return turns, letters


def _cosine_sine(angle: Angle) -> tuple[Any, Any]:
    cosine, sine = (real(part) for part in angle.half)
    size = cosine * cosine + sine * sine
    return (cosine * cosine - sine * sine) / size, 2 * cosine * sine / size


def _rotation(gate: Gate) -> Rotation:
    if not isinstance(gate, Rotation):
        raise InputError(f"gate {gate}: a block that is fine-tuned has Pauli rotations only")
    return gate
