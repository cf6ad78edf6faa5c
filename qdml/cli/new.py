"""`qdml new`: a claim or a protocol to begin with, which passes its own tests at once."""

from __future__ import annotations

import re
from keyword import iskeyword
from pathlib import Path
from typing import Annotated

import typer

from qdml.cli.options import AsJson
from qdml.cli.output import emit
from qdml.errors import InputError

app = typer.Typer(rich_markup_mode=None, help="Begin a claim or a protocol of your own.")

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_LONGEST = 60

#: By what is made: the template of each file, and where it goes.
_CLAIM = {
    "claim": "proofs_checks/{}.py",
    "claim_test": "tests/proofs_checks/test_{}.py",
}
_PROTOCOL = {
    "protocol": "qdml/protocols/{}.py",
    "bound": "qdml/bounds/{}.py",
    "protocol_test": "tests/protocols/test_{}.py",
}

Name = Annotated[str, typer.Argument(help="Small letters, digits and single hyphens.")]


@app.callback()
def _kinds() -> None:
    """Begin a claim or a protocol of your own."""


@app.command()
def claim(name: Name, as_json: AsJson = False) -> None:
    """Write a claim with a step and two mutants, and its test; both are there to be changed.

    \b
    qdml new claim messages-are-few
    """
    _make("claim", name, _CLAIM, f"qdml check {name}", as_json)


@app.command()
def protocol(name: Name, as_json: AsJson = False) -> None:
    """Write a protocol of two parties, the formula of its cost, and their test.

    \b
    qdml new protocol send-and-measure
    """
    test = _PROTOCOL["protocol_test"].format(name.replace("-", "_"))
    _make("protocol", name, _PROTOCOL, f"./run tests -n 0 {test}", as_json)


def _make(kind: str, name: str, files: dict[str, str], then: str, as_json: bool) -> None:
    from qdml.io import write_atomic
    from qdml.runs.depends import ROOT

    module = name.replace("-", "_")
    if not _NAME.fullmatch(name) or len(name) > _LONGEST or iskeyword(module):
        raise InputError(
            f"{name[:80]!r}: expected a name of small letters, digits and single hyphens, at most "
            f"{_LONGEST}, that begins with a letter and is no keyword, such as messages-are-few"
        )
    if not (ROOT / "Snakefile").is_file():
        raise InputError(
            f"{ROOT}: an installed package; a new {kind} goes into a checkout of the project, "
            "where `./run tests` makes an environment"
        )
    places = {template: ROOT / place.format(module) for template, place in files.items()}
    for place in places.values():
        if place.exists():
            raise InputError(f"{place}: exists already; take another name, or remove it first")
    for template, place in places.items():
        text = (Path(__file__).parent / "templates" / f"{template}.txt").read_text(encoding="utf-8")
        write_atomic(place, text.replace("new-name", name).replace("new_name", module))
    written = [place.relative_to(ROOT).as_posix() for place in places.values()]
    if as_json:
        emit(f"new-{kind}", {"files": written, "next": then})
        return
    for one in written:
        typer.echo(f"wrote {one}")
    typer.echo(f"next: {then}")
