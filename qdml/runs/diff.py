"""Two runs side by side: which verdicts and numbers moved, and how far for their intervals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from math import isfinite
from pathlib import Path
from typing import Any, TypeGuard

from qdml.claims import ClaimRecord, Evidence, ExperimentRecord, Figure, Scalar, Verdict
from qdml.errors import EvidenceError
from qdml.io import read_json
from qdml.runs.jobs import read_record, record_ids

#: How the rows of tables name the ends of an interval.
_ENDS = (("low", "high"), ("lower", "upper"))


@dataclass(frozen=True)
class Move:
    """A value that the second run has otherwise than the first, None where a run lacks it.

    `change` is the second less the first, for numbers. `uncertainty` adds half the widths of the
    intervals around both, where both have one: a larger change leaves intervals that are apart.
    """

    of: str
    where: str
    first: Scalar
    second: Scalar
    change: float | None = None
    uncertainty: float | None = None


@dataclass(frozen=True)
class Difference:
    """What two runs agree and differ on.

    `runs` are folder, scale and seed of each; `claims` and `values` count what both of them have;
    `missing` names the claims and experiments that one run alone has, with the folder that lacks
    each.
    """

    runs: tuple[dict[str, Scalar], dict[str, Scalar]]
    claims: int
    values: int
    missing: dict[str, str]
    verdicts: tuple[Move, ...]
    numbers: tuple[Move, ...]

    @property
    def same(self) -> bool:
        """Whether nothing moved and nothing is missing."""
        return not (self.missing or self.verdicts or self.numbers)

    def to_record(self) -> dict[str, Any]:
        """Plain JSON."""
        return {"same": self.same} | asdict(self)


@dataclass(frozen=True)
class _Value:
    """A scalar, and half the width of the interval around it, if it has one."""

    scalar: Scalar
    half_width: float | None = None


_Values = dict[str, _Value]


def diff(first: Path, second: Path) -> Difference:
    """Compare the reports of two runs.

    Values are paired by where they stand: claim, step, table row, point of a curve; texts and
    images are not compared. Raises
    `EvidenceError` for a folder without a finished run, or with a file that cannot be trusted.
    """
    runs = [_Run(first), _Run(second)]
    names = [set(run.values) for run in runs]
    shared = sorted(names[0] & names[1])
    missing = {name: str(second) for name in sorted(names[0] - names[1])}
    missing |= {name: str(first) for name in sorted(names[1] - names[0])}
    verdicts: list[Move] = []
    numbers: list[Move] = []
    compared = 0
    for name in shared:
        verdicts += _moves(name, *(run.verdicts.get(name, {}) for run in runs))
        one, other = (run.values[name] for run in runs)
        compared += len(one.keys() & other.keys())
        numbers += _moves(name, one, other)
    return Difference(
        (runs[0].header, runs[1].header),
        len(runs[0].verdicts.keys() & runs[1].verdicts.keys()),
        compared,
        missing,
        tuple(verdicts),
        tuple(numbers),
    )


class _Run:
    """Everything of one run that is compared, by claim or experiment."""

    def __init__(self, reports: Path) -> None:
        path = reports / "verdicts.json"
        judged = read_json(path)
        try:
            verdicts = [Verdict.model_validate(one) for one in judged["claims"]]
            self.header: dict[str, Scalar] = {
                "reports": str(reports),
                "scale": str(judged["scale"]),
                "seed": int(judged["seed"]),
            }
        except (KeyError, TypeError, ValueError):
            raise EvidenceError(f"{path}: not a list of verdicts; run the pipeline again") from None
        self.verdicts = {one.id: _verdict(one) for one in verdicts}
        self.values: dict[str, _Values] = {}
        for one in verdicts:
            record = read_record(reports / "evidence" / f"{one.id}.json", ClaimRecord, one.id)
            self.values[one.id] = _named(_claim(record))
        for name in record_ids(reports / "experiments"):
            path = reports / "experiments" / f"{name}.json"
            self.values[name] = _named(_experiment(read_record(path, ExperimentRecord, name)))


def _moves(of: str, first: _Values, second: _Values) -> Iterator[Move]:
    for where in dict.fromkeys([*first, *second]):
        one, other = first.get(where, _Value(None)), second.get(where, _Value(None))
        if one.scalar == other.scalar and _is_number(one.scalar) == _is_number(other.scalar):
            continue
        change, uncertainty = _change(one.scalar, other.scalar), None
        if one.half_width is not None and other.half_width is not None:
            uncertainty = one.half_width + other.half_width
        yield Move(of, where, one.scalar, other.scalar, change, uncertainty)


def _change(one: Scalar, other: Scalar) -> float | None:
    """None for what is no number, or has no difference that a number can hold."""
    if not (_is_number(one) and _is_number(other)):
        return None
    try:
        change = float(other - one)
    except OverflowError:
        return None
    return change if isfinite(change) else None


def _named(pairs: Iterable[tuple[str, _Value]]) -> _Values:
    """By name; what comes again under the same name is numbered, so that none hides another."""
    found: _Values = {}
    for name, value in pairs:
        own, again = name, 1
        while own in found:
            again += 1
            own = f"{name} ({again})"
        found[own] = value
    return found


def _verdict(verdict: Verdict) -> _Values:
    alive = ", ".join(mutant.name for mutant in verdict.mutants if not mutant.refuted)
    told = {"outcome": verdict.outcome.value, "strength": verdict.strength, "alive mutants": alive}
    return {where: _Value(scalar or None) for where, scalar in told.items()}


def _claim(record: ClaimRecord) -> Iterator[tuple[str, _Value]]:
    yield from _scalars("constant", record.hypothesis)
    for kind, parts in (("step", record.steps), ("mutant", record.mutants)):
        for part in parts:
            name = f"{kind} {part.name}"
            if part.evidence is None:
                yield f"{name}, finding", _Value("broke")
            else:
                yield from _evidence(name, part.evidence)


def _evidence(name: str, evidence: Evidence) -> Iterator[tuple[str, _Value]]:
    yield f"{name}, finding", _Value(evidence.finding.value)
    yield f"{name}, margin", _Value(evidence.margin)
    yield f"{name}, compared", _Value(evidence.compared)
    yield from _scalars(f"{name}, point", evidence.point)
    yield from _table(name, evidence.table)
    if evidence.figure:
        yield from _figure(name, evidence.figure)


def _experiment(record: ExperimentRecord) -> Iterator[tuple[str, _Value]]:
    yield "measured", _Value(not (record.absent or record.failure))
    yield from _scalars("fact", dict(record.facts))
    yield from _table("experiment", record.table)
    for figure in record.figures:
        yield from _figure(figure.title, figure)


def _scalars(name: str, scalars: Mapping[str, Scalar]) -> Iterator[tuple[str, _Value]]:
    for key, scalar in scalars.items():
        yield f"{name} {key}", _Value(scalar)


def _table(name: str, table: tuple[dict[str, Scalar], ...]) -> Iterator[tuple[str, _Value]]:
    for place, row in enumerate(table, start=1):
        ends = next(((row[a], row[b]) for a, b in _ENDS if a in row and b in row), (None, None))
        for key, scalar in row.items():
            inside = key not in (end for pair in _ENDS for end in pair)
            half = _half_width(scalar, *ends) if inside else None
            yield f"{name}, row {place}, {key}", _Value(scalar, half)


def _figure(name: str, figure: Figure) -> Iterator[tuple[str, _Value]]:
    for series in figure.series:
        for place, (x, y) in enumerate(zip(series.x, series.y, strict=False)):
            ends = (series.low[place : place + 1], series.high[place : place + 1])
            half = _half_width(y, ends[0][0], ends[1][0]) if all(ends) else None
            point = f"{name}, curve {series.label}, point {place + 1}"
            yield f"{point}, x", _Value(x)
            yield f"{point}, y", _Value(y, half)


def _half_width(scalar: Scalar, low: Scalar, high: Scalar) -> float | None:
    """Half the width of the interval, if it is one and the number lies in it."""
    if _is_number(scalar) and _is_number(low) and _is_number(high) and low <= scalar <= high:
        return high / 2 - low / 2
    return None


def _is_number(scalar: Scalar) -> TypeGuard[int | float]:
    return isinstance(scalar, int | float) and not isinstance(scalar, bool)
