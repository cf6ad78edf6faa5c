"""Judge the evidence of one claim."""

from pathlib import Path

from qdml.runs import jobs
from qdml.runs.logs import logged

with logged(snakemake.log[0]):
    jobs.verdict(snakemake.wildcards.claim, Path("reports"))
