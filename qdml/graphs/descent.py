"""Adam on SIGN networks, for nodes or for pooled graphs: first weights, and the best step kept.

The loss is a cross entropy plus decay/2 times the squared weights; what is kept is chosen by graphs
or nodes that are held out.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from qdml.graphs.sign import Activation

#: Hidden units.
HIDDEN = 16

#: Steps of Adam, its first rate, and the part of it for the parameters of the activation.
STEPS, RATE, ACTIVATION_RATE = 100, 0.02, 0.1

#: Weight decays and first slopes of PReLU, among whose pairs validation nodes choose. A polynomial
#: begins as the projection of that PReLU on degree 2 over a normal z.
CANDIDATES = tuple((decay, slope) for decay in (3e-3, 3e-2) for slope in (0.25, 0.9))

#: XLA's lightest optimisation: it compiles three times faster, and as small loops run as fast.
COMPILER = {"xla_backend_optimization_level": 1}

#: Named arrays: weights (D, J), bias (J,), readout (J, C), offset (C,), q (3,) and slope ().
Parameters = dict[str, Any]


def first(key: Any, slope: Any, features: int, blocks: int, classes: int) -> Parameters:
    """Parameters to begin with, for D = `features` inputs in `blocks` parts of mean square 1."""
    import jax
    import jax.numpy as jnp

    below, above = jax.random.split(key)
    half = (1 - slope) / (2 * np.sqrt(2 * np.pi))
    return {
        "weights": jax.random.normal(below, (features, HIDDEN)) / np.sqrt(blocks),
        "bias": jnp.zeros(HIDDEN),
        "readout": jax.random.normal(above, (HIDDEN, classes)) / np.sqrt(HIDDEN),
        "offset": jnp.zeros(classes),
        "q": jnp.stack([half, (1 + slope) / 2, half]),
        "slope": slope,
    }


def activate(found: Parameters, z: Any, activation: Activation, numbers: Any) -> Any:
    """The hidden units of inputs z, of any shape; `numbers` is the module of the arrays."""
    if activation == "quadratic":
        q = found["q"]
        return q[2] * z * z + q[1] * z + q[0]
    return numbers.where(z > 0, z, found["slope"] * z) if activation == "prelu" else z


def descend(
    start: Parameters,
    missed: Callable[[Parameters], Any],
    decay: Any,
    judge: Callable[[Parameters], tuple[Any, ...]],
    steps: int,
) -> tuple[Parameters, Any, Any]:
    """The parameters of the best step, its value, and the (value, report) of every step.

    missed: cross entropy on what is trained on. judge: cross entropy and accuracy on what is held
    out, and what to report. Accuracy decides, then cross entropy, then the later step.
    """
    import jax
    import jax.numpy as jnp
    import optax

    def loss(found: Parameters) -> Any:
        size = (found["weights"] ** 2).sum() + (found["readout"] ** 2).sum()
        return missed(found) + decay / 2 * size

    adam = optax.adam(optax.cosine_decay_schedule(RATE, steps))

    def step(carried: tuple[Any, ...], _: None) -> tuple[tuple[Any, ...], Any]:
        found, state, best, kept = carried
        update, state = adam.update(jax.grad(loss)(found), state, found)
        update |= {key: ACTIVATION_RATE * update[key] for key in ("q", "slope")}
        found = optax.apply_updates(found, update)
        lost, right, report = judge(found)
        value = jnp.nan_to_num(right - lost / 100, nan=-jnp.inf)
        kept = jax.tree.map(partial(jnp.where, value >= best), found, kept)
        return (found, state, jnp.maximum(value, best), kept), (value, report)

    begin = (start, adam.init(start), -jnp.inf, start)
    (_, _, best, kept), told = jax.lax.scan(step, begin, None, length=steps)
    return kept, best, told
