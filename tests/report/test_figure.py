"""Figures become SVG that is accessible, in the page's colours and with ids of its own."""

from __future__ import annotations

import math
import re
from typing import Any
from xml.etree import ElementTree

import pytest

from qdml.claims import Figure, Series
from qdml.report.figure import _tick, draw
from tests.report import records


def _figure(*series: Series, **changes: Any) -> Figure:
    own = {"title": "T", "x_label": "x", "y_label": "y", "caption": "c", "series": series}
    return Figure(**own | changes)


def _series(kind: Any = "measured", n: int = 3, **changes: Any) -> Series:
    values = tuple(float(k + 1) for k in range(n))
    return Series(**{"label": kind, "kind": kind, "x": values, "y": values} | changes)


def test_title_and_description_are_told() -> None:
    drawn = ElementTree.fromstring(draw(records.experiment().figures[1], "f7"))
    assert drawn.attrib["role"] == "img"
    assert drawn.attrib["aria-labelledby"] == "f7-title f7-desc"
    told = {one.attrib["id"]: one.text for one in drawn[:2]}
    assert told == {
        "f7-title": "Qubits against the bits of sending the image",
        "f7-desc": "sent for one decision against copies: qubits sent (exact, 6 points); "
        "bits of the image (bound, 2 points)",
    }


def test_every_id_is_its_own_and_every_reference_resolves() -> None:
    one, two = (draw(records.experiment().figures[0], name) for name in ("f1", "f2"))
    for drawn, name in ((one, "f1"), (two, "f2")):
        ids = re.findall(r' id="([^"]*)"', drawn)
        assert len(ids) == len(set(ids))
        assert all(each.startswith(f"{name}-") for each in ids)
        targets = re.findall(r'href="#([^"]*)"', drawn) + re.findall(r"url\(#([^)]*)\)", drawn)
        assert set(targets) <= set(ids)
    assert two == one.replace("f1-", "f2-")


def test_nothing_but_the_drawing_is_left() -> None:
    drawn = draw(records.experiment().figures[0], "f")
    for word in ("<style", "metadata", "xmlns", "http", "Matplotlib", "<!--", "#0000f"):
        assert word not in drawn
    assert re.search(r"<svg[^>]* (width|height)=", drawn) is None
    assert {"var(--ink-0)", "var(--ink-1)", "var(--grid)", "currentColor"} <= set(
        re.findall(r"var\([^)]*\)|currentColor", drawn)
    )
    # Colours that the page does not know would not follow light and dark.
    assert not re.findall(r"#[0-9a-f]{6}\b", drawn)


def test_each_kind_is_drawn_in_its_own_way() -> None:
    kinds = {kind: draw(_figure(_series(kind)), "f") for kind in ("measured", "exact", "formula")}
    kinds["bound"] = draw(_figure(_series("bound")), "f")
    assert [kind for kind, drawn in kinds.items() if "stroke-dasharray" in drawn] == ["bound"]
    ink = {kind: drawn.count("var(--ink-0)") for kind, drawn in kinds.items()}
    assert ink["measured"] > ink["formula"]
    assert ink["exact"] > ink["formula"]


def test_intervals_are_bars_of_points_and_a_band_of_a_line() -> None:
    ends = {"low": (0.5, 1.5, 2.5), "high": (1.5, 2.5, 3.5)}
    for kind, mark in (("measured", None), ("formula", "fill-opacity"), ("bound", "fill-opacity")):
        plain, barred = (draw(_figure(_series(kind, **more)), "f") for more in ({}, ends))
        assert barred.count("var(--ink-0)") > plain.count("var(--ink-0)")
        if mark:
            assert mark in barred
            assert mark not in plain


def test_intervals_that_do_not_hold_their_point_are_drawn_as_they_are() -> None:
    draw(_figure(_series(low=(2.0, 3.0, 4.0), high=(3.0, 4.0, 5.0))), "f")


@pytest.mark.parametrize(
    "values",
    [(0.0, 1.0, 2.0), (-1.0, 0.0, 1.0), (1e-300, 1.0, 1e300), (5.0, 5.0, 5.0), (0.0, 0.0, 0.0), ()],
)
@pytest.mark.parametrize("scale", ["linear", "log"])
def test_values_at_the_edge_are_drawn(values: tuple[float, ...], scale: str) -> None:
    series = Series(label="s", kind="measured", x=values, y=values, low=values, high=values)
    assert "<svg" in draw(_figure(series, x_scale=scale, y_scale=scale), "f")


def test_columns_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="'s' has columns of different lengths"):
        draw(_figure(_series(label="s", y=(1.0,))), "f")
    with pytest.raises(ValueError, match="different lengths"):
        draw(_figure(_series(low=(1.0,), high=(1.0,))), "f")


def test_too_many_points_are_refused() -> None:
    with pytest.raises(ValueError, match="has 4001 points; at most 4000"):
        draw(_figure(_series(n=4001)), "f")


@pytest.mark.parametrize(
    "label",
    [
        "<script>",
        "a & b",
        r"$\frac{$",
        r"$\nonsense{x}$",
        "5$",
        "\u202e\0",
        "中文",
        "x" * 10**6,
        "",
    ],
    ids=("tag", "and", "half", "unknown", "dollar", "marks", "script", "long", "none"),
)
def test_hostile_labels_are_text(label: str) -> None:
    figure = _figure(_series(label=label), title=label, x_label=label, y_label=label)
    drawn = draw(figure, "f")
    assert "<script" not in drawn
    assert len(drawn) < 200_000
    assert ElementTree.fromstring(drawn) is not None


def test_a_drawing_does_not_depend_on_the_settings_of_the_user() -> None:
    import matplotlib

    figure = records.experiment().figures[0]
    usual = draw(figure, "f")
    with matplotlib.rc_context({"font.size": 30, "lines.linewidth": 9, "axes.grid": False}):
        before = dict(matplotlib.rcParams)
        assert draw(figure, "f") == usual
        assert dict(matplotlib.rcParams) == before


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.0, "0"),
        (-0.5, "−0.5"),
        (1000, "1000"),
        (100000, "10⁵"),
        (2e-4, "2×10⁻⁴"),
        (0.001, "0.001"),
        (1e-7, "10⁻⁷"),
        (-1e-7, "−1×10⁻⁷"),
        (math.pi, "3.14159"),
    ],
)
def test_ticks(value: float, shown: str) -> None:
    assert _tick(value) == shown
