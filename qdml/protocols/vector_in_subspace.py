"""Vector in subspace: one message of n qubits decides whether x lies in H or is orthogonal to it.

Bob's subspace H of dimension N/2 is spanned by the first half of the columns of an orthogonal
matrix Q. A_1 prepares x; B_1 = Q^T turns H into the half of the space where qubit 0 is 0. The
classical lower bound Omega(N^{1/3}) is Klartag and Regev's (STOC 2011, arXiv:1009.3640).
"""

from __future__ import annotations

from qdml.model.circuit import DistributedCircuit
from qdml.quantum.gates import Dense
from qdml.quantum.numbers import State


def circuit(prepare_x: State, basis: State, transpose: bool = True) -> DistributedCircuit:
    """The circuit for a unitary (N, N) with first column x and Bob's Q (N, N); input |0...0>.

    With `transpose=False` Bob applies Q itself: a false variant for checks.
    """
    bob = Dense(basis)
    blocks = [[Dense(prepare_x)], [bob.inverse() if transpose else bob]]
    return DistributedCircuit.alternating(blocks, prepare_x.shape[0].bit_length() - 1)
