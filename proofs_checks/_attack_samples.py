"""What attacks found, as samples of a bounded number with intervals of their mean."""

from __future__ import annotations

from dataclasses import dataclass
from math import log, sqrt

import numpy as np
from numpy.typing import NDArray

from qdml.claims import Scalar

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Sample:
    """Squared overlaps of estimates with the data, for one attack, dimension and k."""

    attack: str
    size: int
    copies: int
    found: Floats

    @property
    def point(self) -> dict[str, Scalar]:
        """Where it is."""
        return {"attack": self.attack, "N": self.size, "k": self.copies, "runs": len(self.found)}

    def interval(self, failure: float) -> tuple[float, float]:
        """Of the mean, wrong with probability at most `failure`; the better of two at each end.

        Many draws profit from their small variance (Maurer and Pontil 2009, Thm 4), few ones from
        the relative entropy of the binomial tail (Hoeffding 1963, Thm 1).
        """
        count, logarithm = len(self.found), log(8 / failure)
        mean, variance = float(self.found.mean()), float(self.found.var(ddof=1))
        reach = sqrt(2 * variance * logarithm / count) + 7 * logarithm / (3 * (count - 1))
        room = log(4 / failure) / count
        low, high = _nearest(mean, room), 1 - _nearest(1 - mean, room)
        return max(low, mean - reach), min(high, mean + reach)


def _nearest(mean: float, room: float) -> float:
    """The least q up to `mean` with mean ln(mean/q) + (1-mean) ln((1-mean)/(1-q)) <= room."""

    def apart(q: float) -> float:
        found = mean * log(mean / q)
        return found + ((1 - mean) * log((1 - mean) / (1 - q)) if mean < 1 else 0.0)

    low, high = 0.0, max(0.0, min(1.0, mean))
    mean = high
    # Bisection keeps the end that is too far: rounding only widens the interval.
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if middle and apart(middle) <= room else (middle, high)
    return low
