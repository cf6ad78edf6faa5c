"""A circuit of L layers on n qubits whose loss is an inner product of (L-1)(n-1) bits.

One control and n-1 targets start in |0...0>. A_1 puts the control into (|0> + |1>)/sqrt 2. Where it
is 1, A_l takes the targets from |c_{l-1}> to |c_l>, B_l multiplies by (-1)^{c_l . beta_l}, and A_L
returns the targets to |0...0>. B_L is a Hadamard on the control, so that its Z has the mean
(-1)^{sum over l < L of c_l . beta_l}.
"""

from __future__ import annotations

from collections.abc import Sequence

from qdml.errors import InputError
from qdml.model.circuit import DistributedCircuit
from qdml.quantum.gates import Dense, Gate, Pauli, hadamard
from qdml.quantum.placing import Controlled, Leading

#: L-1 strings of n-1 bits, as numbers.
Strings = Sequence[int]


def circuit(
    qubits: int,
    alice: Strings,
    bob: Strings,
    *,
    exact_numbers: bool = False,
    returned: bool = True,
    differences: bool = True,
) -> DistributedCircuit:
    """The circuit for Alice's c_1 ... c_{L-1} and Bob's beta_1 ... beta_{L-1}; input |0...0>.

    In exact numbers both Hadamards are times sqrt 2. False variants for checks: `returned=False`
    leaves the targets in |c_{L-1}>, `differences=False` applies X^{c_l} in place of
    X^{c_l xor c_{l-1}}. Raises `InputError` for fewer than two qubits, no string, lists of
    different length, or strings of more than n-1 bits.
    """
    if qubits < 2 or not alice or len(alice) != len(bob):
        raise InputError(
            f"{qubits} qubits, {len(alice)} and {len(bob)} strings: expected two qubits or more, "
            "and as many strings of Alice's as of Bob's, one or more"
        )
    if not 0 <= min(*alice, *bob) <= max(*alice, *bob) < 2 ** (qubits - 1):
        raise InputError(f"a string has more than the {qubits - 1} bits of the targets")
    mixing = Leading(Dense(hadamard(exact_numbers)), 1)
    blocks: list[list[Gate]] = []
    held = 0
    for chosen, asked in zip((*alice, 0), (*bob, 0), strict=True):
        step = chosen ^ held if differences else chosen
        blocks += [[_controlled("X", step, qubits)], [_controlled("Z", asked, qubits)]]
        held = chosen
    blocks[0].insert(0, mixing)
    blocks[-1] = [mixing]
    if not returned:
        blocks[-2] = []
    return DistributedCircuit.alternating(blocks, qubits)


def _controlled(letter: str, bits: int, qubits: int) -> Gate:
    string = f"{bits:0{qubits - 1}b}".replace("0", "I").replace("1", letter)
    return Controlled(Pauli(string))
