"""The grid of the experiments that classify data over the metered network."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from qdml.config.section import Count, Scale, Section


class ClassifierGrid(Section):
    """What is classified over the metered network, and with how many copies."""

    title: ClassVar[str] = "Classifiers"

    datasets: tuple[str, ...] = Field(
        ("digits-3-8", "digits-parity"), description="classification tasks, by registered name"
    )
    copies: tuple[Count, ...] = Field(
        (1, 4, 16, 64, 256, 1024), description="copies of the encoded input sent for one decision"
    )
    training_steps: Count = Field(400, description="steps of the convex training")


GRIDS: dict[Scale, ClassifierGrid] = {
    "quick": ClassifierGrid(),
    "default": ClassifierGrid(
        datasets=("digits-3-8", "digits-parity", "mutag", "cora"),
        copies=(1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 4096),
        training_steps=2000,
    ),
    "full": ClassifierGrid(
        datasets=("digits-3-8", "digits-parity", "mutag", "cora"),
        copies=(1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 16384, 65536),
        training_steps=10000,
    ),
}
