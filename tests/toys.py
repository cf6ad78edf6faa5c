"""Claims about sums, one for every outcome, in place of the project's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

import proofs_checks
from qdml.claims import Claim, Context, Evidence, Finding, Method, Mutant, Step, Sweep, Tag
from qdml.config import Config, for_scale


@dataclass(frozen=True)
class Hypothesis:
    """The sum of the first n numbers is n(n+1)/2 plus an offset."""

    offset: int = 0


def data(context: Context) -> tuple[int, ...]:
    """The layers of the grid serve as numbers n."""
    return tuple(context.grid.layers)


def total(hypothesis: Hypothesis, numbers: tuple[int, ...], context: Context) -> Evidence:
    """Add up, and compare with the formula."""
    sweep = Sweep(Method.EXACT)
    for n in numbers:
        sweep.equal({"n": n}, "sum", sum(range(n + 1)), n * (n + 1) // 2 + hypothesis.offset)
    return sweep.evidence("the sum of the first numbers")


def divide(hypothesis: Hypothesis, numbers: tuple[int, ...], context: Context) -> Evidence:
    """A check that breaks."""
    raise ZeroDivisionError("nothing to divide by")


def doubt(hypothesis: Hypothesis, numbers: tuple[int, ...], context: Context) -> Evidence:
    """A check that cannot tell."""
    return Evidence(finding=Finding.UNDECIDED, method=Method.EXACT, summary="too close to tell")


def cite(hypothesis: Hypothesis, numbers: tuple[int, ...], context: Context) -> Evidence:
    """A step that is somebody else's theorem."""
    return Evidence(finding=Finding.SUPPORTS, method=Method.CITATION, summary="as published")


def claim(claim_id: str, check: Any = total, offset: int = 0, tag: Tag = Tag.EXACT) -> Any:
    """A claim with one step and two mutants."""
    return Claim(
        id=claim_id,
        topic="learning",
        title=f"The {claim_id} claim",
        statement="For every $n$, $1 + ... + n = n(n+1)/2$.",
        source="Gauss",
        hypothesis=Hypothesis(offset),
        data=data,
        steps=(Step("total", tag, "it holds", check),),
        mutants=(
            Mutant("one more", "off by one", Hypothesis(offset + 1), "total"),
            Mutant("one less", "off by minus one", Hypothesis(offset - 1), "total"),
        ),
    )


CLAIMS = {
    "sound": claim("sound"),
    "false": claim("false", offset=1),
    "broken": claim("broken", check=divide),
    "doubtful": claim("doubtful", check=doubt),
    "cited": claim("cited", check=cite, tag=Tag.IMPORTED),
}
OUTCOMES = {
    "sound": "stands",
    "false": "refuted",
    "broken": "failed",
    "doubtful": "undecided",
    "cited": "imported",
}
CONFIG: Config = for_scale("quick")


def install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let these be all the claims there are."""

    def load(claim_id: str) -> Any:
        if claim_id in CLAIMS:
            return CLAIMS[claim_id]
        return original(claim_id)

    original = proofs_checks.load
    monkeypatch.setattr(proofs_checks, "ids", lambda: tuple(sorted(CLAIMS)))
    monkeypatch.setattr(proofs_checks, "load", load)
