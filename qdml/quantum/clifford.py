"""Clifford unitaries as gates, uniform ones drawn from our own random numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from qdml.errors import InputError
from qdml.quantum.gates import Pauli
from qdml.quantum.numbers import State

if TYPE_CHECKING:
    import stim

_DIAGONAL = {"S": 1j, "S_DAG": -1j, "Z": -1}


@dataclass(frozen=True, eq=False)
class Clifford:
    """A Clifford unitary on n qubits, up to a phase."""

    tableau: stim.Tableau

    @property
    def qubits(self) -> int:
        """n."""
        return len(self.tableau)

    @cached_property
    def steps(self) -> list[tuple[str, tuple[int, ...]]]:
        """A circuit for it: names of gates, and the qubits that each acts on."""
        steps = []
        for line in self.tableau.to_circuit("elimination").flattened():
            places = [target.value for target in line.targets_copy()]
            width = 2 if line.name in ("CX", "CZ") else 1
            steps += [
                (line.name, tuple(places[at : at + width])) for at in range(0, len(places), width)
            ]
        return steps

    def apply(self, state: State) -> State:
        """Act on a state (N, ...) of floating-point numbers."""
        tensor = state.astype(complex).reshape([2] * self.qubits + [-1])
        for name, places in self.steps:
            front = np.moveaxis(tensor, places, range(len(places)))
            if name == "H":
                front[:] = np.stack([front[0] + front[1], front[0] - front[1]]) / np.sqrt(2)
            elif name in ("CX", "X"):
                flipped = front[1] if name == "CX" else front
                flipped[:] = flipped[::-1].copy()
            elif name in _DIAGONAL:
                front[1] *= _DIAGONAL[name]
            else:
                raise InputError(f"Clifford gate {name!r}: allowed are CX, H, X, {[*_DIAGONAL]}")
        moved: State = tensor.reshape(state.shape)
        return moved

    def inverse(self) -> Clifford:
        """U^+, up to a phase."""
        return Clifford(self.tableau.inverse())

    def image(self, pauli: Pauli) -> tuple[int, Pauli]:
        """The sign and the string of U P U^+."""
        found = self.tableau(_stim(pauli))
        return int(found.sign.real), Pauli(str(found)[1:].replace("_", "I"))


def diagonalising(strings: Sequence[Pauli]) -> Clifford:
    """A Clifford unitary whose images of the given strings have the letters I and Z alone.

    Strings that generate the others are made the images of Z_0, Z_1, ... and the unitary undoes
    that. Raises `InputError` for strings of which two do not commute.
    """
    import stim

    clash = first_clash(strings)
    if clash:
        raise InputError(
            f"strings {clash[0].letters} and {clash[1].letters} do not commute: expected strings "
            "that all commute with each other"
        )
    found = [_stim(string) for string in generators(strings)]
    if not found:
        return Clifford(stim.Tableau(strings[0].qubits))
    return Clifford(stim.Tableau.from_stabilizers(found, allow_underconstrained=True)).inverse()


def generators(strings: Sequence[Pauli]) -> list[Pauli]:
    """The strings that are, up to a phase, no products of earlier ones: 2n at most."""
    found: list[Pauli] = []
    span: list[int] = []
    for string in dict.fromkeys(strings):
        rest = _bits(string)
        for known in span:
            rest = min(rest, rest ^ known)
        if rest:
            # The span is kept with distinct leading bits, the largest first.
            span = sorted([*span, rest], reverse=True)
            found.append(string)
    return found


def first_clash(strings: Sequence[Pauli]) -> tuple[Pauli, Pauli] | None:
    """Two of the strings that do not commute, or None.

    Only generators are compared: products of strings that commute with each other do so too.
    """
    pairs = combinations(generators(strings), 2)
    return next((pair for pair in pairs if not commute(*pair)), None)


def random(qubits: int, rng: np.random.Generator) -> Clifford:
    """A uniform element of the Clifford group modulo phases.

    stim's own generator takes no seed. Here X_0 goes to any string but the identity, Z_0 to any
    that anticommutes with it, and so on among the strings that commute with all earlier images.
    """
    import stim

    xs: list[stim.PauliString] = []
    zs: list[stim.PauliString] = []
    for _ in range(qubits):
        x = _drawn(qubits, rng, [*xs, *zs])
        z = _drawn(qubits, rng, [*xs, *zs], x)
        xs.append(x)
        zs.append(z)
    return Clifford(stim.Tableau.from_conjugated_generators(xs=xs, zs=zs))


def everyone(qubits: int) -> Iterator[Clifford]:
    """All Clifford unitaries modulo phases: 24 on one qubit, 11520 on two. No more are listed."""
    import stim

    if not 1 <= qubits <= 2:
        raise InputError(f"{qubits} qubits: all Clifford unitaries are listed for 1 and 2")
    return map(Clifford, stim.Tableau.iter_all(qubits))


def commute(first: Pauli, second: Pauli) -> bool:
    """Whether two strings commute: their letters differ on an even number of qubits they share."""
    pairs = zip(first.letters, second.letters, strict=True)
    return sum("I" not in pair and pair[0] != pair[1] for pair in pairs) % 2 == 0


def _bits(string: Pauli) -> int:
    codes = {"I": "00", "X": "10", "Z": "01", "Y": "11"}
    return int("".join(codes[letter] for letter in string.letters), 2)


def _stim(string: Pauli) -> stim.PauliString:
    import stim

    return stim.PauliString(string.letters.replace("I", "_"))


def _drawn(
    qubits: int,
    rng: np.random.Generator,
    earlier: Sequence[stim.PauliString],
    partner: stim.PauliString | None = None,
) -> stim.PauliString:
    import stim

    while True:
        letters = list(map(int, rng.integers(4, size=qubits)))
        string = stim.PauliString(letters)
        # What commutes with both of a pair of images, whatever else it is, is drawn uniformly.
        for x, z in zip(earlier[: len(earlier) // 2], earlier[len(earlier) // 2 :], strict=True):
            anti = not string.commutes(x), not string.commutes(z)
            string = string * z if anti[0] else string
            string = string * x if anti[1] else string
        if not string.weight or (partner is not None and string.commutes(partner)):
            continue
        string.sign = -1 if rng.integers(2) else 1
        return string
