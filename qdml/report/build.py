"""Builds the report: index.html, the same bytes on every run, and provenance.html, with times."""

from __future__ import annotations

import base64
import hashlib
import shlex
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from markupsafe import Markup

from qdml.claims import ClaimRecord, Figure, Finding, Images, Outcome, Scalar, Tag
from qdml.claims.evidence import StepRecord
from qdml.config import Grids
from qdml.io import write_atomic
from qdml.report import first, frame, paper, take, text
from qdml.report.figure import draw
from qdml.report.formula import Typesetter
from qdml.report.images import tabulate
from qdml.report.limits import limits
from qdml.report.read import Page, Run, Trial, read_run

#: Largest part of a table that is shown; all of it is in the evidence file.
MOST_ROWS, MOST_COLUMNS = 100, 16

TAGS = {
    Tag.PROVED: "proved here",
    Tag.EXACT: "exact on instances",
    Tag.NUMERIC: "numeric evidence",
    Tag.IMPORTED: "imported theorem",
}
METHODS = {
    "symbolic": "symbolic",
    "exact": "exact arithmetic",
    "statistics": "statistics",
    "floating": "floating point",
    "citation": "citation",
}
#: For each outcome, the word after a count and the words after a claim.
OUTCOMES = {
    Outcome.STANDS: ("stand", "stands"),
    Outcome.IMPORTED: ("imported", "is imported"),
    Outcome.UNDECIDED: ("undecided", "is undecided"),
    Outcome.REFUTED: ("refuted", "is refuted"),
    Outcome.FAILED: ("failed", "failed"),
}
STRENGTHS = ("proved", "certified", "measured")
#: What provenance files say besides the packages, and how the report says it.
PROVENANCE = {
    "version": "qdml version",
    "commit": "commit",
    "dirty": "uncommitted changes",
    "python": "Python",
    "config_hash": "hash of the configuration",
    "source_hash": "hash of the sources",
}


def build(reports: Path) -> Path:
    """Write `index.html` and `provenance.html` under `reports`; returns the path of the former.

    Raises `EvidenceError` when `verdicts.json` is missing or damaged. Evidence that cannot be
    trusted is shown as a failed claim.
    """
    reports = Path(reports)
    run = read_run(reports)
    pages = {name: _render(f"{name}.j2", run) for name in ("index.html", "provenance.html")}
    for name, page in pages.items():
        write_atomic(reports / name, page)
    return reports / "index.html"


def _render(template: str, run: Run) -> str:
    environment = frame.environment()
    script = (frame.HERE / "script.js").read_text(encoding="utf-8")
    math = Typesetter()
    artist = _Artist()
    environment.filters |= {
        "accuracies": first.accuracies,
        "cited": partial(_cited, math),
        "csv": take.table,
        "filename": take.name,
        "numbers": take.rows,
        "percent": text.percent,
        "tail": text.tail,
        "prose": math.prose,
        "paragraphs": math.paragraphs,
        "formula": math.display,
        "figure": artist.draw,
        "changed": _changed,
        "command": _command,
        "found": _found,
        "drawn": _drawn,
        "limits": limits,
    }
    environment.globals |= {
        "columns": _columns,
        "glyphs": math.sheet,
        "script": Markup(script),
        "script_hash": base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        "strengths": STRENGTHS,
        "protocols": first.PROTOCOLS,
        "knowledge": paper.KNOWLEDGE,
        "most_rows": MOST_ROWS,
        "tags": TAGS,
        "methods": METHODS,
        "outcomes": OUTCOMES,
        "names": PROVENANCE,
    }
    page = environment.get_template(template)
    return page.render(
        run=run,
        topics=_topics(run.pages),
        headline=first.headline(run),
        verdicts=_verdicts(run.pages),
        imported=_imported(run.pages),
        recalled=_recalled(run.pages),
        works=_works(run.pages),
        paper=paper.statements(),
        paper_rows=[
            row.model_dump() | {"claims": " ".join(row.claims)} for row in paper.statements()
        ],
        anchors={page.verdict.id: page.anchor for page in run.pages},
        beyond=_beyond(run.pages),
        provenance=_shared([*run.pages, *run.trials]),
        packages=_packages([*run.pages, *run.trials]),
        provenances=_each(run),
    )


class _Artist:
    """Draws figures under names that are unique on the page."""

    def __init__(self) -> None:
        self._drawn = 0

    def draw(self, figure: Figure | Images) -> Markup:
        """The figure or table of images, or a sentence that says why it could not be drawn."""
        self._drawn += 1
        name = f"f{self._drawn}"
        try:
            return draw(figure, name) if isinstance(figure, Figure) else tabulate(figure, name)
        except Exception as error:  # noqa: BLE001 - shown, so that one figure cannot take the page
            reason = text.clean(text.cut(" ".join(str(error).split()), text.LONGEST_CELL))
            said = Markup('<p class="problem">This figure could not be drawn: {}</p>')
            return said.format(reason)


def _topics(pages: Iterable[Page]) -> dict[str, list[Page]]:
    """Pages by the title of their section, sections in the order of the configuration."""
    sections = {name: field.annotation for name, field in Grids.model_fields.items()}
    topics: dict[str, list[Page]] = {name: [] for name in sections}
    for page in pages:
        topics.setdefault(page.verdict.topic, []).append(page)
    return {getattr(sections.get(name), "title", name): own for name, own in topics.items() if own}


def _verdicts(pages: Iterable[Page]) -> list[dict[str, Scalar]]:
    """The table of claims to take away."""
    return [
        {
            "id": page.verdict.id,
            "section": page.verdict.topic,
            "title": page.verdict.title,
            "outcome": page.outcome.value,
            "strength": page.strength,
            "mutants refuted": page.refuted,
            "mutants": page.falsities,
            "source": page.verdict.source,
            "reason": page.reason,
        }
        for page in pages
    ]


def _cited(math: Typesetter, said: str, longest: int = text.LONGEST_PROSE) -> Markup:
    """Prose with links to the works that it cites."""
    return paper.linked(text.cut(said, longest), math.prose)


def _works(pages: Iterable[Page]) -> list[dict[str, Any]]:
    """Every work that may be cited, and the claims that do."""
    citing: dict[str, list[Page]] = {}
    for page in pages:
        for key in dict.fromkeys(key for said in _said(page) for _, key in paper.citations(said)):
            citing.setdefault(key, []).append(page)
    return [
        {"key": work.key, "text": work.text, "citing": citing.get(work.key, [])}
        for work in paper.works()
    ]


def _said(page: Page) -> Iterable[str]:
    """The texts of a claim in which works are cited."""
    yield page.verdict.source
    yield from page.verdict.imported
    if page.record:
        yield from page.record.notes
        for step in page.record.steps:
            yield step.says
            yield step.evidence.summary if step.evidence else ""


def _recalled(pages: Iterable[Page]) -> list[tuple[Page, str]]:
    """Notes on what is recalled only: by custom they begin with that word."""
    return [
        (page, note)
        for page in pages
        if page.record
        for note in page.record.notes
        if note.startswith("Recalled")
    ]


def _beyond(pages: Iterable[Page]) -> list[Page]:
    """The claims that no statement of the paper is mapped to."""
    mapped = {name for row in paper.statements() for name in row.claims}
    return [page for page in pages if page.verdict.id not in mapped]


def _imported(pages: Iterable[Page]) -> dict[str, list[Page]]:
    """What is imported, and the claims that rest on it."""
    resting: dict[str, list[Page]] = {}
    for page in pages:
        for theorem in dict.fromkeys(page.verdict.imported):
            resting.setdefault(theorem, []).append(page)
    return resting


def _changed(hypothesis: Mapping[str, Scalar], record: ClaimRecord) -> dict[str, Any]:
    """The constants in which a false variant differs from the claim."""
    own = record.hypothesis
    return {key: value for key, value in hypothesis.items() if own.get(key, ...) != value}


def _drawn(record: ClaimRecord) -> list[Figure | Images]:
    """The figures and tables of images of a claim, in the order of its steps."""
    found = [step.evidence for step in record.steps if step.evidence]
    return [one for each in found for one in (each.figure, each.images) if one]


def _found(step: StepRecord) -> str:
    """What a step found, in a word: neither a citation nor a vain search is support of its own."""
    if step.evidence is None:
        return "broke"
    if step.evidence.finding is Finding.SUPPORTS and step.tag is Tag.IMPORTED:
        return "cited"
    if step.evidence.finding is Finding.SUPPORTS and step.role == "counterexample":
        return "finds none"
    return step.evidence.finding


def _command(record: ClaimRecord) -> str:
    """The command that runs exactly this claim again."""
    words = ["qdml", "check", record.id, "--seed", str(record.seed), "--scale", record.scale]
    for name, setting in sorted(record.settings.items()):
        words += ["--set", f"{name}={setting}"]
    return shlex.join(words)


def _columns(table: Sequence[Mapping[str, Scalar]]) -> list[str]:
    """The keys of all rows in the order in which they first appear."""
    return list(dict.fromkeys(key for row in table for key in row))[:MOST_COLUMNS]


def _shared(parts: Iterable[Page | Trial]) -> dict[str, Any]:
    """What the provenance files say, each thing once if all of them agree on it."""
    known = [part.provenance for part in parts if "problem" not in part.provenance]
    shared: dict[str, Any] = {}
    for key in PROVENANCE:
        values = [provenance[key] for provenance in known if key in provenance]
        if values:
            agreed = all(value == values[0] for value in values)
            shared[key] = values[0] if agreed else "differs, see below"
    return shared


def _packages(parts: Iterable[Page | Trial]) -> list[str]:
    """Name and version of every package that the provenance files name."""
    named = {
        f"{name} {version}"
        for part in parts
        for name, version in part.provenance.get("packages", {}).items()
        if version is not None
    }
    return sorted(named)


def _each(run: Run) -> tuple[dict[str, Any], ...]:
    """A row of provenance for each claim and experiment."""
    named = [(page.verdict.id, page.provenance) for page in run.pages]
    named += [(trial.id, trial.provenance) for trial in run.trials]
    return tuple(
        {"of": name} | {key: said[key] for key in (*PROVENANCE, "problem") if key in said}
        for name, said in named
    )
