"""Run the classifier on one data set."""

from pathlib import Path

from qdml.runs import jobs

with jobs.logged(snakemake.log[0]):
    jobs.experiment(
        snakemake.wildcards.dataset,
        snakemake.params.config,
        snakemake.params.source,
        Path("reports"),
    )
