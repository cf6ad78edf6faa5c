"""All derivatives of the loss over the metered network, by each method that can be run.

Every method gets a circuit whose blocks are products of Pauli rotations, and returns estimates in
gate order with one bill. Commuting blocks and shadows measure the strings Y (x) Q_j and need blocks
whose strings commute, so that the later gates of a block leave Q_j alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from qdml.claims.intervals import check_reach
from qdml.claims.seeds import generator
from qdml.errors import InputError
from qdml.model.circuit import Block, DistributedCircuit
from qdml.model.gradient_task import Task, copies, search_plan
from qdml.model.shadow_task import Plan
from qdml.network import MOST_COPIES, Transcript
from qdml.network.meter import Leakage, leakage
from qdml.protocols import gradient, inference, threshold_search
from qdml.quantum import clifford
from qdml.quantum.gates import Gate, Pauli, Rotation
from qdml.quantum.numbers import Radians, State

Floats = npt.NDArray[np.float64]

#: Rotations that turn a letter into Z.
_TO_Z = {"X": ("Y", -np.pi / 2), "Y": ("X", np.pi / 2)}


@dataclass(frozen=True)
class Found:
    """Estimates of all derivatives in gate order (M,), copies of each state, and the bill.

    `leakage` limits what each party can have learnt from all networks of the run together.
    """

    gradient: Floats
    copies: int
    qubits: int
    messages: int
    bits: int
    leakage: dict[str, Leakage]


def run(
    method: str,
    circuit: DistributedCircuit,
    state: State,
    accuracy: float,
    failure_probability: float,
    seed: int,
) -> Found:
    """Estimate every derivative to `accuracy` except with `failure_probability` for any of them.

    Raises `InputError` for an unknown method, for an accuracy out of reach, for a block without
    rotations or with another gate, and for a method that needs commuting strings where they do
    not commute.
    """
    strings = block_strings(circuit)
    most, heaviest = max(map(len, strings)), max(s.weight for block in strings for s in block)
    task = Task(circuit.qubits, circuit.layers, most, accuracy, failure_probability, circuit.owners)
    k = copies(method, task, heaviest + 1)
    check_reach(accuracy, k, MOST_DRAWN if method == "pauli-shadows" else MOST_COPIES)
    search = search_plan(task) if method == "shadow-tomography" else None
    return spend(method, circuit, state, k, seed, search)


def spend(
    method: str,
    circuit: DistributedCircuit,
    state: State,
    k: int,
    seed: int,
    search: Plan | None = None,
) -> Found:
    """Estimate every derivative from k copies of each state, whatever that promises.

    k copies of each |g_b> (and entry, for the method direct) or of each shifted circuit; `search`
    for the method shadow-tomography, with copies of its own. Raises `InputError` as `run` does.
    """
    if search:
        entries_asked = sum(map(len, block_strings(circuit)))
        threshold_search.check_size(2**circuit.qubits, entries_asked, search)
    bills: list[Transcript] = []
    entries: list[float] = []
    for number, own in enumerate(block_strings(circuit), start=1):
        rng = generator(seed, "gradient", method, number)
        entries += _RUNNERS[method](_Block(circuit, state, number, own, k, rng, bills, search))
    totals = [bill.totals() for bill in bills]
    qubits, messages, bits = (
        sum(total[name] for total in totals) for name in ("qubits", "messages", "bits")
    )
    # A mean of zero is not minus zero, whatever sign it is read with.
    return Found(np.array(entries) + 0.0, k, qubits, messages, bits, leakage(*bills))


#: Copies of one state whose bases are drawn one by one.
MOST_DRAWN = 10**6


@dataclass(frozen=True)
class _Block:
    """One block to be differentiated, and the private randomness of its owner."""

    circuit: DistributedCircuit
    state: State
    number: int
    strings: Sequence[Pauli]
    copies: int
    rng: np.random.Generator
    bills: list[Transcript]
    search: Plan | None = None

    def prepare(self, copies: int) -> gradient.Prepared:
        """New copies of |g_b> at its owner, billed."""
        seed = int(self.rng.integers(2**62))
        prepared = gradient.prepare(self.circuit, self.state, self.number, copies, seed)
        self.bills.append(prepared.transcript)
        return prepared

    def read(self, gates: Sequence[Gate], copies: int) -> npt.NDArray[np.int64]:
        """Basis outcomes (copies,) of new copies of |g_b> after gates of the owner."""
        prepared = self.prepare(copies)
        with prepared.holder as holder:
            holder.apply(gates, prepared.register)
            return holder.measure_basis(prepared.register).read(holder)


def _by_shift(block: _Block) -> list[float]:
    """Half the difference of the losses at +-pi/2, each from k copies."""
    found = []
    for j, string in enumerate(block.strings):
        ends = []
        for turn in (np.pi / 2, -np.pi / 2):
            blocks = list(block.circuit.blocks)
            gates = list(blocks[block.number - 1].gates)
            gates.insert(j, Rotation(string, Radians(turn)))
            blocks[block.number - 1] = Block(tuple(gates))
            shifted = replace(block.circuit, blocks=tuple(blocks))
            seed = int(block.rng.integers(2**62))
            reader = block.circuit.owners[block.number - 1]
            ran = inference.run(shifted, block.state, block.copies, seed, reader)
            block.bills.append(ran.transcript)
            ends.append(ran.value)
        found.append((ends[0] - ends[1]) / 2)
    return found


def _directly(block: _Block) -> list[float]:
    """k fresh copies of |g_b> for each entry."""
    entries = range(len(block.strings))
    return [gradient.measure(block.prepare(block.copies), j) for j in entries]


def _jointly(block: _Block) -> list[float]:
    """k copies of |g_b> for all entries: after one Clifford unitary every string is diagonal."""
    check_commuting(block.strings)
    asked = [Pauli("Y" + string.letters) for string in block.strings]
    unitary = clifford.diagonalising(asked)
    outcomes = block.read([unitary], block.copies)
    images = map(unitary.image, asked)
    return [-sign * float(np.mean(signs(outcomes, image.letters))) for sign, image in images]


def _by_pauli_shadows(block: _Block) -> list[float]:
    """k copies of |g_b>, each measured in letters that its owner draws; those that fit count."""
    check_commuting(block.strings)
    sums = np.zeros(len(block.strings))
    drawn = block.rng.integers(3, size=(block.copies, block.circuit.qubits + 1))
    counts = Counter("".join("XYZ"[i] for i in row) for row in drawn)
    for letters, count in sorted(counts.items()):
        outcomes = block.read(_turns(letters), count)
        for j, string in enumerate(block.strings):
            asked = "Y" + string.letters
            if all(a in ("I", letter) for a, letter in zip(asked, letters, strict=True)):
                sums[j] -= 3 ** (string.weight + 1) * signs(outcomes, asked).sum()
    return list(map(float, sums / block.copies))


def _by_clifford_shadows(block: _Block) -> list[float]:
    """k copies of |g_b>, each after a uniform Clifford unitary; strings made diagonal count."""
    check_commuting(block.strings)
    sums, wide = np.zeros(len(block.strings)), block.circuit.qubits + 1
    for _ in range(block.copies):
        unitary = clifford.random(wide, block.rng)
        outcomes = block.read([unitary], 1)
        for j, string in enumerate(block.strings):
            sign, image = unitary.image(Pauli("Y" + string.letters))
            if not set(image.letters) & {"X", "Y"}:
                sums[j] -= (2**wide + 1) * sign * signs(outcomes, image.letters)[0]
    return list(map(float, sums / block.copies))


def _by_tomography(block: _Block) -> list[float]:
    """The best measurement of k copies of |g_b> for a state of which nothing is known."""
    return list(map(float, threshold_search.tomography(block.prepare(block.copies))))


def _by_threshold_search(block: _Block) -> list[float]:
    """Batches of copies, held together and asked softly for entries that a hypothesis has wrong."""
    assert block.search is not None
    prepared = block.prepare(block.search.copies)
    return list(map(float, threshold_search.learn(prepared, block.search).entries))


_RUNNERS = {
    "parameter-shift": _by_shift,
    "direct": _directly,
    "commuting-block": _jointly,
    "pauli-shadows": _by_pauli_shadows,
    "clifford-shadows": _by_clifford_shadows,
    "tomography": _by_tomography,
    "shadow-tomography": _by_threshold_search,
}


def block_strings(circuit: DistributedCircuit) -> list[list[Pauli]]:
    """The Pauli strings of every block. Raises `InputError` for a block with any other gate."""
    found = []
    for number, block in enumerate(circuit.blocks, start=1):
        strings = [gate.pauli for gate in block.gates if isinstance(gate, Rotation)]
        if not strings or len(strings) < len(block.gates):
            raise InputError(f"block {number}: expected Pauli rotations alone, one or more")
        found.append(strings)
    return found


def check_commuting(strings: Sequence[Pauli]) -> None:
    """Raise `InputError` unless all strings commute: only then do later gates leave Q_j alone."""
    clash = clifford.first_clash(strings)
    if clash:
        raise InputError(
            f"strings {clash[0].letters} and {clash[1].letters} of one block do not commute; take "
            "the method parameter-shift or direct"
        )


def _turns(letters: str) -> list[Gate]:
    """Gates after which Z on each qubit is what the given letter was before."""
    gates: list[Gate] = []
    for q, letter in enumerate(letters):
        if letter in _TO_Z:
            axis, angle = _TO_Z[letter]
            gates.append(Rotation(Pauli.single(axis, q, len(letters)), Radians(angle)))
    return gates


def signs(outcomes: npt.NDArray[np.int64], letters: str) -> Floats:
    """(-1)^(parity of the bits where a letter stands), for each outcome."""
    mask = int("".join("0" if letter == "I" else "1" for letter in letters), 2)
    parities: Floats = 1.0 - 2.0 * (np.bitwise_count(outcomes & mask) % 2)
    return parities
