"""Amplitude estimation over the network: distributed Grover iterates and phase estimation.

With |psi> the state after all blocks, O the observable and R = 2|psi><psi| - 1, the iterate R O
turns by angles of cosine <psi|O|psi> = loss. Its holder, the last party, applies O; the register
walks back, the first party reflects about its input, and it walks forward again: that is R. The
phase register j = 0 ... M-1 stays with the last party, who applies O from iterate M-j on only:
before that the state is |psi>, which R leaves alone, so no control needs to travel. M-1 iterates
take (2M-1)(2L-1) messages of n qubits (Brassard, Hoyer, Mosca, Tapp 2002; arXiv:2310.07136).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from qdml.claims.intervals import amplitude_evaluations, check_promise, exact_fraction
from qdml.claims.majority import median_runs
from qdml.errors import InputError
from qdml.model.circuit import DistributedCircuit
from qdml.network import Network, Party, Record, Register, Transcript
from qdml.protocols.inference import InferenceResult, deal, walk
from qdml.quantum import numbers
from qdml.quantum.gates import Dense, Mirror
from qdml.quantum.numbers import State, is_exact
from qdml.quantum.placing import From, Leading

#: Evaluations times blocks times amplitudes that still take seconds.
LARGEST_WORK = 2**24


@dataclass(frozen=True)
class Estimate:
    """What the parties know at the end: one reading 0 ... M/2 of each run, and the bill."""

    readings: tuple[int, ...]
    evaluations: int
    transcript: Transcript

    @property
    def value(self) -> float:
        """cos(2 pi y/M) at the median reading y, an estimate of the loss."""
        return float(np.cos(2 * np.pi * middle(self.readings) / self.evaluations))


def middle(readings: Sequence[int]) -> int:
    """The median of an odd number of readings."""
    return sorted(readings)[len(readings) // 2]


def phases(
    circuit: DistributedCircuit, state: State, evaluations: int, runs: int, seed: int
) -> tuple[Network, dict[str, Party], Register, Register]:
    """The network before the Fourier transform: sum_j |j> (R O)^j |psi>, in two registers.

    Returns network, parties, the phase register of ceil(log2 M) qubits and that of the circuit,
    both with the last party, with `runs` copies. Raises `InputError` for fewer than 2 evaluations
    or more work than the reference engine does in seconds.
    """
    width = _width(evaluations)
    if evaluations < 2 or _work(circuit, evaluations) > LARGEST_WORK:
        raise InputError(
            f"{evaluations} evaluations on {circuit.qubits} qubits: expected 2 or more, and a "
            "product of evaluations, blocks and amplitudes (phase register included) up to "
            f"{LARGEST_WORK}"
        )
    network = Network(seed)
    parties = deal(network, circuit, state)
    register = walk(network, parties, circuit.owners, runs)
    last = parties[circuit.owners[-1]]
    used = np.arange(2**width) < evaluations
    with last:
        uniform = (
            numbers.exact(used.astype(int)) if is_exact(state) else used / np.sqrt(evaluations)
        )
        phase = last.prepare(uniform, "phase", runs)
    for step in range(1, evaluations):
        with last:
            joined = last.join(phase, register)
            last.apply([From(circuit.observable, width, evaluations - step)], joined)
            phase, register = last.split(joined, width)
        register = reflect(network, parties, circuit.owners, register)
    return network, parties, phase, register


def reflect(
    network: Network, parties: Mapping[str, Party], owners: Sequence[str], register: Register
) -> Register:
    """R = 2|psi><psi| - 1 on the last owner's register: there and back in 2(2L-1) messages."""
    for b in range(len(owners), 0, -1):
        register = _handed(network, register, parties[owners[b - 1]])
        with register.owner as holder:
            gates = holder.private(f"block {b}")
            holder.apply([gate.inverse() for gate in reversed(gates)], register)
    with register.owner as holder:
        holder.apply([Mirror(holder.private("input"))], register)
    for b, owner in enumerate(owners, start=1):
        register = _handed(network, register, parties[owner])
        with register.owner as holder:
            holder.apply(holder.private(f"block {b}"), register)
    return register


def _handed(network: Network, register: Register, to: Party) -> Register:
    if register.owner is to:
        return register
    with register.owner:
        return network.channel.send(register, to=to)


def run(
    circuit: DistributedCircuit, state: State, evaluations: int, runs: int, seed: int
) -> Estimate:
    """Run phase estimation over M = `evaluations` powers, `runs` times in parallel.

    The last party folds every outcome y to min(y, M - y), which stands for the same loss, and
    announces the median to the first one in ceil(log2(floor(M/2) + 1)) bits.
    """
    if runs < 1 or runs % 2 == 0:
        raise InputError(f"{runs} runs: expected an odd number, which has a median")
    network, parties, phase, register = phases(circuit, state, evaluations, runs, seed)
    first, last = parties[circuit.owners[0]], parties[circuit.owners[-1]]
    with last:
        joined = last.join(phase, register)
        back = Dense(_fourier(evaluations, phase.qubits))
        last.apply([Leading(back, phase.qubits)], joined)
        outcomes = last.measure_basis(joined).read(last) >> register.qubits
        readings = tuple(int(min(y, evaluations - y)) for y in outcomes)
        answer = Record(middle(readings), evaluations // 2 + 1, last)
        if first is not last:
            network.channel.announce(answer, last, to=first)
    return Estimate(readings, evaluations, network.transcript)


def law(loss: float, evaluations: int) -> npt.NDArray[np.float64]:
    """Probabilities (M,) of the outcomes y before folding, in closed form.

    P(y) = (1/M^2) sum_{|d|<M} (M-|d|) T_d(loss) cos(2 pi y d/M), with T_d(cos t) = cos(d t): the
    mean of two Fejer kernels at the phases +-arccos(loss).
    """
    angle, y = np.arccos(np.clip(loss, -1, 1)), np.arange(evaluations)
    return (_fejer(angle, evaluations, y) + _fejer(-angle, evaluations, y)) / 2


def _fejer(angle: float, evaluations: int, y: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    half = (angle - 2 * np.pi * y / evaluations) / 2
    # The kernel is the square of a geometric sum, which needs no case for a vanishing sine.
    powers = np.exp(2j * np.outer(np.arange(evaluations), half))
    found: npt.NDArray[np.float64] = np.abs(powers.mean(axis=0)) ** 2
    return found


def estimate(
    circuit: DistributedCircuit,
    state: State,
    accuracy: float,
    failure_probability: float,
    seed: int,
) -> InferenceResult:
    """Estimate the loss to `accuracy` except with `failure_probability`: a median of runs.

    Raises `InputError` for an accuracy outside (0, 2), or below what is reached in seconds, or a
    failure probability outside (0, 1).
    """
    check_promise(accuracy, failure_probability)
    evaluations = amplitude_evaluations(accuracy)
    if _work(circuit, evaluations) > LARGEST_WORK:
        raise InputError(
            f"accuracy {accuracy}: too many Grover iterates to run here on {circuit.qubits} qubits "
            f"and {circuit.layers} layers; {_reached(circuit)} (`qdml cost inference` prices any)"
        )
    runs = median_runs(exact_fraction(failure_probability))
    found = run(circuit, state, evaluations, runs, seed)
    return InferenceResult(
        value=found.value,
        interval=(max(-1.0, found.value - accuracy), min(1.0, found.value + accuracy)),
        exact=float(circuit.loss(state)),
        transcript=found.transcript,
        engine=f"reference, {circuit.qubits} + {_width(evaluations)} qubits, M = {evaluations}",
    )


def _reached(circuit: DistributedCircuit) -> str:
    """What accuracy is within reach, in words."""
    reached, finer = 2.0, 1.9
    while _work(circuit, amplitude_evaluations(finer)) <= LARGEST_WORK:
        reached, finer = finer, finer / 1.1
    return f"expected {reached:.2g} or more" if reached < 2 else "take fewer qubits or layers"


def _width(evaluations: int) -> int:
    return max(1, (evaluations - 1).bit_length())


def _work(circuit: DistributedCircuit, evaluations: int) -> int:
    return evaluations * len(circuit.blocks) << (_width(evaluations) + circuit.qubits)


def _fourier(evaluations: int, qubits: int) -> State:
    """The inverse Fourier transform of dimension M on the first M of 2^qubits numbers."""
    matrix = np.eye(2**qubits, dtype=complex)
    j = np.arange(evaluations)
    turns = np.outer(j, j) % evaluations
    matrix[:evaluations, :evaluations] = np.exp(-2j * np.pi * turns / evaluations) / np.sqrt(
        evaluations
    )
    return matrix
