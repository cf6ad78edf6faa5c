"""Typesets LaTeX ahead of time into inline SVG whose glyph outlines are kept once a page.

The fonts and the layout are those of ziamath; what it draws is copied element by element, so that
only glyphs, bars and plain strokes in the colour of the text can reach the page.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree

from markupsafe import Markup, escape

from qdml.report.mathml import mathml
from qdml.report.text import LONGEST_PROSE, clean, cut

#: ziamath lays out at this many units an em.
EM = 100.0
#: ziamath tries the two sides of every nested group anew: its time doubles with each level.
MOST_WORK = 6000
LONGEST_LATEX = 1000

_MATH = re.compile(r"""([(\[“"']{0,3})\$([^$]+)\$([^\s$(\[“]{0,12})""")
_DEEPER = re.compile(r"\\left\b|\\begin\b|\{")
_SHALLOWER = re.compile(r"\\right\b|\\end\b|\}")
_TOKEN = re.compile(rf"(?P<open>{_DEEPER.pattern})|(?P<close>{_SHALLOWER.pattern})|.", re.DOTALL)
_KEPT = {
    "rect": ("x", "y", "width", "height", "rx"),
    "ellipse": ("cx", "cy", "rx", "ry"),
    "path": ("d",),
}
_NUMERIC = re.compile(r"[-+0-9.eE MLQCZHVz,]*")


class Typesetter:
    """Typesets formulas for one page; equal strings are set once and glyphs are shared."""

    def __init__(self) -> None:
        self._set: dict[tuple[str, bool], Markup] = {}
        self._glyphs: dict[str, str] = {}
        self._outlines: list[str] = []

    def prose(self, text: str, longest: int = LONGEST_PROSE) -> Markup:
        """Plain text in which $...$ is LaTeX, as inline markup."""
        text = clean(cut(text, longest))
        parts, end = [], 0
        for found in _MATH.finditer(text):
            before, latex, after = found.groups()
            # A formula and the punctuation that touches it must not part at a line's end.
            together = Markup('<span class="with">{}{}{}</span>')
            if not before and not after:
                together = Markup("{}{}{}")
            parts += [
                escape(text[end : found.start()]),
                together.format(before, self.inline(latex), after),
            ]
            end = found.end()
        return Markup("").join([*parts, escape(text[end:])])

    def paragraphs(self, text: str) -> Markup:
        """Prose whose blank lines part paragraphs."""
        blocks = re.split(r"\n\s*\n", clean(cut(text, LONGEST_PROSE)).strip())
        return Markup("\n").join(Markup("<p>{}</p>").format(self.prose(block)) for block in blocks)

    def inline(self, latex: str) -> Markup:
        """A formula inside a line of text."""
        return self._typeset(latex, inline=True)

    def display(self, latex: str) -> Markup:
        """A formula on a line of its own."""
        return self._typeset(latex, inline=False)

    def sheet(self) -> Markup:
        """The outlines of all glyphs used so far, to be put once into the page."""
        return Markup('<svg class="glyphs" aria-hidden="true"><defs>{}</defs></svg>').format(
            Markup("".join(self._outlines))
        )

    def _typeset(self, latex: str, inline: bool) -> Markup:
        key = (latex, inline)
        if key not in self._set:
            try:
                self._set[key] = self._svg(latex, inline)
            except Exception:  # noqa: BLE001 - parsers raise what they like
                # What could not be typeset is still readable as its source.
                source = clean(cut(latex, LONGEST_LATEX))
                self._set[key] = Markup("<code class='tex'>{}</code>").format(source)
        return self._set[key]

    def _svg(self, latex: str, inline: bool) -> Markup:
        from ziamath.zmath import Math

        if len(latex) > LONGEST_LATEX or _work(latex) > MOST_WORK:
            raise ValueError("too long or too deeply nested to be typeset")
        formula = Math(mathml(latex, inline), size=EM, margin=0)
        drawn = formula.svgxml()
        outlines = {symbol.attrib["id"]: symbol for symbol in drawn.iter("symbol")}
        inside = {id(path) for symbol in outlines.values() for path in symbol.iter("path")}
        body = "".join(
            self._glyph(element, outlines) if element.tag == "use" else _stroke(element)
            for element in drawn.iter()
            if element is not drawn
            and element.tag not in ("symbol", "g")
            and id(element) not in inside
        )
        width, height = (float(drawn.attrib[side]) / EM for side in ("width", "height"))
        drop = formula.getyofst() / EM
        style = f"width:{width:.3f}em;height:{height:.3f}em"
        if inline:
            style += f";vertical-align:{drop:.3f}em"
        return Markup(
            '<svg class="tex" role="img" aria-label="{}" style="{}" viewBox="{}">{}</svg>'
        ).format(clean(latex), style, drawn.attrib["viewBox"], Markup(body))

    def _glyph(self, use: ElementTree.Element, outlines: dict[str, ElementTree.Element]) -> str:
        """A reference to a shared outline, placed as `use` places its symbol."""
        symbol = outlines[use.attrib["href"].removeprefix("#")]
        # A glyph that is taller or wider than the font has is put together from several paths.
        outline = "".join(_short(path.attrib["d"]) for path in symbol.iter("path"))
        if not outline:
            return ""
        if outline not in self._glyphs:
            self._glyphs[outline] = name = f"g{len(self._glyphs)}"
            self._outlines.append(f'<path id="{name}" d="{outline}"/>')
        left, top, _, tall = map(float, symbol.attrib["viewBox"].split())
        scale = float(use.attrib["height"]) / tall
        x = float(use.attrib["x"]) - left * scale
        y = float(use.attrib["y"]) - top * scale
        place = f"translate({x:.1f} {y:.1f})scale({scale:.4g})"
        return f'<use href="#{self._glyphs[outline]}" transform="{place}"/>'


def _stroke(element: ElementTree.Element) -> str:
    """A bar, root or box of a formula, in the colour of the text."""
    names = _KEPT[element.tag]
    kept = {name: element.attrib[name] for name in names if name in element.attrib}
    if element.attrib.get("stroke-width"):
        kept |= {"stroke-width": element.attrib["stroke-width"]}
    if not all(_NUMERIC.fullmatch(number) for number in kept.values()):
        raise ValueError(f"a stroke that is not made of numbers: {kept}")
    outlined = element.attrib.get("fill") == "none" or "stroke-width" in kept
    kept |= {"fill": "none", "stroke": "currentColor"} if outlined else {}
    attributes = " ".join(f'{name}="{text}"' for name, text in kept.items())
    return f"<{element.tag} {attributes}/>"


def _short(path: str) -> str:
    """The same path with no spaces where letters part the numbers."""
    return re.sub(r"\s*([A-Za-z])\s*", r"\1", path.strip())


def _work(latex: str) -> int:
    """An estimate of the time to typeset `latex`, in characters, doubled at every level."""
    depth = work = 0
    for token in _TOKEN.finditer(latex):
        depth += (token.lastgroup == "open") - (token.lastgroup == "close" and depth > 0)
        work += 1 << min(depth, 30)
    return work
