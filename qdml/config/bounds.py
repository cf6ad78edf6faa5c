"""The grid of the claims on lower bounds."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from qdml.config.section import Count, Scale, Section

MatrixBits = Annotated[int, Field(ge=1, le=8)]
Side = Annotated[int, Field(ge=2, le=64)]
ProgramQubits = Annotated[int, Field(ge=1, le=5)]
ProductQubits = Annotated[int, Field(ge=2, le=6)]
ProductLayers = Annotated[int, Field(ge=2, le=6)]
MatchingQubits = Annotated[int, Field(ge=2, le=256)]
SimulatedQubits = Annotated[int, Field(ge=2, le=8)]


class BoundsGrid(Section):
    """Points at which the claims on lower bounds are checked."""

    title: ClassVar[str] = "Lower bounds"

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
    program_qubits: tuple[ProgramQubits, ...] = Field(
        (1, 3), description="qubits C that random protocols send in all"
    )
    programs: Annotated[int, Field(ge=1, le=100)] = Field(
        2, description="random protocols for every number of qubits"
    )
    product_qubits: tuple[ProductQubits, ...] = Field(
        (2, 3), description="qubits n of circuits that compute inner products"
    )
    product_layers: tuple[ProductLayers, ...] = Field(
        (2, 3), description="layers L of circuits that compute inner products"
    )
    matching_qubits: tuple[MatchingQubits, ...] = Field(
        (2, 4, 8, 12, 16, 20, 30, 40),
        description="qubits n of hidden matching on N = 2^n vertices, bounded in balls",
    )
    matching_simulated: tuple[SimulatedQubits, ...] = Field(
        (2, 3), description="qubits n of hidden matching run over the metered network"
    )
    matching_runs: Annotated[int, Field(ge=1, le=10**6)] = Field(
        50, description="metered runs for each measured frequency of hidden matching"
    )
    level_functions: Annotated[int, Field(ge=1, le=10**5)] = Field(
        20, description="random functions for each number of variables in the level inequality"
    )


GRIDS: dict[Scale, BoundsGrid] = {
    "quick": BoundsGrid(),
    "default": BoundsGrid(
        matrix_disjointness=(1, 2, 3, 4, 5, 6, 8),
        matrix_hadamard=(1, 2, 3, 4, 5, 6),
        matrix_random=(5, 8, 16, 32),
        matrix_changes=400,
        program_qubits=(1, 2, 3, 4),
        programs=4,
        product_qubits=(2, 3, 4),
        product_layers=(2, 3, 4),
        matching_qubits=tuple(range(2, 41)),
        matching_simulated=(2, 3, 4, 5),
        matching_runs=1000,
        level_functions=1000,
    ),
    "full": BoundsGrid(
        matrix_disjointness=(1, 2, 3, 4, 5, 6, 7, 8),
        matrix_hadamard=(1, 2, 3, 4, 5, 6, 7),
        matrix_random=(5, 8, 16, 32, 64),
        matrix_changes=4000,
        program_qubits=(1, 2, 3, 4, 5),
        programs=12,
        product_qubits=(2, 3, 4, 5),
        product_layers=(2, 3, 4, 5),
        matching_qubits=(*range(2, 41), 50, 60, 80, 100, 128, 192, 256),
        matching_simulated=(2, 3, 4, 5, 6),
        matching_runs=10000,
        level_functions=10000,
    ),
}
