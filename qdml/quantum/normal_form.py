"""Gates to a program for the compiled engine: layers, groups of Pauli rotations, and the rest.

A layer is one RY on every qubit, then one diagonal: RZ, RZZ and controlled Z multiply to phases
exp(i(phi + sum of phi_p over bits p that are set + sum of phi_pq over pairs that are both set)).
RX(a) is RZ(-pi/2) RY(a) RZ(pi/2). Longer Pauli strings make groups. A gate that is none of these
stays as it is, for the reference engine.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from qdml.errors import InputError
from qdml.quantum.gates import ControlledZ, Gate, Pauli, Rotation, checked
from qdml.quantum.numbers import Radians
from qdml.quantum.spans import Integers, Strings, group, masks

#: As in the compiled kernels, which are too slow to import for this number alone.
BLOCK = 10

#: Qubits of the smallest register that the kernels hold; smaller ones get idle qubits.
SMALLEST = 4

#: High bits that the table of low bits may also depend on.
SHARED = 4

#: Fewer gates of layers than this between long strings are cheaper as strings.
FEW = 4


@dataclass(frozen=True)
class Layers:
    """Consecutive layers; bit p of an index is qubit n - 1 - p.

    ry, one: (L, n) angles by bit; pairs: (P, 2) bits, the higher first, and pair: (P,) their
    phases, those of layer l from first[l] to first[l + 1]; shared: (L, SHARED) high bits that are
    paired with low ones, -1 where there are fewer; phase: (L,) global; turned: (L,)
    whether there is any RY.
    numbers, slots: the derivative of rotation numbers[i] stands at slots[i] of ry, one, pair, laid
    end to end; RZZ needs no more, since the kernels give derivatives with the signs of ZZ.
    """

    arrays: tuple[npt.NDArray[np.generic], ...]
    numbers: Integers
    slots: Integers


@dataclass(frozen=True)
class Plain:
    """A gate for the reference engine; `number` is that of its rotation, or -1."""

    gate: Gate
    number: int


@dataclass(frozen=True)
class Program:
    """What the compiled engine runs: segments on `qubits` qubits, at least SMALLEST of them."""

    qubits: int
    idle: int
    segments: tuple[Layers | Strings | Plain, ...]
    rotations: int

    @property
    def compiled(self) -> bool:
        """Whether no gate was left to the reference engine."""
        return not any(isinstance(segment, Plain) for segment in self.segments)


def compile_gates(gates: Iterable[Gate], qubits: int) -> Program:
    """The program of gates on `qubits` qubits.

    Raises `InputError` for a gate made for another number of qubits, and for what is no gate.
    """
    idle = max(0, SMALLEST - qubits)
    items = _items(gates, qubits, idle)
    segments: list[Layers | Strings | Plain] = []
    for kind, run in groupby(_kinds(items), key=lambda pair: pair[0]):
        chosen = [item for _, item in run]
        if kind == "plain":
            segments += [Plain(item.gate, item.number) for item in chosen]
        elif kind == "layers":
            segments.append(_layers(chosen, qubits + idle))
        else:
            table = [(i.x, i.z, i.turns, i.angle, i.number) for i in chosen]
            segments.append(group(table, qubits + idle))
    rotations = sum(item.number >= 0 for item in items)
    return Program(qubits, idle, tuple(segments), rotations)


def controlled_not(control: int, target: int, qubits: int) -> tuple[Gate, ...]:
    """Controlled X as RY(pi/2) CZ RY(-pi/2), which folds into the neighbouring layers."""
    turn = Pauli.single("Y", target, qubits)
    return (
        Rotation(turn, Radians(-np.pi / 2)),
        ControlledZ(control, target, qubits),
        Rotation(turn, Radians(np.pi / 2)),
    )


class _Item(NamedTuple):
    """A gate, the number of its rotation or -1, and flips, signs, Y and angle where it has them."""

    gate: Gate
    number: int
    x: int = 0
    z: int = 0
    turns: int = 0
    angle: float = 0.0

    @property
    def kind(self) -> str:
        if isinstance(self.gate, ControlledZ):
            return "layers"
        if isinstance(self.gate, Pauli):
            return "strings"
        if not isinstance(self.gate, Rotation) or not isinstance(self.gate.angle, Radians):
            return "plain"
        single = (self.x | self.z).bit_count() == 1
        return "layers" if single or (not self.x and self.z.bit_count() == 2) else "strings"


def _items(gates: Iterable[Gate], qubits: int, idle: int) -> list[_Item]:
    items = []
    number = 0
    for gate in gates:
        made_for = (
            gate.pauli.qubits if isinstance(gate, Rotation) else getattr(gate, "qubits", None)
        )
        if isinstance(gate, Rotation | ControlledZ | Pauli) and made_for != qubits:
            raise InputError(f"{type(gate).__name__} gate for {made_for} qubits on {qubits} qubits")
        if isinstance(gate, Rotation):
            if isinstance(gate.angle, Radians):
                x, z, turns = masks(gate.pauli.letters)
                items.append(_Item(gate, number, x << idle, z << idle, turns, gate.angle.value))
            else:
                items.append(_Item(gate, number))
            number += 1
        elif isinstance(gate, ControlledZ):
            bits = [1 << (qubits - 1 - q + idle) for q in (gate.first, gate.second)]
            items.append(_Item(gate, -1, z=bits[0] | bits[1]))
        elif isinstance(gate, Pauli):
            # P is i exp(-i pi P/2).
            x, z, turns = masks(gate.letters)
            items.append(_Item(gate, -1, x << idle, z << idle, turns, np.pi))
            items.append(_Item(gate, -1, angle=-np.pi))
        else:
            items.append(_Item(checked(gate), -1))
    return items


def _kinds(items: Sequence[_Item]) -> list[tuple[str, _Item]]:
    """Every item with its kind; few gates of layers next to strings become strings."""
    runs = [(kind, list(run)) for kind, run in groupby(items, key=lambda item: item.kind)]
    out: list[tuple[str, _Item]] = []
    for place, (kind, run) in enumerate(runs):
        beside = {runs[k][0] for k in (place - 1, place + 1) if 0 <= k < len(runs)}
        if kind == "layers" and len(run) < FEW and "strings" in beside:
            out += [("strings", part) for item in run for part in _as_strings(item)]
        else:
            out += [(kind, item) for item in run]
    return out


def _as_strings(item: _Item) -> list[_Item]:
    if not isinstance(item.gate, ControlledZ):
        return [item]
    # exp(i pi/4) exp(-i pi/4 Z_a) exp(-i pi/4 Z_b) exp(i pi/4 Z_a Z_b); no mask is a phase.
    low = item.z & -item.z
    parts = ((low, np.pi / 2), (item.z ^ low, np.pi / 2), (item.z, -np.pi / 2), (0, -np.pi / 2))
    return [_Item(item.gate, -1, z=z, angle=angle) for z, angle in parts]


@dataclass
class _Layer:
    """A layer that is being filled."""

    ry: list[float]
    one: list[float]
    phase: float = 0.0
    pairs: dict[tuple[int, int], float] = field(default_factory=dict)
    shared: list[int] = field(default_factory=list)
    touched: int = 0
    turned: bool = False


def _layers(items: Sequence[_Item], n: int) -> Layers:
    low = min(BLOCK, max(3, (n + 1) // 2))
    layers = [_Layer([0.0] * n, [0.0] * n)]
    found: list[tuple[int, str, int, int | tuple[int, int]]] = []

    def turn(bit: int, angle: float) -> None:
        if layers[-1].touched >> bit & 1:
            layers.append(_Layer([0.0] * n, [0.0] * n))
        layers[-1].ry[bit] += angle
        layers[-1].turned = True

    def shift(bit: int, angle: float) -> None:
        layers[-1].one[bit] += angle
        layers[-1].touched |= 1 << bit

    def couple(upper: int, lower: int, angle: float) -> None:
        crossing = upper >= low > lower and upper not in layers[-1].shared
        if crossing and len(layers[-1].shared) == SHARED:
            layers.append(_Layer([0.0] * n, [0.0] * n))
        if crossing:
            layers[-1].shared.append(upper)
        layers[-1].pairs[upper, lower] = layers[-1].pairs.get((upper, lower), 0.0) + angle
        layers[-1].touched |= 1 << upper | 1 << lower

    for item in items:
        top, bottom = item.z.bit_length() - 1, (item.z & -item.z).bit_length() - 1
        if isinstance(item.gate, ControlledZ):
            couple(top, bottom, np.pi)
        elif item.x:
            bit = item.x.bit_length() - 1
            if not item.turns:
                shift(bit, np.pi / 2)
            turn(bit, item.angle)
            found.append((item.number, "ry", len(layers) - 1, bit))
            if not item.turns:
                shift(bit, -np.pi / 2)
        elif top == bottom:
            shift(top, item.angle)
            layers[-1].phase -= item.angle / 2
            found.append((item.number, "one", len(layers) - 1, top))
        else:
            couple(top, bottom, -2 * item.angle)
            shift(top, item.angle)
            shift(bottom, item.angle)
            layers[-1].phase -= item.angle / 2
            found.append((item.number, "pair", len(layers) - 1, (top, bottom)))
    return _packed(layers, found, n)


def _packed(
    layers: Sequence[_Layer], found: Sequence[tuple[int, str, int, int | tuple[int, int]]], n: int
) -> Layers:
    count = len(layers)
    first = np.cumsum([0, *(len(layer.pairs) for layer in layers)])
    places = [
        {key: first[k] + j for j, key in enumerate(layer.pairs)} for k, layer in enumerate(layers)
    ]
    start = {"ry": 0, "one": count * n, "pair": 2 * count * n}
    slots = [
        start[kind] + (places[layer][where] if isinstance(where, tuple) else layer * n + where)
        for _, kind, layer, where in found
    ]
    shared = [layer.shared + [-1] * (SHARED - len(layer.shared)) for layer in layers]
    pairs = [key for layer in layers for key in layer.pairs]
    arrays = (
        np.array([layer.ry for layer in layers]),
        np.array([layer.one for layer in layers]),
        np.array(pairs, dtype=np.int64).reshape(-1, 2),
        np.array([angle for layer in layers for angle in layer.pairs.values()], dtype=float),
        first.astype(np.int64),
        np.array(shared, dtype=np.int64),
        np.array([layer.phase for layer in layers]),
        np.array([layer.turned for layer in layers]),
    )
    return Layers(arrays, np.array([f[0] for f in found], np.int64), np.array(slots, np.int64))
