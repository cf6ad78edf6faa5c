"""Fail a run in which a claim fell, and say which."""

from pathlib import Path

from qdml.runs import jobs
from qdml.runs.logs import logged

with logged(snakemake.log[0]):
    jobs.gate(snakemake.params.claims, snakemake.params.experiments, Path("reports"))
