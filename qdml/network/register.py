"""Linear quantum data: a joint state, and handles through which only the owner acts on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn

import numpy as np
import numpy.typing as npt

from qdml.errors import NoCloningError
from qdml.network.states import joint
from qdml.quantum import reference
from qdml.quantum.gates import Gate, Pauli
from qdml.quantum.numbers import State
from qdml.tensor.chain import Chain

if TYPE_CHECKING:
    from qdml.network.party import Party


class World:
    """A joint state of qubits that may be entangled across owners.

    `held` has one qubit for each of the `slots`, in their order. `copies` independent identical
    copies are meant; everything that is done is done to each of them, as it is to each system of a
    batch. `measured` says that qubits that were part of it are gone, and their outcome may tell of
    those that are left.
    """

    def __init__(self, state: State | Chain, copies: int) -> None:
        self.held = joint(state)
        self._copies = copies
        self.slots: list[object] = [object() for _ in range(self.held.qubits)]
        self.measured = False
        self._merged_into: World | None = None

    @property
    def copies(self) -> int:
        """The number of copies that were prepared, and are billed."""
        return self._copies

    @property
    def state(self) -> State:
        """All amplitudes (2^m,) or (2^m, B), a qubit a slot; `InputError` where too many."""
        return self.held.vector()

    def __deepcopy__(self, memo: object) -> NoReturn:
        raise NoCloningError("a joint state cannot be copied; prepare it with copies=k")

    @property
    def home(self) -> World:
        """The world that holds the slots of this one now."""
        return self._merged_into.home if self._merged_into else self

    def absorb(self, other: World) -> None:
        """Tensor product with another world, whose slots come after and live here from now on."""
        self.held = self.held.joined(other.held)
        self.slots += other.slots
        self.measured = self.measured or other.measured
        other._merged_into = self

    def apply(self, gates: list[Gate], slots: list[object]) -> None:
        """Act on the named slots, in their order, as qubits 0, 1, ..."""
        self.held.apply(gates, self._axes(slots))

    def divided(self, slots: list[object], counts: Sequence[int]) -> list[World]:
        """Worlds of `counts` copies each, qubits in the order of `slots`, which are all of them."""
        state = self.held.arranged(self._axes(slots))
        return [World(state, count) for count in counts]

    def separated(self, slots: list[object]) -> list[World]:
        """A world for each system of a batch, qubits in the order of `slots`, all of them."""
        states = self.held.arranged(self._axes(slots))
        assert not isinstance(states, Chain), "a batch is held as an array"
        return [World(state, self.copies) for state in states.T]

    def sign_count(
        self, observable: Pauli, slots: list[object], rng: np.random.Generator
    ) -> int | npt.NDArray[np.int64]:
        """Measure a Pauli observable on every copy, drop the slots, return the number of +1.

        The rest of the world survives only where there is a single copy: it collapses. For a batch
        there is a count for each system, (B,).
        """
        axes = self._axes(slots)
        means = self.held.mean(observable, axes)
        if self.held.batch:
            self._drop(slots)
            return rng.binomial(self.copies, np.clip((1 + np.asarray(means)) / 2, 0, 1))
        count = reference.sample_sign(float(means), self.copies, rng)
        if len(slots) < len(self.slots):
            self.held.forget(observable, 2 * count - 1, axes, rng)
        self._drop(slots)
        return count

    def basis_outcomes(
        self, slots: list[object], rng: np.random.Generator
    ) -> npt.NDArray[np.int64]:
        """Measure the slots of every copy in the basis; shape (copies,) or (copies, B)."""
        outcomes = self.held.read(self._axes(slots), self.copies, rng)
        self._drop(slots)
        return outcomes

    def _axes(self, slots: list[object]) -> list[int]:
        return [self.slots.index(slot) for slot in slots]

    def _drop(self, gone: list[object]) -> None:
        self.slots = [slot for slot in self.slots if slot not in gone]
        self.measured = bool(self.slots)


class Register:
    """A handle on some qubits of a world. It has one owner, and it dies when it is used up.

    Sending, joining, splitting and measuring consume the handle; sending, joining and splitting
    return new ones. A handle cannot be copied.
    """

    def __init__(self, owner: Party, world: World, slots: list[object], name: str) -> None:
        self._owner = owner
        self.name = name
        self._world = world
        self._slots = slots
        self._spent: str | None = None

    @property
    def owner(self) -> Party:
        """The only party that may act on it; sending it is the only way to change that."""
        return self._owner

    @property
    def world(self) -> World:
        """The joint state that the qubits belong to."""
        return self._world.home

    @property
    def slots(self) -> list[object]:
        """The qubits, by slot."""
        return self._slots

    @property
    def qubits(self) -> int:
        """Number of qubits of one copy."""
        return len(self._slots)

    @property
    def copies(self) -> int:
        """Number of identical copies, of each system, that the handle stands for."""
        return self.world.copies

    @property
    def batch(self) -> int | None:
        """Systems in states of their own that the handle stands for; None for a single one."""
        return self.world.held.batch

    def consume(self, how: str) -> tuple[World, list[object]]:
        """End this handle and hand out what it stood for; for the network only."""
        self.check_alive()
        self._spent = how
        return self.world, self._slots

    def check_alive(self) -> None:
        """Raise `NoCloningError` when the handle was used up."""
        if self._spent is not None:
            raise NoCloningError(
                f"register {self.name!r} of {self.owner.name} was {self._spent}: quantum data "
                "cannot be used twice; "
                "use the handle that came back, or prepare it with copies=k"
            )

    def __copy__(self) -> NoReturn:
        raise NoCloningError(
            f"register {self.name!r} of {self.owner.name} cannot be copied; "
            "prepare it with copies=k and pay for each"
        )

    def __deepcopy__(self, memo: object) -> NoReturn:
        self.__copy__()

    def __reduce__(self) -> NoReturn:
        self.__copy__()

    def __repr__(self) -> str:
        state = self._spent or f"held by {self.owner.name}"
        batch = f" x {self.batch}" if self.batch else ""
        return f"<Register {self.name!r}: {self.qubits} qubits x {self.copies}{batch}, {state}>"
