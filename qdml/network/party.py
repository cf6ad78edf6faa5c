"""Parties and channels: who may act on what, and the meter that every message passes."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

import numpy as np
import numpy.typing as npt

from qdml.claims.seeds import generator
from qdml.errors import InputError, LocalityError, NoCloningError
from qdml.network.register import Register, World
from qdml.network.states import SLACK
from qdml.quantum.gates import Gate, Pauli
from qdml.quantum.numbers import State, is_exact
from qdml.tensor.chain import Chain

if TYPE_CHECKING:
    from qdml.network.network import Network

T = TypeVar("T")

#: A binomial count beyond this is no longer a whole number in double precision.
MOST_COPIES = 2**53


class Record(Generic[T]):
    """A classical outcome. Only parties that measured or received it can read it.

    `alphabet` is the number of values it can take: what it costs to send it follows from that.
    Made by the acting party, for itself. Raises `InputError` for a whole number outside
    0 ... alphabet - 1.
    """

    def __init__(self, value: T, alphabet: int, reader: Party) -> None:
        reader.check_acting()
        if isinstance(value, int) and not 0 <= value < alphabet:
            raise InputError(
                f"{reader.name} records {value}: expected 0 to {alphabet - 1}, since {alphabet} "
                "values are billed"
            )
        self._value = value
        if isinstance(value, np.ndarray):
            # What was announced cannot be changed afterwards, unbilled.
            self._value = value.copy()
            self._value.setflags(write=False)
        self._readers = {reader}
        self._alphabet = alphabet

    @property
    def alphabet(self) -> int:
        """The number of values that the record can take."""
        return self._alphabet

    @property
    def bits(self) -> int:
        """ceil(log2 alphabet)."""
        return (self.alphabet - 1).bit_length()

    def read(self, party: Party) -> T:
        """The value, for an acting party that knows it."""
        party.check_acting()
        if party not in self._readers:
            raise LocalityError(
                f"{party.name} reads an outcome that it was never told; announce it to "
                f"{party.name} over a channel first"
            )
        return self._value

    def tell(self, party: Party) -> None:
        """Let `party` know the value; for channels only."""
        self._readers.add(party)

    def known_to(self, party: Party) -> bool:
        """Whether `party` may read the value."""
        return party in self._readers


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

    def prepare(self, state: State | Chain, name: str = "register", copies: int = 1) -> Register:
        """A new register in `state` with `copies` independent copies of it.

        state: (2^m,), or a matrix-product state for structured data on many qubits.
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

    def apply(self, gates: Sequence[Gate], register: Register) -> None:
        """Apply gates to an own register."""
        self._check_mine(register)
        register.world.apply(list(gates), register.slots)

    def measure(self, register: Register, observable: Pauli) -> Record[int]:
        """Measure a Pauli observable on every copy; the record is the number of +1 outcomes.

        Consumes the register. With several copies the whole joint state has to be in it, because
        every copy would collapse the other qubits differently.
        """
        self._check_mine(register)
        if observable.qubits != register.qubits:
            raise InputError(
                f"{observable.letters!r} does not fit a register of {register.qubits} qubits"
            )
        world, slots = self._consume_measured(register)
        count = world.sign_count(observable, slots, self.rng)
        return Record(count, world.copies + 1, self)

    def measure_basis(self, register: Register) -> Record[npt.NDArray[np.int64]]:
        """Measure every copy in the computational basis; the record has shape (copies,)."""
        world, slots = self._consume_measured(register)
        outcomes = world.basis_outcomes(slots, self.rng)
        return Record(outcomes, (2 ** len(slots)) ** world.copies, self)

    def _consume_measured(self, register: Register) -> tuple[World, list[object]]:
        self._check_mine(register)
        if register.copies > 1 and register.qubits < len(register.world.slots):
            raise NoCloningError(
                f"{self.name} measures {register.name!r}, a part of a state with "
                f"{register.copies} copies: "
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
    size = state.shape[0] if state.ndim == 1 else 0
    if size < 2 or size & (size - 1):
        raise InputError(f"state of shape {state.shape}: expected (2^m,) with m >= 1")
    if is_exact(state):
        if not state.any():
            raise InputError("the zero vector is no state: at least one amplitude is needed")
    elif not abs(np.linalg.norm(state) - 1) < SLACK:
        raise InputError(
            f"state of norm {np.linalg.norm(state)}: expected 1; "
            "qdml.quantum.reference.amplitude_encoding normalises"
        )


class Channel:
    """The only way from one party to another. Every use writes one line in the transcript."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def send(self, register: Register, to: Party) -> Register:
        """Move a register to `to`; the acting owner pays its qubits times its copies."""
        sender = register.owner
        sender._check_mine(register)
        self._check_other(sender, to, f"register {register.name!r}")
        world, slots = register.consume(f"sent to {to.name}")
        qubits = len(slots) * world.copies
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
