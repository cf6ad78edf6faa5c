"""How small an error in each constant of a claim its own checks would still refute."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from copy import copy
from dataclasses import fields, replace
from fractions import Fraction
from typing import Any, TypeVar

from qdml.claims.claim import Claim, Step
from qdml.claims.evidence import Evidence, Finding, Limit, Sensitivity, Tag
from qdml.errors import InputError

H = TypeVar("H")

#: Changes of a constant that is no whole number: the least is 1/4^(RUNGS - 1) of it.
RUNGS = 6

#: What a check says of a hypothesis; None if it cannot be asked about it.
Ask = Callable[[Step[Any, Any], Any], Evidence | None]


class Reading:
    """Which constants of a hypothesis each step reads, noted while the steps run."""

    def __init__(self) -> None:
        self.by: dict[str, set[str]] = {}

    def of(self, hypothesis: H, step: str) -> H:
        """The same hypothesis, which notes under `step` what is read of it."""
        names = {field.name for field in fields(hypothesis)}  # type: ignore[arg-type]
        read = self.by.setdefault(step, set())

        def noted(self: object, name: str) -> Any:
            if name in names:
                read.add(name)
            return object.__getattribute__(self, name)

        kind = type(hypothesis)
        watched = copy(hypothesis)
        # Methods, equality and hashes of the hypothesis stay its own.
        object.__setattr__(
            watched, "__class__", type(kind.__name__, (kind,), {"__getattribute__": noted})
        )
        return watched


def sensitivity(
    claim: Claim[H, Any], hypothesis: H, reading: Reading, ask: Ask
) -> tuple[Sensitivity, ...]:
    """For every number in `hypothesis`, its least increase and decrease that a step refutes.

    Only steps that read the constant are asked, those first that mutants in it are put to; steps
    that are dear are named and not asked. What is refuted is taken to be refuted by every larger
    change.
    """
    found = []
    for field in fields(hypothesis):  # type: ignore[arg-type]
        name, value = field.name, getattr(hypothesis, field.name)
        if isinstance(value, bool) or not isinstance(value, int | float | Fraction):
            continue
        named = {m.step for m in claim.mutants if getattr(m.hypothesis, name) != value}
        readers = [
            step
            for step in sorted(claim.steps, key=lambda step: step.name not in named)
            if name in reading.by[step.name] and step.tag is not Tag.IMPORTED
        ]
        asked = [step for step in readers if not step.dear]
        up, down = (
            _least(
                _variants(hypothesis, name, [value + sign * by for by in ladder(value)]), asked, ask
            )
            for sign in (1, -1)
        )
        dear = tuple(step.name for step in readers if step.dear)
        found.append(
            Sensitivity(constant=name, value=str(value), increase=up, decrease=down, unasked=dear)
        )
    return tuple(found)


def ladder(value: Any) -> list[Any]:
    """Changes of `value` in rising order.

    1/4^j of it, or of one where it is zero; for whole numbers the powers of two up to itself.
    """
    if isinstance(value, int):
        return [2**j for j in range(max(2, abs(value)).bit_length())]
    unit = abs(value) or type(value)(1)
    return [unit / 4**j for j in reversed(range(RUNGS))]


def _variants(hypothesis: Any, name: str, values: list[Any]) -> list[tuple[Any, Any]]:
    """The values that have a meaning, with their hypotheses."""
    found = []
    for value in values:
        with suppress(InputError):
            found.append((value, replace(hypothesis, **{name: value})))
    return found


def _least(variants: list[tuple[Any, Any]], steps: list[Any], ask: Ask) -> Limit:
    """The first of `variants`, which lie ever further off, that one of `steps` refutes."""
    if not variants or not steps:
        return Limit()

    low, high = 0, len(variants)
    refuted, broke = None, False
    # Most constants are refuted at the first change already, most others at none.
    ends = [0, high - 1]
    while low < high:
        middle = ends.pop(0) if ends else (low + high) // 2
        answers = []
        for step in steps:
            answers.append(ask(step, variants[middle][1]))
            if answers[-1] and answers[-1].finding is Finding.REFUTES:
                high, refuted, broke = middle, step.name, False
                break
        else:
            # What lies beyond a change that breaks a check is not asked about.
            lost = None in answers and not refuted
            low, high, broke = (low, middle, True) if lost else (middle + 1, high, broke)
    at = str(variants[min(low, len(variants) - 1)][0])
    return Limit(tried=at, step=refuted, broke=broke)
