"""Every citation of a claim leads to a work, every work is cited, and the map names real claims."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from markupsafe import escape

import proofs_checks
from qdml.report import build, paper
from tests.report import pages, records

#: What makes a phrase a citation: a year in words about others, or the number of a preprint.
_MARK = re.compile(r"arXiv:\d{4}\.\d{4,5}|quant-ph/\d{7}|\b(?:18|19|20)\d\d\b")


def _strings(path: Path) -> list[str]:
    """The strings of a file, documentation left out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documented = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef)
        and isinstance(node.body[0], ast.Expr)
    }
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if id(node) not in documented
    ]


FOLDER = Path(proofs_checks.__file__).parent
WRITTEN = {path.name: _strings(path) for path in sorted(FOLDER.glob("*.py"))}


@pytest.mark.parametrize("file", WRITTEN)
def test_every_citation_leads_to_a_work(file: str) -> None:
    for said in WRITTEN[file]:
        rest = said
        for words, _ in paper.citations(said):
            rest = rest.replace(words, "", 1)
        assert not _MARK.search(rest), f"{said!r} cites what references.toml does not have"


def test_every_work_is_cited_in_each_of_its_ways() -> None:
    cited = {
        words for own in WRITTEN.values() for said in own for words, _ in paper.citations(said)
    }
    listed = {words for work in paper.works() for words in work.cited}
    # The records that tests are made of cite the paper in one more way.
    assert listed - cited == {"Gilboa, Michaeli, Soudry, McClean 2024"}


def test_no_two_works_are_cited_alike() -> None:
    ways = [words for work in paper.works() for words in work.cited]
    assert len(set(ways)) == len(ways)


def test_the_map_names_claims_and_says_what_is_missing() -> None:
    named = [name for row in paper.statements() for name in row.claims]
    assert set(named) <= set(proofs_checks.ids())
    for row in paper.statements():
        assert row.claims or row.missing.startswith(("Not covered", "No theorem")), row.says


def test_citations_are_links_and_the_rest_is_text() -> None:
    said = "<b> Hoeffding 1963; Raz 1999 & others"
    shown = paper.linked(said, escape)
    assert shown == (
        '&lt;b&gt; <a href="#ref-hoeffding-1963">Hoeffding 1963</a>; '
        '<a href="#ref-raz-1999">Raz 1999</a> &amp; others'
    )


def test_the_page_has_map_references_and_the_way_back(tmp_path: Path) -> None:
    known = records.claim("spectrum-size", source="Raz 1999; proved here", notes=("Recalled: x.",))
    records.write_run(tmp_path, (known, records.claim("one-of-our-own")))
    page = pages.read(build(tmp_path).read_text(encoding="utf-8"))
    assert page.by_id("ref-raz-1999").text.endswith("STOC 1999. In spectrum-size.")
    rows = [row.text for row in page.by_class("paper")[0].all("tr")]
    assert len(rows) == len(paper.statements()) + 1
    assert any("freedom-is-linear (not in this run)" in row for row in rows)
    assert any("its abstract none Not covered: to be first" in row for row in rows)
    assert "beyond what the paper is known to state: one-of-our-own" in page.text
    assert "Recalled: x. In spectrum-size." in page.text
