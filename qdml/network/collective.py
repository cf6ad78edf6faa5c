"""All copies of a register in one hand: measurements that no copy alone could bear.

A party may hold k copies together, and measure how many of them would give +1 without measuring any
of them: with a soft threshold the k copies are hardly changed (Badescu and O'Donnell,
arXiv:2011.10908). Their joint state is kept exactly, in the symmetric subspace.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from qdml.errors import InputError, LocalityError, NoCloningError
from qdml.network.party import Party
from qdml.network.record import Record
from qdml.network.register import Register
from qdml.quantum import occupations
from qdml.quantum.gates import Pauli, Rotation
from qdml.quantum.numbers import State, is_exact

#: Amplitudes of a joint state of copies: a change of basis then takes some seconds.
MOST_AMPLITUDES = 10**6

#: Bits that name one complex amplitude in double precision.
_AMPLITUDE = 128


class Collective:
    """k copies, sorted by Y on their first qubit, which is gone; those with +1 come first.

    What is measured later is Y on that qubit times a string Q on the others. It commutes with Y
    alone, so that sorting first changes the law of no outcome, and the two groups keep to symmetric
    subspaces of their own.
    """

    def __init__(self, owner: Party, states: Sequence[State], groups: tuple[int, int]) -> None:
        size = amplitudes(len(states[0]), groups)
        if size > MOST_AMPLITUDES:
            raise InputError(
                f"{sum(groups)} copies of {len(states[0])} amplitudes held together: {size} "
                f"amplitudes, expected at most {MOST_AMPLITUDES}; hold fewer copies"
            )
        self.owner = owner
        self.groups = groups
        parts = [occupations.product(*part) for part in zip(states, groups, strict=True)]
        self._state: State = np.multiply.outer(*parts)
        self._basis: Pauli | None = None

    @property
    def state(self) -> State:
        """The joint state (D_+, D_-), in the basis of occupation numbers."""
        self._to(None)
        return self._state

    def ask(self, string: Pauli, chances: npt.NDArray[np.float64]) -> Record[int]:
        """1 ("yes") with probability chances[s] where s of k copies give +1; changes as little.

        string: Q, on all qubits but the first; the count is that of Y (x) Q. chances: (k+1,) in
        [0, 1]. The state is multiplied by the root of the chance of what was answered.
        """
        self.owner.check_acting("measure copies that it holds together")
        yes = chances[self._counts(string)]
        likely = float((np.abs(self._state) ** 2 * yes).sum())
        said = bool(self.owner.rng.random() < likely)
        kept = self._state * np.sqrt(yes if said else 1 - yes)
        self._state = kept / np.linalg.norm(kept)
        return Record(int(said), 2, self.owner)

    def rotate(self, rotation: Rotation) -> None:
        """Rotate every copy, on all qubits but the first."""
        self.owner.check_acting("rotate copies that it holds together")
        cosine, sine = map(float, rotation.angle.half)
        angle = np.arctan2(sine, cosine)
        self._to(rotation.pauli)
        plus, minus = (occupations.counts(k, rotation.pauli) for k in self.groups)
        turns = np.add.outer(2 * plus - self.groups[0], 2 * minus - self.groups[1])
        self._state = self._state * np.exp(-1j * angle * turns)

    def _counts(self, string: Pauli) -> npt.NDArray[np.int64]:
        self._to(string)
        plus, minus = (occupations.counts(k, string) for k in self.groups)
        return np.add.outer(plus, self.groups[1] - minus)

    def _to(self, string: Pauli | None) -> None:
        """Go to the eigenbasis of a string, or to that of occupation numbers."""
        if string == self._basis:
            return
        for change, basis in (
            (occupations.from_eigenbasis, self._basis),
            (occupations.to_eigenbasis, string),
        ):
            if basis is not None:
                turned = change(self._state, self.groups[0], basis)
                self._state = change(turned.T, self.groups[1], basis).T
        self._basis = string


def amplitudes(modes: int, groups: tuple[int, int]) -> int:
    """Amplitudes that `Collective` keeps, with N modes for the qubits after the first."""
    return occupations.dimension(modes, groups[0]) * occupations.dimension(modes, groups[1])


def gather(party: Party, register: Register) -> Collective:
    """Hold all copies of an own register together, sorted by Y on their first qubit; consumes it.

    The register has to be the whole joint state. Raises `InputError` where the state is exact, or
    too large.
    """
    state, copies = _whole(party, register, "gathered")
    halves = np.array([[1, -1j], [1, 1j]]) / np.sqrt(2) @ state.reshape(2, -1)
    weights = np.linalg.norm(halves, axis=1)
    first = int(party.rng.binomial(copies, min(1.0, float(weights[0] ** 2))))
    # A group that cannot occur has no state; any will do for no copies.
    states = [
        half / w if w else np.eye(len(half))[0] for half, w in zip(halves, weights, strict=True)
    ]
    return Collective(party, states, (first, copies - first))


def guess(party: Party, register: Register) -> Record[State]:
    """The best measurement of all copies for a state of which nothing is known; consumes them.

    Its outcome phi (2^m,) has density D_k |<phi|psi>|^2k among all states, so that the overlap has
    a Beta(k+1, 2^m - 1) law (Hayashi, J. Phys. A 31 (1998) 4633).
    """
    state, copies = _whole(party, register, "measured")
    size = len(state)
    overlap = party.rng.beta(copies + 1, size - 1)
    across = party.rng.normal(size=(2, size)).T @ np.array([1, 1j])
    across -= np.vdot(state, across) * state
    found = np.sqrt(overlap) * state + np.sqrt(1 - overlap) * across / np.linalg.norm(across)
    return Record(found, 2 ** (_AMPLITUDE * size), party)


def _whole(party: Party, register: Register, how: str) -> tuple[State, int]:
    party.check_acting(f"hold the copies of {register.name!r} together")
    register.check_alive()
    if register.owner is not party:
        raise LocalityError(
            f"{party.name} holds no copies of {register.name!r}, which {register.owner.name} "
            f"holds; let {register.owner.name} send it first"
        )
    if register.qubits < len(register.world.slots):
        raise NoCloningError(
            f"{party.name} holds copies of {register.name!r}, a part of a joint state: the qubits "
            "elsewhere would change with them; take all of it"
        )
    if is_exact(register.world.state):
        raise InputError(f"register {register.name!r} is exact: expected floating-point numbers")
    copies = register.copies
    world, slots = register.consume(how)
    (part,) = world.divided(slots, [copies])
    return part.state.astype(complex), copies
