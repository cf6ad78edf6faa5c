"""A leakage meter: what each party of a run can have learnt, as a limit read off the transcript.

A limit of c bits means that the party guesses the inputs of the others (their data and parameters,
together) with at most 2^c times the probability that it had before the run.

Malicious: 2 q + b for q qubits and b bits received, whatever is done and shared before (guess the
outcomes of teleportation; the claim privacy-training-rounds). Without prior entanglement also at
most all qubits and bits to and fro, since 2^q vectors span what is held at the end (Yao, FOCS 1993;
Kremer 1995). Honest but curious: log2 D_k(2^m) for k copies of m qubits that stay with the party,
D_k(N) = C(N+k-1, k), and b. The classical figure is what the received vectors take as numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

from qdml.network import Transcript
from qdml.privacy.information import symmetric_enclosure

#: Bits of a number in single precision, the unit of the classical figure.
SINGLE = 32


@dataclass(frozen=True)
class Leakage:
    """Limits in bits on what one party has learnt of the inputs of all others.

    `honest` supposes that parties follow the protocol and that a message of k copies is k copies
    of one pure state, sent whole; it is None where prior entanglement was shared, or where parts
    of a state stayed behind.
    """

    malicious: int
    honest: float | None
    classical: int


def leakage(transcript: Transcript, whole: bool = True) -> dict[str, Leakage]:
    """The limits for every party of a run, by name, in the order in which they appear.

    `whole` says that no party keeps a register that is entangled with a message: then what it
    holds of a state is the message.
    """
    names = dict.fromkeys(
        name for line in transcript.lines for name in (line.sender, line.receiver)
    )
    return {name: _of(name, transcript, whole) for name in names}


def _of(name: str, transcript: Transcript, whole: bool) -> Leakage:
    qubits = bits = through = classical = 0
    held: list[tuple[int, int]] = []
    for line in transcript.lines:
        if name not in (line.sender, line.receiver):
            continue
        through += line.qubits + line.bits
        size = line.qubits // line.copies if line.qubits else 0
        if line.receiver == name:
            qubits, bits = qubits + line.qubits, bits + line.bits
            if size:
                held.append((size, line.copies))
                classical += SINGLE * 2**size
        elif size:
            # An honest party that sends a register on keeps nothing of it.
            back = [one for one in held if one[1] == line.copies and one[0] <= size]
            if back:
                held.remove(back[-1])
    limit = 2 * qubits + bits
    if transcript.entangled_pairs:
        return Leakage(limit, None, classical)
    if not whole:
        return Leakage(min(limit, through), None, classical)
    honest = sum(symmetric_bits(size, copies) for size, copies in held) + bits
    return Leakage(min(limit, through), honest, classical)


def symmetric_bits(qubits: int, copies: int) -> float:
    """log2 C(N+k-1, k), N = 2^n: the most that k copies of a pure state of n qubits tell."""
    return float(symmetric_enclosure(2**qubits, copies))
