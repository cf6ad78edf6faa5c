"""Loss and test accuracy of training runs against what was sent, with bands over the runs."""

from __future__ import annotations

import numpy as np

from proofs_checks._training_runs import Data, Run
from qdml.claims import Figure, Series

#: What is drawn; other ways are in the table.
SHOWN = ("commuting-block", "parameter-shift", "features", "activations")


def training_figure(data: Data, accuracy: bool) -> Figure:
    """One data set: the middle run of every way, in a band from the least to the greatest."""
    name = data.runs[0].data.name
    ways: dict[str, list[Run]] = {}
    for run in data.runs:
        if run.data.name == name and run.way in SHOWN:
            ways.setdefault(run.label, []).append(run)
    lines = []
    for label, runs in ways.items():
        sent = np.array([run.curve.sent for run in runs], dtype=float)
        values = np.array([run.curve.accuracy if accuracy else run.curve.loss for run in runs])
        # A log axis has no place for what nothing was sent for.
        lines.append(
            Series(
                label=label,
                kind="exact",
                x=tuple(np.median(sent, axis=0)[1:]),
                y=tuple(np.median(values, axis=0)[1:]),
                low=tuple(values.min(axis=0)[1:]) if len(runs) > 1 else (),
                high=tuple(values.max(axis=0)[1:]) if len(runs) > 1 else (),
            )
        )
    count = max(map(len, ways.values()))
    what = "test accuracy" if accuracy else "training loss"
    return Figure(
        title=f"{what.capitalize()} on {name} against what was sent",
        x_label="qubits and bits sent",
        y_label=what,
        x_scale="log",
        series=tuple(lines),
        caption=(
            f"Of each run the {what} is exact; lines are medians of the {count} runs (one where "
            "there is no band), bands go from the least to the greatest. A band misses the median "
            f"over all seeds with probability {2.0 ** (1 - count):.2g} at each point. A qubit "
            "counts as one bit, which is the most that it can carry."
        ),
    )
