"""A copy of the project with two claims that take no time in place of its own."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]

#: The smallest grid, and no data set: the workflow is under test here, not what it computes.
CONFIG = """
scale: quick
seed: 5
grids:
  classifier: {datasets: []}
  learning: {layers: [1, 2], instances: 1, runs: 1}
"""

CLAIM = '''
"""A claim about sums that takes no time, unless a file hold-{id} stands in its way."""

import os
from dataclasses import dataclass
from pathlib import Path
from time import sleep

from qdml.claims import Claim, Context, Evidence, Method, Mutant, Step, Sweep, Tag


@dataclass(frozen=True)
class Hypothesis:
    offset: int = 0


def data(context: Context) -> tuple[int, ...]:
    while Path("hold-{id}").exists():
        sleep(0.02)
    assert os.environ["OMP_NUM_THREADS"] == os.environ["OPENBLAS_NUM_THREADS"] == "1"
    return context.grid.layers


def total(hypothesis: Hypothesis, data: tuple[int, ...], context: Context) -> Evidence:
    sweep = Sweep(Method.EXACT)
    for n in data:
        point = {{"n": n, "noise": int(context.rng("noise").integers(10**6))}}
        sweep.equal(point, "sum", sum(range(n + 1)), n * (n + 1) // 2 + hypothesis.offset)
    return sweep.evidence("the sum of the first numbers")


CLAIM = Claim(
    id="{id}",
    topic="learning",
    title="The first $n$ numbers sum to $n(n+1)/2$",
    statement="For every $n$, $1 + ... + n = n(n+1)/2$.",
    source="Gauss",
    hypothesis=Hypothesis(),
    data=data,
    steps=(Step("total", Tag.EXACT, "it holds", total),),
    mutants=(
        Mutant("one more", "off by one", Hypothesis(1), "total"),
        Mutant("one less", "off by minus one", Hypothesis(-1), "total"),
    ),
)
'''


@dataclass(frozen=True)
class Project:
    """A copy of the project in a folder of its own."""

    root: Path

    def start(
        self, *arguments: str, environment: Mapping[str, str] = os.environ
    ) -> subprocess.Popen[str]:
        """Snakemake in this copy, in a process group of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "snakemake", "--configfile", "small.yaml", *arguments],
            cwd=self.root,
            env={key: value for key, value in environment.items() if key != "PYTHONPATH"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str, environment: Mapping[str, str] = os.environ) -> tuple[int, str]:
        """Run Snakemake to its end; its exit status and all that it said."""
        child = self.start("--cores", "2", *arguments, environment=environment)
        out, err = child.communicate(timeout=300)
        return child.returncode, out + err

    def pipeline(self, profile: str, environment: Mapping[str, str]) -> subprocess.Popen[str]:
        """`./run pipeline` in this copy, on the settings of its own runs."""
        shutil.copy(self.settings, self.root / "workflow/config/quick.yaml")
        order = ["--scale", "quick", "--profile", profile]
        return subprocess.Popen(
            [sys.executable, "-m", "qdml.runs.pipeline", *order],
            cwd=self.root,
            env=dict(environment) | {"PYTHONPATH": str(self.root)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def compared(self) -> dict[str, bytes]:
        """The files that every run with the same seed must write alike."""
        reports = self.root / "reports"
        names = ("evidence/*", "verdicts/*", "verdicts.json", "judged.txt", "index.html")
        files = sorted(path for name in names for path in reports.glob(name))
        return {str(path.relative_to(reports)): path.read_bytes() for path in files}

    def claim(self, name: str) -> Path:
        """The file of the claim `name`."""
        return self.root / "proofs_checks" / f"{name}.py"

    def deal(self, name: str, shards: int) -> None:
        """Let the claim `name` be known to take so long that it is dealt to that many jobs."""
        names = [path.stem for path in (self.root / "proofs_checks").glob("[!_]*.py")]
        nothing = dict.fromkeys(("start", "data", "parts", "longest", "memory", "disk"), 0.0)
        costs = {each: nothing | {"count": 1} for each in names}
        costs[name] |= {"parts": 60.0 * shards, "longest": 60.0, "count": shards}
        # The same on two grids: on these claims, the grid has no influence.
        table = {"machine": "none", "costs": dict.fromkeys(("quick", "default"), costs)}
        (self.root / "qdml/runs/costs.json").write_text(json.dumps(table))

    @property
    def settings(self) -> Path:
        """The configuration of its runs."""
        return self.root / "small.yaml"

    def copy(self, root: Path) -> Project:
        """The same project, as far as it has run, in the new folder `root`."""
        _copy(self.root, root)
        return Project(root)


def jobs_of(said: str) -> dict[str, int]:
    """The jobs that Snakemake started, by rule, from what it said."""
    started = Counter(re.findall(r"^(?:local)?rule (\w+):$", said, flags=re.MULTILINE))
    return dict(started - Counter(["all"]))


def make(root: Path) -> Project:
    """A project in the new folder `root`: code and workflow as they are, two quick claims."""
    project = Project(root)
    for folder in ("qdml", "workflow", "data"):
        _copy(ROOT / folder, root / folder)
    shutil.copy(ROOT / "Snakefile", root)
    project.settings.write_text(CONFIG)
    project.claim("first").parent.mkdir()
    shutil.copy(ROOT / "proofs_checks" / "__init__.py", root / "proofs_checks")
    for name in ("first", "second"):
        project.claim(name).write_text(CLAIM.format(id=name))
    return project


def _copy(source: Path, target: Path) -> None:
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
