"""A model and its input drawn from a seed, at a size that the chosen engine can hold."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from qdml.claims.seeds import generator
from qdml.errors import InputError, nearest
from qdml.model.ansatz import random_line
from qdml.model.circuit import DistributedCircuit, dealt
from qdml.quantum.choice import ENGINES, using
from qdml.quantum.numbers import State
from qdml.quantum.reference import amplitude_encoding
from qdml.tensor.chain import MOST_BOND, Chain
from qdml.tensor.quantics import smooth

#: `random` is a vector of normal deviates, `structured` a smooth wave packet on N grid points,
#: `product` a vector of two normal deviates for every qubit.
Input = Literal["random", "structured", "product"]
Engine = Literal["auto", "reference", "state-vector", "accelerator", "matrix-product"]

#: Largest vector that is written out, and largest register that a chain is asked to hold.
LARGEST_VECTOR, LARGEST_CHAIN = 20, 1000

#: More layers than this are a slip of the finger: the circuit alone would fill the memory.
MOST_LAYERS = 1000

#: Layers, of two blocks, times amplitudes that still take seconds.
LARGEST_WORK = 2**24

#: Bond dimension up to which a chain takes a minute. A block of the line at most doubles it.
LARGEST_BOND, INPUT_BOND = 2**12, 2**4

#: Layers, of two blocks, times qubits times the cube of a full bond that still take a minute.
LARGEST_CHAIN_WORK = 2**34


def model(
    qubits: int,
    layers: int,
    seed: int,
    kind: Input = "random",
    engine: Engine = "auto",
    parties: int = 2,
) -> tuple[DistributedCircuit, State | Chain]:
    """A random line circuit with a block for each party in each layer, and an input for it.

    Raises `InputError` for names that are not allowed, and for sizes that the engine cannot hold.
    """
    for name, found, allowed in (("input", kind, Input), ("engine", engine, Engine)):
        if found not in get_args(allowed):
            names = get_args(allowed)
            raise InputError(
                f"{name} {found!r}: allowed are {', '.join(names)}{nearest(found, names)}"
            )
    written = kind == "random" or engine in ("reference", "state-vector", "accelerator")
    chained = engine == "matrix-product" or not written
    _check_size(qubits, layers, written, chained, parties)
    if kind == "random":
        circuit, state = random_instance(qubits, layers, seed, parties)
        return circuit, Chain.of(state) if chained else state
    rng = generator(seed, f"{kind} inference", qubits, layers)
    circuit = random_line(qubits, layers, rng, parties=parties)
    product = kind == "product"
    chain = (
        Chain.product(rng.normal(size=(qubits, 2))) if product else smooth(WavePacket(rng), qubits)
    )
    return circuit, chain.vector() if written else chain


def random_instance(
    qubits: int, layers: int, seed: int, parties: int = 2
) -> tuple[DistributedCircuit, State]:
    """A random line circuit and a random real vector; raises `InputError` as `model` does."""
    _check_size(qubits, layers, written=True, chained=False, parties=parties)
    rng = generator(seed, "random inference", qubits, layers)
    circuit = random_line(qubits, layers, rng, parties=parties)
    return circuit, amplitude_encoding(rng.normal(size=2**qubits))


def forced(engine: Engine) -> AbstractContextManager[None]:
    """Inside, vectors are acted on by this engine if it is one that acts on vectors."""
    named = engine.replace("-", " ")
    return using(named if named in ENGINES else None)


class WavePacket:
    """A Gaussian bump times a wave on [0, 1), with centre, width, frequency and phase drawn."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.centre, self.width = rng.uniform(0.3, 0.7), rng.uniform(0.05, 0.2)
        self.frequency, self.phase = rng.uniform(2, 20), rng.uniform(0, 2 * np.pi)

    def __call__(self, x: npt.NDArray[np.float64]) -> npt.NDArray[np.complex128]:
        """The value at every x."""
        bump = np.exp(-(((x - self.centre) / self.width) ** 2))
        wave: npt.NDArray[np.complex128] = bump * np.cos(
            2 * np.pi * self.frequency * x + self.phase
        )
        return wave


def _check_size(qubits: int, layers: int, written: bool, chained: bool, parties: int) -> None:
    dealt(0, parties)
    least, most = (1, LARGEST_VECTOR) if written else (2, LARGEST_CHAIN)
    if not least <= qubits <= most:
        hint = (
            f"; structured and product inputs go to {LARGEST_CHAIN}"
            if written and qubits > most
            else ""
        )
        what = "a vector" if written else "a matrix-product state"
        raise InputError(f"qubits = {qubits}: {what} is held for {least} to {most} qubits{hint}")
    if not 1 <= layers <= MOST_LAYERS:
        raise InputError(f"layers = {layers}: expected 1 to {MOST_LAYERS}")
    if chained:
        grown = INPUT_BOND << min(parties * layers, qubits)
        bond = min(2 ** (qubits // 2), grown)
        if bond > LARGEST_BOND:
            raise InputError(
                f"{layers} layers of {qubits} qubits: bonds of a matrix-product state may grow to "
                f"{bond}, expected up to {LARGEST_BOND}; take fewer layers"
            )
        # From here on bonds are as large as the number of qubits allows, layer after layer.
        steps = parties * layers * qubits * min(bond, MOST_BOND) ** 3
        if bond < grown and steps > 2 * LARGEST_CHAIN_WORK:
            raise InputError(
                f"{layers} layers of {qubits} qubits: too many steps on bonds of {bond}; take "
                "fewer layers or qubits, or another engine"
            )
    elif parties * layers * 2**qubits > 2 * LARGEST_WORK:
        most_layers = f"L 2^n up to {2 * LARGEST_WORK // parties}"
        raise InputError(
            f"{layers} layers of {qubits} qubits: expected {most_layers} here; take fewer layers "
            "or qubits"
        )
