"""protocol-gamma2-bound: gamma_2 of what C qubits compute is at most 2^C, whatever was shared."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise, product

from proofs_checks import _protocol_algebra as algebra
from qdml.bounds import teleportation, trees
from qdml.bounds.certificates import gamma2_dense
from qdml.bounds.teleportation import Half
from qdml.claims import Claim, Context, Evidence, Method, Mutant, Step, Sweep, Tag
from qdml.protocols import inner_product_bits
from qdml.protocols import program as protocol
from qdml.protocols.program import Final, Program

#: Inputs of each party of a random program, and of a random tree.
INPUTS, LEAVES = 2, 6

#: A mixture of protocols: squares of rationals, so that their roots are rational too.
MIXTURE = (Fraction(9, 25), Fraction(16, 25))


@dataclass(frozen=True)
class Hypothesis:
    """Rates of the bounds in qubits and in bits, and the constants of the proof."""

    quantum_rate: Fraction = Fraction(1)
    classical_rate: Fraction = Fraction(1, 2)
    amplitude: int = 2
    chance: Fraction = Fraction(1, 4)
    norm_base: int = 4
    pairs_billed: bool = False


@dataclass(frozen=True)
class Case:
    """A random program with both sides of its cut, and its exact runs for all inputs."""

    program: Program
    sides: tuple[tuple[Half, ...], tuple[Half, ...]]
    runs: dict[tuple[int, int], Final]

    @property
    def point(self) -> dict[str, object]:
        """Where it stands in the grid."""
        senders = "".join("AB"[sender] for sender in self.program.senders)
        return {"C": len(senders), "senders": senders, "prior pairs": self.program.pairs}


def gather(context: Context) -> tuple[Case, ...]:
    """Random programs, with and without prior entanglement, run and cut."""
    cases = []
    for messages in context.grid.program_qubits:
        for i in range(context.grid.programs):
            rng = context.rng("program", messages, i)
            cases.append(_case(protocol.random_program(messages, (i + 1) % 2, INPUTS, rng)))
    return tuple(cases)


def _case(program: Program) -> Case:
    sides = [
        tuple(
            teleportation.half(
                program.memory[party],
                program.pairs,
                [sender == party for sender in program.senders],
                program.turns[party][chosen],
                program.output == party,
            )
            for chosen in range(INPUTS)
        )
        for party in (0, 1)
    ]
    inputs = product(range(INPUTS), repeat=2)
    runs = {(x, y): protocol.run(program, x, y) for x, y in inputs}
    return Case(program, (sides[0], sides[1]), runs)


def two_factors(stated: Hypothesis, data: tuple[Case, ...], context: Context) -> Evidence:
    """The state that a run over the network ends in, against the product of the two sides."""
    sweep = Sweep(Method.EXACT)
    for case in data:
        messages = len(case.program.senders)
        for (x, y), run in case.runs.items():
            cut = teleportation.final_state(case.sides[0][x], case.sides[1][y])
            cut = cut * Fraction(stated.amplitude, 2) ** messages
            point = {**case.point, "x": x, "y": y}
            off = teleportation.weight(run.state - cut)
            sweep.equal(point, "distance squared of the two states", off, 0)
    return sweep.evidence("the final state is 2^C (K_x (x) K_y)|Omega>")


def projections(stated: Hypothesis, data: tuple[Case, ...], context: Context) -> Evidence:
    """The chance of each own projection, and of all of them."""
    sweep = Sweep(Method.EXACT)
    for case in data:
        for party, x in product((0, 1), range(INPUTS)):
            side = case.sides[party][x]
            point = {**case.point, "party": "AB"[party], "input": x}
            for chance in side.chances:
                sweep.equal(point, "chance of a projection", chance, stated.chance)
            whole = stated.chance**side.own
            sweep.equal(point, "|K Omega|^2", side.forward_weight(), whole)
    return sweep.evidence("an own projection succeeds with probability 1/4")


def vectors(stated: Hypothesis, data: tuple[Case, ...], context: Context) -> Evidence:
    """Norms of u_x and v_y, and their inner product against the expectation of the run."""
    sweep = Sweep(Method.EXACT)
    for case in data:
        messages = len(case.program.senders)
        for party, x in product((0, 1), range(INPUTS)):
            side = case.sides[party][x]
            point = {**case.point, "party": "AB"[party], "input": x}
            others = stated.norm_base ** (messages - side.own)
            sweep.equal(point, "norm squared", side.vector_weight(messages), others)
        for (x, y), run in case.runs.items():
            found = teleportation.overlap(case.sides[0][x], case.sides[1][y], messages)
            sweep.equal({**case.point, "x": x, "y": y}, "P(x,y) by <u,v>", run.mean, found)
    return sweep.evidence("P(x,y) = <u_x, v_y>, of norms 2^{C_B} and 2^{C_A}")


def bill(stated: Hypothesis, data: tuple[Case, ...], context: Context) -> Evidence:
    """The C of the bound is what the transcript counts; prior entanglement is free."""
    sweep = Sweep(Method.EXACT)
    for case in data:
        messages = len(case.program.senders)
        for run in case.runs.values():
            sweep.equal(
                case.point, "prior pairs", run.transcript.entangled_pairs, case.program.pairs
            )
            charged = case.program.pairs if stated.pairs_billed else 0
            sweep.equal(case.point, "qubits", run.transcript.qubits, messages + charged)
    return sweep.evidence("the transcript counts C qubits")


def superdense(stated: Hypothesis, data: tuple[Case, ...], context: Context) -> Evidence:
    """Metered runs of superdense coding, whose expectations have a certified gamma_2."""
    sweep = Sweep(Method.EXACT)
    bits = list(product((0, 1), repeat=2))
    qubits, table = set(), []
    for x in bits:
        runs = [inner_product_bits.superdense(x, y, 0) for y in bits]
        table.append([run.value for run in runs])
        qubits |= {run.transcript.qubits for run in runs}
    # What Bob says is certain, so that one run shows the expectation: x and y decide.
    signs = [[(-1) ** (x[0] * y[0] + x[1] * y[1]) for y in bits] for x in bits]
    sweep.same({"C": 1}, "rows", table, signs)
    sweep.same({"C": 1}, "bills", sorted(qubits), [1])
    record = {
        "kind": "gamma2-dense",
        "matrix": table,
        "alpha": "3",
        "weights": table,
        "p": [2] * 4,
        "q": [2] * 4,
        "bound": "2",
    }
    checked = gamma2_dense.check(record)
    low = checked.bound or Fraction(0)
    sweep.equal({"C": 1}, f"gamma_2 of IP_2 ({checked.reason})", low, 2)
    squared = 2 ** int(2 * stated.quantum_rate)
    sweep.at_most({"C": 1}, "gamma_2 squared", low**2, low**2, squared)
    return sweep.evidence("one qubit and one pair reach gamma_2 = 2")


def classical(stated: Hypothesis, data: tuple[Case, ...], context: Context) -> Evidence:
    """Random trees and their mixtures, and the protocol that announces its input."""
    sweep = Sweep(Method.EXACT)
    for bits in context.grid.program_qubits:
        mixed = []
        for i in range(context.grid.programs):
            point = {"c": bits, "tree": i}
            leaves = trees.random_tree(bits, LEAVES, context.rng("tree", bits, i))
            table, norms = trees.outputs(leaves, LEAVES), trees.norms(leaves, LEAVES)
            for norm in norms:
                sweep.equal(point, "norm squared of a vector", norm, 1)
            for row in table:
                sweep.same(point, "outputs", [abs(entry) for entry in row], [1] * LEAVES)
            rank = trees.rank(table)
            sweep.at_most(point, "rank", rank, rank, 2**bits)
            mixed.append(norms)
        for first, second in pairwise(mixed):
            pairs = zip(first, second, strict=True)
            for one, other in pairs:
                norm = MIXTURE[0] * one + MIXTURE[1] * other
                sweep.equal({"c": bits}, "norm squared in a mixture", norm, 1)
    for bits in (1, 2):
        strings = list(product((0, 1), repeat=bits))
        runs = [[inner_product_bits.announced(x, y, 0) for y in strings] for x in strings]
        spent = max(run.transcript.bits for row in runs for run in row)
        # H H^T = 2^c, so that gamma_2 of the Hadamard matrix H is its root, 2^{c/2}.
        table = [[run.value for run in row] for row in runs]
        gram = [[sum(a * b for a, b in zip(r, s, strict=True)) for s in table] for r in table]
        size = len(strings)
        identity = [[size * (i == j) for j in range(size)] for i in range(size)]
        sweep.same({"c": spent}, "H H^T", gram, identity)
        bound = Fraction(2) ** int(4 * stated.classical_rate * spent)
        sweep.at_most({"c": spent}, "gamma_2 to the fourth", size**2, size**2, bound)
    return sweep.evidence("c bits: vectors of norm 2^{c/4}, rank at most 2^c")


_CLAIMED = Hypothesis()

CLAIM: Claim[Hypothesis, tuple[Case, ...]] = Claim(
    id="protocol-gamma2-bound",
    topic="bounds",
    title="What C qubits can compute has gamma_2 at most 2^C, prior entanglement or not",
    statement=(
        r"If $C$ qubits are exchanged in all, in any number of messages and with any prior "
        r"entanglement, and one party outputs $\pm1$, then $P(x,y)=\mathrm{E}[\mathrm{output}]$ "
        r"has $\gamma_2(P)\le2^{C}$; with $c$ classical bits and public coins it is at most "
        r"$2^{c/2}$. Hence the bounds below at error $\delta$, $\alpha=1/(1-2\delta)$; off a "
        r"promise $|B|\le\alpha$ is all that is asked."
    ),
    formulas=(
        r"\psi=2^{C}(K_x\otimes K_y)|\Omega\rangle,\qquad \|K_x\Omega\|^{2}=4^{-C_A}",
        r"Q^{*}_\delta\ge\log_2\gamma_2^{\alpha}-\log_2\alpha",
        r"R_\delta\ge2\log_2\gamma_2^{\alpha}-2\log_2\alpha",
    ),
    source="Linial and Shraibman, Random Struct. Algorithms 34 (2009) 368; proof and checks: here",
    hypothesis=_CLAIMED,
    data=gather,
    steps=(
        Step(
            "teleportation",
            Tag.PROVED,
            "postselected teleportation costs amplitude 1/2, and the norms follow",
            algebra.teleportation,
        ),
        Step("errors", Tag.PROVED, "error, alpha, and Kraft's sum", algebra.errors),
        Step(
            "two factors",
            Tag.EXACT,
            r"a run ends in $2^{C}(K_x\otimes K_y)|\Omega\rangle$",
            two_factors,
        ),
        Step("projections", Tag.EXACT, "each own projection has chance $1/4$", projections),
        Step(
            "vectors",
            Tag.EXACT,
            r"$P(x,y)=\langle u_x,v_y\rangle$, $\|u_x\|=2^{C_B}$, $\|v_y\|=2^{C_A}$",
            vectors,
        ),
        Step("bill", Tag.EXACT, "C is what the transcript counts", bill),
        Step("superdense", Tag.EXACT, "superdense coding reaches the bound", superdense),
        Step("classical", Tag.EXACT, "trees of c bits, mixtures, and one that is tight", classical),
    ),
    mutants=(
        Mutant(
            "gamma_2 at most 2^{C/2}",
            r"$\gamma_2(P)\le2^{C/2}$ with prior entanglement too",
            replace(_CLAIMED, quantum_rate=Fraction(1, 2)),
            "superdense",
        ),
        Mutant(
            "bits at 2^{c/4}",
            r"$c$ classical bits have $\gamma_2(P)\le2^{c/4}$",
            replace(_CLAIMED, classical_rate=Fraction(1, 4)),
            "classical",
        ),
        Mutant(
            "one half a projection",
            r"an own projection succeeds with probability $1/2$",
            replace(_CLAIMED, chance=Fraction(1, 2)),
            "projections",
        ),
        Mutant(
            "amplitude 4",
            r"$\psi=4^{C}(K_x\otimes K_y)|\Omega\rangle$",
            replace(_CLAIMED, amplitude=4),
            "two factors",
        ),
        Mutant(
            "shorter vectors",
            r"$\|u_x\|=2^{C_B/2}$",
            replace(_CLAIMED, norm_base=2),
            "vectors",
        ),
        Mutant(
            "prior pairs are billed",
            "each prior pair counts as a qubit",
            replace(_CLAIMED, pairs_billed=True),
            "bill",
        ),
    ),
    notes=(
        "gamma_2, discrepancy and approximate rank bound quantum protocols as well as bits.",
        "So they never certify an exponential gap: hidden-matching-one-way does.",
    ),
)
