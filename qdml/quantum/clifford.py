"""Uniform Clifford bases: a uniform set of commuting Pauli operators, completed by stim."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qdml.quantum.numbers import State

_TURNS = {"S": 1j, "S_DAG": -1j}


@dataclass(frozen=True)
class Clifford:
    """A circuit of H, S, S_DAG and CX on n qubits: pairs of a name and the qubits it acts on."""

    steps: tuple[tuple[str, tuple[int, ...]], ...]
    qubits: int

    def apply(self, state: State) -> State:
        """Act on a state (N, ...)."""
        tensor = state.astype(complex).reshape([2] * self.qubits + [-1])
        for name, places in self.steps:
            front = np.moveaxis(tensor, places, range(len(places)))
            if name == "H":
                front[:] = np.stack([front[0] + front[1], front[0] - front[1]]) / np.sqrt(2)
            elif name == "CX":
                front[1] = front[1, ::-1].copy()
            else:
                front[1] *= _TURNS[name]
        moved: State = tensor.reshape(state.shape)
        return moved

    def inverse(self) -> Clifford:
        """The steps undone in reverse."""
        undone = {"S": "S_DAG", "S_DAG": "S"}
        steps = tuple((undone.get(name, name), places) for name, places in reversed(self.steps))
        return Clifford(steps, self.qubits)


def random_basis(qubits: int, rng: np.random.Generator) -> Clifford:
    """A Clifford U whose rows are a uniform stabiliser basis, in some order and with some phases.

    U maps the basis to the computational one; how the states of a basis are named is of no matter
    where every outcome is treated alike.
    """
    import stim

    strings = [
        # stim's codes: I, X, Y, Z are 0, 1, 2, 3.
        stim.PauliString(
            [(0, 1, 3, 2)[(v >> q & 1) + 2 * (v >> qubits + q & 1)] for q in range(qubits)]
        )
        for v in commuting_set(qubits, rng)
    ]
    circuit = stim.Tableau.from_stabilizers(strings).inverse().to_circuit("elimination")
    steps = []
    for line in circuit.flattened():
        places = [target.value for target in line.targets_copy()]
        width = 2 if line.name == "CX" else 1
        steps += [
            (line.name, tuple(places[at : at + width])) for at in range(0, len(places), width)
        ]
    return Clifford(tuple(steps), qubits)


def commuting_set(qubits: int, rng: np.random.Generator) -> list[int]:
    """n independent commuting Pauli operators, x + 2^n z each; their span is uniform.

    Each is uniform among the operators that commute with those before it and are not products of
    them, so that every complete chain, and hence every span, is equally likely.
    """
    allowed, chosen = [1 << k for k in range(2 * qubits)], list[int]()
    reduced = list[int]()
    while len(chosen) < qubits:
        v = 0
        for word, pick in zip(allowed, rng.integers(0, 2, len(allowed)).tolist(), strict=True):
            v ^= word * pick
        rest = v
        for pivot in reduced:
            rest = min(rest, rest ^ pivot)
        if not rest:
            continue
        chosen.append(v)
        reduced = sorted([*reduced, rest], reverse=True)
        clash = [word for word in allowed if anticommute(v, word, qubits)]
        allowed = [word for word in allowed if not anticommute(v, word, qubits)]
        allowed += [clash[0] ^ word for word in clash[1:]]
    return chosen


def anticommute(one: int, other: int, qubits: int) -> bool:
    """Whether two Pauli operators x + 2^n z anticommute."""
    low = 2**qubits - 1
    crossed = ((one & low) & (other >> qubits)).bit_count()
    return bool((crossed + ((one >> qubits) & (other & low)).bit_count()) % 2)
