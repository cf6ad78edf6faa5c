"""The registered data sets: where each comes from, what its bytes must be, what they must hold."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

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


class Entry(BaseModel):
    """One registered set.

    `path` is relative to the mirror and the cache; an embedded set has none. `url` serves exactly
    the registered bytes; `source_url` is where the data were first published.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    title: str
    task: Literal["image-classification", "node-classification", "graph-classification"]
    layout: Literal["embedded", "graphs-npz", "node-npz"]
    source_url: str
    reference: str
    licence: str
    notes: str = ""
    path: Annotated[str, AfterValidator(_inside)] | None = None
    bytes: Annotated[int, Field(ge=1)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    url: Annotated[str, Field(pattern=r"^https?://")] | None = None
    counts: dict[str, int]
    published: dict[str, float] = Field(default_factory=dict)


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
