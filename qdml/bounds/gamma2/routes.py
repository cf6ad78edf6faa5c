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


#: The first route that reaches n is taken.
ROUTES: Mapping[str, tuple[Route, ...]] = {
    "disjointness": (Route("qdml.bounds.gamma2.dense:disjointness", 8),),
    "gap-hamming": (Route("qdml.bounds.gamma2.dense:gap_hamming", 8),),
    "inner-product": (Route("qdml.bounds.gamma2.dense:inner_product", 8),),
    "majority": (Route("qdml.bounds.gamma2.dense:majority", 7),),
}


def find(family: str, alpha: Fraction, **parameters: int) -> Found:
    """Certify gamma_2^alpha of a family. Raises `InputError` for parameters out of range."""
    n = parameters["n"]
    for route in ROUTES[family]:
        if n <= route.largest:
            module, function = route.function.split(":")
            search: Callable[..., Found] = getattr(import_module(module), function)
            return search(alpha=alpha, **parameters)
    raise InputError(
        f"{family}: n = {n}: allowed are whole numbers up to {ROUTES[family][-1].largest}"
    )
