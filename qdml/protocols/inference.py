"""Inference by sampling: k copies of the state walk through all blocks, the last party measures.

Alice encodes her input, the parties apply their blocks in turn, and the owner of the last block
measures the observable on every copy and announces the number of +1 outcomes to whom it concerns.
The estimate 2S/k - 1 is within eps of the loss except with probability delta when
k = ceil(2 ln(2/delta)/eps^2) (Hoeffding; arXiv:2310.07136).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from qdml.claims.intervals import check_promise, check_reach, sampling_copies
from qdml.errors import InputError
from qdml.model import light_cone, structured
from qdml.model.circuit import DistributedCircuit
from qdml.network import MOST_COPIES, Network, Party, Register, Transcript
from qdml.protocols import drawn
from qdml.quantum.numbers import State
from qdml.tensor.chain import Chain

#: What a receiver does with a message before the protocol goes on; returns what it goes on with.
Tap = Callable[[Party, Register], Register]


def honest(party: Party, register: Register) -> Register:
    """Nothing."""
    return register


@dataclass(frozen=True)
class Estimate:
    """What the parties know at the end: the count of +1 among the copies, and the bill.

    `error` bounds the distance of the simulated state from the true one, as far as bonds were cut.
    """

    count: int
    copies: int
    transcript: Transcript
    engine: str
    error: float = 0.0

    @property
    def value(self) -> float:
        """The estimate 2S/k - 1 of the loss, from outcomes alone."""
        return 2 * self.count / self.copies - 1


@dataclass(frozen=True)
class InferenceResult:
    """An estimate with its interval, the exact loss beside it for comparison, and the bill.

    `engine` says what ran the protocol and gave the exact loss.
    """

    value: float
    interval: tuple[float, float]
    exact: float
    transcript: Transcript
    engine: str


def deal(network: Network, circuit: DistributedCircuit, state: State | Chain) -> dict[str, Party]:
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
    tap: Tap = honest,
) -> Register:
    """The input is prepared by the first owner and passes all blocks; returns the last register.

    Whoever receives the register acts on it by `tap` first.
    """
    holder = parties[owners[0]]
    with holder:
        register = holder.prepare(holder.private("input"), "features", copies)
    for b, owner in enumerate(owners, start=1):
        if parties[owner] is not holder:
            with holder:
                register = network.channel.send(register, to=parties[owner])
            holder = parties[owner]
            with holder:
                register = tap(holder, register)
        with holder:
            holder.apply(holder.private(f"block {b}"), register)
    return register


def walked(
    circuit: DistributedCircuit, state: State | Chain, copies: int, seed: int
) -> tuple[Network, dict[str, Party], Register]:
    """A new network after the walk: its parties, and the register that the last owner holds."""
    network = Network(seed)
    parties = deal(network, circuit, state)
    return network, parties, walk(network, parties, circuit.owners, copies)


def run(
    circuit: DistributedCircuit,
    state: State | Chain,
    copies: int,
    seed: int,
    reader: str | None = None,
) -> Estimate:
    """Run the protocol with `copies` copies of the input `state`, (N,) or a chain.

    The count is for `reader`, the first owner unless another one is named; raises `InputError` for
    one that owns no block.
    """
    reader = reader or circuit.owners[0]
    if reader not in circuit.owners:
        names = ", ".join(dict.fromkeys(circuit.owners))
        raise InputError(f"reader {reader!r}: expected one of {names}, who own blocks")
    network, parties, register = walked(circuit, state, copies, seed)
    told, last = parties[reader], parties[circuit.owners[-1]]
    engine, error = register.world.held.engine, register.world.held.error
    with last:
        outcome = last.measure(register, circuit.observable)
        if told is not last:
            network.channel.announce(outcome, last, to=told)
    with told:
        count = outcome.read(told)
    return Estimate(count, copies, network.transcript, engine, error)


def estimate(
    circuit: DistributedCircuit,
    state: State | Chain,
    accuracy: float,
    failure_probability: float,
    seed: int,
) -> InferenceResult:
    """Estimate the loss to `accuracy` except with `failure_probability`.

    Where bonds of a chain were cut the interval is wider, by what that may have changed the loss.
    Raises `InputError` for an accuracy outside (0, 2) or out of reach, or a failure probability
    outside (0, 1).
    """
    copies = sampling_copies(accuracy, failure_probability)
    check_reach(accuracy, copies, MOST_COPIES)
    found = run(circuit, state, copies, seed)
    # The observable has norm one, so a unit vector e away has a loss at most 2 e away.
    radius = accuracy + 2 * found.error
    exact, how = _exact(circuit, state)
    return InferenceResult(
        value=found.value,
        interval=(max(-1.0, found.value - radius), min(1.0, found.value + radius)),
        exact=exact,
        transcript=found.transcript,
        engine=found.engine + how,
    )


def _exact(circuit: DistributedCircuit, state: State | Chain) -> tuple[float, str]:
    """The loss, and what gave it where that is another engine than ran the protocol.

    A product state has all its correlations from the gates in the causal cone of the observable.
    """
    if not isinstance(state, Chain):
        return float(circuit.loss(state)), ""
    if state.bond > 1:
        return structured.loss(circuit, state), ""
    vectors = np.array([core.reshape(2) for core in state.cores])
    planned = light_cone.contraction(circuit, vectors)
    return float(planned.run().real), f"; exact loss by a tensor network: {planned.plan}"


def estimate_random(
    qubits: int,
    layers: int,
    accuracy: float,
    failure_probability: float,
    seed: int,
    kind: drawn.Input = "random",
    engine: drawn.Engine = "auto",
    parties: int = 2,
) -> InferenceResult:
    """`estimate` for a line circuit and an input drawn from `seed`; raises as `drawn.model` too."""
    check_promise(accuracy, failure_probability)
    circuit, state = drawn.model(qubits, layers, seed, kind, engine, parties)
    with drawn.forced(engine):
        return estimate(circuit, state, accuracy, failure_probability, seed)
