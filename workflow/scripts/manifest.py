"""Write down what the run made, file by file."""

from pathlib import Path

from qdml.runs import audit, jobs

with jobs.logged(snakemake.log[0]):
    audit.write_manifest(Path("reports"))
