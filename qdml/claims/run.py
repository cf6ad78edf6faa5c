"""Running a claim: data once, every step, every mutant; what breaks is recorded, never hidden."""

from __future__ import annotations

import faulthandler
import inspect
import signal
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, fields, is_dataclass, replace
from fractions import Fraction
from types import FrameType
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from qdml.claims.claim import Check, Claim, Context, Step, place
from qdml.claims.evidence import (
    ClaimRecord,
    Evidence,
    MutantRecord,
    Scalar,
    StepRecord,
)
from qdml.claims.seeds import alarm_share
from qdml.claims.sensitivity import Reading, sensitivity
from qdml.errors import DataAbsent, EvidenceError, InputError, nearest

#: A part of a claim that takes longer than this is ended and counts as broken.
PART_SECONDS = 3600.0

H = TypeVar("H")
D = TypeVar("D")

#: Which of how many: (1, 1) is the whole.
Shard = tuple[int, int]

#: Symbols of the formulas that a user may write in place of the names of the grid.
SYMBOLS = {"eps": "accuracy", "delta": "failure_probability", "n": "qubits", "L": "layers"}


def run(
    claim: Claim[Any, Any],
    grid: BaseModel,
    seed: int,
    scale: str = "quick",
    settings: dict[str, str] | None = None,
    progress: Callable[[int, int, str], None] = lambda done, total, part: None,
    search: bool = False,
    shard: Shard = (1, 1),
) -> tuple[ClaimRecord, dict[str, float]]:
    """Run `claim` on `grid`; its record, and the seconds of processor time that each part took.

    `settings` replaces constants of the hypothesis or entries of the grid, by name or symbol.
    Raises `InputError` for a setting that is unknown or out of range. A check that raises is kept
    as a failure with its traceback. Absent data make the whole claim undecided. `progress` is told
    before each part how many are done, of how many, and the name of that part. With `search` it is
    found how little each constant may change until a step refutes it.

    Shard k of n tries the steps and mutants number k, k + n, ...: each depends on the data, on its
    own hypothesis and on seeds of its own, so `merge` makes the same record as an undivided run.
    The last shard searches, for which it has to try all steps.
    """
    first, shards = shard
    settings = settings or {}
    hypothesis, grid = _apply_settings(claim.hypothesis, grid, settings)
    grid_names = set(type(grid).model_fields)
    share = alarm_share([step.tag for step in claim.steps])
    watched = _Watched(grid)
    context = Context(claim.id, watched, seed, scale, share)
    seconds: dict[str, float] = {}
    header: dict[str, Any] = {
        "id": claim.id,
        "at": claim.at,
        "topic": claim.topic,
        "title": claim.title,
        "statement": claim.statement,
        "formulas": tuple(claim.formulas),
        "source": claim.source,
        "premises": tuple(claim.premises),
        "notes": tuple(claim.notes),
        "listed_steps": tuple(step.name for step in claim.steps),
        "listed_mutants": tuple(mutant.name for mutant in claim.mutants),
        "scale": scale,
        "seed": seed,
        "settings": settings,
        "hypothesis": _flat(hypothesis),
    }
    search = search and first == shards
    parts = 1 + len(claim.steps) + len(claim.mutants) + search
    start = time.process_time()
    data, failure = None, None
    progress(0, parts, "data")
    try:
        with time_limit(PART_SECONDS):
            data = claim.data(context)
    except DataAbsent as absent:
        return ClaimRecord(**header, absent=str(absent), steps=(), mutants=()), seconds
    except Exception:  # noqa: BLE001 - kept as the failure of every step
        failure = _traceback()
    seconds["data"] = time.process_time() - start

    def attempt(name: str, check: Any, tried: Any) -> dict[str, Any]:
        if failure:
            return {"failure": failure}
        progress(len(seconds), parts, name)
        start = time.process_time()
        try:
            with time_limit(PART_SECONDS):
                evidence: Evidence = check(tried, data, context)
            return {"evidence": evidence}
        except Exception:  # noqa: BLE001 - kept in the evidence
            return {"failure": _traceback()}
        finally:
            seconds[name] = time.process_time() - start

    def ask(step: Step[Any, Any], changed: Any) -> Evidence | None:
        try:
            with time_limit(PART_SECONDS):
                return step.check(changed, data, context)
        except Exception:  # noqa: BLE001 - a change of which the check makes no sense
            return None

    reading = Reading()
    checks = {step.name: step.check for step in claim.steps}
    own = claim.steps[first - 1 :: shards]
    tried = tuple(
        StepRecord(
            name=step.name,
            at=_written(step.check),
            tag=step.tag,
            role=step.role,
            says=step.says,
            **attempt(step.name, step.check, reading.of(hypothesis, step.name)),
        )
        for step in (claim.steps if search else own)
    )
    steps = tuple(one for one in tried if one.name in {step.name for step in own})
    # The numbers of mutants follow those of steps.
    mutants = tuple(
        _without_figure(
            MutantRecord(
                name=mutant.name,
                says=mutant.says,
                step=mutant.step,
                hypothesis=_flat(mutant.hypothesis),
                **attempt(mutant.name, checks[mutant.step], mutant.hypothesis),
            )
        )
        for mutant in claim.mutants[(first - 1 - len(claim.steps)) % shards :: shards]
    )
    unread = {name for name in settings if SYMBOLS.get(name, name) in grid_names - watched.read}
    if unread:
        raise InputError(f"--set {', '.join(sorted(unread))}: {claim.id} does not depend on it")
    found = None
    if search and not failure:
        progress(len(seconds), parts, "sensitivity")
        start = time.process_time()
        found = sensitivity(claim, hypothesis, reading, ask)
        seconds["sensitivity"] = time.process_time() - start
    return ClaimRecord(**header, steps=steps, mutants=mutants, sensitivity=found), seconds


def merge(shards: Sequence[ClaimRecord]) -> ClaimRecord:
    """The record of a claim from those of all its shards, as if it had been run undivided.

    Raises `EvidenceError` for records that are not all shards of one run.
    """
    found = {"steps": (), "mutants": (), "sensitivity": None}
    headers = [one.model_copy(update=found) for one in shards]
    steps = {step.name: step for one in shards for step in one.steps}
    mutants = {mutant.name: mutant for one in shards for mutant in one.mutants}
    whole = headers[0]
    complete = (set(whole.listed_steps), set(whole.listed_mutants)) == (set(steps), set(mutants))
    if any(other != whole for other in headers) or not (complete or whole.absent):
        raise EvidenceError(
            f"{whole.id}: its shards are not those of one run; remove them and run it again"
        )
    return whole.model_copy(
        update={
            "steps": tuple(steps[name] for name in whole.listed_steps if name in steps),
            "mutants": tuple(mutants[name] for name in whole.listed_mutants if name in mutants),
            "sensitivity": next((s.sensitivity for s in shards if s.sensitivity is not None), None),
        }
    )


class _Watched:
    """A grid that remembers which of its entries were read."""

    def __init__(self, grid: BaseModel) -> None:
        self._grid = grid
        self.read: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        self.read.add(name)
        return getattr(self._grid, name)


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise `TimeoutError` in the body after `seconds`; only the main thread can be limited.

    Native code that does not come back from a call sees no exception: after twice that time the
    process is ended, and standard error says where it was.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, frame: FrameType | None) -> None:
        raise TimeoutError(f"still running after {seconds:g} seconds")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    faulthandler.dump_traceback_later(2 * seconds, exit=True, file=2)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _apply_settings(
    hypothesis: H, grid: BaseModel, settings: dict[str, str]
) -> tuple[H, BaseModel]:
    assert is_dataclass(hypothesis)
    constants = {field.name: getattr(hypothesis, field.name) for field in fields(hypothesis)}
    changes: dict[str, Any] = {}
    entries = grid.model_dump()
    for name, text in settings.items():
        key = SYMBOLS.get(name, name)
        if key in constants:
            changes[key] = _constant(name, text, constants[key])
        elif key in entries:
            entries[key] = (text,) if isinstance(entries[key], tuple | list) else text
        else:
            known = [*constants, *entries, *SYMBOLS]
            raise InputError(
                f"--set {name}={text}: no such constant{nearest(name, known)}; "
                f"this claim has {', '.join(sorted(known))}"
            )
    try:
        grid = type(grid).model_validate(entries)
    except ValidationError as error:
        first = error.errors()[0]
        raise InputError(f"--set {first['loc'][0]}: {first['input']!r}: {first['msg']}") from None
    return replace(hypothesis, **changes), grid  # type: ignore[type-var]


def _constant(name: str, text: str, default: object) -> object:
    try:
        if isinstance(default, bool):
            return {"true": True, "false": False}[text.lower()]
        if isinstance(default, int):
            return int(text)
        return Fraction(text) if isinstance(default, Fraction) else type(default)(text)  # type: ignore[call-arg]
    except (ValueError, KeyError, ZeroDivisionError):
        kind = type(default).__name__
        raise InputError(f"--set {name}={text}: expected {kind}, as in {name}={default}") from None


def _flat(hypothesis: object) -> dict[str, Scalar]:
    assert is_dataclass(hypothesis)
    assert not isinstance(hypothesis, type)
    simple = (bool, int, float, str)
    return {k: v if isinstance(v, simple) else str(v) for k, v in asdict(hypothesis).items()}


def _written(check: Check[Any, Any]) -> str:
    """The file and line of a check, also of one whose first arguments are given; else nothing."""
    check = inspect.unwrap(getattr(check, "func", check))
    code = getattr(check, "__code__", None)
    return place(check.__module__, code.co_firstlineno) if code else ""


def _without_figure(mutant: MutantRecord) -> MutantRecord:
    if mutant.evidence is None:
        return mutant
    shown = {"figure": None, "images": None, "table": (), "headline": None}
    return mutant.model_copy(update={"evidence": mutant.evidence.model_copy(update=shown)})


def _traceback() -> str:
    return traceback.format_exc(limit=-8)
