"""The log of a job: what it is at, all that it says, and the one line of an error foreseen."""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from qdml.claims import ClaimRecord
from qdml.claims.evidence import MutantRecord, StepRecord
from qdml.errors import QdmlError


@contextmanager
def logged(log: Path | str) -> Iterator[None]:
    """Send what a job prints to its log; an error goes there and, alone, to standard error.

    A deliberate error is its own text and ends the process with its exit status; anything else
    keeps its traceback. What native code says, also as its last word, goes to the log as well.
    """
    Path(log).parent.mkdir(parents=True, exist_ok=True)
    with open(log, "w", encoding="utf-8", buffering=1) as file:
        try:
            with redirect_stdout(file), redirect_stderr(file), _native(file):
                yield
        except QdmlError as error:
            for stream in (file, sys.stderr):
                print(f"qdml: {error}", file=stream)
            sys.exit(error.exit_status)
        except Exception:
            traceback.print_exc(file=file)
            raise


def tell(**facts: object) -> None:
    """Print one line for people and programs: the time, then name=value; text is in JSON's quotes.

    A job that is lost leaves as its last line what it was at.
    """
    now = datetime.now(UTC).isoformat(timespec="seconds")
    print(now, *(f"{name}={json.dumps(fact, default=str)}" for name, fact in facts.items()))


def tell_found(record: ClaimRecord) -> None:
    """A line for every part of a claim: what it found, and at which point it was closest."""
    parts: list[StepRecord | MutantRecord] = [*record.steps, *record.mutants]
    for part in parts:
        one = part.evidence
        found, point = (one.finding, one.point) if one else ("broke", {})
        tell(claim=record.id, part=part.name, found=found, point=point)


@contextmanager
def _native(file: TextIO) -> Iterator[None]:
    kept = os.dup(2)
    os.dup2(file.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
