"""The pages tell the truth: their examples are run, and what they show is what comes out.

In a page, `python` blocks are doctests that share one namespace, in order; `console` blocks run
`$ qdml ...` and compare what is printed, `; echo $?` with the exit status; a block with a file name
as its caption is that file. `text` blocks are not run. `...` stands for anything.
"""

from __future__ import annotations

import doctest
import html
import importlib
import json
import re
import shlex
from pathlib import Path

import pytest

import proofs_checks
import qdml.cli

DOCS = Path(__file__).parents[2] / "docs"
PAGES = sorted(path for path in DOCS.rglob("*.md") if "reference" not in path.parts)
BLOCK = re.compile(
    r"^(`{3,})(?:\{code-block\} )?(\w+)\n(?::caption: (\S+)\n)?(.*?)^\1$", re.MULTILINE | re.DOTALL
)
SAME = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE | doctest.IGNORE_EXCEPTION_DETAIL


def answer(command: str, capsys: pytest.CaptureFixture[str]) -> str:
    """What one shell line prints, standard error included."""
    words = shlex.split(command.removesuffix("; echo $?"))
    assert words[0] == "qdml", command
    try:
        qdml.cli.app(words[1:], prog_name="qdml")
    except SystemExit as end:
        status = end.code
    out, err = capsys.readouterr()
    if command.endswith("; echo $?"):
        return f"{out}{err}{status}\n"
    assert status == 0, err
    return out


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(DOCS)))
def test_examples(path, tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("QDML_DATA_MIRROR", raising=False)
    names: dict[str, object] = {}
    text = path.read_text()
    for fence in BLOCK.finditer(text):
        _, language, file, body = fence.groups()
        line = text[: fence.start()].count("\n") + 1
        if file:
            Path(file).write_text(body)
        elif language == "console":
            for example in body.removeprefix("$ ").split("\n$ "):
                command, _, wanted = example.partition("\n")
                found = answer(command, capsys)
                assert wanted.strip(), f"{path.name}, line {line}: {command} shows no answer"
                assert doctest.OutputChecker().check_output(wanted, found, SAME), found
        elif language == "python":
            parsed = doctest.DocTestParser().get_doctest(body, names, path.name, str(path), line)
            assert parsed.examples, f"{path.name}, line {line}: a Python block without >>>"
            said: list[str] = []
            doctest.DocTestRunner(optionflags=SAME).run(parsed, out=said.append, clear_globs=False)
            names = parsed.globs
            assert not said, "".join(said)
        else:
            assert language == "text", f"{path.name}, line {line}: {language} is not run"


def test_the_search_for_blocks_misses_none() -> None:
    for path in PAGES:
        fences = re.findall(r"^```(?!\s*$)(?!\{toctree\}).*$", path.read_text(), re.MULTILINE)
        assert len(fences) == len(BLOCK.findall(path.read_text())), path


def test_the_readme_names_every_claim() -> None:
    named = re.findall(
        r"^\| [^`|]+ \| (`.*`) \|$", (DOCS.parent / "README.md").read_text(), re.MULTILINE
    )
    assert sorted(re.findall(r"`([a-z0-9-]+)`", " ".join(named))) == sorted(proofs_checks.ids())


def test_the_headline_picture_shows_the_evidence(monkeypatch) -> None:
    monkeypatch.syspath_prepend(DOCS)
    picture = importlib.import_module("picture")
    words = re.search(
        r"<dc:description>(.*?)</dc:description>", picture.PLACE.read_text(), re.DOTALL
    )
    assert words
    assert json.loads(html.unescape(words[1])) == picture.points(picture.figure())
