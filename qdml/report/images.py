"""Draws a table of grey-level images as inline SVG: ink in the colour of the text, on the page."""

from __future__ import annotations

from xml.etree import ElementTree

from markupsafe import Markup

from qdml.claims import Image, Images
from qdml.report.text import clean, cut

MOST_IMAGES = 200
LONGEST_LABEL = 60

#: Units of the drawing: an image, the space between two, a line of text, and its letters.
_SIDE, _GAP, _LINE, _LETTERS = 84, 12, 20, 13

#: Grey levels that are told apart; one path holds all pixels of a level.
_LEVELS = 16


def tabulate(table: Images, name: str) -> Markup:
    """The table as one SVG element whose ids begin with `name`.

    Raises `ValueError` for rows of another length than the columns, for images that are no
    rectangle, and for too many of them.
    """
    if len(table.rows) * len(table.columns) > MOST_IMAGES:
        raise ValueError(f"more than {MOST_IMAGES} images")
    wide = len(table.columns) * (_SIDE + _GAP) - _GAP
    step = _LINE + _SIDE + _LINE + _GAP
    tall = _LINE + len(table.rows) * step
    root = ElementTree.Element("svg", viewBox=f"-1 -1 {wide + 2} {tall + 2}", role="img")
    root.set("aria-labelledby", f"{name}-title {name}-desc")
    _say(root, "title", table.title, id=f"{name}-title")
    _say(root, "desc", _in_words(table), id=f"{name}-desc")
    for place, column in enumerate(table.columns):
        _write(root, column, place * (_SIDE + _GAP) + _SIDE / 2, _LETTERS, "middle")
    for number, row in enumerate(table.rows):
        if len(row.images) != len(table.columns):
            raise ValueError(f"row {row.label!r} has {len(row.images)} images")
        top = _LINE + number * step
        _write(root, row.label, 0, top + _LETTERS, "start", "600")
        for place, image in enumerate(row.images):
            if image is not None:
                left = place * (_SIDE + _GAP)
                _draw(root, image, left, top + _LINE)
                below = top + _LINE + _SIDE + _LETTERS + 1
                _write(root, image.note, left + _SIDE / 2, below, "middle")
    return Markup(ElementTree.tostring(root, encoding="unicode"))


def _draw(root: ElementTree.Element, image: Image, left: float, top: float) -> None:
    rows, over = divmod(len(image.pixels), image.width)
    if over:
        raise ValueError(f"{len(image.pixels)} pixels are no rows of {image.width}")
    unit = _SIDE / max(image.width, rows)
    group = ElementTree.SubElement(
        root, "g", transform=f"translate({left:g} {top:g}) scale({unit:g})"
    )
    frame = {"width": str(image.width), "height": str(rows), "fill": "none"}
    ElementTree.SubElement(
        group, "rect", frame, stroke="var(--rule)", **{"stroke-width": f"{1 / unit:.3g}"}
    )
    levels: dict[int, list[str]] = {}
    for place, value in enumerate(image.pixels):
        y, x = divmod(place, image.width)
        levels.setdefault(round(value * _LEVELS), []).append(f"M{x} {y}h1v1h-1z")
    for level, cells in sorted(levels.items()):
        if level:
            path = {"d": "".join(cells), "fill-opacity": f"{level / _LEVELS:g}"}
            ElementTree.SubElement(group, "path", path, **{"shape-rendering": "crispEdges"})


def _in_words(table: Images) -> str:
    rows = (
        f"{row.label}: "
        + ", ".join(
            f"{column} {image.note}".strip()
            for column, image in zip(table.columns, row.images, strict=False)
            if image is not None
        )
        for row in table.rows
    )
    return cut("; ".join(rows), 1200)


def _write(
    root: ElementTree.Element, text: str, x: float, y: float, anchor: str, weight: str = "400"
) -> None:
    place = {"x": f"{x:g}", "y": f"{y:g}", "text-anchor": anchor, "font-weight": weight}
    _say(root, "text", cut(text, LONGEST_LABEL), **place, **{"font-size": str(_LETTERS)})


def _say(root: ElementTree.Element, tag: str, text: str, **attributes: str) -> None:
    ElementTree.SubElement(root, tag, attributes).text = clean(" ".join(text.split()))
