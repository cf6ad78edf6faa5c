"""How runs over the network are held to what they promise, in the claims on graph networks."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from qdml.claims import Scalar, Sweep
from qdml.claims.intervals import clopper_pearson


def held_to(
    sweep: Sweep,
    point: Mapping[str, Scalar],
    wrong: int,
    runs: int,
    failure: Fraction,
    alarm: float,
) -> dict[str, Scalar]:
    """Compare the share of wrong runs with what is promised; what a table says of it.

    Refuted where more are wrong than a share of `failure` explains, but for the probability
    `alarm`: the lower limit of Clopper and Pearson is compared.
    """
    told: dict[str, Scalar] = {**point, "wrong": wrong, "runs": runs}
    low, high = clopper_pearson(wrong, runs, alarm)
    sweep.at_most(told, "share of wrong runs, lower limit", low, low, float(failure))
    return {**told, "at most": high}
