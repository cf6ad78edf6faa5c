"""What stands on the first screen: the parts of evidence that ask for it, one of each kind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from qdml.claims import Figure, Images, Scalar
from qdml.report.read import Run

Row = Mapping[str, Scalar]

#: The columns of the table of accuracies: the protocols that each of them gathers. What is in no
#: other column is in the last.
PROTOCOLS = {
    "chosen in training folds": ("nested",),
    "chosen on test folds (optimistic)": ("gin", "gin (optimistic)"),
    "otherwise": (),
}


@dataclass(frozen=True)
class Part:
    """A part of evidence on the first screen, with the anchor and title of what it belongs to."""

    shown: Figure | Images | tuple[dict[str, Scalar], ...]
    anchor: str
    title: str


@dataclass(frozen=True)
class Entry:
    """One accuracy of a cell: the model, and percent with interval or deviation if known."""

    model: str
    accuracy: Scalar
    low: Scalar
    high: Scalar
    deviation: Scalar
    own: bool


def headline(run: Run) -> dict[str, Part | None]:
    """The first part of each kind that asks for it; where no figure does, the first there is."""
    found: dict[str, Part | None] = {"figure": None, "images": None, "table": None}
    steps = [
        (page, step.evidence)
        for page in run.pages
        for step in (page.record.steps if page.record else ())
        if step.evidence
    ]
    for page, evidence in steps:
        kind = evidence.headline
        part = getattr(evidence, kind) if kind else None
        if kind and part and not found[kind]:
            found[kind] = Part(part, page.anchor, page.verdict.title)
    if not found["figure"]:
        figures = [
            Part(trial.record.figures[0], f"experiment-{trial.id}", trial.record.title)
            for trial in run.trials
            if trial.record and trial.record.figures
        ]
        figures += [
            Part(evidence.figure, page.anchor, page.verdict.title)
            for page, evidence in steps
            if evidence.figure
        ]
        found["figure"] = figures[0] if figures else None
    return found


def accuracies(rows: Sequence[Row]) -> dict[str, dict[str, list[Entry]]]:
    """Accuracies by set and by protocol, from rows with the keys set, model, protocol, accuracy.

    Optional keys: low and high, deviation over folds, source. Rows that lack a key are left out.
    """
    sets: dict[str, dict[str, list[Entry]]] = {}
    for row in rows:
        if not {"set", "model", "protocol", "accuracy"} <= row.keys():
            continue
        cells = sets.setdefault(str(row["set"]), {column: [] for column in PROTOCOLS})
        cells[_column(row["protocol"])].append(
            Entry(
                model=str(row["model"]).partition(",")[0],
                accuracy=row["accuracy"],
                low=row.get("low"),
                high=row.get("high"),
                deviation=row.get("deviation over folds"),
                own=row.get("source") == "this run",
            )
        )
    return sets


def _column(protocol: Scalar, columns: Iterable[str] = PROTOCOLS) -> str:
    *_, last = columns
    return next((name for name in columns if protocol in PROTOCOLS[name]), last)
