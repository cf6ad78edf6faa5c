"""A small project that is run once and then copied for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pipeline.project import Project, make


@pytest.fixture(scope="session")
def unrun(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project that has not run yet; to copy, not to change."""
    return make(tmp_path_factory.mktemp("pipeline") / "unrun")


@pytest.fixture(scope="session")
def finished(unrun: Project) -> Project:
    """The same project after a run; to look at, not to change."""
    project = unrun.copy(unrun.root.with_name("finished"))
    status, said = project.run()
    assert status == 0, said
    return project


@pytest.fixture
def project(finished: Project, tmp_path: Path) -> Project:
    """A finished project that a test may change."""
    return finished.copy(tmp_path / "project")
