"""The picture of what all derivatives cost, method by method, against the number of parameters."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from qdml.bounds import gradient_costs
from qdml.claims import Figure, Series
from qdml.model.gradient_task import Task


def costs_figure(n: int, layers: int) -> Figure:
    """Qubits against P at eps = 1/10, delta = 1/20, and where shadow tomography would win."""
    sizes = [10**power for power in range(7)]
    tasks = [Task(n, layers, p, Fraction(1, 10), Fraction(1, 20)) for p in sizes]
    names = {
        "parameter-shift": "parameter shift",
        "direct": "direct on the gradient states",
        "commuting-block": "commuting blocks",
        "pauli-shadows": "local Pauli shadows, weight 3",
        "clifford-shadows": "global Clifford shadows",
    }
    lines = [
        Series(
            label=label,
            kind="exact",
            x=sizes,
            y=[float(gradient_costs.qubits(name, task, 3)) for task in tasks],
        )
        for name, label in names.items()
    ]
    classical = [float(gradient_costs.by_vectors(task).bits) for task in tasks]
    lines.append(Series(label="classical vectors, bits", kind="exact", x=sizes, y=classical))
    met = []
    for constant in gradient_costs.CONSTANTS:
        y = [float(gradient_costs.shadow_tomography(task, constant)) for task in tasks]
        label = f"shadow tomography if C = {constant:g}"
        lines.append(Series(label=label, kind="formula", x=sizes, y=y))
        star = gradient_costs.crossover(
            lambda task: gradient_costs.qubits("parameter-shift", task),
            lambda task, c=constant: gradient_costs.shadow_tomography(task, c),  # type: ignore[misc]
            replace(tasks[0], parameters=1),
        )
        met.append(f"C = {constant:g}: P* = {star:.2g}" if star else f"C = {constant:g}: never")
    return Figure(
        title=f"Qubits for all derivatives, n = {n}, L = {layers}, eps = 1/10, delta = 1/20",
        x_label="parameters in a block, P",
        y_label="qubits, or bits of the classical parties",
        x_scale="log",
        y_scale="log",
        series=tuple(lines),
        caption=(
            "Shadow tomography is a formula with an unknown constant C and without its log-log "
            f"factors. It takes fewer qubits than parameter shift from P* on: {'; '.join(met)}."
        ),
    )
