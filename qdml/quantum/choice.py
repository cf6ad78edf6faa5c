"""Which engine runs a circuit: the reference for small ones, the compiled one where it pays.

The choice depends on the circuit and the type of its input alone, never on what ran before, and
below `WORTH_A_DEVICE` qubits not on the machine: the same question always gets the same bits.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from qdml.errors import InputError, nearest
from qdml.quantum import reference
from qdml.quantum.gates import Gate, Pauli, act
from qdml.quantum.numbers import State, is_exact

#: Gates times amplitudes from which the compiled engine is chosen. Loading it takes a process
#: 0.7 s; for this much work the reference takes 0.15 s and the compiled engine 0.005 s, so it pays
#: from the fifth call on, or from the first on two more qubits.
WORTH = 2**22

#: Amplitudes of a state from which it may be chosen: a batch of smaller states costs it a call each
#: where the reference takes them all at once. A wide batch of at most `WHOLE` qubits costs it one
#: product with the whole unitary.
LEAST_AMPLITUDES, WHOLE = 2**8, 6

#: Qubits from which an accelerator is chosen where there is one that holds the state.
WORTH_A_DEVICE = 22

ENGINES = ("reference", "state vector", "accelerator")

_wanted: ContextVar[str | None] = ContextVar("engine", default=None)


@contextmanager
def using(engine: str | None) -> Iterator[None]:
    """Inside, this engine runs everything, whatever its size; None leaves the choice.

    Raises `InputError` for a name that is not in `ENGINES`.
    """
    if engine is not None and engine not in ENGINES:
        raise InputError(
            f"engine {engine!r}: allowed are {', '.join(ENGINES)}{nearest(engine, ENGINES)}"
        )
    token = _wanted.set(engine)
    try:
        yield
    finally:
        _wanted.reset(token)


@dataclass(frozen=True)
class Engine:
    """A chosen engine; its text is one line: which, how many qubits, how much a state takes."""

    name: str
    qubits: int
    bytes: int

    def __str__(self) -> str:
        return f"{self.name}, {self.qubits} qubits, {_size(self.bytes)}"

    def forward(self, gates: Sequence[Gate], state: State) -> State:
        """Gates in order on a state (N, ...)."""
        if self.name == "reference":
            return act(gates, state)
        found: State = self._compiled.forward(gates, state)
        return found

    def expectation(self, observable: Pauli, state: State) -> Any:
        """<state|O|state>/<state|state> for a state (N, ...)."""
        if self.name == "reference":
            return reference.expectation(observable, state)
        found = self._compiled.expectations([observable], state)[0]
        return float(found) if state.ndim == 1 else found

    def gradient(self, gates: Sequence[Gate], state: State, observable: Pauli) -> list[Any]:
        """Derivative of the expectation value in every angle, in gate order; state (N,)."""
        if self.name == "reference":
            return reference.gradient(gates, state, observable)
        return list(map(float, self._compiled.gradient(gates, state, observable)))

    @property
    def _compiled(self) -> Any:
        return import_module(f"qdml.quantum.{self.name.replace(' ', '')}")


def choose(gates: Sequence[Gate], state: State) -> Engine:
    """The engine for gates on a state (N, ...); exact states always get the reference."""
    qubits = state.shape[0].bit_length() - 1
    if is_exact(state):
        return Engine("reference", qubits, state.nbytes)
    fits = state.shape[0] >= LEAST_AMPLITUDES or is_wide(state)
    pays = fits and len(gates) * state.size >= WORTH
    name = _wanted.get() or ("accelerator" if pays and _device_fits(qubits) else ENGINES[pays])
    if name == "state vector":
        check_memory(qubits)
    elif name == "accelerator":
        from qdml.quantum import accelerator

        accelerator.check_memory(qubits)
    return Engine(name, qubits, max(state.nbytes, 16 * state.size))


def is_wide(state: State) -> bool:
    """Whether a batch (N, ...) is cheaper as one product with the whole unitary."""
    return bool(state.shape[0] <= 2**WHOLE and state.size > state.shape[0] ** 2)


def check_memory(qubits: int, vectors: int = 3) -> None:
    """Raise `InputError` unless `vectors` states of complex128 fit: an input, a state, an image."""
    needed = vectors * 16 * 2**qubits
    there = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    if needed > there:
        raise InputError(
            f"{qubits} qubits: {vectors} state vectors take {_size(needed)}, this machine has "
            f"{_size(there)}; for shallow circuits qdml.model.light_cone needs no state vector"
        )


def _device_fits(qubits: int) -> bool:
    if qubits < WORTH_A_DEVICE:
        return False
    from qdml.quantum import accelerator

    there = accelerator.memory()
    return there is not None and accelerator.VECTORS * 16 * 2**qubits <= there


def _size(count: int) -> str:
    power = min(5, max(0, count.bit_length() - 1) // 10)
    return f"{count >> 10 * power} {('B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB')[power]}"
