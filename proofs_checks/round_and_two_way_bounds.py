"""round-and-two-way-bounds: what holds against interaction, by whose theorem, and what does not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from qdml.claims import (
    Claim,
    Context,
    Evidence,
    Finding,
    Method,
    Mutant,
    Scalar,
    Step,
    Sweep,
    Tag,
)
from qdml.protocols import hidden_matching, pointer_jumping
from qdml.protocols.hidden_matching import Instance

#: Qubits n at which classical protocols are run, and layers of the pointer; N = 2^n.
QUBITS = (8, 14)
LAYERS = (1, 2)

#: What each part of the headline rests on.
PARTS: tuple[dict[str, Scalar], ...] = (
    {
        "part": "hidden matching: n qubits, at least 3/8 sqrt N bits",
        "against": "one way, public coins",
        "rests on": "hidden-matching-one-way, given Kahn, Kalai and Linial 1988",
    },
    {
        "part": "vector in subspace: n qubits, N^(1/3) bits up to a constant",
        "against": "any number of rounds",
        "rests on": "Klartag and Regev 2011, imported",
    },
    {
        "part": "pointer jumping: more qubits where rounds are too few",
        "against": "a constant number of rounds",
        "rests on": "Klauck, Nayak, Ta-Shma and Zuckerman 2007, imported",
    },
    {
        "part": "inference: (L-1)(n-1)/2 qubits",
        "against": "any number of rounds, prior entanglement",
        "rests on": "total-qubits-lower-bound, proved here; no separation from bits",
    },
)


@dataclass(frozen=True)
class Hypothesis:
    """Multiples of sqrt N that bits in many rounds are said to need: none."""

    matching: Fraction = Fraction(0)
    pointer: Fraction = Fraction(0)
    matching_offset: int = 1


@dataclass(frozen=True)
class Data:
    """Instances of hidden matching, and pairs of permutations."""

    matchings: tuple[Instance, ...]
    pointers: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]


def gather(context: Context) -> Data:
    """Random instances at each number of qubits."""
    matchings, pointers = [], []
    for n in QUBITS:
        rng = context.rng("instance", n)
        matchings.append(hidden_matching.random_instance(2**n, 2 ** (n - 2), rng))
        alice, bob = (tuple(rng.permutation(2**n).tolist()) for _ in range(2))
        pointers.append((alice, bob))
    return Data(tuple(matchings), tuple(pointers))


def subspace(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """The imported bound against any number of rounds, and the table of what rests on what."""
    return Evidence(
        finding=Finding.SUPPORTS,
        method=Method.CITATION,
        summary=(
            "Klartag and Regev, STOC 2011, arXiv:1009.3640: vector in subspace takes "
            "Omega(N^(1/3)) bits with error 1/3 in any number of rounds"
        ),
        table=PARTS,
    )


def pointer_rounds(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """The imported bound for a constant number of rounds."""
    return Evidence(
        finding=Finding.SUPPORTS,
        method=Method.CITATION,
        summary=(
            "Klauck, Nayak, Ta-Shma and Zuckerman, IEEE Trans. Inf. Theory 53 (2007) 1970: k "
            "messages where k+1 would do take polynomially many qubits, for constant k"
        ),
    )


def matching_in_two_ways(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """Hidden matching in two messages of bits, run."""
    sweep = Sweep(Method.EXACT)
    for item in data.matchings:
        size = len(item.signs)
        n = size.bit_length() - 1
        run = hidden_matching.edge_by_edge(item, 0)
        bits = run.transcript.bits
        sweep.equal({"n": n}, "answer", run.value, item.answer)
        sweep.equal({"n": n}, "bits", bits, 2 * n + stated.matching_offset)
        asked = stated.matching**2 * size
        sweep.at_most({"n": n}, "bits squared that are asked for", asked, asked, bits**2)
    return sweep.evidence("hidden matching falls to 2n + 1 bits in two ways")


def pointer_in_turns(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """Pointer jumping in 2L-1 messages of bits, run."""
    sweep = Sweep(Method.EXACT)
    for alice, bob in data.pointers:
        n = len(alice).bit_length() - 1
        for layers in LAYERS:
            run = pointer_jumping.chased(1, alice, bob, layers)
            point = {"n": n, "L": layers}
            sweep.equal(point, "end", run.end, pointer_jumping.chase(1, alice, bob, layers))
            sweep.equal(point, "rounds", run.transcript.rounds, 2 * layers - 1)
            bits = run.transcript.bits
            sweep.equal(point, "bits", bits, (2 * layers - 1) * n)
            asked = stated.pointer**2 * len(alice)
            sweep.at_most(point, "bits squared that are asked for", asked, asked, bits**2)
    return sweep.evidence("with 2L-1 messages the pointer takes (2L-1) n bits")


_CLAIMED = Hypothesis()

CLAIM: Claim[Hypothesis, Data] = Claim(
    id="round-and-two-way-bounds",
    topic="bounds",
    title="What holds against interaction, and what does not",
    statement=(
        r"Against any number of rounds the exponential gap rests on an imported theorem: vector in "
        r"subspace, $\Omega(N^{1/3})$ bits. Hidden matching has its gap one way only: in two ways "
        r"$2n+1$ bits decide it. Pointer jumping asks for rounds, not for qubits: in $2L-1$ "
        r"messages $(2L-1)n$ bits are enough."
    ),
    source="Klartag and Regev 2011; Klauck, Nayak, Ta-Shma and Zuckerman 2007; arXiv:2310.07136",
    hypothesis=_CLAIMED,
    data=gather,
    steps=(
        Step(
            "vector in subspace",
            Tag.IMPORTED,
            r"vector in subspace: $\Omega(N^{1/3})$ bits in any number of rounds (Klartag, Regev)",
            subspace,
        ),
        Step(
            "rounds",
            Tag.IMPORTED,
            "pointer jumping, constant number of rounds (Klauck, Nayak, Ta-Shma, Zuckerman)",
            pointer_rounds,
        ),
        Step(
            "matching in two ways",
            Tag.EXACT,
            "hidden matching takes 2n + 1 bits in two ways",
            matching_in_two_ways,
            role="counterexample",
        ),
        Step(
            "pointer in turns",
            Tag.EXACT,
            "pointer jumping takes (2L-1) n bits in 2L-1 messages",
            pointer_in_turns,
            role="counterexample",
        ),
    ),
    mutants=(
        Mutant(
            "hidden matching in two ways",
            r"hidden matching needs $\frac38\sqrt N$ bits in two ways too",
            replace(_CLAIMED, matching=Fraction(3, 8)),
            "matching in two ways",
        ),
        Mutant(
            "pointer jumping in any number of rounds",
            r"pointer jumping needs $\frac14\sqrt N$ bits in any number of rounds",
            replace(_CLAIMED, pointer=Fraction(1, 4)),
            "pointer in turns",
        ),
        Mutant(
            "2n bits",
            r"two ways decide hidden matching with $2n$ bits by this protocol",
            replace(_CLAIMED, matching_offset=0),
            "matching in two ways",
        ),
    ),
    notes=(
        "Recalled, no theorem in hand: sqrt N bits in any number of rounds (Gavinsky 2020).",
        "Recalled: the summary Omega(max(sqrt N, L)).",
        "Recalled: Omega(L) rounds or Omega(N/L^4) qubits for pointer jumping of growing depth L.",
    ),
)
