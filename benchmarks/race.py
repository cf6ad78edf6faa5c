"""A race: contenders that agree on an answer take turns, and medians are compared.

Time is that of the processor, not of the wall: all run on one thread, and on a machine that others
use too the wall favours whoever is done before the next switch.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

#: Most repeats, and, in earnest and for a quick look, the fewest and the seconds on the wall after
#: which a race is repeated no more.
MOST, EARNEST, QUICK = 50, (2, 8.0), (1, 0.4)


@dataclass(frozen=True)
class Contender:
    """`call` is what is timed; `read` gives the answer after a call that returns none."""

    call: Callable[[], Any]
    read: Callable[[], Any] | None = None


def race(
    label: dict[str, Any],
    ours: Contender,
    peers: dict[str, Contender],
    tolerance: float,
    quick: bool,
    clock: Callable[[], float] = time.process_time,
) -> list[dict[str, Any]]:
    """Rows with `label`, one for every peer, or one without a peer.

    A ratio is peer over ours; `clock` is read before and after a call, in seconds. Raises
    `SystemExit` for an answer further than `tolerance` from ours, before anything is timed.
    """
    racing = {"": ours, **peers}
    answers = {}
    for name, contender in racing.items():
        returned = contender.call()
        answers[name] = np.array(contender.read() if contender.read else returned)
    agreement = {name: float(np.abs(a - answers[""]).max()) for name, a in answers.items()}
    for name, error in agreement.items():
        if not error <= tolerance:
            raise SystemExit(f"{name} differs by {error:.1e} in {label}: no timing is compared")
    times: dict[str, list[float]] = {name: [] for name in racing}
    begun = time.perf_counter()
    least, patience = QUICK if quick else EARNEST
    while len(times[""]) < least or (
        len(times[""]) < MOST and time.perf_counter() - begun < patience
    ):
        for name, contender in racing.items():
            start = clock()
            contender.call()
            times[name].append(clock() - start)
    medians = {name: float(np.median(found)) for name, found in times.items()}
    if not peers:
        alone = {"peer": None, "peer_seconds": None, "ratio": None, "agreement": None}
        return [{**label, "ours_seconds": medians[""], **alone}]
    return [
        {
            **label,
            "ours_seconds": medians[""],
            "peer": name,
            "peer_seconds": medians[name],
            "ratio": medians[name] / medians[""],
            "agreement": agreement[name],
        }
        for name in peers
    ]
