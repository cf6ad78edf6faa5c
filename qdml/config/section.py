"""What every section of the configuration is made of: its base and the ranges of its numbers."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

Scale = Literal["quick", "default", "full"]
SCALES: tuple[Scale, ...] = get_args(Scale)

Accuracy = Annotated[float, Field(gt=0, lt=2)]
Probability = Annotated[float, Field(gt=0, lt=1)]
Count = Annotated[int, Field(ge=1, le=10**9)]
SmallQubits = Annotated[int, Field(ge=1, le=12)]
Layers = Annotated[int, Field(ge=1, le=64)]


class Section(BaseModel):
    """Base of every grid: immutable, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    #: What the report calls the claims of this section.
    title: ClassVar[str] = ""
