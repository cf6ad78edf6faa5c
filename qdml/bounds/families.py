"""The families of problems that `qdml bound --family` knows: one line each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from importlib import import_module
from typing import Any

from qdml.errors import InputError, nearest


@dataclass(frozen=True)
class Answer:
    """What is known of one problem.

    `fields` are printed for machines in this order and say under `certified` whether the numbers
    are proved. `says` are the lines for people: number, theorem, side of rounding. `certificates`
    are the records that prove it, the main one first.
    """

    fields: Mapping[str, Any]
    says: tuple[str, ...]
    certificates: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class Family:
    """A function "module:function" that takes the options by name and returns an `Answer`."""

    function: str
    needs: tuple[str, ...]
    takes: Mapping[str, Any] = field(default_factory=dict)


_ALPHA = {"alpha": Fraction(3)}

#: `needs` are the options that must be given, `takes` those that may be, with their defaults.
FAMILIES: Mapping[str, Family] = {
    "cross-entropy": Family("qdml.bounds.cross_entropy.answer:answer", ("qubits", "score")),
    "disjointness": Family("qdml.bounds.gamma2.answers:disjointness", ("n",), _ALPHA),
    "gap-hamming": Family("qdml.bounds.gamma2.answers:gap_hamming", ("n", "gap"), _ALPHA),
    "hidden-matching": Family("qdml.bounds.hidden_matching:answer", ("qubits", "success")),
    "inner-product": Family("qdml.bounds.gamma2.answers:inner_product", ("n",), _ALPHA),
    "majority": Family("qdml.bounds.gamma2.answers:majority", ("n",), _ALPHA),
}


def answer(name: str, options: Mapping[str, Any]) -> Answer:
    """Bound the problem that a family makes of `options` (those that are None were not given).

    Raises `InputError` for an unknown family, an option that is missing, not this family's, or
    out of range.
    """
    if name not in FAMILIES:
        raise InputError(
            f"--family {name}: no such family{nearest(name, FAMILIES)}; "
            f"there are {', '.join(FAMILIES)}"
        )
    family = FAMILIES[name]
    given = {option: value for option, value in options.items() if value is not None}
    for option in family.needs:
        if option not in given:
            raise InputError(f"--family {name}: --{option} is missing; give --{option} as well")
    for option in given:
        if option not in (*family.needs, *family.takes):
            allowed = ", ".join(f"--{known}" for known in (*family.needs, *family.takes))
            raise InputError(f"--family {name}: --{option} is not its option; it takes {allowed}")
    module, function = family.function.split(":")
    search: Callable[..., Answer] = getattr(import_module(module), function)
    return search(**{**family.takes, **given})
