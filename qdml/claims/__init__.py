"""Claims and how they are judged: `run` gathers evidence, `judge` turns it into a verdict."""

from qdml.claims.claim import Check, Claim, Context, Mutant, Step
from qdml.claims.evidence import (
    ClaimRecord,
    Evidence,
    ExperimentRecord,
    Figure,
    Finding,
    Image,
    ImageRow,
    Images,
    Method,
    Outcome,
    Scalar,
    Series,
    Tag,
    Verdict,
)
from qdml.claims.judge import exit_status, judge, run_status
from qdml.claims.run import run
from qdml.claims.seeds import generator
from qdml.claims.sweep import Sweep

__all__ = [
    "Check",
    "Claim",
    "ClaimRecord",
    "Context",
    "Evidence",
    "ExperimentRecord",
    "Figure",
    "Finding",
    "Image",
    "ImageRow",
    "Images",
    "Method",
    "Mutant",
    "Outcome",
    "Scalar",
    "Series",
    "Step",
    "Sweep",
    "Tag",
    "Verdict",
    "exit_status",
    "generator",
    "judge",
    "run",
    "run_status",
]
