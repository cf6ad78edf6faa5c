"""The work of each job: what is written, and what becomes of what breaks or cannot be trusted."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import proofs_checks
from qdml.claims import ClaimRecord, ExperimentRecord, Outcome, judge
from qdml.errors import DataError, EvidenceError, InputError
from qdml.io import read_json, write_json
from qdml.protocols import classifier
from qdml.runs import depends, jobs
from tests import toys

SETTINGS = depends.settings(toys.CONFIG, "learning")


@pytest.fixture(autouse=True)
def _toys(monkeypatch: pytest.MonkeyPatch) -> None:
    toys.install(monkeypatch)


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    return tmp_path / "reports"


def run(reports: Path, *claims: str) -> Path:
    """Evidence and verdicts of these claims."""
    for name in claims:
        jobs.evidence(name, SETTINGS, "0123456789abcdef", reports)
        jobs.verdict(name, reports)
    return reports


def trial(name: str, **changes: Any) -> ExperimentRecord:
    fields = {"id": name, "title": "T", "text": "", "scale": "quick", "seed": toys.CONFIG.seed}
    return ExperimentRecord(**fields | changes)


@pytest.mark.parametrize("name", toys.CLAIMS)
def test_evidence_goes_round_and_is_judged(name: str, reports: Path) -> None:
    run(reports, name)
    found = read_json(reports / "evidence" / f"{name}.json")
    del found["schema_version"]
    record, _ = jobs.gather(name, toys.CONFIG, search=True)
    assert ClaimRecord.model_validate(found) == record
    assert jobs.verdict(name, reports) == judge(record)
    assert judge(record).outcome == toys.OUTCOMES[name]


def test_two_runs_write_the_same_bytes_but_for_the_timing(tmp_path: Path) -> None:
    first, second = (run(tmp_path / name, "sound") for name in ("a", "b"))
    written = sorted(path.relative_to(first) for path in first.rglob("*.json"))
    assert len(written) == 4
    for path in written:
        if path.parent.name != "timings":
            assert (first / path).read_bytes() == (second / path).read_bytes()


def test_the_log_of_a_job_says_what_it_is_at_and_what_it_found(
    reports: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(reports, "false")
    lines = capsys.readouterr().out.splitlines()
    told = [dict(re.findall(r'(\w+)=("(?:[^"\\]|\\.)*"|\{.*?\}|[^ ]+)', line)) for line in lines]
    facts = [{key: json.loads(value) for key, value in line.items()} for line in told]
    assert {fact["claim"] for fact in facts} == {"false"}
    assert facts[0].items() >= {"scale": "quick", "seed": 20231011, "shard": "1 of 1"}.items()
    parts = ["data", "total", "one more", "one less", "sensitivity"]
    assert [(fact["done"], fact["part"]) for fact in facts[1:6]] == list(enumerate(parts))
    assert [(fact["part"], fact["found"]) for fact in facts[6:]] == [
        ("total", "refutes"),
        ("one more", "refutes"),
        ("one less", "supports"),
    ]
    assert facts[6]["point"] == {"n": 1}


def test_a_timing_has_the_parts_and_the_machine(reports: Path) -> None:
    run(reports, "sound")
    timing = read_json(reports / "timings" / "sound.json")
    assert set(timing["seconds"]) == {"data", "total", "one more", "one less", "sensitivity"}
    assert timing["total"] >= sum(timing["seconds"].values())
    assert timing["machine"]["cores"] >= 1


@pytest.mark.parametrize(
    ("claim", "reason"),
    [
        (SyntaxError("no claim here"), "SyntaxError: no claim here"),
        (toys.claim("another"), "ValueError: the file of 'sound' holds the claim 'another'"),
        (SimpleNamespace(id="sound", topic="alchemy"), "no attribute 'alchemy'"),
    ],
)
def test_a_claim_that_cannot_be_set_up_has_failed(
    claim: Any, reason: str, reports: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def load(claim_id: str) -> Any:
        if isinstance(claim, Exception):
            raise claim
        return claim

    monkeypatch.setattr(proofs_checks, "load", load)
    monkeypatch.setattr(depends, "outline", lambda claim_id: {"title": "Its title"})
    run(reports, "sound")
    verdict = jobs.verdict("sound", reports)
    assert verdict.outcome is Outcome.FAILED
    assert verdict.title == "Its title"
    assert reason in verdict.reason


def test_an_unknown_claim_is_an_error() -> None:
    with pytest.raises(InputError, match=r"claim 'inference-by-samplin': no such claim"):
        jobs.gather("inference-by-samplin", toys.CONFIG)


def spoil(path: Path, how: str) -> None:
    text = path.read_text()
    if how == "cut":
        path.write_text(text[: len(text) // 2])
    elif how == "empty":
        path.write_text("")
    elif how == "edited":
        path.write_text(text.replace("it holds", "it is so"))
    elif how == "missing":
        path.unlink()
    elif how == "version":
        path.write_text(text.replace('"schema_version": 1', '"schema_version": 0'))
    elif how == "sealed":
        write_json(path, {key: value for key, value in json.loads(text).items() if key == "id"})
    elif how == "swapped":
        path.write_text(path.with_name("cited.json").read_text())


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ("cut", "not a readable JSON file"),
        ("empty", "not a readable JSON file"),
        ("edited", "content was changed after it was written"),
        ("missing", "no such file; run the pipeline first"),
        ("version", "schema_version is 0, this qdml reads 1"),
        ("sealed", "Field required; remove it and run the pipeline again"),
        ("swapped", "holds 'cited', expected 'sound'"),
    ],
)
def test_evidence_that_cannot_be_trusted_is_not_judged(how: str, says: str, reports: Path) -> None:
    run(reports, "sound", "cited")
    path = reports / "evidence" / "sound.json"
    verdict = (reports / "verdicts" / "sound.json").read_bytes()
    spoil(path, how)
    with pytest.raises(EvidenceError, match=says) as error:
        jobs.verdict("sound", reports)
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)
    assert (reports / "verdicts" / "sound.json").read_bytes() == verdict


def test_bad_evidence_is_named_and_hides_no_other(reports: Path) -> None:
    names = ("broken", "cited", "sound", "false")
    run(reports, *names)
    for name in names:
        (reports / "verdicts" / f"{name}.json").unlink()
    spoil(reports / "evidence" / "cited.json", "edited")
    spoil(reports / "evidence" / "false.json", "missing")
    with pytest.raises(
        EvidenceError, match=r"cited\.json: content .*\n .*false\.json: no such file"
    ):
        jobs.collect(names, [], "quick", 7, reports)
    left = {path.stem for path in (reports / "verdicts").iterdir()}
    assert left == {"broken", "sound"}


def test_what_is_not_judged_since_is_found(reports: Path) -> None:
    run(reports, "sound", "cited", "false")
    (reports / "verdicts" / "false.json").unlink()
    os.utime(reports / "verdicts" / "cited.json", ns=(0, 0))
    assert jobs.unjudged(["broken", "cited", "false", "sound"], reports) == ["cited", "false"]


def test_collecting_orders_by_id_and_removes_what_another_run_left(reports: Path) -> None:
    run(reports, "sound", "cited", "false")
    write_json(reports / "experiments" / "classifier-old.json", {})
    write_json(reports / "experiments" / "classifier-old.provenance.json", {})
    jobs.collect(["sound", "cited"], [], "quick", 7, reports)
    collected = read_json(reports / "verdicts.json")
    assert [one["id"] for one in collected["claims"]] == ["cited", "sound"]
    assert (collected["scale"], collected["seed"]) == ("quick", 7)
    timings = read_json(reports / "timings.json")["timings"]
    assert [one["id"] for one in timings] == ["cited", "sound"]
    left = {path.name.split(".")[0] for path in reports.rglob("*.json") if path.parent != reports}
    assert left == {"sound", "cited"}


def test_the_gate_opens_when_nothing_fell(reports: Path) -> None:
    run(reports, "sound", "cited")
    jobs.gate(["sound", "cited"], [], reports)
    assert (reports / "judged.txt").read_text() == "1 stands, 1 imported\n"


def test_the_gate_stays_shut_for_a_doubt_but_not_for_absent_data(reports: Path) -> None:
    run(reports, "sound", "doubtful")
    with pytest.raises(jobs.RunFailed, match="undecided: doubtful") as caught:
        jobs.gate(["sound", "doubtful"], [], reports)
    assert caught.value.exit_status == 1
    doubt = read_json(reports / "verdicts" / "doubtful.json")
    write_json(reports / "verdicts" / "doubtful.json", doubt | {"reason": "data absent: no moon"})
    jobs.gate(["sound", "doubtful"], [], reports)


@pytest.mark.parametrize(
    ("names", "exit_status"), [(["sound", "false"], 1), (["sound", "broken", "false"], 3)]
)
def test_the_gate_stays_shut_when_something_fell(
    names: list[str], exit_status: int, reports: Path
) -> None:
    run(reports, *names)
    with pytest.raises(jobs.RunFailed) as failed:
        jobs.gate(names, [], reports)
    assert failed.value.exit_status == exit_status
    assert "refuted: false: total: the sum of the first numbers" in str(failed.value)
    again = "again: qdml check false --scale quick --seed 20231011 (it fell at n = 1)"
    assert again in str(failed.value)
    assert ("failed: broken: total: ZeroDivisionError" in str(failed.value)) is (exit_status == 3)
    assert not (reports / "judged.txt").exists()


def test_a_digest_fits_a_screen(reports: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    many = {f"false-{i}": toys.claim(f"false-{i}", offset=1) for i in range(48)}
    monkeypatch.setattr(proofs_checks, "load", many.__getitem__)
    run(reports, *many)
    with pytest.raises(jobs.RunFailed, match="and 38 more") as failed:
        jobs.gate(list(many), [], reports)
    lines = str(failed.value).splitlines()
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 165


def test_an_experiment_is_written_as_it_came(
    reports: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = trial("classifier-x", facts=(("images", 3),))
    monkeypatch.setattr(classifier, "experiment", lambda name, grid, seed, scale: record)
    jobs.experiment("x", depends.settings(toys.CONFIG, "classifier"), "0123456789abcdef", reports)
    found = read_json(reports / "experiments" / "classifier-x.json")
    del found["schema_version"]
    assert ExperimentRecord.model_validate(found) == record
    jobs.gate([], ["classifier-x"], reports)


def test_an_experiment_that_breaks_fails_the_run_at_its_end(
    reports: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def experiment(name: str, grid: Any, seed: int, scale: str) -> ExperimentRecord:
        raise KeyError("lost")

    monkeypatch.setattr(classifier, "experiment", experiment)
    jobs.experiment("x", depends.settings(toys.CONFIG, "classifier"), "0123456789abcdef", reports)
    with pytest.raises(jobs.RunFailed, match="failed: classifier-x: KeyError"):
        jobs.gate([], ["classifier-x"], reports)


def test_damaged_data_stop_an_experiment(reports: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def experiment(name: str, grid: Any, seed: int, scale: str) -> ExperimentRecord:
        raise DataError("sha256 is wrong")

    monkeypatch.setattr(classifier, "experiment", experiment)
    with pytest.raises(DataError, match="sha256 is wrong"):
        jobs.experiment("x", depends.settings(toys.CONFIG, "classifier"), "", reports)
    assert not list(reports.rglob("*.json"))


def test_all_evidence_is_judged_again(reports: Path) -> None:
    run(reports, "sound", "false")
    (reports / "verdicts" / "sound.json").unlink()
    jobs.rejudge(reports)
    claims = read_json(reports / "verdicts.json")["claims"]
    assert {one["id"]: one["outcome"] for one in claims} == {"sound": "stands", "false": "refuted"}


def test_evidence_of_two_runs_is_not_mixed(reports: Path) -> None:
    run(reports, "sound")
    jobs.evidence("false", SETTINGS | {"seed": 8}, "0123456789abcdef", reports)
    with pytest.raises(EvidenceError, match=r"evidence of two runs: .* seed 8"):
        jobs.rejudge(reports)


def test_nothing_to_judge_is_an_error(reports: Path) -> None:
    reports.mkdir()
    with pytest.raises(EvidenceError, match="no evidence here; run the pipeline first"):
        jobs.rejudge(reports)
