"""How the documentation is built: offline, from pages, docstrings and the help of commands."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parent
sys.path.insert(0, str(ROOT))

import typer.main  # noqa: E402

import qdml  # noqa: E402
import qdml.cli  # noqa: E402

project = "qdml"
copyright = "the qdml maintainers"  # noqa: A001
version = release = qdml.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc"]
exclude_patterns = ["_build"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
html_theme = "furo"
html_title = "qdml"
autodoc_typehints = "description"
autodoc_member_order = "bysource"
add_module_names = False
# Several rooms have a class of the same short name.
suppress_warnings = ["ref.python"]

#: Rooms of the library in reading order, with what a visitor finds there.
ROOMS = {
    "network": "parties, registers, channels and the meter",
    "protocols": "what parties do over a network",
    "bounds": "what a task must cost, and certificates of it",
    "privacy": "what messages can tell",
    "expressivity": "which functions a model has",
    "graphs": "graph networks and their quadratic forms",
    "model": "the distributed circuit",
    "quantum": "engines that hold state vectors",
    "tensor": "tensor networks and matrix-product states",
    "data": "data sets and where they come from",
    "solve": "the one door to the solvers",
    "claims": "evidence and its judge",
    "testing": "strategies for property tests",
}


def _commands(program: object, path: str) -> list[str]:
    """Help texts of a command and of all commands below it."""
    context = typer.Context(program, info_name=path)  # type: ignore[arg-type]
    text = program.get_help(context)  # type: ignore[attr-defined]
    pages = [f"({path.replace(' ', '-')})=\n## `{path}`\n\n```text\n{text}\n```\n"]
    for name, command in sorted(getattr(program, "commands", {}).items()):
        pages += _commands(command, f"{path} {name}")
    return pages


def _schemas() -> list[str]:
    """The answers of `--json`, one table of keys each."""
    defined = json.loads((ROOT / "qdml/cli/schemas.json").read_text())
    pages = []
    for reference in defined["oneOf"]:
        name = reference["$ref"].rsplit("/", 1)[-1]
        answer = defined["$defs"][name]
        required = set(answer.get("required", ()))
        rows = []
        for key, form in answer.get("properties", {}).items():
            kind = form.get("type") or form.get("$ref", "any").rsplit("/", 1)[-1]
            words = str(form.get("description", "")).replace("|", "\\|")
            always = "always" if key in required else "where it applies"
            rows.append(f"| `{key}` | {kind} | {always} | {words} |")
        pages.append(f"## qdml/{name}\n\n{answer.get('description', '')}\n")
        pages.append(
            "| key | holds | present | meaning |\n|---|---|---|---|\n" + "\n".join(rows) + "\n"
        )
    return pages


def _modules(room: str) -> str:
    """The page of a room: every public module of it, by its docstrings."""
    folder = ROOT / "qdml" / room
    paths = sorted(path for path in folder.rglob("*.py") if not path.name.startswith("_"))
    dotted = [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in paths]
    blocks = [
        f"## {name}\n\n```{{eval-rst}}\n.. automodule:: {name}\n   :members:\n```\n"
        for name in dotted
    ]
    if room == "testing":
        blocks = ["```{eval-rst}\n.. automodule:: qdml.testing\n   :members:\n```\n"]
    return f"# qdml.{room}: {ROOMS[room]}\n\n" + "\n".join(blocks)


def generate(*_: object) -> None:
    """Write the pages of the reference, which nobody should keep by hand."""
    folder = HERE / "reference"
    folder.mkdir(exist_ok=True)
    group = typer.main.get_command(qdml.cli.app)
    pages = {
        "commands": "# Commands\n\n" + "\n".join(_commands(group, "qdml")),
        "answers": "# Answers for machines\n\nEvery command takes `--json` where it prints a "
        "result; an answer names its schema and version.\n\n" + "\n".join(_schemas()),
        **{room: _modules(room) for room in ROOMS},
    }
    toc = "\n".join(pages)
    pages["index"] = f"# Reference\n\n```{{toctree}}\n:maxdepth: 1\n\n{toc}\n```\n"
    for name, text in pages.items():
        path = folder / f"{name}.md"
        if not path.exists() or path.read_text() != text:
            path.write_text(text)


def plain(
    app: object, what: str, name: str, thing: object, options: object, lines: list[str]
) -> None:
    """Docstrings are prose with names in backticks: nothing else in them is markup."""
    for place, line in enumerate(lines):
        words = line.split("`")
        for number, word in enumerate(words):
            # Within backticks stands a name; what follows may begin with any sign.
            named = number % 2 == 1 and number + 1 < len(words)
            words[number] = f"``{word}``\\ " if named else re.sub(r"([*|\\]|_\b)", r"\\\1", word)
        lines[place] = "".join(words)


def setup(app: Any) -> None:
    """Make the reference before Sphinx looks for pages."""
    generate()
    app.connect("autodoc-process-docstring", plain)
