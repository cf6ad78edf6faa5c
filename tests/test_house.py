"""The house keeps its floors: a file imports only from below, or from its own room."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FLOORS = {
    "errors": 0,
    "config": 0,
    "io": 0,
    "claims": 1,
    "quantum": 1,
    "tensor": 1,
    "network": 2,
    "solve": 2,
    "data": 2,
    "model": 3,
    "protocols": 4,
    "bounds": 4,
    "privacy": 5,
    "expressivity": 5,
    "graphs": 5,
    "testing": 5,
    "proofs_checks": 6,
    "report": 7,
    "runs": 7,
    "cli": 8,
}
FILES = sorted([*(ROOT / "qdml").rglob("*.py"), *(ROOT / "proofs_checks").glob("*.py")])


def room(module: str) -> str | None:
    """The room of a dotted name, or None for what is not ours or is the bare package."""
    parts = module.split(".")
    if parts[0] == "proofs_checks":
        return "proofs_checks"
    return parts[1] if parts[0] == "qdml" and len(parts) > 1 else None


def imported(path: Path) -> set[str]:
    """Dotted names that a file imports, wherever in the file the import stands."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: relative import"
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def home(path: Path) -> str | None:
    """The room that a file is in."""
    return room(".".join(path.relative_to(ROOT).with_suffix("").parts))


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_go_down(path: Path) -> None:
    own = home(path)
    if own in (None, "__init__"):
        return
    for name in imported(path):
        other = room(name)
        if other in FLOORS and other != own:
            # The ground floor is one room in three files.
            below = FLOORS[other] < FLOORS[own] or FLOORS[own] == 0
            assert below, f"{path} ({own}) imports {name} ({other})"


def test_every_room_has_a_floor() -> None:
    rooms = {home(path) for path in FILES} - {None, "__init__", "__main__"}
    assert rooms <= set(FLOORS)


def test_only_the_tensor_room_imports_tensornetwork() -> None:
    users = {home(path) for path in FILES if "tensornetwork" in imported(path)}
    assert users <= {"tensor"}


def test_the_report_knows_no_physics() -> None:
    allowed = {"errors", "config", "io", "claims", "report"}
    for path in FILES:
        if home(path) == "report":
            assert {room(name) for name in imported(path)} - {None} <= allowed, path


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_module_says_what_it_is_for_and_fits_in_the_head(path: Path) -> None:
    source = path.read_text()
    assert ast.get_docstring(ast.parse(source)), f"{path} has no docstring"
    limit = 370 if home(path) == "proofs_checks" else 300
    assert source.count("\n") < limit, f"{path} is longer than {limit} lines"


def test_import_is_light() -> None:
    heavy = "numpy scipy sympy jax matplotlib snakemake sklearn tensornetwork cotengra"
    code = f"import sys, qdml; print([m for m in {heavy.split()!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
