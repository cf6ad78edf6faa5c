"""Make the report from evidence and verdicts."""

from pathlib import Path

from qdml.report import build
from qdml.runs import jobs

with jobs.logged(snakemake.log[0]):
    build(Path("reports"))
