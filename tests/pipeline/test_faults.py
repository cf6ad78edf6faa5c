"""A few of the faults and surroundings of the benchmarks, on two claims that take no time."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import numpy as np

from benchmarks.faults import KINDS, chain
from benchmarks.samebytes import RUNS, apart
from benchmarks.trial import Trial, differing
from tests.pipeline.project import Project

#: Nothing of this may be seen in what a run writes.
SURROUNDINGS = {
    "LC_ALL": "POSIX",
    "TZ": "Pacific/Chatham",
    "USER": "somebody",
    "PYTHONHASHSEED": "7",
}


def test_a_run_killed_at_random_in_other_surroundings_ends_with_the_same_bytes(
    unrun: Project, finished: Project, tmp_path: Path
) -> None:
    root = unrun.copy(tmp_path / "trial").root
    shutil.copy(unrun.settings, root / "workflow/config/quick.yaml")
    program = [sys.executable, "-m", "qdml.runs.pipeline", "--scale", "quick", "--cores", "1"]
    under = [*RUNS["umask 077"].under, "env", f"PYTHONPATH={root}"]
    trial = Trial(root, (*under, *program))
    draw = np.random.default_rng(3)
    plan = list(zip(sorted(draw.uniform(1, 5, 2)), draw.permutation(KINDS), strict=False))
    found = chain(trial, plan, draw, SURROUNDINGS)
    assert found.kills
    assert found.recovered, trial.said.read_text()
    assert differing(finished.compared(), trial.compared()) == []


def test_numbers_are_compared_as_a_reader_sees_them() -> None:
    one = {"a": [1.0, 2.0, 0.5], "says": "x"}
    other = {"a": [1.0, 2.0 + 1e-12, 0.50001], "says": "y"}
    assert list(apart(one, other)) == [(".a.1", False), (".a.2", True), (".says", True)]
    assert list(apart(one, {"a": [1.0], "says": "x"})) == [(".a", True)]
