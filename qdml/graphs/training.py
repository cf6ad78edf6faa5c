"""The candidates of a graph set, quadratic or linear: what the protocols of selection train."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from qdml.data.graphs import GraphSet
from qdml.errors import InputError, nearest
from qdml.graphs import selection
from qdml.graphs.moments import Floats, Recipe, first_moments, second_moments
from qdml.graphs.moments import recipes as candidates

Activation = Literal["quadratic", "linear"]
ACTIVATIONS: tuple[Activation, ...] = get_args(Activation)


@dataclass(frozen=True, eq=False)
class Candidates:
    """The recipes of one set and the moments (G, D) that a model sees of each."""

    graphs: GraphSet
    recipes: tuple[Recipe, ...]
    moments: tuple[Floats, ...]

    def trials(self, seed: int, run: int = selection.FOLDS) -> selection.Trials:
        """Every candidate on the first `run` outer folds."""
        return selection.trials(self.moments, self.graphs.labels, seed, run)

    def describe(self, choice: tuple[int, int]) -> dict[str, str | float]:
        """What was chosen, in words and units of the trace of the moments."""
        which, place = choice
        return {"recipe": str(self.recipes[which]), "ridge": selection.STRENGTHS[place]}


def prepare(graphs: GraphSet, activation: str) -> Candidates:
    """The candidates of one set: all second moments, or under `linear` those with the constant.

    Raises `InputError` for another activation; PReLU is no function of second moments, and is
    trained by `qdml.graphs.pooled_training`.
    """
    if activation not in ACTIVATIONS:
        raise InputError(
            f"activation {activation!r}: graph sets are trained by ridge regression of second "
            f"moments; allowed are {', '.join(ACTIVATIONS)}{nearest(activation, ACTIVATIONS)}"
        )
    recipes = candidates(graphs)
    moments = tuple(second_moments(graphs, recipe) for recipe in recipes)
    if activation == "linear":
        moments = tuple(np.ascontiguousarray(m[:, first_moments(m)]) for m in moments)
    return Candidates(graphs, recipes, moments)
