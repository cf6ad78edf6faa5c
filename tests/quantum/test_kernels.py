"""The compiled kernels against the reference: every size, every block shape, both precisions."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qdml.model.ansatz import random_line, random_pauli, random_string
from qdml.model.circuit import DistributedCircuit
from qdml.quantum import reference, statevector
from qdml.quantum.gates import ControlledZ, Gate, Pauli, Rotation, act
from qdml.quantum.numbers import Radians, State
from qdml.testing import line_circuits, pauli_circuits, states

PRECISIONS = [np.complex128, np.complex64]


def tolerance(kind: type, gates: int) -> float:
    """The bound of `qdml.quantum.statevector` on a state's error, with the encoding's own."""
    return 4 * (gates + 1) * float(np.finfo(kind).eps)


def random_state(qubits: int, rng: np.random.Generator, kind: type) -> State:
    vector = rng.normal(size=2**qubits) + 1j * rng.normal(size=2**qubits)
    state: State = (vector / np.linalg.norm(vector)).astype(kind)
    return state


def ring(qubits: int, rng: np.random.Generator) -> list[Gate]:
    """RX, RY, RZ and RZZ on random places, then controlled Z around a ring."""
    gates: list[Gate] = []
    for q in range(qubits):
        letter = "XYZ"[rng.integers(3)]
        gates.append(Rotation(Pauli.single(letter, q, qubits), Radians(rng.uniform(-7, 7))))
    for q in range(qubits):
        if qubits > 1:
            pair = ["I"] * qubits
            pair[q] = pair[(q + 1 + rng.integers(qubits - 1)) % qubits] = "Z"
            gates.append(Rotation(Pauli("".join(pair)), Radians(rng.uniform(-7, 7))))
        if qubits > 2:
            gates.append(ControlledZ(q, (q + 1) % qubits, qubits))
    return gates


def check(gates: tuple[Gate, ...], state: State, observable: Pauli) -> None:
    """Forward and gradient of one circuit, within the documented bounds."""
    kind, exact = state.dtype.type, state.astype(complex)
    bound = tolerance(kind, len(gates))
    assert np.linalg.norm(statevector.forward(gates, state) - act(gates, exact)) <= bound
    found = statevector.gradient(gates, state, observable)
    np.testing.assert_allclose(
        found, reference.gradient(gates, exact, observable), rtol=0, atol=4 * bound
    )


@pytest.mark.parametrize("kind", PRECISIONS)
@pytest.mark.parametrize("qubits", [*range(1, 11), 11, 13])
def test_random_models_agree_with_the_reference(qubits: int, kind: type) -> None:
    rng = np.random.default_rng(qubits)
    circuits = [
        random_line(qubits, 2, rng).gates,
        random_pauli(qubits, 1, 12, rng).gates,
        tuple(ring(qubits, rng) + ring(qubits, rng)),
        tuple(ring(qubits, rng) + list(random_pauli(qubits, 1, 3, rng).gates)),
    ]
    for gates in circuits:
        check(gates, random_state(qubits, rng, kind), random_string(qubits, rng))


@pytest.mark.parametrize("kind", PRECISIONS)
def test_more_qubits_than_a_chunk(kind: type) -> None:
    rng = np.random.default_rng(17)
    gates = [Rotation(Pauli.single("Y", q, 18), Radians(rng.uniform(-7, 7))) for q in range(18)]
    gates += [Rotation(Pauli.single("Z", q, 18), Radians(rng.uniform(-7, 7))) for q in (0, 9, 17)]
    gates += [Rotation(random_string(18, rng), Radians(rng.uniform(-7, 7))) for _ in range(2)]
    check((*gates, ControlledZ(0, 17, 18)), random_state(18, rng, kind), Pauli("Z" + "I" * 17))


@settings(max_examples=60)
@given(
    st.integers(1, 8).flatmap(lambda n: st.tuples(line_circuits(n) | pauli_circuits(n), states(n)))
)
def test_adversarial_models_agree_with_the_reference(
    pair: tuple[DistributedCircuit, State],
) -> None:
    circuit, state = pair
    check(circuit.gates, state, circuit.observable)


@pytest.mark.parametrize("kind", PRECISIONS)
@pytest.mark.parametrize("angle", [0.0, np.pi, -np.pi, np.pi - 1e-9, np.pi - 1e-3, 2.9, 2 * np.pi])
def test_steep_tangents_lose_nothing(angle: float, kind: type) -> None:
    n = 10
    gates = tuple(Rotation(Pauli.single("Y", q, n), Radians(angle)) for q in range(n))
    check(gates, random_state(n, np.random.default_rng(3), kind), Pauli("X" * n))


@pytest.mark.parametrize("kind", PRECISIONS)
def test_the_norm_is_kept_to_depth_200(kind: type) -> None:
    rng = np.random.default_rng(5)
    circuit = random_line(8, 100, rng)
    final = statevector.forward(circuit.gates, random_state(8, rng, kind))
    assert final.dtype == kind
    assert abs(np.linalg.norm(final.astype(complex)) - 1) <= tolerance(kind, len(circuit.gates))


def test_going_back_undoes_going_forward() -> None:
    rng = np.random.default_rng(6)
    gates = random_line(9, 3, rng).gates
    state = random_state(9, rng, np.complex128)
    back = [gate.inverse() for gate in reversed(gates)]
    returned = statevector.forward(back, statevector.forward(gates, state))
    assert abs(statevector.overlap(state, returned) - 1) <= tolerance(np.complex128, 2 * len(gates))


def test_a_folder_that_cannot_be_written_sends_machine_code_to_the_user(tmp_path: Path) -> None:
    # A file where the folder should be stops every user, the administrator too.
    package, user = tmp_path / "site" / "qdml", tmp_path / "user"
    source = Path(statevector.__file__).parent
    for name in ("__init__", "lanes", "measures", "butterflies", "layers", "strings"):
        (package / "quantum").mkdir(parents=True, exist_ok=True)
        shutil.copy(source / f"{name}.py", package / "quantum")
    shutil.copy(source.parent / "__init__.py", package)
    (package / "quantum" / "__pycache__").write_text("")
    code = (
        "import numpy as np\n"
        "from qdml.quantum import measures\n"
        "assert measures.weight(np.ones(4, complex)) == 4\n"
        "print(measures.__file__, sum(measures.weight.stats.cache_hits.values()))\n"
    )
    env = {
        "PYTHONPATH": str(package.parent),
        "PYTHONDONTWRITEBYTECODE": "1",
        "HOME": str(user),
        "XDG_CACHE_HOME": str(user),
    }

    def hits() -> int:
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=tmp_path,
            env=env,
            capture_output=True,
            text=True,
            check=True,
        )
        where, count = done.stdout.rsplit(maxsplit=1)
        assert Path(where).is_relative_to(package)
        return int(count)

    assert [hits(), hits()] == [0, 1]
    assert list(user.rglob("*.nbi"))
    # Without any folder the code is compiled anew.
    shutil.rmtree(user)
    user.write_text("")
    assert hits() == 0


def test_machine_code_is_kept_on_disk(tmp_path: Path) -> None:
    # The second process must load what the first compiled.
    code = (
        "import numpy as np\n"
        "from qdml.quantum import measures\n"
        "assert measures.weight(np.ones(4, complex)) == 4\n"
        "print(sum(measures.weight.stats.cache_hits.values()))\n"
    )
    env = {"NUMBA_CACHE_DIR": str(tmp_path), "PYTHONPATH": str(Path(__file__).parents[2])}
    hits = [
        subprocess.run(
            [sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True
        ).stdout
        for _ in range(2)
    ]
    assert [int(hit) for hit in hits] == [0, 1]
