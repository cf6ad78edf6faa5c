"""The headline picture, `docs/headline.svg`: certified classical bits against the qubits that do.

    python docs/picture.py      checks hidden-matching-one-way and draws the figure of its evidence

What is drawn is also written into the file, so that a test can hold it against the evidence.
"""

from __future__ import annotations

import json
from pathlib import Path

import matplotlib as mpl

import proofs_checks
from qdml.claims import Figure, run
from qdml.config import for_scale

PLACE = Path(__file__).with_name("headline.svg")
COLOURS = ("#8593a1", "#a33a3a", "#2f5d8a")


def figure() -> Figure:
    """The figure that the claim asks to be shown first, from evidence gathered now."""
    claim, config = proofs_checks.load("hidden-matching-one-way"), for_scale("quick")
    record = run(claim, getattr(config.grids, claim.topic), config.seed)[0]
    (found,) = (
        step.evidence.figure
        for step in record.steps
        if step.evidence and step.evidence.headline == "figure" and step.evidence.figure
    )
    return found


def points(drawn: Figure) -> dict[str, list[list[float]]]:
    """The series of a figure by their labels."""
    return {one.label: [list(one.x), list(one.y)] for one in drawn.series}


def draw(drawn: Figure) -> None:
    """Write the picture, on a light ground that reads on any page."""
    import matplotlib.pyplot as plt

    mpl.rcParams.update({"svg.hashsalt": "qdml", "svg.fonttype": "none", "font.size": 12})
    canvas, axes = plt.subplots(figsize=(8.4, 3.9), layout="constrained", facecolor="#f6f8fa")
    axes.set_facecolor("#ffffff")
    for number, one in enumerate(drawn.series):
        axes.plot(
            one.x, one.y, "os^D"[number % 4] + "-", color=COLOURS[number % 3], label=one.label, ms=5
        )
    axes.set_xscale(drawn.x_scale)
    axes.set_yscale(drawn.y_scale)
    axes.set_xlabel(drawn.x_label)
    axes.set_ylabel(drawn.y_label)
    axes.set_title(drawn.title, loc="left", fontsize=13)
    axes.grid(color="#d6dce2")
    axes.legend(frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    words = json.dumps(points(drawn))
    canvas.savefig(PLACE, metadata={"Date": None, "Description": words})


if __name__ == "__main__":
    mpl.use("svg")
    draw(figure())
