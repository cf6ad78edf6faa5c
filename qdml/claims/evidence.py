"""What checks hand in and the judge hands out: evidence, records and verdicts as typed JSON."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Scalar = bool | int | float | str | None


class Finding(StrEnum):
    """What one check says about one hypothesis."""

    SUPPORTS = "supports"
    REFUTES = "refutes"
    UNDECIDED = "undecided"


class Tag(StrEnum):
    """Who stands behind a step."""

    PROVED = "P"
    EXACT = "X"
    NUMERIC = "N"
    IMPORTED = "I"


class Method(StrEnum):
    """How a check reached its finding; it limits the tag that the finding can serve."""

    SYMBOLIC = "symbolic"
    EXACT = "exact"
    STATISTICS = "statistics"
    FLOATING = "floating"
    CITATION = "citation"


class Outcome(StrEnum):
    """The fate of a claim."""

    STANDS = "stands"
    REFUTED = "refuted"
    UNDECIDED = "undecided"
    IMPORTED = "imported"
    FAILED = "failed"


class Record(BaseModel):
    """Base of everything that is written to disk: immutable, no unknown keys, finite numbers."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Series(Record):
    """One line, band or set of points of a figure; `low` and `high` are interval ends."""

    label: str
    kind: Literal["measured", "bound", "formula", "exact"]
    x: tuple[float, ...]
    y: tuple[float, ...]
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()


class Figure(Record):
    """A figure as data; drawing it is the report's work."""

    title: str
    x_label: str
    y_label: str
    x_scale: Literal["linear", "log"] = "linear"
    y_scale: Literal["linear", "log"] = "linear"
    series: tuple[Series, ...]
    caption: str


class Image(Record):
    """One grey-level image: rows of `width` pixels, 0 paper and 1 ink, and a note below it."""

    width: int = Field(ge=1, le=64)
    pixels: tuple[Annotated[float, Field(ge=0, le=1)], ...] = Field(min_length=1, max_length=4096)
    note: str = ""


class ImageRow(Record):
    """A row of images under the columns of its table; None leaves a place empty."""

    label: str
    images: tuple[Image | None, ...]


class Images(Record):
    """A table of images as data."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[ImageRow, ...]
    caption: str


class Evidence(Record):
    """The result of one check of one hypothesis.

    `point` is where the hypothesis fails or is closest to failing, `margin` how far the point lies
    from the boundary (in the unit named in `summary`), `alarm` the probability that a true
    hypothesis would have been refuted by chance, `compared` the number of comparisons made.
    `headline` names the part that asks for a place on the first screen of the report.
    """

    finding: Finding
    method: Method
    summary: str
    point: dict[str, Scalar] = Field(default_factory=dict)
    margin: float | None = None
    compared: int = 0
    table: tuple[dict[str, Scalar], ...] = ()
    assumed: tuple[str, ...] = ()
    alarm: float = 0.0
    figure: Figure | None = None
    images: Images | None = None
    headline: Literal["figure", "images", "table"] | None = None


class StepRecord(Record):
    """One step of a claim with what its check found, or the traceback of a check that broke.

    `at` is the file and line of the check, as in `folder/file.py:12`.
    """

    name: str
    at: str = ""
    tag: Tag
    role: Literal["support", "counterexample"]
    says: str
    evidence: Evidence | None = None
    failure: str | None = None


class MutantRecord(Record):
    """One false variant with what the step named `step` found when it was told the variant."""

    name: str
    says: str
    step: str
    hypothesis: dict[str, Scalar]
    evidence: Evidence | None = None
    failure: str | None = None

    @property
    def refuted(self) -> bool:
        """Only the finding `refutes` kills a mutant; a crash or a doubt leaves it alive."""
        return self.evidence is not None and self.evidence.finding is Finding.REFUTES


class Limit(Record):
    """The end of a search for the least change of a constant that is refuted.

    `tried` is the changed constant: the nearest that `step` refutes or, without a step, the
    furthest, which no step refutes; `broke` says that a step could not be asked about that one or
    beyond. There is none where no other value has a meaning, or no step was asked.
    """

    tried: str | None = None
    step: str | None = None
    broke: bool = False


class Sensitivity(Record):
    """How far a constant of the hypothesis can be moved before a step refutes it.

    Steps in `unasked` depend on it and were not asked, since they take too long.
    """

    constant: str
    value: str
    increase: Limit
    decrease: Limit
    unasked: tuple[str, ...] = ()


class ClaimRecord(Record):
    """Everything a run learnt about one claim; the report is made from this and nothing else.

    `at` is the file and line of the claim, as in `folder/file.py:12`.
    """

    id: str
    at: str = ""
    topic: str
    title: str
    statement: str
    formulas: tuple[str, ...]
    source: str
    premises: tuple[str, ...]
    notes: tuple[str, ...]
    listed_steps: tuple[str, ...]
    listed_mutants: tuple[str, ...]
    scale: str
    seed: int
    settings: dict[str, str]
    hypothesis: dict[str, Scalar]
    absent: str | None = None
    steps: tuple[StepRecord, ...]
    mutants: tuple[MutantRecord, ...]
    sensitivity: tuple[Sensitivity, ...] | None = None


class ExperimentRecord(Record):
    """A measured experiment that is shown beside the claims, without a verdict of its own.

    `facts` are name and value in reading order; `absent` says why the data could not be had,
    `failure` keeps the traceback of an experiment that broke.
    """

    id: str
    title: str
    text: str
    facts: tuple[tuple[str, Scalar], ...] = ()
    table: tuple[dict[str, Scalar], ...] = ()
    figures: tuple[Figure, ...] = ()
    scale: str
    seed: int
    absent: str | None = None
    failure: str | None = None


class MutantVerdict(Record):
    """A mutant's name, whether it was refuted, and how."""

    name: str
    refuted: bool
    how: str


class Verdict(Record):
    """The judge's word on one claim."""

    id: str
    topic: str
    title: str
    source: str
    outcome: Outcome
    strength: Literal["proved", "certified", "measured"] | None
    reason: str
    imported: tuple[str, ...]
    mutants: tuple[MutantVerdict, ...]
