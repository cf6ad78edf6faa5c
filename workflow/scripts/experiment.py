"""Run the classifier on one data set."""

from pathlib import Path

from qdml.runs import jobs
from qdml.runs.logs import logged

with logged(snakemake.log[0]):
    jobs.experiment(
        snakemake.wildcards.dataset,
        snakemake.params.config,
        snakemake.params.source,
        Path("reports"),
    )
