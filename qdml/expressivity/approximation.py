"""A circuit whose loss is a given truncated Fourier series, with one data gate a bit of frequency.

Bob holds coefficients f_m = |f_m| e^(i a_m), |m| <= K, of a real function with sum |f_m| <= 1. He
prepares |0>|u> + |1>|v> with v_m = sqrt|f_m| and u_m = v_m e^(-i a_m) on an ancilla and L index
qubits that name m in two's complement, and sends it in one message. Alice applies L gates
diag(1, e^(i w_j x)) to the index, controlled by the ancilla, then a Hadamard gate to the ancilla:
<Z> = Re <u|D(x)|v> = sum f_m e^(imx). What is missing from weight 1 goes to one label in u and to
another in v, where it does not interfere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from qdml.errors import InputError
from qdml.expressivity.series import multiple
from qdml.model.circuit import Block, DistributedCircuit
from qdml.quantum.gates import Dense, Gate, Pauli, Rotation, hadamard
from qdml.quantum.numbers import Angle, Direction, State, exact
from qdml.quantum.placing import Leading

#: Largest K for which a state is built: 2^23 amplitudes.
MOST_HARMONICS = 2**20


@dataclass(frozen=True)
class Recipe:
    """How the circuit is made; values other than the defaults are false variants.

    `controlled`: data gates act in one branch only. `null_labels`: two labels take the weight that
    is left. `signed`: the last weight is negative. `spare`: labels beside the 2K+1 frequencies.
    """

    controlled: bool = True
    null_labels: bool = True
    signed: bool = True
    spare: int = 2


TRUE_RECIPE = Recipe()


def index_qubits(harmonics: int, recipe: Recipe = TRUE_RECIPE) -> int:
    """L = ceil(log2(2K+3)). Raises `InputError` for K outside 1 to `MOST_HARMONICS`."""
    if not 1 <= harmonics <= MOST_HARMONICS:
        raise InputError(f"harmonics K = {harmonics}: expected 1 to {MOST_HARMONICS}")
    labels = 2 * harmonics + 1 + recipe.spare
    return (labels - 1).bit_length()


def data_weights(qubits: int, recipe: Recipe = TRUE_RECIPE) -> tuple[int, ...]:
    """Weights w_j of the index bits j = 0 ... L-1: 2^j, but -2^(L-1) for the last."""
    last = -(2 ** (qubits - 1)) if recipe.signed else 2 ** (qubits - 1)
    return (*(2**j for j in range(qubits - 1)), last)


def label(frequency: int, qubits: int) -> int:
    """The index of a frequency: its two's complement on L bits."""
    size: int = 2**qubits
    return frequency % size


def encode(
    roots: Mapping[int, Any],
    phases: Mapping[int, Any],
    rest: Any,
    harmonics: int,
    recipe: Recipe = TRUE_RECIPE,
) -> State:
    """|0>|u> + |1>|v> from roots v_m, phases e^(i a_m), and the root of the weight that is left.

    Shape (2^(L+1),), not normalised; Gaussian rationals give an exact state. A frequency that is
    not named has coefficient zero.
    """
    qubits = index_qubits(harmonics, recipe)
    halves = [[0 * rest for _ in range(2**qubits)] for _ in range(2)]
    for m, root in roots.items():
        if abs(m) > harmonics:
            raise InputError(f"frequency {m}: expected |m| <= K = {harmonics}")
        halves[0][label(m, qubits)] = root * phases[-m]
        halves[1][label(m, qubits)] = root
    if recipe.null_labels:
        halves[0][label(-harmonics - 1, qubits)] += rest
        halves[1][label(harmonics + 1, qubits)] += rest
    entries = [*halves[0], *halves[1]]
    return np.array(entries) if isinstance(rest, complex | float) else exact(entries)


def state(
    coefficients: Mapping[int, complex], harmonics: int, recipe: Recipe = TRUE_RECIPE
) -> State:
    """Bob's normalised state for floating-point coefficients f_m with f_(-m) the conjugate of f_m.

    Raises `InputError` when they are not those of a real function, or when sum |f_m| > 1.
    """
    slack = 4 * len(coefficients) * float(np.finfo(float).eps)
    for m, value in coefficients.items():
        if abs(value - complex(coefficients.get(-m, 0)).conjugate()) > slack:
            raise InputError(
                f"coefficients {m} and {-m}: expected conjugates, since the function is real"
            )
    total = float(sum(abs(value) for value in coefficients.values()))
    if not total <= 1 + slack:
        raise InputError(
            f"sum of |f_m| = {total:g}: expected at most 1; divide the function by {total:g} and "
            f"take {total**2:.3g} times the copies"
        )
    used = {m: complex(value) for m, value in coefficients.items() if value}
    roots = {m: complex(np.sqrt(abs(value))) for m, value in used.items()}
    phases = {m: value / abs(value) for m, value in used.items()}
    made = encode(roots, phases, complex(np.sqrt(max(0.0, 1 - total))), harmonics, recipe)
    normalised: State = made / np.linalg.norm(made)
    return normalised


def circuit(harmonics: int, half: Angle, recipe: Recipe = TRUE_RECIPE) -> DistributedCircuit:
    """The circuit at the input x, given as the angle x/2; Bob prepares, Alice does the rest.

    One message of L+1 qubits from Bob to Alice.
    """
    index = index_qubits(harmonics, recipe)
    ancilla = Pauli.single("Z", 0, index + 1)
    gates: list[Gate] = []
    for j, weight in enumerate(data_weights(index, recipe)):
        bit = Pauli.single("Z", index - j, index + 1)
        angle = multiple(half, weight)
        if recipe.controlled:
            both = Pauli("Z" + bit.letters[1:])
            gates += [Rotation(ancilla, angle), Rotation(bit, angle)]
            gates += [Rotation(both, multiple(half, -weight))]
        else:
            gates.append(Rotation(bit, multiple(half, 2 * weight)))
    gates.append(Leading(Dense(hadamard(isinstance(half, Direction))), 1))
    return DistributedCircuit(
        index + 1, (Block(()), Block(tuple(gates))), ancilla, ("bob", "alice")
    )
