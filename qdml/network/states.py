"""What can hold the joint state of a world: a vector, exact or not, or a matrix-product state.

Qubits are numbered within the state; `axes` name those that are acted on, in the order in which the
gates count them. An array may hold a batch: B joint states of different systems, treated alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from qdml.errors import InputError
from qdml.network.product_form import evolved, placed, string
from qdml.quantum import reference
from qdml.quantum.choice import choose
from qdml.quantum.gates import Gate, Pauli
from qdml.quantum.numbers import State, inner, is_exact, real
from qdml.tensor.chain import Chain

#: How far the norm of a floating-point state may be from one: many roundings, but no mistake.
SLACK = float(np.sqrt(np.finfo(float).eps))

#: Most qubits whose joint outcome fits an int64.
MOST_READ = 62


class JointState(Protocol):
    """What a world asks of its state."""

    @property
    def qubits(self) -> int:
        """How many it holds."""
        ...

    @property
    def batch(self) -> int | None:
        """Systems that are held side by side; None where there is one, and no axis for it."""
        ...

    @property
    def exact(self) -> bool:
        """Whether its numbers are exact."""
        ...

    @property
    def engine(self) -> str:
        """One line: what kind, how many qubits, how large."""
        ...

    @property
    def error(self) -> float:
        """Bound on the 2-norm distance to the state that was asked for, rounding aside."""
        ...

    def vector(self) -> State:
        """All amplitudes (2^n,)."""
        ...

    def arranged(self, axes: Sequence[int]) -> State | Chain:
        """The state with its qubits, all of them, in the order of `axes`."""
        ...

    def joined(self, other: JointState) -> JointState:
        """The tensor product, the qubits of `other` last."""
        ...

    def apply(self, gates: Sequence[Gate], axes: Sequence[int]) -> None:
        """Act with gates; raises `InputError` if they change the norm."""
        ...

    def mean(self, observable: Pauli, axes: Sequence[int]) -> float | npt.NDArray[np.float64]:
        """<O>, in [-1, 1] up to rounding; (B,) for a batch."""
        ...

    def forget(
        self, observable: Pauli, sign: int, axes: Sequence[int], rng: np.random.Generator
    ) -> None:
        """Project on the outcome `sign` of O, read the qubits in the basis, and drop them."""
        ...

    def read(
        self, axes: Sequence[int], copies: int, rng: np.random.Generator
    ) -> npt.NDArray[np.int64]:
        """Basis outcomes of every copy, (copies,) or (copies, B); the qubits are dropped."""
        ...


class Vector:
    """A joint state (2^n,), or a batch (2^n, B), as floating-point or exact numbers."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._engine: str | None = None

    @property
    def qubits(self) -> int:
        """n."""
        return len(self._state).bit_length() - 1

    @property
    def batch(self) -> int | None:
        """B."""
        return None if self._state.ndim == 1 else self._state.shape[1]

    @property
    def exact(self) -> bool:
        """Whether it is an array of Gaussian rationals."""
        return is_exact(self._state)

    @property
    def engine(self) -> str:
        """The engine that last acted."""
        return self._engine or str(choose([], self._state))

    @property
    def error(self) -> float:
        """Zero: nothing is cut."""
        return 0.0

    def vector(self) -> State:
        """The array itself."""
        return self._state

    def arranged(self, axes: Sequence[int]) -> State:
        """An array (2^n,) or (2^n, B)."""
        return self._to_front(axes).reshape(self._state.shape)

    def joined(self, other: JointState) -> JointState:
        """An array, unless `other` is a chain."""
        if isinstance(other, Vector):
            product = self._state[:, None] * other._state[None]
            return Vector(product.reshape(-1, *self._state.shape[1:]))
        return Chained(Chain.of(self._state)).joined(other)

    def apply(self, gates: Sequence[Gate], axes: Sequence[int]) -> None:
        """With the engine that suits the size."""
        front = self._to_front(axes)
        engine = choose(gates, front)
        front = engine.forward(gates, front)
        self._engine = str(engine)
        shape = self._state.shape
        tensor = front.reshape([2] * self.qubits + list(shape[1:]))
        self._state = np.moveaxis(tensor, range(len(axes)), axes).reshape(shape)
        if not self.exact:
            _check_norm(np.linalg.norm(self._state, axis=0))

    def mean(self, observable: Pauli, axes: Sequence[int]) -> float | npt.NDArray[np.float64]:
        """<O>/<1>."""
        front, shape = self._to_front(axes), self._state.shape
        flat, image = front.reshape(shape), observable.apply(front).reshape(shape)
        mean = real(inner(flat, image)) / real(inner(flat, flat))
        return np.asarray(mean, dtype=float) if self.batch else float(mean)

    def forget(
        self, observable: Pauli, sign: int, axes: Sequence[int], rng: np.random.Generator
    ) -> None:
        """Reading the measured qubits out and forgetting them leaves the others in a pure state."""
        front = self._to_front(axes)
        front = front + observable.apply(front) * sign
        self._keep(front[int(reference.sample_rows(front, 1, rng)[0])])

    def read(
        self, axes: Sequence[int], copies: int, rng: np.random.Generator
    ) -> npt.NDArray[np.int64]:
        """The others are left in the state that goes with the first outcome."""
        front = self._to_front(axes)
        if self.batch:
            rows = [reference.sample_rows(column, copies, rng) for column in front.T]
            # A batch is measured whole, so that nothing is left of it.
            self._state = np.ones((1, len(rows)))
            return np.array(rows).T
        outcomes = reference.sample_rows(front, copies, rng)
        self._keep(front[int(outcomes[0])])
        return outcomes

    def _keep(self, state: State) -> None:
        self._state = state if is_exact(state) else state / np.linalg.norm(state)

    def _to_front(self, axes: Sequence[int]) -> State:
        tensor = self._state.reshape([2] * self.qubits + list(self._state.shape[1:]))
        return np.moveaxis(tensor, axes, range(len(axes))).reshape(2 ** len(axes), -1)


class Chained:
    """A joint state as a matrix-product state, for structured data on any number of qubits."""

    def __init__(self, chain: Chain) -> None:
        self._chain: Chain | None = chain

    @property
    def chain(self) -> Chain:
        """The matrix-product state, of at least one qubit."""
        assert self._chain is not None, "every qubit was measured"
        return self._chain

    @property
    def qubits(self) -> int:
        """n."""
        return self._chain.qubits if self._chain else 0

    @property
    def batch(self) -> None:
        """Never."""
        return None

    @property
    def exact(self) -> bool:
        """Never."""
        return False

    @property
    def engine(self) -> str:
        """Size and loss of the chain."""
        return (
            f"matrix-product state, {self.qubits} qubits, bond {self.chain.bond}, truncation error "
            f"{self.chain.error:.1e}"
        )

    @property
    def error(self) -> float:
        """What cutting bonds has cost."""
        return self._chain.error if self._chain else 0.0

    def vector(self) -> State:
        """All amplitudes, where that is possible."""
        return self._chain.vector() if self._chain else np.ones(1, dtype=complex)

    def arranged(self, axes: Sequence[int]) -> Chain:
        """The chain, whose qubits stay in their order. Raises `InputError` for any other."""
        if list(axes) != list(range(self.qubits)):
            raise InputError(
                "a matrix-product state keeps the order of its qubits: expected a register that "
                "was neither split nor joined in another order"
            )
        return self.chain

    def joined(self, other: JointState) -> JointState:
        """A chain."""
        if isinstance(other, Chained):
            return Chained(self.chain.joined(other.chain))
        return Chained(self.chain.joined(Chain.of(other.vector())))

    def apply(self, gates: Sequence[Gate], axes: Sequence[int]) -> None:
        """Bonds are cut before they have doubled twice."""
        self._chain, norm = evolved(self.chain, gates, axes)
        _check_norm(norm)

    def mean(self, observable: Pauli, axes: Sequence[int]) -> float:
        """One sweep."""
        term = placed(string(observable), axes)
        return self.chain.inner(self.chain, [term]).real / self.chain.inner(self.chain).real

    def forget(
        self, observable: Pauli, sign: int, axes: Sequence[int], rng: np.random.Generator
    ) -> None:
        """Projection, then the outcome of each measured qubit in turn."""
        term = dict(placed(string(observable), axes))
        site = axes[0]
        half = np.diag([0.5, 0.5]).astype(complex)
        term[site] = (0.5 * sign + 0j) * term.get(site, 2 * half)
        self._chain = self.chain.times([{site: half}, term]).selected()
        self.read(axes, 1, rng)

    def read(
        self, axes: Sequence[int], copies: int, rng: np.random.Generator
    ) -> npt.NDArray[np.int64]:
        """All qubits at once, or with one copy some of them."""
        if len(axes) > MOST_READ:
            raise InputError(
                f"{len(axes)} qubits read at once: an outcome of at most {MOST_READ} is a whole "
                "number that fits; measure a Pauli observable, or split the register"
            )
        bits = self.chain.sample(copies, rng)[:, list(axes)]
        self._chain = self.chain.projected(dict(zip(axes, map(int, bits[0]), strict=True)))
        outcomes: npt.NDArray[np.int64] = bits @ (1 << np.arange(len(axes))[::-1])
        return outcomes


def joint(state: State | Chain) -> JointState:
    """The holder for an array (2^n,) or a chain."""
    return Chained(state) if isinstance(state, Chain) else Vector(np.array(state))


def _check_norm(norms: npt.ArrayLike) -> None:
    worst = off_norm(norms)
    if not abs(worst - 1) <= SLACK:
        raise InputError(
            f"gates changed the norm of a state to {worst:.6g}: expected unitary gates; to select "
            "an outcome, measure"
        )


def off_norm(norms: npt.ArrayLike) -> float:
    """The norm that is furthest from one."""
    each = np.atleast_1d(norms)
    return float(each[np.argmax(np.abs(each - 1))])
