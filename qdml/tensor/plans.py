"""Contraction orders kept on disk for the user, by the geometry of the network that they are for.

A file is JSON and holds pairs of numbers alone, so that reading it runs nothing. What is read is
held to be an order for that very network; costs are counted anew from it, so a file can be slow but
not wrong. A folder that cannot be written keeps nothing, and the order is searched for again.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from qdml.io import cache_folder, write_atomic

#: Pairs of tensors that become one, numbered in the order of their making, inputs first.
Order = list[tuple[int, int]]

#: A file larger than this is none of ours.
_MOST_BYTES = 2**22


def place(question: dict[str, Any]) -> Path:
    """The file for a network and the way in which it is searched."""
    digest = hashlib.sha256(json.dumps(question, sort_keys=True).encode()).hexdigest()
    return cache_folder() / "plans" / f"{digest}.json"


def kept(path: Path, tensors: int) -> Order | None:
    """The order in a file, or None where there is none for that many tensors."""
    try:
        with path.open("rb") as file:
            found = json.loads(file.read(_MOST_BYTES))["order"]
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None
    return [(a, b) for a, b in found] if _is_order(found, tensors) else None


def keep(path: Path, order: Order) -> None:
    """Write an order, if that is possible."""
    try:
        write_atomic(path, json.dumps({"order": order}) + "\n")
    except OSError:
        return


def _is_order(found: Any, tensors: int) -> bool:
    """Whether these are pairs that leave one tensor of so many, each used once."""
    if not isinstance(found, list) or len(found) != tensors - 1:
        return False
    left = set(range(tensors))
    for made, pair in enumerate(found, start=tensors):
        fits = isinstance(pair, list) and len(pair) == 2 and all(type(k) is int for k in pair)
        if not fits or pair[0] == pair[1] or not left.issuperset(pair):
            return False
        left = left.difference(pair) | {made}
    return True
