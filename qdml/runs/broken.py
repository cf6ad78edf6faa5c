"""The record of a claim that could not even be set up."""

from __future__ import annotations

from qdml.claims import ClaimRecord, Tag
from qdml.claims.evidence import StepRecord
from qdml.config import Config
from qdml.runs import depends


def broken(claim_id: str, config: Config, failure: str) -> ClaimRecord:
    """What the claim's file says plainly is kept; `failure` is the traceback."""
    says = depends.outline(claim_id)
    step = StepRecord(
        name="set up", tag=Tag.EXACT, role="support", says="it can be loaded", failure=failure
    )
    return ClaimRecord(
        id=claim_id,
        topic=says.get("topic", "unknown"),
        title=says.get("title", claim_id),
        statement=says.get("statement", ""),
        formulas=(),
        source=says.get("source", ""),
        premises=(),
        notes=(),
        listed_steps=(step.name,),
        listed_mutants=(),
        scale=config.scale,
        seed=config.seed,
        settings={},
        hypothesis={},
        steps=(step,),
        mutants=(),
    )
