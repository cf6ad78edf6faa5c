"""The page that shows what moved between two runs; it computes nothing."""

from __future__ import annotations

from typing import Any

from qdml.report.frame import environment

#: Values of all claims together that a page shows; all of them are printed by `qdml diff --json`.
MOST_MOVES = 2000


def page(record: dict[str, Any]) -> str:
    """One self-contained page of a record as `qdml diff --json` prints it."""
    template = environment().get_template("comparison.html.j2")
    return template.render(record, most_moves=MOST_MOVES)
