"""How the owner of a block estimates its gradient for one batch of examples over the network.

Each method takes fresh copies of the batch and returns the derivatives of the loss of
`qdml.protocols.training` in the angles of one block, in gate order. Rotations that follow each
other and commute leave each other's strings alone, V_j Q_j V_j^+ = Q_j, and the strings Y (x) Q_j
have a common basis: such a section of a block is read at once, from the same copies.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from qdml.network import Network, Party, Record, Register
from qdml.protocols import shadows
from qdml.protocols.gradient import Recipe, walk_back
from qdml.protocols.gradient_methods import signs
from qdml.protocols.inference import Tap, walk
from qdml.quantum import clifford
from qdml.quantum.gates import Gate, Pauli, Rotation
from qdml.quantum.numbers import Radians
from qdml.quantum.placing import Trailing

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Round:
    """One step of training: parties, what they share, and copies of each example an estimate."""

    network: Network
    parties: Mapping[str, Party]
    owners: Sequence[str]
    observable: Pauli
    copies: int
    tap: Tap
    recipe: Recipe

    def owner(self, block: int) -> Party:
        """Who has the block, 1 ... 2L."""
        return self.parties[self.owners[block - 1]]

    def gates(self, block: int) -> list[Gate]:
        """What its owner has for it."""
        with self.owner(block) as owner:
            return list(owner.private(f"block {block}"))

    def walk(self) -> Register:
        """The batch after all blocks, with the last owner."""
        return walk(self.network, self.parties, self.owners, self.copies, self.tap)

    def state(self, block: int) -> Register:
        """Gradient states of the batch, with the owner of the block."""
        register = self.walk()
        with self.owner(len(self.owners)) as last:
            labels = last.private("labels")[last.private("batch")]
        plus = np.array([np.ones(len(labels)), labels], dtype=complex) / np.sqrt(2)
        observable = self.observable if self.recipe.observable_in_nu else None
        way = self.network, self.parties, self.owners
        return walk_back(*way, register, block, plus, observable, self.tap).register

    def slope(self, mean: float) -> float:
        """The derivative of the loss, from the mean of ancilla times string."""
        return -self.recipe.sign * self.recipe.factor * mean / 2


@dataclass(frozen=True)
class Section:
    """Rotations that follow each other and commute; `end` is the place after the last of them."""

    strings: tuple[Pauli, ...]
    end: int


def sections(gates: Sequence[Gate]) -> list[Section]:
    """A block cut into as few sections as its order allows; gates without an angle end one."""
    found: list[Section] = []
    open_ = False
    for place, gate in enumerate(gates):
        if not isinstance(gate, Rotation):
            open_ = False
            continue
        if open_ and all(clifford.commute(gate.pauli, one) for one in found[-1].strings):
            found[-1] = Section((*found[-1].strings, gate.pauli), place + 1)
        else:
            found.append(Section((gate.pauli,), place + 1))
        open_ = True
    return found


def by_commuting_sections(work: Round, block: int) -> Floats:
    """One set of copies of the gradient states for each section of the block."""
    slopes: list[float] = []
    gates = work.gates(block)
    for section in sections(gates):
        strings = tuple(Pauli(work.recipe.ancilla).tensor(one) for one in section.strings)
        unitary, images = _basis(strings)
        register = work.state(block)
        with work.owner(block) as owner:
            owner.apply([*_undone(gates[section.end :]), unitary], register)
            outcomes = owner.measure_basis(register).read(owner)
        slopes += [
            work.slope(sign * float(signs(outcomes, image.letters).mean()))
            for sign, image in images
        ]
    return np.array(slopes)


def by_pauli_shadows(work: Round, block: int) -> Floats:
    """Every copy of every example in Pauli letters that the owner draws, section by section."""
    slopes: list[float] = []
    gates = work.gates(block)
    for section in sections(gates):
        strings = [Pauli(work.recipe.ancilla).tensor(one) for one in section.strings]
        register = work.state(block)
        with work.owner(block) as owner:
            owner.apply(_undone(gates[section.end :]), register)
            found = [shadows.measure(owner, system) for system in owner.separate(register)]
        for string in strings:
            means = [shadow.values({string: 1}).mean() for shadow in found]
            slopes.append(work.slope(float(np.mean(means))))
    return np.array(slopes)


def by_shift(work: Round, block: int) -> Floats:
    """Half the difference of the losses with an angle moved by +-pi/2, one angle at a time.

    The last owner counts the outcomes that differ from the labels and announces how many, unless
    the block is its own.
    """
    slopes: list[float] = []
    gates = work.gates(block)
    for place, gate in enumerate(gates):
        if not isinstance(gate, Rotation):
            continue
        losses = []
        for turn in (np.pi / 2, -np.pi / 2):
            shifted = list(gates)
            shifted.insert(place, Rotation(gate.pauli, Radians(turn)))
            with work.owner(block) as owner:
                owner.keep(f"block {block}", shifted)
            losses.append(_wrong(work, work.owner(block)))
        with work.owner(block) as owner:
            owner.keep(f"block {block}", gates)
        slopes.append((losses[0] - losses[1]) / 2)
    return np.array(slopes)


METHODS: dict[str, Callable[[Round, int], Floats]] = {
    "commuting-block": by_commuting_sections,
    "parameter-shift": by_shift,
    "pauli-shadows": by_pauli_shadows,
}


def _wrong(work: Round, asking: Party) -> float:
    """The part of all outcomes that differ from the labels, told to the party that asks."""
    register = work.walk()
    with work.owner(len(work.owners)) as last:
        labels = last.private("labels")[last.private("batch")]
        plus = last.measure(register, work.observable).read(last)
        every = work.copies * len(labels)
        count = int(np.where(labels > 0, work.copies - plus, plus).sum())
        told = Record(count, every + 1, last)
        if asking is not last:
            work.network.channel.announce(told, last, asking)
    with asking:
        return told.read(asking) / every


def _undone(gates: Sequence[Gate]) -> list[Gate]:
    """What takes the gates back, on all qubits but the ancilla."""
    return [Trailing(gate.inverse(), 1) for gate in reversed(gates)]


@lru_cache(maxsize=256)
def _basis(
    strings: tuple[Pauli, ...],
) -> tuple[clifford.Clifford, tuple[tuple[int, Pauli], ...]]:
    """A unitary after which the strings are diagonal, and their signs and images."""
    unitary = clifford.diagonalising(strings)
    return unitary, tuple(map(unitary.image, strings))
