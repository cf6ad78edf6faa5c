"""How a command tells, next to the bill of a run, what each party can have learnt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qdml.network.meter import Leakage


def listed(told: Mapping[str, Leakage]) -> dict[str, dict[str, float | None]]:
    """For machines: the limits in bits, by party."""
    return {name: dict(vars(limit)) for name, limit in told.items()}


def said(told: Mapping[str, Leakage]) -> list[str]:
    """For people: one line a party."""
    return [
        f"leak    {name} learns at most, in bits, "
        + (f"{limit.honest:.1f} if honest, " if limit.honest is not None else "")
        + f"{limit.malicious} if malicious; as numbers it would be sent {limit.classical}"
        for name, limit in told.items()
    ]
