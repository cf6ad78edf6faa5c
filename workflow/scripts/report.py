"""Make the report from evidence and verdicts."""

from pathlib import Path

from qdml.report import build
from qdml.runs import audit
from qdml.runs.logs import logged

with logged(snakemake.log[0]):
    audit.drop_manifest(Path("reports"))
    build(Path("reports"))
