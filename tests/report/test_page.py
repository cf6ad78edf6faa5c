"""What holds of every page: it stands alone, is balanced, linked and legible, and shows text."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from itertools import pairwise
from pathlib import Path

import pytest

from qdml import report
from qdml.claims import ClaimRecord, ExperimentRecord
from qdml.report import build
from tests.report import pages, records

HOSTILE = (
    "<script>alert(1)</script><b onclick='x'>&amp;\"'",
    "</style></svg></title><img src=http://evil.example/x>",
    "\u202egnp.exe\u2066 \u200f\ufeff",
    "\0\x07\x1b[31m\x7f\x85\u2028",
    r"$\frac{$ $x$ $$ \$ $\href{javascript:alert(1)}{x}$ $\color{red}{x}$",
    "{{ 7 * 7 }} {% raw %} {# no #}",
    "𝕩" * 50_000 + "\u0301" * 1000,
    "",
)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run")
    claims = (*records.every_outcome(), records.inference_by_sampling())
    build(records.write_run(folder, claims, (records.experiment(),)))
    return folder


def _spoiled(record: dict[str, object], string: str) -> dict[str, object]:
    """The same record with `string` in the place of every free text and key."""
    fixed = {"id", "scale", "topic", "tag", "role", "finding", "method", "kind"}
    fixed |= {"x_scale", "y_scale", "listed_steps", "listed_mutants", "step", "name"}

    def spoil(value: object, key: str = "") -> object:
        if key in ("point", "hypothesis", "settings"):
            return {string: string}
        if isinstance(value, dict):
            return {name: spoil(one, name) for name, one in value.items()}
        if isinstance(value, list):
            return [spoil(one, key) for one in value]
        return string if isinstance(value, str) and key not in fixed else value

    spoiled = spoil(record)
    assert isinstance(spoiled, dict)
    return spoiled


@pytest.fixture(scope="module", params=range(len(HOSTILE)))
def hostile(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    string = HOSTILE[request.param]
    folder = tmp_path_factory.mktemp("hostile")
    claims = [
        ClaimRecord.model_validate(_spoiled(json.loads(record.model_dump_json()), string))
        for record in (*records.every_outcome(), records.inference_by_sampling())
    ]
    trial = _spoiled(json.loads(records.experiment().model_dump_json()), string)
    build(records.write_run(folder, tuple(claims), (ExperimentRecord.model_validate(trial),)))
    return folder


@pytest.fixture(params=["index.html", "provenance.html"])
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def _stands_alone(html: str) -> None:
    page = pages.read(html)
    assert not page.all("iframe", "object", "embed", "base", "foreignobject")
    # No script runs but the page's own, word for word.
    (script,) = page.all("script")
    (own,) = script.pieces
    digest = base64.b64encode(hashlib.sha256(str(own).encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'\"" in html
    assert own == (Path(report.__file__).parent / "script.js").read_text()
    for element in page.all():
        attributes = element.attributes
        assert not any(name.startswith("on") for name in attributes), element
        assert not {"src", "srcset", "action", "background"} & set(attributes), element
        for name in ("href", "xlink:href"):
            target = attributes.get(name, "")
            if target.startswith("data:text/csv;charset=utf-8,"):
                assert attributes["download"].endswith(".csv")
                continue
            assert re.fullmatch(r"(data:,)|([a-z-]+\.html)?(#[a-z0-9-]+)?", target), element
        assert "url(" not in attributes.get("style", "")
    (style,) = page.all("style")
    assert not re.search(r"url\(|@import", "".join(map(str, style.pieces)))


def _is_linked(folder: Path, name: str) -> None:
    trees = {
        one: pages.read((folder / one).read_text(encoding="utf-8"))
        for one in ("index.html", "provenance.html")
    }
    ids = {
        one: [element.attributes["id"] for element in tree.all() if "id" in element.attributes]
        for one, tree in trees.items()
    }
    for one, found in ids.items():
        assert len(found) == len(set(found)), one
    for element in trees[name].all():
        for key in ("href", "aria-labelledby"):
            if key not in element.attributes or element.tag == "link":
                continue
            for target in element.attributes[key].split():
                if target.startswith("data:text/csv"):
                    break
                file, _, anchor = (target if key == "href" else f"#{target}").partition("#")
                if anchor:
                    assert anchor in ids[file or name], target
                else:
                    assert file in (*ids, "snakemake-report.html")


def test_a_page_stands_alone(run: Path, name: str) -> None:
    html = (run / name).read_text(encoding="utf-8")
    _stands_alone(html)
    assert "default-src 'none'" in html
    assert not re.search(r"https?:", html)


def test_every_link_and_label_leads_somewhere(run: Path, name: str) -> None:
    _is_linked(run, name)


def test_hostile_strings_are_text(hostile: Path, name: str) -> None:
    html = (hostile / name).read_text(encoding="utf-8")
    _stands_alone(html)
    _is_linked(hostile, name)
    page = pages.read(html)
    assert not page.all("img")
    assert not [one for one in page.all("b") if "onclick" in one.attributes]
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u200e\u200f\ufeff\0-\x08\x0b-\x1f\x7f]", html)
    assert len(html) < 4_000_000


def test_hostile_text_can_still_be_read(tmp_path: Path) -> None:
    records.write_run(tmp_path, (records.claim("one", title=HOSTILE[0], notes=HOSTILE),))
    page = pages.read(build(tmp_path).read_text(encoding="utf-8"))
    assert page.all("h3")[0].text == HOSTILE[0]
    assert "\ufffdgnp.exe\ufffd" in page.text
    assert "{{ 7 * 7 }} {% raw %} {# no #}" in page.text
    assert r"\frac{" in page.text


@pytest.mark.parametrize("strange", ["../../etc/passwd", "a b", "A", "x" * 200, "<b>", "a--b", ""])
def test_an_id_that_is_no_id_opens_no_file(tmp_path: Path, strange: str) -> None:
    records.write_run(tmp_path / "reports", (records.claim("one"),))
    path = tmp_path / "reports" / "verdicts.json"
    verdicts = json.loads(path.read_text())
    (verdict,) = verdicts["claims"]
    from qdml.io import write_json

    write_json(path, {"scale": "quick", "seed": 1, "claims": [verdict | {"id": strange}]})
    html = build(tmp_path / "reports").read_text(encoding="utf-8")
    page = pages.read(html)
    assert "its id is not made of small letters" in page.by_id("claim-0").text
    _is_linked(tmp_path / "reports", "index.html")


def test_headings_are_in_order_and_parts_are_named(run: Path, name: str) -> None:
    page = pages.read((run / name).read_text(encoding="utf-8"))
    levels = [int(one.tag[1]) for one in page.all("h1", "h2", "h3", "h4", "h5", "h6")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert len(page.all("main")) == 1
    assert page.all("html")[0].attributes["lang"] == "en"
    assert page.all("a")[0].attributes == {"class": "skip", "href": "#main"}
    for section in page.all("section"):
        assert "aria-labelledby" in section.attributes
    for region in page.by_class("scroll"):
        assert region.attributes["tabindex"] == "0"
        assert region.attributes["aria-label"]


def test_table_headers_say_what_they_head(run: Path, name: str) -> None:
    page = pages.read((run / name).read_text(encoding="utf-8"))
    tables = page.all("table")
    assert tables
    for table in tables:
        assert all(one.attributes["scope"] for one in table.all("th"))
        columns = [one for one in table.all("th") if one.attributes["scope"] == "col"]
        assert all(one.text for one in columns)


def test_figures_have_titles_and_formulas_have_names(run: Path) -> None:
    page = pages.read((run / "index.html").read_text(encoding="utf-8"))
    figures = page.all("figure")
    assert len(figures) == 4
    for figure in figures:
        (drawing,) = [one for one in figure.all("svg") if one.attributes.get("class") != "tex"]
        assert [one.tag for one in drawing.children[:2]] == ["title", "desc"]
        assert all(one.pieces for one in drawing.children[:2])
        assert figure.all("figcaption")[0].text
    for drawing in page.all("svg"):
        if drawing.attributes.get("class") == "glyphs":
            assert drawing.attributes["aria-hidden"] == "true"
        else:
            assert drawing.attributes["role"] == "img"
            assert {"aria-label", "aria-labelledby"} & set(drawing.attributes)


def _luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, two: str) -> float:
    low, high = sorted((_luminance(one), _luminance(two)))
    return (high + 0.05) / (low + 0.05)


def test_colours_can_be_told_from_the_page() -> None:
    css = (Path(report.__file__).parent / "report.css").read_text()
    pairs = re.findall(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", css)
    assert len(pairs) == css.count("light-dark(")
    for theme in (
        {name: light for name, light, _ in pairs},
        {name: dark for name, _, dark in pairs},
    ):
        for name in (
            "text",
            "soft",
            "link",
            "stands",
            "imported",
            "undecided",
            "refuted",
            "failed",
        ):
            assert _contrast(theme[name], theme["page"]) >= 4.5, name
            assert _contrast(theme[name], theme["raised"]) >= 4.5, name
        for place in range(6):
            assert _contrast(theme[f"ink-{place}"], theme["page"]) >= 3, place
