"""Run some of the steps and mutants of one claim."""

from pathlib import Path

from qdml.runs.logs import logged
from qdml.runs.shards import run_shard

with logged(snakemake.log[0]):
    run_shard(
        snakemake.wildcards.claim,
        (int(snakemake.wildcards.number), int(snakemake.wildcards.shards)),
        snakemake.params.config,
        Path(snakemake.output[0]),
    )
