"""Matrix-product states: all local means, and overlaps, beside FiniteMPS, plain nodes and quimb."""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from itertools import pairwise
from typing import Any

import numpy as np

from benchmarks.race import Contender, race
from qdml.tensor.chain import Chain

_Z = np.diag([1, -1]).astype(complex)


def rows(qubits: int, bond: int, quick: bool) -> list[dict[str, Any]]:
    """Two random chains; every peer holds them prepared, in the form that it likes best."""
    rng = np.random.default_rng(qubits)
    left, right = (random_chain(qubits, bond, rng) for _ in range(2))
    tn: Any = import_module("tensornetwork")
    finite = tn.FiniteMPS(list(left.cores), canonicalize=True)
    sites = list(range(qubits))
    means = {
        "FiniteMPS": Contender(lambda: np.real(finite.measure_local_operator([_Z] * qubits, sites)))
    }
    overlaps = {"tensornetwork nodes": Contender(lambda: nodes(tn, left, right))}
    if _quimb():
        module: Any = import_module("quimb.tensor")
        bra, ket = (
            module.MatrixProductState(_quimb_arrays(chain), shape="lpr") for chain in (left, right)
        )
        terms = {(q,): _Z for q in sites}

        def quimb_means() -> np.ndarray:
            found = bra.compute_local_expectation(
                terms, normalized=False, return_all=True, method="canonical", inplace=True
            )
            return np.real([found[q,] for q in sites])

        means["quimb"] = Contender(quimb_means)
        adjoint = bra.H
        overlaps["quimb"] = Contender(lambda: adjoint @ ket)
    common = {"qubits": qubits, "dtype": "complex128"}
    tolerance = 64 * qubits * float(np.finfo(float).eps)
    return [
        *race(
            {"workload": f"chain all Z, bond {bond}", **common},
            Contender(lambda: left.local_means(_Z)),
            means,
            tolerance,
            quick,
        ),
        *race(
            {"workload": f"chain overlap, bond {bond}", **common},
            Contender(lambda: left.inner(right)),
            overlaps,
            tolerance,
            quick,
        ),
    ]


def random_chain(qubits: int, bond: int, rng: np.random.Generator) -> Chain:
    """Normal deviates in every core, normalised, its left cores isometries."""
    widths = [min(bond, 2 ** min(q, qubits - q)) for q in range(qubits + 1)]
    cores = []
    for a, b in pairwise(widths):
        cores.append(rng.normal(size=(a, 2, b)) + 1j * rng.normal(size=(a, 2, b)))
    return Chain(tuple(cores)).compressed()[0]


def nodes(tn: Any, left: Chain, right: Chain) -> complex:
    """<left|right> with nodes and edges, contracted from the first qubit on."""
    bra = [tn.Node(core.conj(), backend="numpy") for core in left.cores]
    ket = [tn.Node(core, backend="numpy") for core in right.cores]
    for one in (bra, ket):
        for before, after in pairwise(one):
            tn.connect(before[2], after[0])
    for upper, lower in zip(bra, ket, strict=True):
        tn.connect(upper[1], lower[1])
    tn.connect(bra[0][0], ket[0][0])
    tn.connect(bra[-1][2], ket[-1][2])
    found = bra[0] @ ket[0]
    for upper, lower in zip(bra[1:], ket[1:], strict=True):
        found = (found @ upper) @ lower
    return complex(found.tensor)


def _quimb_arrays(chain: Chain) -> list[np.ndarray]:
    first, *inner, last = chain.cores
    return [first[0], *inner, last[:, :, 0]]


def _quimb() -> bool:
    try:
        version("quimb")
    except PackageNotFoundError:
        return False
    return True
