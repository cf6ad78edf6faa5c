"""The grid of the claims on privacy."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from qdml.config.section import Scale, Section

Dimension = Annotated[int, Field(ge=2, le=12)]
Copies = Annotated[int, Field(ge=1, le=12)]
LargeDimension = Annotated[int, Field(ge=2, le=2**60)]
ManyCopies = Annotated[int, Field(ge=1, le=10**6)]


class PrivacyGrid(Section):
    """Points at which the claims on privacy are checked."""

    title: ClassVar[str] = "Privacy"

    dimensions: tuple[Dimension, ...] = Field(
        (2, 3, 4), description="dimensions N in which states, spans and POVMs are exact"
    )
    copies: tuple[Copies, ...] = Field((1, 2, 3), description="copies k of each message")
    large_dimensions: tuple[LargeDimension, ...] = Field(
        (2, 3, 16, 2**20), description="dimensions N at which formulas alone are evaluated"
    )
    many_copies: tuple[ManyCopies, ...] = Field(
        (1, 2, 7, 100), description="copies k at which formulas alone are evaluated"
    )
    largest_span: Annotated[int, Field(ge=20, le=400)] = Field(
        40, description="spans of more dimensions are not ranked by exact elimination"
    )
    instances: Annotated[int, Field(ge=1, le=1000)] = Field(
        2, description="random exact ensembles, states or pairs at every point"
    )
    ensemble_states: tuple[Annotated[int, Field(ge=2, le=64)], ...] = Field(
        (4, 8), description="states in ensembles whose guessing probability is certified"
    )
    ensemble_dimension: Annotated[int, Field(ge=2, le=64)] = Field(
        3, description="dimension N of the states in these ensembles"
    )
    round_counts: tuple[Annotated[int, Field(ge=1, le=6)], ...] = Field(
        (1, 2, 3), description="rounds in which superdense coding is run"
    )
    attack_copies: tuple[Annotated[int, Field(ge=1, le=4096)], ...] = Field(
        (1, 4, 16, 64, 256), description="copies of a message that an attacker measures"
    )
    attack_qubits: Annotated[int, Field(ge=2, le=8)] = Field(
        2, description="qubits of the random real messages that are attacked"
    )
    attack_trials: Annotated[int, Field(ge=30, le=10**5)] = Field(
        30, description="random messages attacked for each mean fidelity"
    )


GRIDS: dict[Scale, PrivacyGrid] = {
    "quick": PrivacyGrid(),
    "default": PrivacyGrid(
        dimensions=(2, 3, 4, 5, 6),
        copies=(1, 2, 3, 4, 5),
        large_dimensions=(2, 3, 4, 16, 256, 2**20),
        many_copies=(1, 2, 3, 7, 30, 100, 1000, 10**4),
        largest_span=90,
        instances=4,
        ensemble_states=(2, 4, 8, 16, 64),
        ensemble_dimension=8,
        round_counts=(1, 2, 3, 4),
        attack_qubits=6,
        attack_trials=40,
    ),
    "full": PrivacyGrid(
        dimensions=(2, 3, 4, 5, 6, 8, 10),
        copies=(1, 2, 3, 4, 5, 6, 8),
        large_dimensions=(2, 3, 4, 5, 16, 256, 4096, 2**20, 2**40),
        many_copies=(1, 2, 3, 4, 7, 15, 30, 100, 300, 1000, 3000, 10**4, 10**5),
        largest_span=130,
        instances=12,
        ensemble_states=(2, 3, 4, 6, 8, 16, 24, 32, 48, 64),
        ensemble_dimension=16,
        round_counts=(1, 2, 3, 4, 5),
        attack_copies=(1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024),
        attack_qubits=6,
        attack_trials=1000,
    ),
}
