"""The vocabulary in which a claim is written: statement, steps, checks and mutants."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

import numpy as np

from qdml.claims.evidence import Evidence, Tag
from qdml.claims.seeds import generator

H = TypeVar("H")
D = TypeVar("D")


@dataclass(frozen=True)
class Context:
    """What a check may know besides hypothesis and data: its grid, its seeds, its alarm budget."""

    claim: str
    grid: Any
    seed: int
    scale: str = "quick"
    alarm: float = 0.0

    def rng(self, *key: str | int) -> np.random.Generator:
        """A generator that depends on the root seed, the claim and `key`, and on nothing else."""
        return generator(self.seed, self.claim, *key)


Check = Callable[[H, D, Context], Evidence]


@dataclass(frozen=True)
class Step(Generic[H, D]):
    """One step of an argument; a `counterexample` step can refute the claim, never support it.

    A `dear` check takes too long to be asked again for every change of a constant.
    """

    name: str
    tag: Tag
    says: str
    check: Check[H, D]
    role: Literal["support", "counterexample"] = "support"
    dear: bool = False


@dataclass(frozen=True)
class Mutant(Generic[H]):
    """A false variant of the hypothesis and the step that has to refute it."""

    name: str
    says: str
    hypothesis: H
    step: str


@dataclass(frozen=True)
class Claim(Generic[H, D]):
    """A statement with everything that decides it.

    `hypothesis` is a frozen dataclass of the statement's constants and variants. `data` is
    computed once and shared by the steps and all mutants. `title`, `statement`, `says`,
    `premises` and `notes` are plain text in which $...$ marks LaTeX; `formulas` are displayed.
    `at` is the file and line where it is written.
    """

    id: str
    topic: str
    title: str
    statement: str
    source: str
    hypothesis: H
    data: Callable[[Context], D]
    steps: Sequence[Step[H, D]]
    mutants: Sequence[Mutant[H]]
    formulas: Sequence[str] = ()
    premises: Sequence[str] = ()
    notes: Sequence[str] = field(default=())
    at: str = field(default="", init=False, compare=False)

    def __post_init__(self) -> None:
        # Two frames up: past the generated constructor.
        writer = sys._getframe(2)
        object.__setattr__(self, "at", place(writer.f_globals["__name__"], writer.f_lineno))
        names = [step.name for step in self.steps]
        if len(set(names)) != len(names):
            raise ValueError(f"{self.id}: two steps share a name in {names}")
        for mutant in self.mutants:
            if mutant.step not in names:
                raise ValueError(
                    f"{self.id}: mutant {mutant.name!r} names no step: {mutant.step!r}"
                )
            if sum(mutant.name == other.name for other in self.mutants) > 1:
                raise ValueError(f"{self.id}: two mutants share the name {mutant.name!r}")
            if mutant.hypothesis == self.hypothesis:
                raise ValueError(f"{self.id}: mutant {mutant.name!r} equals the claim itself")


def place(module: str, line: int) -> str:
    """A line of a module as a file below the root of the project: `folder/file.py:12`."""
    return f"{module.replace('.', '/')}.py:{line}"
