"""Draws a figure of evidence as inline SVG that follows the colours of the page.

matplotlib draws it with outlines for letters; its colours are then replaced by the page's own, and
every id by one that is unique on the page and depends on nothing but the figure's place in it.
"""

from __future__ import annotations

import io
import math
import warnings
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from markupsafe import Markup

from qdml.claims import Figure, Series
from qdml.report.text import clean, cut

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

MOST_POINTS = 4000
LONGEST_LABEL = 90

#: Stand-ins that matplotlib draws with, each replaced by the style sheet's variable of its place.
_INKS = tuple(f"#0000f{place}" for place in range(6))
_FAINT = "#0000fa"
_MARKERS = ("o", "s", "^", "D", "v", "P")
_DASHES = ((0, (6, 2.5)), (0, (2, 2)), (0, (8, 2, 2, 2)))
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")

#: Inches: the plot is as wide as the text, its margins hold tick labels and the two axis labels.
_WIDTH, _HEIGHT = 6.4, 3.0
_LEFT, _RIGHT, _TOP, _BOTTOM, _LINE = 0.72, 0.12, 0.36, 0.56, 0.2
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "path",
    "svg.hashsalt": "qdml",
    "font.family": "DejaVu Sans",
    "font.size": 9.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.6,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
}

_SVG = "{http://www.w3.org/2000/svg}"
_LINK = "{http://www.w3.org/1999/xlink}href"


def draw(figure: Figure, name: str) -> Markup:
    """The figure as one SVG element whose ids begin with `name`; labels and legend are inside.

    Measured series are points with interval bars, bounds dashed lines, formulas solid lines and
    exact values small dots; intervals of a line are a band. Raises `ValueError` for a figure that
    cannot be drawn.
    """
    for series in figure.series:
        _check(series)
    tree = ElementTree.fromstring(_matplotlib(figure))
    root = _tidy(tree, name)
    title = ElementTree.Element("title", id=f"{name}-title")
    title.text = clean(cut(figure.title, LONGEST_LABEL))
    description = ElementTree.Element("desc", id=f"{name}-desc")
    description.text = clean(_in_words(figure))
    root[:0] = [title, description]
    root.attrib |= {"role": "img", "aria-labelledby": f"{name}-title {name}-desc"}
    return Markup(ElementTree.tostring(root, encoding="unicode"))


def _check(series: Series) -> None:
    count = len(series.x)
    if not len(series.y) == count or {len(series.low), len(series.high)} - {0, count}:
        raise ValueError(f"series {series.label!r} has columns of different lengths")
    if count > MOST_POINTS:
        raise ValueError(f"series {series.label!r} has {count} points; at most {MOST_POINTS}")


def _in_words(figure: Figure) -> str:
    series = "; ".join(f"{one.label} ({one.kind}, {len(one.x)} points)" for one in figure.series)
    return cut(f"{figure.y_label} against {figure.x_label}: {series}", 600)


def _matplotlib(figure: Figure) -> str:
    import matplotlib
    from matplotlib.figure import Figure as Canvas

    legend = _LINE * len(figure.series)
    tall = _TOP + _HEIGHT + _BOTTOM + legend
    stream = io.StringIO()
    # A label in a script that the font lacks draws boxes: nothing a reader of the log can mend.
    with matplotlib.rc_context(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_STYLE)
        canvas = Canvas(figsize=(_WIDTH, tall))
        canvas.patch.set_visible(False)
        wide = (_WIDTH - _LEFT - _RIGHT) / _WIDTH
        axes = canvas.add_axes((_LEFT / _WIDTH, (_BOTTOM + legend) / tall, wide, _HEIGHT / tall))
        axes.patch.set_visible(False)
        axes.set(xscale=figure.x_scale, yscale=figure.y_scale)
        _ticks(axes.xaxis, figure.x_scale, [x for series in figure.series for x in series.x])
        heights = [y for one in figure.series for y in (*one.y, *one.low, *one.high)]
        _ticks(axes.yaxis, figure.y_scale, heights)
        axes.grid(color=_FAINT, linewidth=0.6)
        axes.set_axisbelow(True)
        for place, series in enumerate(figure.series):
            alike = [earlier for earlier in figure.series[:place] if earlier.kind == series.kind]
            _plot(axes, series, _INKS[place % len(_INKS)], len(alike))
        axes.set_xlabel(_label(figure.x_label))
        canvas.text(0.08 / _WIDTH, 1 - 0.06 / tall, _label(figure.y_label), va="top")
        at = (_LEFT / _WIDTH, (legend + 0.04) / tall)
        canvas.legend(loc="upper left", bbox_to_anchor=at, frameon=False, borderaxespad=0)
        canvas.savefig(stream, format="svg", metadata={"Date": None})
    return stream.getvalue()


def _plot(axes: Axes, series: Series, ink: str, rank: int) -> None:
    """Draw a series in its ink; `rank` counts those of its kind, for markers and dashes."""
    label = _label(series.label) or " "
    if series.kind in ("measured", "exact"):
        size = 4.5 if series.kind == "measured" else 2.5
        marker = _MARKERS[rank % len(_MARKERS)] if series.kind == "measured" else "o"
        axes.plot(series.x, series.y, marker, color=ink, markersize=size, label=label)
        if series.low:
            axes.vlines(series.x, series.low, series.high, color=ink, linewidth=1.1)
            for end in (series.low, series.high):
                axes.plot(series.x, end, "_", color=ink, markersize=5)
    else:
        dash = _DASHES[rank % len(_DASHES)] if series.kind == "bound" else "solid"
        axes.plot(series.x, series.y, color=ink, linestyle=dash, linewidth=1.5, label=label)
        if series.low:
            axes.fill_between(series.x, series.low, series.high, color=ink, alpha=0.15, linewidth=0)


def _ticks(axis: Axis, scale: str, values: list[float]) -> None:
    """Few labelled ticks, powers of ten written out: whole numbers stay whole."""
    from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

    if scale == "log":
        positive = [value for value in values if value > 0] or [1.0]
        narrow = max(positive) < 100 * min(positive)
        axis.set_major_locator(LogLocator(subs=(1, 2, 5) if narrow else (1,), numticks=8))
        # Minor ticks would take most of the time of drawing.
        axis.set_minor_locator(NullLocator())
    else:
        whole = all(value == math.floor(value) for value in values)
        axis.set_major_locator(MaxNLocator(nbins=7, integer=whole, steps=(1, 2, 5, 10)))
    axis.set_major_formatter(FuncFormatter(_tick))


def _tick(value: float, _place: int | None = None) -> str:
    mantissa, _, exponent = f"{value:.6g}".partition("e")
    if value > 0 and not exponent and not 1e-3 <= value < 1e5:
        mantissa, _, exponent = f"{value:e}".partition("e")
        mantissa = f"{float(mantissa):g}"
    if exponent:
        power = str(int(exponent)).translate(_SUPERSCRIPTS)
        return f"10{power}" if mantissa == "1" else f"{mantissa}×10{power}".replace("-", "−")
    return mantissa.replace("-", "−")


def _label(text: str) -> str:
    """A label with $...$ typeset where matplotlib can parse it, shown as it stands elsewhere."""
    from matplotlib.mathtext import MathTextParser

    text = " ".join(clean(cut(text, LONGEST_LABEL)).split())
    if "$" in text:
        try:
            MathTextParser("path").parse(text)
        except (ValueError, RuntimeError):
            return text.replace("$", r"\$")
    return text


def _tidy(root: ElementTree.Element, name: str) -> ElementTree.Element:
    """Keep the drawing alone: no metadata, no style sheet, own ids, the page's colours."""
    for parent in root.iter():
        for child in list(parent):
            if child.tag.endswith(("metadata", "style")):
                parent.remove(child)
    names: dict[str, str] = {}

    def renamed(reference: str) -> str:
        return names.setdefault(reference, f"{name}-{len(names)}")

    for element in root.iter():
        element.tag = element.tag.removeprefix(_SVG)
        if target := element.attrib.pop(_LINK, ""):
            element.set("href", "#" + renamed(target.removeprefix("#")))
        if clip := element.get("clip-path"):
            element.set("clip-path", f"url(#{renamed(clip[5:-1])})")
        if style := element.get("style"):
            element.set("style", _recoloured(style))
        element.text = element.tail = None
        if path := element.get("d"):
            element.set("d", " ".join(path.split()))
    for element in root.iter():
        if "id" in element.attrib:
            own = names.get(element.attrib.pop("id"))
            if own:
                element.set("id", own)
    for size in ("width", "height", "version"):
        root.attrib.pop(size, None)
    return root


def _recoloured(style: str) -> str:
    for place, ink in enumerate(_INKS):
        style = style.replace(ink, f"var(--ink-{place})")
    return style.replace(_FAINT, "var(--grid)").replace("#000000", "currentColor")
