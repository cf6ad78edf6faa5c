"""The grid of the claims on the finite-size record: one message of n qubits against bits."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from qdml.config.section import Scale, Section, SmallQubits

Score = Annotated[float, Field(gt=0)]


class RecordGrid(Section):
    """Points at which the classical cost of the cross-entropy task is certified and met."""

    title: ClassVar[str] = "The finite-size record"

    record_qubits: tuple[Annotated[int, Field(ge=1, le=40)], ...] = Field(
        (4, 12), description="qubits n at which bounds are certified"
    )
    scores: tuple[Score, ...] = Field((0.36, 0.427), description="scores to be reached")
    orders: Annotated[int, Field(ge=4, le=16)] = Field(
        8, description="largest order t of the moments that are summed over supports"
    )
    support_qubits: Annotated[int, Field(ge=1, le=40)] = Field(
        12, description="largest n at which those moments are summed"
    )
    code_orders: Annotated[int, Field(ge=4, le=5)] = Field(
        4, description="largest order whose codes are all listed"
    )
    instances: Annotated[int, Field(ge=1, le=1000)] = Field(
        4, description="random exact operators and strategies at one and two qubits"
    )
    book_qubits: tuple[SmallQubits, ...] = Field(
        (2, 3), description="qubits n at which code books are run"
    )
    book_bits: tuple[Annotated[int, Field(ge=0, le=12)], ...] = Field(
        (1, 4), description="bits of a classical message"
    )
    sent_qubits: tuple[SmallQubits, ...] = Field(
        (1, 2, 4), description="qubits n of the quantum message that is sent"
    )
    rounds: Annotated[int, Field(ge=1, le=10**6)] = Field(
        120, description="metered rounds for each measured score"
    )


GRIDS: dict[Scale, RecordGrid] = {
    "quick": RecordGrid(),
    "default": RecordGrid(
        record_qubits=(1, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 24, 28, 30),
        support_qubits=20,
        code_orders=5,
        instances=16,
        book_qubits=(1, 2, 3, 4),
        book_bits=(1, 2, 4, 6, 8),
        sent_qubits=(1, 2, 4, 8, 12),
        rounds=500,
    ),
    "full": RecordGrid(
        record_qubits=tuple(range(1, 41)),
        scores=(0.1, 0.36, 0.427, 0.49, 0.9),
        orders=12,
        support_qubits=40,
        code_orders=5,
        instances=64,
        book_qubits=(1, 2, 3, 4, 5),
        book_bits=(1, 2, 4, 6, 8, 10),
        sent_qubits=(1, 2, 4, 6, 8, 10, 12),
        rounds=4000,
    ),
}
