"""Gather the evidence of one claim."""

from pathlib import Path

from qdml.runs import jobs
from qdml.runs.logs import logged

with logged(snakemake.log[0]):
    jobs.evidence(
        snakemake.wildcards.claim, snakemake.params.config, snakemake.params.source, Path("reports")
    )
