"""Published accuracies that measured ones are held against, each with the place it was read at."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from qdml.errors import DataError

#: In an installed wheel the figures lie beside this file, in a checkout in the top folder `data`.
_PLACES = (
    Path(__file__).with_name("published-accuracy.toml"),
    Path(__file__).parents[2] / "data" / "published-accuracy.toml",
)

Percent = Annotated[float, Field(ge=0, le=100)]


class Published(BaseModel):
    """One model's figures: percent correct and, where given, a standard deviation, by data set.

    protocol: how the figures were selected; seen: where they were read.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    reference: str
    protocol: str
    seen: str
    figures: dict[str, Annotated[tuple[Percent, ...], Field(min_length=1, max_length=2)]]


@cache
def published() -> tuple[Published, ...]:
    """Every model whose figures are known.

    Raises `DataError` when the file of figures is missing or cannot be understood.
    """
    place = next((path for path in _PLACES if path.is_file()), None)
    if place is None:
        raise DataError("data/published-accuracy.toml: no such file; install qdml again")
    try:
        raw = tomllib.loads(place.read_text(encoding="utf-8"))["model"]
        return tuple(Published.model_validate(one) for one in raw)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, ValidationError) as error:
        reason = " ".join(str(error).split())
        raise DataError(f"data/published-accuracy.toml: not a list of figures: {reason}") from None


def figure(model: str, dataset: str) -> tuple[float, ...] | None:
    """(percent,) or (percent, deviation) of one model on one data set; None where none is known."""
    return next((one.figures.get(dataset) for one in published() if one.name == model), None)
