"""A file that cannot be trusted fails what it speaks of; the rest of the report stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from qdml.claims import ClaimRecord, Finding
from qdml.errors import EvidenceError
from qdml.io import read_json, write_json
from qdml.report import build
from tests.report import pages, records


def _built(folder: Path, *claims: ClaimRecord) -> pages.Element:
    records.write_run(folder, claims)
    return pages.read(build(folder).read_text(encoding="utf-8"))


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:100])


def _edit(path: Path) -> None:
    path.write_text(path.read_text().replace("N = 2^n", "N = 3^n"))


def _lack_a_field(path: Path) -> None:
    record = read_json(path)
    del record["schema_version"], record["title"]
    write_json(path, record)


def _swap(path: Path) -> None:
    write_json(path, records.claim("is-other").model_dump(mode="json"))


def _reseed(path: Path) -> None:
    write_json(path, records.claim("is-sound", seed=1).model_dump(mode="json"))


def _overturn(path: Path) -> None:
    doubt = records.evidence(Finding.UNDECIDED)
    later = records.claim("is-sound", steps=(records.step(evidence=doubt),))
    write_json(path, later.model_dump(mode="json"))


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (Path.unlink, "evidence/is-sound.json: no such file; run the pipeline first"),
        (_truncate, "evidence/is-sound.json: not a readable JSON file"),
        (_edit, "evidence/is-sound.json: content was changed after it was written (seal)"),
        (_lack_a_field, "title: Field required"),
        (_swap, "its evidence is of is-other at scale quick with seed 20231011"),
        (_reseed, "its evidence is of is-sound at scale quick with seed 1"),
        (_overturn, "its verdict was not made from this evidence"),
    ],
)
def test_broken_evidence_fails_its_claim_alone(tmp_path: Path, spoil: object, reason: str) -> None:
    records.write_run(tmp_path, (records.claim("is-sound"), records.claim("is-well")))
    spoil(tmp_path / "evidence" / "is-sound.json")  # type: ignore[operator]
    page = pages.read(build(tmp_path).read_text(encoding="utf-8"))
    section = page.by_id("claim-is-sound")
    assert section.by_class("badge")[0].text == "failed"
    assert reason in section.text
    assert str(tmp_path) not in page.text
    assert page.by_id("claim-is-well").by_class("badge")[0].text == "stands"
    assert [one.text for one in page.all("h1")] == ["1 of 2 claims stand"]
    (table,) = page.by_class("claims")
    assert [one.text for one in table.by_class("count")] == ["0 / 2", "2 / 2"]


def test_a_broken_experiment_fails_alone(tmp_path: Path) -> None:
    records.write_run(
        tmp_path, (records.claim("one"),), (records.experiment("a"), records.experiment("b"))
    )
    _truncate(tmp_path / "experiments" / "a.json")
    other = records.experiment("b", scale="full")
    write_json(tmp_path / "experiments" / "b.json", other.model_dump(mode="json"))
    page = pages.read(build(tmp_path).read_text(encoding="utf-8"))
    assert "Failed: experiments/a.json: not a readable" in page.by_id("experiment-a").text
    assert "its record is of b at scale full" in page.by_id("experiment-b").text


def test_evidence_without_a_verdict_is_named(tmp_path: Path) -> None:
    records.write_run(tmp_path, (records.claim("old"),))
    page = _built(tmp_path, records.claim("new"))
    assert "Evidence without a verdict, not shown: old." in page.text


@pytest.mark.parametrize("content", [None, "{", '{"schema_version": 1, "claims": []}'])
def test_without_verdicts_there_is_no_report(tmp_path: Path, content: str | None) -> None:
    records.write_run(tmp_path, (records.claim("one"),))
    before = build(tmp_path).read_bytes()
    (tmp_path / "verdicts.json").unlink()
    if content is not None:
        (tmp_path / "verdicts.json").write_text(content)
    with pytest.raises(EvidenceError, match=r"verdicts\.json: .*run the pipeline"):
        build(tmp_path)
    assert (tmp_path / "index.html").read_bytes() == before


@pytest.mark.parametrize("claims", [[], [{"id": "x"}], "x", [1], None])
def test_verdicts_of_another_shape_are_refused(tmp_path: Path, claims: object) -> None:
    seed = {} if claims == [] else {"seed": 1}
    write_json(tmp_path / "verdicts.json", {"scale": "quick", "claims": claims} | seed)
    with pytest.raises(EvidenceError, match="not a list of verdicts"):
        build(tmp_path)


def test_two_verdicts_on_one_claim_are_refused(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="two verdicts on one claim"):
        _built(tmp_path, records.claim("one"), records.claim("one"))
