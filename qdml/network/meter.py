"""A leakage meter: what each party of a run can have learnt, as a limit read off the transcript.

A limit of c bits means that the party guesses the inputs of the others (their data and parameters,
together) with at most 2^c times the probability that it had before the run.

Malicious: 2 q + b for q qubits and b bits received, whatever is done and shared before (guess the
outcomes of teleportation; the claim privacy-training-rounds). Without prior entanglement also at
most all qubits and bits to and fro, since 2^q vectors span what is held at the end (Yao, FOCS 1993;
Kremer 1995). Honest but curious: b, and log2 D_k(2^m) for k copies of m qubits that the party
received and did not send on, D_k(N) = C(N+k-1, k); what it measures it has not sent on. The
classical figure is what the received vectors take as numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qdml.network.transcript import Message, Transcript
from qdml.quantum.symmetric import symmetric_bits

#: Bits of a number in single precision, the unit of the classical figure.
SINGLE = 32


@dataclass(frozen=True)
class Leakage:
    """Limits in bits on what one party has learnt of the inputs of all others.

    `honest` supposes that parties follow the protocol. It is None where prior entanglement was
    shared, or where a state that the party sent or received was not whole: a part stayed elsewhere,
    or was measured.
    """

    malicious: int
    honest: float | None
    classical: int


def leakage(*transcripts: Transcript) -> dict[str, Leakage]:
    """The limits for every party, by name, over all these networks together.

    The networks of one protocol run, with parties of the same names and inputs.
    """
    lines = [line for transcript in transcripts for line in transcript.lines]
    names = dict.fromkeys(name for line in lines for name in (line.sender, line.receiver))
    shared = any(transcript.entangled_pairs for transcript in transcripts)
    return {name: _of(name, transcripts, shared) for name in names}


def _of(name: str, transcripts: Sequence[Transcript], shared: bool) -> Leakage:
    own = [
        [line for line in transcript.lines if name in (line.sender, line.receiver)]
        for transcript in transcripts
    ]
    lines = [line for part in own for line in part]
    came = [line for line in lines if line.receiver == name]
    bits = sum(line.bits for line in came)
    malicious = 2 * sum(line.qubits for line in came) + bits
    if not shared:
        malicious = min(malicious, sum(line.qubits + line.bits for line in lines))
    honest = None
    if not shared and all(line.whole for line in lines):
        held = [line for part in own for line in _kept(name, part)]
        honest = bits + sum(map(_symmetric, held))
    return Leakage(malicious, honest, SINGLE * sum(map(_numbers, came)))


def _kept(name: str, lines: Sequence[Message]) -> list[Message]:
    """The messages of qubits to a party of which it did not send every qubit on."""
    held: dict[int, Message] = {}
    for line in lines:
        if line.receiver == name:
            held.update(dict.fromkeys(line.wires, line))
        else:
            for wire in line.wires:
                held.pop(wire, None)
    return list({id(line): line for line in held.values()}.values())


def _symmetric(line: Message) -> float:
    return _systems(line) * symmetric_bits(len(line.wires), line.copies)


def _numbers(line: Message) -> int:
    return _systems(line) * 2 ** len(line.wires) if line.wires else 0


def _systems(line: Message) -> int:
    """Different states in one message, each with all its copies."""
    return line.qubits // (len(line.wires) * line.copies)
