"""Judge the evidence of a run, and collect its verdicts and timings."""

from pathlib import Path

from qdml.runs import jobs
from qdml.runs.logs import logged

with logged(snakemake.log[0]):
    jobs.collect(
        snakemake.params.claims,
        snakemake.params.experiments,
        snakemake.params.scale,
        snakemake.params.seed,
        Path("reports"),
    )
