"""The pipeline on a real Slurm: the bytes of an undivided run here, and every way to lose a job."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from qdml.io import read_json
from qdml.runs.audit import holds
from tests.pipeline.cluster import Cluster, cluster
from tests.pipeline.project import CLAIM, Project, make

pytestmark = pytest.mark.needs("munged", "slurmctld", "slurmd", "sbatch", "srun")

#: What a claim does before its own work, and so how its job ends.
FATES = {
    "breaks": "os._exit(7)",
    "eats": "full = bytearray(4 * 10**9); full[::4096] = full[::4096]; sleep(30)",
    "waits": "sleep(600)",
}


@pytest.fixture
def slurm(tmp_path: Path) -> Iterator[Cluster]:
    folder = tmp_path / "cluster"
    folder.mkdir()
    with cluster(folder) as running:
        yield running


def project_with(root: Path, *fates: str, minutes: int = 5) -> Project:
    """A project with one sound claim and one for each fate, and a profile in a hurry."""
    project = make(root)
    project.claim("second").unlink()
    for fate in fates:
        project.claim(fate).write_text(doomed(fate))
    profile = yaml.safe_load((root / "workflow/profiles/slurm/config.yaml").read_text())
    profile["set-resources"] = {"evidence": {"runtime": minutes}}
    hurry = {"seconds-between-status-checks": 1, "slurm-init-seconds-before-status-checks": 1}
    (root / "workflow/profiles/here").mkdir()
    (root / "workflow/profiles/here/config.yaml").write_text(
        yaml.safe_dump(profile | hurry | {"latency-wait": 2})
    )
    return project


def doomed(fate: str) -> str:
    text = CLAIM.format(id=fate)
    place = "    assert os.environ"
    assert place in text
    return text.replace(place, f"    {FATES[fate]}\n{place}")


def finish(run: subprocess.Popen[str], patience: float = 300) -> tuple[int, str]:
    said, _ = run.communicate(timeout=patience)
    return run.returncode, said


def running(slurm: Cluster, name: str) -> tuple[str, str]:
    """Id and node of the job of a claim, as soon as it runs."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        listed = slurm.call("squeue", "--noheader", "--states=R", "--format=%i %N %k")
        for line in listed.splitlines():
            job, node, comment = line.split(maxsplit=2)
            if name in comment:
                return job, node
        time.sleep(0.5)
    pytest.fail(f"no job of {name} came to run")


def test_lost_jobs_are_named_leave_nothing_and_a_rerun_finishes(
    slurm: Cluster, tmp_path: Path
) -> None:
    project = project_with(tmp_path / "project", "breaks", "eats", "waits")
    project.deal("first", shards=2)
    run = project.pipeline("here", slurm.environment)
    slurm.call("scancel", running(slurm, "waits")[0])
    status, said = finish(run)
    assert status == 3, said
    for fate, word in zip(FATES, ("FAILED", "FAILED", "CANCELLED"), strict=True):
        assert re.search(f"failed job: evidence claim={fate}: SLURM-job .* is: '{word}'", said)
    assert "Traceback" not in said
    evidence = project.root / "reports/evidence"
    assert sorted(path.name for path in evidence.iterdir()) == [
        "first.json",
        "first.provenance.json",
    ]
    read_json(evidence / "first.json")

    for fate in FATES:
        project.claim(fate).write_text(CLAIM.format(id=fate))
    status, said = finish(project.pipeline("here", slurm.environment))
    assert status == 0, said
    assert holds(project.root / "reports")

    here = project.copy(tmp_path / "here")
    subprocess.run(["rm", "-r", str(here.root / "reports"), str(here.root / ".snakemake")])
    here.deal("first", shards=1)
    status, said = finish(here.pipeline("default", os.environ))
    assert status == 0, said
    assert project.compared() == here.compared()


@pytest.mark.slow
def test_a_job_that_runs_out_of_time(slurm: Cluster, tmp_path: Path) -> None:
    project = project_with(tmp_path / "project", "waits", minutes=1)
    status, said = finish(project.pipeline("here", slurm.environment), 600)
    assert status == 3, said
    assert re.search("failed job: evidence claim=waits: SLURM-job .* is: 'TIMEOUT'", said)
    assert not (project.root / "reports/evidence/waits.json").exists()


@pytest.mark.slow
def test_a_node_that_goes_down(slurm: Cluster, tmp_path: Path) -> None:
    project = project_with(tmp_path / "project")
    hold = project.root / "hold-first"
    hold.touch()
    run = project.pipeline("here", slurm.environment)
    job, node = running(slurm, "first")
    slurm.stop_node(node)
    deadline = time.monotonic() + 300
    while slurm.jobs()[job] == "RUNNING":
        assert time.monotonic() < deadline
        time.sleep(1)
    hold.unlink()
    status, said = finish(run, 600)
    assert status == 0, said
    assert holds(project.root / "reports")
