"""Reads a page as a reader and a checker of rules would, with the standard library alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

_BLOCKS = {"br", "dd", "div", "dt", "h1", "h2", "h3", "h4", "h5", "li", "p", "td", "th", "tr"}
_VOID = {"meta", "link", "br", "hr", "img", "input"}


@dataclass(repr=False)
class Element:
    """One element: its tag, its attributes, and the elements and texts inside, in order."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    pieces: list[Element | str] = field(default_factory=list)

    def __repr__(self) -> str:
        return f"<{self.tag} {self.attributes}>"

    @property
    def children(self) -> list[Element]:
        """The elements right inside this one."""
        return [one for one in self.pieces if isinstance(one, Element)]

    @property
    def text(self) -> str:
        """All text, with formulas as their LaTeX and white space drawn together."""
        return " ".join(self._text().split())

    def _text(self) -> str:
        if self.tag in ("style", "script", "title", "desc"):
            return ""
        if self.attributes.get("class") == "tex" and self.tag == "svg":
            return f"${self.attributes['aria-label']}$"
        inside = "".join(one if isinstance(one, str) else one._text() for one in self.pieces)
        return f" {inside} " if self.tag in _BLOCKS else inside

    def all(self, *tags: str) -> list[Element]:
        """The elements below this one, in order; those of some tags alone if any is given."""
        found: list[Element] = []
        for child in self.children:
            found += [child] if not tags or child.tag in tags else []
            found += child.all(*tags)
        return found

    def by_id(self, name: str) -> Element:
        """The one element of that id."""
        (found,) = [one for one in self.all() if one.attributes.get("id") == name]
        return found

    def by_class(self, name: str) -> list[Element]:
        """The elements of a class."""
        return [one for one in self.all() if name in one.attributes.get("class", "").split()]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open = [Element("page")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(set(names)) == len(names), f"<{tag}> has an attribute twice: {names}"
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].pieces.append(element)
        if tag not in _VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}> {self.getpos()}"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].pieces.append(data)


def read(html: str) -> Element:
    """The page as a tree; an unbalanced tag is an error."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert [one.tag for one in reader.open] == ["page"]
    return reader.open[0]
