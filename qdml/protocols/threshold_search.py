"""Entries of a gradient state by threshold search and an online hypothesis, or by tomography.

The owner of the block guesses a state, at first the maximally mixed one. In every round it holds a
batch of copies together and asks, entry by entry, whether the mean is far from what the hypothesis
says: softly, so that a batch that answers no is as good as new. Where the answer is yes, it
measures that entry on copies of its own, and corrects the hypothesis by matrix multiplicative
weights (Badescu and O'Donnell, arXiv:2011.10908; constants: the claim
gradient-by-shadow-tomography).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, floor

import numpy as np
import numpy.typing as npt

from qdml.errors import InputError
from qdml.model.shadow_task import Plan
from qdml.network import Party
from qdml.network.collective import MOST_AMPLITUDES, Collective, amplitudes, gather, guess
from qdml.protocols import gradient
from qdml.protocols.gradient import Prepared
from qdml.quantum.gates import Gate, Pauli, Rotation, act
from qdml.quantum.numbers import State
from qdml.quantum.placing import Trailing
from qdml.quantum.reference import expectation

Floats = npt.NDArray[np.float64]

#: Questions times the size of a basis change: some minutes.
MOST_WORK = 1e11


@dataclass(frozen=True)
class Learned:
    """Estimates of the entries of one block in gate order (P,), and what the search took."""

    entries: Floats
    rounds: int
    updates: int


def learn(prepared: Prepared, plan: Plan) -> Learned:
    """Learn every entry of a block from `plan.copies` copies of its gradient state.

    Raises `InputError` for a block with other gates than rotations, and for batches too large to be
    held together.
    """
    holder, rest, hypothesis = prepared.holder, prepared.register, Hypothesis.empty(prepared)
    rounds = updates = failures = 0
    while rounds < plan.rounds and failures < plan.patience:
        rounds += 1
        left = rest.copies - plan.batch - plan.check
        with holder:
            batch, check, *more = holder.divide(
                rest, [plan.batch, plan.check, *([left] if left else [])]
            )
            found = search(gather(holder, batch), holder, prepared.block, hypothesis.means, plan)
        rest, failures = (more[0] if more else rest), failures + 1
        if found is None:
            continue
        mean = -gradient.measure(replace(prepared, register=check), found)
        gap = mean - hypothesis.means[found]
        if abs(gap) >= 3 * plan.accuracy / 8 and plan.learn:
            # The mean is at least this far: the measurement is off by eps/8 at most.
            hypothesis = hypothesis.moved(found, mean - np.sign(gap) * plan.accuracy / 8)
            updates, failures = updates + 1, 0
    # Not minus the means: an entry of zero is not minus zero.
    return Learned(0.0 - hypothesis.means, rounds, updates)


def check_size(modes: int, events: int, plan: Plan) -> None:
    """Raise `InputError`, before anything is sent, for a search that takes more than minutes here.

    events: entries of all blocks together; `modes` is N.
    """
    most = amplitudes(modes, (plan.batch // 2, plan.batch - plan.batch // 2))
    if most > MOST_AMPLITUDES:
        raise InputError(
            f"threshold search at accuracy {plan.accuracy} holds {plan.batch} copies of |g_b> "
            f"together, {float(most):.1e} amplitudes for N = {modes}: expected at most "
            f"{MOST_AMPLITUDES}; take one qubit and a larger accuracy, or the method tomography"
        )
    work = min(plan.patience, plan.rounds) * events * most ** (3 / 2)
    if work > MOST_WORK:
        raise InputError(
            f"threshold search asks {events} entries {min(plan.patience, plan.rounds)} times, each "
            f"of {plan.batch} copies in {most} amplitudes: expected some minutes at most; take "
            "fewer parameters, a larger accuracy, or the method tomography"
        )


def search(held: Collective, holder: Party, block: int, means: Floats, plan: Plan) -> int | None:
    """The first entry for which the copies say that the mean is far from `means`; for the holder.

    From the last gate to the first: undoing gates turns V_j Q_j V_j^dagger into Q_j.
    """
    rotations = _rotations(holder.private(f"block {block}"), block)
    for j in range(len(rotations) - 1, -1, -1):
        asked = held.ask(rotations[j].pauli, chances(float(means[j]), plan))
        if asked.read(holder):
            return j
        if j:
            held.rotate(rotations[j].inverse())
    return None


def chances(mean: float, plan: Plan) -> Floats:
    """How likely "yes" is for each count 0 ... k of +1: q^(distance to counts eps k/2 away)."""
    low, high = thresholds(mean, plan)
    counts = np.arange(plan.batch + 1)
    distance = np.maximum(0, np.minimum(high - counts, counts - low))
    ratio = plan.scale / (plan.scale + 1)
    return ratio ** distance.astype(float)


def thresholds(mean: float | Fraction, plan: Plan) -> tuple[int, int]:
    """The counts up to which, and from which on, "yes" is certain."""
    half = plan.batch / Fraction(2)
    middle, away = Fraction(mean), Fraction(str(plan.accuracy))
    return ceil(half * (1 + middle - away)), floor(half * (1 + middle + away))


@dataclass(frozen=True, eq=False)
class Hypothesis:
    """The state exp(Y (x) G)/Z, and the means of Y (x) H_j in it; G = sum of steps times H_j.

    observables: H_j = V_j Q_j V_j^dagger, (P, N, N). exponent: G (N, N).
    """

    observables: State
    exponent: State

    @classmethod
    def empty(cls, prepared: Prepared) -> Hypothesis:
        """The maximally mixed state, for the entries of a block; the holder's own knowledge."""
        with prepared.holder as holder:
            gates = holder.private(f"block {prepared.block}")
        matrices = []
        size = 2 ** (prepared.register.qubits - 1)
        for j, rotation in enumerate(_rotations(gates, prepared.block)):
            half = act(gates[j + 1 :], np.eye(size, dtype=complex))
            matrices.append(half @ rotation.pauli.apply(half.conj().T))
        return cls(np.array(matrices), np.zeros((size, size), dtype=complex))

    @property
    def means(self) -> Floats:
        """tr(H_j sinh G)/tr cosh G, in (-1, 1)."""
        values, vectors = np.linalg.eigh(self.exponent)
        # The largest exponent is taken out, so that nothing overflows.
        shift = np.abs(values).max()
        up, down = np.exp(values - shift), np.exp(-values - shift)
        odd = (vectors * (up - down)) @ vectors.conj().T
        found: Floats = np.einsum("jab,ba->j", self.observables, odd).real / (up + down).sum()
        return found

    def moved(self, entry: int, mean: float) -> Hypothesis:
        """The step that would set the mean of an entry, if nothing else mattered.

        It lowers the relative entropy to any state whose mean is as far or farther by that of the
        two means, at least half their squared distance (Golden-Thompson, Pinsker).
        """
        edge = 1 - np.finfo(float).eps
        ends = np.clip([mean, self.means[entry]], -edge, edge)
        step = np.arctanh(ends[0]) - np.arctanh(ends[1])
        return replace(self, exponent=self.exponent + step * self.observables[entry])


def tomography(prepared: Prepared) -> Floats:
    """Entries (P,) in the mean posterior state, from the best measurement of all copies.

    The mean of the posterior of a uniform prior is (k |phi><phi| + 1)/(k + 2N).
    """
    copies, size = prepared.register.copies, 2**prepared.register.qubits
    with prepared.holder as holder:
        found = guess(holder, prepared.register).read(holder)
        rotations = _rotations(holder.private(f"block {prepared.block}"), prepared.block)
    entries = []
    for rotation in reversed(rotations):
        entries.append(-expectation(Pauli("Y").tensor(rotation.pauli), found))
        found = Trailing(rotation.inverse(), 1).apply(found)
    scaled: Floats = np.array(entries[::-1]) * (copies / (copies + size))
    return scaled


def _rotations(gates: Sequence[Gate], block: int) -> list[Rotation]:
    rotations = [gate for gate in gates if isinstance(gate, Rotation)]
    if not rotations or len(rotations) < len(gates):
        raise InputError(f"block {block}: expected Pauli rotations alone, one or more")
    return rotations
