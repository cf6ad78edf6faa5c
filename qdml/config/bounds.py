"""The grid of the claims on lower bounds with certificates."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from qdml.config.section import Count, Scale, Section

MatrixBits = Annotated[int, Field(ge=1, le=8)]
Side = Annotated[int, Field(ge=2, le=64)]


class BoundsGrid(Section):
    """Matrices whose gamma_2 is certified."""

    matrix_disjointness: tuple[MatrixBits, ...] = Field(
        (2, 4), description="bits n of the disjointness matrices that are certified"
    )
    matrix_hadamard: tuple[MatrixBits, ...] = Field(
        (2, 3), description="orders m of the Hadamard matrices of side 2^m that are certified"
    )
    matrix_random: tuple[Side, ...] = Field(
        (5,), description="sides of the random sign matrices, whole and partial, that are certified"
    )
    matrix_changes: Count = Field(
        40, description="random changes of certificates that a checker has to see through"
    )


GRIDS: dict[Scale, BoundsGrid] = {
    "quick": BoundsGrid(),
    "default": BoundsGrid(
        matrix_disjointness=(1, 2, 3, 4, 5, 6, 8),
        matrix_hadamard=(1, 2, 3, 4, 5, 6),
        matrix_random=(5, 8, 16, 32),
        matrix_changes=400,
    ),
    "full": BoundsGrid(
        matrix_disjointness=(1, 2, 3, 4, 5, 6, 7, 8),
        matrix_hadamard=(1, 2, 3, 4, 5, 6, 7),
        matrix_random=(5, 8, 16, 32, 64),
        matrix_changes=4000,
    ),
}
