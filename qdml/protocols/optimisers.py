"""Optimisers of optax, one for the angles of one block, held by the owner of that block."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from qdml.errors import InputError, nearest

Floats = npt.NDArray[np.float64]

#: Names that are allowed, with the names and settings that they have in optax.
OPTIMISERS: dict[str, tuple[str, dict[str, float]]] = {
    "sgd": ("sgd", {}),
    "momentum": ("sgd", {"momentum": 0.9}),
    "adam": ("adam", {}),
    "yogi": ("yogi", {}),
}

#: A larger rate turns angles by so much that their last bits, and in the end all, mean nothing.
MOST_RATE = 1e3


class Optimiser:
    """A rule that turns gradients into moves; it remembers what it needs of earlier ones.

    Raises `InputError` for an unknown name and for a rate outside (0, MOST_RATE].
    """

    def __init__(self, name: str, rate: float) -> None:
        if name not in OPTIMISERS:
            raise InputError(
                f"optimiser {name!r}: allowed are {', '.join(OPTIMISERS)}"
                f"{nearest(name, OPTIMISERS)}"
            )
        if not 0 < rate <= MOST_RATE:
            raise InputError(
                f"rate {rate}: expected a positive number up to {MOST_RATE:g}, for instance 0.1"
            )
        self._rule = name, float(rate)
        self._memory: Any = None

    def moves(self, gradient: Floats) -> Floats:
        """What to add to the angles (M,), given an estimate of the gradient (M,)."""
        import jax

        first, update = _compiled(*self._rule)
        with jax.enable_x64(True):
            if self._memory is None:
                self._memory = first(gradient)
            found, self._memory = update(gradient, self._memory)
        moves: Floats = np.asarray(found)
        return moves


@lru_cache
def _compiled(name: str, rate: float) -> tuple[Callable[..., Any], Callable[..., Any]]:
    import jax
    import optax

    known, settings = OPTIMISERS[name]
    rule = getattr(optax, known)(rate, **settings)
    return rule.init, jax.jit(rule.update)
