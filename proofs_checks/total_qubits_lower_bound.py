"""total-qubits-lower-bound: inference needs (L-1)(n-1)/2 qubits, whatever the rounds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product

import sympy

from qdml.bounds.certificates import gamma2_dense
from qdml.bounds.costs import inference_by_sampling
from qdml.claims import Claim, Context, Evidence, Figure, Method, Mutant, Series, Step, Sweep, Tag
from qdml.claims.symbolic import identities
from qdml.protocols import inference, inner_product_bits
from qdml.protocols.inner_product_at_depth import circuit
from qdml.quantum.reference import basis_state

#: Every pair of inputs is tried up to this many bits a party; beyond, so many random pairs.
ALL_BITS, SAMPLES = 4, 32

#: Qubits and layers that are always tried: there superdense coding sends a single qubit.
ANCHOR = 3, 2

#: Errors at which bounds are compared with bills: none, and one third.
ALPHAS = (Fraction(1), Fraction(3))

#: Accuracy and failure probability at which inference by sampling is priced.
PROMISE = Fraction(1, 2), Fraction(1, 3)


@dataclass(frozen=True)
class Hypothesis:
    """Rates of the bounds in (L-1)(n-1), the construction, and the bill of the upper side."""

    quantum_rate: Fraction = Fraction(1, 2)
    classical_rate: Fraction = Fraction(1)
    layers_offset: int = -1
    returned: bool = True
    differences: bool = True
    crossings_offset: int = -1

    def size(self, qubits: int, layers: int) -> int:
        """(L-1)(n-1), the bits of each input."""
        return (layers + self.layers_offset) * (qubits - 1)


@dataclass(frozen=True)
class Case:
    """One depth and width, and inputs of both parties."""

    qubits: int
    layers: int
    inputs: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]

    @property
    def point(self) -> dict[str, object]:
        """Where it stands in the grid."""
        return {"n": self.qubits, "L": self.layers}

    @property
    def bits(self) -> int:
        """Bits of each input."""
        return (self.layers - 1) * (self.qubits - 1)


def gather(context: Context) -> tuple[Case, ...]:
    """All inputs where they are few, random ones elsewhere."""
    grid, cases = context.grid, []
    for n, layers in sorted({ANCHOR, *product(grid.product_qubits, grid.product_layers)}):
        strings = list(product(range(2 ** (n - 1)), repeat=layers - 1))
        if (layers - 1) * (n - 1) <= ALL_BITS:
            inputs = [(a, b) for a in strings for b in strings]
        else:
            rng = context.rng("inputs", n, layers)
            places = rng.integers(len(strings), size=(SAMPLES, 2)).tolist()
            inputs = [(strings[a], strings[b]) for a, b in places]
        cases.append(Case(n, layers, tuple(inputs)))
    return tuple(cases)


def _sign(alice: tuple[int, ...], bob: tuple[int, ...]) -> int:
    crossing = sum((a & b).bit_count() for a, b in zip(alice, bob, strict=True))
    return 1 - 2 * (crossing % 2)


def induction(stated: Hypothesis, data: tuple[Case, ...], context: Context) -> Evidence:
    """One layer more keeps (|0>|0> + s|1>|c>)/sqrt 2, and the last Hadamard reads s."""
    s, b = sympy.symbols("s b", positive=True)
    p, r = sympy.symbols("p r", integer=True, positive=True)
    one = sympy.Integer(1)

    def xor(left: sympy.Expr, right: sympy.Expr) -> sympy.Expr:
        return left + right - 2 * left * right

    up, down = (1 + s) / 2, (1 - s) / 2
    return identities(
        "the loss is the sign of the inner product",
        [
            ("targets reach c_l from 0", xor(one * 0, xor(one * 0, b)), b),
            ("targets reach c_l from 1", xor(one, xor(one, b)), b),
            ("signs multiply", (-one) ** p * (-one) ** r, (-one) ** (p + r)),
            ("the control's Z", up**2 - down**2, s),
        ],
    )


def hadamard(stated: Hypothesis, data: tuple[Case, ...], context: Context) -> Evidence:
    """The dual W = H of a Hadamard matrix H of size 2^m, for every alpha."""
    m, alpha = sympy.symbols("m alpha", positive=True)
    two = sympy.Integer(2)
    size = two**m
    root = two ** (m / 2)
    bit_sums = [sympy.Integer(sum((-1) ** (d * beta) for beta in (0, 1))) for d in (0, 1)]
    return identities(
        "gamma_2^alpha of a Hadamard matrix is the root of its size, whatever alpha",
        [
            ("a bit in which two rows differ", bit_sums[1], two * 0),
            ("a bit in which they agree", bit_sums[0], two),
            ("p = q: the matrix is a square, diagonal", root * root / root, root),
            ("other diagonal, H^T H = 2^m", size / root, root),
            ("W agrees everywhere: the bound", 2 * size**2 / (size * root + size * root), root),
            ("rows of H against unit vectors: no more", sympy.sqrt(size * 1), root),
            (
                "qubits",
                sympy.expand_log(sympy.log(root / alpha)),
                m * sympy.log(2) / 2 - sympy.log(alpha),
            ),
            (
                "bits",
                sympy.expand_log(2 * sympy.log(root / alpha)),
                m * sympy.log(2) - 2 * sympy.log(alpha),
            ),
        ],
    )


def losses(stated: Hypothesis, data: tuple[Case, ...], context: Context) -> Evidence:
    """The exact loss of the circuit against the sign."""
    sweep = Sweep(Method.EXACT)
    for case in data:
        zero = basis_state(0, case.qubits, exact=True)
        for alice, bob in case.inputs:
            made = circuit(
                case.qubits,
                alice,
                bob,
                exact_numbers=True,
                returned=stated.returned,
                differences=stated.differences,
            )
            point = {**case.point, "c": str(alice), "beta": str(bob)}
            sweep.equal(point, "loss", made.loss(zero), _sign(alice, bob))
    return sweep.evidence("the loss is (-1)^{sum c_l . beta_l}")


def structure(stated: Hypothesis, data: tuple[Case, ...], context: Context) -> Evidence:
    """The loss matrix is a Hadamard matrix; where its root is whole, a checker says so too."""
    sweep = Sweep(Method.EXACT)
    for case in data:
        if case.bits > ALL_BITS:
            continue
        size = 2**case.bits
        signs = [_sign(alice, bob) for alice, bob in case.inputs]
        table = [signs[start : start + size] for start in range(0, size**2, size)]
        gram = [[sum(a * b for a, b in zip(r, s, strict=True)) for s in table] for r in table]
        whole = [[size * (i == j) for j in range(size)] for i in range(size)]
        sweep.same(case.point, "rows of H H^T", gram, whole)
        # (sum H B)^2 <= gamma_2(B)^2 size^3 and sum H B >= size^2, so gamma_2 squared >= size.
        squared = Fraction(2) ** int(
            2 * stated.quantum_rate * stated.size(case.qubits, case.layers)
        )
        sweep.at_most(case.point, "gamma_2 squared", squared, squared, size)
        if case.bits % 2 == 0:
            root = 2 ** (case.bits // 2)
            for alpha in ("101/100", "3", "1000"):
                checked = gamma2_dense.check(_certificate(table, root, alpha))
                found = checked.bound or Fraction(0)
                point = {**case.point, "alpha": alpha}
                sweep.equal(point, f"certified ({checked.reason})", found, root)
    return sweep.evidence("gamma_2^alpha of the loss matrix is the root of its size")


def _certificate(table: list[list[int]], root: int, alpha: str) -> dict[str, object]:
    sides = [root] * len(table)
    return {
        "kind": "gamma2-dense",
        "matrix": table,
        "alpha": alpha,
        "weights": table,
        "p": sides,
        "q": sides,
        "bound": str(root),
    }


def bills(stated: Hypothesis, data: tuple[Case, ...], context: Context) -> Evidence:
    """Metered runs of three protocols against the bounds; the figure of the claim."""
    sweep, rows = Sweep(Method.EXACT), []
    for case in data:
        n, layers = case.qubits, case.layers
        zero = basis_state(0, n, exact=True)
        alice, bob = case.inputs[-1]
        run = inference.run(circuit(n, alice, bob, exact_numbers=True), zero, 1, 0)
        sweep.equal(case.point, "one copy says", 2 * run.count - 1, _sign(alice, bob))
        walked = n * (2 * layers + stated.crossings_offset)
        sweep.equal(case.point, "qubits of one copy", run.transcript.qubits, walked)
        priced = inference_by_sampling(n, layers, *PROMISE).qubits
        alice_bits, bob_bits = (
            [a >> i & 1 for a in side for i in range(n - 1)] for side in (alice, bob)
        )
        told = inner_product_bits.announced(alice_bits, bob_bits, 0)
        sweep.equal(case.point, "announced", told.value, _sign(alice, bob))
        spent = [run.transcript.qubits, priced]
        if case.bits % 2 == 0:
            dense = inner_product_bits.superdense(alice_bits, bob_bits, 0)
            sweep.equal(case.point, "superdense", dense.value, _sign(alice, bob))
            spent.append(dense.transcript.qubits)
        size = stated.size(n, layers)
        for alpha in ALPHAS:
            point = {**case.point, "alpha": alpha}
            # 2^Q alpha >= 2^{rate m}, squared so that all numbers are rational.
            asked = Fraction(4) ** int(2 * stated.quantum_rate * size)
            room = Fraction(16) ** min(spent) * alpha**4
            sweep.at_most(point, "2 to four times the qubits asked for", asked, asked, room)
            asked = Fraction(2) ** int(stated.classical_rate * size)
            room = Fraction(2) ** told.transcript.bits * alpha**2
            sweep.at_most(point, "2 to the bits asked for", asked, asked, room)
        rows.append((case.bits, run.transcript.qubits, told.transcript.bits))
    return sweep.evidence("no bill is below the bound", figure=_figure(rows))


def _figure(rows: list[tuple[int, int, int]]) -> Figure:
    sizes, walked, told = zip(*sorted(rows), strict=True)
    half = tuple(size / 2 for size in sizes)
    return Figure(
        title="Qubits that any protocol needs, and what three protocols send",
        x_label="(L-1)(n-1)",
        y_label="communication at zero error",
        series=(
            Series(label="one copy of the circuit, qubits", kind="measured", x=sizes, y=walked),
            Series(label="Alice tells her input, bits", kind="measured", x=sizes, y=told),
            Series(label="lower bound, qubits", kind="bound", x=sizes, y=half),
        ),
        caption=(
            "The lower bound holds for any number of rounds and any prior entanglement; superdense "
            "coding of Alice's input meets it exactly."
        ),
    )


_CLAIMED = Hypothesis()

CLAIM: Claim[Hypothesis, tuple[Case, ...]] = Claim(
    id="total-qubits-lower-bound",
    topic="bounds",
    title="Inference needs qubits in proportion to L log N, whatever the protocol",
    statement=(
        r"Any protocol that estimates every loss to some $\varepsilon<1$ with error $\delta$, in "
        r"any number of rounds and with any prior entanglement, sends at least "
        r"$\frac12(L-1)(n-1)-\log_2\alpha$ qubits, $\alpha=1/(1-2\delta)$; a classical one "
        r"$(L-1)(n-1)-2\log_2\alpha$ bits. With inference by sampling this is $\Theta(L\log N)$ at "
        r"constant $\varepsilon$ and $\delta$."
    ),
    formulas=(
        r"A_l=\mathrm{C}X^{c_l\oplus c_{l-1}},\quad B_l=\mathrm{C}Z^{\beta_l},\quad c_0=c_L=0",
        r"\mathrm{loss}=(-1)^{\sum_{l<L}c_l\cdot\beta_l}",
    ),
    source="here; Linial and Shraibman 2009 for gamma_2 of a Hadamard matrix",
    hypothesis=_CLAIMED,
    data=gather,
    steps=(
        Step("induction", Tag.PROVED, "each layer keeps the form of the state", induction),
        Step("hadamard", Tag.PROVED, "W = H is a dual for every alpha", hadamard),
        Step("losses", Tag.EXACT, "the loss is the sign of an inner product", losses),
        Step("structure", Tag.EXACT, "the loss matrix is a Hadamard matrix", structure),
        Step("bills", Tag.EXACT, "bills of metered runs against the bounds", bills),
    ),
    mutants=(
        Mutant(
            "(L-1)(n-1) qubits",
            r"$Q^{*}_\delta\ge(L-1)(n-1)-\log_2\alpha$",
            replace(_CLAIMED, quantum_rate=Fraction(1)),
            "bills",
        ),
        Mutant(
            "forgetting c_L = 0",
            r"$A_L$ leaves the targets in $|c_{L-1}\rangle$",
            replace(_CLAIMED, returned=False),
            "losses",
        ),
        Mutant(
            "X to the power c_l",
            r"$A_l=\mathrm{C}X^{c_l}$",
            replace(_CLAIMED, differences=False),
            "losses",
        ),
        Mutant(
            "L(n-1)/2 qubits",
            r"$Q^{*}_\delta\ge\frac12L(n-1)-\log_2\alpha$",
            replace(_CLAIMED, layers_offset=0),
            "structure",
        ),
        Mutant(
            "twice the bits",
            r"$R_\delta\ge2(L-1)(n-1)-2\log_2\alpha$",
            replace(_CLAIMED, classical_rate=Fraction(2)),
            "bills",
        ),
        Mutant(
            "2L messages",
            "one copy is $2L$ messages of $n$ qubits",
            replace(_CLAIMED, crossings_offset=0),
            "bills",
        ),
    ),
    premises=("protocol-gamma2-bound, which is proved here, turns gamma_2 into qubits and bits",),
)
