"""The report shows what the files of a run say, and nothing else decides its bytes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from qdml.claims import ClaimRecord, Figure, Series
from qdml.io import write_json
from qdml.report import build
from tests.report import pages, records

EVERY = (*records.every_outcome(), records.inference_by_sampling())


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run")
    absent = records.experiment("classifier-mutag", absent="MUTAG is not here", figures=())
    records.write_run(folder, EVERY, (records.experiment(), absent))
    assert build(folder) == folder / "index.html"
    return folder


@pytest.fixture(scope="module")
def page(run: Path) -> pages.Element:
    return pages.read((run / "index.html").read_text(encoding="utf-8"))


def _built(folder: Path, *claims: ClaimRecord) -> pages.Element:
    records.write_run(folder, claims)
    return pages.read(build(folder).read_text(encoding="utf-8"))


def _section(page: pages.Element, name: str) -> pages.Element:
    return page.by_id(f"claim-{name}")


def test_the_first_screen_counts_outcomes_and_strengths(page: pages.Element) -> None:
    (masthead,) = page.by_class("first")
    assert [one.text for one in masthead.all("h1")] == ["4 of 11 claims stand"]
    outcomes, strengths = masthead.by_class("counts")
    assert outcomes.text == "4 stand 1 imported 4 undecided 1 refuted 1 failed"
    assert strengths.text == "1 proved 1 certified 2 measured"
    assert "17 of 18 mutants were refuted. Scale quick, seed 20231011." in masthead.text
    (headline,) = masthead.all("figure")
    assert headline.all("title")[0].pieces == ["Decision accuracy against copies"]


def test_the_least_refuted_changes_are_a_table(page: pages.Element) -> None:
    section = _section(page, "is-certified")
    (table,) = (one for one in section.all("table") if "least increase refuted" in one.text)
    assert [[cell.text for cell in row.all("td")] for row in table.all("tr")[1:]] == [
        ["factor", "2", "1025/512, by equality", "not even 0", ""],
        ["sign", "-1", "none was tried", "none was tried", "slow"],
    ]
    assert "How small an error" not in _section(page, "is-measured").text


@pytest.mark.parametrize(
    ("claims", "title"),
    [
        ((), "No claim was run"),
        ((records.claim("one"),), "The claim stands"),
        ((records.claim("one"), records.claim("two")), "All 2 claims stand"),
    ],
)
def test_the_title_fits_any_number(
    tmp_path: Path, claims: tuple[ClaimRecord, ...], title: str
) -> None:
    assert [one.text for one in _built(tmp_path, *claims).all("h1")] == [title]


def test_the_table_has_a_row_for_each_claim(page: pages.Element) -> None:
    (table,) = page.by_class("claims")
    rows = [[cell.text for cell in row.all("th", "td")] for row in table.all("tr")[1:]]
    assert [row[1:4] for row in rows] == [
        ["stands", "measured", "3 / 3"],
        ["stands", "certified", "2 / 2"],
        ["failed", "", "2 / 2"],
        ["imported", "", "0 / 0"],
        ["stands", "measured", "2 / 2"],
        ["undecided", "", "1 / 1"],
        ["stands", "proved", "2 / 2"],
        ["refuted", "", "2 / 2"],
        ["undecided", "", "1 / 2"],
        ["undecided", "", "2 / 2"],
        ["undecided", "", "0 / 0"],
    ]
    assert rows[0][0].startswith("inference-by-sampling Inference to accuracy $\\varepsilon$")
    assert rows[0][4] == "Gilboa, Michaeli, Soudry, McClean 2024; Hoeffding 1963"


def test_topics_part_the_table(tmp_path: Path) -> None:
    one, two = records.claim("one"), records.claim("two", topic="privacy")
    (table,) = _built(tmp_path, one, two).by_class("claims")
    assert [row.text for row in table.by_class("topic")] == [
        "Inference and learning",
        "Privacy",
    ]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("is-certified", "stands certified"),
        ("is-failed", "equality: ZeroDivisionError: 1/0"),
        ("is-imported", "rests wholly on imported theorems"),
        ("is-imported", "theorem cited imported theorem A theorem of others"),
        ("is-measured", "imported A premise of others."),
        ("is-powerless", "no power shown: 1 different mutant"),
        ("is-refuted", "found 7, stated 8"),
        ("is-refuted", "fails at qubits = 3 · margin 1"),
        ("is-survived", "no power shown: alive survived"),
        ("is-undecided", "too close to call"),
        ("is-without-data", "data absent: graphs.zip is not in the mirror"),
    ],
)
def test_every_outcome_says_why(page: pages.Element, name: str, says: str) -> None:
    assert says in _section(page, name).text


def test_a_claim_shows_all_that_is_known_of_it(page: pages.Element) -> None:
    section = _section(page, "inference-by-sampling")
    for words in (
        r"copies estimate the loss $\mathcal{L}(\theta,x)=\langle\varphi|Z_0|\varphi\rangle$",
        r"$k=\left\lceil\frac{2\ln(2/\delta)}{\varepsilon^2}\right\rceil$",
        "Constants under test: factor = 1",
        "No imported theorem.",
        "The network loses no message. (ledger)",
        "ledger supports exact on instances",
        "hoeffding supports proved here",
        "frequency supports numeric evidence",
        "exact arithmetic · 72 comparisons",
        "statistics · 4 comparisons · closest at loss = 0.25 · margin 0.0021",
        "false alarm at most 2.5×10−6",
        "k/4 copies refuted told to “tails” A quarter is enough. (factor = k/4 copies)",
        "the exact tail: 0.1345 against the bound 0.01",
        "fails at loss = 0, accuracy = 0.1, failure_probability = 0.01 · margin 0.124",
        r"Amplitude estimation needs $O(1/\varepsilon)$ copies and more rounds.",
        "qdml check inference-by-sampling --seed 20231011 --scale quick",
        "proofs_checks/inference_by_sampling.py:283",
        "proofs_checks/inference_by_sampling.py:114",
        "Failure probability against the loss. The bound is never reached",
    ):
        assert words in section.text, words
    evidence, details = section.all("details")
    assert evidence.all("summary")[0].text.startswith("How it was checked: 4 steps, 3 mutants")
    assert details.all("summary")[0].text == "Evidence of “ledger”: 9 rows"
    assert [row.text for row in details.all("tr")[:2]] == [
        "qubits layers messages qubits sent",
        "1 1 1 738",
    ]


def test_a_search_for_a_counterexample_never_supports(tmp_path: Path) -> None:
    steps = (records.step(), records.step("search", role="counterexample"))
    section = _section(_built(tmp_path, records.claim("one", steps=steps)), "one")
    assert [one.text for one in section.by_class("supports")] == ["supports", "finds none"]
    assert "search finds none exact on instances, search for a counterexample" in section.text


def test_a_traceback_is_folded_away(page: pages.Element) -> None:
    (details,) = _section(page, "is-failed").by_class("problem")[1:]
    assert details.tag == "details"
    assert details.all("pre")[0].text.endswith("ZeroDivisionError: 1/0")


def test_settings_are_part_of_the_command(tmp_path: Path) -> None:
    page = _built(tmp_path, records.claim("set", settings={"eps": "0.05", "a": "x; rm -r"}))
    assert "qdml check set --seed 20231011 --scale quick --set 'a=x; rm -r' --set eps=0.05" in (
        _section(page, "set").text
    )


def test_experiments_are_shown_without_a_verdict(page: pages.Element) -> None:
    section = page.by_id("experiment-classifier-digits-3-8")
    assert "Alice holds an image" in section.text
    assert "test accuracy 0.97479" in section.text
    assert len(section.all("figure")) == 2
    assert not section.by_class("badge")
    assert "Not measured: MUTAG is not here" in page.by_id("experiment-classifier-mutag").text


def test_an_experiment_that_broke_shows_its_traceback(tmp_path: Path) -> None:
    broke = records.experiment(text="", failure="Traceback (most recent call last):\n  x")
    records.write_run(tmp_path, (), (broke,))
    page = pages.read(build(tmp_path).read_text(encoding="utf-8"))
    assert len(page.by_id(f"experiment-{broke.id}").all("pre")) == 1


def test_what_is_imported_and_what_is_open_is_listed(page: pages.Element) -> None:
    (section,) = [
        one for one in page.all("section") if one.attributes.get("aria-labelledby") == "imported"
    ]
    assert "A theorem of others, with $c>0$ unknown. Used by is-imported." in section.text
    assert "A premise of others. Used by is-measured." in section.text
    assert "is-refuted is refuted: equality: found 7, stated 8" in section.text
    assert "is-failed failed: equality: ZeroDivisionError: 1/0" in section.text
    assert "is-without-data is undecided: data absent" in section.text
    assert "Experiment classifier-mutag was not measured: MUTAG is not here" in section.text
    assert "is-certified" not in section.text


def test_provenance_stands_at_the_foot(page: pages.Element) -> None:
    (foot,) = page.all("footer")
    assert "scale quick seed 20231011 qdml version 0.1.0 commit 0123456789abcdef" in foot.text
    assert "uncommitted changes no" in foot.text
    assert "Packages: matplotlib 3.10.0, numpy 2.4.0." in foot.text
    assert {"provenance.html", "snakemake-report.html"} <= {
        one.attributes["href"] for one in foot.all("a")
    }


def test_provenance_that_differs_is_said_to_differ(tmp_path: Path) -> None:
    records.write_run(tmp_path, (records.claim("one"), records.claim("two")))
    path = tmp_path / "evidence" / "two.provenance.json"
    write_json(path, records.provenance("two") | {"commit": None})
    (tmp_path / "evidence" / "one.provenance.json").write_text("{")
    (foot,) = pages.read(build(tmp_path).read_text()).all("footer")
    assert "commit none" in foot.text
    assert "evidence/one.provenance.json: not a readable JSON file" in foot.text
    write_json(tmp_path / "evidence" / "one.provenance.json", records.provenance("one"))
    (foot,) = pages.read(build(tmp_path).read_text()).all("footer")
    assert "commit differs, see below" in foot.text


def test_times_and_machines_have_a_page_of_their_own(run: Path) -> None:
    index = pages.read((run / "index.html").read_text()).text
    times = pages.read((run / "provenance.html").read_text())
    row = times.by_id("claim-is-proved")
    assert row.text == (
        "is-proved 1.25 data 0.25, equality 1.00 2024-05-06T07:08:09+00:00 "
        "cores 2, processor of some kind"
    )
    for word in ("1.25", "2024-05-06", "of some kind"):
        assert word not in index


def test_times_do_not_change_the_report(tmp_path: Path) -> None:
    records.write_run(tmp_path, EVERY[:2])
    index = build(tmp_path).read_bytes()
    write_json(tmp_path / "timings.json", {"timings": [records.timing("is-failed", 77.0)]})
    assert build(tmp_path).read_bytes() == index
    times = pages.read((tmp_path / "provenance.html").read_text())
    assert times.by_id("claim-is-failed").text.startswith("is-failed 77.00")
    assert times.by_id("claim-is-certified").text == "is-certified no time was kept"
    (tmp_path / "timings.json").unlink()
    assert build(tmp_path).read_bytes() == index
    assert "No times: timings.json: no such file" in (tmp_path / "provenance.html").read_text()


def test_same_bytes_in_any_process_and_folder(run: Path, tmp_path: Path) -> None:
    code = "import sys; from pathlib import Path; from qdml.report import build; build(Path('.'))"
    root = Path(__file__).parents[2]
    for seed in ("1", "2"):
        folder = records.write_run(tmp_path / seed, EVERY, (records.experiment(),))
        environment = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(root)}
        subprocess.run([sys.executable, "-c", code], cwd=folder, env=environment, check=True)
    one, two = ((tmp_path / seed / "index.html").read_bytes() for seed in ("1", "2"))
    assert one == two
    absent = records.experiment("classifier-mutag", absent="MUTAG is not here", figures=())
    folder = records.write_run(tmp_path / "3", EVERY, (records.experiment(), absent))
    assert build(folder).read_bytes() == (run / "index.html").read_bytes()


def test_a_figure_that_cannot_be_drawn_says_so(tmp_path: Path) -> None:
    series = Series(label="<b>", kind="bound", x=(1.0, 2.0), y=(1.0,))
    figure = Figure(title="T", x_label="x", y_label="y", series=(series,), caption="c")
    step = records.step(evidence=records.evidence(figure=figure))
    page = _built(tmp_path, records.claim("one", steps=(step,)), records.claim("two"))
    assert "could not be drawn: series '<b>' has columns of different lengths" in page.text
    assert _section(page, "two").by_class("badge")[0].text == "stands"


def test_a_long_table_is_cut_and_says_so(tmp_path: Path) -> None:
    table = tuple({"row": row, f"only {row % 40}": 1} for row in range(5000))
    step = records.step(evidence=records.evidence(table=table))
    page = _built(tmp_path, records.claim("one", steps=(step,)))
    _, details = _section(page, "one").all("details")
    assert len(details.all("tr")) == 101
    assert len(details.all("tr")[0].all("th")) == 16
    assert "The first 100 of 5000 rows; all of them are in evidence/one.json." in details.text


def test_forty_eight_claims_stay_under_five_megabytes(tmp_path: Path) -> None:
    record = records.inference_by_sampling()
    claims = tuple(record.model_copy(update={"id": f"claim-{place}"}) for place in range(48))
    _built(tmp_path, *claims)
    assert (tmp_path / "index.html").stat().st_size < 4_000_000
