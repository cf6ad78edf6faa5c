"""pointer-jumping: 2L jumps in 2L-1 messages of n qubits, and INDEX inside the one-layer case."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product

import numpy as np

from qdml.bounds.costs import inference_lines
from qdml.claims import Claim, Context, Evidence, Finding, Method, Mutant, Step, Sweep, Tag
from qdml.errors import InputError
from qdml.model.circuit import DistributedCircuit
from qdml.protocols import inference, pointer_jumping
from qdml.quantum.reference import basis_state, expectation

#: INDEX is checked for every string and every index up to this many qubits.
LARGEST_INDEX = 3

#: Registers of functions, rank slots included, are checked up to this many qubits.
LARGEST_REGISTER = 14


@dataclass(frozen=True)
class Hypothesis:
    """The constants and variants of the statement."""

    missing_layers: int = 0
    read_lowest: bool = True
    rounding: str = "ceil"
    index_start: int = 0
    messages_offset: int = -1

    def __post_init__(self) -> None:
        if self.rounding not in ("ceil", "floor"):
            raise InputError(f"rounding = {self.rounding!r}: expected 'ceil' or 'floor'")


@dataclass(frozen=True)
class Instance:
    """Two maps of 0 ... N-1 and a start."""

    qubits: int
    layers: int
    alice: tuple[int, ...]
    bob: tuple[int, ...]
    start: int


@dataclass(frozen=True)
class Data:
    """Random permutations, and functions in which three arguments share a value."""

    permutations: tuple[Instance, ...]
    functions: tuple[Instance, ...]


def gather(context: Context) -> Data:
    """Draw the maps at every grid point."""
    permutations, functions = [_FLIP], [_LOADED]
    for n in context.grid.qubits:
        for layers in context.grid.layers:
            for i in range(context.grid.instances):
                rng = context.rng("maps", n, layers, i)
                alice, bob = (tuple(int(v) for v in rng.permutation(2**n)) for _ in range(2))
                start = int(rng.integers(2**n))
                permutations.append(Instance(n, layers, alice, bob, start))
                if n >= 2 and n + 2 * layers * 2 <= LARGEST_REGISTER:
                    alice, bob = (_function_of_load_three(n, rng) for _ in range(2))
                    functions.append(Instance(n, layers, alice, bob, start))
    return Data(tuple(permutations), tuple(functions))


#: Fixed instances on which every false variant shows, whatever the grid.
_FLIP = Instance(2, 1, (0, 1, 2, 3), (1, 0, 3, 2), 0)
_LOADED = Instance(2, 1, (0, 1, 1, 1), (1, 2, 3, 0), 2)


def _function_of_load_three(n: int, rng: np.random.Generator) -> tuple[int, ...]:
    # A load that is not a power of two tells rounding up from rounding down.
    values = rng.permutation(2**n)
    values[rng.permutation(2**n)[:3]] = values[0]
    function = tuple(int(v) for v in values)
    same = pointer_jumping.largest_load(function)
    return function if same == 3 else _function_of_load_three(n, rng)


def jumps(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """Loss of the permutation circuit against the pointer followed by hand."""
    sweep = Sweep(Method.EXACT)
    for item in data.permutations:
        circuit = pointer_jumping.permutation_circuit(
            item.alice, item.bob, item.layers, stated.read_lowest
        )
        layers = item.layers - stated.missing_layers
        end = pointer_jumping.chase(item.start, item.alice, item.bob, layers)
        point = {"n": item.qubits, "L": item.layers, "start": item.start, "end": end}
        sweep.equal(point, "loss", _mean(circuit, item.start), 1 - 2 * (end % 2))
    return sweep.evidence("the loss is (-1)^(lowest bit after 2L jumps)")


def _mean(circuit: DistributedCircuit, start: int) -> Fraction:
    """The exact mean outcome of what reaches Bob over the network from |start>."""
    state = basis_state(start, circuit.qubits, exact=True)
    _, _, register = inference.walked(circuit, state, 1, 0)
    mean: Fraction = expectation(circuit.observable, register.world.state)
    return mean


def functions(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """The same for functions made reversible by rank slots of the stated size."""
    sweep = Sweep(Method.EXACT)
    for item in data.functions:
        load = pointer_jumping.largest_load(item.alice, item.bob)
        up = stated.rounding == "ceil"
        slot = (load - 1).bit_length() if up else load.bit_length() - 1
        point = {"n": item.qubits, "L": item.layers, "largest load": load, "slot qubits": slot}
        sweep.holds(point, f"a slot tells {load} arguments apart", load <= 2**slot)
        if load > 2**slot:
            continue
        circuit = pointer_jumping.function_circuit(item.alice, item.bob, item.layers, slot)
        register = item.qubits + 2 * item.layers * slot
        start = item.start << (register - item.qubits)
        run = inference.run(circuit, basis_state(start, register), 1, 0)
        crossings = 2 * item.layers - 1
        sweep.same(point, "lines", run.transcript.lines, inference_lines(register, 1, crossings))
        end = pointer_jumping.chase(item.start, item.alice, item.bob, item.layers)
        sweep.equal(point, "loss", _mean(circuit, start), 1 - 2 * (end % 2))
    return sweep.evidence("rank slots carry functions that are not permutations")


def index(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """pi_B swaps 2j and 2j+1 where z_j = 1: the loss at 2j is (-1)^(z_j), for every z and j."""
    sweep = Sweep(Method.EXACT)
    for n in range(1, LARGEST_INDEX + 1):
        size, identity = 2**n, tuple(range(2**n))
        for z in product((0, 1), repeat=size // 2):
            bob = tuple(v ^ z[v // 2] for v in range(size))
            circuit = pointer_jumping.permutation_circuit(identity, bob, 1)
            for j, bit in enumerate(z):
                loss = _mean(circuit, 2 * j + stated.index_start)
                sweep.equal({"n": n, "z": str(z), "j": j}, "loss", loss, 1 - 2 * bit)
    return sweep.evidence("INDEX on N/2 bits sits inside one layer")


def ledger(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """One run a map with a single copy: its bill and its answer."""
    sweep = Sweep(Method.EXACT)
    for item in data.permutations:
        circuit = pointer_jumping.permutation_circuit(item.alice, item.bob, item.layers)
        run = inference.run(circuit, basis_state(item.start, item.qubits), 1, 0)
        end = pointer_jumping.chase(item.start, item.alice, item.bob, item.layers)
        crossings = 2 * item.layers + stated.messages_offset
        point = {"n": item.qubits, "L": item.layers, "start": item.start}
        sweep.equal(point, "answer", 2 * run.count - 1, 1 - 2 * (end % 2))
        sweep.equal(point, "messages", run.transcript.messages, crossings + 1)
        sweep.same(point, "lines", run.transcript.lines, inference_lines(item.qubits, 1, crossings))
    return sweep.evidence("one copy: 2L-1 messages of n qubits, and the answer is certain")


def round_bound(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """The imported bound for a constant number of rounds."""
    return Evidence(
        finding=Finding.SUPPORTS,
        method=Method.CITATION,
        summary=(
            "Klauck, Nayak, Ta-Shma and Zuckerman, STOC 2001: for every constant k there is a "
            "problem whose classical cost in k+1 messages is exponentially smaller than its "
            "quantum cost in k messages"
        ),
    )


_CLAIMED = Hypothesis()

CLAIM: Claim[Hypothesis, Data] = Claim(
    id="pointer-jumping",
    topic="learning",
    title="A circuit of L layers follows a pointer through 2L jumps",
    statement=(
        r"With $A_l$ and $B_l$ the permutation matrices of $\pi_A$ and $\pi_B$ and a last swap of "
        r"the lowest bit to qubit $0$, the loss is $(-1)^{b}$, $b$ the lowest bit of the pointer "
        r"after $2L$ jumps. Functions that are not permutations go through rank slots "
        r"$(v,0)\mapsto(f(v),\mathrm{rank})$ on $n+2L\lceil\log_2 m\rceil$ qubits, $m$ the largest "
        r"load. One layer with $\pi_B$ swapping $(2j,2j+1)$ by $z_j$ is INDEX on $N/2$ bits."
    ),
    formulas=(
        r"\langle\varphi|Z_0|\varphi\rangle=(-1)^{\mathrm{lsb}\left((\pi_B\pi_A)^{L}(v_0)\right)}",
    ),
    source="arXiv:2310.07136; Klauck, Nayak, Ta-Shma, Zuckerman, STOC 2001",
    hypothesis=_CLAIMED,
    data=gather,
    steps=(
        Step("jumps", Tag.EXACT, "permutation circuits against the pointer", jumps),
        Step("functions", Tag.EXACT, "rank slots make any function reversible", functions),
        Step("index", Tag.EXACT, "INDEX on N/2 bits, every string and every index", index),
        Step("ledger", Tag.EXACT, "the bill of a run with one copy, and its answer", ledger),
        Step(
            "round bound",
            Tag.IMPORTED,
            "one message fewer can cost exponentially more qubits, for a constant number of "
            "messages (Klauck, Nayak, Ta-Shma, Zuckerman 2001)",
            round_bound,
        ),
    ),
    mutants=(
        Mutant(
            "L-1 layers",
            r"$L-1$ layers follow the pointer through $2L$ jumps",
            replace(_CLAIMED, missing_layers=1),
            "jumps",
        ),
        Mutant(
            "no last swap",
            "qubit 0 is read without moving the lowest bit there",
            replace(_CLAIMED, read_lowest=False),
            "jumps",
        ),
        Mutant(
            "slots rounded down",
            r"rank slots of $\lfloor\log_2 m\rfloor$ qubits are enough",
            replace(_CLAIMED, rounding="floor"),
            "functions",
        ),
        Mutant(
            "INDEX from odd starts",
            r"the pointer that starts at $2j+1$ reads $z_j$",
            replace(_CLAIMED, index_start=1),
            "index",
        ),
        Mutant(
            "2L messages", r"$2L$ messages are sent", replace(_CLAIMED, messages_offset=0), "ledger"
        ),
    ),
    notes=(
        "That the imported theorem holds for the permutations checked here is not claimed.",
        r"Recalled, not used: for growing $L$, $\Omega(L)$ rounds or $\Omega(N/L^{4})$ qubits.",
    ),
)
