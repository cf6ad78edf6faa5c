"""Which route certifies gamma_2^alpha of a family, by its size."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from importlib import import_module

from qdml.bounds.gamma2.found import Found
from qdml.errors import InputError


@dataclass(frozen=True)
class Route:
    """A function `find(*, alpha, n[, gap]) -> Found` as "module:function", and its largest n."""

    function: str
    largest: int


#: The first route that reaches n is taken; the others are there to be compared with.
ROUTES: Mapping[str, tuple[Route, ...]] = {
    "disjointness": (
        Route("qdml.bounds.gamma2.dense:disjointness", 4),
        Route("qdml.bounds.gamma2.blocks:disjointness", 36),
    ),
    "gap-hamming": (
        Route("qdml.bounds.gamma2.krawtchouk:gap_hamming", 256),
        Route("qdml.bounds.gamma2.dense:gap_hamming", 8),
    ),
    "inner-product": (
        Route("qdml.bounds.gamma2.dense:inner_product", 8),
        Route("qdml.bounds.gamma2.blocks:inner_product", 36),
    ),
    "majority": (
        Route("qdml.bounds.gamma2.krawtchouk:majority", 256),
        Route("qdml.bounds.gamma2.dense:majority", 7),
    ),
}


def find(family: str, alpha: Fraction, **parameters: int) -> Found:
    """Certify gamma_2^alpha of a family. Raises `InputError` for parameters out of range."""
    for route in ROUTES[family]:
        if 1 <= parameters["n"] <= route.largest:
            return run(route, alpha, parameters)
    largest = max(route.largest for route in ROUTES[family])
    raise InputError(f"{family}, n: {parameters['n']}: allowed are integers 1 ... {largest}")


def run(route: Route, alpha: Fraction, parameters: Mapping[str, int]) -> Found:
    """Take one route, whatever the size."""
    module, function = route.function.split(":")
    search: Callable[..., Found] = getattr(import_module(module), function)
    return search(alpha=alpha, **parameters)
