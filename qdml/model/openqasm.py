"""Models as OpenQASM 3 (Cross et al., arXiv:2104.14722): written as text, read with its parser.

A block is a `box` that an annotation `@qdml.party` gives to its owner; a pragma names the
observable. Readers that know neither see the same circuit. Rotations about a Pauli string are gates
that the file defines: `rzz` conjugates `rz` by `cx`, other letters by one gate more on their qubit.
"""

from __future__ import annotations

import contextlib
import io
import math
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from qdml.errors import InputError
from qdml.model.circuit import Block, DistributedCircuit, dealt
from qdml.quantum.gates import ControlledZ, Gate, Pauli, Rotation
from qdml.quantum.numbers import Radians

if TYPE_CHECKING:
    from openqasm3 import ast

#: Gates of the standard library that a model holds as they are.
_SINGLE = {"rx": "X", "ry": "Y", "rz": "Z"}
_ROTATION = re.compile(r"r[xyz]{2,}")
#: What turns Z into each letter when it stands before, and its inverse after, a rotation about Z.
_TURNS = {"X": ("h", "h"), "Y": ("rx(pi/2)", "rx(-pi/2)"), "Z": (None, None)}
#: Angles beyond this have no digits left after a turn.
_LARGEST = 1e15
_CONSTANTS = {"pi": math.pi, "π": math.pi, "tau": math.tau, "τ": math.tau}


def to_openqasm(circuit: DistributedCircuit) -> str:
    """The circuit as a program of OpenQASM 3, which `from_openqasm` reads back gate by gate.

    Raises `InputError` for gates other than rotations about Pauli strings and controlled Z, and for
    exact angles, which a program would round.
    """
    lines, strings = [], set()
    for owner, block in zip(circuit.owners, circuit.blocks, strict=True):
        lines += [f"@qdml.party {owner}", "box {"]
        for gate in block.gates:
            lines.append(f"  {_written(gate)}")
            if isinstance(gate, Rotation) and gate.pauli.weight > 1:
                strings.add(gate.pauli.letters.replace("I", ""))
        lines.append("}")
    head = ["OPENQASM 3.0;", 'include "stdgates.inc";', *map(_definition, sorted(strings))]
    head += [f"pragma qdml.observable {circuit.observable.letters}", f"qubit[{circuit.qubits}] q;"]
    return "\n".join([*head, *lines, ""])


def from_openqasm(text: str) -> DistributedCircuit:
    """The circuit of a program of OpenQASM 3.

    Registers of qubits follow each other in the order of their declaration. Boxes are the blocks;
    those without an owner are dealt in turn, and gates outside of any box make one block of
    Alice's. The observable is Z of the first qubit unless a pragma names another.

    Raises `InputError` for a text that is no program, and for a statement that a model cannot hold:
    measurements, classical control, gates other than rx, ry, rz, cz, gphase and the definitions
    that `to_openqasm` writes.
    """
    from openqasm3 import ast, parse
    from openqasm3.parser import QASM3ParsingError

    said = io.StringIO()
    try:
        # The parser tells what is wrong on standard error, and nowhere else.
        with contextlib.redirect_stderr(said):
            program = parse(text)
    except (QASM3ParsingError, AttributeError, RecursionError):
        why = " ".join(said.getvalue().split())[:200] or "nothing that its parser can read"
        raise InputError(f"no program of OpenQASM 3: {why}") from None
    return _Reader(ast).read(program)


def _written(gate: Gate) -> str:
    if isinstance(gate, ControlledZ):
        return f"cz q[{gate.first}], q[{gate.second}];"
    if not isinstance(gate, Rotation):
        raise InputError(
            f"gate {type(gate).__name__}: OpenQASM is written for rotations and controlled Z only"
        )
    if not isinstance(gate.angle, Radians):
        raise InputError(f"angle {gate.angle}: exact angles are not rounded; give Radians instead")
    angle, letters = gate.angle.value, gate.pauli.letters
    on = [q for q, letter in enumerate(letters) if letter != "I"]
    if not on:
        return f"gphase({-angle / 2!r});"
    name = "r" + letters.replace("I", "").lower()
    return f"{name}({angle!r}) {', '.join(f'q[{q}]' for q in on)};"


def _definition(letters: str) -> str:
    """The gate that rotates about a string without I: turned to Z, added up on the last qubit."""
    names = [f"q{i}" for i in range(len(letters))]
    before = [f"{_TURNS[x][0]} {q};" for x, q in zip(letters, names, strict=True) if x != "Z"]
    after = [f"{_TURNS[x][1]} {q};" for x, q in zip(letters, names, strict=True) if x != "Z"]
    chain = [f"cx {one}, {names[-1]};" for one in names[:-1]]
    body = " ".join([*before, *chain, f"rz(theta) {names[-1]};", *chain[::-1], *after])
    return f"gate r{letters.lower()}(theta) {', '.join(names)} {{ {body} }}"


class _Reader:
    """One reading of a program, statement by statement."""

    def __init__(self, kinds: Any) -> None:
        self.kinds = kinds
        self.places: dict[str, list[int]] = {}
        self.defined: set[str] = set()
        self.observable: Pauli | None = None

    def read(self, program: ast.Program) -> DistributedCircuit:
        kinds = self.kinds
        boxes: list[tuple[str, list[ast.Statement]]] = []
        loose: list[ast.Statement] = []
        for statement in program.statements:
            if isinstance(statement, kinds.QubitDeclaration):
                self._declare(statement)
            elif isinstance(statement, kinds.QuantumGateDefinition):
                self._define(statement)
            elif isinstance(statement, kinds.Pragma):
                self._heed(statement)
            elif isinstance(statement, kinds.Box):
                boxes.append((_owner(statement), statement.body))
            elif isinstance(statement, kinds.QuantumGate | kinds.QuantumPhase):
                loose.append(statement)
            elif not isinstance(statement, kinds.Include | kinds.QuantumBarrier):
                raise _refused(statement, type(statement).__name__)
        if boxes and loose:
            raise _refused(loose[0], "a gate outside of the boxes")
        qubits = sum(map(len, self.places.values()))
        if not qubits:
            raise InputError("a program without qubits: a model needs at least one")
        parts = boxes or [("alice", loose)]
        turns = dealt(len(parts))
        owners = tuple(owner or turn for (owner, _), turn in zip(parts, turns, strict=True))
        blocks = tuple(Block(tuple(self._gates(body, qubits))) for _, body in parts)
        observable = self.observable or Pauli.single("Z", 0, qubits)
        return DistributedCircuit(qubits, blocks, observable, owners)

    def _declare(self, statement: Any) -> None:
        size = 1 if statement.size is None else getattr(statement.size, "value", None)
        if not isinstance(size, int) or not 1 <= size <= 10**4:
            raise _refused(statement, "a register whose size is no number from 1 to 10000")
        first = sum(map(len, self.places.values()))
        self.places[statement.qubit.name] = list(range(first, first + size))

    def _define(self, statement: Any) -> None:
        """Gates of our own names are taken for what they say only if they are defined so."""
        from openqasm3 import parse

        name = statement.name.name
        if not _ROTATION.fullmatch(name):
            raise _refused(statement, f"the definition of {name}")
        ours = parse(_definition(name[1:].upper())).statements[0]
        if _shape(statement) != _shape(ours):
            raise _refused(statement, f"a gate {name} that is no rotation about {name[1:].upper()}")
        self.defined.add(name)

    def _heed(self, statement: Any) -> None:
        words = statement.command.split()
        if len(words) == 2 and words[0] == "qdml.observable":
            self.observable = Pauli(words[1])

    def _gates(self, body: Sequence[Any], qubits: int) -> Iterator[Gate]:
        kinds = self.kinds
        for statement in body:
            if isinstance(statement, kinds.QuantumBarrier):
                continue
            if not isinstance(statement, kinds.QuantumGate | kinds.QuantumPhase):
                raise _refused(statement, type(statement).__name__)
            if statement.modifiers:
                raise _refused(statement, "a modifier such as ctrl or inv")
            if isinstance(statement, kinds.QuantumPhase):
                yield Rotation(Pauli("I" * qubits), Radians(-2 * _number(statement.argument)))
                continue
            name = statement.name.name
            on = [self._wires(operand) for operand in statement.qubits]
            letters = _SINGLE.get(name) or (name[1:].upper() if name in self.defined else "")
            wanted = 2 if name == "cz" else len(letters)
            if not wanted:
                raise _refused(statement, f"the gate {name}")
            angles = [_number(argument) for argument in statement.arguments]
            if len(on) != wanted or len(angles) != (name != "cz"):
                raise _refused(statement, f"{len(on)} operands and {len(angles)} angles of {name}")
            if len({len(wires) for wires in on}) > 1:
                raise _refused(statement, "registers of different sizes")
            for wires in zip(*on, strict=True):
                if name == "cz":
                    yield ControlledZ(wires[0], wires[1], qubits)
                    continue
                if len(set(wires)) < len(wires):
                    raise _refused(statement, "one qubit twice")
                placed = dict(zip(wires, letters, strict=True))
                string = "".join(placed.get(q, "I") for q in range(qubits))
                yield Rotation(Pauli(string), Radians(angles[0]))

    def _wires(self, operand: Any) -> list[int]:
        """The qubits of a register, or one of them."""
        name = getattr(operand.name, "name", operand.name)
        if name not in self.places:
            raise _refused(operand, f"{name}, which is no register of qubits")
        if isinstance(operand, self.kinds.Identifier):
            return self.places[name]
        at = [getattr(one, "value", None) for group in operand.indices for one in group]
        size = len(self.places[name])
        if len(at) != 1 or not isinstance(at[0], int) or not 0 <= at[0] < size:
            raise _refused(operand, f"an index of {name} that is no number from 0 to {size - 1}")
        return [self.places[name][at[0]]]


def _owner(box: Any) -> str:
    for annotation in box.annotations:
        if annotation.keyword == "qdml.party" and annotation.command:
            return str(annotation.command).strip()
    return ""


def _number(expression: Any) -> float:
    """The value of an angle made of numbers, pi and tau."""
    kind = type(expression).__name__
    if kind in ("FloatLiteral", "IntegerLiteral") and abs(expression.value) < _LARGEST:
        return float(expression.value)
    if kind == "Identifier" and expression.name in _CONSTANTS:
        return _CONSTANTS[expression.name]
    if kind == "UnaryExpression" and expression.op.name == "-":
        return -_number(expression.expression)
    if kind == "BinaryExpression":
        left, right = _number(expression.lhs), _number(expression.rhs)
        match expression.op.name:
            case "+":
                return left + right
            case "-":
                return left - right
            case "*":
                return left * right
            case "/" if right:
                return left / right
    raise _refused(expression, "an angle that is not made of moderate numbers, pi and tau")


def _shape(definition: Any) -> Any:
    """A definition with its parameters and qubits numbered, for comparison."""
    places = {one.name: f"#{i}" for i, one in enumerate(definition.qubits)}
    places |= {one.name: f"${i}" for i, one in enumerate(definition.arguments)}

    def named(expression: Any) -> Any:
        name = getattr(expression, "name", None)
        return places[name] if name in places else _number(expression)

    body = []
    for gate in definition.body:
        if type(gate).__name__ != "QuantumGate" or gate.modifiers:
            return None
        operands = [places.get(getattr(one, "name", None)) for one in gate.qubits]
        body.append((gate.name.name, [named(one) for one in gate.arguments], operands))
    return len(definition.arguments), len(definition.qubits), body


def _refused(statement: Any, what: str) -> InputError:
    span = getattr(statement, "span", None)
    where = f"line {span.start_line}: " if span else ""
    return InputError(
        f"{where}{what}: a model holds boxes of rx, ry, rz, cz, gphase and rotations about Pauli "
        "strings, on indexed qubits, and no more"
    )
