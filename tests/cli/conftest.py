"""A run of toy claims for the commands to look at, and a way to call them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from qdml.cli import app
from qdml.runs import depends, jobs
from tests import toys
from tests.cli import schemas

Call = Callable[..., Result]


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Call:
    """Call `qdml` with arguments, in an empty folder, where the only claims are toys.

    Whatever it prints for machines is held to the schemas that are shipped.
    """
    toys.install(monkeypatch)
    monkeypatch.chdir(tmp_path)

    def invoke(*arguments: str) -> Result:
        result = CliRunner().invoke(app, list(arguments))
        if "--json" in arguments and result.stdout:
            schemas.check(result.stdout)
        return result

    return invoke


@pytest.fixture
def reports(call: Call, tmp_path: Path) -> Path:
    """The folder of a run of three toys, where `qdml` looks for it."""
    folder = tmp_path / "reports"
    settings = depends.settings(toys.CONFIG, "learning")
    for name in ("sound", "false", "broken"):
        jobs.evidence(name, settings, "0123456789abcdef", folder)
        jobs.verdict(name, folder)
    return folder
