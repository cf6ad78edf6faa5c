"""How a command answers machines: one JSON object that names its schema."""

from __future__ import annotations

from typing import Any

import typer

#: Raised for a command whose keys are removed or change their meaning; new keys may come any time.
_VERSION = 1


def emit(command: str, record: dict[str, Any]) -> None:
    """Print `record` as the answer of `command`; its schema is `schemas/COMMAND.json`, beside."""
    from qdml.io import dumps

    typer.echo(dumps({"schema": f"qdml/{command}/{_VERSION}"} | record), nl=False)
