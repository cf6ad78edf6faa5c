"""The grid of the claims on graph networks."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from qdml.config.section import Scale, Section


class GraphsGrid(Section):
    """Points at which the claims on graph networks are checked."""

    title: ClassVar[str] = "Graph networks"

    instances: Annotated[int, Field(ge=1, le=1000)] = Field(
        2, description="random exact instances at every point"
    )
    runs: Annotated[int, Field(ge=1, le=10**6)] = Field(
        100, description="independent metered runs for each measured frequency"
    )


GRIDS: dict[Scale, GraphsGrid] = {
    "quick": GraphsGrid(),
    "default": GraphsGrid(
        instances=4,
        runs=400,
    ),
    "full": GraphsGrid(
        instances=16,
        runs=4000,
    ),
}
