"""The page that shows what moved between two runs; it computes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from qdml.report import text

_HERE = Path(__file__).parent

#: Values of all claims together that a page shows; all of them are printed by `qdml diff --json`.
MOST_MOVES = 2000


def page(record: dict[str, Any]) -> str:
    """One self-contained page of a record as `qdml diff --json` prints it."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=text.shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"cell": text.value, "cut": text.cut, "number": text.number}
    environment.globals |= {
        "style": Markup((_HERE / "report.css").read_text(encoding="utf-8")),
        "most_moves": MOST_MOVES,
    }
    return environment.get_template("comparison.html.j2").render(record)
