"""Gradient states: |g_b> = (|0>|mu_b> + |1>|nu_b>)/sqrt 2, made with one controlled gate.

The input walks forward through all blocks; the last owner adds an ancilla in |+> and applies the
observable controlled by it; then everything walks back to the owner of block b. Undoing the later
blocks turns the branches into |mu_b>, the state after block b, and |nu_b>, the observable's image
carried back. Measuring -Y on the ancilla with V_j Q_j V_j^dagger on the register, V_j the gates
after j in block b, has mean d loss/d theta_j (arXiv:2310.07136).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from qdml.errors import InputError
from qdml.model.circuit import DistributedCircuit
from qdml.network import Network, Party, Register, Transcript
from qdml.protocols.inference import Tap, honest, walked
from qdml.quantum import numbers
from qdml.quantum.gates import Gate, Pauli, Rotation, undo
from qdml.quantum.numbers import State, is_exact
from qdml.quantum.placing import Controlled, Trailing
from qdml.quantum.reference import expectation
from qdml.tensor.chain import Chain


@dataclass(frozen=True)
class Recipe:
    """How the gradient is read from |g_b>; the fields other than the defaults are false variants.

    `ancilla` is measured on the control, `sign` multiplies the mean, `factor` too, `conjugate`
    says whether V_j is taken into account, `observable_in_nu` whether nu has the observable.
    """

    ancilla: str = "Y"
    sign: int = -1
    factor: int = 1
    conjugate: bool = True
    observable_in_nu: bool = True


TRUE_RECIPE = Recipe()


@dataclass(frozen=True)
class Prepared:
    """A gradient state in the hands of the owner of block b."""

    network: Network
    holder: Party
    register: Register
    block: int

    @property
    def transcript(self) -> Transcript:
        """The bill so far."""
        return self.network.transcript


def prepare(
    circuit: DistributedCircuit,
    state: State | Chain,
    block: int,
    copies: int = 1,
    seed: int = 0,
    recipe: Recipe = TRUE_RECIPE,
) -> Prepared:
    """Prepare `copies` copies of |g_block>, block = 1 ... 2L, at the owner of that block."""
    if not 1 <= block <= len(circuit.blocks):
        raise InputError(f"block {block}: expected 1 to {len(circuit.blocks)}")
    network, parties, register = walked(circuit, state, copies, seed)
    exact = not isinstance(state, Chain) and is_exact(state)
    plus = numbers.exact([1, 1]) if exact else np.ones(2, dtype=complex) / np.sqrt(2)
    observable = circuit.observable if recipe.observable_in_nu else None
    return walk_back(network, parties, circuit.owners, register, block, plus, observable)


def walk_back(
    network: Network,
    parties: Mapping[str, Party],
    owners: Sequence[str],
    register: Register,
    block: int,
    ancilla: State,
    observable: Pauli | None,
    tap: Tap = honest,
) -> Prepared:
    """From the end of the walk back to the owner of `block`, the observable under an ancilla.

    ancilla: (2,), or (2, B) for a batch. Whoever receives the register acts on it by `tap` first.
    """
    holder = parties[owners[-1]]
    with holder:
        control = holder.prepare(ancilla, "ancilla", register.copies)
        register = holder.join(control, register, name=f"gradient state {block}")
        if observable:
            holder.apply([Controlled(observable)], register)
    for b in range(len(owners), block, -1):
        with holder:
            later = holder.private(f"block {b}")
            holder.apply([Trailing(gate.inverse(), 1) for gate in reversed(later)], register)
        owner = parties[owners[b - 2]]
        if owner is not holder:
            with holder:
                register = network.channel.send(register, to=owner)
            holder = owner
            with holder:
                register = tap(holder, register)
    return Prepared(network, holder, register, block)


def measure(prepared: Prepared, gate: int, recipe: Recipe = TRUE_RECIPE) -> float:
    """Estimate d loss/d theta for rotation `gate` of the block from the outcomes on all copies."""
    holder, copies = prepared.holder, prepared.register.copies
    with holder:
        string = aim(prepared, gate, recipe)
        count = int(holder.measure(prepared.register, string).read(holder))
    return recipe.sign * recipe.factor * (2 * count / copies - 1)


def aim(prepared: Prepared, gate: int, recipe: Recipe = TRUE_RECIPE) -> Pauli:
    """Undo the gates after `gate` in the block, and return the Pauli string to measure then.

    For the acting holder. V_j^dagger on both branches turns Y (x) V_j Q_j V_j^dagger into
    Y (x) Q_j.
    """
    gates = prepared.holder.private(f"block {prepared.block}")
    rotation = _rotation(gates, prepared.block, gate)
    if recipe.conjugate:
        later = [Trailing(later.inverse(), 1) for later in reversed(gates[gate + 1 :])]
        prepared.holder.apply(later, prepared.register)
    return Pauli(recipe.ancilla).tensor(rotation.pauli)


def gradient_state(
    circuit: DistributedCircuit, state: State, block: int, recipe: Recipe = TRUE_RECIPE
) -> State:
    """|g_b> as a vector (2N,), computed without a network: |0>|mu_b> + |1>|nu_b>, norm sqrt 2."""
    final = circuit.forward(state)
    image = circuit.observable.apply(final) if recipe.observable_in_nu else final
    return np.concatenate([circuit.backward(final, block), circuit.backward(image, block)])


def entry(
    circuit: DistributedCircuit,
    state: State,
    block: int,
    gate: int,
    recipe: Recipe = TRUE_RECIPE,
) -> Any:
    """The mean that `measure` estimates: a float, or an exact fraction for an exact circuit."""
    vector = gradient_state(circuit, state, block, recipe)
    gates = circuit.blocks[block - 1].gates
    rotation = _rotation(gates, block, gate)
    if recipe.conjugate:
        vector = undo([Trailing(later, 1) for later in gates[gate + 1 :]], vector)
    string = Pauli(recipe.ancilla).tensor(rotation.pauli)
    return recipe.sign * recipe.factor * expectation(string, vector)


def _rotation(gates: Sequence[Gate], block: int, gate: int) -> Rotation:
    found = gates[gate] if 0 <= gate < len(gates) else None
    if not isinstance(found, Rotation):
        places = [j for j, each in enumerate(gates) if isinstance(each, Rotation)]
        raise InputError(f"gate {gate} of block {block} is no rotation: expected one of {places}")
    return found
