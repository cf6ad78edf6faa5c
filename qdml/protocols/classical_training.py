"""What a classical pair would send to train the same model: features once, or vectors to and fro.

Numbers travel as floats of b bits. Features: Alice sends the encoded input of every example when
it first comes up, and Bob trains all blocks alone. Activations: at every change of hands the vector
of N complex amplitudes goes forward, and the derivative of the loss by it comes back. Both parties
compute exactly; only what is sent is rounded.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from qdml.errors import InputError
from qdml.model.circuit import DistributedCircuit
from qdml.network import Network, Party, Record
from qdml.protocols.inference import deal
from qdml.protocols.optimisers import Optimiser
from qdml.protocols.training import Examples, Plan, Told, Trained, batches, moved
from qdml.quantum.gates import Gate, Rotation
from qdml.quantum.numbers import State

Floats = npt.NDArray[np.float64]

#: Bits of the exponent and of the fraction by bits in all; the sign has one.
FORMATS = {32: (8, 23), 16: (5, 10), 8: (4, 3), 6: (3, 2), 4: (2, 1)}

#: What is sent.
WAYS = ("features", "activations")


def rounded(values: npt.NDArray[Any], bits: int) -> npt.NDArray[Any]:
    """The nearest floats of so many bits, for numbers below 2; small ones become even steps.

    The largest exponent is 0: amplitudes are at most 1. Raises `InputError` for other widths.
    """
    if bits not in FORMATS:
        raise InputError(f"{bits} bits: expected one of {', '.join(map(str, FORMATS))}")
    if np.iscomplexobj(values):
        return rounded(values.real, bits) + 1j * rounded(values.imag, bits)
    exponents, fraction = FORMATS[bits]
    with np.errstate(divide="ignore"):
        power = np.floor(np.log2(np.abs(values)))
    step = 2.0 ** (np.clip(power, 2 - 2.0**exponents, 0) - fraction)
    most = 2 - 2.0**-fraction
    found: npt.NDArray[Any] = np.clip(np.rint(values / step) * step, -most, most)
    return found


def run(
    circuit: DistributedCircuit, examples: Examples, plan: Plan, way: str, bits: int
) -> Trained:
    """Train with exact derivatives of what was received; `plan.method` and copies do not matter.

    Raises `InputError` for an unknown way or number of bits.
    """
    if way not in WAYS:
        raise InputError(f"way {way!r}: allowed are {', '.join(WAYS)}")
    network = Network(plan.seed)
    parties = deal(network, circuit, examples.states[:, 0])
    first, last = parties[circuit.owners[0]], parties[circuit.owners[-1]]
    keeper = {b: parties[owner] for b, owner in enumerate(circuit.owners, start=1)}
    if way == "features":
        keeper = dict.fromkeys(keeper, last)
    with first:
        first.keep("examples", examples.states)
        # What is zero in every example need not be sent.
        used = np.flatnonzero(examples.states.any(axis=1))
    with last:
        last.keep("labels", examples.labels)
        last.keep("seen", {})
    for b, party in keeper.items():
        with party:
            party.keep(f"block {b}", circuit.blocks[b - 1].gates)
            party.keep(f"optimiser {b}", Optimiser(plan.optimiser, plan.rate))
    told = Told(network, list(keeper.values()), circuit)
    told.note()
    estimates = []
    for _, batch in zip(plan.copies, batches(plan, examples), strict=False):
        if way == "features":
            _ship(network, first, last, batch, used, bits)
            with last:
                seen = last.private("seen")
                last.keep("input", np.stack([seen[i] for i in batch], axis=1))
        else:
            with first:
                first.keep("input", first.private("examples")[:, batch])
        found = _exchanged(network, keeper, last, batch, circuit, bits)
        for b, party in keeper.items():
            with party:
                moves = party.private(f"optimiser {b}").moves(found[b - 1])
                party.keep(f"block {b}", moved(party.private(f"block {b}"), moves))
        estimates.append(np.concatenate(found))
        told.note()
    return Trained(told.circuits, told.qubits, told.bits, np.array(estimates), network.transcript)


def _ship(
    network: Network,
    first: Party,
    last: Party,
    batch: npt.NDArray[np.int64],
    used: npt.NDArray[np.int64],
    bits: int,
) -> None:
    """Every example of the batch that was not sent before: its features `used`, as floats."""
    with last:
        known = set(last.private("seen"))
    for i in batch:
        if int(i) in known:
            continue
        with first:
            example = first.private("examples")[:, i].real
            features = rounded(example[used], bits)
            record = Record(features, 2 ** (bits * len(features)), first)
            network.channel.announce(record, first, last)
        with last:
            got = np.zeros(len(example), dtype=complex)
            # Where every feature was rounded to zero, nothing is known of the direction.
            features = record.read(last)
            got[used] = features if features.any() else 1.0
            last.private("seen")[int(i)] = got / np.linalg.norm(got)


def _exchanged(
    network: Network,
    keeper: dict[int, Party],
    last: Party,
    batch: npt.NDArray[np.int64],
    circuit: DistributedCircuit,
    bits: int,
) -> list[Floats]:
    """Forward through all blocks and back; what changes hands is announced, rounded."""
    with keeper[1] as holder:
        state = holder.private("input")
    for b in range(1, len(keeper) + 1):
        if b > 1:
            state = _told(network, state, keeper[b - 1], keeper[b], bits)
        with keeper[b] as holder:
            holder.keep(f"came {b}", state)
            for gate in holder.private(f"block {b}"):
                state = gate.apply(state)
    with last:
        image = circuit.observable.apply(state) * last.private("labels")[batch]
    found = []
    for b in range(len(keeper), 0, -1):
        with keeper[b] as holder:
            gates = holder.private(f"block {b}")
            slopes, image = backward(gates, holder.private(f"came {b}"), image)
            found.append(slopes)
        if b > 1:
            image = _told(network, image, keeper[b], keeper[b - 1], bits)
    return found[::-1]


def _told(network: Network, vectors: State, sender: Party, receiver: Party, bits: int) -> State:
    """Complex vectors (N, B) as floats, from one party to another; nothing for the same one."""
    if sender is receiver:
        return vectors
    with sender:
        record = Record(rounded(vectors, bits), 2 ** (2 * bits * vectors.size), sender)
        network.channel.announce(record, sender, receiver)
    with receiver:
        return record.read(receiver)


def backward(gates: Sequence[Gate], came: State, image: State) -> tuple[Floats, State]:
    """Derivatives of (1 - mean of <image|state>)/2 in the angles, and the image before the gates.

    came: (N, B), the states before the gates; image: (N, B), the observable's image after them.
    """
    state = came
    for gate in gates:
        state = gate.apply(state)
    slopes: list[float] = []
    for gate in reversed(gates):
        if isinstance(gate, Rotation):
            each = (image.conj() * gate.pauli.apply(state)).sum(axis=0).imag
            slopes.append(-float(each.mean()) / 2)
        back = gate.inverse()
        state, image = back.apply(state), back.apply(image)
    return np.array(slopes[::-1]), image
