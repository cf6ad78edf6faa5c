"""`qdml datasets`: every registered set, where it would be read from, and whether it is whole."""

from __future__ import annotations

import typer

from qdml.cli.options import AsJson
from qdml.cli.output import emit


def datasets(as_json: AsJson = False) -> None:
    """List the registered data sets: task, counts, where they are found, whether sha256 agrees.

    A set is embedded, in the folder that QDML_DATA_MIRROR names (mirror), in the cache, to be had
    by download, or absent. What is not on this machine has no sha256 to compare; nothing is
    downloaded.

    \b
    qdml datasets
    qdml datasets --json
    """
    from qdml.data import entries, inspect

    found = []
    for one in entries():
        where, intact = inspect(one)
        counts = one.published | one.counts
        found.append(
            {
                "name": one.name,
                "task": one.task,
                "counts": counts,
                "where": where,
                "sha256_ok": intact,
            }
        )
        if not as_json:
            size = counts.get("graphs", counts.get("nodes", counts.get("images", 0)))
            digest = {True: "sha256 agrees", False: "sha256 DIFFERS", None: ""}[intact]
            line = f"{one.name:<18} {one.task:<21} {size:>9.0f}  {where:<9} {digest}"
            typer.echo(line.rstrip())
    if as_json:
        emit("datasets", {"datasets": found})
