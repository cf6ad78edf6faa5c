"""The report on paper: the same bytes twice, whole claims, and clear words without a browser."""

from __future__ import annotations

import os
from pathlib import Path

import pypdf
import pytest

from qdml.errors import InputError
from qdml.report import build, pdf, to_pdf
from tests.report import records


def _browser(folder: Path, script: str) -> None:
    """Put a program by the name of Chromium into `folder`."""
    program = folder / "chromium"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


@pytest.mark.needs("chromium")
def test_what_is_folded_on_the_screen_is_printed_in_the_same_bytes(tmp_path: Path) -> None:
    page = build(records.write_run(tmp_path, (records.claim("one", title="<b>One</b>"),)))
    printed = to_pdf(page)
    first = printed.read_bytes()
    assert printed == tmp_path / "index.pdf"
    assert to_pdf(page).read_bytes() == first
    text = " ".join(sheet.extract_text() for sheet in pypdf.PdfReader(printed).pages)
    for words in ("The claim stands", "<b>One</b>", "told to", "qdml check one --seed"):
        assert words in " ".join(text.split())


def test_dates_are_rewritten_at_the_same_width(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = "%PDF /CreationDate (D:20260102030405+00) /ModDate (D:20260102030405+00)"
    _browser(
        tmp_path,
        f'for a; do case $a in --print-to-pdf=*) echo "{written}" >"${{a#*=}}";; esac; done',
    )
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    page = build(records.write_run(tmp_path, ()))
    assert to_pdf(page).read_text().strip() == written.replace("20260102030405", "19700101000000")


def test_without_a_browser_there_is_one_clear_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InputError, match=r"--pdf: none of chromium, .* is on PATH; install one"):
        to_pdf(tmp_path / "index.html")


@pytest.mark.parametrize(
    ("script", "said"),
    [("exit 7", "ended with status 7"), ("exit 0", "status 0"), ("sleep 60", "within 0.2 seconds")],
)
def test_a_browser_that_does_not_print_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, said: str
) -> None:
    _browser(tmp_path, script)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(pdf, "LIMIT", 0.2 if script.startswith("sleep") else 60)
    with pytest.raises(pdf.PrintError, match=said):
        to_pdf(tmp_path / "index.html")
    assert not (tmp_path / "index.pdf").exists()
