"""A protocol cut in two by postselected teleportation, which bounds gamma_2 of its expectations.

Each qubit sent becomes a Bell pair of which the sender projects onto (|00> + |11>)/sqrt2. With C
qubits in all the final state is 2^C (K_x (x) K_y)|Omega>, Omega the C pairs with all prior
entanglement. So E[output] = <u_x, v_y> for u_x = 2^C K_x^+ K_x Omega and v_y = 2^C K_y^+ Z K_y
Omega (Z only at the party that measures it), whose norms are 2^{C_B} and 2^{C_A}, and
gamma_2(P) <= 2^C (Linial and Shraibman, Random Struct. Algorithms 34 (2009) 368).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from qdml.quantum.gates import Gate, act, undo
from qdml.quantum.numbers import State, exact, inner, real

#: The gates of a party before each message, and at the end.
Turns = Sequence[Sequence[Gate]]


@dataclass(frozen=True, eq=False)
class Half:
    """One party's side, exact: `forward` is K and `back` is K^+ O K, both on Omega.

    Columns are the states of the other sides of all pairs, so that `forward` has shape
    (2^{qubits held}, 2^{e+C}). All are times sqrt2 for each own projection that they contain:
    `forward` is times 2^{own/2}, `back` 2^{own}. `chances` are the probabilities of the own
    projections, each given those before it.
    """

    forward: State
    back: State
    own: int
    chances: tuple[Fraction, ...]

    def forward_weight(self) -> Fraction:
        """|K Omega|^2."""
        return weight(self.forward) / Fraction(2**self.own * self.forward.shape[1])

    def vector_weight(self, messages: int) -> Fraction:
        """The square of |u_x|, or of |v_y|."""
        return weight(self.back) * Fraction(4**messages, 4**self.own * self.forward.shape[1])


def half(memory: int, pairs: int, sends: Sequence[bool], turns: Turns, measured: bool) -> Half:
    """The side of a party that starts with `memory` qubits in |0...0> and its halves of `pairs`.

    `sends` says for each message whether it is this party's. `measured`: it reads Z on its first
    qubit at the end.
    """
    columns, messages = 2 ** (pairs + len(sends)), len(sends)
    state = exact(np.zeros((2**memory * columns, columns), dtype=int))
    state[:columns] = exact(np.eye(columns, dtype=int))
    # (qubits held, halves for the messages still to come, columns)
    state = state.reshape(2 ** (memory + pairs), 2**messages, columns)
    chances = []
    for own, gates in zip(sends, turns, strict=False):
        state = act(gates, state)
        before = weight(state)
        state = _project(state) if own else _receive(state)
        if own:
            chances.append(weight(state) / before / 2)
    forward = act(turns[-1], state)
    back = forward.copy()
    if measured:
        back[len(back) // 2 :] *= -1
    back = undo(turns[-1], back)
    for own, gates in zip(reversed(sends), reversed(turns[:-1]), strict=True):
        back = undo(gates, _unproject(back) if own else _give_back(back))
    return Half(forward.reshape(-1, columns), back.reshape(-1, columns), sum(sends), tuple(chances))


def final_state(alice: Half, bob: Half) -> State:
    """2^C (K_x (x) K_y)|Omega>, times sqrt 2 for each prior pair; Alice's qubits first."""
    return (alice.forward @ bob.forward.T).reshape(-1)


def overlap(alice: Half, bob: Half, messages: int) -> Fraction:
    """<u_x, v_y>: both act on one side of Omega only, where all memory is |0...0>."""
    columns = alice.forward.shape[1]
    # The other side leaves the memory in |0...0>: only the first rows are met.
    left, right = (side.back[:columns] for side in (alice, bob))
    total: Fraction = real((left * right).sum())
    return total * Fraction(4**messages, 2 ** (alice.own + bob.own) * columns)


def weight(state: State) -> Fraction:
    """Sum of squared absolute values."""
    found: Fraction = real(inner(state.reshape(-1), state.reshape(-1)))
    return found


def _project(state: State) -> State:
    """<00| + <11| on the first qubit held and the next half; drops both."""
    held, halves, columns = state.shape
    table = state.reshape(2, held // 2, 2, halves // 2, columns)
    kept: State = table[0, :, 0] + table[1, :, 1]
    return kept


def _unproject(state: State) -> State:
    """The adjoint of `_project`."""
    held, halves, columns = state.shape
    table = exact(np.zeros((2, held, 2, halves, columns), dtype=int))
    table[0, :, 0] = table[1, :, 1] = state
    return table.reshape(2 * held, 2 * halves, columns)


def _receive(state: State) -> State:
    """The next half becomes the first qubit held."""
    held, halves, columns = state.shape
    table = state.reshape(held, 2, halves // 2, columns)
    return np.moveaxis(table, 1, 0).reshape(2 * held, halves // 2, columns)


def _give_back(state: State) -> State:
    """The inverse of `_receive`."""
    held, halves, columns = state.shape
    table = state.reshape(2, held // 2, halves, columns)
    return np.moveaxis(table, 0, 1).reshape(held // 2, 2 * halves, columns)
