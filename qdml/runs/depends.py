"""What a job depends on: the source that it runs and its slice of the configuration.

Both are parameters of the job, so an edit reruns what it makes stale and nothing else. The source
is followed through import statements without running it: the workflow asks for it at every start.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qdml.io import source_hash

if TYPE_CHECKING:
    from qdml.config import Config

#: The folder that holds `qdml` and `proofs_checks`: a checkout, or the place of an installed wheel.
ROOT = Path(__file__).parents[2]
_PACKAGES = ("qdml", "proofs_checks")
_RESOURCES = {".j2", ".css", ".toml"}


def claim_module(claim_id: str) -> str:
    """The name of the module that holds a claim."""
    return f"proofs_checks.{claim_id.replace('-', '_')}"


def source(*modules: str) -> str:
    """One hash over the source of `modules`, of all that they import from the project, and of how
    their jobs are run and written down.
    """
    room = Path(__file__).parent
    own = [room / name for name in ("jobs.py", "broken.py", "provenance.py", "shards.py")]
    return source_hash([*sources(*modules), *own])


def sources(*modules: str) -> tuple[Path, ...]:
    """The project's files that `modules` run: import statements followed to the end, sorted.

    A package brings its templates and tables along, and `qdml.data` the registry of data sets.
    """
    found: set[Path] = set()
    queue = [file for module in modules for file in _files(module)]
    while queue:
        file = queue.pop()
        if file not in found:
            found.add(file)
            queue += (other for name in _imports(file) for other in _files(name))
    folders = {file.parent for file in found if file.name == "__init__.py"} - {ROOT / "qdml"}
    if ROOT / "qdml" / "data" in folders:
        folders.add(ROOT / "data")
    found |= {path for folder in folders for path in _resources(folder)}
    return tuple(sorted(found))


def settings(config: Config, section: str | None) -> dict[str, Any]:
    """The slice of `config` that a job of `section` sees, as plain JSON; None sees all."""
    plain = config.model_dump(mode="json")
    grids = plain["grids"]
    return plain | {"grids": {section: grids[section]} if section in grids else grids}


def topic(claim_id: str) -> str | None:
    """The topic that a claim file states, or None where it cannot be told without running it."""
    return outline(claim_id).get("topic")


@cache
def outline(claim_id: str) -> dict[str, str]:
    """The texts (id, topic, title, ...) that a claim file gives its `Claim(...)` as plain literals.

    Read from the syntax tree, so that a claim's topic is known without importing what it runs; a
    text that is computed, or a file that does not parse, is simply not there.
    """
    source = _files(claim_module(claim_id))[-1].read_bytes()
    # From the line that begins with CLAIM on: most of a file are checks, which need no parsing.
    for node in ast.walk(_parsed(source[source.rfind(b"\nCLAIM") + 1 :])):
        if isinstance(node, ast.Call) and getattr(node.func, "id", None) == "Claim":
            return {
                word.arg: word.value.value
                for word in node.keywords
                if word.arg and isinstance(word.value, ast.Constant)
                if isinstance(word.value.value, str)
            }
    return {}


@cache
def _files(module: str) -> tuple[Path, ...]:
    """The file of `module` after those of its packages; for a name in a module, the module's."""
    parts = module.split(".")
    if parts[0] not in _PACKAGES:
        return ()
    stems = [ROOT.joinpath(*parts[: depth + 1]) for depth in range(len(parts))]
    places = [place for stem in stems for place in (stem / "__init__.py", stem.with_suffix(".py"))]
    return tuple(place for place in places if place.is_file())


@cache
def _imports(file: Path) -> tuple[str, ...]:
    return tuple(sorted(set(_names(file))))


def _names(file: Path) -> Iterator[str]:
    for node in ast.walk(_tree(file)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = file.relative_to(ROOT).parts[: -node.level] if node.level else ()
            base = ".".join((*above, *filter(None, [node.module])))
            yield from (f"{base}.{alias.name}" for alias in node.names)


def _tree(file: Path) -> ast.AST:
    return _parsed(file.read_bytes())


def _parsed(source: bytes) -> ast.AST:
    try:
        return ast.parse(source)
    except SyntaxError:
        # The file's own bytes still count; running it will say what is wrong with it.
        return ast.Module([], [])


@cache
def _resources(folder: Path) -> tuple[Path, ...]:
    return tuple(path for path in folder.rglob("*") if path.suffix in _RESOURCES)
