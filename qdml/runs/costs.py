"""What the jobs of a run cost: as earlier runs measured it, or as the growth of grids foretells.

`costs.json` holds what every job took on one machine, which it names. Runs made here come first,
and tell how much faster or slower than that machine this one is. On grids that nobody has run the
work W of a job follows those of its section by a power law: log W = a + b log S, where S is the
product of all entries of the grid, a list counting as its length.

`python -m qdml.runs.costs REPORTS` takes what a run took into the table.
"""

from __future__ import annotations

import csv
import json
import math
import statistics
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from qdml.config import SCALES, Config, Scale, Section, for_scale, parse
from qdml.errors import EvidenceError
from qdml.io import read_json, write_atomic
from qdml.runs.depends import settings, topic
from qdml.runs.provenance import config_hash

TABLE = Path(__file__).with_name("costs.json")

#: A job that is shorter than this is not worth dividing.
SHARD_SECONDS = 60.0

#: Megabytes that every job is given, and minutes, also where nothing is known of it.
LEAST_MEMORY, LEAST_TIME = 1500, 30

#: The time of a job is limited to so many times what it is thought to need.
CAUTION = 6

Known = Mapping[Scale, Mapping[str, "Cost"]]


@dataclass(frozen=True)
class Cost:
    """What one claim or experiment takes on one grid, in processor seconds and in megabytes.

    start: of its process; data: what all its parts share; parts: its steps and mutants together,
    longest: the longest of them, count: how many there are; memory: at most; disk: what it leaves.
    """

    start: float
    data: float
    parts: float
    longest: float
    count: int
    memory: float
    disk: float

    @property
    def work(self) -> float:
        """Seconds that grow with the grid."""
        return self.data + self.parts

    @property
    def shards(self) -> int:
        """Into how many jobs it is divided: each of `SHARD_SECONDS` or more, of which at least half
        is not spent on what the others do again.
        """
        again = self.start + self.data
        return max(1, min(self.count, int(self.parts / max(SHARD_SECONDS - again, again))))

    @property
    def jobs(self) -> tuple[float, ...]:
        """Seconds of each of these jobs; the first has the longest part."""
        again, rest = self.start + self.data, self.parts / self.shards
        first = max(self.longest, rest)
        others = (self.parts - first) / max(1, self.shards - 1)
        return (again + first, *[again + others] * (self.shards - 1))

    @property
    def memory_limit(self) -> int:
        """Megabytes that a job of it may use."""
        return max(LEAST_MEMORY, math.ceil(2 * self.memory))

    @property
    def time_limit(self) -> int:
        """Minutes that a job of it may run."""
        return LEAST_TIME + math.ceil(CAUTION * max(self.jobs) / 60)

    def grown(self, factor: float) -> Cost:
        """The same with so many times the work; what is kept in memory and on disk grows less."""
        root = math.sqrt(factor)
        return replace(
            self,
            data=self.data * factor,
            parts=self.parts * factor,
            longest=self.longest * factor,
            memory=self.memory * max(1.0, root),
            disk=self.disk * root,
        )


#: Of a job about which nothing at all is known.
UNKNOWN = Cost(start=2.0, data=1.0, parts=9.0, longest=3.0, count=1, memory=300.0, disk=0.1)


@dataclass(frozen=True)
class Model:
    """Costs that are known, by scale and name; `exponent` is b where a job has none of its own."""

    known: Known
    exponent: float

    def predict(self, name: str, config: Config) -> Cost:
        """What the claim or experiment `name` takes on the grids of `config`.

        One that nobody has run is like the middle one of its section.
        """
        section = section_of(name)
        wanted = size(config, section)
        at = {scale: size(for_scale(scale), section) for scale in _scales(self.known, name)}
        if not at:
            alike = {each for costs in self.known.values() for each in costs}
            costs = [self.predict(each, config) for each in alike if section_of(each) == section]
            return sorted(costs, key=lambda cost: cost.work)[len(costs) // 2] if costs else UNKNOWN
        nearest = min(at, key=lambda scale: abs(at[scale] - wanted))
        exponent = [self.exponent, *_exponents(self.known, name)][-1]
        growth = math.exp(exponent * (wanted - at[nearest]))
        return self.known[nearest][name].grown(growth)


def model(reports: Path | None = None) -> Model:
    """The model of the table and, where given, of the last run in the folder `reports`."""
    known = read_table()
    own = measured(reports) if reports else {}
    ratios = [
        cost.work / known[scale][name].work
        for scale, costs in own.items()
        for name, cost in costs.items()
        if name in known[scale] and known[scale][name].work > 1
    ]
    pace = statistics.median(ratios) if ratios else 1.0
    return fit(
        {
            scale: {name: cost.grown(pace) for name, cost in known[scale].items()}
            | own.get(scale, {})
            for scale in SCALES
        }
    )


def fit(known: Known) -> Model:
    """The model of these costs; its exponent is the middle one of jobs that ran on two grids."""
    names = sorted({name for costs in known.values() for name in costs})
    found = [exponent for name in names for exponent in _exponents(known, name)]
    return Model(known, statistics.median(found) if found else 1.0)


def size(config: Config, section: str) -> float:
    """log S of the grid of a section."""
    grid: Section = getattr(config.grids, section)
    values = (getattr(grid, name) for name in type(grid).model_fields)
    return sum(math.log(max(1, len(v) if isinstance(v, tuple) else v)) for v in values)


def section_of(name: str) -> str:
    """The section of the configuration on which a claim or an experiment depends."""
    return "classifier" if name.startswith("classifier-") else topic(name) or "learning"


def read_table() -> dict[Scale, dict[str, Cost]]:
    """The costs that come with the project."""
    table = json.loads(TABLE.read_text())["costs"]
    return {
        scale: {name: Cost(**cost) for name, cost in table.get(scale, {}).items()}
        for scale in SCALES
    }


def machine() -> str:
    """The machine of the table."""
    return str(json.loads(TABLE.read_text())["machine"])


def measured(reports: Path) -> dict[Scale, dict[str, Cost]]:
    """What the jobs of the last run took, where they ran on the grids of a scale."""
    found: dict[Scale, dict[str, Cost]] = {scale: {} for scale in SCALES}
    for timing in sorted((reports / "timings").glob("*.json")):
        try:
            scale, cost = _measured(timing.stem, reports)
        except EvidenceError:
            # unfinished, or of a run that was changed since
            continue
        if scale:
            found[scale][timing.stem] = cost
    return found


def _measured(name: str, reports: Path) -> tuple[Scale | None, Cost]:
    timing = read_json(reports / "timings" / f"{name}.json")
    kind = "experiments" if section_of(name) == "classifier" else "evidence"
    origin = read_json(reports / kind / f"{name}.provenance.json")
    data = timing["seconds"].pop("data", 0.0)
    parts = list(timing["seconds"].values()) or [timing["total"]]
    start = timing["total"] - data - sum(parts)
    left = [path.stat().st_size for path in reports.rglob(f"{name}.*") if path.is_file()]
    memory = [rss for path in reports.rglob(f"benchmarks/*/{name}.*tsv") for rss in _memory(path)]
    cost = Cost(
        start, data, sum(parts), max(parts), len(parts), max(memory, default=0), sum(left) / 1e6
    )
    config = parse({"scale": origin["scale"], "seed": origin["seed"]})
    # Grids of a user's own say nothing about those of a scale.
    own = config_hash(settings(config, section_of(name))) != origin["config_hash"]
    return None if own else config.scale, cost


def _memory(benchmark: Path) -> Iterator[float]:
    with benchmark.open() as file:
        for row in csv.DictReader(file, delimiter="\t"):
            if row["max_rss"][:1].isdigit():
                yield float(row["max_rss"])


def _scales(known: Known, name: str) -> list[Scale]:
    return [scale for scale in SCALES if name in known[scale]]


def _exponents(known: Known, name: str) -> list[float]:
    """b of a job between neighbouring grids that it ran on; never below 0."""
    at = [
        (size(for_scale(scale), section_of(name)), math.log(max(known[scale][name].work, 1e-3)))
        for scale in _scales(known, name)
    ]
    return [max(0.0, (w2 - w1) / (s2 - s1)) for (s1, w1), (s2, w2) in pairwise(at) if s2 > s1]


def main(reports: Path) -> None:
    """Take what the run in `reports` took into the table."""
    table = json.loads(TABLE.read_text())
    for scale, costs in measured(reports).items():
        rounded = {name: _rounded(cost) for name, cost in costs.items()}
        table["costs"][scale] = dict(sorted((table["costs"].get(scale, {}) | rounded).items()))
    write_atomic(TABLE, json.dumps(table, indent=1) + "\n")


def _rounded(cost: Cost) -> dict[str, Any]:
    return {
        key: value if isinstance(value, int) else float(f"{value:.3g}")
        for key, value in asdict(cost).items()
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]))
