"""What `qdml bound --family cross-entropy` says of one number of qubits and one score."""

from __future__ import annotations

from fractions import Fraction

from qdml.bounds.cross_entropy.search import certified_bits, full_score, ideal_score
from qdml.bounds.families import Answer

ASSUMPTIONS = (
    "Alice's state is Haar random",
    "Bob's basis is uniform over the Clifford group",
    "the score is an average",
    "one message, from Alice to Bob",
    "public coins, no prior entanglement",
)


def answer(*, qubits: int, score: Fraction) -> Answer:
    """Classical bits that every protocol of this score sends, and the qubits that suffice.

    `classical_bits` is None where no number of bits is known to reach the score, `quantum_qubits`
    None where one message of n qubits does not. `certified` is whether a certificate stands behind
    the bits: that no number suffices is found in floating point alone. Raises `InputError` for n
    outside 1 ... 40 or a score outside (0, N).
    """
    need = certified_bits(qubits, score)
    reached = score <= ideal_score(qubits)
    fields = {
        "family": "cross-entropy",
        "qubits": qubits,
        "score": str(score),
        "classical_bits": need.bits,
        "quantum_qubits": qubits if reached else None,
        "certified": need.certificate is not None,
        "assumptions": list(ASSUMPTIONS),
        "moment_order": need.order,
    }
    most = f"knowing the state scores {full_score(qubits):.4g}"
    bits = (
        f"no classical message reaches the score {float(score):g}, however long ({most})"
        if need.bits is None
        else f"every classical message that scores {float(score):g} has at least {need.bits} bits"
    )
    quantum = f"one message of {qubits} qubits scores {float(ideal_score(qubits)):.6g}"
    says = (bits, quantum, "for " + "; ".join(ASSUMPTIONS))
    return Answer(fields, says, () if need.certificate is None else (need.certificate,))
