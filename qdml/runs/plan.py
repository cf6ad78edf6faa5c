"""What a run will take, said before it starts: jobs, core-hours, memory, disk, and how long."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass

import proofs_checks
from qdml.config import Config, Grids
from qdml.runs.costs import Cost, Model, section_of

#: Processor seconds that a cluster adds to a job at most: Snakemake starts in it once more.
#: Measured on the machine of the table while it was crowded; see benchmarks/reliability.md.
CLUSTER_SECONDS = 17.5


@dataclass(frozen=True)
class Needs:
    """Of a section, or of a whole run: jobs that gather evidence, their seconds of processor time,
    megabytes of memory of the largest one, and megabytes that they all leave on disk.
    """

    jobs: int
    seconds: float
    memory: float
    disk: float


@dataclass(frozen=True)
class Plan:
    """The jobs of a run, by section as the configuration orders them."""

    costs: dict[str, list[Cost]]

    @property
    def sections(self) -> dict[str, Needs]:
        """What each section needs."""
        return {section: needs(costs) for section, costs in self.costs.items()}

    @property
    def total(self) -> Needs:
        """What the whole run needs."""
        return needs(cost for costs in self.costs.values() for cost in costs)

    def seconds(self, cores: int, nodes: int | None = None) -> float:
        """How long a run takes on one machine, or on a cluster of nodes with so many cores each.

        Jobs start in the order of their length, each as soon as a core is free: no more than 4/3 of
        the least that is possible (Graham, 1969). The report, which waits for all, is left out.
        """
        more = 0.0 if nodes is None else CLUSTER_SECONDS
        seconds = [
            job + more for costs in self.costs.values() for cost in costs for job in cost.jobs
        ]
        return makespan(seconds, cores * (nodes or 1))


def plan(config: Config, model: Model) -> Plan:
    """The plan of a run on the grids of `config`."""
    names = [
        *proofs_checks.ids(),
        *(f"classifier-{name}" for name in config.grids.classifier.datasets),
    ]
    costs: dict[str, list[Cost]] = {section: [] for section in Grids.model_fields}
    for name in names:
        costs[section_of(name)].append(model.predict(name, config))
    return Plan(costs)


def needs(costs: Iterable[Cost]) -> Needs:
    """What jobs of these costs need."""
    known = list(costs)
    return Needs(
        jobs=sum(cost.shards for cost in known),
        seconds=sum(sum(cost.jobs) for cost in known),
        memory=max((cost.memory for cost in known), default=0.0),
        disk=sum(cost.disk for cost in known),
    )


def makespan(seconds: Iterable[float], cores: int) -> float:
    """When the last of these jobs ends, the longest started first on whichever core is free."""
    free = [0.0] * cores
    for job in sorted(seconds, reverse=True):
        heapq.heapreplace(free, free[0] + job)
    return max(free)
