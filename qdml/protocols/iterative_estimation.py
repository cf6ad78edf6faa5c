"""Iterative amplitude estimation: longer and longer walks, no phase register, no Fourier transform.

After j Grover iterates the observable has mean cos(K phi), K = 2j+1, with cos phi = loss. The
parties keep an interval of phi. Each look takes the largest odd K that keeps K phi within one half
turn, measures a batch of copies there, and cuts the interval by what Clopper and Pearson say of
all outcomes at this K. Look number r at the j-th K may fail with 36 delta/(pi^2 j r)^2 (after
Grinko, Gacon, Zoufal, Woerner 2021). Outcomes decide when a K is left, so the union goes over all r
for each K, as if it never were, and then over all j: delta together, whatever the number of looks.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import acos, ceil, cos, floor, pi

from qdml.claims.intervals import check_promise, clopper_pearson
from qdml.errors import InputError
from qdml.model.circuit import DistributedCircuit
from qdml.network import Network, Party, Transcript
from qdml.protocols.amplitude_estimation import reflect
from qdml.protocols.inference import InferenceResult, deal, walk
from qdml.quantum.numbers import State

#: Copies of one look: few enough to be adaptive, enough to be worth its share of delta.
BATCH = 24

#: Shares of less than this would come near the smallest floating-point number.
LEAST_FAILURE = 1e-250

#: Gates of the longest walk times amplitudes, `OVERHEAD` at least, that still take seconds.
LARGEST_WORK, OVERHEAD = 2**31, 1000


@dataclass(frozen=True)
class Look:
    """One batch: the iterates that it went through, and the +1 outcomes among `BATCH`."""

    iterates: int
    count: int


@dataclass(frozen=True)
class Estimate:
    """The interval of the loss in which both parties believe, the looks, and the bill."""

    interval: tuple[float, float]
    looks: tuple[Look, ...]
    transcript: Transcript

    @property
    def value(self) -> float:
        """The middle of the interval."""
        return sum(self.interval) / 2


class Belief:
    """The interval of phi in [0, pi] that all looks so far allow; each party computes its own."""

    def __init__(self, failure_probability: float) -> None:
        self.failure_probability = failure_probability
        self.low, self.high = 0.0, pi
        self.factor, self.stage, self.trials, self.plus = 1, 1, 0, 0

    @property
    def losses(self) -> tuple[float, float]:
        """The interval of cos phi."""
        return cos(self.high), cos(self.low)

    def lengthen(self) -> int:
        """The iterates of the next look: for the largest odd K that keeps K phi in a half turn."""
        top = int(pi / (self.high - self.low))
        for factor in range(top - (top + 1) % 2, self.factor, -2):
            if floor(factor * self.low / pi) == ceil(factor * self.high / pi) - 1:
                self.factor, self.stage, self.trials, self.plus = factor, self.stage + 1, 0, 0
                break
        return (self.factor - 1) // 2

    def learn(self, count: int) -> None:
        """Cut the interval by `count` outcomes +1 among one more batch at the present K."""
        self.trials, self.plus = self.trials + BATCH, self.plus + count
        share = 6 / (pi**2 * self.stage * (self.trials // BATCH))
        failure = self.failure_probability * share**2
        low, high = clopper_pearson(self.plus, self.trials, failure)
        half_turns = floor(self.factor * (self.low + self.high) / 2 / pi)
        ends = acos(2 * high - 1), acos(2 * low - 1)
        if half_turns % 2:
            ends = pi - ends[1], pi - ends[0]
        low, high = ((half_turns * pi + end) / self.factor for end in ends)
        # Intervals that exclude each other betray a failure; the newest look is as good as any.
        if low < self.high and high > self.low:
            low, high = max(low, self.low), min(high, self.high)
        self.low, self.high = low, high


def run(
    circuit: DistributedCircuit,
    state: State,
    accuracy: float,
    failure_probability: float,
    seed: int,
) -> Estimate:
    """Look until the interval of the loss is at most 2 `accuracy` wide.

    After every look the last party announces its count, so that the first one knows when to stop
    and how far to walk. Raises `InputError` for a promise out of range, or an accuracy whose
    longest walk, pi/(2 eps) iterates of the angle, takes more than seconds.
    """
    check_promise(accuracy, failure_probability)
    if failure_probability < LEAST_FAILURE:
        raise InputError(
            f"failure probability {failure_probability}: expected {LEAST_FAILURE} or more here, "
            "since shares of it have to be floating-point numbers"
        )
    work = len(circuit.gates) * (2**circuit.qubits + OVERHEAD) * pi / accuracy
    if work > LARGEST_WORK:
        raise InputError(
            f"accuracy {accuracy}: too long walks to run here on {circuit.qubits} qubits and "
            f"{circuit.layers} layers; expected {1.05 * accuracy * work / LARGEST_WORK:.2g} or more"
        )
    network = Network(seed)
    parties = deal(network, circuit, state)
    belief, looks = Belief(failure_probability), list[Look]()
    while belief.losses[1] - belief.losses[0] > 2 * accuracy:
        iterates = belief.lengthen()
        looks.append(Look(iterates, look(network, parties, circuit, iterates)))
        belief.learn(looks[-1].count)
    return Estimate(belief.losses, tuple(looks), network.transcript)


def look(
    network: Network, parties: dict[str, Party], circuit: DistributedCircuit, iterates: int
) -> int:
    """One batch through `iterates` Grover iterates; the count of +1, known to first and last."""
    first, last = parties[circuit.owners[0]], parties[circuit.owners[-1]]
    register = walk(network, parties, circuit.owners, BATCH)
    for _ in range(iterates):
        with last:
            last.apply([circuit.observable], register)
        register = reflect(network, parties, circuit.owners, register)
    with last:
        outcome = last.measure(register, circuit.observable)
        if first is not last:
            network.channel.announce(outcome, last, to=first)
    with first:
        return int(outcome.read(first))


def estimate(
    circuit: DistributedCircuit,
    state: State,
    accuracy: float,
    failure_probability: float,
    seed: int,
) -> InferenceResult:
    """Estimate the loss to `accuracy` except with `failure_probability`; raises as `run` does."""
    found = run(circuit, state, accuracy, failure_probability, seed)
    return InferenceResult(
        value=found.value,
        interval=found.interval,
        exact=float(circuit.loss(state)),
        transcript=found.transcript,
        engine=f"reference, {circuit.qubits} qubits; {len(found.looks)} looks of {BATCH} copies",
    )
