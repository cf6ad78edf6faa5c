"""One root seed, split by name, and one false-alarm budget, split by claim and step."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

#: Probability that a whole run, all claims together, refutes something true by chance.
FALSE_ALARM_BUDGET = 1e-3

#: The budget is dealt to this many claims, present or not, so that adding one changes no other.
CLAIM_SLOTS = 64


def generator(root: int, *key: str | int) -> np.random.Generator:
    """Generator keyed by `key` under `root`: equal keys, equal streams; others independent."""
    digest = hashlib.sha256(repr(key).encode()).digest()
    words = tuple(int.from_bytes(digest[i : i + 4], "little") for i in range(0, 16, 4))
    return np.random.default_rng(np.random.SeedSequence(root, spawn_key=words))


def alarm_share(tags: Sequence[str]) -> float:
    """False-alarm probability that one statistical step may spend in a claim with these tags."""
    return FALSE_ALARM_BUDGET / CLAIM_SLOTS / max(1, sum(tag == "N" for tag in tags))
