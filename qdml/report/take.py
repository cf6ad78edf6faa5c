"""Tables and figures to take away: CSV files as links that hold their own content."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import zip_longest
from urllib.parse import quote

from qdml.claims import Figure, Images
from qdml.report.text import clean, cut

#: Longest content of a link, in characters; what is longer is in the evidence file alone.
MOST_CHARACTERS = 30_000
_LONGEST_CELL = 2000

#: Characters that stand for themselves in a link, inside quotation marks.
_PLAIN = " ,;:/=+-*()[]{}|!?@$'^~._"


def table(rows: Sequence[Mapping[str, object]]) -> str | None:
    """The link of a table as CSV, all rows and columns; None where it is too long for a link."""
    keys = list(dict.fromkeys(key for row in rows for key in row))
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(map(_safe, keys))
    for row in rows:
        writer.writerow([_cell(row.get(key)) for key in keys])
        if stream.tell() > MOST_CHARACTERS:
            return None
    return "data:text/csv;charset=utf-8," + quote(stream.getvalue(), safe=_PLAIN)


def rows(shown: Figure | Images) -> list[dict[str, object]]:
    """The numbers behind a figure: a row for each of its points, or for each image."""
    if isinstance(shown, Images):
        return [
            {"row": row.label, "column": column, "note": image.note, "width": image.width}
            | {"pixels": " ".join(map(str, image.pixels))}
            for row in shown.rows
            for column, image in zip(shown.columns, row.images, strict=False)
            if image is not None
        ]
    return [
        {"series": one.label, "kind": one.kind, shown.x_label: x, shown.y_label: y}
        | {"low": low, "high": high}
        for one in shown.series
        for x, y, low, high in zip_longest(one.x, one.y, one.low, one.high)
    ]


def name(text: str) -> str:
    """A file name made from a title: small letters, digits and hyphens."""
    words = re.findall(r"[a-z0-9]+", cut(text, 60).lower())
    return "-".join(words) or "unnamed"


def _cell(value: object) -> object:
    if isinstance(value, str):
        return _safe(value)
    # Digits of very long integers are refused by str().
    if isinstance(value, int) and abs(value) >= 10**1000:
        return "an integer of more than 1000 digits"
    return value


def _safe(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    text = clean(cut(text, _LONGEST_CELL))
    return "'" + text if text.startswith(("=", "+", "-", "@")) and not _is_number(text) else text


def _is_number(text: str) -> bool:
    try:
        Fraction(text)
    except (ValueError, ZeroDivisionError):
        return False
    return True
