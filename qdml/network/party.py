"""Parties and channels: who may act on what, and the meter that every message passes."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from qdml.claims.seeds import generator
from qdml.errors import InputError, LocalityError, NoCloningError
from qdml.network.record import Record
from qdml.network.register import Register, World
from qdml.network.states import SLACK, off_norm
from qdml.quantum.gates import Gate, Pauli
from qdml.quantum.numbers import State, is_exact
from qdml.tensor.chain import Chain

if TYPE_CHECKING:
    from qdml.network.network import Network

#: A binomial count beyond this is no longer a whole number in double precision.
MOST_COPIES = 2**53


class Party:
    """One participant: it acts inside `with party:`, on its own registers and inputs only."""

    def __init__(self, network: Network, name: str, private: dict[str, Any]) -> None:
        self.name = name
        self._network = network
        self._private = private
        self.rng = generator(network.seed, "party", name)

    def __enter__(self) -> Self:
        acting = self._network.acting
        if acting is not None:
            raise LocalityError(
                f"{acting.name} is acting and cannot act for {self.name}: end its `with` first"
            )
        self._network.acting = self
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._network.acting = None

    def check_acting(self, doing: str = "act") -> None:
        """Raise `LocalityError` unless this party is the one that acts."""
        acting = self._network.acting
        if acting is not self:
            who = acting.name if acting else "nobody"
            raise LocalityError(
                f"{who} is acting, but {self.name} is asked to {doing}: "
                f"write `with {self.name}:` around it"
            )

    def private(self, name: str) -> Any:
        """A private input, for this party alone."""
        self.check_acting()
        if name not in self._private:
            raise InputError(
                f"{self.name} has no private input {name!r}; it has {[*self._private]}"
            )
        return self._private[name]

    def keep(self, name: str, value: Any) -> None:
        """Remember something as a private input, in place of what had that name."""
        self.check_acting()
        self._private[name] = value

    def prepare(self, state: State | Chain, name: str = "register", copies: int = 1) -> Register:
        """A new register in `state` with `copies` independent copies of it.

        state: (2^m,); (2^m, B) for a batch, B systems that go the same way, each billed; or a
        matrix-product state for structured data on many qubits.
        """
        self.check_acting()
        if copies < 1 or copies != int(copies):
            raise InputError(f"copies = {copies}: at least one copy is needed, and a whole number")
        if copies > MOST_COPIES:
            raise InputError(
                f"copies = {copies}: outcomes of at most 2^53 copies can be drawn faithfully; "
                "ask for a larger accuracy"
            )
        if not isinstance(state, Chain):
            _check_vector(state)
        world = World(state, copies)
        return Register(self, world, list(world.slots), name)

    def join(self, *registers: Register, name: str = "joined") -> Register:
        """One register from several, qubits in the order given. The parts are used up."""
        if not registers:
            raise InputError(f"{self.name} joins no register: expected at least one")
        self._check_mine(*registers)
        if len(set(registers)) < len(registers):
            names = [register.name for register in registers]
            raise NoCloningError(f"{self.name} joins {names}: give each of them once")
        if len({register.world.held.exact for register in registers}) > 1:
            raise InputError("an exact register and a floating one cannot be joined: choose one")
        if len({register.copies for register in registers}) > 1:
            counts = [register.copies for register in registers]
            raise InputError(
                f"registers with {counts} copies cannot be joined: counts must be equal"
            )
        if len({register.batch for register in registers}) > 1:
            sizes = [register.batch or "no" for register in registers]
            raise InputError(
                f"registers with batches of {sizes} systems cannot be joined: sizes must be equal"
            )
        world, slots = registers[0].consume("joined")
        for register in registers[1:]:
            other, more = register.consume("joined")
            if other is not world:
                world.absorb(other)
            slots = slots + more
        return Register(self, world, slots, name)

    def split(self, register: Register, qubits: int) -> tuple[Register, Register]:
        """The first `qubits` qubits and the others, as two registers."""
        self._check_mine(register)
        if not 0 < qubits < register.qubits:
            raise InputError(f"split at {qubits}: expected 1 to {register.qubits - 1} qubits")
        world, slots = register.consume("split")
        parts = (slots[:qubits], slots[qubits:])
        first, second = (Register(self, world, part, register.name) for part in parts)
        return first, second

    def divide(self, register: Register, counts: Sequence[int]) -> list[Register]:
        """The copies of a register as several registers of `counts` copies, in that order.

        Consumes the register. The counts add up to its copies, and the whole joint state has to be
        in it, because the qubits elsewhere would not be divided.
        """
        self._check_mine(register)
        if register.qubits < len(register.world.slots):
            raise NoCloningError(
                f"{self.name} divides {register.name!r}, a part of a joint state: the qubits "
                "elsewhere would not be divided; divide all of it"
            )
        if min(counts, default=0) < 1 or sum(counts) != register.copies:
            raise NoCloningError(
                f"{self.name} divides {register.copies} copies of {register.name!r} into "
                f"{len(counts)} registers of {sum(counts)} in all: expected one copy or more in "
                "each, and every copy in one"
            )
        world, slots = register.consume("divided")
        worlds = world.divided(slots, counts)
        return [Register(self, part, list(part.slots), register.name) for part in worlds]

    def separate(self, register: Register) -> list[Register]:
        """The systems of a batch, each as a register of its own; consumes the register."""
        self._check_mine(register)
        if not register.batch or register.qubits < len(register.world.slots):
            raise NoCloningError(
                f"{self.name} separates {register.name!r}: expected a batch, with the whole of its "
                "joint states"
            )
        world, slots = register.consume("separated")
        worlds = world.separated(slots)
        return [Register(self, part, list(part.slots), register.name) for part in worlds]

    def apply(self, gates: Sequence[Gate], register: Register) -> None:
        """Apply gates to an own register."""
        self._check_mine(register)
        register.world.apply(list(gates), register.slots)

    def measure(self, register: Register, observable: Pauli) -> Record[Any]:
        """Measure a Pauli observable on every copy; the record is the number of +1 outcomes.

        A whole number, or one for each system of a batch, (B,). Consumes the register. With
        several copies or systems the whole joint state has to be in it, because every one would
        collapse the other qubits differently.
        """
        self._check_mine(register)
        if observable.qubits != register.qubits:
            raise InputError(
                f"{observable.letters!r} does not fit a register of {register.qubits} qubits"
            )
        world, slots = self._consume_measured(register)
        count = world.sign_count(observable, slots, self.rng)
        return Record(count, (world.copies + 1) ** (world.held.batch or 1), self)

    def measure_basis(self, register: Register) -> Record[npt.NDArray[np.int64]]:
        """Measure every copy in the computational basis; outcomes (copies,) or (copies, B)."""
        world, slots = self._consume_measured(register)
        outcomes = world.basis_outcomes(slots, self.rng)
        return Record(outcomes, (2 ** len(slots)) ** outcomes.size, self)

    def _consume_measured(self, register: Register) -> tuple[World, list[object]]:
        self._check_mine(register)
        many = register.copies * (register.batch or 1)
        if many > 1 and register.qubits < len(register.world.slots):
            raise NoCloningError(
                f"{self.name} measures {register.name!r}, a part of a state with {many} copies: "
                "each would collapse differently; measure all of it, or use copies=1"
            )
        return register.consume("measured")

    def _check_mine(self, *registers: Register) -> None:
        self.check_acting(f"act on {', '.join(repr(register.name) for register in registers)}")
        for register in registers:
            register.check_alive()
            if register.owner is not self:
                raise LocalityError(
                    f"{self.name} acts on register {register.name!r}, which {register.owner.name} "
                    f"holds; let {register.owner.name} send it first"
                )


def _check_vector(state: State) -> None:
    size = state.shape[0] if state.ndim in (1, 2) and state.size else 0
    if size < 2 or size & (size - 1):
        raise InputError(f"state of shape {state.shape}: expected (2^m,) or (2^m, B) with m >= 1")
    if is_exact(state):
        if not state.any():
            raise InputError("the zero vector is no state: at least one amplitude is needed")
        if state.ndim > 1:
            raise InputError("a batch of exact states: expected floating-point numbers")
    elif not abs((worst := off_norm(np.linalg.norm(state, axis=0))) - 1) < SLACK:
        raise InputError(
            f"state of norm {worst}: expected 1; "
            "qdml.quantum.reference.amplitude_encoding normalises"
        )


class Channel:
    """The only way from one party to another. Every use writes one line in the transcript."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def send(self, register: Register, to: Party) -> Register:
        """Move a register to `to`; the acting owner pays its qubits times copies times systems."""
        sender = register.owner
        sender._check_mine(register)
        self._check_other(sender, to, f"register {register.name!r}")
        world, slots = register.consume(f"sent to {to.name}")
        qubits = len(slots) * world.copies * (world.held.batch or 1)
        self._network.transcript.add(
            sender.name,
            to.name,
            qubits=qubits,
            bits=0,
            copies=world.copies,
            slots=slots,
            whole=len(slots) == len(world.slots) and not world.measured,
        )
        moved = Register(to, world, slots, register.name)
        self._network.noise(world, slots)
        return moved

    def announce(self, record: Record[Any], sender: Party, to: Party) -> None:
        """Tell a classical record to `to`; costs the bits that its alphabet needs."""
        record.read(sender)
        self._check_other(sender, to, "an outcome")
        self._network.transcript.add(sender.name, to.name, qubits=0, bits=record.bits, copies=0)
        record.tell(to)

    def _check_other(self, sender: Party, to: Party, what: str) -> None:
        if to is sender or not self._network is sender._network is to._network:
            raise LocalityError(
                f"{sender.name} cannot send {what} to {to.name}: both have to be on the channel's "
                "network; send to another party of it"
            )
