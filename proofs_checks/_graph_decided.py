"""What graph-advantage-on-real-tasks decides: trained problems, their prices, and how copies do."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from qdml.bounds.graph_costs import sampling_size
from qdml.claims import Context, Figure, Scalar, Series
from qdml.data.graphs import load_graphs, load_nodes
from qdml.errors import DataAbsent
from qdml.graphs.advantage import Bill, Quadratic, bill, quadratic
from qdml.graphs.decisions import Decision, Problem, of_graphs, of_network, of_nodes
from qdml.protocols import graph_form

#: What every way promises: a wrong sign at most every tenth time.
FAILURE = Fraction(1, 10)

#: Outcomes that all runs may draw; entries of what is run once, and of what is run often.
DRAWN, LARGEST, MANY = 2**21, 2**20, 2**12

#: Copies at which all decisions of a set are made over the network.
COPIES = tuple(4**j for j in range(7))


@dataclass(frozen=True, eq=False)
class Entry:
    """One set: its decisions, the one of median margin, and what that costs."""

    problem: Problem
    numbers: tuple[Quadratic, ...]
    median: Decision
    middle: Quadratic
    bill: Bill

    @property
    def metered(self) -> bool:
        """Whether the median decision is small enough to be run."""
        graph = self.median.form.graph
        size = max(self.middle.entries, graph.amplitudes if graph else 0)
        return size <= LARGEST and self.bill.copies <= DRAWN

    @property
    def repeated(self) -> tuple[Decision, int] | None:
        """The first decision from the median on that is cheap enough for many runs; its copies."""
        if self.middle.entries > MANY:
            return None
        order = sorted(range(len(self.numbers)), key=lambda i: self.numbers[i].margin)
        for i in order[len(order) // 2 :]:
            own, decision = self.numbers[i], self.problem.decisions[i]
            copies = sampling_size(Fraction(own.read / own.value**2), FAILURE)
            if copies <= DRAWN // 64 and decision.rows.size <= MANY:
                return decision, copies
        return None

    @property
    def point(self) -> dict[str, Scalar]:
        """What a point of a sweep says of it."""
        return {"set": self.problem.name, "decides": self.problem.kind}


@dataclass(frozen=True)
class Data:
    """What could be had, and the names of what could not."""

    entries: tuple[Entry, ...]
    absent: tuple[str, ...]


def gather(context: Context) -> Data:
    """Train on every set that is here. Raises `DataAbsent` if none is."""
    entries, absent = list[Entry](), list[str]()
    names = [(name, True) for name in context.grid.decided_graphs]
    names += [(name, False) for name in context.grid.decided_nodes]
    for name, graphs in names:
        try:
            entries += map(_priced, _graphs(name, context) if graphs else _nodes(name, context))
        except DataAbsent:
            absent.append(name)
    if not entries:
        raise DataAbsent(f"none of the sets {', '.join(absent)} can be had here")
    return Data(tuple(entries), tuple(absent))


def _graphs(name: str, context: Context) -> list[Problem]:
    return [of_graphs(load_graphs(name), context.seed)]


def _nodes(name: str, context: Context) -> list[Problem]:
    nodes = load_nodes(name)
    trained = of_network(nodes, context.seed, context.grid.node_steps)
    return [of_nodes(nodes, context.seed), trained]


def _priced(problem: Problem) -> Entry:
    numbers = [quadratic(decision) for decision in problem.decisions]
    order = sorted(range(len(numbers)), key=lambda i: numbers[i].margin)
    middle = order[len(order) // 2]
    median = problem.decisions[middle]
    return Entry(problem, tuple(numbers), median, numbers[middle], bill(median, FAILURE))


def dense(decision: Decision) -> np.ndarray:
    rows = decision.rows
    return np.asarray(rows if decision.form.graph is None else rows.toarray())


def pictured(data: Data, context: Context) -> Figure:
    """Every decision of a set, metered at every number of copies."""
    series: list[Series] = []
    for entry in data.entries:
        if entry.problem.kind != "graphs" or len(series) == 3:
            continue
        agree = []
        for copies in COPIES:
            seeds = context.rng("agree", entry.problem.name, copies).integers(2**62, size=64)
            same = [
                graph_form.run(one.rows, one.form, copies, int(seed)).sign == np.sign(one.score)
                for one, seed in zip(entry.problem.decisions, seeds, strict=False)
            ]
            agree.append(float(np.mean(same)))
        xs = tuple(map(float, COPIES))
        series.append(Series(label=entry.problem.name, kind="measured", x=xs, y=tuple(agree)))
    return Figure(
        title="How many decisions come out as the exact network makes them",
        x_label="copies",
        y_label="share of decisions",
        x_scale="log",
        series=tuple(series),
        caption=(
            "Up to 40 graphs of the tested half of each set, each decided once over the network "
            "at every number of copies. Trained scores are small beside what outcomes may be, so "
            "that thousands of copies are needed where some hundred bits tell the graph itself."
        ),
    )
