"""What protocols cost, as formulas; the protocols themselves are billed by their transcripts.

Sources: the sampling bound is Hoeffding's inequality for outcomes of range 2; the ledgers count
the messages of A_1, B_1, ..., A_L, B_L on n qubits (arXiv:2310.07136). With K parties a layer has a
block for each, KL blocks in turn; what is dealt in another order costs what its route says
(`qdml.model.circuit.route`): one message for each change of hands.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import sqrt

from qdml.claims.intervals import (
    amplitude_evaluations,
    check_promise,
    exact_fraction,
    sampling_copies,
)
from qdml.claims.majority import median_runs
from qdml.errors import InputError
from qdml.model.circuit import PARTIES, dealt, route
from qdml.model.vector_plans import plans
from qdml.model.vectors import Plan
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


#: The parties of every ledger unless others are named.
TWO = PARTIES[:2]


def inference_lines(
    qubits: int, copies: int, crossings: int, parties: Sequence[str] = TWO
) -> list[Message]:
    """The transcript of inference: `crossings` messages of k n qubits, then the answer.

    The state visits `parties` in turn, again and again; the answer goes from the last holder to
    the first one, unless they are the same. For K parties in turn `crossings` is KL-1.
    """
    lines = _walk(_visited(crossings, parties), copies * qubits, copies)
    return [*lines, *_told(lines, announcement_bits(copies))]


def gradient_state_lines(qubits: int, owners: Sequence[str], block: int) -> list[Message]:
    """The transcript of one copy of |g_b>: n qubits a message there, n+1 back to block b."""
    there = _walk(route(owners), qubits, 1)
    back = _walk(route(owners[block - 1 :])[::-1], qubits + 1, 1, len(there))
    return there + back


def _visited(crossings: int, parties: Sequence[str]) -> list[str]:
    return [parties[i % len(parties)] for i in range(crossings + 1)]


def _walk(visited: Sequence[str], qubits: int, copies: int, before: int = 0) -> list[Message]:
    return [
        Message(sender, receiver, qubits, 0, copies, before + i)
        for i, (sender, receiver) in enumerate(pairwise(visited), start=1)
    ]


def _told(lines: Sequence[Message], bits: int) -> list[Message]:
    """What the last receiver tells the first sender, if it is another party."""
    if not lines or lines[-1].receiver == lines[0].sender:
        return []
    return [Message(lines[-1].receiver, lines[0].sender, 0, bits, 0, lines[-1].round + 1)]


def inference_by_sampling(
    qubits: int,
    layers: int,
    accuracy: float | Fraction,
    failure_probability: float | Fraction,
    parties: int = 2,
) -> Cost:
    """k copies in parallel: KL-1 messages of k n qubits, then one of ceil(log2(k+1)) bits."""
    copies, crossings = sampling_copies(accuracy, failure_probability), parties * layers - 1
    return Cost(crossings + 1, crossings * copies * qubits, announcement_bits(copies), copies)


def inference_by_amplitude_estimation(
    qubits: int,
    layers: int,
    accuracy: float | Fraction,
    failure_probability: float | Fraction,
    parties: int = 2,
) -> Cost:
    """r runs in parallel of M-1 Grover iterates: (2M-1)(KL-1) messages of r n qubits, then one.

    M = `amplitude_evaluations`, r = `median_runs`; the median reading 0 ... M/2 is announced. The
    phase register stays with its owner; a control that travelled would add 2(M-1) r qubits.
    """
    check_promise(accuracy, failure_probability)
    evaluations = amplitude_evaluations(accuracy)
    runs = median_runs(exact_fraction(failure_probability))
    crossings = (2 * evaluations - 1) * (parties * layers - 1)
    return Cost(crossings + 1, crossings * runs * qubits, reading_bits(evaluations), runs)


def reading_bits(evaluations: int) -> int:
    """ceil(log2(floor(M/2) + 1)) bits tell a reading 0 ... floor(M/2)."""
    return (evaluations // 2).bit_length()


def amplitude_estimation_lines(
    qubits: int, runs: int, crossings: int, evaluations: int, parties: Sequence[str] = TWO
) -> list[Message]:
    """The transcript of phase estimation, `crossings` messages a walk; `parties` as for inference.

    2M-1 walks of r n qubits a message, there and back, and then the reading.
    """
    visited = _to_and_fro(_visited(crossings, parties), evaluations - 1)
    lines = _walk(visited, runs * qubits, runs)
    return [*lines, *_told(lines, reading_bits(evaluations))]


def iterative_lines(
    qubits: int,
    crossings: int,
    batch: int,
    iterates: Sequence[int],
    parties: Sequence[str] = TWO,
) -> list[Message]:
    """The transcript of iterative amplitude estimation; `crossings` and `parties` as above.

    For every number j in `iterates` a batch of copies makes 2j+1 walks, and the count of +1
    outcomes is announced in `announcement_bits`. A look waits for the announcement before it.
    """
    lines: list[Message] = []
    for j in iterates:
        visited = _to_and_fro(_visited(crossings, parties), j)
        walked = _walk(visited, batch * qubits, batch, len(lines))
        lines += [*walked, *_told(walked, announcement_bits(batch))]
    return lines


def _to_and_fro(visited: list[str], iterates: int) -> list[str]:
    """The same way once, and then back and forth again for every iterate."""
    return visited + iterates * (visited[-2::-1] + visited[1:])


def inference_by_vectors(plan: Plan, crossings: int) -> Cost:
    """The classical parties: X messages of 2N floats, or of sketches, and then the loss.

    An upper bound on what classical parties need, not the optimum.
    """
    bits = crossings * plan.numbers * plan.floats.bits
    return Cost(crossings + 1, 0, bits + plan.answer.bits, 0)


def gradient_by_vectors(plan: Plan, crossings: int) -> Cost:
    """All derivatives: activations forward, gradients backward; no factor P, and no shots."""
    return Cost(2 * crossings, 0, 2 * crossings * plan.numbers * plan.floats.bits, 0)


def classical(
    qubits: int,
    crossings: int,
    accuracy: float | Fraction,
    failure_probability: float | Fraction,
) -> dict[str, Cost]:
    """The bill of every classical way to estimate the loss; no sketches where they do not help."""
    known = plans(qubits, crossings, accuracy, failure_probability)
    return {name: inference_by_vectors(plan, crossings) for name, plan in known.items()}


def inference(
    qubits: int,
    layers: int,
    accuracy: float | Fraction,
    failure_probability: float | Fraction,
    parties: int = 2,
) -> dict[str, Cost]:
    """The bill of every known way to estimate the loss. Raises `InputError` for bad arguments."""
    check_promise(accuracy, failure_probability)
    dealt(0, parties)
    if qubits < 1 or layers < 1:
        raise InputError(f"{qubits} qubits, {layers} layers: expected at least one of each")
    return {
        "sampling": inference_by_sampling(qubits, layers, accuracy, failure_probability, parties),
        "amplitude-estimation": inference_by_amplitude_estimation(
            qubits, layers, accuracy, failure_probability, parties
        ),
        **classical(qubits, parties * layers - 1, accuracy, failure_probability),
    }


def least(holds: Callable[[int], bool], most: int) -> int | None:
    """The least of 1, 2, ... `most` from which a statement holds, if it changes once; else None."""
    high = 1
    while not holds(min(high, most)):
        if high >= most:
            return None
        high *= 2
    low, high = high // 2, min(high, most)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


def advantage_from(
    method: str,
    layers: int,
    accuracy: float | Fraction,
    failure_probability: float | Fraction,
    parties: int = 2,
) -> int | None:
    """The least n from which a method sends fewer qubits than any classical way bits; None beyond.

    Bisection over n up to 1000; the difference has to change its sign once.
    """

    def fewer(n: int) -> bool:
        bills = inference(n, layers, accuracy, failure_probability, parties)
        return bills[method].qubits < min(bill.bits for bill in bills.values() if not bill.qubits)

    return least(fewer, 1000)


def estimation_crossover(failure_probability: float | Fraction) -> float:
    """eps* below which amplitude estimation takes fewer qubits than sampling, to four digits.

    Both walk the same way, so that it depends on neither n nor L nor K. Bisection; close to it the
    rounding of copies and evaluations may change the order more than once.
    """
    runs = median_runs(exact_fraction(failure_probability))

    def cheaper(accuracy: float) -> bool:
        walks = runs * (2 * amplitude_evaluations(accuracy) - 1)
        return walks < sampling_copies(accuracy, failure_probability)

    low, high = 1.0, 1.99
    while not cheaper(low):
        low, high = low / 2, low
    while high / low > 1.0001:
        middle = sqrt(low * high)
        low, high = (middle, high) if cheaper(middle) else (low, middle)
    return float(f"{low:.4g}")


def gradient_state_messages(layers: int, block: int, parties: int = 2) -> int:
    """2KL-1-b messages for one copy of |g_b>: KL-1 forward, KL-b back."""
    return 2 * parties * layers - 1 - block


def gradient_state_qubits(qubits: int, layers: int, block: int, parties: int = 2) -> int:
    """(KL-1) n forward and (KL-b)(n+1) back."""
    blocks = parties * layers
    return (blocks - 1) * qubits + (blocks - block) * (qubits + 1)


def all_gradient_states(qubits: int, layers: int, parties: int = 2) -> Cost:
    """One copy of each of the B = KL states: 3B(B-1)/2 messages, B(B-1)(3n+1)/2 qubits.

    For two parties that is 6L^2-3L messages and L(2L-1)(3n+1) qubits.
    """
    blocks = parties * layers
    pairs = blocks * (blocks - 1) // 2
    return Cost(messages=3 * pairs, qubits=pairs * (3 * qubits + 1), bits=0, copies=1)
