"""Pictures and rows of what all derivatives cost by formula, method by method."""

from __future__ import annotations

from fractions import Fraction

from qdml.bounds import gradient_costs
from qdml.claims import Figure, Series
from qdml.claims.evidence import Scalar
from qdml.model.gradient_task import METHODS, Task, copies


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
        "tomography": "tomography",
        "shadow-tomography": "threshold search, constants proved",
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
        star = gradient_costs.least_parameters("parameter-shift", tasks[0], constant)
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


def crossover_figure(n: int, layers: int) -> Figure:
    """P* against the unknown constant C, at eps = 1/10, delta = 1/20."""
    task = Task(n, layers, 1, Fraction(1, 10), Fraction(1, 20))
    constants = tuple(10.0**power for power in range(-2, 9))
    names = {"parameter-shift": "parameter shift", "direct": "direct on the gradient states"}
    lines, proved = [], []
    for method, label in names.items():
        found = [(c, gradient_costs.least_parameters(method, task, c)) for c in constants]
        met = [(c, float(least)) for c, least in found if least]
        lines.append(
            Series(
                label=f"beats {label}",
                kind="formula",
                x=tuple(c for c, _ in met),
                y=tuple(least for _, least in met),
            )
        )
        least = gradient_costs.least_parameters(method, task)
        proved.append(f"{least:.2g} ({label})" if least else f"never ({label})")
    return Figure(
        title=f"P* from which shadow tomography takes fewer qubits, n = {n}, L = {layers}",
        x_label="constant C",
        y_label="parameters in a block, P*",
        x_scale="log",
        y_scale="log",
        series=tuple(lines),
        caption=(
            "eps = 1/10, delta = 1/20, log-log factors left out. Threshold search with constants "
            f"that are proved has P* = {' and '.join(proved)}."
        ),
    )


def formula_rows() -> tuple[dict[str, Scalar], ...]:
    """Rows of sizes at which no method is run here, and of what is never run."""
    task = Task(20, 2, 10**4, Fraction(1, 10), Fraction(1, 20))
    size: dict[str, Scalar] = {"n": 20, "L": 2, "P": 10**4, "how": "formula only", "eps": 0.1}
    rows: list[dict[str, Scalar]] = [
        {
            "method": method,
            **size,
            "copies": float(copies(method, task, 3)),
            "qubits": float(gradient_costs.qubits(method, task, 3)),
        }
        for method in METHODS
    ]
    for constant in gradient_costs.CONSTANTS:
        name = f"shadow tomography if C = {constant:g}"
        sent = float(gradient_costs.shadow_tomography(task, constant))
        rows.append({"method": name, **size, "qubits": sent})
    return tuple(rows)
