"""What every page is made with: its templates, its style, and how values are shown."""

from __future__ import annotations

from pathlib import Path

import jinja2
from markupsafe import Markup

from qdml.report import text

HERE = Path(__file__).parent


def environment() -> jinja2.Environment:
    """An environment in which strings are cleaned and escaped, and an unknown name is an error."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=text.shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"cell": text.value, "cut": text.cut, "number": text.number}
    made.globals["style"] = Markup((HERE / "report.css").read_text(encoding="utf-8"))
    return made
