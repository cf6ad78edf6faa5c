"""Turns LaTeX into MathML with TeX's spaces, for a typesetter that leaves them to its input."""

from __future__ import annotations

from xml.etree import ElementTree

_THIN = "0.167em"
_SCRIPTS = ("msub", "msup", "msubsup", "munder", "mover", "munderover")
_OPENING = ("(", "[", "{", "⟨", "⌈", "⌊", "|", "‖")
_CLOSING = (")", "]", "}", "⟩", "⌉", "⌋", "|", "‖", "!")
_ROWS = ("math", "mrow", "mtd", "mstyle")
_SIGNS = ("−", "+", "±")
_HAT, _WIDE_HAT = "\u02c6", "\u0302"


def mathml(latex: str, inline: bool) -> ElementTree.Element:
    """The MathML tree of a formula.

    Commas and names such as log have thin spaces, signs have none, and a hat over one letter is no
    wider than a hat. Raises what the parser of LaTeX raises.
    """
    from ziamath.escapes import unescape
    from ziamath.tex import tex2mml

    tree = ElementTree.fromstring(unescape(tex2mml(latex, inline=inline)))
    for element in list(tree.iter()):
        element.tag = element.tag.rpartition("}")[2]
    _unnest(tree)
    for element in list(tree.iter()):
        if element.tag == "mtable" and element.get("rowspacing", "").endswith("pt"):
            # Points are absolute for the typesetter: what it is given must grow with the letters.
            element.set("rowspacing", "0.25em")
        if element.tag == "mover":
            _narrow(element)
        if element.tag in _ROWS and len(element) > 1:
            _space_operators(element)
            _space_names(element)
    return tree


def _unnest(element: ElementTree.Element) -> None:
    """Drop rows of one thing, and rows that are the only thing of another row.

    The typesetter's time doubles with every row in a row.
    """
    for place, child in enumerate(element):
        _unnest(child)
        if child.tag == "mrow" and len(child) == 1 and child[0].tag != "mo" and not child.attrib:
            element[place] = child[0]
    alone = element[0] if element.tag in _ROWS and len(element) == 1 else None
    if alone is not None and alone.tag == "mrow" and not alone.attrib:
        element[:] = list(alone)


def _narrow(over: ElementTree.Element) -> None:
    base, accent = over
    if base.tag == "mi" and len(base.text or "") == 1 and accent.text == _WIDE_HAT:
        accent.text = _HAT


def _space_operators(row: ElementTree.Element) -> None:
    before = None
    for child in row:
        sign = (child.text or "").strip() if child.tag == "mo" else ""
        if sign == ",":
            child.set("rspace", _THIN)
        if sign in _SIGNS and (before is None or (before.tag == "mo" and not _closes(before))):
            child.attrib |= {"form": "prefix", "lspace": "0em", "rspace": "0em"}
        before = child


def _space_names(row: ElementTree.Element) -> None:
    children = list(row)
    row[:] = []
    for place, child in enumerate(children):
        if place and _apart(children[place - 1], child):
            row.append(ElementTree.Element("mspace", width=_THIN))
        row.append(child)
    for child in children:
        name = _name(child)
        if name is not None:
            name.tag = "mo"
            name.attrib |= {"form": "prefix", "lspace": "0em", "rspace": "0em"}


def _apart(left: ElementTree.Element, right: ElementTree.Element) -> bool:
    """Whether a thin space stands between two neighbours of which one is a name."""
    if _name(right) is not None:
        return _name(left) is not None or not (left.tag in ("mo", "mspace") or _opens(left))
    return _name(left) is not None and not (right.tag in ("mo", "mspace") or _opens(right))


def _name(element: ElementTree.Element) -> ElementTree.Element | None:
    """The name of a function such as log, maybe under limits or with a power."""
    if element.tag in _SCRIPTS and len(element):
        return _name(element[0])
    text = (element.text or "").strip()
    named = element.tag in ("mi", "mo") and len(text) > 1 and text.isascii() and text.isalpha()
    return element if named else None


def _opens(element: ElementTree.Element) -> bool:
    if element.tag == "mrow" and len(element):
        return _opens(element[0])
    return (element.text or "").strip() in _OPENING


def _closes(element: ElementTree.Element) -> bool:
    return (element.text or "").strip() in _CLOSING
