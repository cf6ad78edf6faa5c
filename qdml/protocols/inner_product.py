"""An inner product at depth one: loss = <w, x> with one message of n+1 qubits a copy.

A_1 puts an ancilla into (|0> + |1>)/sqrt 2 and prepares x where it is 1; B_1 undoes the
preparation of w there and applies a Hadamard to the ancilla, whose Z has mean Re <w, x>.
"""

from __future__ import annotations

from qdml.model.circuit import DistributedCircuit
from qdml.quantum.gates import Dense, Gate, hadamard
from qdml.quantum.numbers import State, is_exact
from qdml.quantum.placing import Controlled, Leading


def circuit(
    prepare_x: State, prepare_w: State, undo_preparation: bool = True
) -> DistributedCircuit:
    """The circuit for unitaries (N, N) whose first columns are x and w; the input is |0...0>.

    Exact matrices give an exact circuit (its Hadamards are times sqrt 2). With
    `undo_preparation=False` Bob forgets to invert his preparation: a false variant for checks.
    """
    mixing = Leading(Dense(hadamard(is_exact(prepare_x))), 1)
    bob = Dense(prepare_w)
    alice_block: list[Gate] = [mixing, Controlled(Dense(prepare_x))]
    bob_block: list[Gate] = [Controlled(bob.inverse() if undo_preparation else bob), mixing]
    qubits = prepare_x.shape[0].bit_length()
    return DistributedCircuit.alternating([alice_block, bob_block], qubits)
