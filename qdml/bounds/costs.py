"""What protocols cost, as formulas; the protocols themselves are billed by their transcripts.

Sources: the sampling bound is Hoeffding's inequality for outcomes of range 2; the ledgers count
the messages of A_1, B_1, ..., A_L, B_L on n qubits (arXiv:2310.07136).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt

from qdml.claims.intervals import (
    amplitude_evaluations,
    check_promise,
    exact_fraction,
    sampling_copies,
)
from qdml.claims.majority import median_runs
from qdml.errors import InputError
from qdml.network.transcript import Message


@dataclass(frozen=True)
class Cost:
    """A bill: messages, qubits over all copies, classical bits, copies of the input state."""

    messages: int
    qubits: int
    bits: int
    copies: int


def announcement_bits(copies: int) -> int:
    """ceil(log2(k+1)) bits tell the number of +1 outcomes among k."""
    return copies.bit_length()


def inference_lines(
    qubits: int, copies: int, crossings: int, parties: tuple[str, str] = ("alice", "bob")
) -> list[Message]:
    """The transcript of inference: `crossings` messages of k n qubits to and fro, then the answer.

    The answer goes from the holder to the first party. For two parties `crossings` is 2L-1.
    """
    lines = [
        Message(parties[i % 2], parties[1 - i % 2], copies * qubits, 0, copies, i + 1)
        for i in range(crossings)
    ]
    last, first = parties[crossings % 2], parties[1 - crossings % 2]
    bits = announcement_bits(copies)
    return [*lines, Message(last, first, 0, bits, 0, crossings + 1)]


def gradient_state_lines(qubits: int, layers: int, block: int) -> list[Message]:
    """The transcript of one copy of |g_b>: 2L-1 messages of n qubits, then 2L-b of n+1 back."""
    there = [Message(*_names(i), qubits, 0, 1, i + 1) for i in range(2 * layers - 1)]
    back = [
        Message(*_names(2 * layers - 1 - i), qubits + 1, 0, 1, 2 * layers + i)
        for i in range(2 * layers - block)
    ]
    return there + back


def _names(sender: int) -> tuple[str, str]:
    return ("alice", "bob") if sender % 2 == 0 else ("bob", "alice")


def inference_by_sampling(
    qubits: int, layers: int, accuracy: float | Fraction, failure_probability: float | Fraction
) -> Cost:
    """k copies in parallel: 2L-1 messages of k n qubits, then one of ceil(log2(k+1)) bits."""
    copies = sampling_copies(accuracy, failure_probability)
    lines = inference_lines(qubits, copies, 2 * layers - 1)
    return Cost(
        messages=len(lines),
        qubits=sum(line.qubits for line in lines),
        bits=sum(line.bits for line in lines),
        copies=copies,
    )


def inference_by_amplitude_estimation(
    qubits: int, layers: int, accuracy: float | Fraction, failure_probability: float | Fraction
) -> Cost:
    """r runs in parallel of M-1 Grover iterates: (2M-1)(2L-1) messages of r n qubits, then one.

    M = `amplitude_evaluations`, r = `median_runs`; the median reading 0 ... M/2 is announced. The
    phase register stays with its owner; a control that travelled would add 2(M-1) r qubits.
    """
    check_promise(accuracy, failure_probability)
    evaluations = amplitude_evaluations(accuracy)
    runs = median_runs(exact_fraction(failure_probability))
    crossings = (2 * evaluations - 1) * (2 * layers - 1)
    return Cost(crossings + 1, crossings * runs * qubits, reading_bits(evaluations), runs)


def reading_bits(evaluations: int) -> int:
    """ceil(log2(floor(M/2) + 1)) bits tell a reading 0 ... floor(M/2)."""
    return (evaluations // 2).bit_length()


def amplitude_estimation_lines(
    qubits: int, runs: int, crossings: int, evaluations: int
) -> list[Message]:
    """The transcript of phase estimation between two parties, `crossings` = 2L-1 messages a walk.

    2M-1 walks of r n qubits a message, to and fro, and then the reading.
    """
    walks = (2 * evaluations - 1) * crossings
    told = Message("bob", "alice", 0, reading_bits(evaluations), 0, walks + 1)
    return [*inference_lines(qubits, runs, walks)[:-1], told]


def iterative_lines(
    qubits: int, crossings: int, batch: int, iterates: Sequence[int]
) -> list[Message]:
    """The transcript of iterative amplitude estimation between two parties.

    For every number j in `iterates` a batch of copies makes (2j+1)(2L-1) messages, `crossings` =
    2L-1, and the count of +1 outcomes is announced in `announcement_bits`.
    """
    lines: list[Message] = []
    for j in iterates:
        for i in range((2 * j + 1) * crossings):
            lines.append(Message(*_names(i), batch * qubits, 0, batch, len(lines) + 1))
        bits = announcement_bits(batch)
        lines.append(Message("bob", "alice", 0, bits, 0, len(lines) + 1))
    return lines


def inference_by_vectors(qubits: int, layers: int, accuracy: float | Fraction) -> Cost:
    """The classical pair that ships the state vector, rounded just finely enough.

    Rounding 2N real numbers in [-1, 1] to multiples of h = 2^-b moves the vector by at most
    sqrt(2N) h/2, 2L-1 messages by d = (2L-1) sqrt(2N) h/2, and the loss by at most (2+d) d;
    announcing the loss adds h/2. Each number takes ceil(log2(2/h + 1)) = b + 2 bits, b the least
    that keeps the sum within eps. No failure probability is needed. This is an upper bound on
    what a classical pair needs, not the optimum.
    """
    check_promise(accuracy, Fraction(1, 2))
    crossings, numbers = 2 * layers - 1, 2 * 2**qubits
    eps, bits = exact_fraction(accuracy), 0
    root = Fraction(isqrt(numbers * 4**32 - 1) + 1, 2**32)
    while True:
        moved = crossings * root / 2 ** (bits + 1)
        if (2 + moved) * moved + Fraction(1, 2 ** (bits + 1)) <= eps:
            break
        bits += 1
    return Cost(crossings + 1, 0, (crossings * numbers + 1) * (bits + 2), 0)


def inference(
    qubits: int, layers: int, accuracy: float | Fraction, failure_probability: float | Fraction
) -> dict[str, Cost]:
    """The bill of every known way to estimate the loss. Raises `InputError` for bad arguments."""
    check_promise(accuracy, failure_probability)
    if qubits < 1 or layers < 1:
        raise InputError(f"{qubits} qubits, {layers} layers: expected at least one of each")
    return {
        "sampling": inference_by_sampling(qubits, layers, accuracy, failure_probability),
        "amplitude-estimation": inference_by_amplitude_estimation(
            qubits, layers, accuracy, failure_probability
        ),
        "classical-vectors": inference_by_vectors(qubits, layers, accuracy),
    }


def gradient_state_messages(layers: int, block: int) -> int:
    """4L-1-b messages for one copy of |g_b>: 2L-1 forward, 2L-b back."""
    return 4 * layers - 1 - block


def gradient_state_qubits(qubits: int, layers: int, block: int) -> int:
    """(2L-1) n forward and (2L-b)(n+1) back."""
    return (2 * layers - 1) * qubits + (2 * layers - block) * (qubits + 1)


def all_gradient_states(qubits: int, layers: int) -> Cost:
    """One copy of each of the 2L states: 6L^2-3L messages, L(2L-1)(3n+1) qubits."""
    return Cost(
        messages=6 * layers**2 - 3 * layers,
        qubits=layers * (2 * layers - 1) * (3 * qubits + 1),
        bits=0,
        copies=1,
    )
