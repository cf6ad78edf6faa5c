"""The grid of the claims on what a model can express."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from qdml.config.section import Count, Scale, Section

#: A path a frequency is followed up to 3^12 of them.
Depth = Annotated[int, Field(ge=1, le=12)]
Harmonics = Annotated[int, Field(ge=1, le=1000)]
EvenOrder = Annotated[int, Field(ge=2, le=12, multiple_of=2)]
Bits = Annotated[int, Field(ge=2, le=6)]


class ExpressivityGrid(Section):
    """Points at which the claims on expressivity are checked."""

    title: ClassVar[str] = "Expressivity"

    layers: tuple[Depth, ...] = Field((1, 2, 3, 6), description="encoding gates L")
    harmonics: tuple[Harmonics, ...] = Field(
        (1, 2, 5, 14), description="largest frequency K of an approximation"
    )
    orders: tuple[EvenOrder, ...] = Field(
        (2, 4), description="even powers q of functions with coefficients |m|^-q"
    )
    bits: tuple[Bits, ...] = Field((2, 3, 4), description="dimension N of data in {+1,-1}^N")
    instances: Annotated[int, Field(ge=1, le=1000)] = Field(
        1, description="random exact instances at every point"
    )
    runs: Count = Field(200, description="measured outcomes for each estimate")


GRIDS: dict[Scale, ExpressivityGrid] = {
    "quick": ExpressivityGrid(),
    "default": ExpressivityGrid(
        layers=(1, 2, 3, 4, 5, 6, 7, 8, 9, 10),
        harmonics=(1, 2, 3, 5, 8, 14, 30, 62, 126),
        orders=(2, 4, 6, 8),
        bits=(2, 3, 4, 5, 6),
        instances=2,
        runs=2000,
    ),
    "full": ExpressivityGrid(
        layers=(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12),
        harmonics=(1, 2, 3, 5, 8, 14, 30, 62, 126, 254, 510),
        orders=(2, 4, 6, 8, 10, 12),
        bits=(2, 3, 4, 5, 6),
        instances=4,
        runs=10000,
    ),
}
