"""The ratios of a result file as a figure: the same bytes for the same rows."""

from __future__ import annotations

import io
from typing import Any

FAMILIES = ("line forward", "line gradient", "pauli forward", "pauli gradient")


def draw(rows: list[dict[str, Any]]) -> str:
    """SVG: peer time over ours against qubits, a panel for every workload in complex128."""
    import matplotlib

    matplotlib.use("agg")
    matplotlib.rcParams["svg.hashsalt"] = "qdml"
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(2, 2, figsize=(9, 7), sharex=True, layout="constrained")
    names = sorted({row["peer"] for row in rows if row["peer"] and row["workload"] in FAMILIES})
    for panel, family in zip(axes.flat, FAMILIES, strict=True):
        for k, name in enumerate(names):
            points = sorted(
                (row["qubits"], row["ratio"])
                for row in rows
                if (row["workload"], row["peer"], row["dtype"]) == (family, name, "complex128")
            )
            if points:
                panel.plot(*zip(*points, strict=True), "o-", color=f"C{k}", label=name)
        panel.axhline(1, color="0.6", linewidth=1)
        panel.set_yscale("log")
        panel.set_title(family)
    for panel in axes[1]:
        panel.set_xlabel("qubits")
    for panel in axes[:, 0]:
        panel.set_ylabel("time of the peer / ours")
    handles = {
        label: handle
        for panel in axes.flat
        for handle, label in zip(*panel.get_legend_handles_labels(), strict=True)
    }
    figure.legend(handles.values(), handles.keys(), loc="outside lower center", ncols=len(handles))
    out = io.StringIO()
    figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    pyplot.close(figure)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"
