"""The grid of the claims on linear classification with a margin."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from qdml.config.section import Probability, Scale, Section

GapPoint = tuple[Annotated[int, Field(ge=4, le=256)], Annotated[int, Field(ge=2, le=128)]]
InverseMargin = Annotated[int, Field(ge=2, le=1000)]


class LinearGrid(Section):
    """Points at which the claims on linear classification are checked."""

    title: ClassVar[str] = "Linear classification"

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
    gap_points: tuple[GapPoint, ...] = Field(
        ((8, 2), (16, 4), (24, 2), (32, 2), (46, 2), (50, 2), (64, 4)),
        description="bits N and gap, both even, of gap-Hamming matrices; the margin is gap/N",
    )
    disjointness_sizes: tuple[Annotated[int, Field(ge=1, le=36)], ...] = Field(
        (1, 2, 4, 6, 8), description="elements n of the sets of disjointness matrices"
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
        gap_points=(
            *((bits, 2) for bits in range(4, 82, 2)),
            *((bits, 4) for bits in range(8, 164, 20)),
            *((bits, 8) for bits in (16, 32, 64, 128, 256)),
            (128, 2),
        ),
        disjointness_sizes=(1, 2, 3, 4, 5, 6, 8, 10, 12, 16),
    ),
    "full": LinearGrid(
        inverse_margins=(3, 4, 5, 7, 10, 14, 20, 28, 40, 60, 100),
        quantum_inverse_margins=(2, 3, 5, 10, 20, 40, 100),
        failure_probability=(0.25, 0.05, 0.001, 1e-6),
        elements=7,
        repeats=5,
        runs=20000,
        gap_points=(
            *((bits, 2) for bits in (*range(4, 130, 2), 192, 256)),
            *((bits, 4) for bits in (*range(8, 164, 4), 192, 256)),
            *((bits, 8) for bits in range(16, 260, 12)),
            *((bits, 16) for bits in range(32, 260, 28)),
        ),
        disjointness_sizes=(*range(1, 13), 14, 16, 18, 20, 22, 24, 26, 28),
    ),
}
