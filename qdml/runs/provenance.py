"""Where a number came from: code, configuration, seed and package versions; no time, no machine."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import qdml
from qdml.data import source
from qdml.io import dumps
from qdml.runs.depends import ROOT

#: The packages whose versions can change a number or the page.
PACKAGES = (
    "cotengra",
    "jax",
    "jaxlib",
    "numpy",
    "opt-einsum",
    "pydantic",
    "python-flint",
    "scikit-learn",
    "scipy",
    "sympy",
    "tensornetwork",
    "jinja2",
    "matplotlib",
    "ziamath",
)
#: What decides a run; a change elsewhere (a note, a test) does not make it dirty.
_DECISIVE = ("Snakefile", "workflow", "qdml", "proofs_checks", "data")


def provenance(job_id: str, settings: dict[str, Any], source_hash: str) -> dict[str, Any]:
    """The provenance of one claim or experiment.

    `settings` is the slice of the configuration that the job saw, `source_hash` the hash of the
    source that it ran (both from `qdml.runs.depends`). `commit` and `dirty` are None where the
    code does not stand in a git checkout of its own, or git is absent. `missed` names the data sets
    that this process could not have.
    """
    commit, dirty = git_state(ROOT)
    return {
        "claim": job_id,
        "version": qdml.__version__,
        "commit": commit,
        "dirty": dirty,
        "source_hash": source_hash,
        "config_hash": config_hash(settings),
        "seed": settings["seed"],
        "scale": settings["scale"],
        "python": f"{sys.version_info.major}.{sys.version_info.minor}",
        "packages": {name: _version(name) for name in PACKAGES},
        "missed": sorted(source.missed),
    }


def config_hash(settings: dict[str, Any]) -> str:
    """The hash that stands in provenance for a slice of the configuration."""
    return hashlib.sha256(dumps(settings).encode()).hexdigest()[:16]


def git_state(root: Path) -> tuple[str | None, bool | None]:
    """Commit of the checkout whose top is `root` and whether its decisive files were changed."""
    top = _git(root, "rev-parse", "--show-toplevel", "HEAD")
    if top is None or Path(top.splitlines()[0]) != root.resolve():
        return None, None
    changes = _git(root, "status", "--porcelain", "--", *_DECISIVE)
    return top.splitlines()[1], None if changes is None else bool(changes)


def _git(root: Path, *arguments: str) -> str | None:
    # Without the option, `status` takes a lock that a git command running beside it would trip on.
    command = ["git", "--no-optional-locks", "-C", str(root), *arguments]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip()


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
