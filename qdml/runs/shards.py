"""A claim dealt to several jobs: what each of them writes, and how they become one record."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from qdml.claims import ClaimRecord
from qdml.claims.evidence import Record
from qdml.claims.run import Shard, merge
from qdml.config import parse
from qdml.data.source import missed
from qdml.io import write_json
from qdml.runs.jobs import followed, read_record, write_job


class ShardRecord(Record):
    """Some steps and mutants of a claim, and of their job: seconds of its parts and in all, and the
    data sets that were wanting.
    """

    id: str
    record: ClaimRecord
    seconds: dict[str, float]
    total: float
    missed: tuple[str, ...]


def run_shard(claim_id: str, shard: Shard, settings: dict[str, Any], path: Path) -> None:
    """Run shard k of n of a claim and write what it found to `path`.

    `settings` is the claim's slice of the configuration.
    """
    record, seconds = followed(claim_id, parse(settings), shard)
    found = ShardRecord(
        id=claim_id,
        record=record,
        seconds=seconds,
        total=time.process_time(),
        missed=tuple(sorted(missed)),
    )
    write_json(path, found.model_dump(mode="json"))


def merge_shards(
    claim_id: str, settings: dict[str, Any], source: str, paths: Sequence[Path], reports: Path
) -> None:
    """Put the shards of a claim together: the evidence and provenance of an undivided run.

    Raises `EvidenceError` for shards that are missing, damaged, edited or of another run.
    """
    shards = [read_record(path, ShardRecord, claim_id) for path in paths]
    record = merge([shard.record for shard in shards])
    missed.update(*(shard.missed for shard in shards))
    # What an undivided run would have taken: data and start-up once.
    seconds: dict[str, float] = {}
    for shard in shards:
        seconds |= {
            part: max(spent, seconds.get(part, 0.0)) for part, spent in shard.seconds.items()
        }
    start = max(shard.total - sum(shard.seconds.values()) for shard in shards)
    total = start + sum(seconds.values())
    write_job(record, reports / "evidence", seconds, settings, source, total)
