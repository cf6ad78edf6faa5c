"""A bar on standard error while somebody waits at a terminal; nothing where nobody looks."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

#: Told how many parts are done, of how many (None where nobody can tell), and what comes next.
Move = Callable[[int, int | None, str], None]


@contextmanager
def progress(words: str) -> Iterator[Move]:
    """A function that moves the bar, which is gone when the work is done.

    It pulses, under `words`, until it is told of how many parts the work consists.
    """
    if not sys.stderr.isatty():
        yield lambda done, total, doing: None
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = BarColumn(), TimeElapsedColumn(), TextColumn("{task.description}")
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task(escape(words), total=None)
        yield lambda done, total, doing: bars.update(
            task, completed=done, total=total, description=escape(doing)
        )
