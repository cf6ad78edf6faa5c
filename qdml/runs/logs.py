"""The log of a job: all that it says, and the one line of an error that was foreseen."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import TextIO

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


@contextmanager
def _native(file: TextIO) -> Iterator[None]:
    kept = os.dup(2)
    os.dup2(file.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
