"""The grid of the claims on linear classification with a margin."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from qdml.config.section import Probability, Scale, Section

InverseMargin = Annotated[int, Field(ge=2, le=1000)]


class LinearGrid(Section):
    """Points at which the claims on linear classification are checked."""

    inverse_margins: tuple[InverseMargin, ...] = Field(
        (3, 10, 40), description="1/gamma for exact binomial tails and bounds"
    )
    quantum_inverse_margins: tuple[Annotated[int, Field(ge=2, le=200)], ...] = Field(
        (2, 5, 10), description="1/gamma for exact laws of phase estimation"
    )
    failure_probability: tuple[Probability, ...] = Field(
        (0.25, 0.01), description="failure probability delta; one third is always there"
    )
    elements: Annotated[int, Field(ge=1, le=8)] = Field(
        3, description="sets of up to that many elements, all pairs of them"
    )
    repeats: Annotated[int, Field(ge=1, le=16)] = Field(
        3, description="each element is repeated up to that often"
    )
    runs: Annotated[int, Field(ge=1, le=10**6)] = Field(
        200, description="independent metered runs for each measured frequency"
    )


GRIDS: dict[Scale, LinearGrid] = {
    "quick": LinearGrid(),
    "default": LinearGrid(
        inverse_margins=(3, 5, 10, 20, 40, 100),
        quantum_inverse_margins=(2, 3, 5, 10, 20, 40),
        failure_probability=(0.25, 0.05, 0.001),
        elements=5,
        repeats=4,
        runs=2000,
    ),
    "full": LinearGrid(
        inverse_margins=(3, 4, 5, 7, 10, 14, 20, 28, 40, 60, 100),
        quantum_inverse_margins=(2, 3, 5, 10, 20, 40, 100),
        failure_probability=(0.25, 0.05, 0.001, 1e-6),
        elements=7,
        repeats=5,
        runs=20000,
    ),
}
