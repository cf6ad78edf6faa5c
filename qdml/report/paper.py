"""What stands around the claims: the works that they cite, and the statements of the paper."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Literal

from markupsafe import Markup
from pydantic import BaseModel, ConfigDict

_HERE = Path(__file__).parent

#: How a statement of the paper is known, and how the report says it.
KNOWLEDGE = {
    "abstract": "its abstract",
    "described": "descriptions by others",
    "recalled": "memory",
}


class Work(BaseModel):
    """One work: its anchor, what it is called in full, and the words by which claims cite it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    text: str
    cited: tuple[str, ...]


class Statement(BaseModel):
    """One statement of the paper, how it is known, the claims on it, and what they leave open."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    says: str
    known: Literal["abstract", "described", "recalled"]
    claims: tuple[str, ...]
    missing: str


@cache
def works() -> tuple[Work, ...]:
    """All works that may be cited, the paper first."""
    raw = tomllib.loads((_HERE / "references.toml").read_text(encoding="utf-8"))
    return tuple(Work(key=key, **entry) for key, entry in raw.items())


@cache
def statements() -> tuple[Statement, ...]:
    """The statements of the paper, in its order as far as that is known."""
    raw = tomllib.loads((_HERE / "paper.toml").read_text(encoding="utf-8"))
    return tuple(Statement(**entry) for entry in raw["statement"])


@cache
def _citations() -> tuple[re.Pattern[str], Mapping[str, str]]:
    keys = {words: work.key for work in works() for words in work.cited}
    longest_first = sorted(keys, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first))), keys


def citations(text: str) -> list[tuple[str, str]]:
    """The citations in a text, in order: the words, and the key of the work."""
    pattern, keys = _citations()
    return [(words, keys[words]) for words in pattern.findall(text)]


def linked(text: str, prose: Callable[[str], Markup]) -> Markup:
    """The text as `prose` shows it, each citation a link to its work."""
    pattern, keys = _citations()
    parts, end = [], 0
    for found in pattern.finditer(text):
        words = found.group()
        parts.append(prose(text[end : found.start()]))
        parts.append(Markup('<a href="#ref-{}">{}</a>').format(keys[words], words))
        end = found.end()
    return Markup("").join([*parts, prose(text[end:])])
