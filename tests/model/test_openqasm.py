"""Models as OpenQASM 3: read back gate by gate, and each gate what its definition says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qdml.errors import InputError
from qdml.model.ansatz import direction, random_pauli
from qdml.model.circuit import Block, DistributedCircuit
from qdml.model.openqasm import _definition, from_openqasm, to_openqasm
from qdml.quantum.gates import ControlledZ, Dense, Pauli, Rotation, act, hadamard
from qdml.quantum.numbers import Radians
from qdml.quantum.placing import Leading
from qdml.testing import line_circuits, pauli_circuits, pauli_strings, rounding, states

strings = st.integers(2, 4).flatmap(pauli_strings).filter(lambda pauli: pauli.weight > 1)
circuits = st.integers(1, 4).flatmap(lambda n: line_circuits(n) | pauli_circuits(n))


@settings(max_examples=20)
@given(circuits, st.data())
def test_what_is_written_is_read_back(circuit: DistributedCircuit, data: st.DataObject) -> None:
    again = from_openqasm(to_openqasm(circuit))
    # Compared as text: half of the least angle about the identity, a global phase, is no number.
    assert to_openqasm(again) == to_openqasm(circuit)
    assert (again.owners, again.observable) == (circuit.owners, circuit.observable)
    state = data.draw(states(circuit.qubits))
    found, original = (act(one.gates, state) for one in (again, circuit))
    np.testing.assert_array_equal(found, original)


@settings(max_examples=15)
@given(strings, st.floats(-7, 7), st.data())
def test_a_definition_is_the_rotation_that_it_names(
    pauli: Pauli, angle: float, data: st.DataObject
) -> None:
    """By another route: the body of the definition, gate by gate, as its library means them."""
    letters = pauli.letters.replace("I", "")
    n = len(letters)
    body = _definition(letters).partition("{")[2].rpartition("}")[0]
    gates: list = []
    for statement in filter(None, map(str.strip, body.split(";"))):
        name, *on = statement.replace(",", " ").split()
        at = [int(qubit[1:]) for qubit in on]
        if name in ("cx", "h"):
            # A controlled X is a controlled Z between two Hadamard gates.
            half = _hadamard(at[-1], n)
            gates += [half, ControlledZ(*at, n), half] if name == "cx" else [half]
        else:
            turn = eval(name[3:-1], {"pi": np.pi, "theta": angle})
            gates.append(Rotation(Pauli.single(name[1].upper(), at[0], n), Radians(turn)))
    state = data.draw(states(n))
    ours = Rotation(Pauli(letters), Radians(angle)).apply(state)
    np.testing.assert_allclose(act(gates, state), ours, atol=rounding(len(gates), 2), rtol=0)


def _hadamard(qubit: int, qubits: int) -> Dense:
    parts = [hadamard() if q == qubit else np.eye(2) for q in range(qubits)]
    matrix = parts[0]
    for part in parts[1:]:
        matrix = np.kron(matrix, part)
    return Dense(matrix)


def test_parties_blocks_and_observable_survive() -> None:
    blocks = (Block(()), Block((Rotation(Pauli("XY"), Radians(0.1)),)), Block(()))
    circuit = DistributedCircuit(2, blocks, Pauli("YI"), ("bob", "carol", "alice"))
    assert from_openqasm(to_openqasm(circuit)) == circuit


def test_a_program_of_somebody_else() -> None:
    text = """
    OPENQASM 3.0;
    include "stdgates.inc";
    gate rzz(p0) _q_0, _q_1 { cx _q_0, _q_1; rz(p0) _q_1; cx _q_0, _q_1; }
    qubit[2] q;  // and a register more
    qubit r;
    ry(-pi / 4) q;
    barrier q;
    rzz(2 * (0.5 + 1)) r, q[0];
    cz q[1], r;
    """
    pi = np.pi
    assert from_openqasm(text) == DistributedCircuit(
        3,
        (
            Block(
                (
                    Rotation(Pauli("YII"), Radians(-pi / 4)),
                    Rotation(Pauli("IYI"), Radians(-pi / 4)),
                    Rotation(Pauli("ZIZ"), Radians(3.0)),
                    ControlledZ(1, 2, 3),
                )
            ),
        ),
        Pauli("ZII"),
        ("alice",),
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("qubit[2] q;\nh q[0];", "line 2: the gate h: a model holds boxes of rx, ry, rz"),
        ("qubit q; bit c; c = measure q;", "line 1: ClassicalDeclaration: a model holds"),
        ("qubit q; ctrl @ rx(1) q;", "line 1: a modifier such as ctrl or inv"),
        ("qubit q; rx(a) q;", "an angle that is not made of moderate numbers, pi and tau"),
        ("qubit q; rx(1e400) q;", "an angle that is not made of moderate numbers"),
        ("qubit q; rx(1/0) q;", "an angle that is not made of moderate numbers"),
        ("qubit[2] q; rx(1) q[2];", "an index of q that is no number from 0 to 1"),
        ("qubit[2] q; rx(1) p[0];", "p, which is no register of qubits"),
        ("gate rzz(t) a, b { rz(t) a; }", "a gate rzz that is no rotation about ZZ"),
        ("gate mine(t) a { rz(t) a; }", "the definition of mine"),
        ("qubit[2] q; rzz(1) q[0], q[1];", "the gate rzz"),
        ("qubit[2] q; cz q[0], q[0];", "controlled Z on qubits 0 and 0"),
        ("qubit[2] q; rx(1, 2) q[0];", "1 operands and 2 angles of rx"),
        ("qubit[2] q; qubit[3] p; cz q, p;", "registers of different sizes"),
        ("qubit[99999] q;", "a register whose size is no number from 1 to 10000"),
        ("qubit q; box { rx(1) q; } rx(1) q;", "a gate outside of the boxes"),
        ("pragma qdml.observable W\nqubit q;", "Pauli string 'W'"),
        ("bit", "no program of OpenQASM 3: line 1"),
        ("", "no program of OpenQASM 3|a program without qubits"),
        ("OPENQASM 3;", "a program without qubits"),
    ],
)
def test_what_a_model_cannot_hold_is_one_clear_line(
    text: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(InputError, match=says) as caught:
        from_openqasm(text)
    assert "\n" not in str(caught.value)
    assert capsys.readouterr().err == ""


def test_what_openqasm_would_round_or_not_know_is_not_written() -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(InputError, match="exact angles are not rounded; give Radians instead"):
        to_openqasm(random_pauli(2, 1, 1, rng, direction))
    blocks = [[Leading(Dense(hadamard()), 1)]]
    with pytest.raises(InputError, match="gate Leading: OpenQASM is written for rotations"):
        to_openqasm(DistributedCircuit.alternating(blocks, 2))
