"""Tables of images become accessible SVG in the page's colours, and stand first if asked."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from pydantic import ValidationError

from qdml.claims import Image, ImageRow, Images
from qdml.report import build
from qdml.report.images import tabulate
from tests.report import pages, records


def table(**changes: Any) -> Images:
    """A row of two images and an empty place, and a row of one."""
    ramp = Image(width=2, pixels=(0, 0.25, 0.5, 1), note="0.91")
    own = {
        "title": "A digit, and what is reconstructed",
        "columns": ("original", "k = 1", "k = 4"),
        "rows": (
            ImageRow(label="all copies", images=(ramp, ramp, None)),
            ImageRow(label="one by one", images=(None, None, ramp)),
        ),
        "caption": "With $k$ copies.",
    }
    return Images(**own | changes)


def test_title_and_notes_are_told_to_those_who_do_not_see() -> None:
    drawn = ElementTree.fromstring(tabulate(table(), "f3"))
    assert drawn.attrib["role"] == "img"
    assert drawn.attrib["aria-labelledby"] == "f3-title f3-desc"
    told = {one.attrib["id"]: one.text for one in drawn[:2]}
    assert told == {
        "f3-title": "A digit, and what is reconstructed",
        "f3-desc": "all copies: original 0.91, k = 1 0.91; one by one: k = 4 0.91",
    }


def test_pixels_are_ink_of_the_text_by_level() -> None:
    drawn = ElementTree.fromstring(tabulate(table(), "f"))
    paths = drawn.findall("g/path")
    assert [path.attrib["fill-opacity"] for path in paths] == ["0.25", "0.5", "1"] * 3
    assert [path.attrib["d"] for path in paths[:3]] == [
        "M1 0h1v1h-1z", "M0 1h1v1h-1z", "M1 1h1v1h-1z",
    ]  # fmt: skip
    assert not re.findall(r"#[0-9a-f]{3,6}\b", tabulate(table(), "f"))


def test_all_pixels_of_a_level_are_one_path() -> None:
    image = Image(width=8, pixels=(1.0,) * 64)
    drawn = tabulate(table(columns=("one",), rows=(ImageRow(label="r", images=(image,)),)), "f")
    assert drawn.count("<path") == 1
    assert drawn.count("h1v1h-1z") == 64


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"columns": ("a", "b")}, "row 'all copies' has 3 images"),
        ({"rows": (ImageRow(label="r", images=(None,) * 3),) * 100}, "more than 200 images"),
        (
            {"rows": (ImageRow(label="r", images=(Image(width=2, pixels=(1,)), None, None)),)},
            "1 pixels are no rows of 2",
        ),
    ],
)
def test_what_is_no_table_of_images_is_refused(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        tabulate(table(**changes), "f")


@pytest.mark.parametrize("pixel", [-0.1, 1.1, float("nan")])
def test_a_grey_level_is_between_paper_and_ink(pixel: float) -> None:
    with pytest.raises(ValidationError):
        Image(width=1, pixels=(pixel,))


def test_hostile_labels_are_text() -> None:
    drawn = tabulate(table(title="<script>", columns=("</svg>", "\x1b", "&")), "f")
    assert "<script>" not in drawn
    assert drawn.count("</svg>") == 1
    assert "\x1b" not in drawn


def built(tmp_path: Path, *tables: Images, headline: int | None = None) -> pages.Element:
    """A report of claims of which each has one of the tables; one may ask for the first screen."""
    claims = []
    for place, one in enumerate(tables):
        asks = "images" if place == headline else None
        step = records.step(evidence=records.evidence(images=one, headline=asks))
        claims.append(records.claim(f"claim-{place}", steps=(step,)))
    records.write_run(tmp_path, tuple(claims))
    return pages.read(build(tmp_path).read_text(encoding="utf-8"))


def test_images_stand_with_their_claim(tmp_path: Path) -> None:
    page = built(tmp_path, table())
    (shown,) = page.by_id("claim-claim-0").all("figure")
    assert "With $k$ copies." in shown.text
    (masthead,) = page.by_class("first")
    assert not masthead.all("figure")


def test_images_that_ask_for_it_stand_first(tmp_path: Path) -> None:
    page = built(tmp_path, table(), table(title="The one"), headline=1)
    (band,) = page.by_class("second")
    (shown,) = band.all("figure")
    assert shown.all("title")[0].pieces == ["The one"]


def test_a_table_that_cannot_be_drawn_does_not_take_the_page(tmp_path: Path) -> None:
    page = built(tmp_path, table(columns=("a",)))
    assert "could not be drawn: row" in page.text
