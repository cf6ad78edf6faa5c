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
    matching_qubits: tuple[Annotated[int, Field(ge=2, le=22)], ...] = Field(
        (4, 20), description="qubits n at which matchings are graphs; 14 is always there"
    )
    decided_graphs: tuple[str, ...] = Field(
        ("atlas", "digits-grids", "MUTAG"),
        description="sets whose graphs two parties decide; those that cannot be had are left out",
    )
    decided_nodes: tuple[str, ...] = Field(
        ("karate",), description="sets of whose nodes two parties decide, likewise"
    )
    classified: tuple[str, ...] = Field(
        ("digits-grids", "MUTAG"), description="sets of graphs that are classified, where present"
    )
    partitions: Annotated[int, Field(ge=1, le=100)] = Field(
        1, description="divisions of each set into ten folds, every one from a seed of its own"
    )
    node_sets: tuple[str, ...] = Field(
        ("digits-neighbours",), description="sets whose nodes are classified, by registered name"
    )
    node_splits: Annotated[int, Field(ge=2, le=1000)] = Field(
        10, description="random splits of each of them"
    )
    node_steps: Annotated[int, Field(ge=1, le=10**5)] = Field(
        40, description="steps of each training on nodes"
    )
    runs: Annotated[int, Field(ge=1, le=10**6)] = Field(
        100, description="independent metered runs for each measured frequency"
    )


_SMALL = ("MUTAG", "PTC_MR", "PTC_GIN", "PROTEINS", "IMDB-BINARY", "IMDB-MULTI")
_LARGE = ("NCI1", "COLLAB", "REDDIT-BINARY", "REDDIT-MULTI-5K")

GRIDS: dict[Scale, GraphsGrid] = {
    "quick": GraphsGrid(),
    "default": GraphsGrid(
        classified=("digits-grids", *_SMALL),
        partitions=3,
        instances=4,
        node_sets=("cora", "citeseer", "pubmed"),
        node_steps=100,
        matching_qubits=(2, 4, 6, 8, 10, 12, 14, 16, 18, 20),
        decided_graphs=(
            *("atlas", "digits-grids", "MUTAG", "PTC_MR", "PTC_GIN", "PROTEINS"),
            *("IMDB-BINARY", "IMDB-MULTI"),
        ),
        decided_nodes=("karate", "digits-neighbours", "cora", "citeseer"),
        runs=400,
    ),
    "full": GraphsGrid(
        classified=("digits-grids", *_SMALL, *_LARGE),
        partitions=3,
        instances=16,
        node_sets=(
            "digits-neighbours",
            "cora",
            "citeseer",
            "pubmed",
            "amazon-computers",
            "amazon-photo",
            "coauthor-cs",
            "coauthor-physics",
        ),
        node_splits=20,
        node_steps=100,
        matching_qubits=tuple(range(2, 23)),
        decided_graphs=(
            *("atlas", "digits-grids", "MUTAG", "PTC_MR", "PTC_GIN", "PROTEINS", "NCI1"),
            *("IMDB-BINARY", "IMDB-MULTI", "COLLAB", "REDDIT-BINARY", "REDDIT-MULTI-5K"),
        ),
        decided_nodes=(
            *("karate", "digits-neighbours", "cora", "citeseer", "pubmed"),
            *("amazon-photo", "amazon-computers"),
        ),
        runs=4000,
    ),
}
