"""The report in a real browser: what a reader sees and does, and that nothing else happens.

The page is made from hand-made records of every outcome, or is `index.html` of the run in the
folder that QDML_REPORTS names, if it is set.
"""

from __future__ import annotations

import csv
import io
import os
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from qdml.report import build
from tests.report import records

pytestmark = pytest.mark.needs("chromium")

SCRIPT = "<script>document.title='owned'</script><img src=x onerror=alert(1)>"
#: Script, control characters, marks that turn the reading direction, and a very long word.
HOSTILE = f"{SCRIPT}\x07\u202e\u2067back to front\u2069" + "m" * 1_000_000


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    named = os.environ.get("QDML_REPORTS")
    if named:
        return Path(named).resolve() / "index.html"
    claims = (records.inference_by_sampling(), *records.every_outcome())
    return build(records.write_run(tmp_path_factory.mktemp("run"), claims))


@pytest.fixture
def visit(browser: Browser) -> Iterator:
    """Open a page; in the end nothing else was asked for, and no console or dialog spoke."""
    heard: list[str] = []
    contexts = []

    def opened(path: Path, anchor: str = "", **settings) -> Page:
        context = browser.new_context(viewport={"width": 1280, "height": 900}, **settings)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: heard.append(message.text))
        page.on("pageerror", lambda error: heard.append(str(error)))
        page.on("dialog", lambda dialog: (heard.append(dialog.message), dialog.dismiss()))
        own = path.as_uri()
        page.on(
            "request",
            lambda request: (
                None
                if request.url.split("#")[0] == own or request.url.startswith(("data:", "blob:"))
                else heard.append(request.url)
            ),
        )
        page.goto(own + anchor)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert heard == []


def shown(page: Page) -> list[str]:
    """The claims of the table that can be seen, in order."""
    rows = page.locator("table.claims tr[data-outcome]:visible th a")
    return rows.all_inner_texts()


def test_every_link_leads_somewhere(report: Path, visit) -> None:
    page = visit(report)
    links = page.eval_on_selector_all("a[href]", "all => all.map(one => one.getAttribute('href'))")
    ids = set(page.eval_on_selector_all("[id]", "all => all.map(one => one.id)"))
    inside = [link[1:] for link in links if link.startswith("#")]
    assert len(inside) > 10
    assert [link for link in inside if urllib.parse.unquote(link) not in ids] == []
    beside = {link.split("#")[0] for link in links if not link.startswith(("#", "data:", "https:"))}
    # Snakemake's own report is written after this page.
    beside.discard("snakemake-report.html")
    assert [link for link in beside if not (report.parent / link).exists()] == []


def test_the_table_is_searched_filtered_and_sorted(report: Path, visit) -> None:
    page = visit(report)
    every = shown(page)
    rows = page.locator("table.claims tr[data-outcome]")
    assert len(every) == rows.count() > 5
    page.fill("#search", "inference by sampling".replace(" ", "-"))
    assert shown(page) == ["inference-by-sampling"]
    page.click("#tools button[type=reset]")
    expect(page.locator("#shown")).to_have_text(f"{len(every)} of {len(every)} claims")
    outcomes = page.locator("#outcome option").all_inner_texts()[1:]
    counts = []
    for outcome in outcomes:
        page.select_option("#outcome", outcome)
        found = page.locator("table.claims tr[data-outcome]:visible")
        assert set(found.evaluate_all("all => all.map(one => one.dataset.outcome)")) == {outcome}
        counts.append(found.count())
    assert sum(counts) == len(every)
    page.click("#tools button[type=reset]")
    expect(page.locator("#shown")).to_have_text(f"{len(every)} of {len(every)} claims")
    head = page.locator("table.claims thead th").first
    head.locator("button").click()
    assert head.get_attribute("aria-sort") == "ascending"
    names = [name.lower() for name in shown(page)]
    assert names == sorted(names)
    head.locator("button").click()
    assert [name.lower() for name in shown(page)] == names[::-1]


def test_the_link_of_a_claim_opens_it(report: Path, visit) -> None:
    anchors = (
        visit(report)
        .locator("table.claims th a")
        .evaluate_all("all => all.map(one => one.getAttribute('href'))")
    )
    page = visit(report, anchors[-1])
    for anchor in anchors:
        page.evaluate("hash => { location.hash = hash }", anchor)
        name = urllib.parse.unquote(anchor[1:])
        opened = page.locator(f"[id='{name}'] > details.evidence")
        expect(opened).to_have_attribute("open", "")
        box = page.evaluate(
            "name => document.getElementById(name).getBoundingClientRect().top", name
        )
        assert box < 900, anchor


def test_all_of_it_is_there_without_a_script(report: Path, visit) -> None:
    plain, full = visit(report, java_script_enabled=False), visit(report)
    # Folded parts are text of the page all the same.
    words = [page.locator("main").text_content() for page in (plain, full)]
    tables = [page.locator("table.claims tr[data-outcome]").count() for page in (plain, full)]
    assert tables[0] == tables[1] > 5
    for name in full.locator("table.claims th a").all_inner_texts():
        assert name in words[0]


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nobody_is_kept_out(report: Path, visit, scheme: str, width: int) -> None:
    page = visit(report, color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    page.evaluate(
        "[...document.querySelectorAll('details.evidence')].slice(0, 4).forEach(d => d.open = true)"
    )
    broken = Axe().run(page).response["violations"]
    assert [one["id"] for one in broken if one["impact"] in ("serious", "critical")] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_theme_is_changed_by_its_button(report: Path, visit) -> None:
    page = visit(report, color_scheme="light")

    def brightness() -> int:
        colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
        return sum(int(part) for part in colour.strip("rgb()").split(",")[:3])

    light = brightness()
    page.click("#theme")
    assert brightness() < light / 2
    page.click("#theme")
    assert brightness() == light


def test_a_table_is_taken_away_as_it_stands(report: Path, visit) -> None:
    page = visit(report)
    link = page.locator("a[download='claims.csv']").get_attribute("href")
    kind, _, text = link.partition(",")
    assert kind.startswith("data:text/csv")
    rows = list(csv.reader(io.StringIO(urllib.parse.unquote(text))))
    assert sorted(row[0] for row in rows[1:]) == sorted(shown(page))


def test_hostile_words_stay_words(tmp_path: Path, visit) -> None:
    evidence = records.evidence(summary=HOSTILE, point={HOSTILE[:200]: HOSTILE})
    claim = records.claim(
        "hostile",
        title=HOSTILE,
        statement=HOSTILE,
        steps=(records.step(says=HOSTILE, evidence=evidence),),
    )
    path = build(records.write_run(tmp_path, (claim, records.claim("quiet"))))
    assert path.stat().st_size < 5e6
    page = visit(path)
    assert page.title() != "owned"
    assert page.locator("main img[src=x]").count() == 0
    assert "<script>document.title" in page.locator("main").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    assert "quiet" in " ".join(shown(page))


def test_half_written_evidence_is_told_and_the_rest_stands(tmp_path: Path, visit) -> None:
    folder = records.write_run(tmp_path, (records.claim("whole"), records.claim("torn")))
    torn = folder / "evidence" / "torn.json"
    torn.write_bytes(torn.read_bytes()[:100])
    page = visit(build(folder))
    outcomes = page.locator("table.claims tr[data-outcome]").evaluate_all(
        "all => all.map(one => [one.querySelector('a').textContent, one.dataset.outcome])"
    )
    assert dict(outcomes) == {"whole": "stands", "torn": "failed"}
