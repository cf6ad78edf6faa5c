"""The grid of the claims on inference and learning."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from qdml.config.section import Accuracy, Layers, Probability, Scale, Section, SmallQubits


class LearningGrid(Section):
    """Points at which the claims on inference and learning are checked."""

    title: ClassVar[str] = "Inference and learning"

    qubits: tuple[SmallQubits, ...] = Field(
        (1, 2, 3), description="qubits n; the dimension is N = 2^n"
    )
    layers: tuple[Layers, ...] = Field((1, 2, 3), description="layers L, two blocks each")
    accuracy: tuple[Accuracy, ...] = Field((0.5, 0.1), description="accuracy eps of the loss")
    failure_probability: tuple[Probability, ...] = Field(
        (0.2, 0.01), description="failure probability delta"
    )
    instances: Annotated[int, Field(ge=1, le=1000)] = Field(
        2, description="random exact instances at every point"
    )
    loss_steps: Annotated[int, Field(ge=1, le=1000)] = Field(
        8, description="losses -1 ... 1 at which binomial tails are summed"
    )
    runs: Annotated[int, Field(ge=1, le=10**6)] = Field(
        200, description="independent metered runs for each measured frequency"
    )
    training_data: tuple[str, ...] = Field(
        ("digits",), description="data sets that are trained on over the channel"
    )
    training_runs: Annotated[int, Field(ge=1, le=1000)] = Field(
        2, description="training runs on each data set, with splits and angles of their own"
    )
    training_steps: Annotated[int, Field(ge=20, le=10**4)] = Field(
        24, description="steps of a training run by commuting blocks"
    )
    training_optimisers: tuple[Literal["adam", "sgd", "momentum", "yogi"], ...] = Field(
        ("adam", "sgd"), description="optimisers of the first run on each data set"
    )
    training_precisions: tuple[int, ...] = Field(
        (4, 8), description="bits of a number that a classical pair sends, of 4, 6, 8, 16, 32"
    )


GRIDS: dict[Scale, LearningGrid] = {
    "quick": LearningGrid(),
    "default": LearningGrid(
        qubits=(1, 2, 3, 4, 6),
        layers=(1, 2, 3, 4),
        accuracy=(0.5, 0.2, 0.05),
        failure_probability=(0.2, 0.05, 0.001),
        instances=4,
        loss_steps=32,
        runs=1000,
        training_data=("digits", "synthetic", "molecules"),
        training_runs=3,
        training_steps=48,
        training_optimisers=("adam", "sgd", "momentum", "yogi"),
        training_precisions=(4, 8, 32),
    ),
    "full": LearningGrid(
        qubits=(1, 2, 3, 4, 5, 6, 8),
        layers=(1, 2, 3, 4, 6, 8),
        accuracy=(0.5, 0.2, 0.05, 0.02),
        failure_probability=(0.2, 0.05, 0.001, 1e-6),
        instances=8,
        loss_steps=64,
        runs=10000,
        training_data=("digits", "parity", "synthetic", "molecules"),
        training_runs=8,
        training_steps=120,
        training_optimisers=("adam", "sgd", "momentum", "yogi"),
        training_precisions=(4, 6, 8, 16, 32),
    ),
}
