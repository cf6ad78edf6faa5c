"""The registered data sets: where each comes from, what its bytes must be, what they must hold."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from qdml.errors import DataError, InputError, nearest

#: In an installed wheel the registry lies beside this file, in a checkout in the top folder `data`.
_PLACES = (
    Path(__file__).with_name("registry.toml"),
    Path(__file__).parents[2] / "data" / "registry.toml",
)


def _inside(path: str) -> str:
    parts = PurePosixPath(path)
    if parts.is_absolute() or ".." in parts.parts:
        raise ValueError("a path must stay inside the folder it is looked up in")
    return path


Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class File(BaseModel):
    """One file: `path` is relative to mirror and cache; `url` serves exactly these bytes.

    Without a digest, for none is published, a file is read from the mirror alone.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: Annotated[str, AfterValidator(_inside)]
    bytes: Annotated[int, Field(ge=1)]
    sha256: Digest | None = None
    url: Annotated[str, Field(pattern=r"^https?://")] | None = None

    @model_validator(mode="after")
    def _only_what_can_be_checked_is_fetched(self) -> File:
        if self.url and not self.sha256:
            raise ValueError("a file without a sha256 cannot be downloaded")
        return self


class Form(BaseModel):
    """One form in which a set is kept: a layout that qdml reads, and the files it takes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    layout: Literal[
        "graphs-npz", "node-npz", "tu-zip", "gin-text", "planetoid", "ogb-zip", "reddit-zip"
    ]
    files: Annotated[tuple[File, ...], Field(min_length=1)]


class Entry(BaseModel):
    """One registered set.

    `embedded` is the sha256 of a set that comes with a package; any other has `forms`, the one to
    be preferred first. `source_url` is where the data were first published.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    title: str
    task: Literal["image-classification", "node-classification", "graph-classification"]
    source_url: str
    reference: str
    licence: str
    notes: str = ""
    embedded: Digest | None = None
    forms: tuple[Form, ...] = ()
    counts: dict[str, int] = Field(default_factory=dict)
    published: dict[str, float] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _is_somewhere(self) -> Entry:
        if (self.embedded is None) != bool(self.forms):
            raise ValueError("a set is either embedded or has forms")
        return self


@cache
def entries() -> tuple[Entry, ...]:
    """Every registered set, in the order of the registry.

    Raises `DataError` when the registry is missing or cannot be understood.
    """
    place = next((path for path in _PLACES if path.is_file()), None)
    if place is None:
        raise DataError("data/registry.toml: no such file; install qdml again")
    try:
        raw = tomllib.loads(place.read_text(encoding="utf-8"))["dataset"]
        return tuple(Entry.model_validate(one) for one in raw)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, ValidationError) as error:
        reason = " ".join(str(error).split())
        raise DataError(f"data/registry.toml: not a registry of data sets: {reason}") from None


def entry(name: str) -> Entry:
    """The registered set called `name`. Raises `InputError` that suggests the nearest name."""
    known = {one.name: one for one in entries()}
    if name not in known:
        raise InputError(
            f"data set {name!r}: not registered{nearest(name, known)}; "
            f"allowed are {', '.join(known)}"
        )
    return known[name]
