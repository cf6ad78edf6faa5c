"""What another try may change: parts that failed, and data that could not be had and now can.

Both depend on the machine and the hour (time, memory, a folder that was away), so a record of them
holds for the run that made it and not for the next one.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qdml.data import entries
from qdml.data.source import locate
from qdml.errors import EvidenceError
from qdml.io import read_json
from qdml.runs.audit import remove

_PROVENANCE = ".provenance.json"


def clear(reports: Path) -> dict[str, str]:
    """Remove the records that another try may change; returns why, by name of the file."""
    removed = {}
    for provenance in sorted(reports.glob(f"*/*{_PROVENANCE}")):
        record = provenance.with_name(provenance.name.removesuffix(_PROVENANCE) + ".json")
        try:
            why = _why(read_json(record), read_json(provenance))
        except EvidenceError:
            # made again whatever it says
            continue
        if why:
            removed[record.relative_to(reports).as_posix()] = why
    remove(removed, reports)
    return removed


def _why(record: dict[str, Any], provenance: dict[str, Any]) -> str | None:
    parts = [record, *record.get("steps", ()), *record.get("mutants", ())]
    if any(part.get("failure") for part in parts):
        return "a part of it failed"
    known = {entry.name: entry for entry in entries()}
    wanted = [known[name] for name in provenance.get("missed", ()) if name in known]
    here = [entry.name for entry in wanted if locate(entry)[0] in ("mirror", "cache")]
    return f"{', '.join(here)} can be had now" if here else None
