"""Comparisons collected over a grid and turned into one piece of evidence, worst point first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import isfinite
from sys import float_info
from typing import Literal

from qdml.claims.evidence import Evidence, Figure, Finding, Method, Scalar

Number = int | float | Fraction

#: Where a comparison was made; values that JSON does not know are kept as text.
Point = Mapping[str, object]


class Sweep:
    """Collects comparisons at named points and reports the failure with the largest margin.

    A sweep that compared nothing is `undecided`: silence is not support.
    """

    def __init__(self, method: Method) -> None:
        self.method = method
        self.compared = 0
        self._worst: dict[Finding, tuple[float, dict[str, Scalar], str]] = {}

    def equal(self, point: Point, what: str, found: Number, stated: Number) -> None:
        """The hypothesis says that `found` equals `stated` exactly."""
        self._admit(found, stated)
        off = abs(float(found - stated))
        finding = Finding.SUPPORTS if found == stated else Finding.REFUTES
        self._note(finding, off, point, f"{what}: found {_show(found)}, stated {_show(stated)}")

    def same(
        self, point: Point, what: str, found: Sequence[object], stated: Sequence[object]
    ) -> None:
        """The hypothesis says that two lists agree entry by entry."""
        self.equal(point, f"number of {what}", len(found), len(stated))
        for place, (one, other) in enumerate(zip(found, stated, strict=False), start=1):
            truth = one == other
            self.holds(point, f"{what} {place}: found {one}, stated {other}", truth)

    def close(self, point: Point, what: str, found: float, stated: float, tolerance: float) -> None:
        """The hypothesis says that the two agree; `tolerance` is a derived bound on rounding.

        Up to ten tolerances away the finding is `undecided`.
        """
        off = abs(found - stated)
        finding = Finding.SUPPORTS if off <= tolerance else Finding.UNDECIDED
        if not off <= 10 * tolerance:
            finding = Finding.REFUTES
        text = f"{what}: found {found:.12g}, stated {stated:.12g}, rounding at most {tolerance:.1e}"
        room = {Finding.SUPPORTS: tolerance - off, Finding.UNDECIDED: 10 * tolerance - off}
        self._note(finding, room.get(finding, off), point, text)

    def at_most(self, point: Point, what: str, low: Number, high: Number, bound: Number) -> None:
        """The hypothesis says that a quantity enclosed in [low, high] is at most `bound`."""
        self._admit(low, high, bound)
        finding = Finding.SUPPORTS if high <= bound else Finding.UNDECIDED
        if low > bound:
            finding = Finding.REFUTES
        margin = float(low - bound) if finding is Finding.REFUTES else float(bound - high)
        self._note(
            finding, margin, point, f"{what}: {_show(high)} against the bound {_show(bound)}"
        )

    def holds(self, point: Point, what: str, truth: bool) -> None:
        """The hypothesis says that a yes-or-no statement is true at `point`."""
        self._note(Finding.SUPPORTS if truth else Finding.REFUTES, float(not truth), point, what)

    def evidence(
        self,
        says: str,
        *,
        table: tuple[dict[str, Scalar], ...] = (),
        assumed: tuple[str, ...] = (),
        alarm: float = 0.0,
        figure: Figure | None = None,
        headline: Literal["figure", "images", "table"] | None = None,
    ) -> Evidence:
        """One piece of evidence: refuted if any point refutes, undecided if any point is."""
        for finding in (Finding.REFUTES, Finding.UNDECIDED, Finding.SUPPORTS):
            if finding in self._worst:
                margin, point, text = self._worst[finding]
                break
        else:
            finding, margin, point, text = Finding.UNDECIDED, 0.0, {}, "no point was compared"
        held = finding is Finding.SUPPORTS
        return Evidence(
            finding=finding,
            method=self.method,
            summary=f"{says}: {self.compared} comparisons" if held else f"{says}: {text}",
            point=point,
            # Not a number is infinitely far from anything.
            margin=margin if isfinite(margin) else float_info.max,
            compared=self.compared,
            table=table,
            assumed=assumed,
            alarm=alarm,
            figure=figure,
            headline=headline,
        )

    def _admit(self, *numbers: Number) -> None:
        if self.method is Method.EXACT and any(isinstance(x, float) for x in numbers):
            raise TypeError(f"{numbers}: exact evidence is made of whole numbers and fractions")

    def _note(self, finding: Finding, margin: float, point: Point, text: str) -> None:
        self.compared += 1
        known = self._worst.get(finding)
        # The strongest refutation and the narrowest support are the ones worth showing.
        if known is None or (
            margin > known[0] if finding is Finding.REFUTES else margin < known[0]
        ):
            self._worst[finding] = (margin, {k: _scalar(v) for k, v in point.items()}, text)


def _scalar(value: object) -> Scalar:
    return value if isinstance(value, bool | int | float | str | None) else str(value)


def _show(number: Number) -> str:
    if isinstance(number, float):
        return f"{number:.6g}"
    text = str(number)
    return text if len(text) <= 40 else f"{float(number):.6g}"
