"""Inference by sampling: k copies of the state walk through all blocks, the last party measures.

Alice encodes her input, the parties apply their blocks in turn, and the owner of the last block
measures the observable on every copy and announces the number of +1 outcomes to the first party.
The estimate 2S/k - 1 is within eps of the loss except with probability delta when
k = ceil(2 ln(2/delta)/eps^2) (Hoeffding; arXiv:2310.07136).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from qdml.claims.intervals import check_promise, sampling_copies
from qdml.claims.seeds import generator
from qdml.errors import InputError
from qdml.model.ansatz import random_line
from qdml.model.circuit import DistributedCircuit
from qdml.network import Network, Party, Register, Transcript
from qdml.quantum.numbers import State
from qdml.quantum.reference import amplitude_encoding

#: Largest register that the reference engine is asked to hold.
LARGEST_REFERENCE = 20

#: More layers than this are a slip of the finger: the circuit alone would fill the memory.
MOST_LAYERS = 1000

#: Layers times amplitudes that still take seconds.
LARGEST_WORK = 2**24


@dataclass(frozen=True)
class Estimate:
    """What the parties know at the end: the count of +1 among the copies, and the bill."""

    count: int
    copies: int
    transcript: Transcript

    @property
    def value(self) -> float:
        """The estimate 2S/k - 1 of the loss, from outcomes alone."""
        return 2 * self.count / self.copies - 1


@dataclass(frozen=True)
class InferenceResult:
    """An estimate with its interval, the exact loss beside it for comparison, and the bill.

    `engine` says what ran the protocol, always the reference so far, and what gave the exact loss.
    """

    value: float
    interval: tuple[float, float]
    exact: float
    transcript: Transcript
    engine: str


def deal(network: Network, circuit: DistributedCircuit, state: State) -> dict[str, Party]:
    """One party an owner, each with its own blocks; the first also holds the input state."""
    parties = {}
    for name in dict.fromkeys(circuit.owners):
        owned = {
            f"block {b}": block.gates
            for b, (block, owner) in enumerate(
                zip(circuit.blocks, circuit.owners, strict=True), start=1
            )
            if owner == name
        }
        inputs = {"input": state} if name == circuit.owners[0] else {}
        parties[name] = network.party(name, **owned, **inputs)
    return parties


def walk(
    network: Network,
    parties: Mapping[str, Party],
    owners: Sequence[str],
    copies: int,
) -> Register:
    """The input is prepared by the first owner and passes all blocks; returns the last register."""
    holder = parties[owners[0]]
    with holder:
        register = holder.prepare(holder.private("input"), "features", copies)
    for b, owner in enumerate(owners, start=1):
        if parties[owner] is not holder:
            with holder:
                register = network.channel.send(register, to=parties[owner])
            holder = parties[owner]
        with holder:
            holder.apply(holder.private(f"block {b}"), register)
    return register


def walked(
    circuit: DistributedCircuit, state: State, copies: int, seed: int
) -> tuple[Network, dict[str, Party], Register]:
    """A new network after the walk: its parties, and the register that the last owner holds."""
    network = Network(seed)
    parties = deal(network, circuit, state)
    return network, parties, walk(network, parties, circuit.owners, copies)


def run(circuit: DistributedCircuit, state: State, copies: int, seed: int) -> Estimate:
    """Run the protocol with `copies` copies of the input `state` (N,)."""
    network, parties, register = walked(circuit, state, copies, seed)
    first, last = parties[circuit.owners[0]], parties[circuit.owners[-1]]
    with last:
        outcome = last.measure(register, circuit.observable)
        if first is not last:
            network.channel.announce(outcome, last, to=first)
    with first:
        count = outcome.read(first)
    return Estimate(count, copies, network.transcript)


def estimate(
    circuit: DistributedCircuit,
    state: State,
    accuracy: float,
    failure_probability: float,
    seed: int,
) -> InferenceResult:
    """Estimate the loss to `accuracy` except with `failure_probability`.

    Raises `InputError` for an accuracy outside (0, 2) or a failure probability outside (0, 1).
    """
    copies = sampling_copies(accuracy, failure_probability)
    found = run(circuit, state, copies, seed)
    return InferenceResult(
        value=found.value,
        interval=(max(-1.0, found.value - accuracy), min(1.0, found.value + accuracy)),
        exact=float(circuit.loss(state)),
        transcript=found.transcript,
        engine=f"reference, {circuit.qubits} qubits; exact loss by {circuit.engine(state)}",
    )


def random_instance(qubits: int, layers: int, seed: int) -> tuple[DistributedCircuit, State]:
    """A random line circuit and a random real input, both drawn from `seed`.

    Raises `InputError` for a size that the reference engine does not run in seconds.
    """
    if not 1 <= qubits <= LARGEST_REFERENCE:
        raise InputError(
            f"qubits = {qubits}: the reference engine holds 1 to {LARGEST_REFERENCE} qubits"
        )
    if not 1 <= layers <= MOST_LAYERS:
        raise InputError(f"layers = {layers}: expected 1 to {MOST_LAYERS}")
    if layers * 2**qubits > LARGEST_WORK:
        raise InputError(
            f"{layers} layers of {qubits} qubits: expected L 2^n up to {LARGEST_WORK} here; take "
            "fewer layers or qubits"
        )
    rng = generator(seed, "random inference", qubits, layers)
    circuit = random_line(qubits, layers, rng)
    return circuit, amplitude_encoding(rng.normal(size=2**qubits))


def estimate_random(
    qubits: int, layers: int, accuracy: float, failure_probability: float, seed: int
) -> InferenceResult:
    """`estimate` for a `random_instance`."""
    check_promise(accuracy, failure_probability)
    circuit, state = random_instance(qubits, layers, seed)
    return estimate(circuit, state, accuracy, failure_probability, seed)
