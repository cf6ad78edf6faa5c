"""The Snakemake workflow as a user meets it: what reruns, what survives, and how it fails."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from qdml.runs.audit import holds, mend
from tests.pipeline.project import ROOT, Project, jobs_of

EVERYTHING = dict.fromkeys(("verdicts", "report", "manifest", "judged"), 1) | {"evidence": 2}


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def one_error(said: str, text: str) -> None:
    """The run ended with one clear line that matches `text`, and no traceback."""
    assert re.search(text, said)
    assert "Traceback" not in said


def test_a_dry_run_plans_every_job_and_writes_nothing(unrun: Project) -> None:
    status, said = unrun.run("-n")
    assert status == 0
    assert jobs_of(said) == EVERYTHING
    assert not (unrun.root / "reports").exists()


def test_a_second_run_has_nothing_to_do(finished: Project) -> None:
    assert (finished.root / "reports" / "judged.txt").read_text() == "2 stands\n"
    status, said = finished.run()
    assert status == 0
    assert "Nothing to be done" in said


def test_editing_a_template_reruns_only_the_report(project: Project) -> None:
    before = project.compared()
    template = project.root / "qdml" / "report" / "templates" / "page.j2"
    template.write_text(template.read_text() + "\n<!-- edited -->\n")
    status, said = project.run()
    assert status == 0, said
    assert jobs_of(said) == {"report": 1, "manifest": 1}
    after = project.compared()
    assert b"<!-- edited -->" in after.pop("index.html")
    del before["index.html"]
    assert after == before


def test_editing_a_claim_reruns_its_evidence_and_nobody_elses(project: Project) -> None:
    edit(project.claim("first"), '"it holds"', '"it holds for small n"')
    status, said = project.run()
    assert status == 0, said
    assert jobs_of(said) == EVERYTHING | {"evidence": 1}
    assert b"it holds for small n" in project.compared()["evidence/first.json"]


def test_a_check_that_breaks_lets_the_rest_finish_and_fails_the_run(project: Project) -> None:
    before = project.compared()["evidence/second.json"]
    edit(project.claim("first"), "sum(range(n + 1))", "1 // 0")
    status, said = project.run()
    assert status != 0
    digest = (
        "qdml: 1 stands, 1 failed; see reports/index.html\n"
        "  failed: first: total: ZeroDivisionError: integer division or modulo by zero\n"
        "  again: qdml check first --scale quick --seed 5\n"
    )
    assert digest in said
    assert jobs_of(said) == EVERYTHING | {"evidence": 1}
    assert project.compared()["evidence/second.json"] == before
    assert b"ZeroDivisionError" in project.compared()["index.html"]
    again, said = project.run()
    assert again != 0
    assert jobs_of(said) == {"judged": 1}
    assert digest in said


def test_edited_evidence_is_one_clear_line_and_nothing_is_lost(project: Project) -> None:
    before = project.compared()
    edit(project.root / "reports/evidence/first.json", "off by one", "off by two")
    status, said = project.run()
    assert status != 0
    one_error(
        said, r"\nqdml: reports/evidence/first\.json: content was changed .* run the pipeline"
    )
    after = project.compared()
    assert {name for name in before if after.get(name) != before[name]} == {
        "evidence/first.json",
        "verdicts/first.json",
        "verdicts.json",
    }


def test_a_long_claim_in_shards_leaves_the_same_bytes(
    unrun: Project, finished: Project, tmp_path: Path
) -> None:
    project = unrun.copy(tmp_path / "project")
    project.deal("first", shards=3)
    status, said = project.run()
    assert status == 0, said
    assert {"shard": 3, "merge": 1}.items() <= jobs_of(said).items()
    assert project.compared() == finished.compared()
    assert not list((project.root / "reports").rglob("*-of-3.json"))
    status, said = project.run()
    assert status == 0
    assert "Nothing to be done" in said


def test_an_unknown_key_is_one_clear_line(unrun: Project) -> None:
    status, said = unrun.run("-n", "--config", "sede=1")
    assert status != 0
    one_error(
        said, r"\nconfig sede: unknown key \(nearest: 'seed'\); allowed are scale, seed, grids\n"
    )


@pytest.mark.parametrize(
    "part", ["threads:", "resources:", "mem_mb=", "log:", "benchmark:", "source="]
)
def test_every_rule_states_what_it_needs(part: str) -> None:
    files = sorted((ROOT / "workflow" / "rules").glob("*.smk"))
    rules = [
        rule
        for file in files
        for rule in re.split(r"^rule ", file.read_text(), flags=re.MULTILINE)[1:]
    ]
    assert len(rules) == 8
    assert [rule.partition(":")[0] for rule in rules if part not in rule] == []


def test_the_first_rule_stands_in_the_snakefile() -> None:
    text = (ROOT / "Snakefile").read_text()
    assert text.index("\nrule all:") < text.index("\ninclude:")


def test_what_was_spoilt_after_a_run_is_made_again(project: Project, finished: Project) -> None:
    reports = project.root / "reports"
    assert holds(reports)
    # A flipped byte, a cut page and a record of another run, none of them with a new time.
    for name, change in (
        ("evidence/first.json", lambda old: old.replace(b"off by one", b"off by two")),
        ("index.html", lambda old: old[:1000]),
        ("verdicts/first.json", lambda old: (reports / "verdicts/second.json").read_bytes()),
    ):
        path = reports / name
        times = path.stat()
        path.write_bytes(change(path.read_bytes()))
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    status, said = project.run()
    assert "Nothing to be done" in said, "Snakemake alone does not notice"
    assert sorted(mend(reports)) == ["evidence/first.json", "index.html", "verdicts/first.json"]
    status, said = project.run()
    assert status == 0, said
    assert project.compared() == finished.compared()
    assert holds(reports)


@pytest.mark.parametrize("name", ["evidence/first.json", "timings/first.json"])
def test_one_lost_record_is_made_again(project: Project, finished: Project, name: str) -> None:
    (project.root / "reports" / name).write_text("{")
    assert mend(project.root / "reports") == [name]
    status, said = project.run()
    assert status == 0, said
    assert jobs_of(said)["evidence"] == 1
    assert project.compared() == finished.compared()
    assert holds(project.root / "reports")
