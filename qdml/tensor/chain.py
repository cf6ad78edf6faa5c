"""Matrix-product states: structured vectors of 2^40 to 2^100 amplitudes, held as a chain of cores.

Core q has shape (left bond, 2, right bond); qubit 0, the most significant bit, comes first. Gates
come as sums of products of one-qubit matrices. Singular values are cut from a canonical form, so
the norm of what is cut bounds the change of the state (Schollwoeck 2011, section 4.5).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
import numpy.typing as npt

from qdml.errors import InputError

Array = npt.NDArray[np.complex128]

#: A product of one-qubit matrices (2, 2), by qubit; the identity elsewhere.
Product = Mapping[int, Array]

#: Norm that one bond may lose at a time: a few hundred roundings.
TOLERANCE = 1e-13

#: Bonds are cut to this size whatever is lost; the loss shows in `Chain.error`.
MOST_BOND = 512

#: Largest state that is ever written out as a vector.
LARGEST_VECTOR = 24


@dataclass(frozen=True, eq=False)
class Chain:
    """A pure state as a matrix-product state, normalised up to rounding.

    `error` bounds the 2-norm distance to the state that was asked for, as far as it comes from
    cut singular values; rounding comes on top.
    """

    cores: tuple[Array, ...]
    error: float = 0.0

    @classmethod
    def product(cls, vectors: npt.ArrayLike) -> Chain:
        """The product state of n one-qubit vectors, shape (n, 2), each normalised here."""
        array = np.asarray(vectors, dtype=complex)
        if array.ndim != 2 or array.shape[1:] != (2,) or not len(array):
            raise InputError(f"product state of shape {array.shape}: expected (n, 2), n >= 1")
        norms = np.linalg.norm(array, axis=1)
        if not np.isfinite(norms).all() or not norms.all():
            raise InputError("product state: every qubit needs a finite vector other than zero")
        return cls(tuple((array / norms[:, None]).reshape(-1, 1, 2, 1)))

    @classmethod
    def of(cls, vector: npt.ArrayLike) -> Chain:
        """A vector (2^n,) cut into a chain; it is normalised."""
        rest = np.asarray(vector, dtype=complex)
        n = rest.size.bit_length() - 1
        if rest.ndim != 1 or rest.size != 2**n or n < 1:
            raise InputError(f"vector of shape {rest.shape}: expected (2^n,) with n >= 1")
        norm = float(np.linalg.norm(rest))
        if not norm or not np.isfinite(norm):
            raise InputError(f"a vector of norm {norm} is no state: expected one other than zero")
        cores: list[Array] = []
        rest, lost = (rest / norm).astype(complex), 0.0
        for _ in range(n - 1):
            left, values, right = np.linalg.svd(
                rest.reshape(2 * (cores[-1].shape[2] if cores else 1), -1), full_matrices=False
            )
            kept, cut = _kept(values, TOLERANCE)
            lost += cut
            cores.append(left[:, :kept].reshape(-1, 2, kept))
            rest = values[:kept, None] * right[:kept]
        return cls((*cores, rest.reshape(-1, 2, 1)), 2 * lost).compressed()[0]

    @property
    def qubits(self) -> int:
        """n."""
        return len(self.cores)

    @property
    def dtype(self) -> np.dtype[np.complex128]:
        """The type of the amplitudes."""
        return self.cores[0].dtype

    @property
    def bond(self) -> int:
        """The largest bond."""
        return max(int(core.shape[2]) for core in self.cores)

    def vector(self) -> Array:
        """All amplitudes (2^n,). Raises `InputError` beyond `LARGEST_VECTOR` qubits."""
        if self.qubits > LARGEST_VECTOR:
            raise InputError(
                f"{self.qubits} qubits: a vector of 2^{self.qubits} amplitudes is not written out; "
                f"at most 2^{LARGEST_VECTOR} are"
            )
        rows = reduce(lambda done, core: np.tensordot(done, core, 1), self.cores)
        return rows.reshape(-1)

    def joined(self, other: Chain) -> Chain:
        """The tensor product, the qubits of `other` last."""
        return Chain(self.cores + other.cores, self.error + other.error)

    def times(self, terms: Sequence[Product]) -> Chain:
        """The image under a sum of products; bonds grow by the number of terms. Not normalised."""
        touched = sorted({q for term in terms for q in term})
        if not touched:
            # A sum of identities.
            return Chain((len(terms) * self.cores[0], *self.cores[1:]), self.error)
        cores, first, last = list(self.cores), touched[0], touched[-1]
        for q in range(first, last + 1):
            images = [_on(term.get(q), cores[q]) for term in terms]
            if first == last:
                cores[q] = sum(images[1:], images[0])
            elif q == first:
                cores[q] = np.concatenate(images, axis=2)
            elif q == last:
                cores[q] = np.concatenate(images, axis=0)
            else:
                cores[q] = _diagonal(images)
        return Chain(tuple(cores), self.error)

    def compressed(
        self, tolerance: float = TOLERANCE, most_bond: int = MOST_BOND
    ) -> tuple[Chain, float]:
        """The chain with its bonds cut and norm one, and the norm that it had.

        A bond loses singular values of total norm at most `tolerance`, and whatever exceeds
        `most_bond` of them. Raises `InputError` for the zero vector.
        """
        cores = _right_canonical(self.cores)
        norm = float(np.linalg.norm(cores[0]))
        if not norm or not np.isfinite(norm):
            raise InputError(f"a chain of norm {norm} is no state: expected one other than zero")
        carry, lost = cores[0] / norm, 0.0
        done: list[Array] = []
        for core in cores[1:]:
            shape = carry.shape
            left, values, right = _svd(carry.reshape(-1, shape[2]))
            kept, cut = _kept(values, tolerance, most_bond)
            lost += cut
            done.append(left[:, :kept].reshape(shape[0], 2, kept))
            carry = np.tensordot(values[:kept, None] * right[:kept], core, 1)
        carry = carry / np.linalg.norm(carry)
        # Cutting and scaling back to norm one moves a unit vector by at most twice what was cut.
        return Chain((*done, carry), self.error + 2 * lost), norm

    def selected(self) -> Chain:
        """The normalised form of what a projection has left of a unit vector.

        The part that was asked for is as far off as before, but is scaled up, so that unit vectors
        are at most 2 error/norm apart.
        """
        kept, norm = Chain(self.cores).compressed()
        return Chain(kept.cores, min(2.0, 2 * self.error / norm + kept.error))

    def inner(self, other: Chain, terms: Sequence[Product] = ({},)) -> complex:
        """<self|T|other> for a sum T of products."""
        if self.qubits != other.qubits:
            raise InputError(f"overlap of {self.qubits} and {other.qubits} qubits: must be equal")
        found = 0j
        for term in terms:
            carry: Array = np.ones((1, 1), dtype=complex)
            for q, (bra, ket) in enumerate(zip(self.cores, other.cores, strict=True)):
                carry = _transfer(carry, bra, _on(term.get(q), ket))
            found += complex(carry[0, 0])
        return found

    def local_means(self, matrix: Array) -> npt.NDArray[np.float64]:
        """<M_q> for one Hermitian matrix (2, 2) on each qubit in turn, in one sweep; shape (n,)."""
        right: Array = np.ones((1, 1), dtype=complex)
        reached: list[Array] = []
        for core in reversed(self.cores):
            # A R at a qubit, and from it the environment R of the qubit before.
            reached.append((core.reshape(-1, len(right)) @ right).reshape(core.shape))
            right = reached[-1].reshape(len(core), -1) @ core.reshape(len(core), -1).conj().T
        left: Array = np.ones((1, 1), dtype=complex)
        means, entries = np.empty(self.qubits), np.argwhere(matrix)
        for q, core in enumerate(self.cores):
            image, ket = (left @ core.reshape(len(core), -1)).reshape(core.shape), reached.pop()
            terms = [matrix[s, t] * np.vdot(image[:, s], ket[:, t]) for s, t in entries]
            means[q] = sum(terms).real
            bond = core.shape[2]
            left = core.reshape(-1, bond).conj().T @ image.reshape(-1, bond)
        shares: npt.NDArray[np.float64] = means / right[0, 0].real
        return shares

    def sample(self, copies: int, rng: np.random.Generator) -> npt.NDArray[np.uint8]:
        """Outcomes of measuring all qubits of every copy; shape (copies, n)."""
        bits = np.empty((copies, self.qubits), dtype=np.uint8)
        rows: Array = np.ones((copies, 1), dtype=complex)
        everyone = np.arange(copies)
        for q, core in enumerate(_right_canonical(self.cores)):
            branches = np.tensordot(rows, core, 1)
            weights = (np.abs(branches) ** 2).sum(axis=2)
            total = weights.sum(axis=1)
            bits[:, q] = rng.random(copies) * total >= weights[:, 0]
            rows = branches[everyone, bits[:, q]]
            rows /= np.linalg.norm(rows, axis=1)[:, None]
        return bits

    def projected(self, outcomes: Mapping[int, int]) -> Chain | None:
        """What is left, normalised, when these qubits were read; None when no qubit is left."""
        carry: Array = np.ones((1, 1), dtype=complex)
        cores: list[Array] = []
        for q, core in enumerate(self.cores):
            reached = np.tensordot(carry, core, 1)
            if q in outcomes:
                carry = reached[:, outcomes[q]]
            else:
                cores.append(reached)
                carry = np.eye(core.shape[2], dtype=complex)
        if not cores:
            return None
        cores[-1] = np.tensordot(cores[-1], carry, 1)
        return Chain(tuple(cores), self.error).selected()


def _on(matrix: Array | None, core: Array) -> Array:
    if matrix is None:
        return core
    image: Array = np.einsum("st,atb->asb", matrix, core)
    return image


def _diagonal(blocks: Sequence[Array]) -> Array:
    left, right = (sum(block.shape[axis] for block in blocks) for axis in (0, 2))
    out = np.zeros((left, 2, right), dtype=complex)
    a = b = 0
    for block in blocks:
        out[a : a + block.shape[0], :, b : b + block.shape[2]] = block
        a, b = a + block.shape[0], b + block.shape[2]
    return out


def _transfer(carry: Array, bra: Array, ket: Array) -> Array:
    return np.tensordot(bra.conj(), np.tensordot(carry, ket, 1), ((0, 1), (0, 1)))


def _right_canonical(cores: Iterable[Array]) -> list[Array]:
    """The same state, every core but the first with orthonormal rows (bond, 2 x bond)."""
    done: list[Array] = []
    carry: Array = np.ones((1, 1), dtype=complex)
    for core in reversed(list(cores)):
        merged = np.tensordot(core, carry, 1)
        # The transposed matrix has few rows to reduce when a bond is larger than it needs to be.
        q, r = np.linalg.qr(merged.reshape(merged.shape[0], -1).conj().T)
        done.append(q.conj().T.reshape(-1, 2, merged.shape[2]))
        carry = r.conj().T
    done[-1] = np.tensordot(carry, done[-1], 1)
    return done[::-1]


def _svd(matrix: Array) -> tuple[Array, npt.NDArray[np.float64], Array]:
    left, values, right = np.linalg.svd(matrix, full_matrices=False)
    return left, values, right


def _kept(
    values: npt.NDArray[np.float64], tolerance: float, most: int = MOST_BOND
) -> tuple[int, float]:
    """How many of the descending singular values stay, and the norm of those that go."""
    tails = np.sqrt(np.cumsum(values[::-1] ** 2))[::-1]
    kept = min(most, max(1, int(np.count_nonzero(tails > tolerance * tails[0]))))
    return kept, float(tails[kept]) if kept < len(values) else 0.0
