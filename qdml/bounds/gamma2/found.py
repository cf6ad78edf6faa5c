"""What every route to gamma_2^alpha hands over."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any


@dataclass(frozen=True)
class Found:
    """A certificate of a lower bound on gamma_2^alpha, and what is known from above.

    `certificate` is a record that `qdml.bounds.certificates.check` finds valid: its bound is the
    bound. `primal` is an upper bound proved in exact arithmetic, by `factorisation` where that is
    a record for `check` too.
    """

    route: str
    certificate: dict[str, Any]
    primal: Fraction | None = None
    factorisation: dict[str, Any] | None = None
