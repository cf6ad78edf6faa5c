"""privacy-training-rounds: over all rounds, q qubits raise a guess by 4^q and no more."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product
from math import comb, prod

import flint
import numpy as np
import sympy

from qdml.claims import Claim, Context, Evidence, Finding, Method, Mutant, Step, Sweep, Tag
from qdml.claims.symbolic import identities
from qdml.errors import InputError
from qdml.model.ansatz import direction, random_pauli
from qdml.network import Network, Record, Transcript
from qdml.network.meter import leakage
from qdml.protocols.gradient import gradient_state
from qdml.quantum.gates import Dense, Pauli
from qdml.quantum.numbers import exact, imaginary, real

#: Rounds of superdense coding that every grid runs: from two on, only all rounds together count.
FEWEST_ROUNDS = 2

#: Bits that the holder announces beside the qubits.
ANNOUNCED = 2

_BELL = np.array([[1, 0, 0, 1], [0, 1, 1, 0], [0, 1, -1, 0], [1, 0, 0, -1]]) / np.sqrt(2)


@dataclass(frozen=True)
class Hypothesis:
    """What a qubit and a bit are worth, which rounds count, and the dimension of each round.

    A guess is raised by at most `qubit`^q `bit`^b. For honest partners the dimensions of all
    rounds are multiplied, and a gradient state counts `gradient_factor` N dimensions.
    """

    qubit: int = 4
    bit: int = 2
    all_rounds: bool = True
    product: bool = True
    gradient_factor: int = 2

    def __post_init__(self) -> None:
        if min(self.qubit, self.bit, self.gradient_factor) < 1:
            raise InputError("qubit, bit, gradient_factor: expected whole numbers from 1")

    def raised(self, rounds: int, bits: int) -> int:
        """The stated factor for one qubit a round."""
        counted = rounds if self.all_rounds else 1
        raised: int = self.qubit**counted * self.bit**bits
        return raised

    def span(self, dimensions: list[int]) -> int:
        """The stated dimension of all rounds together."""
        return prod(dimensions) if self.product else max(dimensions)


@dataclass(frozen=True)
class Runs:
    """Superdense coding of every message over some rounds: how many were read rightly."""

    rounds: int
    messages: int
    right: int
    bits: int
    transcript: Transcript


@dataclass(frozen=True)
class Spanned:
    """The rank of random products of round states, and the dimension and copies of each round."""

    rounds: tuple[tuple[int, int], ...]
    rank: int
    gradient: bool


@dataclass(frozen=True)
class Data:
    """Runs over the network, and exact ranks."""

    runs: tuple[Runs, ...]
    spans: tuple[Spanned, ...]


def gather(context: Context) -> Data:
    """Run superdense coding, and rank the states of honest rounds and of gradients."""
    grid = context.grid
    runs = [
        _superdense(rounds, bits, context)
        for rounds in sorted({1, FEWEST_ROUNDS, *grid.round_counts})
        for bits in (0, ANNOUNCED)
        if 4**rounds * 2**bits <= 1024
    ]
    shapes = ([(2, 1), (2, 2)], [(2, 2), (2, 3)], [(3, 1), (2, 2)], [(2, 1)] * 3)
    spans = [_ranked(tuple(rounds), context) for rounds in shapes]
    spans += [_gradients(copies, context) for copies in (1, 2)]
    return Data(tuple(runs), tuple(spans))


def _superdense(rounds: int, bits: int, context: Context) -> Runs:
    """Every message of 2 bits a round and `bits` announced ones, each sent once over a network."""
    right = 0
    messages = list(product(range(4), repeat=rounds))
    for number, (message, extra) in enumerate(product(messages, range(2**bits))):
        network = Network(int(context.rng("superdense", rounds, bits, number).integers(2**62)))
        alice = network.party("alice", message=message, extra=extra)
        bob = network.party("bob")
        read = []
        for place in range(rounds):
            mine, yours = network.entangle(alice, bob, 1)
            with alice:
                alice.apply([Pauli("IXYZ"[alice.private("message")[place]])], mine)
                sent = network.channel.send(mine, to=bob)
            with bob:
                both = bob.join(sent, yours)
                bob.apply([Dense(_BELL.astype(complex))], both)
                read.append(int(bob.measure_basis(both).read(bob)[0]))
        told = 0
        if bits:
            with alice:
                said = Record(alice.private("extra"), 2**bits, alice)
                network.channel.announce(said, alice, bob)
            with bob:
                told = said.read(bob)
        right += (tuple(read), told) == (message, extra)
    return Runs(rounds, len(messages) * 2**bits, right, bits, network.transcript)


def _ranked(rounds: tuple[tuple[int, int], ...], context: Context) -> Spanned:
    """States of all rounds depend on one secret; their Gram matrix is the product of those of
    the rounds.
    """
    count = prod(comb(n + k - 1, k) for n, k in rounds) + 2
    gram = flint.fmpz_mat(count, count, [1] * count**2)
    for place, (n, k) in enumerate(rounds):
        vectors = context.rng("rounds", str(rounds), place).integers(-9, 10, size=(count, n))
        inner = (vectors @ vectors.T).tolist()
        for i, j in product(range(count), repeat=2):
            gram[i, j] *= inner[i][j] ** k
    return Spanned(rounds, gram.rank(), False)


def _gradients(copies: int, context: Context) -> Spanned:
    """Gradient states of one block for random exact parameters, on one qubit: N = 2."""
    count = comb(4 + copies - 1, copies) + 2
    rows = []
    for number in range(count):
        rng = context.rng("gradient", number)
        circuit = random_pauli(1, 2, 2, rng, direction)
        vector = gradient_state(circuit, exact([1, 2]), 2)
        rows.append([(real(entry), imaginary(entry)) for entry in vector])
    gram = flint.fmpq_mat(2 * count, 2 * count)
    for i, j in product(range(count), repeat=2):
        pairs = list(zip(rows[i], rows[j], strict=True))
        a = sum(p * r + q * s for (p, q), (r, s) in pairs)
        b = sum(p * s - q * r for (p, q), (r, s) in pairs)
        block = flint.fmpq_mat([[_q(a), -_q(b)], [_q(b), _q(a)]])
        power = block
        for _ in range(copies - 1):
            power *= block
        for r, c in product((0, 1), repeat=2):
            gram[2 * i + r, 2 * j + c] = power[r, c]
    return Spanned(((2, copies),), gram.rank() // 2, True)


def _q(value: Fraction) -> flint.fmpq:
    return flint.fmpq(value.numerator, value.denominator)


def teleportation(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """A qubit and half a Bell pair, projected on a Bell state: the other half is the qubit."""
    amplitude = {(s, r): sympy.Symbol(f"c{s}{r}") for s in (0, 1) for r in (0, 1)}
    root = sympy.sqrt(2)
    equations = []
    for b, r in product((0, 1), repeat=2):
        # <Phi+| on the qubit s and Alice's half a; r is all that the qubit may be entangled with.
        left = sum(
            (1 / root) * amplitude[s, r] * (1 / root) * int(a == b) * int(s == a)
            for s in (0, 1)
            for a in (0, 1)
        )
        # One in four: the amplitude is the root of 1/qubit, and the state is unchanged.
        equations.append((f"b={b}, r={r}", left, amplitude[b, r] / sympy.sqrt(stated.qubit)))
    return identities("a guessed teleportation succeeds with probability 1/4, whole", equations)


def silence(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """Whatever one side does, the other side's state is what it was."""
    k = sympy.Matrix(2, 2, sympy.symbols("k0:4"))
    adjoint = sympy.Matrix(2, 2, sympy.symbols("l0:4"))
    equations = []
    for r, s in product((0, 1), repeat=2):
        state = sympy.Matrix(2, 2, sympy.symbols(f"x{r}{s}_0:4"))
        # Two outcomes with L1 K1 + L2 K2 = 1; cyclic traces let the second be named by the first.
        first, rest = (k * state * adjoint).trace(), ((sympy.eye(2) - adjoint * k) * state).trace()
        equations.append((f"block {r}{s}", first, (adjoint * k * state).trace()))
        equations.append((f"block {r}{s}, complete", first + rest, state.trace()))
    return identities("the partial trace sees only sum K^dagger K, which is one", equations)


def counting(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """All guesses together come true with probability 4^-q 2^-b, round by round."""
    q, b = sympy.symbols("q b", positive=True)
    quarter, half = sympy.Rational(1, 4), sympy.Rational(1, 2)
    raised = sympy.Integer(stated.qubit) ** q * sympy.Integer(stated.bit) ** b
    return identities(
        "the factor undoes the probability that all guesses are right",
        [("q qubits, b bits", raised * quarter**q * half**b, sympy.Integer(1))],
    )


def symmetric(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """D_k(N) = D_k(N-1) + D_{k-1}(N), and D_k(1) = D_0(N) = 1: monomials of degree k."""
    n, k = sympy.symbols("N k", positive=True)

    def dimension(size: sympy.Expr, copies: sympy.Expr) -> sympy.Expr:
        return sympy.gamma(size + copies) / sympy.gamma(copies + 1) / sympy.gamma(size)

    step = sympy.gammasimp(dimension(n - 1, k) / dimension(n, k))
    last = sympy.gammasimp(dimension(n, k - 1) / dimension(n, k))
    whole = sympy.Integer(1)
    return identities(
        "monomials of degree k with the last variable and without it",
        [
            ("Pascal", step + last, whole),
            ("one variable", sympy.gammasimp(dimension(whole, k)), whole),
        ],
    )


def superdense(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """Every run obeys the limit, with equality: superdense coding reads 4^q 2^b messages."""
    sweep = Sweep(Method.EXACT)
    for run in data.runs:
        point = {"rounds": run.rounds, "announced bits": run.bits, "messages": run.messages}
        guessed, prior = Fraction(run.right, run.messages), Fraction(1, run.messages)
        limit = prior * stated.raised(run.rounds, run.bits)
        sweep.at_most(point, "probability of a right guess", guessed, guessed, limit)
        sweep.equal(point, "qubits from the holder", run.transcript.qubits, run.rounds)
        sweep.equal(point, "meter", 2 ** leakage(run.transcript)["bob"].malicious, run.messages)
    return sweep.evidence("superdense coding over the network meets the limit, all rounds counted")


def honest(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """Exact ranks of the states of all rounds never exceed, and meet, the stated dimension."""
    sweep = Sweep(Method.EXACT)
    for one in data.spans:
        factor = stated.gradient_factor if one.gradient else 1
        dims = [comb(factor * n + k - 1, k) for n, k in one.rounds]
        point = {"rounds (N, k)": str(one.rounds), "gradient": one.gradient}
        sweep.at_most(point, "rank", one.rank, one.rank, stated.span(dims))
        if not one.gradient:
            sweep.equal(point, "rank of enough states", one.rank, stated.span(dims))
    return sweep.evidence("honest rounds span the product of their dimensions")


def no_entanglement(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """The imported decomposition that the meter uses where nothing was shared before."""
    return Evidence(
        finding=Finding.SUPPORTS,
        method=Method.CITATION,
        summary=(
            "Yao, FOCS 1993, and Kremer 1995: after q qubits in both directions together the state "
            "is a sum of 2^q products whose vectors at the receiver do not depend on the sender"
        ),
    )


_CLAIMED = Hypothesis()

CLAIM: Claim[Hypothesis, Data] = Claim(
    id="privacy-training-rounds",
    topic="privacy",
    title="Over all rounds of training, q qubits raise a guess of the parameters by 4^q at most",
    statement=(
        r"A malicious partner, with any prior entanglement and after any number of rounds, guesses "
        r"the holder's parameters with probability at most $p_{\max}4^q2^b$: $q$ counts all qubits "
        r"and $b$ all bits that the holder sent; what the partner sends is free. Proof: teleport "
        r"each qubit, guess the outcome $00$ (right with probability $1/4$, and then nothing has "
        r"changed) and guess each bit; nothing is sent any more, so the guess is right with at "
        r"most $p_{\max}$."
        "\n\n"
        r"An honest but curious partner keeps states in $\mathrm{Sym}^{k_t}$ of round $t$: the "
        r"factor is the product of the $D_{k_t}(N)$, with $2N$ in place of $N$ for gradient states."
    ),
    formulas=(
        r"p_{\mathrm{guess}}\le p_{\max}\,4^{q}\,2^{b}",
        r"4^{-q}2^{-b}\,p_{\mathrm{guess}}\le p_{\max}",
        r"p_{\mathrm{guess}}\le p_{\max}\,2^{b}\prod_t D_{k_t}(N_t),\quad D_k(N)=\binom{N+k-1}{k}",
    ),
    source="first principles; Cleve, van Dam, Nielsen, Tapp 1998; Nayak and Salzman 2006",
    hypothesis=_CLAIMED,
    data=gather,
    steps=(
        Step(
            "teleportation",
            Tag.PROVED,
            "a guessed teleportation is right with probability 1/4, whatever the qubit is part of",
            teleportation,
        ),
        Step(
            "silence",
            Tag.PROVED,
            "without a message the partner's state does not depend on the secret",
            silence,
        ),
        Step("counting", Tag.PROVED, "all guesses hold with probability 4^-q 2^-b", counting),
        Step(
            "symmetric",
            Tag.PROVED,
            "k copies span at most as many dimensions as there are monomials, C(N+k-1, k)",
            symmetric,
        ),
        Step(
            "superdense coding",
            Tag.EXACT,
            "runs over the network obey the limit and meet it; the meter says the same",
            superdense,
        ),
        Step("honest rounds", Tag.EXACT, "exact ranks meet the product of the D_k", honest),
        Step(
            "no prior entanglement",
            Tag.IMPORTED,
            r"without it $2^q$ vectors, $q$ to and fro, span what is held (Yao 1993; Kremer 1995)",
            no_entanglement,
        ),
    ),
    mutants=(
        Mutant(
            "I <= q",
            r"a qubit tells one bit: $p_{\max}2^q$",
            replace(_CLAIMED, qubit=2),
            "superdense coding",
        ),
        Mutant(
            "3^q", r"a qubit raises the guess by three", replace(_CLAIMED, qubit=3), "teleportation"
        ),
        Mutant(
            "announced bits are free",
            r"$p_{\max}4^q$ whatever is announced",
            replace(_CLAIMED, bit=1),
            "superdense coding",
        ),
        Mutant(
            "only one round counts",
            r"$p_{\max}4^{q/T}$ over $T$ rounds",
            replace(_CLAIMED, all_rounds=False),
            "superdense coding",
        ),
        Mutant(
            "the largest round",
            r"an honest partner learns what the largest round tells",
            replace(_CLAIMED, product=False),
            "honest rounds",
        ),
        Mutant(
            "N for gradient states",
            r"gradient states count $N$ dimensions, as feature states do",
            replace(_CLAIMED, gradient_factor=1),
            "honest rounds",
        ),
    ),
)
