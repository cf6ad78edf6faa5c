"""Uniform Clifford unitaries as gates, drawn from our own random numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qdml.errors import InputError
from qdml.quantum.gates import ControlledZ, Gate, Pauli, Rotation
from qdml.quantum.numbers import Radians

if TYPE_CHECKING:
    import stim


@dataclass(frozen=True)
class Clifford:
    """A Clifford unitary on n qubits, up to a phase."""

    tableau: stim.Tableau

    @property
    def gates(self) -> list[Gate]:
        """Rotations by pi/2 and pi, and controlled Z, in order."""
        n, gates = len(self.tableau), []
        for instruction in self.tableau.to_circuit("elimination"):
            targets = [target.value for target in instruction.targets_copy()]
            width = 2 if instruction.name in ("CX", "CZ") else 1
            for i in range(0, len(targets), width):
                gates += _written(instruction.name, targets[i : i + width], n)
        return gates

    def image(self, pauli: Pauli) -> tuple[int, Pauli]:
        """The sign and the string of U P U^+."""
        import stim

        found = self.tableau(stim.PauliString(pauli.letters.replace("I", "_")))
        return int(found.sign.real), Pauli(str(found)[1:].replace("_", "I"))


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


def _written(name: str, at: Sequence[int], n: int) -> list[Gate]:
    def half(letter: str, qubit: int, turns: float = 0.5) -> Gate:
        return Rotation(Pauli.single(letter, qubit, n), Radians(turns * np.pi))

    # H = Ry(pi/2) Z, and S = Rz(pi/2), up to phases.
    hadamard = [Pauli.single("Z", at[-1], n), half("Y", at[-1])]
    written: dict[str, list[Gate]] = {
        "H": hadamard,
        "S": [half("Z", at[0])],
        "X": [Pauli.single("X", at[0], n)],
        "Y": [Pauli.single("Y", at[0], n)],
        "Z": [Pauli.single("Z", at[0], n)],
    }
    if len(at) == 2:
        cz = ControlledZ(at[0], at[1], n)
        written = {"CX": [*hadamard, cz, *hadamard], "CZ": [cz]}
    if name not in written:
        raise InputError(f"Clifford gate {name!r}: allowed are H, S, X, Y, Z, CX and CZ")
    return written[name]
