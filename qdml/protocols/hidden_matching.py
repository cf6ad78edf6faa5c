"""Hidden matching over the network: one quantum message, and what classical parties can do instead.

Alice holds signs x, Bob disjoint edges with signs w_e = b x_i x_j; Bob is to say b (the boolean
problem of Gavinsky, Kempe, Kerenidis, Raz and de Wolf, SIAM J. Comput. 38 (2008) 1695).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from qdml.claims.seeds import generator
from qdml.errors import InputError
from qdml.network import Network, Party, Record, Register, Transcript
from qdml.quantum.gates import Dense, Gate, Permutation, hadamard
from qdml.quantum.numbers import State, exact, is_exact
from qdml.quantum.placing import Trailing

Signs = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Instance:
    """Alice's signs (N,), Bob's edges (m, 2) and their signs (m,), all under the promise."""

    signs: Signs
    edges: npt.NDArray[np.int64]
    weights: Signs

    def __post_init__(self) -> None:
        products = self.products * self.weights
        if len(self.edges) < 1 or len(set(self.edges.ravel().tolist())) < self.edges.size:
            raise InputError(f"edges {self.edges.tolist()}: expected one or more, all disjoint")
        if set(np.abs(products).tolist()) != {1} or len(set(products.tolist())) > 1:
            raise InputError("the signs break the promise: w_e x_i x_j is +1 on all edges, or -1")

    @property
    def products(self) -> Signs:
        """x_i x_j for every edge (m,)."""
        found: Signs = self.signs[self.edges[:, 0]] * self.signs[self.edges[:, 1]]
        return found

    @property
    def answer(self) -> int:
        """The sign b."""
        return int(self.products[0] * self.weights[0])


@dataclass(frozen=True)
class Answer:
    """What Bob says, and the bill."""

    value: int
    transcript: Transcript


def random_instance(vertices: int, edges: int, rng: np.random.Generator) -> Instance:
    """Uniform signs, edges and b. Raises `InputError` unless 1 <= edges <= vertices/2."""
    if not 1 <= edges <= vertices // 2:
        raise InputError(f"{edges} edges on {vertices} vertices: expected 1 to N/2")
    signs = 1 - 2 * rng.integers(2, size=vertices)
    chosen = rng.permutation(vertices)[: 2 * edges].reshape(edges, 2)
    products = signs[chosen[:, 0]] * signs[chosen[:, 1]]
    return Instance(signs, chosen, products * (1 - 2 * int(rng.integers(2))))


def reading(edges: npt.NDArray[np.int64], vertices: int, exact_numbers: bool = False) -> list[Gate]:
    """Bob's gates on n qubits: the ends of edge e go to 2e and 2e + 1, then H on the last qubit.

    What happens to unmatched vertices does not matter: Bob tosses a coin there.
    """
    unmatched = sorted(set(range(vertices)) - set(edges.ravel().tolist()))
    images = [0] * vertices
    for place, vertex in enumerate([*edges.ravel().tolist(), *unmatched]):
        images[vertex] = place
    skipped = vertices.bit_length() - 2
    mixing = Dense(hadamard(exact_numbers))
    return [Permutation(tuple(images)), Trailing(mixing, skipped) if skipped else mixing]


def verdict(place: int, weights: Signs) -> int:
    """What a measured index says of b: the sign on an edge, 0 on an unmatched vertex."""
    edge, minus = divmod(place, 2)
    return int(weights[edge]) * (1 - 2 * minus) if edge < len(weights) else 0


def delivered(
    instance: Instance, copies: int, seed: int, exact_numbers: bool = False
) -> tuple[Network, Party, Register]:
    """The network after the one message and Bob's gates, Bob, and the register that he holds."""
    vertices = len(instance.signs)
    if vertices < 2 or vertices & (vertices - 1):
        raise InputError(
            f"{vertices} vertices: n qubits hold a power of two; pad with unmatched vertices"
        )
    network = Network(seed)
    alice = network.party("alice", x=instance.signs)
    bob = network.party("bob", edges=instance.edges, weights=instance.weights)
    with alice:
        signs = alice.private("x")
        state: State = exact(signs.astype(object)) if exact_numbers else signs / vertices**0.5
        message = alice.prepare(state, "signs", copies)
        message = network.channel.send(message, to=bob)
    with bob:
        numbers = is_exact(message.world.state)
        bob.apply(reading(bob.private("edges"), vertices, numbers), message)
    return network, bob, message


def quantum(instance: Instance, copies: int, seed: int) -> Answer:
    """One message of n qubits a copy; any copy that hits an edge decides, else a coin."""
    network, bob, message = delivered(instance, copies, seed)
    with bob:
        weights = bob.private("weights")
        places = bob.measure_basis(message).read(bob)
        said = [verdict(int(place), weights) for place in places]
        value = next((sign for sign in said if sign), _coin(bob))
    return Answer(value, network.transcript)


def birthday(instance: Instance, bits: int, seed: int) -> Answer:
    """Alice sends the signs of `bits` vertices, drawn in public; Bob hopes for an edge in there."""
    vertices = len(instance.signs)
    if not 1 <= bits <= vertices:
        raise InputError(f"{bits} bits: expected 1 to {vertices}, one a vertex")
    drawn = generator(seed, "public coins").permutation(vertices)[:bits]
    network, alice, bob = _parties(instance, seed, public=drawn)
    with alice:
        signs = alice.private("x")[alice.private("public")]
        message = Record(tuple(signs.tolist()), 2**bits, alice)
        network.channel.announce(message, alice, to=bob)
    with bob:
        known = dict(zip(bob.private("public").tolist(), message.read(bob), strict=True))
        edges, weights = bob.private("edges").tolist(), bob.private("weights").tolist()
        said = (
            weight * known[i] * known[j]
            for (i, j), weight in zip(edges, weights, strict=True)
            if i in known and j in known
        )
        value = next(said, _coin(bob))
    return Answer(value, network.transcript)


def edge_by_edge(instance: Instance, seed: int) -> Answer:
    """In two ways: Bob sends the ends of an edge, Alice x_i x_j; ceil(2 log2 N) + 1 bits."""
    vertices = len(instance.signs)
    network, alice, bob = _parties(instance, seed)
    with bob:
        i, j = bob.private("edges").tolist()[0]
        ends = Record(i * vertices + j, vertices**2, bob)
        network.channel.announce(ends, bob, to=alice)
    with alice:
        i, j = divmod(ends.read(alice), vertices)
        signs = alice.private("x")
        product = Record(int(signs[i] == signs[j]), 2, alice)
        network.channel.announce(product, alice, to=bob)
    with bob:
        value = int(bob.private("weights")[0]) * (2 * product.read(bob) - 1)
    return Answer(value, network.transcript)


def parity(instance: Instance, seed: int) -> Answer:
    """A perfect matching of an odd number of edges: the product of all signs, one bit, no error."""
    vertices, edges = len(instance.signs), len(instance.edges)
    if 2 * edges != vertices or edges % 2 == 0:
        raise InputError(
            f"{edges} edges on {vertices} vertices: one parity decides perfect matchings of an odd "
            "number of edges only"
        )
    network, alice, bob = _parties(instance, seed)
    with alice:
        product = Record(int(np.prod(alice.private("x")) > 0), 2, alice)
        network.channel.announce(product, alice, to=bob)
    with bob:
        value = int(np.prod(bob.private("weights"))) * (2 * product.read(bob) - 1)
    return Answer(value, network.transcript)


def _parties(
    instance: Instance, seed: int, **shared: npt.NDArray[np.int64]
) -> tuple[Network, Party, Party]:
    network = Network(seed)
    alice = network.party("alice", x=instance.signs, **shared)
    bob = network.party("bob", edges=instance.edges, weights=instance.weights, **shared)
    return network, alice, bob


def _coin(bob: Party) -> int:
    return 1 - 2 * int(bob.rng.integers(2))
